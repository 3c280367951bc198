#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/core/text.h"
#include "hilo/models/gemma/config.h"

// Hugging Face's config.json.
namespace hilo::models::gemma {
namespace {

using Json = nlohmann::json;
constexpr std::uint64_t kMostBytes = 16 << 20;
constexpr double kMostNumber = 1e15;

// An object of the file; a key that is null counts as left out.
class Fields {
 public:
  Fields(const Json& object, std::string_view file) : object_(object), file_(file) {}

  [[nodiscard]] const Json* find(const char* key) const {
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }
  [[nodiscard]] bool has(const char* key) const { return find(key) != nullptr; }

  [[nodiscard]] double number(const char* key, double otherwise) const {
    const Json* value = find(key);
    if (value == nullptr) return otherwise;
    if (!value->is_number() || !(std::abs(value->get<double>()) < kMostNumber))
      refuse(key, *value, "a number");
    return value->get<double>();
  }
  [[nodiscard]] Dim integer(const char* key, Dim otherwise) const {
    const double value = number(key, static_cast<double>(otherwise));
    if (value != std::floor(value)) refuse(key, *find(key), "a whole number");
    return static_cast<Dim>(value);
  }
  [[nodiscard]] std::string text(const char* key, std::string otherwise) const {
    const Json* value = find(key);
    if (value == nullptr) return otherwise;
    if (!value->is_string()) refuse(key, *value, "text");
    return value->get<std::string>();
  }
  [[nodiscard]] bool flag(const char* key, bool otherwise) const {
    const Json* value = find(key);
    if (value == nullptr) return otherwise;
    if (!value->is_boolean()) refuse(key, *value, "true or false");
    return value->get<bool>();
  }
  // What stands under the key, or an empty object.
  [[nodiscard]] Fields object(const char* key) const {
    static const Json empty = Json::object();
    const Json* value = find(key);
    if (value == nullptr) return {empty, file_};
    if (!value->is_object()) refuse(key, *value, "an object");
    return {*value, file_};
  }
  [[noreturn]] void refuse(const char* key, const Json& value, std::string_view expected) const {
    const std::string found = value.dump(-1, ' ', false, Json::error_handler_t::replace);
    throw FormatError(
        file_, fmt::format("{} is {}; expected {}", quote(key), found.substr(0, 80), expected));
  }

 private:
  const Json& object_;
  std::string_view file_;
};

// What transformers takes for keys that are left out.
Config defaults_of(int generation) {
  Config c;
  c.generation = generation;
  if (generation == 1) {
    c.layers = 28, c.width = 3072, c.hidden = 24576, c.heads = 16, c.key_value_heads = 16;
    c.vocabulary = 256'000;
  } else {
    c.layers = 26, c.width = 2304, c.hidden = 9216, c.heads = 8, c.key_value_heads = 4;
    c.vocabulary = generation == 2 ? 256'000 : 262'208;
    c.window = 4096;
  }
  c.head_width = 256;
  c.context = generation == 3 ? 131'072 : 8192;
  c.attention_cap = generation == 2 ? 50 : 0;
  c.logit_cap = generation == 2 ? 30 : 0;
  c.global_rope_base = generation == 3 ? 1'000'000 : 10'000;
  return c;
}

int generation_of(const Fields& f, std::string_view file) {
  const std::string type = f.text("model_type", "");
  if (type == "gemma") return 1;
  if (type == "gemma2") return 2;
  if (type == "gemma3_text" || type == "gemma3") return 3;
  throw FormatError(
      file, fmt::format("\"model_type\" is {}; expected gemma, gemma2, gemma3_text or gemma3",
                        quote(type)));
}

// A cap that is null is none; one that is left out is the generation's.
double cap_of(const Json& object, const Fields& f, const char* key, double otherwise) {
  return object.contains(key) && object.at(key).is_null() ? 0 : f.number(key, otherwise);
}

std::vector<bool> local_layers_of(const Fields& f, const Config& c) {
  if (c.generation == 1) return local_layers(c.layers, 1);
  if (const Json* types = f.find("layer_types")) {
    std::vector<bool> result;
    if (!types->is_array()) f.refuse("layer_types", *types, "a list");
    for (const Json& type : *types) {
      if (type != "sliding_attention" && type != "full_attention") {
        f.refuse("layer_types", type, "sliding_attention or full_attention");
      }
      result.push_back(type == "sliding_attention");
    }
    return result;
  }
  const Dim usual = c.generation == 2 ? 2 : 6;
  const Dim pattern =
      f.integer("sliding_window_pattern", f.integer("_sliding_window_pattern", usual));
  if (pattern < 1) f.refuse("sliding_window_pattern", Json(pattern), "1 or more");
  return local_layers(c.layers, pattern);
}

// {"rope_type": "linear", "factor": 8}, or "type" in older files.
double rope_factor(const Fields& rope) {
  const std::string type = rope.text("rope_type", rope.text("type", "default"));
  if (type == "default") return 1;
  if (type == "linear") return rope.number("factor", 1);
  rope.refuse(rope.has("rope_type") ? "rope_type" : "type", Json(type), "default or linear");
}

void read_rope(const Fields& f, Config& c) {
  c.global_rope_base = f.number("rope_theta", c.global_rope_base);
  c.local_rope_base =
      c.generation == 3 ? f.number("rope_local_base_freq", c.local_rope_base) : c.global_rope_base;
  c.global_rope_scale = rope_factor(f.object("rope_scaling"));
  if (c.generation != 3) c.local_rope_scale = c.global_rope_scale;
  const Fields rope = f.object("rope_parameters");
  const bool is_by_type = rope.has("full_attention") || rope.has("sliding_attention");
  const Fields global = is_by_type ? rope.object("full_attention") : rope;
  c.global_rope_base = global.number("rope_theta", c.global_rope_base);
  if (f.has("rope_parameters")) c.global_rope_scale = rope_factor(global);
  const bool is_shared = !is_by_type && c.generation != 3;
  const Fields local = is_by_type ? rope.object("sliding_attention") : rope;
  if (is_by_type || is_shared) {
    c.local_rope_base = local.number("rope_theta", c.local_rope_base);
    if (f.has("rope_parameters")) c.local_rope_scale = rope_factor(local);
  }
}

// Settings that no Gemma of text has.
void refuse_others(const Fields& f) {
  const auto expect_false = [&](const char* key) {
    if (f.flag(key, false)) f.refuse(key, Json(true), "false");
  };
  expect_false("attention_bias");
  expect_false("use_bidirectional_attention");
  if (!f.flag("tie_word_embeddings", true)) {
    f.refuse("tie_word_embeddings", Json(false),
             "true: the logits are products with the embeddings");
  }
  // "gelu" in files of Gemma 1 stands for the tanh approximation, which is what it was trained
  // with.
  const std::string activation =
      f.text("hidden_activation", f.text("hidden_act", "gelu_pytorch_tanh"));
  if (activation != "gelu_pytorch_tanh" && activation != "gelu") {
    f.refuse(f.has("hidden_activation") ? "hidden_activation" : "hidden_act", Json(activation),
             "gelu_pytorch_tanh");
  }
}

Json parse(std::string_view text, std::string_view file) {
  if (text.size() > kMostBytes)
    throw FormatError(file, "it is longer than 16 MiB; expected a config.json");
  try {
    // Depth is bounded: an object in an object in the outermost one is as deep as it gets, lists
    // aside.
    const auto shallow = [](int depth, Json::parse_event_t, Json&) {
      if (depth > 16) throw Error("more than 16 levels deep");
      return true;
    };
    Json json = Json::parse(text, shallow);
    if (!json.is_object()) throw FormatError(file, "it is no JSON object; expected a config.json");
    return json;
  } catch (const Json::exception& e) {
    throw FormatError(file, fmt::format("it is no JSON: {}", e.what()));
  } catch (const FormatError&) {
    throw;
  } catch (const Error& e) {
    throw FormatError(file, e.what());
  }
}

}  // namespace

Config config_from_json(std::string_view text, std::string_view name) {
  const Json json = parse(text, name);
  const Fields outer(json, name);
  const int generation = generation_of(outer, name);
  const Fields f = outer.has("text_config") ? outer.object("text_config") : outer;
  const Json& object = outer.has("text_config") ? json.at("text_config") : json;
  refuse_others(f);
  Config c = defaults_of(generation);
  c.layers = f.integer("num_hidden_layers", c.layers);
  c.width = f.integer("hidden_size", c.width);
  c.hidden = f.integer("intermediate_size", c.hidden);
  c.heads = f.integer("num_attention_heads", c.heads);
  c.key_value_heads = f.integer("num_key_value_heads", c.key_value_heads);
  c.head_width = f.integer("head_dim", c.head_width);
  c.vocabulary = f.integer("vocab_size", c.vocabulary);
  c.context = f.integer("max_position_embeddings", c.context);
  c.norm_epsilon = f.number("rms_norm_eps", c.norm_epsilon);
  const double query_width =
      generation == 1 ? static_cast<double>(c.head_width) : f.number("query_pre_attn_scalar", 256);
  c.query_scale = query_width > 0 ? 1 / std::sqrt(query_width) : 0;
  c.attention_cap =
      generation == 1 ? 0 : cap_of(object, f, "attn_logit_softcapping", c.attention_cap);
  c.logit_cap = generation == 1 ? 0 : cap_of(object, f, "final_logit_softcapping", c.logit_cap);
  c.window = f.integer("sliding_window", f.integer("sliding_window_size", c.window));
  read_rope(f, c);
  if (c.layers >= 1 && c.layers <= 1024) c.is_local = local_layers_of(f, c);
  check(c, name);
  return c;
}

Config read_config(const std::filesystem::path& file) {
  return config_from_json(read_text(file, kMostBytes), file.string());
}

}  // namespace hilo::models::gemma
