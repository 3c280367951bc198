#include "hilo/stablehlo/text_lexer.h"

#include <algorithm>
#include <charconv>

#include "hilo/core/text.h"

namespace hilo::stablehlo::ir {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_in_word(char c) { return is_letter(c) || is_digit(c) || c == '$' || c == '.'; }
int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

bool is_word(std::string_view text) {
  return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, is_in_word);
}

Lexer::Lexer(std::string_view text, std::string_view file) : text_(text), file_(file) { read(); }

Token Lexer::next() {
  const Token result = token_;
  read();
  return result;
}

bool Lexer::accept(std::string_view text) {
  if (!is(text)) return false;
  read();
  return true;
}

void Lexer::expect(std::string_view text) {
  if (!accept(text)) fail_expected("'" + std::string(text) + "'");
}

Token Lexer::expect(Token::Kind kind, std::string_view what) {
  if (token_.kind != kind) fail_expected(what);
  return next();
}

std::int64_t Lexer::integer(std::string_view what) {
  const bool is_negative = accept("-");
  const Token t = expect(Token::Kind::kInteger, what);
  std::uint64_t value = 0;
  const bool is_hex = t.text.starts_with("0x");
  const std::string_view digits = is_hex ? t.text.substr(2) : t.text;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, is_hex ? 16 : 10);
  constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
  if (error != std::errc{} || value > kSign || (value == kSign && !is_negative)) {
    fail_at(t.offset, std::string(what) + " does not fit 64 bits: " + quote(t.text, 40));
  }
  return static_cast<std::int64_t>(is_negative ? std::uint64_t{0} - value : value);
}

std::string Lexer::string(std::string_view what) {
  return unescaped(expect(Token::Kind::kString, what).text);
}

void Lexer::seek(std::size_t offset) {
  cursor_ = offset;
  read();
}

Position Lexer::position(std::size_t offset) {
  if (offset < known_offset_) {
    known_offset_ = known_line_start_ = 0;
    known_line_ = 1;
  }
  for (;;) {
    const std::size_t line_end = text_.substr(0, offset).find('\n', known_offset_);
    if (line_end == std::string_view::npos) break;
    known_offset_ = known_line_start_ = line_end + 1;
    ++known_line_;
  }
  known_offset_ = offset;
  return {known_line_, static_cast<std::uint32_t>(offset - known_line_start_ + 1), offset};
}

void Lexer::fail_at(std::size_t offset, std::string_view problem) {
  throw error_at(file_, position(offset), problem);
}

void Lexer::fail_expected(std::string_view what) {
  const std::string got =
      token_.kind == Token::Kind::kEnd ? "the end of the text" : quote(token_.text, 40);
  fail("got " + got + ", expected " + std::string(what));
}

Lexer::Level::Level(Lexer& lexer) : lexer_(lexer) {
  if (++lexer_.depth_ > kMaxDepth) {
    --lexer_.depth_;
    lexer_.fail("nested deeper than " + std::to_string(kMaxDepth) + " levels");
  }
}

void Lexer::skip_space() {
  while (cursor_ < text_.size()) {
    const char c = text_[cursor_];
    if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
      ++cursor_;
    } else if (c == '/' && text_.substr(cursor_, 2) == "//") {
      cursor_ = std::min(text_.find('\n', cursor_), text_.size());
    } else {
      return;
    }
  }
}

// Dashes belong to the names of values, attributes and types, but not the one of an arrow.
std::size_t Lexer::identifier_end(std::size_t from, bool takes_dash) const {
  std::size_t end = from;
  for (; end < text_.size(); ++end) {
    const char c = text_[end];
    if (is_in_word(c)) continue;
    if (takes_dash && c == '-' && text_.substr(end, 2) != "->") continue;
    break;
  }
  return end;
}

std::size_t Lexer::number_end(std::size_t from, Token::Kind& kind) const {
  const auto digits_end = [&](std::size_t at) {
    while (at < text_.size() && is_digit(text_[at])) ++at;
    return at;
  };
  kind = Token::Kind::kInteger;
  if (text_.substr(from, 2) == "0x" && from + 2 < text_.size() && hex_value(text_[from + 2]) >= 0) {
    std::size_t end = from + 2;
    while (end < text_.size() && hex_value(text_[end]) >= 0) ++end;
    return end;
  }
  std::size_t end = digits_end(from);
  if (end >= text_.size() || text_[end] != '.') return end;
  kind = Token::Kind::kFloat;
  end = digits_end(end + 1);
  if (end < text_.size() && (text_[end] == 'e' || text_[end] == 'E')) {
    std::size_t exponent = end + 1;
    if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) ++exponent;
    if (exponent < text_.size() && is_digit(text_[exponent])) end = digits_end(exponent);
  }
  return end;
}

std::size_t Lexer::string_end(std::size_t from) {
  for (std::size_t end = from + 1; end < text_.size(); ++end) {
    end = text_.find_first_of("\"\\\n", end);
    if (end == std::string_view::npos || text_[end] == '\n') break;
    if (text_[end] == '"') return end + 1;
    const std::string_view escape = text_.substr(end + 1, 2);
    if (escape.starts_with('"') || escape.starts_with('\\') || escape.starts_with('n') ||
        escape.starts_with('t')) {
      ++end;
    } else if (escape.size() == 2 && hex_value(escape[0]) >= 0 && hex_value(escape[1]) >= 0) {
      end += 2;
    } else {
      fail_at(end,
              R"(unknown escape in a string, expected \", \\, \n, \t or two hexadecimal digits)");
    }
  }
  fail_at(from, "a string without its closing quote");
}

void Lexer::read() {
  skip_space();
  using Kind = Token::Kind;
  const std::size_t start = cursor_;
  if (start >= text_.size()) {
    token_ = {Kind::kEnd, {}, text_.size()};
    return;
  }
  const char c = text_[start];
  Kind kind = Kind::kMark;
  std::size_t end = start + 1;
  if (is_letter(c)) {
    kind = Kind::kWord;
    end = identifier_end(end, false);
  } else if (is_digit(c)) {
    end = number_end(start, kind);
  } else if (c == '"') {
    kind = Kind::kString;
    end = string_end(start);
  } else if (c == '@') {
    kind = Kind::kSymbol;
    end = text_.substr(end, 1) == "\"" ? string_end(end) : identifier_end(end, false);
    if (end == start + 1) fail_at(start, "'@' without a name");
  } else if (c == '%' || c == '^' || c == '!' || (c == '#' && text_.substr(start, 3) != "#-}")) {
    kind = c == '%' ? Kind::kValue : c == '^' ? Kind::kBlock : c == '!' ? Kind::kType : Kind::kHash;
    end = identifier_end(end, true);
    if (end == start + 1) fail_at(start, std::string("'") + c + "' without a name");
  } else if (const std::string_view two = text_.substr(start, 2); two == "->" || two == "::") {
    end = start + 2;
  } else if (const std::string_view three = text_.substr(start, 3);
             three == "{-#" || three == "#-}") {
    end = start + 3;
  } else if (std::string_view("(){}[]<>:,=+-?*|/").find(c) == std::string_view::npos) {
    fail_at(start, "unexpected character " +
                       quote(text_.substr(
                           start, std::max<std::size_t>(utf8_length(text_.substr(start)), 1))));
  }
  token_ = {kind, text_.substr(start, end - start), start};
  cursor_ = end;
}

std::string unescaped(std::string_view literal) {
  std::string result;
  const std::string_view content = literal.substr(1, literal.size() - 2);
  result.reserve(content.size());
  for (std::size_t i = 0; i < content.size(); ++i) {
    if (content[i] != '\\') {
      result += content[i];
      continue;
    }
    switch (const char c = content[++i]) {
      case '"':
      case '\\':
        result += c;
        break;
      case 'n':
        result += '\n';
        break;
      case 't':
        result += '\t';
        break;
      default:
        result += static_cast<char>(hex_value(c) * 16 + hex_value(content[i + 1]));
        ++i;
    }
  }
  return result;
}

}  // namespace hilo::stablehlo::ir
