#pragma once
#include <vector>

#include "hilo/stablehlo/bytecode_codec.h"
#include "hilo/stablehlo/ir.h"
#include "hilo/stablehlo/op_versions.h"

/// Attributes of an op between VHLO, where each is there and is a number, a tensor or a list, and
/// StableHLO.
namespace hilo::stablehlo::bytecode {

/// What StableHLO has for the attributes of an op of VHLO: defaults left out, members put together.
/// `op`: StableHLO's name. Throws:  Error, without a place, for values that it cannot have. Source:
/// StableHLO's legalisation of VHLO, VhloLegalizeToStablehlo.
std::vector<NamedAttribute> from_vhlo(std::string_view op, std::vector<NamedAttribute> attributes);

/// The attributes that `version` of the op in `row` has for those of `op`, in the version's order,
/// and the ones that are not the op's own behind them. Throws:  OpError that names the attribute
/// which that version does not have, or must have.
struct VhloValue {
  std::string_view name{};
  AttributeValue value{};
  Spelling spelling{};
  std::optional<Type> type{};  ///< in place of the value: an element type, or none
  bool is_own = true;
};
std::vector<VhloValue> to_vhlo(const ir::Operation& op, const OpRow& row, const OpVersion& version);

}  // namespace hilo::stablehlo::bytecode
