#include "hilo/ops/complex.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

struct MakeComplex : Binary<MakeComplex> {
  static constexpr std::string_view kName = "complex";
  static constexpr Kinds kAccepts = kFloats.from_bits(32);

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    const Shape parts = Binary::infer(in)[0];                    // C1, C2
    return {parts.with(parts.dtype == kF64 ? kC128 : kC64)};  // C3
  }
  static Pair d(Value, Value, Value, Value d_y) { return {real(d_y), -imag(d_y)}; }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const std::vector<Value> d = materialized(v.d_in, v.in);
    return {complex(d[0], d[1])};
  }
};

template <class Self>
struct Part : Unary<Self> {
  static constexpr Kinds kAccepts = kComplexes | kFloats;  // a real number is its own real part
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    const Shape x = Unary<Self>::infer(in)[0];
    return {x.with(part_dtype(x.dtype))};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const { return {apply(Self{}, {v.d_in[0]})}; }
};
struct Real : Part<Real> {
  static constexpr std::string_view kName = "real";
  static Value d(Value x, Value, Value d_y) { return is_complex(x.dtype()) ? complex(d_y, zeros_like(d_y)) : d_y; }
};
struct Imag : Part<Imag> {
  static constexpr std::string_view kName = "imag";
  static Value d(Value x, Value, Value d_y) { return is_complex(x.dtype()) ? complex(zeros_like(d_y), -d_y) : zeros_like(d_y); }
};

}  // namespace

void list_complex_ops(OpTable& table) {
  table.add<MakeComplex>();
  table.add<Real>();
  table.add<Imag>();
}

DType part_dtype(DType dtype) {
  if (!is_complex(dtype)) return dtype;
  return dtype == kC128 ? kF64 : kF32;
}

Value complex(Operand re, Operand im) { return apply(MakeComplex{}, promote("complex", {re, im}), re.where); }

Value real(Operand x) {
  const Value v = promote("real", {x})[0];
  return is_complex(v.dtype()) ? apply(Real{}, {v}, x.where) : v;
}

Value imag(Operand x) {
  const Value v = promote("imag", {x})[0];
  return is_complex(v.dtype()) ? apply(Imag{}, {v}, x.where) : zeros_like(v);
}

Value conj(Operand x) {
  const CallSite site(x.where);
  const Value v = promote("conj", {x})[0];
  return is_complex(v.dtype()) ? complex(real(v), -imag(v)) : v;
}

Value angle(Operand x) {
  const CallSite site(x.where);
  const Value v = promote("angle", {x})[0];
  return atan2(imag(v), real(v));
}

Value polar(Operand radius, Operand angle) {
  const CallSite site(radius.where);
  const std::vector<Value> v = promote("polar", {radius, angle});
  return complex(v[0] * cos(v[1]), v[0] * sin(v[1]));
}

Value square_abs(Operand x) {
  const CallSite site(x.where);
  const Value v = promote("square_abs", {x})[0];
  return is_complex(v.dtype()) ? real(v) * real(v) + imag(v) * imag(v) : v * v;
}

}  // namespace hilo
