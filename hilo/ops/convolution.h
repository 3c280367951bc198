#pragma once
#include <optional>
#include <vector>

#include "hilo/graph/value.h"
#include "hilo/ops/sliding_window.h"

namespace hilo {

/// Which axis is what; the default is NHWC x HWIO -> NHWC with two spatial axes.
struct ConvolutionDimensionNumbers {
  static constexpr std::string_view kMnemonic = "conv";
  std::int64_t input_batch_dimension = 0, input_feature_dimension = 3;
  Axes input_spatial_dimensions = {1, 2};
  std::int64_t kernel_input_feature_dimension = 2, kernel_output_feature_dimension = 3;
  Axes kernel_spatial_dimensions = {0, 1};
  std::int64_t output_batch_dimension = 0, output_feature_dimension = 3;
  Axes output_spatial_dimensions = {1, 2};
  static void fields(auto&& field) {
    using Self = ConvolutionDimensionNumbers;
    field("input_batch_dimension", &Self::input_batch_dimension);
    field("input_feature_dimension", &Self::input_feature_dimension);
    field("input_spatial_dimensions", &Self::input_spatial_dimensions);
    field("kernel_input_feature_dimension", &Self::kernel_input_feature_dimension);
    field("kernel_output_feature_dimension", &Self::kernel_output_feature_dimension);
    field("kernel_spatial_dimensions", &Self::kernel_spatial_dimensions);
    field("output_batch_dimension", &Self::output_batch_dimension);
    field("output_feature_dimension", &Self::output_feature_dimension);
    field("output_spatial_dimensions", &Self::output_spatial_dimensions);
  }
  /// [B,spatial..,C] x [spatial..,I,O] -> [B,spatial..,C], or [B,C,spatial..] x [O,I,spatial..] ->
  /// [B,C,spatial..].
  static ConvolutionDimensionNumbers of(Layout layout, std::size_t spatial_axes);
};

/// The attributes of StableHLO's convolution, for each spatial axis; an empty list is 1 for all
/// (padding: 0, reversal: no).
struct ConvolutionOptions {
  Dims window_strides{};
  Int64Pairs padding{};  ///< zeros before and behind the (dilated) input; negative numbers cut off
  Dims lhs_dilation{},
      rhs_dilation{};  ///< distance of neighbouring elements of the input, of the kernel
  std::vector<bool> window_reversal{};  ///< whether the kernel is mirrored
  ConvolutionDimensionNumbers dimension_numbers{};
  std::int64_t feature_group_count =
      1;  ///< input and output features fall into groups that do not mix
  std::int64_t batch_group_count =
      1;                         ///< the batch falls into groups, each with its own output features
  std::optional<DType> dtype{};  ///< of the result and of the sums; the input's if not given
};

/// Slides `kernel` over x: at each place, the sum of products over the window and the input
/// features. Shapes:  x batch N, features C; kernel features C / feature_group_count in, O out;
/// result batch
///          N / batch_group_count, features O, spatial axes as for reduce_window.
/// Throws:  OpError if lists, axes, lengths, groups or dtypes do not fit.
/// Gradient: to x and to the kernel, for every option.
/// Source:  StableHLO spec, convolution (C1-C27).
Value convolution(Operand x, Operand kernel, ConvolutionOptions options);

struct ConvOptions {
  PerAxis strides{};
  WindowPadding padding = "valid";  ///< "same", "valid" or {low, high} for each spatial axis
  PerAxis dilations{};              ///< of the kernel
  PerAxis input_dilations{};        ///< of x: zeros between its elements
  Dim groups = 1;  ///< features fall into groups that do not mix; C for a depthwise convolution
  Layout layout = Layout::kChannelsLast;
  std::optional<DType> dtype{};  ///< of the result and of the sums
};

/// The convolution of neural networks (a correlation, as in all frameworks), with 1 to 3 spatial
/// axes. Shapes:  x [B,H,W,C], kernel [h,w,C / groups,O] -> [B,H',W',O]; channels first: [B,C,H,W],
/// [O,C / groups,h,w].
///          "same": H' = ceil(H / stride); "valid": H' = floor((H - h) / stride) + 1.
/// Throws:  OpError if ranks, features, groups or lists do not fit; dtypes are promoted where
/// nothing is lost. Example: conv(x, kernel, {.strides = 2, .padding = "same"})
Value conv(Operand x, Operand kernel, ConvOptions options = {});

}  // namespace hilo
