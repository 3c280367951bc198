// What the composites with NumPy's names refuse.
#include "hilo/ops/arrange.h"
#include "hilo/ops/construct.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/differences.h"
#include "hilo/ops/index.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/masked.h"
#include "hilo/ops/numeric.h"
#include "hilo/ops/products.h"
#include "hilo/ops/resize.h"
#include "hilo/ops/searching.h"
#include "hilo/ops/select.h"
#include "hilo/ops/signal.h"
#include "hilo/ops/sort.h"
#include "hilo/ops/statistics.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

const Shape kRow = f32({3}), kMatrix = f32({2, 3});

void add_searching(std::vector<Refused>& r) {
  r.push_back({"sort_by_keys",
               {kRow, kRow},
               [](Value a, Value b) {
                 return sort_by_keys({a, b}, 3);
               },
               "cannot sort by 3 keys",
               "1 <= keys <= number of operands"});
  r.push_back({"partition",
               {kRow},
               [](Value x) { return partition(x, 3); },
               "axis 0 has no place 3",
               "-length <= kth < length"});
  r.push_back({"argpartition",
               {kMatrix},
               [](Value x) { return argpartition(x, -3, 0); },
               "axis 0 has no place -3",
               "-length <= kth < length"});
  r.push_back({"lexsort",
               {kRow},
               [](Value x) { return lexsort({x}, 1); },
               "axis 1 is out of range",
               "-1 <= axis < 1"});
  r.push_back({"searchsorted",
               {kMatrix, kRow},
               [](Value s, Value v) { return searchsorted(s, v); },
               "what is searched is no vector",
               "one axis"});
  r.push_back({"digitize",
               {kRow, f32({})},
               [](Value x, Value b) { return digitize(x, b); },
               "what is searched is no vector",
               "one axis"});
  r.push_back({"searchsorted",
               {kRow, i32({2})},
               [](Value s, Value v) { return searchsorted(s, v); },
               "dtypes differ and neither holds the other",
               "one dtype, or one that holds all values of the rest",
               "convert one of them, for example x.as(kF32)"});
  r.push_back({"nonzero",
               {kRow},
               [](Value x) { return nonzero(x, -1); },
               "a size of -1",
               "a size of at least 0"});
  r.push_back({"unique",
               {f32({0})},
               [](Value x) { return unique(x, 2).values; },
               "x is empty",
               "elements, or a fill_value"});
  r.push_back({"extract",
               {kRow, kMatrix},
               [](Value c, Value x) { return extract(c, x, 2); },
               "the condition has other dims",
               "a condition for each element"});
  r.push_back({"compress",
               {kRow, kMatrix},
               [](Value c, Value x) { return compress(c, x, 2); },
               "the condition does not fit axis 0",
               "a vector, at most as long as the axis"});
  r.push_back({"bincount",
               {kRow},
               [](Value x) { return bincount(x, 3); },
               "what is counted is no integers",
               "integers"});
  r.push_back({"histogram",
               {kRow},
               [](Value x) { return histogram(x, 0).counts; },
               "no bins",
               "a vector of at least two edges, or at least one bin"});
  r.push_back({"histogram",
               {kRow, f32({1})},
               [](Value x, Value e) { return histogram(x, e).counts; },
               "no bins",
               "a vector of at least two edges, or at least one bin"});
  r.push_back({"histogram",
               {kRow},
               [](Value x) {
                 return histogram(x, 2, {.range = {{1, 0}}}).counts;
               },
               "a range of 1.000000 to 0.000000",
               "a range from low to high"});
}

void add_statistics(std::vector<Refused>& r) {
  r.push_back({"quantile",
               {kRow, kMatrix},
               [](Value x, Value q) { return quantile(x, q); },
               "q has several axes",
               "at least one element, q of rank 0 or 1"});
  r.push_back({"median",
               {f32({2, 0})},
               [](Value x) { return median(x, {1}); },
               "no elements",
               "at least one element, q of rank 0 or 1"});
  r.push_back({"median",
               {Shape{kC64, {2}}},
               [](Value x) { return median(x); },
               "dtype c64 is not accepted",
               "boolean, integer, floating operands"});
  r.push_back({"average",
               {kMatrix, f32({2})},
               [](Value x, Value w) { return average(x, w, {1}); },
               "the weights do not fit",
               "weights of x's dims, or a vector along the one axis"});
  r.push_back({"cov",
               {f32({2, 2, 2})},
               [](Value x) { return cov(x); },
               "too many axes",
               "variables and observations, a weight for each observation"});
  r.push_back({"cov",
               {kMatrix, f32({2})},
               [](Value x, Value w) { return cov(x, {.weights = w}); },
               "the weights do not fit",
               "variables and observations, a weight for each observation"});
  r.push_back({"sum_where",
               {kMatrix, Shape{kI1, {2}}},
               [](Value x, Value m) { return sum_where(x, m); },
               "shapes do not broadcast",
               "equal lengths or 1, axis by axis from the last"});
  r.push_back({"max_where",
               {kRow, kRow},
               [](Value x, Value m) { return max_where(x, m); },
               "the mask does not fit",
               "booleans that broadcast to x"});
  r.push_back({"diff",
               {kRow},
               [](Value x) { return diff(x, {.order = -1}); },
               "order -1",
               "an order of at least 0"});
  r.push_back({"gradient",
               {f32({1})},
               [](Value x) { return gradient(x, 0); },
               "fewer than two elements on axis 0",
               "an axis of two or more elements, a number or a position for each"});
  r.push_back({"gradient",
               {kRow, f32({2})},
               [](Value x, Value h) { return gradient(x, 0, h); },
               "the spacing does not fit",
               "an axis of two or more elements, a number or a position for each"});
  r.push_back({"trapezoid",
               {kMatrix, f32({2})},
               [](Value y, Value x) { return trapezoid(y, {.x = x}); },
               "the positions do not fit",
               "a vector along the axis, or y's dims"});
}

void add_constructions(std::vector<Refused>& r) {
  r.push_back({"arange",
               {f32({})},
               [](Value x) { return arange(x); },
               "a bound is a tensor",
               "C++ numbers, which say how many there are"});
  r.push_back({"arange", {}, [] { return arange(0, 3, 0); }, "a step of 0", "a step other than 0"});
  r.push_back({"linspace",
               {},
               [] { return linspace(0, 1, -1); },
               "cannot make -1 numbers",
               "a count of at least 0"});
  r.push_back({"vander", {kMatrix}, [](Value x) { return vander(x); }, "no vector", "one axis"});
  r.push_back(
      {"meshgrid", {kMatrix}, [](Value x) { return meshgrid({x}); }, "no vector", "one axis"});
  r.push_back({"ravel_multi_index",
               {i32({2})},
               [](Value x) {
                 return ravel_multi_index({x}, {2, 3});
               },
               "the index does not fit [2,3]",
               "integers for each axis"});
  r.push_back({"unravel_index",
               {kRow},
               [](Value x) {
                 return unravel_index(x, {2, 3});
               },
               "dtype f32 is not accepted",
               "integer operands"});
}

void add_indices(std::vector<Refused>& r) {
  r.push_back({"index",
               {kRow},
               [](Value x) {
                 return index(x, {0, 0});
               },
               "2 entries for 1 axes",
               "at most one entry an axis, and one kEllipsis"});
  r.push_back({"index",
               {kMatrix},
               [](Value x) {
                 return index(x, {kEllipsis, 0, kEllipsis});
               },
               "two ellipses",
               "at most one entry an axis, and one kEllipsis"});
  r.push_back({"index",
               {kMatrix},
               [](Value x) {
                 return index(x, {0, -4});
               },
               "no element -4 on axis 1",
               "-length <= number < length"});
  r.push_back({"index",
               {kMatrix},
               [](Value x) { return index(x, {Slice{.step = 0}}); },
               "a step of 0 on axis 0",
               "a step other than 0"});
  r.push_back({"index",
               {kMatrix, kRow},
               [](Value x, Value i) { return index(x, {i}); },
               "indices are no integers",
               "integer indices",
               "indices.as(kI32)"});
  r.push_back({"index_set",
               {kMatrix, kRow},
               [](Value x, Value u) {
                 return index_set(x, {kAll, 0}, u);
               },
               "the updates do not fit",
               "updates that broadcast to [2]"});
}

void add_arrangements(std::vector<Refused>& r) {
  r.push_back({"rot90",
               {kMatrix},
               [](Value x) { return rot90(x, 1, {0}); },
               "1 axes",
               "the two axes of a plane"});
  r.push_back({"moveaxis",
               {kMatrix},
               [](Value x) {
                 return moveaxis(x, {0}, {0, 1});
               },
               "1 axes for 2 places",
               "a place for each axis"});
  r.push_back({"swapaxes",
               {kMatrix},
               [](Value x) { return swapaxes(x, 0, 2); },
               "axis 2 is out of range",
               "-2 <= axis < 2"});
  r.push_back({"array_split",
               {kRow},
               [](Value x) { return array_split(x, 0); },
               "no pieces",
               "a count of at least 1"});
  r.push_back({"delete_at",
               {kRow},
               [](Value x) { return delete_at(x, {3}); },
               "no element 3 on axis 0",
               "-length <= position < length"});
  r.push_back({"pad_wrap",
               {f32({0})},
               [](Value x) { return pad_wrap(x, {1}, {0}); },
               "cannot pad by low = [1], high = [0]",
               "0 <= padding, axes that are not empty"});
  r.push_back({"pad_symmetric",
               {kMatrix},
               [](Value x) { return pad_symmetric(x, {1}, {0}); },
               "cannot pad by low = [1], high = [0]",
               "0 <= padding, axes that are not empty"});
  r.push_back({"inner",
               {kRow, f32({2})},
               [](Value a, Value b) { return inner(a, b); },
               "the last axes differ",
               "[a.., k] and [b.., k]"});
  r.push_back({"tensordot",
               {kRow, kMatrix},
               [](Value a, Value b) { return tensordot(a, b); },
               "cannot pair 2 axes",
               "0 <= axes <= both ranks"});
  r.push_back({"vdot",
               {kRow, kMatrix},
               [](Value a, Value b) { return vdot(a, b); },
               "sizes differ",
               "as many elements in both"});
  r.push_back({"cross",
               {kRow, f32({2})},
               [](Value a, Value b) { return cross(a, b); },
               "no vectors of space",
               "length 3 along the axis"});
  r.push_back({"diag",
               {f32({2, 2, 2})},
               [](Value x) { return diag(x); },
               "neither vector nor matrix",
               "one or two axes"});
  r.push_back({"fill_diagonal",
               {kMatrix, kRow},
               [](Value x, Value v) { return fill_diagonal(x, v); },
               "the value does not fit",
               "a scalar, or a vector of the diagonal's length"});
  r.push_back({"select_first",
               {Shape{kI1, {3}}, kRow},
               [](Value c, Value x) {
                 return select_first({c}, {x, x});
               },
               "1 conditions for 2 choices",
               "a condition for each choice"});
  r.push_back({"choose",
               {i32({3})},
               [](Value i) { return choose(i, std::vector<Value>{}); },
               "no choices",
               "integers, and choices"});
  r.push_back({"choose",
               {kRow},
               [](Value x) { return choose(x, {x}); },
               "the index is no integers",
               "integers, and choices"});
  r.push_back({"take",
               {kRow, kRow},
               [](Value x, Value i) { return take(x, i, {.mode = OutOfRange::kWrap}); },
               "indices are no integers",
               "integer indices",
               "indices.as(kI32)"});
}

void add_numbers(std::vector<Refused>& r) {
  r.push_back({"round",
               {i32({3})},
               [](Value x) { return round(x, -1); },
               "cannot round to -1 decimals",
               "floats, or integers and at least 0 decimals"});
  r.push_back({"gcd",
               {kRow, kRow},
               [](Value a, Value b) { return gcd(a, b); },
               "dtype f32 is not accepted",
               "integer operands"});
  r.push_back({"ldexp",
               {kRow, kRow},
               [](Value a, Value b) { return ldexp(a, b); },
               "dtype f32 is not accepted",
               "integer operands"});
  r.push_back({"convolve",
               {kRow, kMatrix},
               [](Value a, Value b) { return convolve(a, b); },
               "no vectors with elements",
               "one axis each, not empty"});
  r.push_back({"correlate",
               {kRow, f32({0})},
               [](Value a, Value b) { return correlate(a, b); },
               "no vectors with elements",
               "one axis each, not empty"});
  r.push_back({"polyval",
               {kMatrix, kRow},
               [](Value p, Value x) { return polyval(p, x); },
               "the coefficients are no vector",
               "one axis"});
  r.push_back({"interp",
               {kRow, kRow, f32({2})},
               [](Value x, Value xp, Value fp) { return interp(x, xp, fp); },
               "the points do not fit",
               "two vectors of one length, 2 or more"});
  r.push_back({"resize",
               {kMatrix},
               [](Value x) {
                 return resize(x, {2, 0});
               },
               "cannot scale to [2,0]",
               "a length of at least 1 for each axis"});
  r.push_back({"scale_and_translate",
               {kMatrix, f32({1}), f32({1})},
               [](Value x, Value s, Value t) {
                 return scale_and_translate(x, {2, 4}, {0}, s, t);
               },
               "cannot go to [2,4]",
               "dims that change along the axes only, a scale and a translation for each, another "
               "method than kNearest"});
  r.push_back({"map_coordinates",
               {kMatrix, kRow},
               [](Value x, Value c) { return map_coordinates(x, {c}); },
               "the coordinates do not fit",
               "one tensor of places for each axis, all of one shape; order 0 or 1"});
  r.push_back({"map_coordinates",
               {kRow, kRow},
               [](Value x, Value c) { return map_coordinates(x, {c}, {.order = 2}); },
               "order 2",
               "one tensor of places for each axis, all of one shape; order 0 or 1"});
}

}  // namespace

void add_numpy_refusals(std::vector<Refused>& r) {
  add_searching(r);
  add_statistics(r);
  add_constructions(r);
  add_indices(r);
  add_arrangements(r);
  add_numbers(r);
}

}  // namespace hilo::test
