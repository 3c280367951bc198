#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/graph/attribute.h"
#include "hilo/stablehlo/bytecode_codes.h"

/// Between attributes of bytecode and AttributeValue, both ways. A stream reads or writes the
/// fields of an encoding; what they mean is said once, here.
namespace hilo::stablehlo::bytecode {

/// A type as bytecode has it, where f32 and tensor<f32> are two.
struct Type {
  enum class Kind : std::uint8_t { kElement, kValue, kFunction, kNone, kWord };
  Kind kind = Kind::kValue;
  Shape shape{};                           ///< of an element type: a scalar of it
  std::vector<Shape> inputs{}, results{};  ///< of a function
  std::string word{};                      ///< "tf32", which no DType is
  bool is_index = false;                   ///< MLIR's index, which Hilo reads as i64

  static Type element(DType dtype) { return {Kind::kElement, {dtype, {}}}; }
  static Type value(Shape shape) { return {Kind::kValue, std::move(shape)}; }
  static Type of(const TypeAttribute& type);
  [[nodiscard]] TypeAttribute attribute() const;
};

/// What stands behind one letter of a layout.
struct Field {
  std::uint64_t number = 0;
  std::string_view bytes{};
  std::string owned{};  ///< of `bytes`, where they are nobody else's
  std::vector<std::int64_t> ints{};
  std::vector<double> reals{};
  std::vector<AttributeValue> attributes{};
  std::vector<Type> types{};
};
using Fields = std::vector<Field>;

/// The fields of `layout`, one after another; `Stream` has a function a letter, for reading or for
/// writing.
template <class Stream>
void transfer(Stream& stream, std::string_view layout, Fields& fields) {
  fields.resize(layout.size());
  for (std::size_t i = 0; i < layout.size(); ++i) {
    Field& f = fields[i];
    switch (layout[i]) {
      case 'v':
        stream.varint(f.number);
        break;
      case 's':
        stream.signed_varint(f.number);
        break;
      case 'b':
        stream.byte(f.number);
        break;
      case 'D':
        stream.signed_varint(f.number);
        break;
      case 'I':
        stream.list(f.ints, [&](auto& v) { stream.integer(v); });
        break;
      case 'V':
        stream.list(f.ints, [&](auto& v) { stream.index(v); });
        break;
      case 'E':
        stream.list(f.reals, [&](auto& v) { stream.real(v); });
        break;
      case 'S':
        stream.string(f);
        break;
      case 'B':
        stream.blob(f);
        break;
      case 'a':
        stream.one(f.attributes, [&](auto& v) { stream.attribute(v); });
        break;
      case 'A':
        stream.list(f.attributes, [&](auto& v) { stream.attribute(v); });
        break;
      case 'P':
        stream.pairs(f.attributes);
        break;
      case 'f':
        stream.optional(f.attributes, false);
        break;
      case 'o':
        stream.optional(f.attributes, true);
        break;
      case '?':
        stream.flagged_attribute(f.attributes);
        break;
      case 'p':
        stream.flagged_number(f.ints);
        break;
      case 't':
        stream.one(f.types, [&](auto& v) { stream.type(v); });
        break;
      case 'T':
        stream.list(f.types, [&](auto& v) { stream.type(v); });
        break;
      case 'N':
        stream.number(f.number, bits(fields[i - 1].types.at(0).shape.dtype));
        break;
      case 'R':
        stream.resource(f);
        break;
      default:
        break;
    }
  }
}

/// Throws Error, without a place, where the fields do not make sense together.
AttributeValue attribute_from(const Code& code, Fields& fields);
Type type_from(const Code& code, Fields& fields);

/// What the members of a struct have to be together. Throws Error.
void check_struct(const StructAttribute& s);

/// What an AttributeValue does not say of itself.
struct Spelling {
  bool is_index = false;  ///< whole numbers in tensors are of MLIR's type index
  bool is_typed = false;  ///< a scalar Array is `1 : i8`, not `dense<1> : tensor<i8>`
};

/// The encoding of a value in `dialect` and its fields, or null where the dialect has none. Fields
/// point into the value.
const Code* fields_of(const AttributeValue& value, std::string_view dialect, Spelling spelling,
                      Fields& fields);
const Code* fields_of(const Type& type, std::string_view dialect, Fields& fields);

/// A constant of these bytes, as MLIR has them: one element for all, booleans eight in a byte.
AttributeValue tensor_from(Shape shape, std::string_view bytes);

}  // namespace hilo::stablehlo::bytecode
