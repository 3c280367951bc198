#pragma once
#include <array>
#include <optional>
#include <string_view>

#include "hilo/tokenizers/vocabulary.h"

namespace hilo::tokenizers {

/// The byte that "<0x41>" stands for; nothing for any other text.
std::optional<unsigned char> byte_of(std::string_view piece);

/// The ids of the 256 byte pieces.
/// Throws:  FormatError that names the first byte without a piece.
std::array<TokenId, 256> byte_ids(const Vocabulary& vocabulary, std::string_view name);

}  // namespace hilo::tokenizers
