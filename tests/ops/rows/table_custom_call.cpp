// Rows of hilo/ops/custom_call.h: an op of one's own, y = x * x * by.
#include "hilo/ops/custom_call.h"

#include "hilo/custom_call.h"
#include "hilo/ops/binary.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

namespace ffi = xla::ffi;

template <ffi::DataType kType>
void register_scaled_square(std::string_view name) {
  const auto call = [](ffi::Buffer<kType> x, ffi::ResultBuffer<kType> y, double by) {
    using T = ffi::NativeType<kType>;
    for (std::size_t i = 0; i < x.element_count(); ++i) {
      y->typed_data()[i] = x.typed_data()[i] * x.typed_data()[i] * static_cast<T>(by);
    }
    return ffi::Error::Success();
  };
  register_custom_call(name, ffi::Ffi::Bind().Arg<ffi::Buffer<kType>>().template Ret<ffi::Buffer<kType>>().template Attr<double>("by").To(call));
}

const bool are_registered = [] {
  register_scaled_square<ffi::F32>("hilo_test_scaled_square_f32");
  register_scaled_square<ffi::F64>("hilo_test_scaled_square_f64");
  return true;
}();

Value scaled_square(Value x) {
  CustomOp op{.name = "hilo_test_scaled_square_" + std::string(name(x.dtype())), .infer = [](Shapes in) { return std::vector{in[0]}; }};
  op.vjp = [](const Vjp& v) { return std::vector{6 * v.in[0] * v.d_out}; };
  op.jvp = [](const Jvp& v) { return std::vector{6 * v.in[0] * v.d_in[0]}; };
  return custom_call(op, {x}, {{"by", 3.0}})[0];
}

}  // namespace

Family custom_call_rows() {
  Family family{.name = "custom_call", .rows = {}};
  family.rows.push_back(Row("custom_call", {{2, 3}}, {2, 3}, scaled_square).is(floats(map([](double x) { return 3 * x * x; }))));
  family.drawn.push_back({"custom_call", [](Draw& draw) {
                            return Row({Input(draw.dims())}, scaled_square).in({kF64, kF32});
                          }});
  return family;
}

}  // namespace hilo::test
