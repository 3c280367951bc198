#pragma once
#include <optional>

#include "hilo/nn/initializer.h"
#include "hilo/nn/scope.h"

namespace hilo::nn {

struct PositionEmbeddingOptions {
  Value positions{};                         ///< integers [T] or [B,T]; 0, 1, 2 .. if not given
  std::optional<Initializer> initializer{};  ///< normal(0.02) if none is given
};

/// x plus a learned vector for each position: variable "table" [most,D], of x's dtype.
/// Shapes:  [..,T,D] -> the same; T is at most `most`.
/// Throws:  OpError if x is no float or has fewer than 2 axes, or is longer than the table. A given
///          position outside of the table makes NaN.
/// Source:  Gehring et al. 2017; hilo/ops/rotary.h has positions that are not learned.
Value position_embedding(Scope scope, Value x, Dim most,
                         const PositionEmbeddingOptions& options = {});

}  // namespace hilo::nn
