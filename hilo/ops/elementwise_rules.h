#pragma once
#include <array>
#include <initializer_list>
#include <span>
#include <string_view>
#include <vector>

#include "hilo/ops/binary.h"
#include "hilo/ops/rules.h"

// What the families of special functions share.
namespace hilo {

/// The derivative of `f`, as of `elementwise`, to operand `k`, at `x`.
Value slope(const Function& f, std::span<const Value> x, std::size_t k,
            const Transforms& transforms);

/// A function of one result as a graph over operands of these shapes, with f16 and bf16 worked out
/// in f32.
using Formula = Value (*)(std::span<const Value>);
Function widened(Shapes in, Formula formula);

/// The operands of a composite, promoted and broadcast. Throws OpError, naming `op`, unless they
/// are of floats.
std::vector<Value> promote_floats(std::string_view op, const std::vector<Operand>& operands);

/// c[0] + c[1] x + c[2] x^2 ..
Value polynomial(Value x, std::span<const double> c);
inline Value polynomial(Value x, std::initializer_list<double> c) {
  return polynomial(x, std::span(c.begin(), c.size()));
}

/// Base of elementwise ops of `kCount` operands that the program holds as `Self::formula(x)`.
/// `Self::derivatives(at)` gives dy/dx_k for each operand, an empty Value for none.
template <class Self, std::size_t kCount>
struct FormulaOp : NoFields, ElementwiseBatch<Self> {
  struct At {
    std::span<const Value> x;
    Value y;
    const Transforms& transforms;
  };
  using Derivatives = std::array<Value, kCount>;

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, kCount);
    expect_kind(in, kFloats);
    expect_equal_shapes(in);
    return {in[0]};
  }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return widened(in, Self::formula);
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    std::vector<Value> result;
    for (const Value& d : Self::derivatives(At{v.in, v.out, v.transforms}))
      result.push_back(d ? v.d_out * d : Value());
    return result;
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const Derivatives d = Self::derivatives(At{v.in, v.out, v.transforms});
    Value total;
    for (std::size_t k = 0; k < kCount; ++k) {
      if (d[k] && v.d_in[k]) total = add_tangents(total, v.d_in[k] * d[k]);
    }
    return {total};
  }
};

}  // namespace hilo
