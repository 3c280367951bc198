#include <fmt/format.h>

#include "hilo/models/gemma/weights.h"

// The names of the three layouts.
namespace hilo::models::gemma {
namespace {

class Table {
 public:
  Table(const Config& config, Layout layout) : c_(config), layout_(layout) {}

  std::vector<Weight> all() && {
    table();
    for (Dim i = 0; i < c_.layers; ++i) layer(i);
    norm("final_norm", c_.width, {"norm.weight", "final_norm/scale", "output_norm.weight"});
    return std::move(rows_);
  }

 private:
  // A weight's names, by layout.
  struct Names {
    std::string hugging_face, orbax, gguf;
  };

  void add(std::string path, Shape shape, std::vector<Place> places) {
    rows_.push_back({std::move(path), std::move(shape), std::move(places)});
  }

  std::string name_of(const Names& names) const {
    return layout_ == Layout::kHuggingFace ? names.hugging_face
           : layout_ == Layout::kOrbax     ? names.orbax
                                           : names.gguf;
  }

  void table() {
    const std::string name =
        name_of({"embed_tokens.weight", "embedder/input_embedding", "token_embd.weight"});
    const Dims dims = {c_.vocabulary, c_.width};
    add("embedder/table", c_.precision.shape_of("embedder/table", dims),
        {{.name = name, .dims = dims, .may_be_longer = true}});
  }

  void norm(const std::string& path, Dim width, const Names& names) {
    add(path + "/scale", {kF32, {width}},
        {{.name = name_of(names), .dims = {width}, .added = layout_ == Layout::kGguf ? 1.0 : 0.0}});
  }

  // A matrix [out,in]: so in files of Hugging Face and GGUF, otherwise in Orbax.
  void matrix(const std::string& path, Dim out, Dim in, const Names& names,
              std::vector<Place> orbax) {
    std::vector<Place> places = {{.name = name_of(names), .dims = {out, in}}};
    if (layout_ == Layout::kOrbax) places = std::move(orbax);
    add(path + "/kernel", c_.precision.shape_of(path + "/kernel", {out, in}), std::move(places));
  }

  void layer(Dim i) {
    const std::string path = fmt::format("layer_{}/", i);
    const Names at{fmt::format("layers.{}.", i), path, fmt::format("blk.{}.", i)};
    const auto names = [&](const char* hugging_face, const char* orbax, const char* gguf) {
      return Names{at.hugging_face + hugging_face + ".weight", at.orbax + orbax,
                   at.gguf + gguf + ".weight"};
    };
    norm(path + "input_norm", c_.width,
         names("input_layernorm", "pre_attention_norm/scale", "attn_norm"));
    attention(path + "attention/", at.orbax + "attn/", names);
    // Hugging Face calls Gemma 1's norm before the mlp what is Gemma 2's norm behind attention.
    if (c_.has_post_norms()) {
      norm(path + "post_attention_norm", c_.width,
           names("post_attention_layernorm", "post_attention_norm/scale", "post_attention_norm"));
    }
    norm(path + "mlp_norm", c_.width,
         names(c_.has_post_norms() ? "pre_feedforward_layernorm" : "post_attention_layernorm",
               "pre_ffw_norm/scale", "ffn_norm"));
    mlp(path + "mlp/", at.orbax + "mlp/", names);
    if (c_.has_post_norms()) {
      norm(path + "post_mlp_norm", c_.width,
           names("post_feedforward_layernorm", "post_ffw_norm/scale", "post_ffw_norm"));
    }
  }

  void attention(const std::string& path, const std::string& orbax, const auto& names) {
    const Dim n = c_.heads, k = c_.key_value_heads, d = c_.width, h = c_.head_width;
    const Axes heads_first = {0, 2, 1};  // [N,D,H] -> [N,H,D]
    const std::string q_name = orbax + "q_einsum/w", kv_name = orbax + "kv_einsum/w",
                      qkv_name = orbax + "qkv_einsum/w";
    const Place in_qkv{.name = qkv_name, .dims = {3, n, d, h}, .permutation = heads_first};
    const Place in_kv{.name = kv_name, .dims = {2, k, d, h}, .permutation = heads_first};
    const auto part = [](Place place, int index) {
      place.index = index;
      return place;
    };
    std::vector<Place> q = {{.name = q_name, .dims = {n, d, h}, .permutation = heads_first}};
    std::vector<Place> key = {part(in_kv, 0)}, value = {part(in_kv, 1)};
    if (n == k) {
      q.push_back(part(in_qkv, 0));
      key.push_back(part(in_qkv, 1));
      value.push_back(part(in_qkv, 2));
    }
    matrix(path + "query", n * h, d, names("self_attn.q_proj", "", "attn_q"), q);
    matrix(path + "key", k * h, d, names("self_attn.k_proj", "", "attn_k"), key);
    matrix(path + "value", k * h, d, names("self_attn.v_proj", "", "attn_v"), value);
    matrix(path + "out", d, n * h, names("self_attn.o_proj", "", "attn_output"),
           {{.name = orbax + "attn_vec_einsum/w", .dims = {n, h, d}, .permutation = {2, 0, 1}}});
    if (c_.has_query_key_norms()) {
      norm(path + "query_norm", h,
           names("self_attn.q_norm", "attn/_query_norm/scale", "attn_q_norm"));
      norm(path + "key_norm", h, names("self_attn.k_norm", "attn/_key_norm/scale", "attn_k_norm"));
    }
  }

  void mlp(const std::string& path, const std::string& orbax, const auto& names) {
    const Dim d = c_.width, f = c_.hidden;
    // Flat trees end in "/w"; in nested ones these two are leaves themselves.
    const auto gating = [&](int index) {
      std::vector<Place> places;
      for (const char* leaf : {"gating_einsum/w", "gating_einsum"}) {
        const Place plain{
            .name = orbax + leaf, .dims = {2, d, f}, .index = index, .permutation = {1, 0}};
        const Place transposed{.name = orbax + leaf, .dims = {2, f, d}, .index = index};
        // Gemma 3 has them transposed; it decides where D is F.
        places.push_back(c_.generation == 3 ? transposed : plain);
        places.push_back(c_.generation == 3 ? plain : transposed);
      }
      return places;
    };
    const auto down = [&](const char* leaf) {
      return Place{.name = orbax + leaf, .dims = {f, d}, .permutation = {1, 0}};
    };
    matrix(path + "gate", f, d, names("mlp.gate_proj", "", "ffn_gate"), gating(0));
    matrix(path + "up", f, d, names("mlp.up_proj", "", "ffn_up"), gating(1));
    matrix(path + "down", d, f, names("mlp.down_proj", "", "ffn_down"),
           {down("linear/w"), down("linear")});
  }

  const Config& c_;
  Layout layout_;
  std::vector<Weight> rows_{};
};

}  // namespace

std::vector<Weight> weight_table(const Config& config, Layout layout) {
  return Table(config, layout).all();
}

}  // namespace hilo::models::gemma
