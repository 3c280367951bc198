#include "hilo/ops/diagonal.h"

#include <algorithm>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"

namespace hilo {
namespace {

// How far right of the main diagonal each element of a matrix is: column - row.
Value distance(Dim rows, Dim columns) {
  const Shape shape{kI32, {rows, columns}};
  return iota(shape, 1) - iota(shape, 0);
}

Value matrix(std::string_view op, const Operand& operand) {
  const Value x = promote(op, {operand})[0];
  if (x.rank() >= 2) return x;
  throw OpError({.op = std::string(op),
                 .problem = "no matrix",
                 .got = {x.shape()},
                 .expected = "at least two axes"},
                CallSite::current(operand.where));
}

Value zero_where(Value mask, Value x) {
  return select(broadcast_to(mask, x.dims()), zeros_like(x), x);
}

}  // namespace

Value eye(Dim rows, DType dtype, Dim columns, Dim offset, std::source_location where) {
  const CallSite site(where);
  return equal(distance(rows, columns < 0 ? rows : columns), offset).as(dtype);
}

Value tril(Operand operand, Dim offset) {
  const CallSite site(operand.where);
  const Value x = matrix("tril", operand);
  return zero_where(greater(distance(x.dim(-2), x.dim(-1)), offset), x);
}

Value triu(Operand operand, Dim offset) {
  const CallSite site(operand.where);
  const Value x = matrix("triu", operand);
  return zero_where(less(distance(x.dim(-2), x.dim(-1)), offset), x);
}

Value diagonal(Operand operand, Dim offset) {
  const CallSite site(operand.where);
  const Value x = matrix("diagonal", operand);
  const Dim n = x.dim(-2), m = x.dim(-1), below = std::max<Dim>(-offset, 0),
            right = std::max<Dim>(offset, 0);
  if (below >= std::max<Dim>(n, 1) || right >= std::max<Dim>(m, 1)) {
    throw OpError({.op = "diagonal",
                   .problem = "no element at offset " + std::to_string(offset),
                   .got = {x.shape()},
                   .expected = "-rows < offset < columns"},
                  CallSite::current(operand.where));
  }
  const Dim length = std::min(n - below, m - right);
  // Row by row, diagonal elements stand m + 1 apart.
  const Dim first = below * m + right,
            end = length == 0 ? first : first + (length - 1) * (m + 1) + 1;
  Dims flat(x.dims().begin(), x.dims().end() - 2);
  flat.push_back(n * m);
  return slice_axis(reshape(x, flat), -1, first, end, m + 1);
}

Value diagonal_matrix(Operand operand) {
  const CallSite site(operand.where);
  const Value x = promote("diagonal_matrix", {operand})[0];
  const Dim n = x.dim(-1);
  Dims dims = x.dims();
  dims.push_back(n);
  const Value rows = broadcast_to(expand_dims(x, -1), dims);
  return select(broadcast_to(eye(n, kI1), dims), rows, zeros_like(rows));
}

Value diagflat(Operand operand, Dim offset) {
  const CallSite site(operand.where);
  const Value x = promote("diagflat", {operand})[0];
  const Value square = diagonal_matrix(reshape(x, {x.size()}));
  const Dim right = std::max<Dim>(offset, 0), below = std::max<Dim>(-offset, 0);
  return pad(square, 0, {.low = {below, right}, .high = {right, below}});
}

Value diag(Operand operand, Dim offset) {
  const CallSite site(operand.where);
  const Value x = promote("diag", {operand})[0];
  if (x.rank() == 1) return diagflat(x, offset);
  if (x.rank() == 2) return diagonal(x, offset);
  throw OpError({.op = "diag",
                 .problem = "neither vector nor matrix",
                 .got = {x.shape()},
                 .expected = "one or two axes"},
                CallSite::current(operand.where));
}

Value trace(Operand x, Dim offset) {
  const CallSite site(x.where);
  return sum(diagonal(x, offset), {-1});
}

Value fill_diagonal(Operand operand, Operand value) {
  const CallSite site(operand.where);
  const Value x = matrix("fill_diagonal", operand);
  const Dim n = x.dim(-2), m = x.dim(-1), length = std::min(n, m);
  Value v = tensor_of("fill_diagonal", value, x.dtype()).as(x.dtype());
  if (v.rank() > 1 || (v.rank() == 1 && v.dim(0) != length)) {
    throw OpError({.op = "fill_diagonal",
                   .problem = "the value does not fit",
                   .got = {x.shape(), v.shape()},
                   .expected = "a scalar, or a vector of the diagonal's length"},
                  CallSite::current(operand.where));
  }
  if (v.rank() == 1) v = broadcast_to(expand_dims(pad(v, 0, {.low = {0}, .high = {n - length}}), 1), {n, m});
  return select(broadcast_to(eye(n, kI1, m), x.dims()), broadcast_to(v, x.dims()), x);
}

}  // namespace hilo
