#include "hilo/ops/binary.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

struct Add : Binary<Add> {
  static constexpr std::string_view kName = "add";
  static constexpr Kinds kAccepts = kAnyKind;
  static Pair d(Value, Value, Value, Value d_y) { return {d_y, d_y}; }
};

struct Subtract : Binary<Subtract> {
  static constexpr std::string_view kName = "subtract";
  static Pair d(Value, Value, Value, Value d_y) { return {d_y, -d_y}; }
};

struct Multiply : Binary<Multiply> {
  static constexpr std::string_view kName = "multiply";
  static constexpr Kinds kAccepts = kAnyKind;
  static Pair d(Value a, Value b, Value, Value d_y) { return {d_y * b, d_y * a}; }
};

struct Divide : Binary<Divide> {
  static constexpr std::string_view kName = "divide";
  static Pair d(Value, Value b, Value y, Value d_y) { return {d_y / b, -d_y * y / b}; }
};

struct Remainder : Binary<Remainder> {
  static constexpr std::string_view kName = "remainder";
  static constexpr Kinds kAccepts = kReals;
  static Pair d(Value a, Value b, Value, Value d_y) {  // y = a - b * trunc(a / b)
    const Value q = a / b;
    return {d_y, -d_y * sign(q) * floor(abs(q))};
  }
};

struct Power : Binary<Power> {
  static constexpr std::string_view kName = "power";
  static Pair d(Value a, Value b, Value y, Value d_y) {
    const Value by_a = b * power(a, b - 1);
    const Value log_a = select(equal(a, 0), zeros_like(a), log(select(equal(a, 0), ones_like(a), a)));
    return {d_y * by_a, d_y * log_a * y};
  }
};

// The share of each operand where `wins` picks it: ties share evenly, and where there is a NaN nobody wins.
std::array<Value, 2> shares(Value a_wins, Value b_wins, Value tie, Value d_y) {
  const Value one = ones_like(d_y), half = one * 0.5, none = zeros_like(d_y);
  const auto share = [&](Value wins) { return d_y * select(tie, half, select(wins, one, none)); };
  return {share(a_wins), share(b_wins)};
}

struct Maximum : Binary<Maximum> {
  static constexpr std::string_view kName = "maximum";
  static constexpr Kinds kAccepts = kBools | kReals;
  static Pair d(Value a, Value b, Value, Value d_y) { return shares(greater(a, b), less(a, b), equal(a, b), d_y); }
};

struct Minimum : Binary<Minimum> {
  static constexpr std::string_view kName = "minimum";
  static constexpr Kinds kAccepts = kBools | kReals;
  static Pair d(Value a, Value b, Value, Value d_y) { return shares(less(a, b), greater(a, b), equal(a, b), d_y); }
};

struct Atan2 : Binary<Atan2> {
  static constexpr std::string_view kName = "atan2";
  static constexpr Kinds kAccepts = kFloats;
  static Pair d(Value a, Value b, Value, Value d_y) {
    const Value r2 = a * a + b * b;
    return {d_y * (b / r2), d_y * (-a / r2)};
  }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    if (platform != "cpu") return {};
    return trace([](std::span<const Value> p) { return std::vector{atan2_for_cpu(p[0], p[1])}; }, in);
  }
};

template <class Self>
struct Bits : Binary<Self> {
  static constexpr Kinds kAccepts = kBools | kInts;
  static constexpr ZeroGradient vjp{}, jvp{};
};
struct And : Bits<And> { static constexpr std::string_view kName = "and"; };
struct Or : Bits<Or> { static constexpr std::string_view kName = "or"; };
struct Xor : Bits<Xor> { static constexpr std::string_view kName = "xor"; };

template <class Self>
struct Shift : Bits<Self> { static constexpr Kinds kAccepts = kInts; };
struct ShiftLeft : Shift<ShiftLeft> { static constexpr std::string_view kName = "shift_left"; };
struct ShiftRightArithmetic : Shift<ShiftRightArithmetic> {
  static constexpr std::string_view kName = "shift_right_arithmetic";
};
struct ShiftRightLogical : Shift<ShiftRightLogical> {
  static constexpr std::string_view kName = "shift_right_logical";
};

template <class Op>
Value binary(const Operand& a, const Operand& b) {
  return apply(Op{}, promote(Op::kName, {a, b}), a.where);
}

}  // namespace

void list_binary_ops(OpTable& t) {
  t.add<Add>(), t.add<Subtract>(), t.add<Multiply>(), t.add<Divide>(), t.add<Remainder>(), t.add<Power>();
  t.add<Maximum>(), t.add<Minimum>(), t.add<Atan2>(), t.add<And>(), t.add<Or>(), t.add<Xor>();
  t.add<ShiftLeft>(), t.add<ShiftRightArithmetic>(), t.add<ShiftRightLogical>();
}

Value add(Operand a, Operand b) { return binary<Add>(a, b); }
Value subtract(Operand a, Operand b) { return binary<Subtract>(a, b); }
Value multiply(Operand a, Operand b) { return binary<Multiply>(a, b); }
Value divide(Operand a, Operand b) { return binary<Divide>(a, b); }
Value remainder(Operand a, Operand b) { return binary<Remainder>(a, b); }
Value power(Operand a, Operand b) { return binary<Power>(a, b); }
Value maximum(Operand a, Operand b) { return binary<Maximum>(a, b); }
Value minimum(Operand a, Operand b) { return binary<Minimum>(a, b); }
Value atan2_for_cpu(Value a, Value b) { return atan2(a, select(not_equal(a, a), a, b)); }

Value atan2(Operand a, Operand b) { return binary<Atan2>(a, b); }
Value logical_and(Operand a, Operand b) { return binary<And>(a, b); }
Value logical_or(Operand a, Operand b) { return binary<Or>(a, b); }
Value logical_xor(Operand a, Operand b) { return binary<Xor>(a, b); }
Value bitwise_and(Operand a, Operand b) { return binary<And>(a, b); }
Value bitwise_or(Operand a, Operand b) { return binary<Or>(a, b); }
Value bitwise_xor(Operand a, Operand b) { return binary<Xor>(a, b); }
Value shift_left(Operand a, Operand b) { return binary<ShiftLeft>(a, b); }
Value shift_right_arithmetic(Operand a, Operand b) { return binary<ShiftRightArithmetic>(a, b); }
Value shift_right_logical(Operand a, Operand b) { return binary<ShiftRightLogical>(a, b); }

}  // namespace hilo
