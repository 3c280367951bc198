#include "hilo/ops/math.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/elementwise_rules.h"
#include "hilo/ops/math_formulas.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

// An op of CHLO; `Self::kFormula` is what it is in StableHLO.
template <class Self>
struct Chlo : Unary<Self> {
  [[nodiscard]] Function decomposition(Shapes in) const {
    return widened(in, [](std::span<const Value> p) { return Self::kFormula(p[0]); });
  }
};

template <class Self>
struct Complexes : Chlo<Self> {
  static constexpr Kinds kAccepts = kFloats | kComplexes;
};

struct Asin : Complexes<Asin> {
  static constexpr std::string_view kName = "chlo.asin";
  static constexpr auto kFormula = formula::asin;
  static Value d(Value x, Value, Value d_y) { return d_y * rsqrt((1 - x) * (1 + x)); }
};

struct Acos : Complexes<Acos> {
  static constexpr std::string_view kName = "chlo.acos";
  static constexpr auto kFormula = formula::acos;
  static Value d(Value x, Value, Value d_y) { return -d_y * rsqrt((1 - x) * (1 + x)); }
};

struct Atan : Complexes<Atan> {
  static constexpr std::string_view kName = "chlo.atan";
  static constexpr auto kFormula = formula::atan;
  static Value d(Value x, Value, Value d_y) { return d_y / (1 + x * x); }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {  // XLA's is atan2(x, 1)
    if (platform != "cpu" || is_complex(in[0].dtype)) return {};
    return trace([](std::span<const Value> p) { return std::vector{atan2_for_cpu(p[0], ones_like(p[0]))}; }, in);
  }
};

struct Asinh : Complexes<Asinh> {
  static constexpr std::string_view kName = "chlo.asinh";
  static constexpr auto kFormula = formula::asinh;
  static Value d(Value x, Value, Value d_y) { return d_y * rsqrt(1 + x * x); }
};

struct Acosh : Complexes<Acosh> {
  static constexpr std::string_view kName = "chlo.acosh";
  static constexpr auto kFormula = formula::acosh;
  static Value d(Value x, Value, Value d_y) { return d_y * rsqrt((x - 1) * (x + 1)); }
};

struct Atanh : Complexes<Atanh> {
  static constexpr std::string_view kName = "chlo.atanh";
  static constexpr auto kFormula = formula::atanh;
  static Value d(Value x, Value, Value d_y) { return d_y / ((1 - x) * (1 + x)); }
};

struct Sinh : Complexes<Sinh> {
  static constexpr std::string_view kName = "chlo.sinh";
  static constexpr auto kFormula = formula::sinh;
  static Value d(Value x, Value, Value d_y) { return d_y * cosh(x); }
};

struct Cosh : Complexes<Cosh> {
  static constexpr std::string_view kName = "chlo.cosh";
  static constexpr auto kFormula = formula::cosh;
  static Value d(Value x, Value, Value d_y) { return d_y * sinh(x); }
};

struct Erf : Chlo<Erf> {
  static constexpr std::string_view kName = "chlo.erf";
  static constexpr auto kFormula = formula::erf;
  static Value d(Value x, Value, Value d_y) {
    return d_y * (2 * std::numbers::inv_sqrtpi) * exp(-(x * x));
  }
};

struct Erfc : Chlo<Erfc> {
  static constexpr std::string_view kName = "chlo.erfc";
  static constexpr auto kFormula = formula::erfc;
  static Value d(Value x, Value, Value d_y) {
    return d_y * (-2 * std::numbers::inv_sqrtpi) * exp(-(x * x));
  }
};

struct ErfInv : Chlo<ErfInv> {
  static constexpr std::string_view kName = "chlo.erf_inv";
  static constexpr auto kFormula = formula::erf_inv;
  static Value d(Value, Value y, Value d_y) {
    return d_y * (0.5 / std::numbers::inv_sqrtpi) * exp(y * y);
  }
};

struct Lgamma : Chlo<Lgamma> {
  static constexpr std::string_view kName = "chlo.lgamma";
  static constexpr auto kFormula = formula::lgamma;
  static Value d(Value x, Value, Value d_y) { return d_y * digamma(x); }
};

struct Digamma : Chlo<Digamma> {
  static constexpr std::string_view kName = "chlo.digamma";
  static constexpr auto kFormula = formula::digamma;
  static Value d(Value x, Value, Value d_y) { return d_y * polygamma(1, x); }
};

struct Polygamma : Binary<Polygamma> {
  static constexpr std::string_view kName = "chlo.polygamma";
  static constexpr Kinds kAccepts = kFloats;
  static Pair d(Value n, Value x, Value, Value d_y) { return {Value(), d_y * polygamma(n + 1, x)}; }
  [[nodiscard]] Function decomposition(Shapes in) const {
    return widened(in, [](std::span<const Value> p) { return formula::polygamma(p[0], p[1]); });
  }
};

template <class Op>
Value unary(const Operand& x) {
  return apply(Op{}, promote(Op::kName, {x}), x.where);
}

// a log(b) with the derivatives log(b) and a / b: 0 where a is, whatever b is but NaN. The same for log1p.
Value product_with_log(std::string_view name, const Operand& a, const Operand& b, Value (*log_of)(Operand), double one) {
  const CallSite site(a.where);
  const std::vector<Value> ab = promote(name, {a, b});
  expect_kind(name, ab[0], kFloats);
  const auto value = [=](std::span<const Value> p) {
    const Value vanishes = logical_and(equal(p[0], 0), equal(p[1], p[1]));
    return std::vector{select(vanishes, zeros_like(p[0]), p[0] * log_of(p[1]))};
  };
  const auto rule = [=](std::span<const Value> p, std::span<const Value>, std::span<const Value> d) {
    return std::vector{d[0] * log_of(p[1]) + d[1] * p[0] / (p[1] + one)};
  };
  return custom_jvp(ab, value, rule)[0];
}

}  // namespace

void list_math_ops(OpTable& t) {
  t.add<Asin>(), t.add<Acos>(), t.add<Atan>(), t.add<Asinh>(), t.add<Acosh>(), t.add<Atanh>(),
      t.add<Sinh>();
  t.add<Cosh>(), t.add<Erf>(), t.add<Erfc>(), t.add<ErfInv>(), t.add<Lgamma>(), t.add<Digamma>(),
      t.add<Polygamma>();
}

Value asin(Operand x) { return unary<Asin>(x); }
Value acos(Operand x) { return unary<Acos>(x); }
Value atan(Operand x) { return unary<Atan>(x); }
Value asinh(Operand x) { return unary<Asinh>(x); }
Value acosh(Operand x) { return unary<Acosh>(x); }
Value atanh(Operand x) { return unary<Atanh>(x); }
Value sinh(Operand x) { return unary<Sinh>(x); }
Value cosh(Operand x) { return unary<Cosh>(x); }
Value erf(Operand x) { return unary<Erf>(x); }
Value erfc(Operand x) { return unary<Erfc>(x); }
Value erf_inv(Operand x) { return unary<ErfInv>(x); }
Value lgamma(Operand x) { return unary<Lgamma>(x); }
Value digamma(Operand x) { return unary<Digamma>(x); }
Value polygamma(Operand n, Operand x) {
  return apply(Polygamma{}, promote(Polygamma::kName, {n, x}), x.where);
}

Value square(Operand x) { return multiply(x, x); }
Value reciprocal(Operand x) { return divide(Operand(1, x.where), x); }
Value exp2(Operand x) {
  const CallSite site(x.where);
  return exp(x * std::numbers::ln2);
}
Value log2(Operand x) {
  const CallSite site(x.where);
  return log(x) * std::numbers::log2e;
}
Value log10(Operand x) {
  const CallSite site(x.where);
  return log(x) * std::numbers::log10e;
}
Value logit(Operand x) {
  const CallSite site(x.where);
  return log(x) - log1p(negate(x));
}

Value sinc(Operand operand) {
  const CallSite site(operand.where);
  const Value x = promote("sinc", {operand})[0] * std::numbers::pi;
  const Value is_zero = equal(x, 0), safe = select(is_zero, ones_like(x), x);
  return select(is_zero, 1 - x * x / 6, sin(safe) / safe);  // the series gives the derivatives at 0
}

Value hypot(Operand a, Operand b) {
  const CallSite site(a.where);
  const std::vector<Value> ab = promote("hypot", {a, b});
  expect_kind("hypot", ab[0], kFloats);
  const Value x = abs(ab[0]), y = abs(ab[1]), large = maximum(x, y), small = minimum(x, y);
  const Value is_zero = equal(large, 0), infinity = full(x.shape(), std::numeric_limits<double>::infinity());
  const Value length = large * sqrt(1 + square(small / select(is_zero, ones_like(large), large)));
  return select(logical_or(equal(x, infinity), equal(y, infinity)), infinity, select(is_zero, large, length));
}

// The derivative weighs by exp(a - y) and exp(b - y), infinities counting as 0, as JAX has it.
Value logaddexp(Operand a, Operand b) {
  const CallSite site(a.where);
  const std::vector<Value> ab = promote("logaddexp", {a, b});
  const auto value = [](std::span<const Value> p) {
    const Value difference = p[0] - p[1];
    const Value is_nan = not_equal(difference, difference);  // a NaN, or two equal infinities
    const Value safe = select(is_nan, zeros_like(difference), difference);
    return std::vector{select(is_nan, p[0] + p[1], maximum(p[0], p[1]) + log1p(exp(-abs(safe))))};
  };
  const auto rule = [](std::span<const Value> p, std::span<const Value> y, std::span<const Value> d) {
    const auto finite = [](Value v) { return select(equal(v, std::numeric_limits<double>::infinity()), zeros_like(v), v); };
    return std::vector{d[0] * exp(finite(p[0]) - finite(y[0])) + d[1] * exp(finite(p[1]) - finite(y[0]))};
  };
  return custom_jvp(ab, value, rule)[0];
}

Value xlogy(Operand a, Operand b) {
  return product_with_log("xlogy", a, b, log, 0);
}
Value xlog1py(Operand a, Operand b) {
  return product_with_log("xlog1py", a, b, log1p, 1);
}

}  // namespace hilo
