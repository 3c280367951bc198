#pragma once
#include <vector>

#include "hilo/models/gemma/cache.h"
#include "hilo/models/gemma/config.h"
#include "hilo/nn/scope.h"

// The network. B batch, T tokens, D width, N heads, K key heads, H width of a head, F hidden width,
// V vocabulary.
namespace hilo::models::gemma {

/// x times a matrix of the model, [out,in] as the files have it: variable "kernel", which may be in
/// blocks.
/// Shapes:  [..,in] -> f32[..,out], or of `dtype`.
Value dense(nn::Scope scope, Value x, Dim out, const Precision& precision, DType dtype = kF32);

/// Matrices that read the same vectors, one under the other where `Config::is_fused`: then they are one variable, of the
/// joint name.
struct Fusion {
  struct Part {
    std::string_view name;
    Dim out;
  };
  std::string_view name;
  std::vector<Part> parts;
};
/// "query", "key" and "value"; "gate" and "up".
Fusion attention_fusion(const Config& config);
Fusion mlp_fusion(const Config& config);

/// The tokens' vectors between and behind the layers, for tests: what `forward` passes on.
struct Trace {
  std::vector<Value> residuals;  ///< [B,T,D]: the embeddings, then after each layer
};

/// Runs all layers on new tokens, and keeps their keys and values.
/// Shapes:  ids i32[B,T], cache one entry a layer -> f32[B,T,D] behind the final norm.
/// Source:  Gemma (2024), Gemma 2 (2024) and Gemma 3 (2025) technical reports.
Value forward(nn::Scope scope, const Config& config, Value ids, std::vector<LayerCache>& cache,
              const Placement& at, Trace* trace = nullptr);

/// What comes next: products with the embeddings, capped.
/// Shapes:  [..,D] -> f32[..,V].
Value logits(nn::Scope scope, const Config& config, Value x);

}  // namespace hilo::models::gemma
