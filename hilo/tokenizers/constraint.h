#pragma once
#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "hilo/tokenizers/automaton.h"
#include "hilo/tokenizers/tokenizer.h"

namespace hilo::tokenizers {

/// The bytes of all tokens in order, so that tokens with a common beginning are tried once: made
/// once for a tokenizer, shared by all its constraints.
/// Cost:    a sort of the tokens by their bytes.
class TokenTable {
 public:
  struct Entry {
    std::string bytes;
    std::size_t shared = 0;  ///< how many bytes it begins with as the one before
    TokenId id = -1;
  };
  /// `width`: how many logits the model has, at least the tokenizer's size (0: just so); those
  /// beyond are never allowed.
  explicit TokenTable(const Tokenizer& tokenizer, std::size_t width = 0);

  [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
  [[nodiscard]] std::size_t width() const { return width_; }
  /// The bytes of one token; empty for those that write nothing.
  [[nodiscard]] std::string_view bytes_of(TokenId id) const;

 private:
  std::vector<Entry> entries_;
  std::vector<std::size_t> places_;  // by id; of tokens that write nothing, entries_.size()
  std::size_t width_;
};

/// Holds an answer to a pattern: says before each token which ones may come, and is told which one
/// came. Example: Constraint constraint(table, parse_regex("(yes|no)").pattern,
/// chat_stop_ids(tokenizer));
///          while (!constraint.is_finished()) constraint.accept(next_token(constraint.allowed()));
class Constraint {
 public:
  /// `stop_ids`: the tokens that end an answer, allowed where the pattern may end.
  Constraint(std::shared_ptr<const TokenTable> table, const Pattern& pattern,
             std::vector<TokenId> stop_ids);

  /// Bit i % 32 of word i / 32 says whether token i may come: ceil(width / 32) words, as
  /// nn::mask_tokens takes them. Cost:    a walk over the tokens the first
  /// time in a state; then nothing. Throws:  Error if no token can come, which does not happen
  /// where every byte is a token.
  [[nodiscard]] std::span<const std::uint32_t> allowed();
  /// Throws:  Error naming the token if it may not come.
  void accept(TokenId id);
  /// A stop token was accepted.
  [[nodiscard]] bool is_finished() const { return is_finished_; }
  /// The text so far is whole.
  [[nodiscard]] bool may_stop() const { return !is_finished_ && automaton_.is_end(state_); }
  /// Begins again; what was computed stays.
  void restart();

 private:
  std::vector<std::uint32_t> mask_of(Automaton::StateId state);

  std::shared_ptr<const TokenTable> table_;
  Automaton automaton_;
  std::vector<TokenId> stop_ids_;
  std::map<Automaton::StateId, std::vector<std::uint32_t>> masks_;
  Automaton::StateId state_ = Automaton::kStart;
  bool is_finished_ = false;
};

}  // namespace hilo::tokenizers
