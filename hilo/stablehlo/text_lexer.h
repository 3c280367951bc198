#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "hilo/stablehlo/ir.h"

namespace hilo::stablehlo::ir {

/// A word of MLIR text.
struct Token {
  enum class Kind : std::uint8_t {
    kEnd,
    kWord,     ///< `stablehlo.add`, `tensor`
    kInteger,  ///< `12`, `0x7F`
    kFloat,    ///< `1.0e-3`
    kString,   ///< `"..."`, with its quotes
    kSymbol,   ///< `@main`, `@"a b"`
    kValue,    ///< `%arg0`
    kBlock,    ///< `^bb0`
    kHash,     ///< `#stablehlo.gather`, `#1` behind a value
    kType,     ///< `!stablehlo.token`
    kMark,     ///< `(`, `->`, `::`
  };
  Kind kind = Kind::kEnd;
  std::string_view text{};
  std::size_t offset = 0;
};

/// Whether `text` is one `Token::Kind::kWord`.
bool is_word(std::string_view text);

/// Cuts MLIR text into tokens, one ahead.
class Lexer {
 public:
  static constexpr int kMaxDepth = 200;

  Lexer(std::string_view text, std::string_view file);

  [[nodiscard]] const Token& peek() const { return token_; }
  [[nodiscard]] bool is(std::string_view text) const {
    return token_.text == text && is_plain(token_);
  }
  [[nodiscard]] bool is(Token::Kind kind) const { return token_.kind == kind; }
  Token next();
  /// Takes the next token if it is this word or mark.
  bool accept(std::string_view text);
  void expect(std::string_view text);
  /// `what` names it in the message.
  Token expect(Token::Kind kind, std::string_view what);

  /// A whole number, with a sign.
  std::int64_t integer(std::string_view what);
  /// What stands between the quotes, escapes undone.
  std::string string(std::string_view what);

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::string_view file() const { return file_; }
  /// Goes on from there.
  void seek(std::size_t offset);

  /// Lines and columns of offsets that mostly grow.
  [[nodiscard]] Position position(std::size_t offset);
  [[noreturn]] void fail(std::string_view problem) { fail_at(token_.offset, problem); }
  [[noreturn]] void fail_at(std::size_t offset, std::string_view problem);
  /// "got X, expected WHAT".
  [[noreturn]] void fail_expected(std::string_view what);

  /// One level of nesting, while it lives; too many are refused.
  class Level {
   public:
    explicit Level(Lexer& lexer);
    ~Level() { --lexer_.depth_; }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;

   private:
    Lexer& lexer_;
  };

 private:
  static bool is_plain(const Token& t) {
    return t.kind == Token::Kind::kWord || t.kind == Token::Kind::kMark;
  }
  void read();
  void skip_space();
  [[nodiscard]] std::size_t identifier_end(std::size_t from, bool takes_dash) const;
  [[nodiscard]] std::size_t number_end(std::size_t from, Token::Kind& kind) const;
  [[nodiscard]] std::size_t string_end(std::size_t from);

  std::string_view text_, file_;
  std::size_t cursor_ = 0;  // behind token_
  Token token_;
  int depth_ = 0;
  std::size_t known_offset_ = 0, known_line_start_ = 0;  // of the last position asked for
  std::uint32_t known_line_ = 1;
};

/// The content of a string literal, given with its quotes.
std::string unescaped(std::string_view literal);

}  // namespace hilo::stablehlo::ir
