// Pretty forms of ops, by their row of the table in text_formats.cpp.
#include <algorithm>
#include <charconv>

#include "hilo/core/text.h"
#include "hilo/stablehlo/text_formats.h"
#include "hilo/stablehlo/text_program.h"

namespace hilo::stablehlo::ir {
namespace {

std::string_view take_word(std::string_view& rest) {
  const std::string_view word = rest.substr(0, rest.find(' '));
  rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  return word;
}

// `eq` is 0, `ne` is 1, ..
constexpr std::string_view kIntegerPredicates = "eq ne slt sle sgt sge ult ule ugt uge";
constexpr std::string_view kFloatPredicates =
    "false oeq ogt oge olt ole one ord ueq ugt uge ult ule une uno true";

std::int64_t predicate(Lexer& lexer, std::string_view words) {
  const Token t = lexer.next();
  std::string_view rest = words;
  for (std::int64_t i = 0; !rest.empty(); ++i) {
    if (take_word(rest) == t.text) return i;
  }
  lexer.fail_at(t.offset, "got " + quote(t.text, 40) + ", expected one of " + std::string(words));
}

}  // namespace

void ProgramParser::pretty(Draft& d, std::string_view format) {
  for (std::string_view rest = format; !rest.empty();) {
    const std::string_view word = take_word(rest);
    if (word == "%") {
      d.uses.push_back(use());
    } else if (word == "%*") {
      uses(d.uses);
    } else if (word == "{}") {
      optional_dictionary(d);
    } else if (word == "?[") {
      if (!optional_part(rest)) rest.remove_prefix(std::min(rest.find("?]") + 3, rest.size()));
    } else if (word == "?]") {
      continue;
    } else if (word[0] == '$') {
      const std::size_t colon = word.find(':');
      formatted_attribute(d, word.substr(1, colon - 1), word.substr(colon + 1));
    } else if (word[0] == ':' && word.size() > 1) {
      types(d, word.substr(1));
    } else {
      lexer_.expect(word);
    }
  }
}

// Whether the words that the part begins with are there; they are taken then.
bool ProgramParser::optional_part(std::string_view& rest) {
  const std::size_t back = lexer_.peek().offset;
  std::string_view ahead = rest;
  for (;;) {
    std::string_view after = ahead;
    const std::string_view word = take_word(after);
    if (word[0] == '$' || word[0] == '%' || word == "?]") break;
    if (!lexer_.accept(word)) {
      lexer_.seek(back);
      return false;
    }
    ahead = after;
  }
  rest = ahead;
  return true;
}

// The kinds: int, int32, bool, real, string, list (of whole numbers), enum.TYPE, struct.MNEMONIC,
// attribute (any), symbol (@f), symbol_text (@f as a string), precisions; those of Shardy; those of
// one op.
void ProgramParser::formatted_attribute(Draft& d, std::string_view name, std::string_view kind) {
  const std::size_t dot = kind.find('.');
  const std::string_view detail =
      dot == std::string_view::npos ? std::string_view{} : kind.substr(dot + 1);
  kind = kind.substr(0, dot);
  const auto add = [&](AttributeValue value) { add_attribute(d, name, std::move(value)); };
  if (kind == "int") return add(lexer_.integer("a whole number"));
  if (kind == "int32")
    return add(Int32Attribute{static_cast<std::int32_t>(lexer_.integer("a whole number"))});
  if (kind == "bool" || kind == "witness") {
    const bool value = lexer_.is("true");
    if (!value && !lexer_.is("false")) lexer_.fail_expected("true or false");
    lexer_.next();
    if (kind == "witness") d.result_types = {{kI1, {}}};
    return add(value);
  }
  if (kind == "real") return add(attributes_.real());
  if (kind == "string") return add(lexer_.string("a string"));
  if (kind == "list") return add(attributes_.integers());
  if (kind == "enum") return add(attributes_.enumeration(detail));
  if (kind == "struct") return add(attributes_.structure(detail));
  if (kind == "attribute") return add(attributes_.attribute());
  if (kind == "symbol") return add(attributes_.symbol());
  if (kind == "symbol_text") return add(attributes_.symbol().name);
  if (kind == "convolution_numbers") return add(attributes_.convolution_numbers());
  if (kind == "precisions") {
    ListAttribute list;
    lexer_.expect("[");
    while (!lexer_.accept("]")) {
      if (!list.items.empty()) lexer_.expect(",");
      list.items.emplace_back(attributes_.enumeration("precision"));
    }
    return add(std::move(list));
  }
  if (kind == "mesh") return add(attributes_.mesh());
  if (kind == "sharding") return add(attributes_.sharding());
  if (kind == "axes") return add(attributes_.axes_text(detail));
  if (kind == "direction") {
    const Token word = lexer_.expect(Token::Kind::kWord, "NONE, FORWARD, BACKWARD or BOTH");
    return add(Int32Attribute{word.text == "BOTH"       ? 3
                              : word.text == "BACKWARD" ? 2
                              : word.text == "FORWARD"  ? 1
                                                        : 0});
  }
  if (kind == "cmpi") return add(predicate(lexer_, kIntegerPredicates));
  if (kind == "cmpf") return add(predicate(lexer_, kFloatPredicates));
  if (kind == "shape") {
    const std::vector<std::int64_t> dims = attributes_.integers();
    return add(elements_attribute(Array::of({static_cast<Dim>(dims.size())}, dims)));
  }
  if (kind == "size") {
    d.result_types = {{kI64, {}}};
    return add(lexer_.integer("a size"));
  }
  if (kind == "operands_or_none") {
    if (!lexer_.accept("(")) return uses(d.uses);
    return lexer_.expect(")");
  }
  if (kind == "constant") return constant(d, name);
  if (kind == "dot_numbers") return dot_numbers(d);
  if (kind == "window") return window(d);
  if (kind == "slice") return slice(d);
  if (kind == "exponent_mantissa") return exponent_mantissa(d);
  arith_flags(d);
}

// `dense<1> : tensor<2xi32>`, whose type is the result's; StableHLO's of a quantised tensor: `()
// <{value = ..}> : () -> type`.
void ProgramParser::constant(Draft& d, std::string_view name) {
  if (lexer_.accept("(")) {
    lexer_.expect(")");
    const bool is_property = lexer_.accept("<");
    optional_dictionary(d);
    if (is_property) lexer_.expect(">");
    return types(d, "function");
  }
  AttributeValue value = attributes_.attribute();
  const auto type = [&]() -> Shape {
    if (const auto* array = std::get_if<Array>(&value)) return array->shape();
    if (const auto* splat = std::get_if<SplatAttribute>(&value)) return splat->shape;
    if (std::holds_alternative<bool>(value)) return {kI1, {}};
    if (std::holds_alternative<std::int64_t>(value)) return {kI64, {}};
    if (std::holds_alternative<Int32Attribute>(value)) return {kI32, {}};
    if (std::holds_alternative<double>(value)) return {kF64, {}};
    if (std::holds_alternative<Float32Attribute>(value)) return {kF32, {}};
    lexer_.fail_at(d.offset, "the value of " + d.op.name + " is no number and no tensor");
  };
  d.result_types = {type()};
  add_attribute(d, name, std::move(value));
}

// `, batching_dims = [0] x [0], contracting_dims = [2] x [1]`
void ProgramParser::dot_numbers(Draft& d) {
  std::vector<std::int64_t> batching[2], contracting[2];
  const auto pair = [&](std::string_view word, std::vector<std::int64_t>* sides) {
    const std::size_t back = lexer_.peek().offset;
    if (!lexer_.accept(",") || !lexer_.accept(word)) return lexer_.seek(back);
    lexer_.expect("=");
    sides[0] = attributes_.integers();
    lexer_.expect("x");
    sides[1] = attributes_.integers();
  };
  pair("batching_dims", batching);
  pair("contracting_dims", contracting);
  add_attribute(d, "dot_dimension_numbers",
                StructAttribute{"dot",
                                {{"lhs_batching_dimensions", std::move(batching[0])},
                                 {"rhs_batching_dimensions", std::move(batching[1])},
                                 {"lhs_contracting_dimensions", std::move(contracting[0])},
                                 {"rhs_contracting_dimensions", std::move(contracting[1])}}});
}

// `{stride = [1, 2], pad = [[0, 1], [1, 0]], lhs_dilate = [..], rhs_dilate = [..], reverse = [true,
// false]}`
void ProgramParser::window(Draft& d) {
  lexer_.expect("{");
  for (bool is_first = true; !lexer_.accept("}"); is_first = false) {
    if (!is_first) lexer_.expect(",");
    const Token word =
        lexer_.expect(Token::Kind::kWord, "stride, pad, lhs_dilate, rhs_dilate or reverse");
    lexer_.expect("=");
    if (word.text == "stride") {
      add_attribute(d, "window_strides", attributes_.integers());
    } else if (word.text == "lhs_dilate") {
      add_attribute(d, "lhs_dilation", attributes_.integers());
    } else if (word.text == "rhs_dilate") {
      add_attribute(d, "rhs_dilation", attributes_.integers());
    } else if (word.text == "pad") {
      std::vector<std::int64_t> pairs;
      lexer_.expect("[");
      while (!lexer_.accept("]")) {
        if (!pairs.empty()) lexer_.expect(",");
        const std::vector<std::int64_t> pair = attributes_.integers();
        if (pair.size() != 2) lexer_.fail("padding wants two numbers an axis, low and high");
        pairs.insert(pairs.end(), pair.begin(), pair.end());
      }
      const auto axes = static_cast<Dim>(pairs.size() / 2);
      add_attribute(d, "padding",
                    elements_attribute(Array::of({2 * axes}, pairs).reshaped({axes, 2})));
    } else if (word.text == "reverse") {
      std::vector<bool> reversal;
      lexer_.expect("[");
      while (!lexer_.accept("]")) {
        if (!reversal.empty()) lexer_.expect(",");
        if (lexer_.is(Token::Kind::kWord))
          reversal.push_back(lexer_.next().text == "true");
        else
          reversal.push_back(lexer_.integer("true or false") != 0);
      }
      add_attribute(d, "window_reversal", std::move(reversal));
    } else {
      lexer_.fail_at(word.offset, "got " + quote(word.text, 40) +
                                      ", expected stride, pad, lhs_dilate, rhs_dilate or reverse");
    }
  }
}

// `[0:4, 1:8:2]`
void ProgramParser::slice(Draft& d) {
  std::vector<std::int64_t> starts, limits, strides;
  lexer_.expect("[");
  while (!lexer_.accept("]")) {
    if (!starts.empty()) lexer_.expect(",");
    starts.push_back(lexer_.integer("where the slice begins"));
    lexer_.expect(":");
    limits.push_back(lexer_.integer("where the slice ends"));
    strides.push_back(lexer_.accept(":") ? lexer_.integer("a stride") : 1);
  }
  add_attribute(d, "start_indices", std::move(starts));
  add_attribute(d, "limit_indices", std::move(limits));
  add_attribute(d, "strides", std::move(strides));
}

// `e5m10`
void ProgramParser::exponent_mantissa(Draft& d) {
  const Token word = lexer_.expect(Token::Kind::kWord, "a format (e5m10)");
  std::int32_t exponent = 0, mantissa = 0;
  const char* const end = word.text.data() + word.text.size();
  const auto first = std::from_chars(word.text.data() + 1, end, exponent);
  const bool has_mantissa = first.ec == std::errc{} && first.ptr != end && *first.ptr == 'm';
  const auto second = has_mantissa ? std::from_chars(first.ptr + 1, end, mantissa) : first;
  if (word.text[0] != 'e' || !has_mantissa || second.ec != std::errc{} || second.ptr != end) {
    lexer_.fail_at(word.offset, "got " + quote(word.text, 40) + ", expected a format (e5m10)");
  }
  add_attribute(d, "exponent_bits", Int32Attribute{exponent});
  add_attribute(d, "mantissa_bits", Int32Attribute{mantissa});
}

// `overflow<nsw>`, `fastmath<fast>`, or nothing.
void ProgramParser::arith_flags(Draft& d) {
  for (const std::string_view word : {"overflow", "fastmath"}) {
    if (!lexer_.accept(word)) continue;
    lexer_.expect("<");
    EnumAttribute flag = attributes_.enumeration("arith." + std::string(word));
    while (lexer_.accept(","))
      flag.value += ", " + attributes_.enumeration("arith." + std::string(word)).value;
    lexer_.expect(">");
    add_attribute(d, word == "overflow" ? "overflowFlags" : "fastmath", std::move(flag));
  }
}

}  // namespace hilo::stablehlo::ir
