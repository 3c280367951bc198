#include "hilo/tokenizers/sentencepiece_model.h"

#include <bit>
#include <cmath>
#include <utility>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/tokenizers/byte_pieces.h"
#include "hilo/tokenizers/wire_reader.h"

namespace hilo::tokenizers {
namespace {

// A piece's text, type and score: ModelProto.SentencePiece.
void read_piece(WireReader reader, Vocabulary& vocabulary) {
  std::string text;
  float score = 0;
  auto type = PieceType::kNormal;
  while (reader.next()) {
    if (reader.field() == 1) {
      text = reader.text();
    } else if (reader.field() == 2) {
      score = reader.real();
    } else if (reader.field() == 3) {
      const std::uint64_t number = reader.number();
      if (number < 1 || number > 6) {
        reader.fail("piece " + std::to_string(vocabulary.size()) + " has type " +
                    std::to_string(number) + "; expected 1 to 6");
      }
      type = static_cast<PieceType>(number);
    } else {
      reader.skip();
    }
  }
  vocabulary.pieces.push_back(std::move(text));
  vocabulary.scores.push_back(score);
  vocabulary.types.push_back(type);
}

// TrainerSpec: only what matters after training. Ids are int32; -1 means that there is none.
void read_trainer(WireReader reader, SentencePieceModel& model) {
  const auto id = [&]() -> std::optional<TokenId> {
    const auto value = static_cast<std::int32_t>(static_cast<std::uint32_t>(reader.number()));
    return value < 0 ? std::nullopt : std::optional<TokenId>(value);
  };
  while (reader.next()) {
    switch (reader.field()) {
      case 3: {
        const std::uint64_t kind = reader.number();
        if (kind < 1 || kind > 4) {
          reader.fail("model type " + std::to_string(kind) +
                      "; expected 1 to 4 (unigram, BPE, word, char)");
        }
        model.kind = static_cast<SplitKind>(kind);
        break;
      }
      case 24:
        model.puts_whitespace_last = reader.number() != 0;
        break;
      case 35:
        model.has_byte_fallback = reader.number() != 0;
        break;
      case 41:
        model.vocabulary.bos = id();
        break;
      case 42:
        model.vocabulary.eos = id();
        break;
      case 43:
        model.vocabulary.pad = id();
        break;
      case 44:
        model.unknown_surface = reader.text();
        break;
      default:
        reader.skip();
    }
  }
}

void read_normalizer(WireReader reader, NormalizerRules& rules) {
  while (reader.next()) {
    switch (reader.field()) {
      case 2:
        rules.character_map = reader.text();
        break;
      case 3:
        rules.adds_dummy_prefix = reader.number() != 0;
        break;
      case 4:
        rules.removes_extra_whitespaces = reader.number() != 0;
        break;
      case 5:
        rules.escapes_whitespaces = reader.number() != 0;
        break;
      default:
        reader.skip();
    }
  }
}

}  // namespace

SentencePieceModel parse_sentencepiece(std::span<const std::byte> bytes, std::string_view name) {
  SentencePieceModel model;
  // The defaults of the format, for a file that does not say.
  model.vocabulary.bos = 1;
  model.vocabulary.eos = 2;
  WireReader reader(bytes, name);
  while (reader.next()) {
    switch (reader.field()) {
      case 1:
        read_piece(reader.message(), model.vocabulary);
        break;
      case 2:
        read_trainer(reader.message(), model);
        break;
      case 3:
        read_normalizer(reader.message(), model.normalizer);
        break;
      default:
        reader.skip();
    }
  }
  Vocabulary& vocabulary = model.vocabulary;
  if (vocabulary.pieces.empty()) {
    throw FormatError(name, "a SentencePiece model without pieces; expected at least one");
  }
  for (std::size_t i = 0; i < vocabulary.size() && !vocabulary.unknown; ++i) {
    if (vocabulary.types[i] == PieceType::kUnknown) vocabulary.unknown = static_cast<TokenId>(i);
  }
  // A file may name ids that no piece has (T5 has no <bos>); they are not there then.
  for (std::optional<TokenId>* id : {&vocabulary.bos, &vocabulary.eos, &vocabulary.pad}) {
    if (*id && (static_cast<std::size_t>(**id) >= vocabulary.size() ||
                vocabulary.types[static_cast<std::size_t>(**id)] != PieceType::kControl)) {
      id->reset();
    }
  }
  check_model(model, name);
  return model;
}

void check_model(const SentencePieceModel& model, std::string_view name) {
  const Vocabulary& vocabulary = model.vocabulary;
  const std::size_t size = vocabulary.size();
  const auto refuse = [&](std::size_t id, const std::string& problem) {
    throw FormatError(
        name, "piece " + std::to_string(id) + " (" + quote(vocabulary.pieces[id]) + ") " + problem);
  };
  if (vocabulary.scores.size() != size || vocabulary.types.size() != size) {
    throw FormatError(name, std::to_string(size) + " pieces, " +
                                std::to_string(vocabulary.scores.size()) + " scores, " +
                                std::to_string(vocabulary.types.size()) +
                                " types; expected as many of each");
  }
  PieceIndex seen(vocabulary.pieces);
  bool has_unknown = false;
  for (std::size_t i = 0; i < size; ++i) {
    const PieceType type = vocabulary.types[i];
    if (vocabulary.pieces[i].empty()) refuse(i, "has no text");
    if (!is_utf8(vocabulary.pieces[i])) refuse(i, "is no UTF-8");
    if (std::isnan(vocabulary.scores[i])) refuse(i, "has a score that is no number");
    if (!seen.insert(static_cast<TokenId>(i))) {
      refuse(i, "has the text of piece " + std::to_string(*seen.find(vocabulary.pieces[i])));
    }
    if (type == PieceType::kUnknown && std::exchange(has_unknown, true)) {
      refuse(i, "is a second unknown piece; expected one");
    }
    if (type == PieceType::kByte && !byte_of(vocabulary.pieces[i])) {
      refuse(i, "is of type byte; expected a text from <0x00> to <0xFF>");
    }
  }
  if (!vocabulary.unknown || static_cast<std::size_t>(*vocabulary.unknown) >= size) {
    throw FormatError(name, "no unknown piece; expected one of type 2");
  }
  for (const std::optional<TokenId>& id : {vocabulary.bos, vocabulary.eos, vocabulary.pad}) {
    if (id && (*id < 0 || static_cast<std::size_t>(*id) >= size)) {
      throw FormatError(name, "special id " + std::to_string(*id) + "; expected less than " +
                                  std::to_string(size));
    }
  }
  if (!is_utf8(model.unknown_surface)) {
    throw FormatError(
        name, "the text of the unknown piece, " + quote(model.unknown_surface) + ", is no UTF-8");
  }
  if (model.has_byte_fallback) byte_ids(vocabulary, name);
}

}  // namespace hilo::tokenizers
