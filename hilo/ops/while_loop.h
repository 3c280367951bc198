#pragma once
#include <functional>
#include <optional>
#include <vector>

#include "hilo/graph/graph.h"

namespace hilo {

struct WhileOptions {
  /// Steps after which the loop ends in any case. With it, the reverse gradient is there.
  std::optional<Dim> max_iterations{};
};

/// Repeats `body` on a state for as long as `condition` of it holds. Values of outside that both
/// read stay as they are.
/// Shapes:   condition gives i1[]; body gives the shapes of the state.
/// Throws:   OpError if they give others.
/// Gradient: forward. Reverse if there are `max_iterations`, else nobody knows the number of steps
///           beforehand; `fori_loop` and `scan` have both.
/// Cost:     with `max_iterations` a scan of so many steps, of which those after the end do
/// nothing. Source:   StableHLO spec, while (C1-C3).
std::vector<Value> while_loop(std::vector<Value> init, const BuildFn& condition,
                              const BuildFn& body, const WhileOptions& options = {},
                              std::source_location where = std::source_location::current());
/// The same for a state of one Value: `while_loop(x, [](Value x) { return sum(x) < 9; }, [](Value
/// x) { return x * 2; })`.
Value while_loop(Operand init, const std::function<Value(Value)>& condition,
                 const std::function<Value(Value)>& body, const WhileOptions& options = {});

}  // namespace hilo
