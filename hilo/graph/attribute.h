#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "hilo/core/array.h"
#include "hilo/graph/sharding.h"

namespace hilo {

struct NamedAttribute;

/// `#stablehlo<comparison_direction LT>`: `type` is "comparison_direction", `value` "LT".
struct EnumAttribute {
  std::string type, value;
  bool operator==(const EnumAttribute&) const = default;
};

/// `#stablehlo.gather<offset_dims = [1], ...>`: `mnemonic` is "gather".
struct StructAttribute {
  std::string mnemonic;
  std::vector<NamedAttribute> members;
  bool operator==(const StructAttribute&) const = default;
};

/// `{name = value, ...}`, the backend_config of a custom call.
struct DictionaryAttribute {
  std::vector<NamedAttribute> members;
  bool operator==(const DictionaryAttribute&) const = default;
};

/// A whole number with a width that matters to its reader: `4 : i32`.
struct Int32Attribute {
  std::int32_t value = 0;
  bool operator==(const Int32Attribute&) const = default;
};

/// A real number with a width that matters to its reader: `0.1 : f32`.
struct Float32Attribute {
  float value = 0;
  bool operator==(const Float32Attribute&) const = default;
};

/// `unit`: an attribute that only is there, or is not.
struct UnitAttribute {
  bool operator==(const UnitAttribute&) const = default;
};

/// `dense<0.0> : tensor<1024x1024xf32>`: one element said once, however large the tensor is. `element` is a scalar.
struct SplatAttribute {
  Shape shape;
  Array element;
  bool operator==(const SplatAttribute&) const = default;
};

/// `@callee`; of a nested one the parts are joined by "::@".
struct SymbolAttribute {
  std::string name;
  bool operator==(const SymbolAttribute&) const = default;
};

/// `tensor<2xf32>`, or of a function `(tensor<2xf32>) -> tensor<f32>`.
struct TypeAttribute {
  std::vector<Shape> inputs{};   ///< of a function
  std::vector<Shape> results{};  ///< of a type that is no function: the one; of `none`, no one
  bool is_function = false;
  bool operator==(const TypeAttribute&) const = default;
};

struct ListAttribute;

/// `#sdy.sharding_per_value<[<@mesh, [{"x"}]>, ..]>`.
struct ShardingsAttribute {
  std::vector<Sharding> values;
  bool operator==(const ShardingsAttribute&) const = default;
};

/// The order of axes in memory, the fastest first, of each operand or result: `[dense<[1, 0]> : tensor<2xindex>]`.
struct Layouts {
  std::vector<std::vector<std::int64_t>> minor_to_major;
  bool operator==(const Layouts&) const = default;
};

/// Low and high (or rows of any width): `dense<[[0, 1], [2, 3]]> : tensor<2x2xi64>`.
using Int64Pairs = std::vector<std::array<std::int64_t, 2>>;

/// An attribute of an op with its C++ type erased. Printing, parsing, equality and hashing work on these.
using AttributeValue =
    std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<bool>, Int64Pairs,
                 Array, Int32Attribute, Float32Attribute, UnitAttribute, EnumAttribute, StructAttribute, DictionaryAttribute,
                 SplatAttribute, SymbolAttribute, TypeAttribute, ListAttribute, Mesh, Sharding, ShardingsAttribute, Layouts>;

/// `[1 : i64, "a", @f]`.
struct ListAttribute {
  std::vector<AttributeValue> items;
  bool operator==(const ListAttribute&) const;
};

struct NamedAttribute {
  std::string name;
  AttributeValue value;
  bool operator==(const NamedAttribute&) const = default;
};

inline bool ListAttribute::operator==(const ListAttribute& other) const { return items == other.items; }

/// The words of an enum that is an attribute, in the order of its values. An enum E is one if
/// `EnumWords words_of(E)` is found beside it.
struct EnumWords {
  std::string_view type;
  std::vector<std::string_view> words;
};

/// A C++ member as an attribute. Members that are optional and empty are left out (none).
std::optional<AttributeValue> inline to_attribute(bool v) { return v; }
std::optional<AttributeValue> inline to_attribute(std::int64_t v) { return v; }
std::optional<AttributeValue> inline to_attribute(double v) { return v; }
std::optional<AttributeValue> inline to_attribute(const std::string& v) { return v; }
std::optional<AttributeValue> inline to_attribute(const std::vector<std::int64_t>& v) { return v; }
std::optional<AttributeValue> inline to_attribute(const std::vector<bool>& v) { return v; }
std::optional<AttributeValue> inline to_attribute(const Int64Pairs& v) { return v; }
std::optional<AttributeValue> inline to_attribute(const Array& v) { return v; }
std::optional<AttributeValue> inline to_attribute(const Int32Attribute& v) { return v; }
std::optional<AttributeValue> inline to_attribute(const Float32Attribute& v) { return v; }
std::optional<AttributeValue> inline to_attribute(const UnitAttribute& v) { return v; }
std::optional<AttributeValue> inline to_attribute(const DictionaryAttribute& v) { return v; }
std::optional<AttributeValue> inline to_attribute(const ListAttribute& v) { return v; }
std::optional<AttributeValue> inline to_attribute(const StructAttribute& v) { return v; }
std::optional<AttributeValue> inline to_attribute(const Layouts& v) { return v; }
std::optional<AttributeValue> inline to_attribute(const Sharding& v) { return v; }
std::optional<AttributeValue> inline to_attribute(const AttributeValue& v) { return v; }
template <class E>
  requires std::is_enum_v<E>
std::optional<AttributeValue> to_attribute(E v) {
  const EnumWords words = words_of(v);
  return EnumAttribute{std::string(words.type), std::string(words.words.at(static_cast<std::size_t>(v)))};
}
template <class T>
std::optional<AttributeValue> to_attribute(const std::optional<T>& v) {
  return v ? to_attribute(*v) : std::nullopt;
}
/// A struct with `kMnemonic` and `fields` of its own: dimension numbers.
template <class T>
  requires requires { T::kMnemonic; }
std::optional<AttributeValue> to_attribute(const T& v) {
  StructAttribute result{std::string(T::kMnemonic), {}};
  T::fields([&](std::string_view name, auto member) {
    if (auto value = to_attribute(v.*member)) result.members.push_back({std::string(name), std::move(*value)});
  });
  return result;
}

}  // namespace hilo
