#pragma once
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "hilo/graph/graph.h"
#include "hilo/ops/while_loop.h"

namespace hilo {

struct ScanOptions {
  bool is_reversed =
      false;  ///< from the last slice to the first; results stand where their slices do
  std::optional<Dim> length{};  ///< number of steps; needed only where `xs` is empty
  int unroll = 1;               ///< steps in one round of the loop
};

/// What a step gives, and what a scan does: the new carry, and a slice of each result.
struct Carried {
  std::vector<Value> carry{}, ys{};
};

/// One step of a scan: `carry`, and the slices of this step.
using Step = std::function<Carried(std::span<const Value> carry, std::span<const Value> x)>;

/// Goes through the first axis of `xs`, step by step, with a carry; stacks what the steps give.
/// Values of outside that the step reads are the same in all steps.
/// Shapes:   xs[k] is [T,..]; a step gives the shapes of the carry, and y [..] becomes [T,..].
/// Throws:   OpError if the carry changes its shape, lengths differ, or none is given.
/// Gradient: reverse and forward. Reverse keeps the carry of every step, and computes a step again
///           when it comes to it.
/// Cost:     memory for the reverse: the carry, T times.
/// Source:   jax.lax.scan.
Carried scan(std::vector<Value> init, std::vector<Value> xs, const Step& step,
             const ScanOptions& options = {},
             std::source_location where = std::source_location::current());
/// The same for one Value each: `auto [h, ys] = scan(h0, xs, [&](Value h, Value x) { return
/// std::pair{.., ..}; });`
std::pair<Value, Value> scan(Operand init, Value xs,
                             const std::function<std::pair<Value, Value>(Value, Value)>& step,
                             const ScanOptions& options = {});

/// `body(i, state)` for i = lower, .., upper - 1; i is i32[].
/// Throws:  OpError if the state changes its shape.
/// Gradient: as `scan`.
std::vector<Value> fori_loop(
    std::int64_t lower, std::int64_t upper, std::vector<Value> init,
    const std::function<std::vector<Value>(Value, std::span<const Value>)>& body,
    std::source_location where = std::source_location::current());
Value fori_loop(std::int64_t lower, std::int64_t upper, Operand init,
                const std::function<Value(Value, Value)>& body);

/// The same between bounds that are values: integers, of which the state's counter has the dtype of
/// `lower`.
/// Throws:   OpError if the bounds are no integer scalars.
/// Gradient: forward; reverse if the options say how many steps there are at most.
std::vector<Value> fori_loop(
    Operand lower, Operand upper, std::vector<Value> init,
    const std::function<std::vector<Value>(Value, std::span<const Value>)>& body,
    const WhileOptions& options = {});
Value fori_loop(Operand lower, Operand upper, Operand init,
                const std::function<Value(Value, Value)>& body, const WhileOptions& options = {});

/// `f` of each slice along the first axis, one after the other; `vmap` does them at once.
Value map_slices(Operand xs, const std::function<Value(Value)>& f);

/// Running combinations of slices along `axis` by an associative `combine(a, b)`, which works on
/// whole stacks of slices. Cost:    2 log2(T) rounds instead of T. Source:  Blelloch 1990, as
/// jax.lax.associative_scan.
Value associative_scan(Operand x, const std::function<Value(Value, Value)>& combine, int axis = 0,
                       bool is_reversed = false);

}  // namespace hilo
