#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "hilo/core/dtype.h"

/// How the attributes and types of each dialect are written in bytecode: one table, for reading and
/// for writing. Source: MLIR's BuiltinDialectBytecode and QuantDialectBytecode; StableHLO's
/// StablehloBytecode, ChloBytecode, VhloBytecode; Shardy's bytecode.td.
namespace hilo::stablehlo::bytecode {

/// A release of StableHLO: 1.17.0.
struct Version {
  int major = 0, minor = 0, patch = 0;
  auto operator<=>(const Version&) const = default;
};

/// What an encoded attribute or type becomes.
enum class Form : std::uint8_t {
  // attributes
  kArray,
  kBool,
  kDictionary,
  kEnum,
  kFloat,
  kInteger,
  kList,
  kLocation,
  kMesh,
  kResource,
  kSharding,
  kShardings,
  kString,
  kStruct,
  kSymbol,
  kTensor,
  kTypeOf,
  kUnit,
  // types
  kComplex,
  kElement,
  kFunction,
  kNone,
  kQuantized,
  kRanked,
  kSized,
  kTuple,
  kWord,
  kUnsupported,  ///< named in the message
};

/// One encoding. `layout` says, a letter a field, what follows the code:
///   v, s   an unsigned, a signed varint      I  signed varints, counted
///   b      a byte                            D, E  a double; doubles, counted
///   S, B   a string by its index; bytes, counted
///   a, A   an attribute by its index; attributes, counted       P  pairs of them, counted
///   t, T   a type; types, counted            N  a number as wide as the type before it
///   f, o   a varint or a byte that says whether an attribute follows
///   ?, p   an attribute or a number that may lack, which the lowest bit says
///   R      a resource by its index
/// `name` is that of an enum, a struct (its mnemonic) or, of what Hilo has nothing for, the one for
/// the message. `names`: the words of an enum in order (- for none), or the members of a struct, a
/// field each.
struct Code {
  std::string_view dialect;
  int code;
  Form form;
  std::string_view layout;
  std::string_view name{};
  std::string_view names{};
  Version since{};              ///< the release that brought it to VHLO
  DType dtype = DType::kToken;  ///< of an element type
};

const std::vector<Code>& attribute_codes();
const std::vector<Code>& type_codes();

/// The words of a text, at its spaces.
std::vector<std::string_view> words(std::string_view text);

}  // namespace hilo::stablehlo::bytecode
