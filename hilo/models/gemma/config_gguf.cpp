#include <fmt/format.h>

#include <cmath>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/formats/gguf.h"
#include "hilo/models/gemma/weights.h"

// The metadata of a GGUF file, by the keys of llama.cpp.
namespace hilo::models::gemma {
namespace {

class Keys {
 public:
  Keys(const formats::GgufFile& file, std::string architecture)
      : file_(file), architecture_(std::move(architecture)) {}

  [[nodiscard]] Dim integer(const char* key) const {
    const auto value = file_.integer(full(key));
    if (!value)
      throw FormatError(file_.path().string(), fmt::format("it has no key {}", full(key)));
    return *value;
  }
  [[nodiscard]] Dim integer(const char* key, Dim otherwise) const {
    return file_.integer(full(key)).value_or(otherwise);
  }
  [[nodiscard]] double number(const char* key, double otherwise) const {
    return file_.number(full(key)).value_or(otherwise);
  }
  [[nodiscard]] std::string full(const char* key) const { return architecture_ + "." + key; }

 private:
  const formats::GgufFile& file_;
  std::string architecture_;
};

int generation_of(const formats::GgufFile& file) {
  const auto architecture = file.text("general.architecture");
  if (architecture == "gemma") return 1;
  if (architecture == "gemma2") return 2;
  if (architecture == "gemma3") return 3;
  throw FormatError(
      file.path().string(),
      architecture ? fmt::format("general.architecture is {}; expected gemma, gemma2 or gemma3",
                                 quote(*architecture))
                   : "it has no key general.architecture");
}

// Rows of the embeddings.
Dim vocabulary_of(const formats::GgufFile& file, const Keys& keys) {
  if (file.contains("token_embd.weight") && file.tensor("token_embd.weight").dims.size() == 2) {
    return file.tensor("token_embd.weight").dims[0];
  }
  return keys.integer("vocab_size");
}

// One pattern for all, or an entry a layer that is not 0 where it is local.
std::vector<bool> local_layers_of(const formats::GgufFile& file, const Keys& keys,
                                  const Config& c) {
  if (c.generation == 1) return local_layers(c.layers, 1);
  const std::string key = keys.full("attention.sliding_window_pattern");
  const formats::GgufValue* value = file.find(key);
  if (value != nullptr && value->type() == formats::GgufType::kArray &&
      value->element_type() != formats::GgufType::kBool) {
    std::vector<bool> result;
    const auto locals = file.integers(key);
    for (std::int64_t local : *locals) result.push_back(local != 0);
    return result;
  }
  const Dim usual = c.generation == 2 ? 2 : 6;
  const Dim pattern =
      value != nullptr && value->type() != formats::GgufType::kArray ? *file.integer(key) : usual;
  if (pattern < 1)
    throw FormatError(file.path().string(),
                      fmt::format("{} is {}; expected 1 or more", key, pattern));
  return local_layers(c.layers, pattern);
}

}  // namespace

Dim gguf_query_width(const Config& c) {
  const bool is_27b =
      (c.generation == 2 && c.layers == 46) || (c.generation == 3 && c.layers == 62);
  return is_27b ? c.width / c.heads : c.head_width;
}

Config config_from_gguf(const formats::GgufFile& file) {
  const std::string name = file.path().string();
  Config c;
  c.generation = generation_of(file);
  const Keys keys(file, std::string(*file.text("general.architecture")));
  c.layers = keys.integer("block_count");
  c.width = keys.integer("embedding_length");
  c.hidden = keys.integer("feed_forward_length");
  c.heads = keys.integer("attention.head_count");
  c.key_value_heads = keys.integer("attention.head_count_kv", c.heads);
  if (c.heads < 1 || c.layers < 1 || c.layers > 1024) check(c, name);  // refuses it
  c.head_width = keys.integer("attention.key_length", c.width / c.heads);
  c.vocabulary = vocabulary_of(file, keys);
  c.context = keys.integer("context_length", c.generation == 3 ? 131'072 : 8192);
  c.norm_epsilon = keys.number("attention.layer_norm_rms_epsilon", 1e-6);
  c.query_scale = 1 / std::sqrt(static_cast<double>(gguf_query_width(c)));
  if (c.generation == 2) {
    c.attention_cap = keys.number("attn_logit_softcapping", 50);
    c.logit_cap = keys.number("final_logit_softcapping", 30);
  }
  const Dim usual_window = c.generation == 2 ? 4096 : c.layers == 18 || c.layers == 26 ? 512 : 1024;
  c.window = c.generation == 1 ? 0 : keys.integer("attention.sliding_window", usual_window);
  c.is_local = local_layers_of(file, keys, c);
  c.global_rope_base = keys.number("rope.freq_base", c.generation == 3 ? 1'000'000 : 10'000);
  c.local_rope_base =
      c.generation == 3 ? keys.number("rope.freq_base_swa", 10'000) : c.global_rope_base;
  const auto scaling = file.text(keys.full("rope.scaling.type"));
  if (scaling && scaling != "none" && scaling != "linear") {
    throw FormatError(name, fmt::format("{} is {}; expected none or linear",
                                        keys.full("rope.scaling.type"), quote(*scaling)));
  }
  c.global_rope_scale = scaling == "none" ? 1 : keys.number("rope.scaling.factor", 1);
  if (c.generation != 3) c.local_rope_scale = c.global_rope_scale;
  check(c, name);
  return c;
}

}  // namespace hilo::models::gemma
