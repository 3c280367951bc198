#pragma once
#include <cstdint>
#include <optional>
#include <queue>
#include <string_view>
#include <vector>

#include "hilo/tokenizers/vocabulary.h"

namespace hilo::tokenizers {

/// A run of a text on its way to be a piece.
struct Symbol {
  std::string_view text{};  // empty once it was merged into its left neighbour
  TokenId id = -1;          // -1: no piece spells it
  bool is_frozen = false;   // takes no part in merges
  std::int32_t left = -1, right = -1;
};

/// What two neighbours become, and how soon: the higher first.
struct Merge {
  double priority = 0;
  TokenId id = -1;
};

/// Byte-pair encoding: merges neighbours, the highest priority first, of equal ones the leftmost,
/// until none is left. `find(left, right)` gives an optional Merge for two symbols. Symbols must
/// lie one after the other in one text. Cost:    O(n log n) calls of `find` and steps of the queue
/// for n symbols. Source:  Sennrich, Haddow, Birch, "Neural machine translation of rare words with
/// subword units".
template <class Find>
void merge_all(std::vector<Symbol>& symbols, Find find) {
  struct Candidate {
    double priority;
    std::int32_t left, right;
    std::uint32_t bytes;  // of both together: differs once one of them has grown
    TokenId id;
    bool operator<(const Candidate& other) const {
      return priority != other.priority ? priority < other.priority : left > other.left;
    }
  };
  const auto symbol = [&](std::int32_t i) -> Symbol& {
    return symbols[static_cast<std::size_t>(i)];
  };
  std::priority_queue<Candidate> queue;
  const auto offer = [&](std::int32_t left, std::int32_t right) {
    if (left < 0 || right < 0 || symbol(left).is_frozen || symbol(right).is_frozen) return;
    if (const std::optional<Merge> merge = find(symbol(left), symbol(right))) {
      const std::size_t bytes = symbol(left).text.size() + symbol(right).text.size();
      queue.push({merge->priority, left, right, static_cast<std::uint32_t>(bytes), merge->id});
    }
  };
  const auto count = static_cast<std::int32_t>(symbols.size());
  for (std::int32_t i = 0; i < count; ++i) {
    symbol(i).left = i - 1;
    symbol(i).right = i + 1 < count ? i + 1 : -1;
    offer(i - 1, i);
  }
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    Symbol& left = symbol(best.left);
    Symbol& right = symbol(best.right);
    if (left.text.empty() || right.text.empty() ||
        left.text.size() + right.text.size() != best.bytes)
      continue;
    left.text = {left.text.data(), best.bytes};
    left.id = best.id;
    left.right = right.right;
    if (right.right >= 0) symbol(right.right).left = best.left;
    right.text = {};
    offer(left.left, best.left);
    offer(best.left, left.right);
  }
}

}  // namespace hilo::tokenizers
