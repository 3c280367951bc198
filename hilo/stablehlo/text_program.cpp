// Operations in MLIR's generic form, and regions.
#include "hilo/stablehlo/text_program.h"

#include <algorithm>

#include "hilo/core/text.h"
#include "hilo/stablehlo/normal.h"
#include "hilo/stablehlo/parse.h"
#include "hilo/stablehlo/text_formats.h"

namespace hilo::stablehlo::ir {
namespace {

// Ops whose regions see nothing of what is around them.
bool is_isolated(std::string_view op) {
  return op == "func.func" || op == "builtin.module" || op == "sdy.manual_computation" ||
         op == "sdy.named_computation";
}

}  // namespace

ProgramParser::ProgramParser(std::string_view text, std::string_view file)
    : lexer_(text, file), attributes_(lexer_), program_{.file = std::string(file)} {}

Program ProgramParser::program() {
  std::vector<Operation> all;
  operations(all, "");
  if (all.size() == 1 && all[0].name == "builtin.module") {
    program_.module = std::move(all[0]);
  } else {  // functions without a module around them
    program_.module.name = "builtin.module";
    program_.module.at = {1, 1, 0};
    program_.module.regions.push_back({{}, std::move(all)});
  }
  return std::move(program_);
}

// Up to `end`, which is taken; an empty one is the end of the file, where aliases and resources
// stand as well.
void ProgramParser::operations(std::vector<Operation>& into, std::string_view end) {
  for (;;) {
    if (end.empty()) {
      if (lexer_.is(Token::Kind::kEnd)) return;
      if (lexer_.is(Token::Kind::kHash) || lexer_.is(Token::Kind::kType)) {
        attributes_.alias_definition();
        continue;
      }
      if (lexer_.is("{-#")) {
        attributes_.resources();
        continue;
      }
    } else if (lexer_.accept(end)) {
      return;
    } else if (lexer_.is(Token::Kind::kBlock)) {
      lexer_.fail("a second block; regions of StableHLO have one");
    } else if (lexer_.is(Token::Kind::kEnd)) {
      lexer_.fail_expected("an operation or '" + std::string(end) + "'");
    }
    into.push_back(operation());
  }
}

Operation ProgramParser::operation() {
  const Lexer::Level level(lexer_);
  Draft d;
  const std::vector<ResultName> names = result_names();
  d.offset = lexer_.peek().offset;
  d.op.at = lexer_.position(d.offset);
  if (lexer_.is(Token::Kind::kString)) {
    generic(d);
  } else {
    const Token word = lexer_.expect(Token::Kind::kWord, "an operation");
    const bool has_dialect = word.text.find('.') != std::string_view::npos;
    if (has_dialect)
      d.op.name = word.text;
    else
      d.op.name = (word.text == "module" ? "builtin." : "func.") + std::string(word.text);
    if (!special(d)) {
      const std::string_view format = pretty_format(d.op.name);
      if (format.empty()) {
        const std::string near = near_ops(d.op.name);
        lexer_.fail_at(word.offset, "no pretty form of " + quote(word.text, 60) + " is known" +
                                        (near.empty() ? ", only ops in quotes can be of any name"
                                                      : "; " + near));
      }
      pretty(d, format);
    }
  }
  if (const std::optional<Site> site = attributes_.trailing_location()) d.op.site = *site;
  finish(d, names);
  return std::move(d.op);
}

// `%0:2, %a = `
std::vector<ProgramParser::ResultName> ProgramParser::result_names() {
  std::vector<ResultName> names;
  if (!lexer_.is(Token::Kind::kValue)) return names;
  do {
    ResultName name{lexer_.expect(Token::Kind::kValue, "the name of a result")};
    if (lexer_.accept(":")) name.count = lexer_.integer("the number of results");
    if (name.count < 1) lexer_.fail_at(name.name.offset, "a name for less than one result");
    names.push_back(name);
  } while (lexer_.accept(","));
  lexer_.expect("=");
  return names;
}

// `"name"(%a) <{..}> ({..}) {..} : (type) -> type`
void ProgramParser::generic(Draft& d) {
  d.op.name = lexer_.string("the name of an operation");
  lexer_.expect("(");
  uses(d.uses);
  lexer_.expect(")");
  if (lexer_.is("[")) lexer_.fail("branches between blocks are not read");
  if (lexer_.accept("<")) {
    optional_dictionary(d);
    lexer_.expect(">");
  }
  if (lexer_.accept("(")) {
    do {
      d.op.regions.push_back(is_isolated(d.op.name) ? isolated_region({}) : region({}));
    } while (lexer_.accept(","));
    lexer_.expect(")");
  }
  optional_dictionary(d);
  lexer_.expect(":");
  TypeAttribute type = attributes_.function_type();
  set_signature(d, {std::move(type.inputs), std::move(type.results), true});
}

void ProgramParser::finish(Draft& d, const std::vector<ResultName>& names) {
  Operation& op = d.op;
  normalise(op);
  const auto twice = std::ranges::adjacent_find(op.attributes, {}, &NamedAttribute::name);
  if (twice != op.attributes.end())
    lexer_.fail_at(d.offset, "the attribute " + quote(twice->name, 60) + " is given twice");
  for (const Use& u : d.uses) op.operands.push_back(u.value);
  std::uint64_t named = 0;
  for (const ResultName& n : names)
    named += std::min<std::uint64_t>(static_cast<std::uint64_t>(n.count), 1U << 31);
  if (!names.empty() && named != d.result_types.size()) {
    lexer_.fail_at(names[0].name.offset, plural(named, "name") + " for " +
                                             plural(d.result_types.size(), "result") + " of " +
                                             op.name);
  }
  for (Shape& type : d.result_types) op.results.push_back(new_value(std::move(type)));
  std::size_t next = 0;
  for (const ResultName& n : names) {
    define(n.name, op.results[next], n.count);
    next += static_cast<std::size_t>(n.count);
  }
}

void ProgramParser::add_attribute(Draft& d, std::string_view name, AttributeValue value) {
  d.op.attributes.push_back({std::string(name), std::move(value)});
}

void ProgramParser::optional_dictionary(Draft& d) {
  if (!lexer_.is("{")) return;
  for (NamedAttribute& a : attributes_.dictionary()) d.op.attributes.push_back(std::move(a));
}

// `%a: type loc(..)`
ProgramParser::Argument ProgramParser::argument() {
  Argument result{lexer_.expect(Token::Kind::kValue, "an argument (%..)"), {}};
  lexer_.expect(":");
  result.type = attributes_.type();
  attributes_.trailing_location();
  return result;
}

std::vector<ProgramParser::Argument> ProgramParser::arguments() {
  std::vector<Argument> result;
  lexer_.expect("(");
  while (!lexer_.accept(")")) {
    if (!result.empty()) lexer_.expect(",");
    result.push_back(argument());
  }
  return result;
}

// `{ ^bb0(%a: type): ops }`; no label where the arguments are given.
Region ProgramParser::region(const std::vector<Argument>& given) {
  const Lexer::Level level(lexer_);
  Region result;
  const std::size_t outer = order_.size();
  lexer_.expect("{");
  std::vector<Argument> labelled;
  if (lexer_.is(Token::Kind::kBlock) && given.empty()) {
    lexer_.next();
    if (lexer_.is("(")) labelled = arguments();
    lexer_.expect(":");
  }
  for (const Argument& a : given.empty() ? labelled : given) {
    result.arguments.push_back(new_value(a.type));
    define(a.name, result.arguments.back(), 1);
  }
  operations(result.operations, "}");
  for (; order_.size() > outer; order_.pop_back()) names_.erase(order_.back());
  return result;
}

Region ProgramParser::isolated_region(const std::vector<Argument>& given) {
  std::unordered_map<std::string_view, Definition> outer_names;
  std::vector<std::string_view> outer_order;
  outer_names.swap(names_);
  outer_order.swap(order_);
  Region result = region(given);
  outer_names.swap(names_);
  outer_order.swap(order_);
  return result;
}

}  // namespace hilo::stablehlo::ir

namespace hilo::stablehlo {
namespace {

// What `read` makes of all of the text.
template <class Read>
auto all_of(std::string_view text, std::string_view file, Read read) {
  ir::Lexer lexer(text, file);
  ir::AttributeParser parser(lexer);
  auto result = read(parser);
  if (!lexer.is(ir::Token::Kind::kEnd)) lexer.fail_expected("the end of the text");
  return result;
}

}  // namespace

ir::Program parse_text(std::string_view text, std::string_view file) {
  return ir::ProgramParser(text, file).program();
}

AttributeValue parse_attribute(std::string_view text, std::string_view file) {
  return all_of(text, file, [](ir::AttributeParser& p) { return p.attribute(); });
}

Shape parse_type(std::string_view text, std::string_view file) {
  return all_of(text, file, [](ir::AttributeParser& p) { return p.type(); });
}

}  // namespace hilo::stablehlo
