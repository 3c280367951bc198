#include "hilo/ops/rules.h"

#include <algorithm>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/constant.h"

namespace hilo {

bool Kinds::accepts(DType d) const {
  switch (kind(d)) {
    case DTypeKind::kBool: return boolean;
    case DTypeKind::kSigned: return signed_integer && bits(d) >= least_bits;
    case DTypeKind::kUnsigned: return unsigned_integer && bits(d) >= least_bits;
    case DTypeKind::kFloat:
      if (bits(d) >= 16) return floating && bits(d) >= least_bits;
      return small && bits(d) >= least_bits && bits(d) != 6 && d != DType::kF8E8M0FNU;
    case DTypeKind::kComplex: return complex;
    case DTypeKind::kToken:
    case DTypeKind::kTuple:
    case DTypeKind::kQuantized: break;
  }
  return false;
}

std::string Kinds::text() const {
  std::string words;
  const auto add = [&](bool is_in, std::string_view word) {
    if (is_in) words.append(words.empty() ? "" : ", ").append(word);
  };
  add(boolean, "boolean");
  add(signed_integer && unsigned_integer, "integer");
  add(signed_integer && !unsigned_integer, "signed");
  add(unsigned_integer && !signed_integer, "unsigned");
  add(floating, "floating");
  add(complex, "complex");
  return words;
}

void expect_kind(Shapes in, Kinds accepts) {
  for (std::size_t k = 0; k < in.size(); ++k) {
    const Shape& s = in[k];
    if (accepts.accepts(s.dtype)) continue;
    const bool needs_exp = accepts.floating && !accepts.small && is_float(s.dtype);
    const int least = needs_exp ? std::max(16, accepts.least_bits) : accepts.least_bits;
    const bool is_narrow = has_elements(s.dtype) && !is_bool(s.dtype) && bits(s.dtype) < least;
    std::string expected = accepts.text() + " operands", hint;
    if (is_narrow) expected += " of " + std::to_string(least) + " bits or more";
    if (is_narrow && is_integer(s.dtype)) hint = is_signed(s.dtype) ? "x.as(kI8)" : "x.as(kU8)";
    if (accepts.floating && hint.empty() && (is_narrow || is_integer(s.dtype))) hint = "x.as(kF32)";
    throw OpError({.problem = "dtype " + std::string(name(s.dtype)) + " is not accepted",
                   .got = {in.begin(), in.end()},
                   .expected = std::move(expected),
                   .hint = std::move(hint),
                   .constraint = "I" + std::to_string(k + 1)});
  }
}

void expect_kind(std::string_view op, Value x, Kinds accepts) {
  try {
    expect_kind(std::span(&x.shape(), 1), accepts);
  } catch (const OpError& refused) {
    Refusal refusal = refused.refusal();
    refusal.op = op;
    refusal.constraint.clear();
    throw OpError(std::move(refusal), CallSite::current({}));
  }
}

void expect_numbers(std::string_view op, Value x, std::string_view hint) {
  if (!is_bool(x.dtype())) return;
  throw OpError({.op = std::string(op),
                 .problem = "booleans are no numbers",
                 .got = {x.shape()},
                 .expected = "integer, floating or complex operands",
                 .hint = std::string(hint)},
                CallSite::current({}));
}

bool is_compatible(const Shape& a, const Shape& b) {
  if (a.dtype != b.dtype || a.rank() != b.rank()) return false;
  if (a.dtype == DType::kTuple) return std::ranges::equal(a.elements(), b.elements(), is_compatible);
  const Quantization *p = a.quantization(), *q = b.quantization();
  if ((p == nullptr) != (q == nullptr) || (p != nullptr && *p != *q)) return false;
  const auto fits = [](Dim length, const Dims& bounds, std::size_t axis) {
    return bounds.empty() || bounds[axis] == kDynamic || length <= bounds[axis];
  };
  for (std::size_t i = 0; i < a.dims.size(); ++i) {
    const Dim m = a.dims[i], n = b.dims[i];
    if (m != n && m != kDynamic && n != kDynamic) return false;
    if (m == kDynamic ? n != kDynamic && !fits(n, a.bounds(), i) : n == kDynamic && !fits(m, b.bounds(), i)) return false;
  }
  return true;
}

Shape merged(Shapes in) {
  Shape result = in[0];
  for (const Shape& s : in.subspan(1)) {
    if (result.bounds().empty()) result.detail = s.detail;
    for (std::size_t i = 0; i < result.dims.size(); ++i) {
      if (result.dims[i] == kDynamic) result.dims[i] = s.dims[i];
    }
  }
  if (result.is_static() && !result.bounds().empty()) result.detail = nullptr;
  return result;
}

Shape expect_equal_shapes(Shapes in) {
  for (const Shape& s : in) {
    if (!std::ranges::all_of(in, [&](const Shape& other) { return is_compatible(s, other); })) {
      throw OpError({.problem = "operands differ", .got = {in.begin(), in.end()}, .expected = "equal shapes and dtypes"});
    }
  }
  return merged(in);
}

void expect_body(Shapes in, const Function& body, Shapes arguments, Shapes results, std::string_view expected) {
  if (body && std::ranges::equal(body.parameter_shapes(), arguments, is_compatible) &&
      std::ranges::equal(body.result_shapes(), results, is_compatible)) {
    return;
  }
  throw OpError({.problem = "the body does not fit", .got = {in.begin(), in.end()}, .expected = std::string(expected)});
}

void expect_axis(Shapes in, std::int64_t axis) {
  if (axis >= 0 && axis < in[0].rank()) return;
  throw OpError({.problem = "axis " + std::to_string(axis) + " is out of range", .got = {in.begin(), in.end()},
                 .expected = "0 <= axis < rank"});
}

void expect_precisions(const std::optional<ListAttribute>& precision_config) {
  if (!precision_config) return;
  const bool fits = precision_config->items.size() <= 2 && std::ranges::all_of(precision_config->items, [](const AttributeValue& v) {
    const auto* word = std::get_if<EnumAttribute>(&v);
    return word != nullptr && word->type == "precision";
  });
  if (!fits) throw OpError({.problem = "precision_config does not fit", .expected = "none, one, or one for each of the two operands"});
}

Dim scaled_length(Dim length, Dim scale, Dim rest) {
  if (length == kDynamic) return kDynamic;
  Dim result = 0;
  if (!__builtin_mul_overflow(length, scale, &result) && !__builtin_add_overflow(result, rest, &result) && result != kDynamic) {
    return result;
  }
  throw OpError({.problem = "a length does not fit 63 bits", .expected = "smaller paddings, windows and dilations"});
}

void expect_count(Shapes in, std::size_t count) {
  if (in.size() == count) return;
  throw OpError({.problem = std::to_string(in.size()) + " operands", .got = {in.begin(), in.end()},
                 .expected = std::to_string(count)});
}

std::vector<Value> all_batched(const Batch& b) {
  std::vector<Value> result;
  for (std::size_t k = 0; k < b.in.size(); ++k) {
    if (b.is_batched[k]) {
      result.push_back(b.in[k]);
      continue;
    }
    Dims dims = b.in[k].dims();
    Axes axes;
    for (std::size_t i = 0; i < dims.size(); ++i) axes.push_back(static_cast<std::int64_t>(i) + 1);
    dims.insert(dims.begin(), b.size);
    result.push_back(broadcast_in_dim(b.in[k], std::move(dims), std::move(axes)));
  }
  return result;
}

Axes shifted(const Axes& axes, bool with_batch) {
  Axes result;
  if (with_batch) result.push_back(0);
  for (std::int64_t a : axes) result.push_back(a + 1);
  return result;
}

Value scalar_constant(double number, DType dtype, std::source_location where) {
  return constant(from_doubles({dtype, {}}, std::span(&number, 1)), where);
}

Value floating_of(std::string_view op, const Operand& x) {
  const Value v = promote(op, {x})[0];
  expect_kind(op, v, kBools | kReals);
  return is_float(v.dtype()) ? v : v.as(kF32);
}

Value zeros_like(Value x) {
  return x.shape().is_static() ? zeros(x.shape()) : broadcast_like(zeros({x.dtype(), {}}), x);
}
Value ones_like(Value x) {
  return x.shape().is_static() ? ones(x.shape()) : broadcast_like(ones({x.dtype(), {}}), x);
}

std::vector<Value> materialized(std::span<const Value> tangents, std::span<const Value> like) {
  std::vector<Value> result;
  for (std::size_t k = 0; k < tangents.size(); ++k) result.push_back(tangents[k] ? tangents[k] : zeros_like(like[k]));
  return result;
}

Value add_tangents(Value a, Value b) {
  if (!a) return b;
  return b ? a + b : a;
}

}  // namespace hilo
