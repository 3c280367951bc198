// Locations and the aliases that stand for them, for attributes and types.
#include "hilo/core/text.h"
#include "hilo/graph/call_site.h"
#include "hilo/stablehlo/text_alias.h"

namespace hilo::stablehlo::ir {
namespace {

constexpr std::size_t kFreeCopies = std::size_t{24} << 20, kCopiesPerByte = 16;

}  // namespace

AttributeParser::AttributeParser(Lexer& lexer)
    : lexer_(lexer), left_for_copies_(kFreeCopies + kCopiesPerByte * lexer.text().size()) {
  find_aliases();
}

void AttributeParser::charge(const Token& name, const Alias& known) {
  if (known.memory > left_for_copies_)
    lexer_.fail_at(name.offset, "the aliases of the program, written out, take too much memory");
  left_for_copies_ -= known.memory;
}

// Where each line begins with `#name =` or `!name =`. Strings do not run over lines, so a line that
// begins so is one.
void AttributeParser::find_aliases() {
  const std::string_view text = lexer_.text();
  for (std::size_t line = 0; line < text.size();) {
    const std::size_t start = text.find_first_not_of(" \t\r", line);
    if (start == std::string_view::npos) break;
    if (text.substr(start, 3) == "{-#") {
      resources_offset_ = start;
    } else if (text[start] == '#' || text[start] == '!') {
      const std::size_t end = text.find_first_of(" \t\r\n=<(.,", start);
      const std::size_t equals =
          end == std::string_view::npos ? end : text.find_first_not_of(" \t\r", end);
      if (equals != std::string_view::npos && text[equals] == '=') {
        aliases_.emplace(text.substr(start, end - start),
                         Alias{.name_offset = start, .offset = equals + 1});
      }
    }
    line = text.find('\n', start);
    if (line == std::string_view::npos) break;
    ++line;
  }
}

AttributeParser::Alias& AttributeParser::alias(const Token& name) {
  const auto found = aliases_.find(name.text);
  if (found == aliases_.end())
    lexer_.fail_at(name.offset, quote(name.text, 60) + " is defined nowhere in the file");
  return found->second;
}

void AttributeParser::alias_definition() {
  const Token name = lexer_.next();
  Alias& known = alias(name);
  lexer_.expect("=");
  if (known.name_offset != name.offset)
    lexer_.fail_at(name.offset, quote(name.text, 60) + " is defined twice");
  if (name.kind == Token::Kind::kType) {
    if (lexer_.is("("))
      function_type();
    else
      type();
  } else if (lexer_.is("loc")) {
    trailing_location();
  } else {
    attribute();
  }
}

std::optional<Site> AttributeParser::trailing_location() {
  if (!lexer_.accept("loc")) return std::nullopt;
  lexer_.expect("(");
  const Site result = location();
  lexer_.expect(")");
  return result;
}

// Of a chain of calls the innermost place counts, of several names the outermost: JAX's
// "jit(f)/mul".
Site AttributeParser::location() {
  const Lexer::Level level(lexer_);
  if (lexer_.accept("unknown")) return {};
  if (lexer_.is(Token::Kind::kHash)) {
    const Token name = lexer_.next();
    Alias& known = alias(name);
    if (!known.site) {
      known.site = at_definition(name, [&] {
        if (!lexer_.is("loc")) lexer_.fail_expected("loc(..)");
        return *trailing_location();
      });
    }
    return *known.site;
  }
  if (lexer_.accept("callsite")) {
    lexer_.expect("(");
    const Site callee = location();
    lexer_.expect("at");
    if (lexer_.is(Token::Kind::kHash))
      alias(lexer_.next());  // of which nobody asks
    else
      location();
    lexer_.expect(")");
    return callee;
  }
  if (lexer_.accept("fused")) {
    if (lexer_.accept("<")) {
      attribute();
      lexer_.expect(">");
    }
    lexer_.expect("[");
    Site result;
    do {
      if (lexer_.is("]")) break;
      const Site part = location();
      if (result.line == 0 && (part.line != 0 || result.scope.empty())) result = part;
    } while (lexer_.accept(","));
    lexer_.expect("]");
    return result;
  }
  const Token text = lexer_.expect(Token::Kind::kString, "a location");
  if (lexer_.is(":")) return file_location(text);
  Site result;
  if (lexer_.accept("(")) {
    result = location();
    lexer_.expect(")");
  }
  result.scope = intern(unescaped(text.text));
  return result;
}

// `"file":1:2` and ranges, `"file":1:2 to 3:4` or `to :4`.
Site AttributeParser::file_location(const Token& file) {
  const auto place = [&](std::string_view what) {
    const std::int64_t value = lexer_.integer(what);
    if (value < 0 || value > std::int64_t{0xFFFFFFFF})
      lexer_.fail(std::string(what) + " out of range");
    return static_cast<std::uint32_t>(value);
  };
  Site result;
  result.file = intern(unescaped(file.text)).data();
  lexer_.expect(":");
  result.line = place("a line");
  if (lexer_.accept(":")) result.column = place("a column");
  if (lexer_.accept("to")) {
    if (!lexer_.is(":")) place("a line");
    lexer_.expect(":");
    place("a column");
  }
  return result;
}

}  // namespace hilo::stablehlo::ir
