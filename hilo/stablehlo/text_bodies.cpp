// Ops whose regions are written in a way of their own: modules, functions, reduce, while, and
// Shardy's.
#include <algorithm>

#include "hilo/core/text.h"
#include "hilo/stablehlo/text_program.h"

namespace hilo::stablehlo::ir {

bool ProgramParser::special(Draft& d) {
  using Member = void (ProgramParser::*)(Draft&);
  constexpr std::pair<std::string_view, Member> kSpecial[] = {
      {"builtin.module", &ProgramParser::module},
      {"func.func", &ProgramParser::function},
      {"stablehlo.reduce", &ProgramParser::reduce},
      {"stablehlo.while", &ProgramParser::while_loop},
      {"sdy.manual_computation", &ProgramParser::manual_computation},
      {"sdy.named_computation", &ProgramParser::named_computation},
      {"chlo.scan", &ProgramParser::scan},
      {"shape.assuming", &ProgramParser::assuming},
  };
  for (const auto& [name, read] : kSpecial) {
    if (d.op.name != name) continue;
    (this->*read)(d);
    return true;
  }
  return false;
}

// `module @name attributes {..} {..}`
void ProgramParser::module(Draft& d) {
  if (lexer_.is(Token::Kind::kSymbol)) add_attribute(d, "sym_name", attributes_.symbol().name);
  if (lexer_.accept("attributes")) optional_dictionary(d);
  d.op.regions.push_back(isolated_region({}));
}

// `func.func private @f(%a: type {..}) -> (type {..}) attributes {..} {..}`
void ProgramParser::function(Draft& d) {
  for (const std::string_view word : {"public", "private", "nested"}) {
    if (lexer_.accept(word)) add_attribute(d, "sym_visibility", std::string(word));
  }
  add_attribute(d, "sym_name", attributes_.symbol().name);
  TypeAttribute type{.is_function = true};
  ListAttribute argument_attributes, result_attributes;
  const auto dictionary = [&](ListAttribute& list) {
    list.items.emplace_back(lexer_.is("{") ? DictionaryAttribute{attributes_.dictionary()}
                                           : DictionaryAttribute{});
  };
  std::vector<Argument> arguments;
  lexer_.expect("(");
  while (!lexer_.accept(")")) {
    if (!type.inputs.empty()) lexer_.expect(",");
    if (lexer_.is(Token::Kind::kValue)) {
      arguments.push_back({lexer_.next(), {}});
      lexer_.expect(":");
    }
    if (arguments.size() != (arguments.empty() ? 0 : type.inputs.size() + 1))
      lexer_.fail("arguments with and without names");
    type.inputs.push_back(attributes_.type());
    if (!arguments.empty()) arguments.back().type = type.inputs.back();
    dictionary(argument_attributes);
    attributes_.trailing_location();
  }
  if (lexer_.accept("->")) {
    if (lexer_.accept("(")) {
      while (!lexer_.accept(")")) {
        if (!type.results.empty()) lexer_.expect(",");
        type.results.push_back(attributes_.type());
        dictionary(result_attributes);
      }
    } else {
      type.results.push_back(attributes_.type());
    }
  }
  if (lexer_.accept("attributes")) optional_dictionary(d);
  const std::size_t inputs = type.inputs.size();
  add_attribute(d, "function_type", std::move(type));
  add_attribute(d, "arg_attrs", std::move(argument_attributes));
  add_attribute(d, "res_attrs", std::move(result_attributes));
  if (!lexer_.is("{")) {
    d.op.regions.emplace_back();
  } else if (arguments.size() != inputs) {
    lexer_.fail("the body of a function whose arguments have no names");
  } else {
    d.op.regions.push_back(isolated_region(arguments));
  }
}

// `(%a init: %b), (%c init: %d) across dimensions = [0] : type` and `reducer(%x: type, %z: type)
// (%y: type, ..) {..}`, or `applies stablehlo.add across dimensions = [0] : type`.
void ProgramParser::reduce(Draft& d) {
  std::vector<Use> initial;
  do {
    lexer_.expect("(");
    d.uses.push_back(use());
    lexer_.expect("init");
    lexer_.expect(":");
    initial.push_back(use());
    lexer_.expect(")");
  } while (lexer_.accept(","));
  const std::size_t count = initial.size();
  d.uses.insert(d.uses.end(), initial.begin(), initial.end());
  std::optional<Token> inner;
  if (lexer_.accept("applies")) {
    inner = lexer_.expect(Token::Kind::kWord, "the op that is applied");
    if (count != 1)
      lexer_.fail_at(inner->offset,
                     "an op that is applied to several operands, expected reducer(..) {..}");
  }
  lexer_.expect("across");
  lexer_.expect("dimensions");
  lexer_.expect("=");
  add_attribute(d, "dimensions", attributes_.integers());
  optional_dictionary(d);
  lexer_.expect(":");
  Signature s = signature();
  if (!s.has_arrow) lexer_.fail_expected("'->' and the types of the results");
  set_signature(d, std::move(s));
  if (inner) return reduce_applied(d, *inner);
  lexer_.expect("reducer");
  std::vector<Argument> left, right;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t offset = lexer_.peek().offset;
    const std::vector<Argument> pair = arguments();
    if (pair.size() != 2) lexer_.fail_at(offset, "a reducer wants two arguments for each operand");
    left.push_back(pair[0]);
    right.push_back(pair[1]);
  }
  left.insert(left.end(), right.begin(), right.end());
  d.op.regions.push_back(region(left));
}

// The region of two scalars that `applies` stands for.
void ProgramParser::reduce_applied(Draft& d, const Token& inner) {
  const Shape& operand = program_.types[static_cast<std::size_t>(d.uses[0].value)];
  const Quantization* q = operand.quantization();
  const Shape element = q != nullptr ? Shape::quantized(*q, {}) : Shape{operand.dtype, {}};
  Region body;
  body.arguments = {new_value(element), new_value(element)};
  const auto add = [&](std::string_view name, std::vector<ValueId> operands,
                       std::vector<ValueId> results) {
    Operation op;
    op.name = name;
    op.operands = std::move(operands);
    op.results = std::move(results);
    op.at = lexer_.position(inner.offset);
    body.operations.push_back(std::move(op));
  };
  const ValueId result = new_value(element);
  add(inner.text, body.arguments, {result});
  add("stablehlo.return", {result}, {});
  d.op.regions.push_back(std::move(body));
}

// `(%x = %a, ..) : types attributes {..} cond {..} do {..}`, where both regions read %x.
void ProgramParser::while_loop(Draft& d) {
  std::vector<Argument> arguments;
  lexer_.expect("(");
  while (!lexer_.accept(")")) {
    if (!arguments.empty()) lexer_.expect(",");
    arguments.push_back({lexer_.expect(Token::Kind::kValue, "an argument of the loop (%..)"), {}});
    lexer_.expect("=");
    d.uses.push_back(use());
  }
  Signature s;
  if (lexer_.accept(":")) s = signature();
  if (!s.has_arrow) s.out = s.in;
  set_signature(d, std::move(s));
  for (std::size_t i = 0; i < arguments.size(); ++i)
    arguments[i].type = program_.types[static_cast<std::size_t>(d.uses[i].value)];
  if (lexer_.accept("attributes")) optional_dictionary(d);
  lexer_.expect("cond");
  d.op.regions.push_back(region(arguments));
  lexer_.expect("do");
  d.op.regions.push_back(region(arguments));
}

// `(%a) in_shardings=[..] out_shardings=[..] manual_axes={..} (%x: type) {..} : (type) -> type`
void ProgramParser::manual_computation(Draft& d) {
  lexer_.expect("(");
  uses(d.uses);
  lexer_.expect(")");
  for (const std::string_view word : {"in_shardings", "out_shardings"}) {
    lexer_.expect(word);
    lexer_.expect("=");
    add_attribute(d, word, attributes_.shardings());
  }
  lexer_.expect("manual_axes");
  lexer_.expect("=");
  add_attribute(d, "manual_axes", attributes_.manual_axes());
  d.op.regions.push_back(isolated_region(arguments()));
  optional_dictionary(d);
  types(d, "function");
}

// `<"name">(%a) in_shardings=[..] out_shardings=[..] (%x: type) {..} : (type) -> type`
void ProgramParser::named_computation(Draft& d) {
  lexer_.expect("<");
  add_attribute(d, "name", lexer_.string("the name of the computation"));
  lexer_.expect(">");
  lexer_.expect("(");
  uses(d.uses);
  lexer_.expect(")");
  for (const std::string_view word : {"in_shardings", "out_shardings"}) {
    if (!lexer_.accept(word)) continue;
    lexer_.expect("=");
    add_attribute(d, word, attributes_.shardings());
  }
  d.op.regions.push_back(isolated_region(arguments()));
  optional_dictionary(d);
  types(d, "function");
}

// `(%a) inits(%b) dimension=0 attributes {..} {..} : (types) -> types`, the results being outputs
// and then carries.
void ProgramParser::scan(Draft& d) {
  lexer_.expect("(");
  uses(d.uses);
  lexer_.expect(")");
  const std::size_t inputs = d.uses.size();
  lexer_.expect("inits");
  lexer_.expect("(");
  uses(d.uses);
  lexer_.expect(")");
  const std::size_t carries = d.uses.size() - inputs;
  lexer_.expect("dimension");
  lexer_.expect("=");
  add_attribute(d, "dimension", lexer_.integer("an axis"));
  if (lexer_.accept("attributes")) optional_dictionary(d);
  d.op.regions.push_back(region({}));
  types(d, "function");
  if (d.result_types.size() < carries)
    lexer_.fail_at(d.offset, "fewer results than carries of chlo.scan");
  const auto segments = [](std::size_t first, std::size_t second) {
    return Array::of<std::int32_t>(
        {2}, {static_cast<std::int32_t>(first), static_cast<std::int32_t>(second)});
  };
  add_attribute(d, "operandSegmentSizes", segments(inputs, carries));
  add_attribute(d, "resultSegmentSizes", segments(d.result_types.size() - carries, carries));
}

// `%w -> (type) {..}`
void ProgramParser::assuming(Draft& d) {
  d.uses.push_back(use());
  if (lexer_.accept("->"))
    d.result_types =
        lexer_.is("(") ? attributes_.parenthesised_types() : std::vector<Shape>{attributes_.type()};
  d.op.regions.push_back(region({}));
  optional_dictionary(d);
}

}  // namespace hilo::stablehlo::ir
