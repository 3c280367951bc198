#pragma once
#include <memory>
#include <string_view>
#include <vector>

#include "hilo/tokenizers/sentencepiece_model.h"
#include "hilo/tokenizers/vocabulary.h"

namespace hilo::tokenizers {

/// Splits a text that holds no special tokens into pieces.
class Encoder {
 public:
  virtual ~Encoder() = default;
  /// Appends the ids of `text`. Any bytes will do; one that is no UTF-8 counts as U+FFFD.
  virtual void encode(std::string_view text, std::vector<TokenId>& ids) const = 0;
};

/// The encoder of a SentencePiece model, whose pieces are all in `index`.
/// Lifetime: both must outlive it.
std::unique_ptr<Encoder> sentencepiece_encoder(const SentencePieceModel& model, const PieceIndex& index,
                                               std::string_view name);

}  // namespace hilo::tokenizers
