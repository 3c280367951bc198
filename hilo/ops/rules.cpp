#include "hilo/ops/rules.h"

#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"

namespace hilo {

std::string Kinds::text() const {
  std::string words;
  const auto add = [&](bool is_in, std::string_view word) {
    if (is_in) words.append(words.empty() ? "" : ", ").append(word);
  };
  add(boolean, "boolean");
  add(integer, "integer");
  add(floating, "floating");
  add(complex, "complex");
  return words;
}

void expect_kind(Shapes in, Kinds accepts) {
  for (const Shape& s : in) {
    if (!accepts.accepts(s.dtype)) {
      throw OpError({.problem = "dtype " + std::string(name(s.dtype)) + " is not accepted",
                     .got = {in.begin(), in.end()},
                     .expected = accepts.text() + " operands",
                     .hint = accepts.floating && is_integer(s.dtype) ? "x.as(kF32)" : ""});
    }
  }
}

void expect_equal_shapes(Shapes in) {
  for (const Shape& s : in) {
    if (s != in[0]) {
      throw OpError({.problem = "operands differ", .got = {in.begin(), in.end()}, .expected = "equal shapes and dtypes"});
    }
  }
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

Value zeros_like(Value x) { return zeros(x.shape()); }
Value ones_like(Value x) { return ones(x.shape()); }

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
