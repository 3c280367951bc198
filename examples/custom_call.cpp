// An op of one's own: C++ that XLA calls, with a shape rule, an attribute, a gradient in both directions and a batching rule.
#include <cmath>
#include <iostream>

#include "hilo/custom_call.h"
#include "hilo/hilo.h"

using namespace hilo;
using F32 = xla::ffi::Buffer<xla::ffi::F32>;

xla::ffi::Error grow(F32 x, xla::ffi::Result<F32> y, float rate) {
  for (std::size_t i = 0; i < x.element_count(); ++i) y->typed_data()[i] = std::exp(rate * x.typed_data()[i]);
  return xla::ffi::Error::Success();
}

Value growth(Value x, float rate) {  // e^(rate x); a gradient calls the handler again, and a batch is one call
  const CustomOp op{.name = "growth", .infer = [](Shapes in) { return std::vector{in[0]}; },
                    .vjp = [=](const Vjp& v) { return std::vector{v.d_out * growth(v.in[0], rate) * rate}; },
                    .batch = [=](const Batch& b) { return std::vector{growth(b.in[0], rate)}; }};
  return custom_call(op, {x}, {{"rate", rate}})[0];
}

int main() {
  register_custom_call("growth", xla::ffi::Ffi::Bind().Arg<F32>().Ret<F32>().Attr<float>("rate").To(grow));
  const auto slope = jit(pjrt::open("cpu"), [](Value x) { return grad(sum(growth(x, 0.5F)), x); });
  const Array y = slope(Tensor(Array::of<float>({3}, {0, 2, 4}))).array();
  for (float v : y.data<float>()) std::cout << v << "\n";
}
