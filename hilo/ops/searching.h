#pragma once
#include <array>
#include <optional>
#include <vector>

#include "hilo/graph/value.h"

// Where elements are, which ones there are, and how often. Shapes do not depend on numbers: where
// NumPy's do, `size` says how many places the result has. None of it has a gradient but for
// `values` and `weights`.
namespace hilo {

struct SearchOptions {
  bool goes_behind = false;  ///< behind equal elements, not before them; NumPy's side="right"
  bool compares_all =
      false;  ///< with every element, at once: quicker for few elements, and on GPUs
};

/// At which place (i32) of the ascending vector `sorted` each of `values` belongs, so that it stays
/// in order. A NaN is larger than every number.
/// Shapes:  sorted [n], values [v..] -> [v..], from 0 to n.
/// Throws:  OpError if `sorted` is no vector, or dtypes mix with loss.
/// Cost:    a loop of log2(n) look-ups; with `compares_all`, n comparisons for each of the values.
Value searchsorted(Operand sorted, Operand values, SearchOptions options = {});

/// Which of the intervals between `bins` (a vector, ascending or descending) each element of x lies
/// in (i32): b with bins[b-1] <= x < bins[b], 0 below and n above all of them; with
/// `includes_right`, bins[b-1] < x <= bins[b].
Value digitize(Operand x, Operand bins, bool includes_right = false);

/// i1: whether each element of x is among those of `candidates`. A NaN never is.
Value isin(Operand x, Operand candidates);

/// The row-major positions (i32) of the first `size` elements that are not 0, then `fill`.
Value flatnonzero(Operand x, Dim size, Dim fill = 0);
/// The same as an index for each axis: vectors of length `size`.
std::vector<Value> nonzero(Operand x, Dim size, Dim fill = 0);
/// The same as rows: [size, rank].
Value argwhere(Operand x, Dim size, Dim fill = 0);
/// The first `size` elements of x, row-major, where `condition` (x's dims) is not 0; then `fill`.
Value extract(Operand condition, Operand x, Dim size, Operand fill = 0);
/// The slices of x along `axis` where the vector `condition` is not 0; then slices of `fill`.
Value compress(Operand condition, Operand x, Dim size, int axis = 0, Operand fill = 0);

/// What `unique` gives, `size` places each but for `inverse` and `count`.
struct Unique {
  Value values;   ///< ascending; NaNs are one
  Value indices;  ///< i32: the first row-major position of each in x
  Value inverse;  ///< i32, x's dims: x is take(values, inverse)
  Value counts;   ///< i32: how often each occurs; 0 behind the last
  Value count;    ///< i32 scalar: how many there are, also if more than `size`
};
/// The different elements of x. Places behind the last hold `fill_value`, or else the first of the
/// values.
/// Throws:  OpError if x is empty and there is no `fill_value`.
Unique unique(Operand x, Dim size, std::optional<Operand> fill_value = {});

/// How often each of 0 .. length-1 is among x, or the sum of the `weights` that stand where it is.
/// Negative elements count as 0, those beyond are left out.
/// Shapes:  x, weights [any..] -> [length].
/// Throws:  OpError if x is not of integers.
Value bincount(Operand x, Dim length, std::optional<Operand> weights = {});

struct HistogramOptions {
  std::optional<std::array<double, 2>> range{};  ///< of the bins; x's own if not given
  std::optional<Value> weights{};                ///< of x's dims; what an element counts for
  bool is_density = false;                       ///< scaled so that the area is 1
};
/// Counts (of x's dtype, f32 for integers) and the edges of the bins, one more.
struct Histogram {
  Value counts, edges;
};
/// How many elements of x lie in each of `bins` intervals of equal width, or in those between the
/// ascending `edges`. The last one includes its right edge; elements outside are left out.
/// Throws:  OpError if there is no bin, the range is not ascending, or the edges are no vector.
Histogram histogram(Operand x, Dim bins = 10, HistogramOptions options = {});
Histogram histogram(Operand x, Value edges, HistogramOptions options = {});

}  // namespace hilo
