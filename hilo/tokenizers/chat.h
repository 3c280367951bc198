#pragma once
#include <span>
#include <string>
#include <vector>

#include "hilo/tokenizers/tokenizer.h"

// What instruction-tuned Gemma models are asked with:
//     <bos><start_of_turn>user\nAre bees and wasps similar?<end_of_turn>\n<start_of_turn>model\n
namespace hilo::tokenizers {

enum class Role : std::uint8_t { kSystem, kUser, kModel };

/// What one side says. Spaces and lines around it are left out, but for a system turn.
struct Turn {
  Role role = Role::kUser;
  std::string text{};
};

/// Gemma 1 and 2 share a template. It refuses a system turn; that of Gemma 3 puts it before the
/// first user's words.
enum class GemmaGeneration : std::uint8_t { kGemma1 = 1, kGemma2 = 2, kGemma3 = 3 };

struct ChatOptions {
  GemmaGeneration generation = GemmaGeneration::kGemma3;
  bool asks_for_answer = true;  ///< ends with the beginning of the model's turn
  bool adds_bos = true;         ///< false where a conversation goes on
};

/// The conversation as text, special tokens and all: to be shown, not to be encoded, since a turn's
/// text might spell such a token. `chat_ids` keeps them apart. Throws:  Error unless user and model
/// take turns, the user first, after at most one system turn. Source:  `chat_template` in
/// tokenizer_config.json of google/gemma-2b-it, gemma-2-2b-it and gemma-3-1b-it.
std::string chat_text(std::span<const Turn> turns, const ChatOptions& options = {});

/// The ids of the conversation. Only the template's own markers become special tokens; what turns
/// say does not, whatever it spells. Throws:  as chat_text, and Error if the tokenizer has no
/// <start_of_turn> or <end_of_turn>.
std::vector<TokenId> chat_ids(const Tokenizer& tokenizer, std::span<const Turn> turns,
                              const ChatOptions& options = {});

/// The tokens that end an answer: <end_of_turn>, and <eos> where there is one.
std::vector<TokenId> chat_stop_ids(const Tokenizer& tokenizer);

}  // namespace hilo::tokenizers
