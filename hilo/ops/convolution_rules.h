#pragma once
#include "hilo/graph/op.h"
#include "hilo/ops/convolution.h"

// The parts of the rules of convolution, each of which writes one as other convolutions. All lists
// are filled in.
namespace hilo {

/// Lists that are not said: 1 for every spatial axis, padding 0, no reversal.
void fill_in(ConvolutionOptions& o);

/// Windows along each spatial axis.
std::vector<WindowAxis> window_axes(const ConvolutionOptions& o, const Dims& x, const Dims& kernel);

/// Cotangents of the input and of the kernel.
Value input_cotangent(const ConvolutionOptions& o, Value x, Value kernel, Value d_out);
Value kernel_cotangent(const ConvolutionOptions& o, Value x, Value kernel, Value d_out);

/// Under a batch axis in front of x, of the kernel, or of both.
Value batched_convolution(const ConvolutionOptions& o, const Batch& b);

/// The same convolution written so that XLA:CPU computes it faster; none if it is best as it is.
Function convolution_for_cpu(const ConvolutionOptions& o, Shapes in);

}  // namespace hilo
