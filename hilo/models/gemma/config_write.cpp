#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "hilo/core/error.h"
#include "hilo/models/gemma/convert.h"

// A config in the words of Hugging Face and of llama.cpp: what config_json.cpp and config_gguf.cpp
// read.
namespace hilo::models::gemma {
namespace {

using Json = nlohmann::ordered_json;
using formats::GgufMetadata;
using formats::GgufValue;

// query_pre_attn_scalar, which is a whole number for every published size.
double query_width(const Config& c) {
  const double width = 1 / (c.query_scale * c.query_scale), whole = std::round(width);
  return std::abs(width - whole) < 1e-6 * whole ? whole : width;
}

// Whole numbers as such: some readers insist.
Json number(double x) { return x == std::floor(x) ? Json(static_cast<std::int64_t>(x)) : Json(x); }

Json cap(double x) { return x == 0 ? Json(nullptr) : Json(x); }

// Every how many layers one is global; 0 if there is no such number.
Dim pattern_of(const Config& c) {
  for (Dim pattern = 1; pattern <= c.layers + 1; ++pattern) {
    if (c.is_local == local_layers(c.layers, pattern)) return pattern;
  }
  return 0;
}

// "rope_scaling" as files of Hugging Face have it.
Json rope_scaling(double factor) {
  if (factor == 1) return nullptr;
  return {{"rope_type", "linear"}, {"factor", factor}};
}

[[noreturn]] void refuse(const std::string& what, const char* format, const char* hint) {
  throw Error(
      fmt::format("convert: {}, for which {} has no word\n  hint:  {}", what, format, hint));
}

}  // namespace

std::string config_text(const Config& c, DType dtype, const SpecialIds& ids) {
  if (c.generation == 3 && c.local_rope_scale != 1) {
    refuse(fmt::format("rope of local layers is scaled by {}", c.local_rope_scale), "config.json",
           "a .gguf file has none either");
  }
  const std::string generation = c.generation == 1 ? "" : std::to_string(c.generation);
  Json json;
  json["architectures"] = {fmt::format("Gemma{}ForCausalLM", generation)};
  json["model_type"] = fmt::format("gemma{}{}", generation, c.generation == 3 ? "_text" : "");
  json["vocab_size"] = c.vocabulary;
  json["hidden_size"] = c.width;
  json["intermediate_size"] = c.hidden;
  json["num_hidden_layers"] = c.layers;
  json["num_attention_heads"] = c.heads;
  json["num_key_value_heads"] = c.key_value_heads;
  json["head_dim"] = c.head_width;
  json["hidden_act"] = "gelu_pytorch_tanh";
  json["hidden_activation"] = "gelu_pytorch_tanh";
  json["max_position_embeddings"] = c.context;
  json["rms_norm_eps"] = c.norm_epsilon;
  json["rope_theta"] = c.global_rope_base;
  json["attention_bias"] = false;
  json["attention_dropout"] = 0.0;
  json["tie_word_embeddings"] = true;
  if (c.generation >= 2) {
    json["query_pre_attn_scalar"] = number(query_width(c));
    json["attn_logit_softcapping"] = cap(c.attention_cap);
    json["final_logit_softcapping"] = cap(c.logit_cap);
    if (c.window > 0) json["sliding_window"] = c.window;
    for (const bool local : c.is_local)
      json["layer_types"].push_back(local ? "sliding_attention" : "full_attention");
  }
  if (c.generation == 3) {
    json["rope_local_base_freq"] = c.local_rope_base;
    if (const Dim pattern = pattern_of(c); pattern > 0) json["sliding_window_pattern"] = pattern;
  }
  json["rope_scaling"] = rope_scaling(c.global_rope_scale);
  json["bos_token_id"] = ids.bos;
  json["eos_token_id"] = ids.eos;
  json["pad_token_id"] = ids.pad;
  json["torch_dtype"] = dtype == kF32 ? "float32" : dtype == kF16 ? "float16" : "bfloat16";
  return json.dump(2) + "\n";
}

GgufMetadata gguf_metadata(const Config& c) {
  const double expected = static_cast<double>(gguf_query_width(c)), width = query_width(c);
  if (width != expected) {
    refuse(fmt::format("query_pre_attn_scalar is {}", width), "a GGUF file",
           fmt::format("it means {} for this shape; expected --out FOLDER", expected).c_str());
  }
  if (c.generation == 3 && (c.local_rope_scale != 1 || c.attention_cap != 0 || c.logit_cap != 0)) {
    refuse("a Gemma 3 has soft caps, or rope of local layers is scaled", "a GGUF file",
           "expected --out FOLDER");
  }
  if (c.generation == 2 && (c.attention_cap == 0 || c.logit_cap == 0))
    refuse("a Gemma 2 is without soft caps", "a GGUF file", "expected --out FOLDER");
  const std::string name = c.generation == 1 ? "gemma" : fmt::format("gemma{}", c.generation);
  GgufMetadata all = {{"general.architecture", GgufValue::of(name)},
                      {"general.type", GgufValue::of("model")}};
  const auto add = [&](const char* key, const GgufValue& value) {
    all.emplace_back(name + "." + key, value);
  };
  const auto integer = [](Dim x) { return GgufValue::of(static_cast<std::uint32_t>(x)); };
  const auto real = [](double x) { return GgufValue::of(static_cast<float>(x)); };
  add("context_length", integer(c.context));
  add("embedding_length", integer(c.width));
  add("block_count", integer(c.layers));
  add("feed_forward_length", integer(c.hidden));
  add("attention.head_count", integer(c.heads));
  add("attention.head_count_kv", integer(c.key_value_heads));
  add("attention.key_length", integer(c.head_width));
  add("attention.value_length", integer(c.head_width));
  add("attention.layer_norm_rms_epsilon", real(c.norm_epsilon));
  add("rope.freq_base", real(c.global_rope_base));
  if (c.global_rope_scale != 1) {
    add("rope.scaling.type", GgufValue::of("linear"));
    add("rope.scaling.factor", real(c.global_rope_scale));
  }
  if (c.generation == 1) return all;
  if (c.window > 0) add("attention.sliding_window", integer(c.window));
  const Dim pattern = pattern_of(c);
  if (pattern == 0) {
    const std::vector<std::int32_t> locals(c.is_local.begin(), c.is_local.end());
    add("attention.sliding_window_pattern", GgufValue::of(std::span(locals)));
  } else if (pattern != (c.generation == 2 ? 2 : 6)) {  // else what is meant without it
    add("attention.sliding_window_pattern", integer(pattern));
  }
  if (c.generation == 3 && c.local_rope_base != 10'000)
    add("rope.freq_base_swa", real(c.local_rope_base));
  if (c.generation == 2) {
    add("attn_logit_softcapping", real(c.attention_cap));
    add("final_logit_softcapping", real(c.logit_cap));
  }
  return all;
}

}  // namespace hilo::models::gemma
