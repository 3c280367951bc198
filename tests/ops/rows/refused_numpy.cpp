// What the composites with NumPy's names refuse.
#include "hilo/ops/construct.h"
#include "hilo/ops/differences.h"
#include "hilo/ops/index.h"
#include "hilo/ops/masked.h"
#include "hilo/ops/searching.h"
#include "hilo/ops/sort.h"
#include "hilo/ops/statistics.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

const Shape kRow = f32({3}), kMatrix = f32({2, 3});

void add_searching(std::vector<Refused>& r) {
  r.push_back({"sort_by_keys", {kRow, kRow}, [](Value a, Value b) { return sort_by_keys({a, b}, 3); }, "cannot sort by 3 keys", "1 <= keys <= number of operands"});
  r.push_back({"partition", {kRow}, [](Value x) { return partition(x, 3); }, "axis 0 has no place 3", "-length <= kth < length"});
  r.push_back({"argpartition", {kMatrix}, [](Value x) { return argpartition(x, -3, 0); }, "axis 0 has no place -3", "-length <= kth < length"});
  r.push_back({"lexsort", {kRow}, [](Value x) { return lexsort({x}, 1); }, "axis 1 is out of range", "-1 <= axis < 1"});
  r.push_back({"searchsorted", {kMatrix, kRow}, [](Value s, Value v) { return searchsorted(s, v); }, "what is searched is no vector", "one axis"});
  r.push_back({"digitize", {kRow, f32({})}, [](Value x, Value b) { return digitize(x, b); }, "what is searched is no vector", "one axis"});
  r.push_back({"searchsorted", {kRow, i32({2})}, [](Value s, Value v) { return searchsorted(s, v); }, "dtypes differ and neither holds the other", "one dtype, or one that holds all values of the rest", "convert one of them, for example x.as(kF32)"});
  r.push_back({"nonzero", {kRow}, [](Value x) { return nonzero(x, -1); }, "a size of -1", "a size of at least 0"});
  r.push_back({"unique", {f32({0})}, [](Value x) { return unique(x, 2).values; }, "x is empty", "elements, or a fill_value"});
  r.push_back({"extract", {kRow, kMatrix}, [](Value c, Value x) { return extract(c, x, 2); }, "the condition has other dims", "a condition for each element"});
  r.push_back({"compress", {kRow, kMatrix}, [](Value c, Value x) { return compress(c, x, 2); }, "the condition does not fit axis 0", "a vector, at most as long as the axis"});
  r.push_back({"bincount", {kRow}, [](Value x) { return bincount(x, 3); }, "what is counted is no integers", "integers"});
  r.push_back({"histogram", {kRow}, [](Value x) { return histogram(x, 0).counts; }, "no bins", "a vector of at least two edges, or at least one bin"});
  r.push_back({"histogram", {kRow, f32({1})}, [](Value x, Value e) { return histogram(x, e).counts; }, "no bins", "a vector of at least two edges, or at least one bin"});
  r.push_back({"histogram", {kRow}, [](Value x) { return histogram(x, 2, {.range = {{1, 0}}}).counts; }, "a range of 1.000000 to 0.000000", "a range from low to high"});
}

void add_statistics(std::vector<Refused>& r) {
  r.push_back({"quantile", {kRow, kMatrix}, [](Value x, Value q) { return quantile(x, q); }, "q has several axes", "at least one element, q of rank 0 or 1"});
  r.push_back({"median", {f32({2, 0})}, [](Value x) { return median(x, {1}); }, "no elements", "at least one element, q of rank 0 or 1"});
  r.push_back({"median", {Shape{kC64, {2}}}, [](Value x) { return median(x); }, "dtype c64 is not accepted", "boolean, integer, floating operands"});
  r.push_back({"average", {kMatrix, f32({2})}, [](Value x, Value w) { return average(x, w, {1}); }, "the weights do not fit", "weights of x's dims, or a vector along the one axis"});
  r.push_back({"cov", {f32({2, 2, 2})}, [](Value x) { return cov(x); }, "too many axes", "variables and observations, a weight for each observation"});
  r.push_back({"cov", {kMatrix, f32({2})}, [](Value x, Value w) { return cov(x, {.weights = w}); }, "the weights do not fit", "variables and observations, a weight for each observation"});
  r.push_back({"sum_where", {kMatrix, Shape{kI1, {2}}}, [](Value x, Value m) { return sum_where(x, m); }, "shapes do not broadcast", "equal lengths or 1, axis by axis from the last"});
  r.push_back({"max_where", {kRow, kRow}, [](Value x, Value m) { return max_where(x, m); }, "the mask does not fit", "booleans that broadcast to x"});
  r.push_back({"diff", {kRow}, [](Value x) { return diff(x, {.order = -1}); }, "order -1", "an order of at least 0"});
  r.push_back({"gradient", {f32({1})}, [](Value x) { return gradient(x, 0); }, "fewer than two elements on axis 0", "an axis of two or more elements, a number or a position for each"});
  r.push_back({"gradient", {kRow, f32({2})}, [](Value x, Value h) { return gradient(x, 0, h); }, "the spacing does not fit", "an axis of two or more elements, a number or a position for each"});
  r.push_back({"trapezoid", {kMatrix, f32({2})}, [](Value y, Value x) { return trapezoid(y, {.x = x}); }, "the positions do not fit", "a vector along the axis, or y's dims"});
}

void add_constructions(std::vector<Refused>& r) {
  r.push_back({"arange", {f32({})}, [](Value x) { return arange(x); }, "a bound is a tensor", "C++ numbers, which say how many there are"});
  r.push_back({"arange", {}, [] { return arange(0, 3, 0); }, "a step of 0", "a step other than 0"});
  r.push_back({"linspace", {}, [] { return linspace(0, 1, -1); }, "cannot make -1 numbers", "a count of at least 0"});
  r.push_back({"vander", {kMatrix}, [](Value x) { return vander(x); }, "no vector", "one axis"});
  r.push_back({"meshgrid", {kMatrix}, [](Value x) { return meshgrid({x}); }, "no vector", "one axis"});
  r.push_back({"ravel_multi_index", {i32({2})}, [](Value x) { return ravel_multi_index({x}, {2, 3}); }, "the index does not fit [2,3]", "integers for each axis"});
  r.push_back({"unravel_index", {kRow}, [](Value x) { return unravel_index(x, {2, 3}); }, "dtype f32 is not accepted", "integer operands"});
}

void add_indices(std::vector<Refused>& r) {
  r.push_back({"index", {kRow}, [](Value x) { return index(x, {0, 0}); }, "2 entries for 1 axes", "at most one entry an axis, and one kEllipsis"});
  r.push_back({"index", {kMatrix}, [](Value x) { return index(x, {kEllipsis, 0, kEllipsis}); }, "two ellipses", "at most one entry an axis, and one kEllipsis"});
  r.push_back({"index", {kMatrix}, [](Value x) { return index(x, {0, -4}); }, "no element -4 on axis 1", "-length <= number < length"});
  r.push_back({"index", {kMatrix}, [](Value x) { return index(x, {Range{.step = 0}}); }, "a step of 0 on axis 0", "a step other than 0"});
  r.push_back({"index", {kMatrix, kRow}, [](Value x, Value i) { return index(x, {i}); }, "indices are no integers", "integer indices", "indices.as(kI32)"});
  r.push_back({"index_set", {kMatrix, kRow}, [](Value x, Value u) { return index_set(x, {kAll, 0}, u); }, "the updates do not fit", "updates that broadcast to [2]"});
}

}  // namespace

void add_numpy_refusals(std::vector<Refused>& r) {
  add_searching(r);
  add_statistics(r);
  add_constructions(r);
  add_indices(r);
}

}  // namespace hilo::test
