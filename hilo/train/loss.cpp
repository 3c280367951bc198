#include "hilo/train/loss.h"

#include <limits>

#include "hilo/core/error.h"
#include "hilo/graph/call_site.h"
#include "hilo/graph/graph.h"
#include "hilo/ops/activation.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/select.h"
#include "hilo/ops/softmax.h"
#include "hilo/ops/unary.h"

namespace hilo::loss {
namespace {

// What a loss computes in: f32, but f64 for those who bring it.
DType working(DType dtype) { return dtype == kF64 ? kF64 : kF32; }

// A bare number is refused.
Value tensor(std::string_view op, const Operand& x) { return promote(op, {x})[0]; }

[[noreturn]] void refuse(std::string_view op, std::string_view problem, Value outputs, Value labels,
                         std::string_view expected, std::string_view hint = {}) {
  throw OpError({.op = std::string(op),
                 .problem = std::string(problem),
                 .got = {outputs.shape(), labels.shape()},
                 .expected = std::string(expected),
                 .hint = std::string(hint)},
                CallSite::current(std::source_location::current()));
}

struct Pair {
  Value outputs, labels;
};

// Both in the working dtype and of one shape; labels [B] fit outputs [B,1].
Pair paired(std::string_view op, const Operand& outputs_operand, const Operand& labels_operand) {
  const Value outputs = tensor(op, outputs_operand);
  Value labels = tensor(op, labels_operand);
  const char* rule = "floats [B,..] and labels of the same dims, or [B,1] and [B]";
  if (!is_float(outputs.dtype())) refuse(op, "outputs are no floats", outputs, labels, rule);
  if (is_complex(labels.dtype())) refuse(op, "labels are complex", outputs, labels, rule);
  const DType dtype = working(outputs.dtype());
  const bool is_column =
      outputs.rank() == 2 && labels.rank() == 1 && outputs.dims() == Dims{labels.dim(0), 1};
  if (is_column) labels = expand_dims(labels, 1);
  if (outputs.rank() == 0 || outputs.dims() != labels.dims()) {
    const bool is_reshaped = outputs.rank() > 0 && outputs.size() == labels.size();
    refuse(op, "labels do not match the outputs", outputs, labels, rule,
           is_reshaped ? "reshape(labels, outputs.dims())" : "");
  }
  return {convert(outputs, dtype), convert(labels, dtype)};
}

// [B,..] -> [B].
Value mean_of_example(Value x) { return x.rank() == 1 ? x : mean(flatten(x), {1}); }

// logits: [B,C], labels: integers [B] -> [B].
Value class_cross_entropy(Value logits, Value labels) {
  if (bits(labels.dtype()) < 32)
    labels = convert(labels, kI32);  // so that every class has a number
  const Value classes = iota({labels.dtype(), {1, logits.dim(1)}}, 1);     // [1,C]
  const Value is_label = equal(expand_dims(labels, 1), classes);           // [B,C]
  const Value log_p = sum(select(is_label, log_softmax(logits), 0), {1});  // [B]
  return select(any(is_label, {1}), -log_p, std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

Value softmax_cross_entropy(Operand logits_operand, Operand labels_operand) {
  const CallSite site(logits_operand.where);
  constexpr std::string_view op = "softmax_cross_entropy";
  const Value logits = tensor(op, logits_operand), labels = tensor(op, labels_operand);
  const char* rule = "floats [B,C] and integers [B] (classes) or floats [B,C] (probabilities)";
  const bool are_classes = labels.rank() == 1 && is_integer(labels.dtype());
  const bool are_probabilities = labels.rank() == 2 && is_float(labels.dtype());
  if (logits.rank() != 2 || !is_float(logits.dtype()))
    refuse(op, "logits are no floats [B,C]", logits, labels, rule);
  if (!are_classes && !are_probabilities) {
    const bool is_column = labels.rank() == 2 && labels.dim(1) == 1 && is_integer(labels.dtype());
    refuse(op, "labels are neither classes nor probabilities", logits, labels, rule,
           is_column ? "squeeze(labels, {1})" : "");
  }
  if (labels.dim(0) != logits.dim(0))
    refuse(op, "different numbers of examples", logits, labels, rule);
  const Value z = convert(logits, working(logits.dtype()));
  if (are_classes) return class_cross_entropy(z, labels);
  if (labels.dims() != logits.dims())
    refuse(op, "different numbers of classes", logits, labels, rule);
  return -sum(convert(labels, z.dtype()) * log_softmax(z), {1});
}

Value binary_cross_entropy_with_logits(Operand logits, Operand labels) {
  const CallSite site(logits.where);
  const auto [z, y] = paired("binary_cross_entropy_with_logits", logits, labels);
  return mean_of_example(y * softplus(-z) + (1 - y) * softplus(z));
}

Value mean_squared_error(Operand outputs, Operand labels) {
  const CallSite site(outputs.where);
  const auto [x, y] = paired("mean_squared_error", outputs, labels);
  const Value d = x - y;
  return mean_of_example(d * d);
}

Value mean_absolute_error(Operand outputs, Operand labels) {
  const CallSite site(outputs.where);
  const auto [x, y] = paired("mean_absolute_error", outputs, labels);
  return mean_of_example(abs(x - y));
}

Value huber(Operand outputs, Operand labels, double delta) {
  const CallSite site(outputs.where);
  if (!(delta > 0)) {
    throw OpError(
        {.op = "huber", .problem = "delta is " + std::to_string(delta), .expected = "delta > 0"},
        CallSite::current(outputs.where));
  }
  const auto [x, y] = paired("huber", outputs, labels);
  const Value distance = abs(x - y);
  const Value near = minimum(distance, delta);  // its own gradient where it is smaller, none beyond
  return mean_of_example(0.5 * near * near + delta * (distance - near));
}

}  // namespace hilo::loss
