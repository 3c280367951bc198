#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "hilo/stablehlo/bytecode_codes.h"

/// Every op of the dialects that programs are made of: its attributes, and its versions in VHLO.
/// Source: StablehloOps.td, ChloOps.td, VhloOps.td (0.9.0 to 1.22.0).
namespace hilo::stablehlo::bytecode {

/// An op as one release of VHLO has it. Attributes are in the order of their names, as bytecode has
/// them.
struct OpVersion {
  Version since{};
  std::vector<std::string_view> attributes{};
};

struct OpRow {
  std::string_view name{};  ///< "stablehlo.all_gather"
  /// The attributes of the op itself, in the order of their names.
  struct Attribute {
    std::string_view name{};
    bool is_optional = false;
    bool is_new = false;  ///< older files have the op without it
  };
  std::vector<Attribute> attributes{};
  std::vector<OpVersion> versions{};  ///< v1 first; none for ops that VHLO does not have
};

/// A release that there are artifacts of, from "1.0.0". Throws Error for a text that names none.
Version version_from(std::string_view text);
/// Null if there is none.
const OpRow* find_op(std::string_view name);
/// The row and the version of "vhlo.all_gather_v2"; null if there is none.
struct VhloOp {
  const OpRow* row = nullptr;
  const OpVersion* version = nullptr;
};
VhloOp find_vhlo_op(std::string_view name);
/// "vhlo.all_gather_v2".
std::string vhlo_name(const OpRow& row, const OpVersion& version);

/// How an attribute of VHLO and one of StableHLO say the same.
struct VhloAttribute {
  enum class Kind : std::uint8_t {
    kSame,
    kInts,        ///< a tensor; array<i64: ..>
    kBools,       ///< a tensor; array<i1: ..>
    kUnit,        ///< a boolean; an attribute that is there or not
    kSymbol,      ///< a string; @name
    kSymbols,     ///< strings; symbols
    kApiVersion,  ///< an enum; its number
    kMember,      ///< a number; a member of a struct
    kMemberInts,  ///< a tensor; the same
    kAlgorithm,  ///< a type, number or boolean, or the type none for all; a member of dot_algorithm
    kLayouts,    ///< as it is, but that whole numbers are of type index
    kDropped,    ///< only in VHLO
  };
  Kind kind = Kind::kSame;
  std::string_view name{};      ///< StableHLO's, if it is another one
  std::string_view mnemonic{};  ///< of the struct that it is a member of
  std::string_view member{};
  /// The value for which StableHLO leaves the attribute out: "false", "0", "ones", .. ; empty:
  /// none.
  std::string_view absent{};
};
VhloAttribute vhlo_attribute(std::string_view op, std::string_view name);

}  // namespace hilo::stablehlo::bytecode
