#include "hilo/ops/products.h"

#include <algorithm>
#include <numeric>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/reverse.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

// Both in one dtype, with their own dims.
struct Pair {
  Value a, b;
  Pair(std::string_view op, const Operand& left, const Operand& right)
      : a(promote(op, {left})[0]), b(tensor_of(op, right, a.dtype())) {
    const DType dtype = common_dtype(op, std::vector{a.shape(), b.shape()});
    a = convert(a, dtype);
    b = convert(b, dtype);
  }
  [[nodiscard]] OpError refusal(std::string_view op, std::string problem, std::string expected,
                                std::source_location where) const {
    return OpError({.op = std::string(op),
                    .problem = std::move(problem),
                    .got = {a.shape(), b.shape()},
                    .expected = std::move(expected)},
                   CallSite::current(where));
  }
};

Value flat(Value x) { return reshape(x, {x.size()}); }

}  // namespace

Value outer(Operand a, Operand b) {
  const CallSite site(a.where);
  const Pair p("outer", a, b);
  return expand_dims(flat(p.a), 1) * expand_dims(flat(p.b), 0);
}

Value inner(Operand a, Operand b) {
  const CallSite site(a.where);
  const Pair p("inner", a, b);
  if (p.a.rank() == 0 || p.b.rank() == 0) return p.a * p.b;
  if (p.a.dim(-1) != p.b.dim(-1))
    throw p.refusal("inner", "the last axes differ", "[a.., k] and [b.., k]", a.where);
  return tensordot(p.a, p.b, {p.a.rank() - 1}, {p.b.rank() - 1});
}

Value tensordot(Operand a, Operand b, int axes) {
  const CallSite site(a.where);
  const Pair p("tensordot", a, b);
  if (axes < 0 || axes > std::min(p.a.rank(), p.b.rank())) {
    throw p.refusal("tensordot", "cannot pair " + std::to_string(axes) + " axes",
                    "0 <= axes <= both ranks", a.where);
  }
  Axes of_a(static_cast<std::size_t>(axes)), of_b = of_a;
  std::iota(of_a.begin(), of_a.end(), p.a.rank() - axes);
  std::iota(of_b.begin(), of_b.end(), 0);
  return tensordot(p.a, p.b, std::move(of_a), std::move(of_b));
}

Value tensordot(Operand a, Operand b, Axes axes_of_a, Axes axes_of_b) {
  const CallSite site(a.where);
  const Pair p("tensordot", a, b);
  return dot_general(
      p.a, p.b,
      {.lhs_contracting_dimensions = normalized_axes("tensordot", std::move(axes_of_a), p.a.rank()),
       .rhs_contracting_dimensions =
           normalized_axes("tensordot", std::move(axes_of_b), p.b.rank())});
}

Value vdot(Operand a, Operand b) {
  const CallSite site(a.where);
  const Pair p("vdot", a, b);
  expect_kind("vdot", p.a, kReals);
  if (p.a.size() != p.b.size())
    throw p.refusal("vdot", "sizes differ", "as many elements in both", a.where);
  return tensordot(flat(p.a), flat(p.b), 1);
}

Value cross(Operand a, Operand b, int axis) {
  const CallSite site(a.where);
  const Pair p("cross", a, b);
  const int i = normalized_axis("cross", Operand(p.a, a.where), axis),
            k = normalized_axis("cross", Operand(p.b, b.where), axis);
  if (p.a.dim(i) != 3 || p.b.dim(k) != 3)
    throw p.refusal("cross", "no vectors of space", "length 3 along the axis", a.where);
  // Component x is y z' - z y', and so on round.
  return roll(p.a, -1, i) * roll(p.b, -2, k) - roll(p.a, -2, i) * roll(p.b, -1, k);
}

Value kron(Operand a, Operand b) {
  const CallSite site(a.where);
  const Pair p("kron", a, b);
  const auto rank = static_cast<std::size_t>(std::max(p.a.rank(), p.b.rank()));
  // [.., n, 1, ..] * [.., 1, p, ..]
  Dims left, right, dims;
  for (std::size_t i = 0; i < rank; ++i) {
    const auto length = [&](const Value& v) {
      const std::size_t missing = rank - v.dims().size();
      return i < missing ? 1 : v.dims()[i - missing];
    };
    left.insert(left.end(), {length(p.a), 1});
    right.insert(right.end(), {1, length(p.b)});
    dims.push_back(length(p.a) * length(p.b));
  }
  return reshape(reshape(p.a, left) * reshape(p.b, right), dims);
}

}  // namespace hilo
