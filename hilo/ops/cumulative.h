#pragma once
#include "hilo/graph/value.h"

namespace hilo {

struct CumulativeOptions {
  bool is_reversed = false;  ///< from the last element to the first
  bool is_exclusive =
      false;  ///< element i is left out of result i; the first one is the neutral element
};

// Running totals along `axis` (negative counts from the back): element i of the result folds
// elements 0..i. Gradient: of products right for zeros; of the largest and smallest, ties share
// evenly, two by two. Cost: log2(n) passes over x, n the length of the axis.
Value cumulative_sum(Operand x, int axis, CumulativeOptions options = {});
Value cumulative_prod(Operand x, int axis, CumulativeOptions options = {});
Value cumulative_max(Operand x, int axis, CumulativeOptions options = {});
Value cumulative_min(Operand x, int axis, CumulativeOptions options = {});
/// log(cumulative_sum(exp(x))), safe for large x.
Value cumulative_logsumexp(Operand x, int axis, CumulativeOptions options = {});

}  // namespace hilo
