#include "hilo/ops/eig.h"

#include "hilo/ops/binary.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/lu.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"

namespace hilo {
namespace {

DType complex_of(DType dtype) { return dtype == kF32 ? kC64 : dtype == kF64 ? kC128 : dtype; }

std::vector<Shape> eig_shapes(Shapes in) {
  const DType dtype = complex_of(in[0].dtype);
  return {{dtype, {in[0].dims.begin(), in[0].dims.end() - 1}}, {dtype, in[0].dims}};
}

// The vectors keep their length, and turn nowhere in the complex plane.
std::vector<Value> eig_tangents(const Jvp& j) {
  const Value w = j.outs[0], v = j.outs[1];
  const Value d = solve(v, exact_matmul(convert(j.d_in[0], v.dtype()), v));  // the change, in the eigenvectors' frame
  const Value change = exact_matmul(v, reciprocal_differences(w) * d);
  return {diagonal(d), change - v * sum(conj(v) * change, {-2}, true)};
}

std::vector<Value> call_kernel(CustomOp op, Value x) {
  op.batch = [op](const Batch& b) { return call_kernel(op, b.in[0]); };  // one more axis before the matrices
  return custom_call(op, {x});
}

}  // namespace

Eig eig(Operand operand) {
  const CallSite site(operand.where);
  const Value x = matrix_of("eig", operand, true);
  if (x.size() == 0) {
    const std::vector<Shape> empty = eig_shapes(std::vector{x.shape()});
    return {zeros(empty[0]), zeros(empty[1])};
  }
  const std::vector<Value> out = call_kernel({.name = "hilo_eig", .infer = eig_shapes, .jvp = eig_tangents}, x);
  return {out[0], out[1]};
}

Value eigvals(Operand x) {
  const CallSite site(x.where);
  return eig(x).values;
}

Schur schur(Operand operand) {
  const CallSite site(operand.where);
  const Value x = matrix_of("schur", operand, true);
  if (x.size() == 0) return {x, x};
  const std::vector<Value> out = call_kernel({.name = "hilo_schur", .infer = [](Shapes in) { return std::vector{in[0], in[0]}; }}, x);
  return {out[0], out[1]};
}

}  // namespace hilo
