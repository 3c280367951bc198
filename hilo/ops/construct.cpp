#include "hilo/ops/construct.h"

#include <algorithm>
#include <cmath>

#include "hilo/core/array.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

struct Number {
  double value = 0;
  bool is_whole = false;
};

Number number_of(const Operand& x) {
  if (!x.is_number) {
    throw OpError({.op = "arange",
                   .problem = "a bound is a tensor",
                   .got = {x.value.shape()},
                   .expected = "C++ numbers, which say how many there are"},
                  CallSite::current(x.where));
  }
  return std::visit(
      [](auto v) {
        return Number{static_cast<double>(v), !std::is_same_v<decltype(v), double>};
      },
      x.scalar);
}

void expect_count(std::string_view op, Dim count, std::source_location where) {
  if (count >= 0) return;
  throw OpError({.op = std::string(op),
                 .problem = "cannot make " + std::to_string(count) + " numbers",
                 .expected = "a count of at least 0"},
                CallSite::current(where));
}

// Both ends in one floating dtype, broadcast.
std::vector<Value> ends(std::string_view op, const Operand& start, const Operand& stop,
                        DType dtype) {
  std::vector<Value> both =
      start.is_number && stop.is_number
          ? std::vector{tensor_of(op, start, dtype), tensor_of(op, stop, dtype)}
          : promote(op, {start, stop});
  for (Value& v : both) v = is_complex(v.dtype()) ? v : floating_of(op, v);
  return both;
}

Value spaced(const Value& start, const Value& stop, Dim count, bool includes_stop) {
  const Value first = expand_dims(start, 0), last = expand_dims(stop, 0);  // [1, d..]
  Dims dims = first.dims();
  dims[0] = count;
  if (count == 0) return zeros({start.dtype(), dims});
  if (count == 1) return first;
  const Dim steps = includes_stop ? count - 1 : count;
  Dims column(dims.size(), 1);
  column[0] = steps;
  const Value share = reshape(iota({start.dtype(), {steps}}), column) / static_cast<double>(steps);
  const Value inner = first * (1 - share) + last * share;
  return includes_stop ? concatenate({inner, last}, 0) : inner;
}

std::vector<Value> triangle_indices(Dim rows, Dim columns, Dim offset, bool is_lower) {
  std::vector<std::int32_t> row, column;
  for (Dim i = 0; i < rows; ++i) {
    for (Dim k = 0; k < (columns < 0 ? rows : columns); ++k) {
      if (is_lower ? k > i + offset : k < i + offset) continue;
      row.push_back(static_cast<std::int32_t>(i));
      column.push_back(static_cast<std::int32_t>(k));
    }
  }
  const Dims dims = {static_cast<Dim>(row.size())};
  return {constant(Array::of(dims, row)), constant(Array::of(dims, column))};
}

}  // namespace

Value arange(Operand start, Operand stop, Operand step, std::optional<DType> dtype) {
  const CallSite site(start.where);
  const Number first = number_of(start), end = number_of(stop), by = number_of(step);
  if (by.value == 0) {
    throw OpError({.op = "arange", .problem = "a step of 0", .expected = "a step other than 0"},
                  CallSite::current(start.where));
  }
  const bool is_whole = first.is_whole && end.is_whole && by.is_whole;
  const DType result = dtype.value_or(is_whole ? kI32 : kF32);
  const auto count =
      static_cast<Dim>(std::max(0.0, std::ceil((end.value - first.value) / by.value)));
  std::vector<double> numbers;
  for (Dim i = 0; i < count; ++i)
    numbers.push_back(first.value + static_cast<double>(i) * by.value);
  if (first.value == 0 && by.value == 1 && !is_bool(result)) return iota({result, {count}});
  return constant(from_doubles({result, {count}}, numbers));
}
Value arange(Operand stop) { return arange(Operand(0, stop.where), stop); }

Value linspace(Operand start, Operand stop, Dim count, SpaceOptions options) {
  const CallSite site(start.where);
  expect_count("linspace", count, start.where);
  const std::vector<Value> both = ends("linspace", start, stop, options.dtype);
  return spaced(both[0], both[1], count, options.includes_stop);
}

Value logspace(Operand start, Operand stop, Dim count, SpaceOptions options, double base) {
  const CallSite site(start.where);
  return exp(linspace(start, stop, count, options) * std::log(base));
}

Value geomspace(Operand start, Operand stop, Dim count, SpaceOptions options) {
  const CallSite site(start.where);
  expect_count("geomspace", count, start.where);
  const std::vector<Value> both = ends("geomspace", start, stop, options.dtype);
  const Value logs = spaced(log(abs(both[0])), log(abs(both[1])), count, options.includes_stop);
  const Value numbers = exp(logs) * sign(both[0]);
  if (count == 0) return numbers;
  // The ends exactly.
  std::vector<Value> parts = {expand_dims(both[0], 0)};
  const bool has_stop = options.includes_stop && count > 1;
  parts.push_back(slice_axis(numbers, 0, 1, has_stop ? count - 1 : count));
  if (has_stop) parts.push_back(expand_dims(both[1], 0));
  return concatenate(parts, 0);
}

Value full_like(Operand x, Operand number) {
  const CallSite site(x.where);
  const Shape& shape = x.value.shape();
  if (number.is_number && shape.is_static()) return full(shape, number);
  return broadcast_like(number.is_number ? full({shape.dtype, {}}, number) : convert(number, shape.dtype), x.value);
}

Value tri(Dim rows, DType dtype, Dim columns, Dim offset, std::source_location where) {
  const CallSite site(where);
  return tril(ones({dtype, {rows, columns < 0 ? rows : columns}}), offset);
}

Value vander(Operand x, Dim columns, bool ascends) {
  const CallSite site(x.where);
  const Value v = promote("vander", {x})[0];
  if (v.rank() != 1) {
    throw OpError(
        {.op = "vander", .problem = "no vector", .got = {v.shape()}, .expected = "one axis"},
        CallSite::current(x.where));
  }
  const Dim n = columns < 0 ? v.dim(0) : columns;
  std::vector<Value> powers;
  for (Dim k = 0; k < n; ++k) powers.push_back(k == 0 ? ones_like(v) : powers.back() * v);
  if (n == 0) return zeros({v.dtype(), {v.dim(0), 0}});
  if (!ascends) std::ranges::reverse(powers);
  return stack(powers, 1);
}

std::vector<Value> meshgrid(Operands vectors, bool starts_with_rows) {
  const CallSite site(vectors.where);
  std::vector<Value> grid;
  Dims dims;
  for (const Value& v : vectors.values) {
    if (v.rank() != 1) {
      throw OpError(
          {.op = "meshgrid", .problem = "no vector", .got = {v.shape()}, .expected = "one axis"},
          CallSite::current(vectors.where));
    }
    dims.push_back(v.dim(0));
  }
  const bool is_swapped = !starts_with_rows && dims.size() > 1;
  if (is_swapped) std::swap(dims[0], dims[1]);
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const std::size_t axis = is_swapped && i < 2 ? 1 - i : i;
    grid.push_back(broadcast_in_dim(vectors.values[i], dims, {static_cast<std::int64_t>(axis)}));
  }
  return grid;
}

std::vector<Value> indices(Dims dims, std::source_location where) {
  const CallSite site(where);
  std::vector<Value> grid;
  for (std::size_t i = 0; i < dims.size(); ++i)
    grid.push_back(iota({kI32, dims}, static_cast<int>(i)));
  return grid;
}

std::vector<Value> tril_indices(Dim rows, Dim offset, Dim columns, std::source_location where) {
  const CallSite site(where);
  return triangle_indices(rows, columns, offset, true);
}
std::vector<Value> triu_indices(Dim rows, Dim offset, Dim columns, std::source_location where) {
  const CallSite site(where);
  return triangle_indices(rows, columns, offset, false);
}
std::vector<Value> diag_indices(Dim n, int axes, std::source_location where) {
  const CallSite site(where);
  return std::vector<Value>(static_cast<std::size_t>(axes), iota({kI32, {n}}));
}

std::vector<Value> unravel_index(Operand positions, Dims dims) {
  const CallSite site(positions.where);
  const Value given = tensor_of("unravel_index", positions, kI32);
  expect_kind("unravel_index", given, kInts);
  Dim stride = checked_size(dims);
  const Value size = full_like(given, stride);
  Value at = is_unsigned(given.dtype()) ? given : select(less(given, 0), given + size, given);
  at = clamp(zeros_like(at), at, maximum(size - 1, zeros_like(size)));
  std::vector<Value> index;
  for (Dim n : dims) {
    stride = n == 0 ? 1 : stride / n;
    index.push_back(at / std::max<Dim>(stride, 1));
    at = at % std::max<Dim>(stride, 1);
  }
  return index;
}

Value ravel_multi_index(Operands index, Dims dims, bool wraps) {
  const CallSite site(index.where);
  std::vector<Shape> got;
  bool fits = index.values.size() == dims.size() && !dims.empty();
  for (const Value& v : index.values) {
    got.push_back(v.shape());
    fits = fits && is_integer(v.dtype());
  }
  if (!fits) {
    throw OpError({.op = "ravel_multi_index",
                   .problem = "the index does not fit " + to_string(dims),
                   .got = std::move(got),
                   .expected = "integers for each axis"},
                  CallSite::current(index.where));
  }
  Value at;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    const Value v = index.values[i], n = full_like(v, dims[i]);
    const Value inside = wraps ? (v % n + n) % n : clamp(zeros_like(v), v, n - 1);
    at = at ? at * dims[i] + inside : inside;
  }
  return at;
}

}  // namespace hilo
