#pragma once
#include "hilo/graph/value.h"
#include "hilo/ops/sliding_window.h"

// Windows over the 1 to 3 spatial axes of pictures, [B,H,W,C] unless the layout says [B,C,H,W].
namespace hilo {

struct PoolOptions {
  PerAxis strides{};  ///< distance of neighbouring windows; the window's own lengths if not given
  WindowPadding padding = "valid";  ///< "same", "valid" or {low, high} for each spatial axis
  PerAxis dilations{};              ///< distance of neighbouring elements of a window
  Layout layout = Layout::kChannelsLast;
  bool counts_padding =
      false;  ///< avg_pool: divide by the whole window also where it reaches over an edge
};

/// The largest element of each window.
/// Shapes:  [B,H,W,C] -> [B,H',W',C]; "same": H' = ceil(H / stride), "valid": H' = floor((H -
/// window) / stride) + 1. Throws:  OpError for other ranks than 3 to 5, or lists that do not fit
/// the number of spatial axes. Gradient: to the first element that equals the result. Example:
/// max_pool(x, 2) halves height and width; max_pool(x, {3, 3}, {.strides = 2, .padding = "same"})
Value max_pool(Operand x, PerAxis window, PoolOptions options = {});
Value min_pool(Operand x, PerAxis window, PoolOptions options = {});

/// The sum of each window. f16 and bf16 are summed in f32.
Value sum_pool(Operand x, PerAxis window, PoolOptions options = {});

/// The mean of each window: of the elements that lie inside of x, unless `counts_padding`. Integers
/// become f32 first.
Value avg_pool(Operand x, PerAxis window, PoolOptions options = {});

/// Over all spatial axes: [B,H,W,C] -> [B,C]; with `keeps_dims` [B,1,1,C]. Gradient of the maximum:
/// ties share evenly.
Value global_max_pool(Operand x, bool keeps_dims = false, Layout layout = Layout::kChannelsLast);
Value global_avg_pool(Operand x, bool keeps_dims = false, Layout layout = Layout::kChannelsLast);

}  // namespace hilo
