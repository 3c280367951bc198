// Bytes as a SentencePiece model, a tokenizer.json, the vocabulary of a GGUF file, a regular
// expression or a JSON schema, by their first byte. What is read is used: a text goes in and comes
// out, every id is decoded, a model is written and read again, answers are held to a pattern.
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "fuzz/target.h"
#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/formats/gguf.h"
#include "hilo/tokenizers/chat.h"
#include "hilo/tokenizers/constraint.h"
#include "hilo/tokenizers/gguf_vocabulary.h"
#include "hilo/tokenizers/tokenizer.h"

namespace {

using namespace hilo::tokenizers;

constexpr std::string_view kText =
    "Hello  w\xC3\xB6rld \xE2\x96\x81<bos>\n\xF0\x9F\x98\x80\xFF\xEF\xAC\x81 12";

void expect(bool holds) {
  if (!holds) __builtin_trap();
}

// Runs `f`, which may refuse.
template <class F>
void attempt(F f) {
  try {
    f();
  } catch (const hilo::Error&) {
  }
}

void talk(const Tokenizer& tokenizer) {
  const Turn turns[] = {{Role::kSystem, "Be\xFF"}, {Role::kUser, " <end_of_turn>\xC2\xA0"}, {}};
  attempt([&] { static_cast<void>(chat_ids(tokenizer, std::span(turns).first(2))); });
  attempt([&] { static_cast<void>(chat_stop_ids(tokenizer)); });
  for (const auto generation : {GemmaGeneration::kGemma2, GemmaGeneration::kGemma3}) {
    for (std::size_t first = 0; first <= 3; ++first) {
      attempt([&] {
        static_cast<void>(chat_text(std::span(turns).subspan(first), {.generation = generation}));
      });
    }
  }
}

void use(const Tokenizer& tokenizer) {
  const auto ids = tokenizer.encode(kText, {.adds_bos = true, .parses_special = true});
  const std::string text = tokenizer.decode(ids);
  expect(hilo::is_utf8(text));
  std::string streamed;
  StreamDecoder stream(tokenizer);
  for (const TokenId id : ids) streamed += stream.push(id);
  expect(streamed + stream.finish() == text);
  for (std::size_t i = 0; i < tokenizer.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    expect(hilo::is_utf8(tokenizer.decode(std::span(&id, 1), {.shows_special = true})));
    expect(tokenizer.find(tokenizer.piece(id)).has_value());
  }
  attempt([&] { static_cast<void>(tokenizer.piece(static_cast<TokenId>(tokenizer.size()))); });
  talk(tokenizer);
}

void use(const SentencePieceModel& model) {
  const std::string bytes = sentencepiece_bytes(model);
  const auto again = parse_sentencepiece(std::as_bytes(std::span(bytes)), "again.model");
  expect(sentencepiece_bytes(again) == bytes);
  attempt([&] { static_cast<void>(gguf_metadata(model, model.vocabulary.size() + 1)); });
  attempt([&] { static_cast<void>(gguf_metadata(model, 2)); });
  use(Tokenizer::from_model(model, "x.model"));
}

// The bytes, two words and an end.
std::shared_ptr<const TokenTable> small_table() {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  SentencePieceModel model;
  auto& [pieces, scores, types, unknown, bos, eos, pad, adds_bos] = model.vocabulary;
  pieces = {"<unk>", "<eos>", "Hello", "Hell"};
  types = {PieceType::kUnknown, PieceType::kControl, PieceType::kNormal, PieceType::kNormal};
  for (std::size_t i = 0; i < 256; ++i) {
    pieces.push_back({'<', '0', 'x', kDigits[i / 16], kDigits[i % 16], '>'});
    types.push_back(PieceType::kByte);
  }
  scores.assign(pieces.size(), 0);
  unknown = 0;
  eos = 1;
  model.has_byte_fallback = true;
  return std::make_shared<TokenTable>(Tokenizer::from_model(model, "bytes"), pieces.size() + 5);
}

// Answers to the pattern: always the first token that is allowed from some id on.
void answer(const Pattern& pattern) {
  static const auto table = small_table();
  Constraint constraint(table, pattern, {1});
  for (TokenId from = 0, steps = 0; steps < 12 && !constraint.is_finished(); ++steps) {
    const auto allowed = constraint.allowed();
    const auto is_allowed = [&](TokenId id) {
      return (allowed[static_cast<std::size_t>(id) / 32] >> (id % 32) & 1) != 0;
    };
    const auto width = static_cast<TokenId>(table->width());
    for (TokenId i = 0; i < width; ++i, from = (from + 37) % width) {
      if (is_allowed(from)) break;
    }
    expect(is_allowed(from));
    constraint.accept(from);
  }
  attempt([&] { constraint.accept(1); });
  attempt([&] { constraint.accept(0); });
  constraint.restart();
  expect(!constraint.is_finished());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const hilo::fuzz::MemoryBound bound(size);
  if (size == 0) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto bytes = std::as_bytes(std::span(text));
  attempt([&] {
    switch (data[0]) {
      case 'j':
        return use(Tokenizer::from_json(text, "x.json"));
      case 'g':
        return use(Tokenizer::from_gguf(hilo::formats::GgufFile::parse(bytes, nullptr, "x.gguf")));
      case 'r':
        return answer(parse_regex(text).pattern);
      case 's':
        return answer(pattern_of_schema(text));
      default:
        return use(parse_sentencepiece(bytes, "x.model"));
    }
  });
  return 0;
}
