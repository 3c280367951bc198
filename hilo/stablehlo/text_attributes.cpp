// Attributes that are MLIR's own: numbers, strings, lists, dictionaries, symbols.
#include "hilo/stablehlo/text_attributes.h"

#include <algorithm>
#include <cstring>

#include "hilo/core/text.h"
#include "hilo/stablehlo/text_alias.h"

namespace hilo::stablehlo::ir {
AttributeValue AttributeParser::attribute() {
  const Lexer::Level level(lexer_);
  using Kind = Token::Kind;
  const Token& t = lexer_.peek();
  switch (t.kind) {
    case Kind::kInteger:
    case Kind::kFloat:
      return number();
    case Kind::kString: {
      std::string text = lexer_.string("a string");
      if (lexer_.accept(":")) type();
      return text;
    }
    case Kind::kSymbol:
      return symbol();
    case Kind::kHash:
      return hash_attribute();
    case Kind::kType:
      return type_attribute();
    case Kind::kWord:
      break;
    default:
      if (t.text == "-") return number();
      if (t.text == "[") return list();
      if (t.text == "{") return DictionaryAttribute{dictionary()};
      if (t.text == "(") return function_type();
      lexer_.fail_expected("an attribute");
  }
  if (t.text == "true" || t.text == "false") return number();
  if (lexer_.accept("unit")) return UnitAttribute{};
  if (lexer_.accept("none")) return TypeAttribute{};
  if (lexer_.accept("tf32")) return std::string("tf32");  // no tensor has it
  if (t.text == "dense" || t.text == "dense_resource") return elements();
  if (lexer_.accept("array")) return typed_array();
  for (const std::string_view word :
       {"sparse", "opaque", "affine_map", "affine_set", "distinct", "strided", "loc"}) {
    if (t.text == word) lexer_.fail("the attribute " + std::string(word) + " is not read");
  }
  return type_attribute();
}

NumberLiteral AttributeParser::literal() {
  const std::size_t offset = lexer_.peek().offset;
  const NumberLiteral n = NumberLiteral::read(lexer_.text().substr(offset));
  if (n.length == 0) lexer_.fail_expected("a number");
  lexer_.seek(offset + n.length);
  return n;
}

AttributeValue AttributeParser::number() {
  const std::size_t offset = lexer_.peek().offset;
  const NumberLiteral n = literal();
  if (n.is_word && !lexer_.is(":")) return n.magnitude == 1;
  Shape shape{n.is_real ? kF64 : kI64, {}};
  if (lexer_.accept(":")) {
    const std::size_t type_offset = lexer_.peek().offset;
    shape = type();
    if (!shape.is_scalar() || !has_elements(shape.dtype) || is_complex(shape.dtype)) {
      lexer_.fail_at(type_offset, "a number of type " + to_string(shape) +
                                      ", expected a type of scalars (i64, f32, ..)");
    }
  }
  Array value(shape);
  if (const auto problem = store_number(n, shape.dtype, value.mutable_bytes().data()))
    lexer_.fail_at(offset, *problem);
  switch (shape.dtype) {
    case DType::kI1:
      return value.data<bool>()[0];
    case DType::kI64:
      return value.data<std::int64_t>()[0];
    case DType::kI32:
      return Int32Attribute{value.data<std::int32_t>()[0]};
    case DType::kF64:
      return value.data<double>()[0];
    case DType::kF32:
      return Float32Attribute{value.data<float>()[0]};
    default:
      return value;
  }
}

// `array<i64: 1, 2>`, `array<i1>`
AttributeValue AttributeParser::typed_array() {
  lexer_.expect("<");
  const DType dtype = element_type();
  if (is_complex(dtype)) lexer_.fail("an array of complex numbers");
  const auto width = static_cast<std::size_t>(bytes(dtype));
  std::vector<std::byte> raw;
  if (lexer_.accept(":") && !lexer_.is(">")) {
    do {
      const std::size_t offset = lexer_.peek().offset;
      const NumberLiteral n = literal();
      raw.resize(raw.size() + width);
      if (const auto problem = store_number(n, dtype, raw.data() + raw.size() - width))
        lexer_.fail_at(offset, *problem);
    } while (lexer_.accept(","));
  }
  lexer_.expect(">");
  const std::size_t count = raw.size() / width;
  if (dtype == kI64) {
    std::vector<std::int64_t> result(count);
    if (count > 0) std::memcpy(result.data(), raw.data(), raw.size());
    return result;
  }
  if (dtype == kI1) {
    std::vector<bool> result(count);
    for (std::size_t i = 0; i < count; ++i) result[i] = raw[i] != std::byte{0};
    return result;
  }
  Array result({dtype, {static_cast<Dim>(count)}});
  std::ranges::copy(raw, result.mutable_bytes().begin());
  return result;
}

AttributeValue AttributeParser::list() {
  ListAttribute result;
  lexer_.expect("[");
  while (!lexer_.accept("]")) {
    if (!result.items.empty()) lexer_.expect(",");
    result.items.push_back(attribute());
  }
  return result;
}

std::vector<NamedAttribute> AttributeParser::dictionary() {
  std::vector<NamedAttribute> result;
  const std::size_t offset = lexer_.peek().offset;
  lexer_.expect("{");
  while (!lexer_.accept("}")) {
    if (!result.empty()) lexer_.expect(",");
    const Token key = lexer_.next();
    if (key.kind != Token::Kind::kWord && key.kind != Token::Kind::kString) {
      lexer_.fail_at(key.offset,
                     "got " + quote(key.text, 40) + ", expected the name of an attribute");
    }
    std::string name =
        key.kind == Token::Kind::kString ? unescaped(key.text) : std::string(key.text);
    AttributeValue value = UnitAttribute{};
    if (lexer_.accept("=")) value = attribute();
    result.push_back({std::move(name), std::move(value)});
  }
  std::ranges::sort(result, {}, &NamedAttribute::name);
  const auto twice = std::ranges::adjacent_find(result, {}, &NamedAttribute::name);
  if (twice != result.end())
    lexer_.fail_at(offset, "the attribute " + quote(twice->name, 60) + " is given twice");
  return result;
}

std::vector<std::int64_t> AttributeParser::integers() {
  std::vector<std::int64_t> result;
  lexer_.expect("[");
  while (!lexer_.accept("]")) {
    if (!result.empty()) lexer_.expect(",");
    result.push_back(lexer_.accept("?") ? kDynamic : lexer_.integer("a whole number"));
  }
  return result;
}

double AttributeParser::real() {
  const std::size_t offset = lexer_.peek().offset;
  double value = 0;
  if (const auto problem = store_number(literal(), kF64, reinterpret_cast<std::byte*>(&value)))
    lexer_.fail_at(offset, *problem);
  return value;
}

SymbolAttribute AttributeParser::symbol() {
  const auto part = [&] {
    const Token t = lexer_.expect(Token::Kind::kSymbol, "@name");
    const std::string_view name = t.text.substr(1);
    return name.starts_with('"') ? unescaped(name) : std::string(name);
  };
  SymbolAttribute result{part()};
  while (lexer_.accept("::")) result.name += "::@" + part();
  return result;
}

}  // namespace hilo::stablehlo::ir
