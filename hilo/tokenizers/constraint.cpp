#include "hilo/tokenizers/constraint.h"

#include <algorithm>

#include "hilo/core/error.h"
#include "hilo/core/text.h"

namespace hilo::tokenizers {
namespace {

constexpr std::size_t kMaxMasks = 2048;  // of Gemma's vocabulary 64 MiB

}  // namespace

TokenTable::TokenTable(const Tokenizer& tokenizer, std::size_t width)
    : width_(std::max(width, tokenizer.size())) {
  entries_.reserve(tokenizer.size());
  for (std::size_t i = 0; i < tokenizer.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    const PieceType type = tokenizer.vocabulary().types[i];
    if (type == PieceType::kUnknown || type == PieceType::kUnused) continue;
    std::string bytes = tokenizer.bytes_of(id);
    if (!bytes.empty()) entries_.push_back({std::move(bytes), 0, id});
  }
  std::ranges::sort(entries_, {}, &Entry::bytes);
  places_.assign(tokenizer.size(), entries_.size());
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    places_[static_cast<std::size_t>(entries_[i].id)] = i;
    if (i == 0) continue;
    const std::string &a = entries_[i - 1].bytes, &b = entries_[i].bytes;
    entries_[i].shared = static_cast<std::size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
  }
}

std::string_view TokenTable::bytes_of(TokenId id) const {
  if (id < 0 || static_cast<std::size_t>(id) >= places_.size()) return {};
  const std::size_t place = places_[static_cast<std::size_t>(id)];
  return place == entries_.size() ? std::string_view() : entries_[place].bytes;
}

Constraint::Constraint(std::shared_ptr<const TokenTable> table, const Pattern& pattern,
                       std::vector<TokenId> stop_ids)
    : table_(std::move(table)), automaton_(pattern), stop_ids_(std::move(stop_ids)) {
  for (const TokenId id : stop_ids_) {
    if (id < 0 || static_cast<std::size_t>(id) >= table_->width()) {
      throw Error("constraint: stop token " + std::to_string(id) + "; expected 0 to " +
                  std::to_string(table_->width() - 1));
    }
  }
}

// Goes through the tokens in the order of their bytes. `path` holds the states along the current
// token's bytes: of the next token only the bytes that differ are tried, and where they lead
// nowhere, all tokens that begin so are passed over.
std::vector<std::uint32_t> Constraint::mask_of(Automaton::StateId state) {
  std::vector<std::uint32_t> words((table_->width() + 31) / 32);
  const auto allow = [&](TokenId id) {
    words[static_cast<std::size_t>(id) / 32] |= 1U << (static_cast<std::size_t>(id) % 32);
  };
  std::vector<Automaton::StateId> path = {state};
  std::size_t dead_length =
      0;  // the first so many bytes of the tokens at hand lead nowhere; 0: they may lead on
  for (const TokenTable::Entry& entry : table_->entries()) {
    if (dead_length > 0 && entry.shared >= dead_length) continue;
    dead_length = 0;
    path.resize(std::min(path.size(), entry.shared + 1));
    for (std::size_t i = path.size() - 1; i < entry.bytes.size(); ++i) {
      const Automaton::StateId next =
          automaton_.next(path.back(), static_cast<unsigned char>(entry.bytes[i]));
      if (next == Automaton::kDead) {
        dead_length = i + 1;
        break;
      }
      path.push_back(next);
    }
    if (dead_length == 0) allow(entry.id);
  }
  for (const TokenId id : stop_ids_) {
    const auto i = static_cast<std::size_t>(id);
    words[i / 32] &= ~(1U << (i % 32));
    if (automaton_.is_end(state)) allow(id);
  }
  return words;
}

std::span<const std::uint32_t> Constraint::allowed() {
  if (is_finished_) throw Error("constraint: the answer has ended");
  auto found = masks_.find(state_);
  if (found == masks_.end()) {
    if (masks_.size() >= kMaxMasks) masks_.clear();
    found = masks_.emplace(state_, mask_of(state_)).first;
    if (std::ranges::all_of(found->second, [](std::uint32_t word) { return word == 0; })) {
      throw Error("constraint: no token of this tokenizer goes on with the pattern");
    }
  }
  return found->second;
}

void Constraint::accept(TokenId id) {
  if (is_finished_) throw Error("constraint: the answer has ended");
  if (std::ranges::find(stop_ids_, id) != stop_ids_.end()) {
    if (!may_stop())
      throw Error("constraint: stop token " + std::to_string(id) + " where the pattern cannot end");
    is_finished_ = true;
    return;
  }
  Automaton::StateId state = state_;
  const std::string_view bytes = table_->bytes_of(id);
  for (const char c : bytes) state = automaton_.next(state, static_cast<unsigned char>(c));
  if (bytes.empty() || state == Automaton::kDead) {
    throw Error("constraint: token " + std::to_string(id) + " (" + quote(bytes) +
                ") does not fit the pattern");
  }
  state_ = state;
}

void Constraint::restart() {
  state_ = Automaton::kStart;
  is_finished_ = false;
}

}  // namespace hilo::tokenizers
