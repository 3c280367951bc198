// Names of values, and the types that ops say of them.
#include <charconv>
#include <limits>

#include "hilo/core/text.h"
#include "hilo/stablehlo/type_text.h"
#include "hilo/stablehlo/text_program.h"

namespace hilo::stablehlo::ir {

std::string plural(std::size_t n, std::string_view word) {
  return std::to_string(n) + " " + std::string(word) + (n == 1 ? "" : "s");
}

ValueId ProgramParser::new_value(Shape type) {
  if (program_.types.size() >= std::numeric_limits<ValueId>::max())
    lexer_.fail("more than 2^31 values");
  program_.types.push_back(std::move(type));
  return static_cast<ValueId>(program_.types.size() - 1);
}

void ProgramParser::define(const Token& name, ValueId first, std::int64_t count) {
  if (!names_.emplace(name.text, Definition{first, count}).second) {
    lexer_.fail_at(name.offset, quote(name.text, 60) + " is defined before");
  }
  order_.push_back(name.text);
}

ProgramParser::Use ProgramParser::use() {
  const Token name = lexer_.expect(Token::Kind::kValue, "an operand (%..)");
  const auto found = names_.find(name.text);
  if (found == names_.end())
    lexer_.fail_at(name.offset, quote(name.text, 60) + " is not defined here");
  std::int64_t index = 0;
  if (const Token& suffix = lexer_.peek();
      suffix.kind == Token::Kind::kHash && suffix.offset == name.offset + name.text.size()) {
    const std::string_view digits = suffix.text.substr(1);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (error != std::errc{} || end != digits.data() + digits.size() ||
        index >= found->second.count) {
      lexer_.fail(quote(name.text, 60) + " has " +
                  plural(static_cast<std::size_t>(found->second.count), "result") + ", not " +
                  quote(suffix.text, 40));
    }
    lexer_.next();
  }
  return {found->second.first + static_cast<ValueId>(index), name};
}

// Up to what is no operand; a comma before something else is left.
void ProgramParser::uses(std::vector<Use>& into) {
  if (!lexer_.is(Token::Kind::kValue)) return;
  for (;;) {
    into.push_back(use());
    const std::size_t comma = lexer_.peek().offset;
    if (!lexer_.accept(",")) return;
    if (!lexer_.is(Token::Kind::kValue)) return lexer_.seek(comma);
  }
}

std::string ProgramParser::type_of(const Token& name, ValueId v) const {
  return std::string(name.text) + " is " + type_text(program_.types[static_cast<std::size_t>(v)]);
}

void ProgramParser::check_uses(Draft& d, const std::vector<Shape>& types) {
  if (types.size() != d.uses.size()) {
    lexer_.fail_at(d.offset, plural(types.size(), "type") + " for " +
                                 plural(d.uses.size(), "operand") + " of " + d.op.name);
  }
  for (std::size_t i = 0; i < types.size(); ++i) {
    if (program_.types[static_cast<std::size_t>(d.uses[i].value)] == types[i]) continue;
    lexer_.fail_at(d.uses[i].name.offset, type_of(d.uses[i].name, d.uses[i].value) +
                                              " where it is defined, " + type_text(types[i]) +
                                              " here");
  }
}

// `(a, b) -> c`, `a, b -> (c, d)`, `a to b`, or only `a, b`.
ProgramParser::Signature ProgramParser::signature() {
  Signature result;
  if (lexer_.is("(")) {
    result.in = attributes_.parenthesised_types();
  } else {
    do {
      result.in.push_back(attributes_.type());
    } while (lexer_.accept(","));
  }
  result.has_arrow = lexer_.accept("->") || lexer_.accept("to");
  if (!result.has_arrow) return result;
  if (lexer_.is("(")) {
    result.out = attributes_.parenthesised_types();
    return result;
  }
  do {
    result.out.push_back(attributes_.type());
  } while (lexer_.accept(","));
  return result;
}

void ProgramParser::set_signature(Draft& d, Signature s) {
  check_uses(d, s.in);
  d.result_types = std::move(s.out);
}

// Types behind the colon. With an arrow they are the operands' and the results'; without one the
// rule says whose:
//   same       one for all                          select    the condition's, and one for the rest
//   complex    the result's; operands are its parts  tuple    the result's; operands are its
//   elements pairwise   of operands and results alike         result   the results'; there are no
//   operands operands   the operands', or one for all; there are no results returned   the
//   operands', or nothing at all      function  (an arrow must be there) compare    the operands';
//   the result is i1 of its shape elements, extents  the result's; operands are scalars of its
//   dtype, sizes axis, indexed      the first operand's; the others are sizes; the result is a
//   size, an element witness, truth, shape, size   the operands'; the result is what the word says
void ProgramParser::types(Draft& d, std::string_view rule) {
  const bool may_be_absent =
      rule == "returned" || rule == "pairwise" || rule == "size" || rule == "shape";
  if (may_be_absent && !lexer_.is(":")) return inferred_types(d, rule, {});
  lexer_.expect(":");
  Signature s = signature();
  if (s.has_arrow) return set_signature(d, std::move(s));
  inferred_types(d, rule, std::move(s.in));
}

void ProgramParser::inferred_types(Draft& d, std::string_view rule, std::vector<Shape> given) {
  const std::size_t n = d.uses.size();
  const Shape size{kI64, {}};
  const auto expect_count = [&](std::size_t count) {
    if (given.size() != count) {
      lexer_.fail_at(d.offset, std::to_string(given.size()) + " types of " + d.op.name +
                                   ", expected " + std::to_string(count) +
                                   " or (operands) -> results");
    }
  };
  const auto set = [&](std::vector<Shape> in, std::vector<Shape> out) {
    set_signature(d, {std::move(in), std::move(out), true});
  };
  if (rule == "function") lexer_.fail_expected("'->' and the types of the results");
  if (rule == "pairwise") return set(given, given);
  if (rule == "result") return set({}, std::move(given));
  if (rule == "returned") return set(std::move(given), {});
  if (rule == "witness" || rule == "truth") return set(std::move(given), {{kI1, {}}});
  if (rule == "shape" || rule == "size") {
    if (given.empty()) given.assign(n, size);
    return set(std::move(given), {rule == "size" ? size : Shape{kI64, {kDynamic}}});
  }
  if (rule == "operands") {
    if (given.size() == 1) given.assign(n, Shape(given[0]));
    return set(std::move(given), {});
  }
  if (rule == "select") {
    if (given.size() == 1) given.insert(given.begin(), {kI1, {}});
    expect_count(2);
    return set({given[0], given[1], given[1]}, {given[1]});
  }
  expect_count(1);
  const Shape one = std::move(given[0]);
  if (rule == "same") return set(std::vector<Shape>(n, one), {one});
  if (rule == "complex") return set(std::vector<Shape>(n, one.with(real_dtype(one.dtype))), {one});
  if (rule == "tuple") return set(one.elements(), {one});
  if (rule == "compare") return set(std::vector<Shape>(n, one), {one.with(kI1)});
  if (rule == "elements") return set(std::vector<Shape>(n, {one.dtype, {}}), {one});
  if (rule == "extents") return set(std::vector<Shape>(n, size), {one});
  std::vector<Shape> in(n, size);  // axis, indexed
  if (n > 0) in[0] = one;
  set(std::move(in), {rule == "axis" ? size : Shape{one.dtype, {}}});
}

}  // namespace hilo::stablehlo::ir
