// Bytes as a SentencePiece model, a tokenizer.json, a regular expression or a JSON schema, by their
// first byte. What is read is used: a text goes in and comes out, and every id is decoded.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/tokenizers/automaton.h"
#include "hilo/tokenizers/tokenizer.h"

namespace {

using namespace hilo::tokenizers;

constexpr std::string_view kText =
    "Hello  w\xC3\xB6rld \xE2\x96\x81<bos>\n\xF0\x9F\x98\x80\xFF\xEF\xAC\x81 12";

void use(const Tokenizer& tokenizer) {
  const auto ids = tokenizer.encode(kText, {.adds_bos = true, .parses_special = true});
  if (!hilo::is_utf8(tokenizer.decode(ids))) __builtin_trap();
  for (std::size_t id = 0; id < tokenizer.size(); ++id) {
    const TokenId one[] = {static_cast<TokenId>(id)};
    if (!hilo::is_utf8(tokenizer.decode(one, {.shows_special = true}))) __builtin_trap();
  }
}

void walk(const Pattern& pattern) {
  Automaton automaton(pattern);
  auto state = Automaton::kStart;
  for (const char c : kText) state = automaton.next(state, static_cast<unsigned char>(c));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  try {
    switch (data[0]) {
      case 'j':
        use(Tokenizer::from_json(text, "x.json"));
        break;
      case 'r':
        walk(parse_regex(text).pattern);
        break;
      case 's':
        walk(pattern_of_schema(text));
        break;
      default:
        use(Tokenizer::from_sentencepiece(std::as_bytes(std::span(data, size)).subspan(1),
                                          "x.model"));
    }
  } catch (const hilo::Error&) {  // refused
  }
  return 0;
}
