#include "hilo/ops/reduce.h"

#include <algorithm>
#include <numeric>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/cumulative.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/reducer.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

// `y`, whose axes are those of x but for the reduced ones, stretched back to x's dims.
Value stretched(Value y, const Dims& dims, const Axes& reduced) {
  Axes kept;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (std::ranges::find(reduced, static_cast<std::int64_t>(i)) == reduced.end()) kept.push_back(static_cast<std::int64_t>(i));
  }
  return broadcast_in_dim(y, dims, kept);
}

struct Reduce {
  static constexpr std::string_view kName = "reduce";
  Axes dimensions;
  Function body;

  static void fields(auto&& field) {
    field("dimensions", &Reduce::dimensions);
    field("body", &Reduce::body);
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    const std::size_t n = in.size() / 2;
    const auto refuse = [&](std::string problem, std::string expected, std::string constraint = {}) {
      return OpError({.problem = std::move(problem), .got = {in.begin(), in.end()}, .expected = std::move(expected), .constraint = std::move(constraint)});
    };
    if (n == 0 || in.size() % 2 != 0) throw refuse("inputs and start values do not pair", "n inputs, n scalars", "C3");
    expect_kind(in, n == 1 ? kAnyKind : kAnyKind.from_bits(8));
    std::vector<Shape> scalars;
    for (std::size_t k = 0; k < n; ++k) {
      if (in[k].dims != in[0].dims) throw refuse("inputs differ", "inputs of the same dims", "C1");
      if (!in[n + k].is_scalar() || in[n + k].dtype != in[k].dtype) throw refuse("a start value does not fit", "a scalar of its input's dtype", "C2");
      scalars.push_back(in[n + k]);
    }
    std::vector<Shape> arguments = scalars;
    arguments.insert(arguments.end(), scalars.begin(), scalars.end());
    if (!body || body.parameter_shapes() != arguments || body.result_shapes() != scalars) {
      throw refuse("the body does not fit", "a body from 2n scalars to n", "C6");
    }
    under("C4, C5", [&] { normalized_axes(kName, dimensions, in[0].rank()); });
    std::vector<Shape> out;
    for (std::size_t k = 0; k < n; ++k) {
      Shape s{in[k].dtype, {}};
      for (int i = 0; i < in[k].rank(); ++i) {
        if (std::ranges::find(dimensions, i) == dimensions.end()) s.dims.push_back(in[k].dims[static_cast<std::size_t>(i)]);
      }
      out.push_back(std::move(s));
    }
    return out;
  }

  // d, of x's shape, times dy/dx: the product of the others, or an even share of the winners.
  [[nodiscard]] Value weighted(Value d, Value x, Value y) const {
    const std::string_view name = reducer_name(body);
    if (name == "maximum" || name == "minimum") {
      const Value wins = equal(x, stretched(y, x.dims(), dimensions)).as(x.dtype());
      return d * wins / stretched(sum(wins, dimensions), x.dims(), dimensions);  // of NaN 0 / 0, so last
    }
    if (name == "multiply") return d * products_of_the_others(x);
    throw OpError({.problem = "no gradient of this body is known", .got = {x.shape()},
                   .expected = "a body that adds, multiplies, or takes the larger or smaller",
                   .hint = "sum, prod, max or min"});
  }
  // [.., n, ..] -> the same dims: along the reduced axes, the product of all other elements; right for zeros.
  [[nodiscard]] Value products_of_the_others(Value x) const {
    Axes order = dimensions;  // reduced axes first
    for (int i = 0; i < x.rank(); ++i) {
      if (std::ranges::find(dimensions, i) == dimensions.end()) order.push_back(i);
    }
    const Value front = transpose(x, order);
    Dim n = 1;
    for (std::int64_t a : dimensions) n *= x.dim(static_cast<int>(a));
    Dims joined = {n};
    joined.insert(joined.end(), front.dims().begin() + static_cast<std::ptrdiff_t>(dimensions.size()), front.dims().end());
    const Value rows = reshape(front, joined);
    const Value before = cumulative_prod(rows, 0, {.is_exclusive = true});
    const Value after = cumulative_prod(rows, 0, {.is_reversed = true, .is_exclusive = true});
    Axes inverse(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) inverse[static_cast<std::size_t>(order[i])] = static_cast<std::int64_t>(i);
    return transpose(reshape(before * after, front.dims()), inverse);
  }

  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    const std::size_t n = v.outs.size();
    std::vector<Value> d_in(2 * n);
    const bool is_sum = reducer_name(body) == "add";
    for (std::size_t k = 0; k < n; ++k) {
      if (!v.d_outs[k] || !is_differentiable(v.in[k].dtype())) continue;
      const Value d = stretched(v.d_outs[k], v.in[k].dims(), dimensions);
      d_in[k] = is_sum ? d : weighted(d, v.in[k], v.outs[k]);
      if (is_sum) d_in[n + k] = sum(v.d_outs[k]);
      else expect_constant_init(v.in[n + k]);
    }
    return d_in;
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const std::size_t n = v.outs.size();
    std::vector<Value> d_out(n);
    const bool is_sum = reducer_name(body) == "add";
    for (std::size_t k = 0; k < n; ++k) {
      if (v.d_in[k]) d_out[k] = sum(is_sum ? v.d_in[k] : weighted(v.d_in[k], v.in[k], v.outs[k]), dimensions);
      if (v.d_in[n + k]) {
        if (!is_sum) expect_constant_init(v.in[n + k]);
        else d_out[k] = add_tangents(d_out[k], broadcast_to(v.d_in[n + k], v.outs[k].dims()));
      }
    }
    return d_out;
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    const std::size_t n = b.in.size() / 2;
    Batch inputs{b.in.first(n), {b.is_batched.begin(), b.is_batched.begin() + static_cast<std::ptrdiff_t>(n)}, b.size, b.transforms};
    for (std::size_t k = n; k < 2 * n; ++k) {
      if (b.is_batched[k]) throw OpError({.problem = "a start value may not be batched", .expected = "the same one for all"});
    }
    return reduce(all_batched(inputs), b.in.subspan(n), shifted(dimensions), body);
  }
};

// One input, one of the known bodies.
Value reduce_by(std::string_view name, BinaryOp op, const Operand& x, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  try {
    axes = normalized_axes(name, std::move(axes), x.value.rank());
  } catch (const OpError& e) {
    Refusal r = e.refusal();
    r.got = {x.value.shape()};
    throw OpError(std::move(r), CallSite::current(x.where));
  }
  if (axes.empty()) {
    axes.resize(x.value.dims().size());
    std::iota(axes.begin(), axes.end(), 0);
  }
  std::ranges::sort(axes);
  Function body = scalar_reducer(op, x.value.dtype());
  const Value init = neutral_element(name, reducer_name(body), x.value.dtype());
  Value y = axes.empty() ? x.value : reduce(std::span(&x.value, 1), std::span(&init, 1), axes, std::move(body), x.where)[0];
  if (!keeps_dims) return y;
  Dims dims = x.value.dims();
  for (std::int64_t a : axes) dims[static_cast<std::size_t>(a)] = 1;
  return reshape(y, std::move(dims));
}

// Folds (value, index) pairs so that the better value, then a NaN, then the smaller index wins.
Value arg_best(std::string_view name, const Operand& operand, int axis, bool keeps_dims, BinaryOp is_better) {
  const CallSite site(operand.where);
  const Value x = stop_gradient(operand.value);
  const int a = normalized_axis(name, operand, axis);
  if (x.dim(a) == 0) {
    throw OpError({.op = std::string(name),
                   .problem = "axis " + std::to_string(a) + " is empty",
                   .got = {x.shape()},
                   .expected = "at least one element"},
                  CallSite::current(operand.where));
  }
  const std::vector<Shape> scalars = {{x.dtype(), {}}, {kI32, {}}, {x.dtype(), {}}, {kI32, {}}};
  Function body = trace([&](std::span<const Value> p) {
    const Value is_nan = not_equal(p[0], p[0]), other_is_nan = not_equal(p[2], p[2]);
    const Value wins = logical_or(is_better(p[0], p[2]), logical_and(is_nan, logical_not(other_is_nan)));
    const Value ties = logical_or(equal(p[0], p[2]), logical_and(is_nan, other_is_nan));
    const Value keeps = logical_or(wins, logical_and(ties, less(p[1], p[3])));
    return std::vector{select(keeps, p[0], p[2]), select(keeps, p[1], p[3])};
  }, scalars);
  const Value worst = neutral_element(name, is_better == &greater ? "maximum" : "minimum", x.dtype());
  const std::vector<Value> inputs = {x, iota(x.shape().with(kI32), a)};
  const std::vector<Value> inits = {worst, constant(Array::scalar(std::numeric_limits<std::int32_t>::max()))};
  const Value index = reduce(inputs, inits, {a}, std::move(body), operand.where)[1];
  return keeps_dims ? expand_dims(index, a) : index;
}

}  // namespace

void list_reduce_ops(OpTable& table) { table.add<Reduce>(); }

std::vector<Value> reduce(std::span<const Value> inputs, std::span<const Value> inits, Axes axes, Function body,
                          std::source_location where) {
  std::vector<Value> operands(inputs.begin(), inputs.end());
  operands.insert(operands.end(), inits.begin(), inits.end());
  return apply_all(Reduce{std::move(axes), std::move(body)}, operands, where);
}

Value sum(Operand x, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  expect_numbers("sum", x.value, "any(x), or sum(x.as(kI32))");
  const DType dtype = x.value.dtype();
  if (dtype != kBF16 && dtype != kF16) return reduce_by("sum", add, x, std::move(axes), keeps_dims);
  return convert(reduce_by("sum", add, convert(x.value, kF32), std::move(axes), keeps_dims), dtype);
}
Value prod(Operand x, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  expect_numbers("prod", x.value, "all(x)");
  return reduce_by("prod", multiply, x, std::move(axes), keeps_dims);
}
Value max(Operand x, Axes axes, bool keeps_dims) { return reduce_by("max", maximum, x, std::move(axes), keeps_dims); }
Value min(Operand x, Axes axes, bool keeps_dims) { return reduce_by("min", minimum, x, std::move(axes), keeps_dims); }
Value all(Operand x, Axes axes, bool keeps_dims) { return reduce_by("all", logical_and, x, std::move(axes), keeps_dims); }
Value any(Operand x, Axes axes, bool keeps_dims) { return reduce_by("any", logical_or, x, std::move(axes), keeps_dims); }

Value mean(Operand x, Axes axes, bool keeps_dims) {
  const CallSite site(x.where);
  const Value f = is_differentiable(x.value.dtype()) ? x.value : convert(x.value, kF32);
  const Value total = sum(Operand(f, x.where), axes, keeps_dims);
  const double count = static_cast<double>(f.size()) / static_cast<double>(total.size());
  return total / (f.size() == 0 ? 0.0 : count);
}

Value variance(Operand x, Axes axes, bool keeps_dims, int ddof) {
  const CallSite site(x.where);
  const Value f = is_differentiable(x.value.dtype()) ? x.value : convert(x.value, kF32);
  const Value centred = f - mean(f, axes, true);
  const Value squares = sum(centred * centred, axes, keeps_dims);
  const double count = static_cast<double>(f.size()) / static_cast<double>(squares.size());
  return squares / (count - ddof);
}

Value standard_deviation(Operand x, Axes axes, bool keeps_dims, int ddof) {
  const CallSite site(x.where);
  return sqrt(variance(x, std::move(axes), keeps_dims, ddof));
}

Value argmax(Operand x, int axis, bool keeps_dims) { return arg_best("argmax", x, axis, keeps_dims, greater); }
Value argmin(Operand x, int axis, bool keeps_dims) { return arg_best("argmin", x, axis, keeps_dims, less); }

}  // namespace hilo
