// What ops that move, join, cut and sum elements refuse.
#include "hilo/ops/binary.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/cumulative.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/dynamic_slice.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reducer.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/reverse.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/softmax.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

const Shape kRow = f32({3}), kMatrix = f32({2, 3});

void add_reshapes(std::vector<Refused>& r) {
  r.push_back({"reshape", {kMatrix}, [](Value x) { return reshape(x, {4}); }, "cannot view the elements as [4]", "dims of product 6"});
  r.push_back({"reshape", {kMatrix}, [](Value x) { return reshape(x, {4, -1}); }, "cannot work out [4,-1]", "at most one -1, and a product that divides the size"});
  r.push_back({"reshape", {kMatrix}, [](Value x) { return reshape(x, {-1, -1}); }, "cannot work out [-1,-1]", "at most one -1, and a product that divides the size"});
  r.push_back({"transpose", {kMatrix}, [](Value x) { return transpose(x, {0, 0}); }, "[0,0] is no permutation of the axes", "each axis of x once"});
  r.push_back({"transpose", {kMatrix}, [](Value x) { return transpose(x, {1}); }, "[1] is no permutation of the axes", "each axis of x once"});
  r.push_back({"squeeze", {kMatrix}, [](Value x) { return squeeze(x, {1}); }, "axis 1 has not length 1", "axes of length 1"});
  r.push_back({"squeeze", {kMatrix}, [](Value x) { return squeeze(x, {2}); }, "axis 2 is out of range", "-2 <= axis < 2"});
  r.push_back({"expand_dims", {kMatrix}, [](Value x) { return expand_dims(x, 3); }, "axis 3 is out of range", "-3 <= axis < 3"});
  r.push_back({"expand_dims", {kMatrix}, [](Value x) { return expand_dims(x, Axes{0, -4}); }, "axis -4 is named twice", "distinct axes"});
  r.push_back({"flatten", {kMatrix}, [](Value x) { return flatten(x, 3); }, "axis 3 is out of range", "0 <= first <= rank"});
}

void add_reductions(std::vector<Refused>& r) {
  r.push_back({"sum", {kMatrix}, [](Value x) { return sum(x, {2}); }, "axis 2 is out of range", "-2 <= axis < 2"});
  r.push_back({"max", {kMatrix}, [](Value x) { return max(x, {0, -2}); }, "axis -2 is named twice", "distinct axes"});
  r.push_back({"sum", {Shape{kI1, {3}}}, [](Value x) { return sum(x); }, "booleans are no numbers", "integer, floating or complex operands", "any(x), or sum(x.as(kI32))"});
  r.push_back({"prod", {Shape{kI1, {3}}}, [](Value x) { return prod(x); }, "booleans are no numbers", "integer, floating or complex operands", "all(x)"});
  r.push_back({"argmax", {kMatrix}, [](Value x) { return argmax(x, 2); }, "axis 2 is out of range", "-2 <= axis < 2"});
  r.push_back({"argmin", {f32({2, 0})}, [](Value x) { return argmin(x, 1); }, "axis 1 is empty", "at least one element"});
  r.push_back({"and", {kMatrix}, [](Value x) { return all(x); }, "dtype f32 is not accepted", "boolean, integer operands"});
  const auto body = [](DType d) { return scalar_reducer(add, d); };
  r.push_back({"reduce", {kRow}, [=](Value x) { return reduce(std::vector{x}, std::vector<Value>{}, {0}, body(kF32)); }, "inputs and start values do not pair", "n inputs, n scalars"});
  r.push_back({"reduce", {kRow, kMatrix, f32({})}, [=](Value x, Value y, Value z) { return reduce(std::vector{x, y}, std::vector{z, z}, {0}, body(kF32)); }, "inputs differ", "inputs of the same dims"});
  r.push_back({"reduce", {kRow, i32({})}, [=](Value x, Value z) { return reduce(std::vector{x}, std::vector{z}, {0}, body(kF32)); }, "a start value does not fit", "a scalar of its input's dtype"});
  r.push_back({"reduce", {kRow, f32({})}, [=](Value x, Value z) { return reduce(std::vector{x}, std::vector{z}, {0}, body(kI32)); }, "the body does not fit", "a body from 2n scalars to n"});
  r.push_back({"reduce", {kRow, f32({})}, [=](Value x, Value z) { return reduce(std::vector{x}, std::vector{z}, {1}, body(kF32)); }, "axis 1 is out of range", "-1 <= axis < 1"});
  r.push_back({"cumulative_sum", {kRow}, [](Value x) { return cumulative_sum(x, 1); }, "axis 1 is out of range", "-1 <= axis < 1"});
  r.push_back({"softmax", {kRow}, [](Value x) { return softmax(x, {1}); }, "axis 1 is out of range", "-1 <= axis < 1"});
  r.push_back({"logsumexp", {kMatrix}, [](Value x) { return logsumexp(x, {0, 0}); }, "axis 0 is named twice", "distinct axes"});
}

void add_products(std::vector<Refused>& r) {
  const auto dot = [](DotDimensionNumbers n) { return [n](Value a, Value b) { return dot_general(a, b, n); }; };
  r.push_back({"dot_general", {kRow, i32({3})}, dot({}), "dtypes differ", "equal dtypes"});
  r.push_back({"dot_general", {kRow, kRow}, dot({.lhs_contracting_dimensions = {0}}), "unequal numbers of contracting axes", "pairs of axes"});
  r.push_back({"dot_general", {kRow, kRow}, dot({.rhs_batching_dimensions = {0}}), "unequal numbers of batching axes", "pairs of axes"});
  r.push_back({"dot_general", {kMatrix, kMatrix}, dot({.lhs_contracting_dimensions = {1}, .rhs_contracting_dimensions = {0}}), "contracting axes 1 and 0 differ in length", "equal lengths of paired axes"});
  r.push_back({"dot_general", {kMatrix, kMatrix}, dot({.lhs_batching_dimensions = {0}, .rhs_batching_dimensions = {1}}), "batching axes 0 and 1 differ in length", "equal lengths of paired axes"});
  r.push_back({"dot_general", {kMatrix, kMatrix}, dot({.lhs_contracting_dimensions = {2}, .rhs_contracting_dimensions = {0}}), "axis 2 is out of range", "0 <= axis < rank"});
  r.push_back({"dot_general", {kMatrix, kMatrix}, dot({.lhs_batching_dimensions = {0}, .rhs_batching_dimensions = {0}, .lhs_contracting_dimensions = {1}, .rhs_contracting_dimensions = {0}}), "axis 0 is named twice", "distinct axes"});
  r.push_back({"matmul", {f32({8, 4}), f32({2, 4})}, [](Value a, Value b) { return matmul(a, b); }, "inner sizes differ", "[m,k] x [k,n]", "matmul(a, transpose(b)) would fit"});
  r.push_back({"matmul", {f32({8, 4}), f32({3, 5})}, [](Value a, Value b) { return matmul(a, b); }, "inner sizes differ", "[m,k] x [k,n]"});
  r.push_back({"matmul", {kRow, f32({})}, [](Value a, Value b) { return matmul(a, b); }, "a scalar operand", "at least one axis each", "a * b"});
  r.push_back({"matmul", {f32({2, 2, 3}), f32({3, 3, 2})}, [](Value a, Value b) { return matmul(a, b); }, "shapes do not broadcast", "equal lengths or 1, axis by axis from the last"});
  r.push_back({"matmul", {f32({2, 3}), i32({3, 2})}, [](Value a, Value b) { return matmul(a, b); }, "dtypes differ and neither holds the other", "one dtype, or one that holds all values of the rest", "convert one of them, for example x.as(kF32)"});
}

void add_slices(std::vector<Refused>& r) {
  r.push_back({"slice", {kMatrix}, [](Value x) { return slice(x, {0}, {1}); }, "a list does not match the rank", "a start, a limit and a stride for each axis"});
  r.push_back({"slice", {kMatrix}, [](Value x) { return slice(x, {0, 0}, {2, 4}); }, "axis 1 is cut outside of x", "0 <= start <= limit <= length"});
  r.push_back({"slice", {kMatrix}, [](Value x) { return slice(x, {1, 0}, {0, 3}); }, "axis 0 is cut outside of x", "0 <= start <= limit <= length"});
  r.push_back({"slice", {kMatrix}, [](Value x) { return slice(x, {0, 0}, {2, 3}, {1, 0}); }, "a stride is not positive", "strides of at least 1"});
  r.push_back({"slice_axis", {kMatrix}, [](Value x) { return slice_axis(x, 1, 0, 4); }, "cannot take 0:4:1 of axis 1", "positions from -length to length, a stride of at least 1"});
  r.push_back({"slice_axis", {kMatrix}, [](Value x) { return slice_axis(x, 1, 0, kEnd, 0); }, "cannot take 0::0 of axis 1", "positions from -length to length, a stride of at least 1"});
  r.push_back({"slice_axis", {kMatrix}, [](Value x) { return slice_axis(x, 2, 0, 1); }, "axis 2 is out of range", "-2 <= axis < 2"});
  r.push_back({"index_axis", {kMatrix}, [](Value x) { return index_axis(x, 0, 2); }, "no element 2 on axis 0", "-length <= i < length"});
  r.push_back({"split", {kMatrix}, [](Value x) { return split(x, 2, 1); }, "axis 1 is no 2 equal pieces", "a count that divides the length"});
  r.push_back({"split", {kMatrix}, [](Value x) { return split(x, {1, 1}, 1); }, "pieces of [1,1] do not make up axis 1", "lengths that add up to the axis"});
  r.push_back({"concatenate", {}, [] { return concatenate(std::vector<Value>{}, 0); }, "nothing to join", "at least one part"});
  r.push_back({"concatenate", {kRow}, [](Value x) { return concatenate({x}, 1); }, "axis 1 is out of range", "0 <= axis < rank"});
  r.push_back({"concatenate", {kRow, i32({3})}, [](Value x, Value y) { return concatenate({x, y}, 0); }, "dtypes differ", "equal dtypes"});
  r.push_back({"concatenate", {kMatrix, f32({3, 3})}, [](Value x, Value y) { return concatenate({x, y}, 1); }, "parts differ outside of axis 1", "equal lengths of all other axes"});
  r.push_back({"stack", {}, [] { return stack(std::vector<Value>{}); }, "nothing to stack", "at least one part, all of one shape and dtype"});
  r.push_back({"stack", {kRow, kMatrix}, [](Value x, Value y) { return stack({x, y}); }, "parts differ", "at least one part, all of one shape and dtype"});
  r.push_back({"stack", {kRow}, [](Value x) { return stack({x}, 2); }, "the new axis is out of range", "-rank - 1 <= axis <= rank"});
  r.push_back({"tile", {kMatrix}, [](Value x) { return tile(x, {2}); }, "counts of [2] do not fit", "a count of at least 0 for each axis"});
  r.push_back({"repeat", {kMatrix}, [](Value x) { return repeat(x, -1, 0); }, "cannot repeat -1 times", "a count of at least 0"});
}

void add_paddings(std::vector<Refused>& r) {
  r.push_back({"pad", {kRow, i32({})}, [](Value x, Value v) { return pad(x, v, {.low = {1}}); }, "the padding value does not fit", "a scalar of x's dtype"});
  r.push_back({"pad", {kRow}, [](Value x) { return pad(x, 0, {.low = {1, 1}}); }, "a list does not match the rank", "low, high and interior padding for each axis"});
  constexpr Dim kHuge = Dim{1} << 62;
  r.push_back({"pad", {kRow}, [](Value x) { return pad(x, 0, {.low = {kHuge}, .high = {kHuge}}); }, "a length does not fit 63 bits", "smaller paddings, windows and dilations"});
  r.push_back({"pad", {kRow}, [](Value x) { return pad(x, 0, {.interior = {-1}}); }, "interior padding is negative", "at least 0"});
  r.push_back({"pad", {kRow}, [](Value x) { return pad(x, 0, {.low = {-2}, .high = {-2}}); }, "axis 0 would have length -1", "no more taken away than is there"});
  r.push_back({"pad_axis", {kRow}, [](Value x) { return pad_axis(x, 0, 1, 1, 1); }, "axis 1 is out of range", "-1 <= axis < 1"});
  r.push_back({"pad_reflect", {kRow}, [](Value x) { return pad_reflect(x, {3}, {0}); }, "cannot pad by low = [3], high = [0]", "0 <= padding < length on every axis"});
  r.push_back({"pad_edge", {f32({0})}, [](Value x) { return pad_edge(x, {1}, {0}); }, "cannot pad by low = [1], high = [0]", "0 <= padding, axes that are not empty"});
  r.push_back({"reverse", {kRow}, [](Value x) { return reverse(x, 1); }, "axis 1 is out of range", "0 <= axis < rank"});
  r.push_back({"roll", {kRow}, [](Value x) { return roll(x, 1, 1); }, "axis 1 is out of range", "-1 <= axis < 1"});
  r.push_back({"dynamic_slice", {kRow, f32({})}, [](Value x, Value i) { return dynamic_slice(x, {i}, {2}); }, "the starts do not fit", "an integer scalar for each axis, all of one dtype"});
  r.push_back({"dynamic_slice", {kMatrix, i32({})}, [](Value x, Value i) { return dynamic_slice(x, {i}, {2, 2}); }, "the starts do not fit", "an integer scalar for each axis, all of one dtype"});
  r.push_back({"dynamic_slice", {kRow}, [](Value x) { return dynamic_slice(x, {0}, {4}); }, "sizes of [4] do not fit", "0 <= size <= length for each axis"});
  r.push_back({"dynamic_update_slice", {kRow, f32({4})}, [](Value x, Value u) { return dynamic_update_slice(x, u, {0}); }, "the update does not fit", "x's dtype and rank, and no axis longer than x's"});
  r.push_back({"dynamic_update_slice", {kRow, i32({2})}, [](Value x, Value u) { return dynamic_update_slice(x, u, {0}); }, "the update does not fit", "x's dtype and rank, and no axis longer than x's"});
  r.push_back({"dynamic_update_slice", {kRow, f32({2})}, [](Value x, Value u) { return dynamic_update_slice(x, u, {}); }, "the starts do not fit", "an integer scalar for each axis, all of one dtype"});
  r.push_back({"tril", {kRow}, [](Value x) { return tril(x); }, "no matrix", "at least two axes"});
  r.push_back({"diagonal", {kMatrix}, [](Value x) { return diagonal(x, 3); }, "no element at offset 3", "-rows < offset < columns"});
}

}  // namespace

void add_shape_refusals(std::vector<Refused>& r) {
  add_reshapes(r);
  add_reductions(r);
  add_products(r);
  add_slices(r);
  add_paddings(r);
}

}  // namespace hilo::test
