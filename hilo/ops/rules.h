#pragma once
#include <string>
#include <vector>

#include "hilo/graph/op.h"
#include "hilo/ops/broadcast.h"

// What the rules of several families share.
namespace hilo {

/// Sets of dtype kinds that an op accepts. Small floats, of 4 and 8 bits, are stored, moved, compared and calculated
/// with, but have no exp: XLA:CPU compiles that for hours. f6 and f8e8m0 belong to no kind: XLA:CPU aborts on them.
struct Kinds {
  bool boolean = false, signed_integer = false, unsigned_integer = false, small = false, floating = false,
       complex = false;
  int least_bits = 2;  // of integers and floats: what XLA:CPU refuses or gets wrong below

  /// The same without the integers and floats of fewer bits.
  [[nodiscard]] constexpr Kinds from_bits(int bits) const {
    Kinds result = *this;
    result.least_bits = bits;
    return result;
  }

  [[nodiscard]] bool accepts(DType d) const;
  [[nodiscard]] std::string text() const;
  constexpr Kinds operator|(Kinds o) const {
    return {boolean || o.boolean,   signed_integer || o.signed_integer, unsigned_integer || o.unsigned_integer,
            small || o.small,       floating || o.floating,             complex || o.complex};
  }
};
inline constexpr Kinds kBools{.boolean = true}, kSignedInts{.signed_integer = true},
    kInts{.signed_integer = true, .unsigned_integer = true}, kSmallFloats{.small = true},
    kFloats{.floating = true}, kComplexes{.complex = true};
inline constexpr Kinds kReals = kInts | kSmallFloats | kFloats, kNumbers = kReals | kComplexes,
                       kAnyKind = kBools | kNumbers;

/// Throws OpError unless the dtype of every shape is accepted.
void expect_kind(Shapes in, Kinds accepts);
/// The same for what a composite, `op`, is given.
void expect_kind(std::string_view op, Value x, Kinds accepts);
/// Throws OpError for booleans: added up they are "or", which nobody means.
void expect_numbers(std::string_view op, Value x, std::string_view hint);
/// Whether values of these shapes may be equal in shape when a program runs: of equal lengths only one may be open, and
/// a bound must leave room.
bool is_compatible(const Shape& a, const Shape& b);
/// What is known of all of them together: a length that one leaves open is that of another.
Shape merged(Shapes in);
/// Throws OpError unless all shapes are compatible, and of one dtype. Gives what they are merged.
Shape expect_equal_shapes(Shapes in);
/// Throws OpError unless `body` takes `arguments` and gives `results`, lengths that are open apart.
void expect_body(Shapes in, const Function& body, Shapes arguments, Shapes results, std::string_view expected);
/// What `check` gives; where it refuses, the refusal names the numbered constraint of StableHLO's spec.
template <class F>
auto under(std::string_view constraint, F check) {
  try {
    return check();
  } catch (const OpError& refused) {
    Refusal refusal = refused.refusal();
    if (refusal.constraint.empty()) refusal.constraint = constraint;
    throw OpError(std::move(refusal));
  }
}
/// Throws OpError unless 0 <= axis < rank.
void expect_axis(Shapes in, std::int64_t axis);
/// Throws OpError unless there are at most two precisions, each DEFAULT, HIGH or HIGHEST.
void expect_precisions(const std::optional<ListAttribute>& precision_config);
/// length * scale + rest; kDynamic stays. Throws OpError where that does not fit: attributes of programs are anything.
Dim scaled_length(Dim length, Dim scale, Dim rest);
/// Throws OpError unless there are `count` operands.
void expect_count(Shapes in, std::size_t count);

/// The operands, with those that are not batched broadcast to the batch size.
std::vector<Value> all_batched(const Batch& b);
/// Every axis one further back: an attribute of an op under a batch axis in front. With `with_batch`, axis 0 leads.
Axes shifted(const Axes& axes, bool with_batch = false);

/// `number` as a scalar of any dtype.
Value scalar_constant(double number, DType dtype, std::source_location where = std::source_location::current());

/// atan2 as XLA:CPU compiles it right: with constants for `b` it stores wrong elements of matrices, so b is made one that
/// depends on `a` (NaN has no angle, whatever b is).
Value atan2_for_cpu(Value a, Value b);

/// The operand for composites that calculate with fractions: floats as they are, integers and booleans as f32.
/// Throws OpError, naming `op`, for complex numbers.
Value floating_of(std::string_view op, const Operand& x);

/// Zeros of x's shape.
Value zeros_like(Value x);
/// Ones of x's shape.
Value ones_like(Value x);
/// The tangents, with zeros where they are none.
std::vector<Value> materialized(std::span<const Value> tangents, std::span<const Value> like);

/// Base of ops without attributes.
struct NoFields {
  static void fields(auto&&) {}
};

/// Rules of ops that are linear in their operands taken together and keep to one result: the tangent goes the way of
/// the value.
template <class Self>
struct LinearJvp {
  std::vector<Value> jvp(const Jvp& v) const {
    return {apply(static_cast<const Self&>(*this), materialized(v.d_in, v.in), std::source_location::current())};
  }
};

/// Batching rule of ops that work element by element.
template <class Self>
struct ElementwiseBatch {
  std::vector<Value> batch(const Batch& b) const {
    return {apply(static_cast<const Self&>(*this), all_batched(b), std::source_location::current())};
  }
};

/// An elementwise op of one operand. `Self::d(x, y, d_y)` is d_y times dy/dx; both sweeps use it, since it is linear.
template <class Self>
struct Unary : NoFields, ElementwiseBatch<Self> {
  static constexpr Kinds kAccepts = kFloats;

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_kind(in, Self::kAccepts);
    return {in[0]};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const { return {Self::d(v.in[0], v.out, v.d_out)}; }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const { return {Self::d(v.in[0], v.out, v.d_in[0])}; }
};

/// An elementwise op of two operands of one shape. `Self::d(a, b, y, d_y)` is the pair of cotangents.
template <class Self>
struct Binary : NoFields, ElementwiseBatch<Self> {
  static constexpr Kinds kAccepts = kNumbers;
  using Pair = std::array<Value, 2>;

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 2);
    expect_kind(in, Self::kAccepts);
    return {under("C1", [&] { return expect_equal_shapes(in); })};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    const Pair d = Self::d(v.in[0], v.in[1], v.out, v.d_out);
    return {d[0], d[1]};
  }
  // The tangent is the sum of both operands' shares.
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const;
};

/// a + b, where none is zero.
Value add_tangents(Value a, Value b);

template <class Self>
std::vector<Value> Binary<Self>::jvp(const Jvp& v) const {
  const Value da = v.d_in[0] ? Self::d(v.in[0], v.in[1], v.out, v.d_in[0])[0] : Value();
  const Value db = v.d_in[1] ? Self::d(v.in[0], v.in[1], v.out, v.d_in[1])[1] : Value();
  return {add_tangents(da, db)};
}

}  // namespace hilo
