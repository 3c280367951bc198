#pragma once
#include <string_view>

// This header is for the sources of this room.
namespace hilo::stablehlo {

/// The constraints of StableHLO's spec that say what an op gives: "C5, C6" for "concatenate". Empty for what is no op of it.
std::string_view rule_of_result(std::string_view op);

}  // namespace hilo::stablehlo
