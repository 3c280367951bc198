#include "hilo/train/metric.h"

#include "hilo/core/error.h"
#include "hilo/graph/call_site.h"
#include "hilo/graph/graph.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"
#include "hilo/train/loss.h"

namespace hilo::metric {
namespace {

// [B] of i32 or wider.
Value classes_of(const std::string& name, Value logits, Value labels) {
  const bool are_classes = labels.rank() == 1 && is_integer(labels.dtype());
  const bool are_probabilities = is_float(labels.dtype()) && labels.dims() == logits.dims();
  if (logits.rank() != 2 || !is_float(logits.dtype()) || !(are_classes || are_probabilities) ||
      labels.dim(0) != logits.dim(0)) {
    throw OpError(
        {.op = name,
         .problem = "logits and labels do not fit",
         .got = {logits.shape(), labels.shape()},
         .expected = "floats [B,C] and integers [B] (classes) or floats [B,C] (probabilities)"},
        CallSite::current(std::source_location::current()));
  }
  if (are_probabilities) return argmax(labels, 1);
  return bits(labels.dtype()) < 32 ? convert(labels, kI32) : labels;
}

// How many logits come before the label's; C where there is no such class or its logit is NaN.
Value rank_of_label(Value logits, Value classes) {
  const Value numbers = iota({classes.dtype(), {1, logits.dim(1)}}, 1);  // [1,C]
  const Value label = expand_dims(classes, 1);                           // [B,1]
  const Value is_label = equal(label, numbers);                          // [B,C]
  const Value own = sum(select(is_label, logits, 0), {1}, true);         // [B,1]
  const Value is_ahead =
      logical_or(logical_not(logits <= own), logical_and(equal(logits, own), numbers < label));
  const Value is_class = any(is_label, {1}, true);                              // [B,1]
  return sum(convert(logical_or(is_ahead, logical_not(is_class)), kI32), {1});  // [B]
}

train::Metric named_top_k(std::string name, int k) {
  return {name, [name, k](Value logits, Value labels) {
            const CallSite site(std::source_location::current());
            return convert(rank_of_label(logits, classes_of(name, logits, labels)) < k, kF32);
          }};
}

}  // namespace

train::Metric accuracy() { return named_top_k("accuracy", 1); }

train::Metric top_k_accuracy(int k) {
  if (k < 1)
    throw UsageError("top_k_accuracy: k is " + std::to_string(k) + "; expected at least 1");
  return named_top_k("top_" + std::to_string(k) + "_accuracy", k);
}

train::Metric mean_absolute_error() {
  return {"mean_absolute_error",
          [](Value outputs, Value labels) { return loss::mean_absolute_error(outputs, labels); }};
}

train::Metric mean_squared_error() {
  return {"mean_squared_error",
          [](Value outputs, Value labels) { return loss::mean_squared_error(outputs, labels); }};
}

}  // namespace hilo::metric
