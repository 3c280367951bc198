#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/core/error.h"
#include "hilo/graph/attribute.h"

/// A program as it was read: MLIR's operations, regions and attributes, from text or bytecode, before it is a graph.
namespace hilo::stablehlo::ir {

/// Position in `Program::types`. Values of all functions are numbered together.
using ValueId = std::int32_t;

/// Where in the file something stands: a line and column of text, both from 1; line 0: an offset in bytes.
struct Position {
  std::uint32_t line = 0, column = 0;
  std::uint64_t offset = 0;
};

struct Operation;

/// A region of one block, which is all that StableHLO has. The last operation is the terminator.
struct Region {
  std::vector<ValueId> arguments{};
  std::vector<Operation> operations;  // without {}: clang asks for the whole type there
};

struct Operation {
  std::string name{};  ///< with its dialect: "stablehlo.add", "func.func", "chlo.erf"
  std::vector<ValueId> operands{}, results{};
  /// Inherent and discardable ones together, by name. What can be said in several ways is said in one: elements that are
  /// all equal (and more than one) are a SplatAttribute; lists that older files have as dense<..> are vectors, as today;
  /// the struct attributes that Hilo's ops have hold all their members, in the order of the op's `fields`. Enums and
  /// structs of other dialects than StableHLO have its name in front: "chlo.precision". Those of sdy that
  /// hilo/graph/sharding.h has nothing for hold one member without a name, the text behind their mnemonic.
  /// A func.func has "sym_name" (string), "function_type" (TypeAttribute), "arg_attrs", "res_attrs" (ListAttribute of
  /// DictionaryAttribute; absent where all are empty), "sym_visibility"; a func.call "callee" (SymbolAttribute).
  std::vector<NamedAttribute> attributes{};
  std::vector<Region> regions{};
  Site site{};  ///< of loc(..): the line in the program that made this one; line 0: unknown
  Position at{};

  /// Null if there is none of that name.
  [[nodiscard]] const AttributeValue* attribute(std::string_view wanted) const {
    for (const NamedAttribute& a : attributes) {
      if (a.name == wanted) return &a.value;
    }
    return nullptr;
  }
};

struct Program {
  std::string file{};         ///< for messages
  std::vector<Shape> types{};  ///< by value
  Operation module{};         ///< "builtin.module" with one region
};

/// "FILE:LINE:COLUMN: PROBLEM" or "FILE: offset N: PROBLEM".
[[nodiscard]] FormatError error_at(std::string_view file, const Position& at, std::string_view problem);

}  // namespace hilo::stablehlo::ir
