#include <cstring>

#include "hilo/tokenizers/sentencepiece_model.h"

namespace hilo::tokenizers {
namespace {

// A message of protocol buffers, field by field.
class WireWriter {
 public:
  void number(std::uint64_t field, std::uint64_t value) {
    varint(field << 3);
    varint(value);
  }
  void real(std::uint64_t field, float value) {
    varint(field << 3 | 5);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void text(std::uint64_t field, std::string_view value) {
    varint(field << 3 | 2);
    varint(value.size());
    bytes_.append(value);
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_{};
};

std::string trainer_of(const SentencePieceModel& model) {
  const Vocabulary& vocabulary = model.vocabulary;
  WireWriter trainer;
  trainer.number(3, static_cast<std::uint64_t>(model.kind));
  trainer.number(4, vocabulary.size());
  trainer.number(24, model.puts_whitespace_last ? 1 : 0);
  trainer.number(35, model.has_byte_fallback ? 1 : 0);
  const std::optional<TokenId> ids[] = {vocabulary.unknown, vocabulary.bos, vocabulary.eos,
                                        vocabulary.pad};
  for (std::uint64_t i = 0; i < 4; ++i) {  // -1: there is none
    trainer.number(40 + i, static_cast<std::uint64_t>(std::int64_t{ids[i].value_or(-1)}));
  }
  trainer.text(44, model.unknown_surface);
  for (std::uint64_t i = 0; i < 4; ++i) {
    if (ids[i]) trainer.text(45 + i, vocabulary.pieces[static_cast<std::size_t>(*ids[i])]);
  }
  return trainer.bytes();
}

}  // namespace

std::string sentencepiece_bytes(const SentencePieceModel& model) {
  const Vocabulary& vocabulary = model.vocabulary;
  WireWriter file;
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    WireWriter piece;
    piece.text(1, vocabulary.pieces[i]);
    piece.real(2, vocabulary.scores[i]);
    piece.number(3, static_cast<std::uint64_t>(vocabulary.types[i]));
    file.text(1, piece.bytes());
  }
  file.text(2, trainer_of(model));
  const NormalizerRules& rules = model.normalizer;
  WireWriter normalizer;
  normalizer.text(1, rules.character_map.empty() ? "identity" : "user_defined");
  normalizer.text(2, rules.character_map);
  normalizer.number(3, rules.adds_dummy_prefix ? 1 : 0);
  normalizer.number(4, rules.removes_extra_whitespaces ? 1 : 0);
  normalizer.number(5, rules.escapes_whitespaces ? 1 : 0);
  file.text(3, normalizer.bytes());
  return file.bytes();
}

}  // namespace hilo::tokenizers
