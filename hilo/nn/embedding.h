#pragma once
#include <optional>

#include "hilo/nn/initializer.h"
#include "hilo/nn/scope.h"

namespace hilo::nn {

struct EmbeddingOptions {
  DType dtype = kF32;
  std::optional<Initializer> initializer{};  ///< normal(1 / sqrt(width)) if none is given
};

/// Rows of a table by number: variable "table" [count,width].
/// Shapes:  integers [..] -> [..,width].
/// Throws:  OpError if `ids` are no integers, `count` or `width` are below 1, or the dtype is no
///          float. An id outside of 0..count-1 gives a row of NaN, so that it does not pass unseen.
/// Example: nn::embedding(scope / "embedder", tokens, vocabulary, width)
Value embedding(Scope scope, Value ids, Dim count, Dim width, const EmbeddingOptions& options = {});

}  // namespace hilo::nn
