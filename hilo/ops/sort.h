#pragma once
#include <vector>

#include "hilo/graph/graph.h"
#include "hilo/graph/value.h"

namespace hilo {

struct SortOptions {
  bool is_descending = false;
  bool is_stable = true;  ///< equal elements keep their order
};

/// x's elements in ascending order along `axis`. A NaN is larger than every number; -0 and 0 are
/// equal. Gradient: each element takes its own back.
Value sort(Operand x, int axis = -1, SortOptions options = {});

/// The positions (i32) that sort x along `axis`: take_along_axis(x, argsort(x, a), a) is sort(x,
/// a). No gradient.
Value argsort(Operand x, int axis = -1, SortOptions options = {});

/// All operands reordered along `axis` in the way that sorts the first one.
/// Throws:  OpError if their dims differ.
std::vector<Value> sort_by_first(Operands operands, int axis = -1, SortOptions options = {});

/// The same by several keys: the first `keys` operands decide, each one where those before it are
/// equal. Throws:  OpError if dims differ, or there are not so many operands.
/// Source:  jax.lax.sort(num_keys).
std::vector<Value> sort_by_keys(Operands operands, int keys, int axis = -1,
                                SortOptions options = {});

/// The positions (i32) that sort by several keys, of which the last decides first; NumPy's lexsort.
/// Throws:  OpError if dims differ, or there is no key.
Value lexsort(Operands keys, int axis = -1);

/// x's elements along `axis` with the one that a sort puts at `kth` there, smaller ones before and
/// larger ones behind; and the positions (i32) that do it. Negative `kth` counts from the back.
/// Throws:  OpError if the axis has no such place.
/// Cost:    that of a sort, which is what it is: XLA has nothing quicker.
Value partition(Operand x, Dim kth, int axis = -1);
Value argpartition(Operand x, Dim kth, int axis = -1);

/// The general form: `comparator`, a function of 2n scalars (the left and the right of each
/// operand: l0, r0, l1, r1, ..) to i1, says whether the left ones come first. Throws:  OpError if
/// dims differ, the axis is out of range, or the comparator does not fit. Gradient: each element
/// takes its own back. If the sort is not stable, equal elements may get each other's. Source:
/// StableHLO spec, sort (C1-C5).
std::vector<Value> sort(Operands operands, int axis, Function comparator, bool is_stable = true);

/// The `k` largest elements along the last axis, largest first, and their positions (i32). Of equal
/// ones the first wins. Throws:  OpError if k is negative or the axis is shorter, or x has no axis.
/// Gradient: to the elements that were taken.
/// Source:  CHLO's top_k.
struct TopK {
  Value values, indices;
};
TopK top_k(Operand x, Dim k);

}  // namespace hilo
