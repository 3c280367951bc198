#pragma once
#include <span>
#include <string_view>
#include <vector>

#include "hilo/ops/op_parts.h"

namespace hilo {

/// One op of Hilo, as tables and tests see it.
struct OpEntry {
  std::string_view name;
  AnyOp::Reasons unsupported;  ///< why a rule is missing; empty where there is one
  /// Builds the op from what a program says of it; null for an op that no program has, since others stand in its place.
  std::shared_ptr<const AnyOp> (*make)(const OpParts&) = nullptr;
};

class OpTable {
 public:
  template <OpRules Op>
  void add() {
    entries_.push_back({Op::kName, Erased<Op>(Op{}).unsupported()});
    if constexpr (!requires(const Op& op) { op.expansion(Shapes{}, std::vector<bool>{}); }) entries_.back().make = make_op<Op>;
  }
  [[nodiscard]] std::span<const OpEntry> entries() const { return entries_; }
  /// Null if there is no such op.
  [[nodiscard]] const OpEntry* find(std::string_view name) const;

 private:
  std::vector<OpEntry> entries_;
};

/// The op that a program describes, added to the graph that is being built.
/// Throws:  OpError naming the op, if an attribute or a region does not fit or its shape rule refuses the operands.
std::vector<Value> apply_parts(const OpEntry& entry, const OpParts& parts,
                               std::source_location where = std::source_location::current());

/// Every op. A new family adds its line in all_ops.cpp; a static initialiser would be dropped by the linker.
const OpTable& all_ops();

}  // namespace hilo
