#include "hilo/tokenizers/chat.h"

#include <algorithm>
#include <array>

#include "hilo/core/error.h"
#include "hilo/core/text.h"

namespace hilo::tokenizers {
namespace {

constexpr std::string_view kStart = "<start_of_turn>", kEnd = "<end_of_turn>";

// A conversation is markers and texts in turn; neighbouring texts are one, since they are split
// into pieces together.
struct Part {
  bool is_marker = false;
  std::string text{};
};

void add(std::vector<Part>& parts, bool is_marker, std::string_view text) {
  if (!is_marker && !parts.empty() && !parts.back().is_marker) {
    parts.back().text += text;
  } else {
    parts.push_back({is_marker, std::string(text)});
  }
}

// What Python's str.strip takes away: white space of Unicode.
bool is_space(std::string_view character) {
  static constexpr std::array<std::string_view, 29> kSpaces = {
      "\t",     "\n",     "\v",     "\f",     "\r",     "\x1C",   "\x1D",   "\x1E",
      "\x1F",   " ",      "\u0085", "\u00A0", "\u1680", "\u2000", "\u2001", "\u2002",
      "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200A",
      "\u2028", "\u2029", "\u202F", "\u205F", "\u3000"};
  return std::ranges::find(kSpaces, character) != kSpaces.end();
}

std::string_view stripped(std::string_view text) {
  while (!text.empty() && is_space(text.substr(0, std::max<std::size_t>(utf8_length(text), 1)))) {
    text.remove_prefix(utf8_length(text));
  }
  for (std::size_t length = 1; length <= std::min<std::size_t>(3, text.size());) {
    if (is_space(text.substr(text.size() - length))) {
      text.remove_suffix(length);
      length = 1;
    } else {
      ++length;
    }
  }
  return text;
}

std::vector<Part> parts_of(std::span<const Turn> turns, const ChatOptions& options) {
  std::string before_first_user;
  if (!turns.empty() && turns[0].role == Role::kSystem) {
    if (options.generation != GemmaGeneration::kGemma3) {
      throw Error(
          "chat: a system turn, which Gemma 1 and 2 do not know; put its text before the first "
          "user's");
    }
    before_first_user = turns[0].text + "\n\n";
    turns = turns.subspan(1);
  }
  if (turns.empty()) throw Error("chat: no turn of a user; expected at least one");
  std::vector<Part> parts;
  for (std::size_t i = 0; i < turns.size(); ++i) {
    const Role expected = i % 2 == 0 ? Role::kUser : Role::kModel;
    if (turns[i].role != expected) {
      throw Error("chat: turn " + std::to_string(i) + " is not the " +
                  (i % 2 == 0 ? "user" : "model") +
                  "'s; expected user and model in turn, the user first");
    }
    add(parts, true, kStart);
    add(parts, false, expected == Role::kUser ? "user\n" : "model\n");
    if (i == 0) add(parts, false, before_first_user);
    add(parts, false, stripped(turns[i].text));
    add(parts, true, kEnd);
    add(parts, false, "\n");
  }
  if (options.asks_for_answer) {
    add(parts, true, kStart);
    add(parts, false, "model\n");
  }
  return parts;
}

TokenId marker_id(const Tokenizer& tokenizer, std::string_view marker) {
  const auto id = tokenizer.find(marker);
  if (!id)
    throw Error("chat: the tokenizer has no " + std::string(marker) +
                "; is it that of a Gemma model?");
  return *id;
}

// Some files mark <start_of_turn> as user-defined, which is found in any text. There it is split
// behind its first character.
void encode_plain(const Tokenizer& tokenizer, std::string_view text, std::vector<TokenId>& ids) {
  while (!text.empty()) {
    const std::size_t at = std::min(text.find(kStart), text.find(kEnd));
    const std::size_t length = at == text.npos ? text.size() : at + 1;
    const auto some = tokenizer.encode(text.substr(0, length));
    ids.insert(ids.end(), some.begin(), some.end());
    text.remove_prefix(length);
  }
}

}  // namespace

std::string chat_text(std::span<const Turn> turns, const ChatOptions& options) {
  std::string text = options.adds_bos ? "<bos>" : "";
  for (const Part& part : parts_of(turns, options)) text += part.text;
  return text;
}

std::vector<TokenId> chat_ids(const Tokenizer& tokenizer, std::span<const Turn> turns,
                              const ChatOptions& options) {
  std::vector<TokenId> ids;
  if (const auto bos = tokenizer.vocabulary().bos; options.adds_bos && bos) ids.push_back(*bos);
  for (const Part& part : parts_of(turns, options)) {
    if (part.is_marker) {
      ids.push_back(marker_id(tokenizer, part.text));
    } else {
      encode_plain(tokenizer, part.text, ids);
    }
  }
  return ids;
}

std::vector<TokenId> chat_stop_ids(const Tokenizer& tokenizer) {
  std::vector<TokenId> ids = {marker_id(tokenizer, kEnd)};
  if (const auto eos = tokenizer.vocabulary().eos) ids.push_back(*eos);
  return ids;
}

}  // namespace hilo::tokenizers
