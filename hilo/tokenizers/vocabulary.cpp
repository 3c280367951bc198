#include "hilo/tokenizers/vocabulary.h"

#include <algorithm>
#include <bit>
#include <functional>

namespace hilo::tokenizers {

PieceIndex::PieceIndex(std::span<const std::string> pieces)
    : pieces_(pieces), slots_(std::bit_ceil(pieces.size() + pieces.size() / 2 + 1), -1) {}

// Where `text` is, or the free slot where it would go.
std::size_t PieceIndex::slot_of(std::string_view text) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = std::hash<std::string_view>{}(text)&mask;
  while (slots_[slot] >= 0 && pieces_[static_cast<std::size_t>(slots_[slot])] != text) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

bool PieceIndex::insert(TokenId id) {
  TokenId& slot = slots_[slot_of(pieces_[static_cast<std::size_t>(id)])];
  if (slot >= 0) return false;
  slot = id;
  return true;
}

std::optional<TokenId> PieceIndex::find(std::string_view text) const {
  if (slots_.empty()) return std::nullopt;
  const TokenId id = slots_[slot_of(text)];
  return id < 0 ? std::nullopt : std::optional(id);
}

PrefixMatcher::PrefixMatcher(std::span<const std::string> pieces, std::vector<TokenId> ids)
    : pieces_(pieces), ids_(std::move(ids)), first_byte_(257) {
  std::erase_if(ids_, [&](TokenId id) { return pieces_[static_cast<std::size_t>(id)].empty(); });
  const auto text = [&](TokenId id) -> std::string_view {
    return pieces_[static_cast<std::size_t>(id)];
  };
  std::ranges::stable_sort(ids_, {}, text);
  const auto repeats = std::ranges::unique(ids_, {}, text);
  ids_.erase(repeats.begin(), repeats.end());
  std::size_t i = 0;
  for (unsigned byte = 0; byte <= 256; ++byte) {
    while (i < ids_.size() && static_cast<unsigned char>(at(i)[0]) < byte) ++i;
    first_byte_[byte] = static_cast<std::uint32_t>(i);
  }
}

PrefixMatcher::Match PrefixMatcher::longest(std::string_view text) const {
  Match best;
  matches(text, [&](Match match) { best = match; });
  return best;
}

}  // namespace hilo::tokenizers
