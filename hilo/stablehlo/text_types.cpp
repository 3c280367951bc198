// Types: tensors, scalars, tuples, tokens, quantised tensors.
#include <algorithm>
#include <charconv>

#include "hilo/core/text.h"
#include "hilo/stablehlo/memory_of.h"
#include "hilo/stablehlo/text_alias.h"

namespace hilo::stablehlo::ir {
namespace {

constexpr std::size_t kMaxRank = 256;
constexpr Dim kMaxSize = Dim{1} << 62;

// The dtype of a scalar type's word; `index` is as wide as XLA's sizes, signed integers are MLIR's
// signless ones.
std::optional<DType> scalar(std::string_view word) {
  if (word == "index") return kI64;
  if (word.starts_with("si")) word.remove_prefix(1);
  const std::optional<DType> dtype = dtype_from_name(word);
  return dtype && mlir_name(*dtype) == word && has_elements(*dtype) ? dtype : std::nullopt;
}

}  // namespace

Shape AttributeParser::type() {
  const Lexer::Level level(lexer_);
  if (lexer_.is(Token::Kind::kType)) return named_type();
  const Token first = lexer_.peek();
  if (first.kind != Token::Kind::kWord) lexer_.fail_expected("a type");
  if (lexer_.accept("tensor")) return tensor_type();
  if (lexer_.accept("tuple")) {
    lexer_.expect("<");
    std::vector<Shape> elements;
    while (!lexer_.accept(">")) {
      if (!elements.empty()) lexer_.expect(",");
      elements.push_back(type());
    }
    return Shape::tuple(std::move(elements));
  }
  return {element_type(), {}};
}

Shape AttributeParser::tensor_type() {
  const std::size_t offset = lexer_.peek().offset;
  lexer_.expect("<");
  Shape result{kF32, dims()};
  const bool is_quantized =
      lexer_.is(Token::Kind::kType) && lexer_.peek().text.starts_with("!quant.");
  if (is_quantized) {
    result = quantized_type(std::move(result.dims));
  } else if (lexer_.is(Token::Kind::kType)) {
    Shape element = named_type();
    if (!element.dims.empty()) lexer_.fail("a tensor of tensors");
    element.dims = std::move(result.dims);
    result = std::move(element);
  } else {
    result.dtype = element_type();
  }
  if (lexer_.accept(",")) {
    if (Dims limits = bounds(result.dims.size()); !limits.empty()) {
      if (is_quantized) lexer_.fail("a quantised tensor has no bounds");
      result = Shape::bounded(result.dtype, std::move(result.dims), std::move(limits));
    }
  }
  lexer_.expect(">");
  check_size(result, offset);
  return result;
}

void AttributeParser::check_size(const Shape& shape, std::size_t offset) {
  Dim product = 1;
  for (const Dim d : shape.dims) {
    if (d == kDynamic || d == 0) continue;
    if (__builtin_mul_overflow(product, d, &product) || product > kMaxSize) {
      lexer_.fail_at(offset, "a tensor of more than 2^62 elements");
    }
  }
}

// `4x?x`, character by character, since words and numbers have no space between them.
Dims AttributeParser::dims() {
  const std::string_view text = lexer_.text();
  std::size_t at = lexer_.peek().offset;
  Dims result;
  const auto skip_space = [&] {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\n')) ++at;
  };
  for (;;) {
    const std::size_t start = at;
    Dim dim = kDynamic;
    if (at < text.size() && text[at] == '*')
      lexer_.fail_at(at, "tensors without a rank are not read: tensor<*x..>");
    if (at < text.size() && text[at] == '?') {
      ++at;
    } else {
      const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), dim);
      if (error == std::errc::result_out_of_range || (error == std::errc{} && dim > kMaxSize)) {
        lexer_.fail_at(at, "an axis longer than 2^62");
      }
      if (error != std::errc{} || dim < 0) break;
      at = static_cast<std::size_t>(end - text.data());
    }
    skip_space();
    if (at >= text.size() || text[at] != 'x') {
      at = start;
      break;
    }
    if (result.size() == kMaxRank) lexer_.fail_at(at, "a tensor of more than 256 axes");
    result.push_back(dim);
    ++at;
    skip_space();
  }
  lexer_.seek(at);
  return result;
}

DType AttributeParser::element_type() {
  const Token word = lexer_.peek();
  if (word.kind != Token::Kind::kWord) lexer_.fail_expected("an element type (f32, i64, ..)");
  if (lexer_.accept("complex")) {
    lexer_.expect("<");
    const Token part = lexer_.peek();
    const std::optional<DType> dtype = complex_dtype(element_type());
    if (!dtype)
      lexer_.fail_at(part.offset,
                     "complex numbers of " + quote(part.text) + ", expected f32 or f64");
    lexer_.expect(">");
    return *dtype;
  }
  const std::optional<DType> dtype = scalar(word.text);
  if (!dtype)
    lexer_.fail("the type " + quote(word.text, 40) +
                " is not read, expected tensor<..>, f32, i64, ..");
  lexer_.next();
  return *dtype;
}

// `#stablehlo.bounds<?, 4>` or its longer form; empty if it bounds nothing.
Dims AttributeParser::bounds(std::size_t rank) {
  const std::size_t offset = lexer_.peek().offset;
  const AttributeValue encoding = attribute();
  const auto* extensions = std::get_if<StructAttribute>(&encoding);
  if (extensions == nullptr || extensions->mnemonic != "type_extensions") {
    lexer_.fail_at(offset, "a tensor's encoding that is not read, expected #stablehlo.bounds<..>");
  }
  Dims result = std::get<Dims>(extensions->members.at(0).value);
  if (!result.empty() && result.size() != rank) {
    lexer_.fail_at(offset, std::to_string(result.size()) + " bounds of a tensor with " +
                               std::to_string(rank) + " axes");
  }
  const bool is_bounded = std::ranges::any_of(result, [](Dim d) { return d != kDynamic; });
  return is_bounded ? result : Dims{};
}

// `!quant.uniform<i8<-127:127>:f32:1, {0.1:3, 0.2}>`
Shape AttributeParser::quantized_type(Dims dims) {
  const Token name = lexer_.next();
  if (name.text != "!quant.uniform")
    lexer_.fail_at(name.offset, "the type " + quote(name.text) + " is not read");
  Quantization q;
  lexer_.expect("<");
  const Token storage = lexer_.expect(Token::Kind::kWord, "the integer that is stored");
  // Here u8 is MLIR's word as well.
  const std::optional<DType> stored = dtype_from_name(storage.text);
  if (!stored || !is_integer(*stored))
    lexer_.fail_at(storage.offset, "stores " + quote(storage.text) + ", expected an integer");
  q.storage = *stored;
  if (lexer_.accept("<")) {
    const std::int64_t low = lexer_.integer("the least number stored");
    lexer_.expect(":");
    const std::int64_t high = lexer_.integer("the largest number stored");
    lexer_.expect(">");
    if (static_cast<double>(low) != min_finite(*stored) ||
        static_cast<double>(high) != max_finite(*stored)) {
      q.storage_min = low;
      q.storage_max = high;
    }
  }
  lexer_.expect(":");
  q.expressed = element_type();
  if (lexer_.accept(":")) {
    if (lexer_.is("{")) lexer_.fail("a scale for each block of several axes is not read");
    q.axis = static_cast<int>(
        std::min<std::int64_t>(lexer_.integer("the axis with a scale for each index"), 1 << 20));
  }
  lexer_.expect(",");
  q.scales.clear();
  q.zero_points.clear();
  const auto scale = [&] {
    const NumberLiteral value = literal();
    if (!value.is_real) lexer_.fail("a scale that is no real number");
    q.scales.push_back(value.real);
    q.zero_points.push_back(lexer_.accept(":") ? lexer_.integer("a zero point") : 0);
  };
  if (q.axis) {
    lexer_.expect("{");
    do {
      if (lexer_.is("{")) lexer_.fail("a scale for each block of several axes is not read");
      scale();
    } while (lexer_.accept(","));
    lexer_.expect("}");
  } else {
    scale();
  }
  lexer_.expect(">");
  return Shape::quantized(std::move(q), std::move(dims));
}

Shape AttributeParser::named_type() {
  const Token name = lexer_.peek();
  if (name.text == "!quant.uniform") return quantized_type({});
  lexer_.next();
  if (name.text == "!stablehlo.token") return {DType::kToken, {}};
  if (name.text == "!shape.shape") return {kI64, {kDynamic}};
  if (name.text == "!shape.size") return {kI64, {}};
  if (name.text == "!shape.witness") return {kI1, {}};
  if (name.text.find('.') != std::string_view::npos) {
    lexer_.fail_at(name.offset, "the type " + quote(name.text, 60) + " is not read");
  }
  Alias& known = alias(name);
  if (!known.type) {
    known.type = at_definition(name, [&] { return type(); });
    known.memory = memory_of(*known.type);
  }
  charge(name, known);
  return *known.type;
}

std::vector<Shape> AttributeParser::parenthesised_types() {
  std::vector<Shape> result;
  lexer_.expect("(");
  while (!lexer_.accept(")")) {
    if (!result.empty()) lexer_.expect(",");
    result.push_back(type());
  }
  return result;
}

TypeAttribute AttributeParser::function_type() {
  TypeAttribute result;
  result.is_function = true;
  result.inputs = parenthesised_types();
  lexer_.expect("->");
  if (lexer_.is("("))
    result.results = parenthesised_types();
  else
    result.results.push_back(type());
  return result;
}

TypeAttribute AttributeParser::type_attribute() {
  if (lexer_.is("(")) return function_type();
  TypeAttribute result;
  result.results.push_back(type());
  return result;
}

}  // namespace hilo::stablehlo::ir
