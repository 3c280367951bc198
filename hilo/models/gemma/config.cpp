#include "hilo/models/gemma/config.h"

#include <fmt/format.h>

#include <cmath>

#include "hilo/core/error.h"
#include "hilo/nn/block_matrix.h"

namespace hilo::models::gemma {
namespace {

constexpr Dim kMostLayers = 1024;
constexpr Dim kMostOfAxis = 1 << 24;  // width, rows of the vocabulary, tokens of context ..

void expect_within(std::string_view name, const char* field, Dim value, Dim most) {
  if (value >= 1 && value <= most) return;
  throw FormatError(name, fmt::format("{} is {}; expected 1 .. {}", field, value, most));
}

void expect_positive(std::string_view name, const char* field, double value) {
  if (value > 0 && std::isfinite(value)) return;
  throw FormatError(name, fmt::format("{} is {}; expected a number above 0", field, value));
}

// What the ten sizes differ in.
struct Row {
  const char* name;
  Dim layers, width, heads, key_value_heads, head_width, hidden;
  Dim window = 0, context = 8192;
  double query_width = 0;  // query_scale = query_width^-1/2; 0: head_width
  double global_rope_scale = 1;
};

Config config_of(int generation, const Row& row) {
  Config c{.generation = generation,
           .layers = row.layers,
           .width = row.width,
           .heads = row.heads,
           .key_value_heads = row.key_value_heads,
           .head_width = row.head_width,
           .hidden = row.hidden};
  c.vocabulary = generation == 3 ? 262'144 : 256'000;
  c.context = row.context;
  c.window = row.window;
  c.query_scale =
      1 / std::sqrt(row.query_width > 0 ? row.query_width : static_cast<double>(row.head_width));
  c.is_local = local_layers(row.layers, generation == 1 ? 1 : generation == 2 ? 2 : 6);
  if (generation == 2) {
    c.attention_cap = 50;
    c.logit_cap = 30;
  }
  if (generation == 3) c.global_rope_base = 1'000'000;
  c.global_rope_scale = row.global_rope_scale;
  return c;
}

}  // namespace

Precision Precision::of(DType dtype) {
  if (dtype != kF32 && dtype != kBF16 && dtype != kF16) {
    throw UsageError(fmt::format("dtype is {}; expected f32, bf16 or f16", hilo::name(dtype)));
  }
  // What f16 cannot hold, f32 does.
  return {.weights = dtype, .activations = dtype, .residual = kF32, .cache = dtype, .inner = dtype == kF16 ? kF32 : dtype};
}

Shape Precision::shape_of(std::string_view path, Dims dims) const {
  const auto found = blocks.find(path);
  if (found == blocks.end()) return {weights, std::move(dims)};
  return nn::blocks_shape(std::move(dims), found->second);
}

std::vector<bool> local_layers(Dim layers, Dim pattern) {
  std::vector<bool> result;
  for (Dim i = 0; i < layers; ++i) result.push_back((i + 1) % pattern != 0);
  return result;
}

void check(const Config& c, std::string_view name) {
  expect_within(name, "num_hidden_layers", c.layers, kMostLayers);
  expect_within(name, "hidden_size", c.width, kMostOfAxis);
  expect_within(name, "num_attention_heads", c.heads, kMostOfAxis);
  expect_within(name, "num_key_value_heads", c.key_value_heads, c.heads);
  expect_within(name, "head_dim", c.head_width, kMostOfAxis);
  expect_within(name, "intermediate_size", c.hidden, kMostOfAxis);
  expect_within(name, "vocab_size", c.vocabulary, kMostOfAxis);
  expect_within(name, "max_position_embeddings", c.context, kMostOfAxis);
  if (c.heads % c.key_value_heads != 0) {
    throw FormatError(
        name, fmt::format("{} key heads do not divide {} heads", c.key_value_heads, c.heads));
  }
  if (c.head_width % 2 != 0) {
    throw FormatError(name, fmt::format("head_dim is {}; expected an even number", c.head_width));
  }
  if (c.is_local.size() != static_cast<std::size_t>(c.layers)) {
    throw FormatError(name, fmt::format("{} types of layers; expected one for each of {} layers",
                                        c.is_local.size(), c.layers));
  }
  for (bool local : c.is_local) {
    if (local) expect_within(name, "sliding_window", c.window, kMostOfAxis);
  }
  expect_positive(name, "query_pre_attn_scalar", c.query_scale);
  expect_positive(name, "rope_theta", c.global_rope_base);
  expect_positive(name, "rope_theta of local layers", c.local_rope_base);
  expect_positive(name, "factor of rope scaling", c.global_rope_scale);
  expect_positive(name, "factor of rope scaling of local layers", c.local_rope_scale);
  expect_positive(name, "rms_norm_eps", c.norm_epsilon);
  if (c.attention_cap != 0) expect_positive(name, "attn_logit_softcapping", c.attention_cap);
  if (c.logit_cap != 0) expect_positive(name, "final_logit_softcapping", c.logit_cap);
}

const std::vector<Published>& published() {
  static const std::vector<Published> all = [] {
    constexpr Dim kLong = 131'072;
    const std::vector<std::pair<int, Row>> rows = {
        // layers, width, heads, key heads, head width, hidden
        {1, {"gemma-2b", 18, 2048, 8, 1, 256, 16384}},
        {1, {"gemma-7b", 28, 3072, 16, 16, 256, 24576}},
        {2, {"gemma2-2b", 26, 2304, 8, 4, 256, 9216, 4096}},
        {2, {"gemma2-9b", 42, 3584, 16, 8, 256, 14336, 4096}},
        {2, {"gemma2-27b", 46, 4608, 32, 16, 128, 36864, 4096, 8192, 4608.0 / 32}},
        {3, {"gemma3-270m", 18, 640, 4, 1, 256, 2048, 512, 32'768}},
        {3, {"gemma3-1b", 26, 1152, 4, 1, 256, 6912, 512, 32'768}},
        {3, {"gemma3-4b", 34, 2560, 8, 4, 256, 10240, 1024, kLong, 0, 8}},
        {3, {"gemma3-12b", 48, 3840, 16, 8, 256, 15360, 1024, kLong, 0, 8}},
        {3, {"gemma3-27b", 62, 5376, 32, 16, 128, 21504, 1024, kLong, 5376.0 / 32, 8}},
    };
    std::vector<Published> result;
    for (const auto& [generation, row] : rows)
      result.push_back({row.name, config_of(generation, row)});
    return result;
  }();
  return all;
}

}  // namespace hilo::models::gemma
