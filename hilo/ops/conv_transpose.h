#pragma once
#include <optional>

#include "hilo/graph/value.h"
#include "hilo/ops/sliding_window.h"

namespace hilo {

struct ConvTransposeOptions {
  PerAxis strides{};  ///< how many places apart the elements of x come to lie
  /// "valid" or "same": of the convolution whose transpose this is. Pairs are zeros around x, after
  /// it is spread out.
  WindowPadding padding = "valid";
  PerAxis dilations{};  ///< of the kernel
  Dim groups = 1;       ///< features fall into groups that do not mix
  /// Whether the kernel is that of the convolution whose transpose this is, [spatial..,O,C]: then
  /// it is mirrored, and its features change places, which makes this the gradient of `conv`, and
  /// what Keras and PyTorch compute. Not with groups.
  bool transposes_kernel = false;
  Layout layout = Layout::kChannelsLast;
  std::optional<DType> dtype{};  ///< of the result and of the sums
};

/// The convolution that makes pictures larger: a `conv` over x with zeros between its elements.
/// Shapes:  x [B,H,W,C], kernel [h,w,C / groups,O] -> [B,H',W',O]; "same": H' = H stride, "valid":
///          H' = H stride + max(h - stride, 0), h with its dilation counted in. Channels first as
///          `conv`.
/// Throws:  OpError if ranks, features, groups or lists do not fit.
/// Source:  jax.lax.conv_transpose.
/// Example: conv_transpose(x, kernel, {.strides = 2, .padding = "same"})
Value conv_transpose(Operand x, Operand kernel, ConvTransposeOptions options = {});

}  // namespace hilo
