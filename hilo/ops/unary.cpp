#include "hilo/ops/unary.h"

#include <cmath>
#include <numbers>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/elementwise_rules.h"
#include "hilo/ops/math_formulas.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"

namespace hilo {
namespace {

struct Negate : Unary<Negate> {
  static constexpr std::string_view kName = "negate";
  static constexpr Kinds kAccepts = kNumbers;
  static Value d(Value, Value, Value d_y) { return -d_y; }
};

// Of a complex number its length, real; then the gradient is not that of a complex function.
struct Abs : Unary<Abs> {
  static constexpr std::string_view kName = "abs";
  static constexpr Kinds kAccepts = kSignedInts | kSmallFloats | kFloats | kComplexes;
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    const Shape x = Unary::infer(in)[0];
    return {x.with(part_dtype(x.dtype))};
  }
  static Value signed_like(Value x, Value d) { return select(greater_equal(x, 0), d, -d); }  // at 0 as JAX has it
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    if (!is_complex(v.in[0].dtype())) return {signed_like(v.in[0], v.d_out)};
    return {complex(v.d_out, zeros_like(v.d_out)) * conj(sign(v.in[0]))};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    if (!is_complex(v.in[0].dtype())) return {signed_like(v.in[0], v.d_in[0])};
    return {real(v.d_in[0] * conj(sign(v.in[0])))};
  }
};

struct Exp : Unary<Exp> {
  static constexpr std::string_view kName = "exponential";
  static constexpr Kinds kAccepts = kFloats | kComplexes;
  static Value d(Value, Value y, Value d_y) { return d_y * y; }
};

struct Expm1 : Unary<Expm1> {
  static constexpr std::string_view kName = "exponential_minus_one";
  static constexpr Kinds kAccepts = kFloats | kComplexes;
  static Value d(Value, Value y, Value d_y) { return d_y * (y + 1); }
};

struct Log : Unary<Log> {
  static constexpr std::string_view kName = "log";
  static constexpr Kinds kAccepts = kFloats | kComplexes;
  static Value d(Value x, Value, Value d_y) { return d_y / x; }
};

struct Log1p : Unary<Log1p> {
  static constexpr std::string_view kName = "log_plus_one";
  static constexpr Kinds kAccepts = kFloats | kComplexes;
  static Value d(Value x, Value, Value d_y) { return d_y / (x + 1); }
};

struct Sqrt : Unary<Sqrt> {
  static constexpr std::string_view kName = "sqrt";
  static constexpr Kinds kAccepts = kFloats | kComplexes;
  static Value d(Value, Value y, Value d_y) { return d_y * 0.5 / y; }
};

struct Rsqrt : Unary<Rsqrt> {
  static constexpr std::string_view kName = "rsqrt";
  static constexpr Kinds kAccepts = kFloats | kComplexes;
  static Value d(Value x, Value y, Value d_y) { return d_y * -0.5 * (y / x); }
};

struct Cbrt : Unary<Cbrt> {
  static constexpr std::string_view kName = "cbrt";
  static Value d(Value, Value y, Value d_y) { return d_y / 3 / (y * y); }
};

struct Sin : Unary<Sin> {
  static constexpr std::string_view kName = "sine";
  static constexpr Kinds kAccepts = kFloats | kComplexes;
  static Value d(Value x, Value, Value d_y) { return d_y * cos(x); }
};

struct Cos : Unary<Cos> {
  static constexpr std::string_view kName = "cosine";
  static constexpr Kinds kAccepts = kFloats | kComplexes;
  static Value d(Value x, Value, Value d_y) { return -d_y * sin(x); }
};

struct Tan : Unary<Tan> {
  static constexpr std::string_view kName = "tan";
  static constexpr Kinds kAccepts = kFloats | kComplexes;
  static Value d(Value, Value y, Value d_y) { return d_y * (y * y + 1); }
  [[nodiscard]] Function decomposition(Shapes in) const {  // StableHLO has it from 1.4.0 on
    return widened(in, [](std::span<const Value> p) { return formula::tan(p[0]); });
  }
};

struct Tanh : Unary<Tanh> {
  static constexpr std::string_view kName = "tanh";
  static constexpr Kinds kAccepts = kFloats | kComplexes;
  static Value d(Value, Value y, Value d_y) { return d_y - d_y * y * y; }
};

struct Logistic : Unary<Logistic> {
  static constexpr std::string_view kName = "logistic";
  static constexpr Kinds kAccepts = kFloats | kComplexes;
  static Value d(Value, Value y, Value d_y) { return d_y * y * (1 - y); }
};

// Steps: constant almost everywhere.
template <class Self>
struct Step : Unary<Self> { static constexpr ZeroGradient vjp{}, jvp{}; };
struct Sign : Unary<Sign> {
  static constexpr std::string_view kName = "sign";
  static constexpr Kinds kAccepts = kSignedInts | kSmallFloats | kFloats | kComplexes;
  // Of a complex number x / |x|, which turns with x: the part of d along the sign is gone. At 0 there is no direction.
  static Value turned(Value x, Value d) {
    const Value length = abs(x);
    const Value is_zero = equal(length, 0);
    const Value scaled = d / convert(select(is_zero, ones_like(length), length), x.dtype());
    return select(is_zero, zeros_like(d), scaled);
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    if (!is_complex(v.in[0].dtype())) return {Value()};
    const Value along = convert(real(v.d_out * v.out), v.out.dtype());
    return {turned(v.in[0], v.d_out - along * conj(v.out))};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    if (!is_complex(v.in[0].dtype())) return {Value()};
    const Value along = convert(real(v.d_in[0] * conj(v.out)), v.out.dtype());
    return {turned(v.in[0], v.d_in[0] - along * v.out)};
  }
};
struct Floor : Step<Floor> { static constexpr std::string_view kName = "floor"; };
struct Ceil : Step<Ceil> { static constexpr std::string_view kName = "ceil"; };
struct RoundAfz : Step<RoundAfz> { static constexpr std::string_view kName = "round_nearest_afz"; };
struct RoundEven : Step<RoundEven> { static constexpr std::string_view kName = "round_nearest_even"; };
struct IsFinite : Step<IsFinite> {
  static constexpr std::string_view kName = "is_finite";
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const { return {Unary::infer(in)[0].with(kI1)}; }
};
struct Not : Step<Not> {
  static constexpr std::string_view kName = "not";
  static constexpr Kinds kAccepts = kBools | kInts;
};
struct Clz : Step<Clz> {
  static constexpr std::string_view kName = "count_leading_zeros";
  static constexpr Kinds kAccepts = kInts;
};
struct Popcnt : Step<Popcnt> {
  static constexpr std::string_view kName = "popcnt";
  static constexpr Kinds kAccepts = kInts.from_bits(8);  // XLA:CPU counts the bits of the byte that holds them
};

template <class Op>
Value unary(const Operand& x) {
  return apply(Op{}, promote(Op::kName, {x}), x.where);
}

}  // namespace

void list_unary_ops(OpTable& t) {
  t.add<Negate>(), t.add<Abs>(), t.add<Sign>(), t.add<Exp>(), t.add<Expm1>(), t.add<Log>(), t.add<Log1p>();
  t.add<Sqrt>(), t.add<Rsqrt>(), t.add<Cbrt>(), t.add<Sin>(), t.add<Cos>(), t.add<Tan>(), t.add<Tanh>();
  t.add<Logistic>(), t.add<Floor>(), t.add<Ceil>(), t.add<RoundAfz>(), t.add<RoundEven>();
  t.add<IsFinite>(), t.add<Not>(), t.add<Clz>(), t.add<Popcnt>();
}

Value negate(Operand x) { return unary<Negate>(x); }
Value abs(Operand x) { return unary<Abs>(x); }
Value sign(Operand x) { return unary<Sign>(x); }
Value exp(Operand x) { return unary<Exp>(x); }
Value expm1(Operand x) { return unary<Expm1>(x); }
Value log(Operand x) { return unary<Log>(x); }
Value log1p(Operand x) { return unary<Log1p>(x); }
Value sqrt(Operand x) { return unary<Sqrt>(x); }
Value rsqrt(Operand x) { return unary<Rsqrt>(x); }
Value cbrt(Operand x) { return unary<Cbrt>(x); }
Value sin(Operand x) { return unary<Sin>(x); }
Value cos(Operand x) { return unary<Cos>(x); }
Value tan(Operand x) { return unary<Tan>(x); }
Value tanh(Operand x) { return unary<Tanh>(x); }
Value logistic(Operand x) { return unary<Logistic>(x); }
Value floor(Operand x) { return unary<Floor>(x); }
Value ceil(Operand x) { return unary<Ceil>(x); }
Value round_nearest_afz(Operand x) { return unary<RoundAfz>(x); }
Value round_nearest_even(Operand x) { return unary<RoundEven>(x); }
Value is_finite(Operand x) { return unary<IsFinite>(x); }
Value logical_not(Operand x) { return unary<Not>(x); }
Value bitwise_not(Operand x) { return unary<Not>(x); }
Value count_leading_zeros(Operand x) { return unary<Clz>(x); }
Value popcnt(Operand x) { return unary<Popcnt>(x); }

}  // namespace hilo
