#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hilo::tokenizers {

using TokenId = std::int32_t;

/// What a piece is for. The numbers are those of SentencePiece's and GGUF's files.
enum class PieceType : std::uint8_t {
  kNormal = 1,
  kUnknown = 2,      ///< stands for text that no piece spells
  kControl = 3,      ///< <bos>, <eos>: never matched in text unless asked, writes nothing
  kUserDefined = 4,  ///< matched in text before anything else, and never merged with its neighbours
  kUnused = 5,       ///< has an id, is never produced
  kByte = 6,         ///< <0x00> .. <0xFF>: one byte of a character that no piece spells
};

/// "▁", which stands for a space inside of pieces.
inline constexpr std::string_view kSpaceMark = "\xE2\x96\x81";
/// U+FFFD, which stands for a byte that is no UTF-8.
inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// The pieces of a tokenizer by id, and the ids that have a meaning of their own.
/// Shapes:  pieces, scores and types are of one length; scores may be empty where merges say the
/// order.
struct Vocabulary {
  std::vector<std::string> pieces{};
  std::vector<float> scores{};
  std::vector<PieceType> types{};
  std::optional<TokenId> unknown{}, bos{}, eos{}, pad{};
  bool adds_bos = false;  ///< the file asks for <bos> before a text

  [[nodiscard]] std::size_t size() const { return pieces.size(); }
};

/// Finds a piece's id by its text: a table of ids, hashed by what they spell. Of equal texts the
/// first stays. Lifetime: the pieces must outlive it.
class PieceIndex {
 public:
  PieceIndex() = default;
  explicit PieceIndex(std::span<const std::string> pieces);  ///< reserves room; holds nothing yet

  /// False if a piece of that text is in it already.
  bool insert(TokenId id);
  [[nodiscard]] std::optional<TokenId> find(std::string_view text) const;

 private:
  [[nodiscard]] std::size_t slot_of(std::string_view text) const;

  std::span<const std::string> pieces_{};
  std::vector<TokenId> slots_{};  // -1 where free; a power of two of them
};

/// Finds which of a set of texts a text begins with.
/// Lifetime: the pieces must outlive it.
class PrefixMatcher {
 public:
  struct Match {
    std::size_t length = 0;  ///< bytes; 0: none
    TokenId id = -1;
  };

  PrefixMatcher() = default;
  /// Those of `pieces` that are named by `ids`; empty ones are left out.
  PrefixMatcher(std::span<const std::string> pieces, std::vector<TokenId> ids);

  [[nodiscard]] bool is_empty() const { return ids_.empty(); }
  /// Every match at the beginning of `text`, shortest first.
  template <class Visit>
  void matches(std::string_view text, Visit visit) const;
  [[nodiscard]] Match longest(std::string_view text) const;

 private:
  [[nodiscard]] std::string_view at(std::size_t i) const {
    return pieces_[static_cast<std::size_t>(ids_[i])];
  }

  std::span<const std::string> pieces_{};
  std::vector<TokenId> ids_{};               // by their texts, sorted
  std::vector<std::uint32_t> first_byte_{};  // where the texts that begin with a byte begin
};

// The texts that begin with the bytes read so far are neighbours; every further byte narrows them.
template <class Visit>
void PrefixMatcher::matches(std::string_view text, Visit visit) const {
  if (ids_.empty() || text.empty()) return;
  const auto first = static_cast<unsigned char>(text[0]);
  std::size_t begin = first_byte_[first], end = first_byte_[first + 1U];
  for (std::size_t length = 1; begin < end; ++length) {
    if (at(begin).size() == length) visit(Match{length, ids_[begin++]});
    if (length == text.size() || begin == end) return;
    const auto byte = static_cast<unsigned char>(text[length]);
    const auto narrow = [&](std::size_t low, std::size_t high, unsigned limit) {
      while (low < high) {
        const std::size_t middle = low + (high - low) / 2;
        if (static_cast<unsigned char>(at(middle)[length]) < limit) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    };
    begin = narrow(begin, end, byte);
    end = narrow(begin, end, byte + 1U);
  }
}

}  // namespace hilo::tokenizers
