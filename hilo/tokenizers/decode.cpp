#include <algorithm>

#include "hilo/core/text.h"
#include "hilo/tokenizers/byte_pieces.h"
#include "hilo/tokenizers/tokenizer_state.h"

namespace hilo::tokenizers {
namespace {

std::string with_spaces(std::string_view piece) {
  std::string text;
  text.reserve(piece.size());
  while (!piece.empty()) {
    if (piece.starts_with(kSpaceMark)) {
      text += ' ';
      piece.remove_prefix(kSpaceMark.size());
    } else {
      text += piece[0];
      piece.remove_prefix(1);
    }
  }
  return text;
}

// Whether more bytes could make a character of these, which are none yet.
bool may_become_character(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes[0]);
  const std::size_t needed = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
  if (bytes.size() >= needed) return false;
  // Some completion is UTF-8 if any is: the second byte decides, and its extremes are enough to
  // try.
  for (const char filler : {'\x80', '\x90', '\xBF'}) {
    std::string whole(bytes);
    whole.resize(needed, filler);
    if (utf8_length(whole) == needed) return true;
  }
  return false;
}

}  // namespace

std::string Tokenizer::bytes_of(TokenId id) const {
  const std::string& text = piece(id);
  switch (vocabulary().types[static_cast<std::size_t>(id)]) {
    case PieceType::kControl:
      return {};
    case PieceType::kUnknown:
      return state_->model.unknown_surface;
    case PieceType::kByte:
      return std::string(1, static_cast<char>(*byte_of(text)));
    default:
      return with_spaces(text);
  }
}

StreamDecoder::StreamDecoder(Tokenizer tokenizer, DecodeOptions options)
    : tokenizer_(std::move(tokenizer)), options_(options) {}

// Moves whole characters from bytes_ to `out`; a byte that can be part of none becomes U+FFFD.
void StreamDecoder::settle(bool is_end, std::string& out) {
  std::string_view rest = bytes_;
  while (!rest.empty()) {
    const std::size_t length = utf8_length(rest);
    if (length == 0 && !is_end && may_become_character(rest)) break;
    out += length > 0 ? rest.substr(0, length) : kReplacement;
    rest.remove_prefix(std::max<std::size_t>(length, 1));
  }
  bytes_.erase(0, bytes_.size() - rest.size());
}

std::string StreamDecoder::push(TokenId id) {
  std::string out;
  const std::string& piece = tokenizer_.piece(id);
  const PieceType type = tokenizer_.vocabulary().types[static_cast<std::size_t>(id)];
  if (type == PieceType::kByte) {
    bytes_ += tokenizer_.bytes_of(id);
    settle(false, out);
    is_at_beginning_ = false;
    return out;
  }
  settle(true, out);
  const LeadingSpace leading_space = tokenizer_.state_->leading_space;
  if (type == PieceType::kControl) return options_.shows_special ? out + piece : out;
  std::string_view text = piece;
  const bool is_plain = type != PieceType::kUnknown;
  bool stays_at_beginning = false;
  if (is_at_beginning_ && is_plain && leading_space != LeadingSpace::kKept &&
      text.starts_with(kSpaceMark)) {
    text.remove_prefix(kSpaceMark.size());
    stays_at_beginning = leading_space == LeadingSpace::kAllStripped && text.empty();
  }
  out += is_plain ? with_spaces(text) : tokenizer_.bytes_of(id);
  is_at_beginning_ = is_at_beginning_ && stays_at_beginning;
  return out;
}

std::string StreamDecoder::finish() {
  std::string out;
  settle(true, out);
  is_at_beginning_ = true;
  return out;
}

}  // namespace hilo::tokenizers
