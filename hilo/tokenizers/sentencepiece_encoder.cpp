#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>

#include "hilo/core/text.h"
#include "hilo/tokenizers/byte_pieces.h"
#include "hilo/tokenizers/encoder.h"
#include "hilo/tokenizers/merge.h"
#include "hilo/tokenizers/normalizer.h"

namespace hilo::tokenizers {
namespace {

// A run of the normalised text and its piece.
struct Part {
  std::string_view text;
  TokenId id;
};
using Parts = std::vector<Part>;

std::size_t character_length(std::string_view text) {
  return std::max<std::size_t>(utf8_length(text), 1);
}

std::vector<TokenId> ids_of(const Vocabulary& vocabulary, std::initializer_list<PieceType> types) {
  std::vector<TokenId> ids;
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    if (std::ranges::count(types, vocabulary.types[i]) > 0) ids.push_back(static_cast<TokenId>(i));
  }
  return ids;
}

class SentencePieceEncoder : public Encoder {
 public:
  SentencePieceEncoder(const SentencePieceModel& model, const PieceIndex& index, std::string_view name);
  void encode(std::string_view text, std::vector<TokenId>& ids) const override;

 private:
  [[nodiscard]] Parts split(std::string_view text) const;
  [[nodiscard]] std::vector<Symbol> symbols(std::string_view text) const;
  [[nodiscard]] Parts by_merges(std::string_view text) const;
  [[nodiscard]] Parts by_probability(std::string_view text) const;
  [[nodiscard]] Parts by_words(std::string_view text) const;
  [[nodiscard]] TokenId id_of(std::string_view text) const {
    return index_.find(text).value_or(unknown_);
  }

  const SentencePieceModel& model_;
  TokenId unknown_;
  const PieceIndex& index_;
  PrefixMatcher user_defined_,
      spelled_;  // spelled_: what text may be split into, for unigram models
  Normalizer normalizer_;
  std::array<TokenId, 256> bytes_{};
  float lowest_ = 0, highest_ = 0;  // scores of normal pieces
};

SentencePieceEncoder::SentencePieceEncoder(const SentencePieceModel& model, const PieceIndex& index,
                                           std::string_view name)
    : model_(model),
      unknown_(*model.vocabulary.unknown),
      index_(index),
      user_defined_(model.vocabulary.pieces, ids_of(model.vocabulary, {PieceType::kUserDefined})),
      normalizer_(model.normalizer, user_defined_, model.puts_whitespace_last, name) {
  const Vocabulary& vocabulary = model.vocabulary;
  lowest_ = std::numeric_limits<float>::max();
  highest_ = std::numeric_limits<float>::lowest();
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    if (vocabulary.types[i] != PieceType::kNormal) continue;
    lowest_ = std::min(lowest_, vocabulary.scores[i]);
    highest_ = std::max(highest_, vocabulary.scores[i]);
  }
  if (model.kind == SplitKind::kUnigram) {
    spelled_ = PrefixMatcher(vocabulary.pieces,
                             ids_of(vocabulary, {PieceType::kNormal, PieceType::kUserDefined}));
  }
  if (model.has_byte_fallback) bytes_ = byte_ids(vocabulary, name);
}

// Unknown text becomes bytes, or one unknown piece a run.
void SentencePieceEncoder::encode(std::string_view text, std::vector<TokenId>& ids) const {
  const std::string normalized = normalizer_.normalize(text);
  bool follows_unknown = false;
  for (const Part& part : split(normalized)) {
    const bool is_unknown = part.id == unknown_;
    if (is_unknown && model_.has_byte_fallback) {
      for (const char c : part.text) ids.push_back(bytes_[static_cast<unsigned char>(c)]);
      continue;
    }
    if (!is_unknown || !follows_unknown) ids.push_back(part.id);
    follows_unknown = is_unknown;
  }
}

Parts SentencePieceEncoder::split(std::string_view text) const {
  switch (model_.kind) {
    case SplitKind::kBpe:
      return by_merges(text);
    case SplitKind::kUnigram:
      return by_probability(text);
    case SplitKind::kWord:
      return by_words(text);
    case SplitKind::kCharacter:
      break;
  }
  Parts parts;
  for (const Symbol& symbol : symbols(text)) parts.push_back({symbol.text, symbol.id});
  return parts;
}

// Characters, and texts that the user defined, whole.
std::vector<Symbol> SentencePieceEncoder::symbols(std::string_view text) const {
  std::vector<Symbol> result;
  result.reserve(text.size());
  while (!text.empty()) {
    const std::size_t defined = user_defined_.longest(text).length;
    const std::size_t length = defined > 0 ? defined : character_length(text);
    result.push_back({.text = text.substr(0, length),
                      .id = id_of(text.substr(0, length)),
                      .is_frozen = defined > 0});
    text.remove_prefix(length);
  }
  return result;
}

// A piece that is not in use may be a step on the way to another; where it is left, its parts stand
// in its place.
Parts SentencePieceEncoder::by_merges(std::string_view text) const {
  std::vector<Symbol> symbols_of_text = symbols(text);
  std::unordered_map<std::string_view, std::size_t>
      unused;  // what it is, and the bytes of its left part
  const Vocabulary& vocabulary = model_.vocabulary;
  merge_all(symbols_of_text, [&](const Symbol& left, const Symbol& right) -> std::optional<Merge> {
    const std::string_view both(left.text.data(), left.text.size() + right.text.size());
    const auto id = index_.find(both);
    if (!id) return std::nullopt;
    const auto i = static_cast<std::size_t>(*id);
    const PieceType type = vocabulary.types[i];
    if (type != PieceType::kNormal && type != PieceType::kUserDefined && type != PieceType::kUnused)
      return std::nullopt;
    if (type == PieceType::kUnused) unused[both] = left.text.size();
    return Merge{vocabulary.scores[i], *id};
  });
  Parts parts;
  std::vector<std::string_view> pending;
  for (const Symbol& symbol : symbols_of_text) {
    if (symbol.text.empty()) continue;
    pending.assign(1, symbol.text);
    while (!pending.empty()) {
      const std::string_view part = pending.back();
      pending.pop_back();
      const TokenId id = id_of(part);
      const auto halves = vocabulary.types[static_cast<std::size_t>(id)] == PieceType::kUnused
                              ? unused.find(part)
                              : unused.end();
      if (halves == unused.end()) {
        parts.push_back({part, id});
      } else {
        pending.push_back(part.substr(halves->second));
        pending.push_back(part.substr(0, halves->second));
      }
    }
  }
  return parts;
}

// The split whose pieces have the highest sum of scores (log-probabilities); of equal ones the one
// found first. Sums are held in f32, as SentencePiece does, since that decides between near ones.
Parts SentencePieceEncoder::by_probability(std::string_view text) const {
  struct Best {
    float score = 0;
    std::int64_t begin = -1;  // of the last piece; -1: nothing ends here
    TokenId id = -1;
  };
  constexpr float kUnknownPenalty = 10;
  const Vocabulary& vocabulary = model_.vocabulary;
  std::vector<Best> best(text.size() + 1);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::string_view rest = text.substr(begin);
    const float so_far = best[begin].score;
    const std::size_t one = std::min(character_length(rest), rest.size());
    bool spells_one = false;
    const auto offer = [&](std::size_t length, float score, TokenId id) {
      Best& end = best[begin + length];
      const float candidate = score + so_far;
      if (end.begin >= 0 && candidate <= end.score) return;
      end = {candidate, static_cast<std::int64_t>(begin), id};
    };
    spelled_.matches(rest, [&](PrefixMatcher::Match match) {
      const auto i = static_cast<std::size_t>(match.id);
      const bool is_defined = vocabulary.types[i] == PieceType::kUserDefined;
      const float score =
          is_defined ? static_cast<float>(match.length) * highest_ - 0.1F : vocabulary.scores[i];
      offer(match.length, score, match.id);
      spells_one = spells_one || match.length == one;
    });
    if (!spells_one) offer(one, lowest_ - kUnknownPenalty, unknown_);
    begin += one;
  }
  Parts parts;
  for (std::size_t end = text.size(); end > 0;) {
    const auto begin = static_cast<std::size_t>(best[end].begin);
    parts.push_back({text.substr(begin, end - begin), best[end].id});
    end = begin;
  }
  std::ranges::reverse(parts);
  return parts;
}

// Words begin with "▁", or end with it.
Parts SentencePieceEncoder::by_words(std::string_view text) const {
  Parts parts;
  const auto add = [&](std::string_view word) {
    if (!word.empty()) parts.push_back({word, id_of(word)});
  };
  std::size_t begin = 0;
  for (std::size_t at = text.find(kSpaceMark); at != text.npos;
       at = text.find(kSpaceMark, at + kSpaceMark.size())) {
    const std::size_t cut = model_.puts_whitespace_last ? at + kSpaceMark.size() : at;
    add(text.substr(begin, cut - begin));
    begin = cut;
  }
  add(text.substr(begin));
  return parts;
}

}  // namespace

std::unique_ptr<Encoder> sentencepiece_encoder(const SentencePieceModel& model, const PieceIndex& index,
                                               std::string_view name) {
  return std::make_unique<SentencePieceEncoder>(model, index, name);
}

}  // namespace hilo::tokenizers
