#include "hilo/tokenizers/byte_pieces.h"

#include <string>

#include "hilo/core/error.h"

namespace hilo::tokenizers {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEF";

}  // namespace

std::optional<unsigned char> byte_of(std::string_view piece) {
  if (piece.size() != 6 || !piece.starts_with("<0x") || piece[5] != '>') return std::nullopt;
  const std::size_t high = kDigits.find(piece[3]), low = kDigits.find(piece[4]);
  if (high == kDigits.npos || low == kDigits.npos) return std::nullopt;
  return static_cast<unsigned char>(high * 16 + low);
}

std::array<TokenId, 256> byte_ids(const Vocabulary& vocabulary, std::string_view name) {
  std::array<TokenId, 256> ids;
  ids.fill(-1);
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    if (vocabulary.types[i] != PieceType::kByte) continue;
    if (const auto byte = byte_of(vocabulary.pieces[i])) ids[*byte] = static_cast<TokenId>(i);
  }
  for (std::size_t byte = 0; byte < ids.size(); ++byte) {
    if (ids[byte] >= 0) continue;
    throw FormatError(name, std::string("no piece for the byte <0x") + kDigits[byte / 16] +
                                kDigits[byte % 16] +
                                ">; expected all 256 where there is byte fallback");
  }
  return ids;
}

}  // namespace hilo::tokenizers
