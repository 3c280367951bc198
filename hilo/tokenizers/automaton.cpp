#include "hilo/tokenizers/automaton.h"

#include <algorithm>
#include <string>
#include <utility>

#include "hilo/core/error.h"
#include "hilo/tokenizers/utf8.h"

namespace hilo::tokenizers {
namespace {

constexpr std::size_t kMaxNodes = 200'000, kMaxStates = 50'000, kMaxSteps = 2'000'000;
constexpr std::size_t kMaxHeld = 8'000'000;  // nodes of all states together: 64 MiB
constexpr std::int32_t kEnd = 0;             // the node where a text may end
constexpr Automaton::StateId kUnknown = -2;

}  // namespace

Automaton::Automaton(const Pattern& pattern) {
  add({});  // kEnd
  const std::int32_t start = build(pattern, kEnd);
  state_of({start});
}

std::int32_t Automaton::add(Node node) {
  if (nodes_.size() >= kMaxNodes) {
    throw Error("pattern: more than " + std::to_string(kMaxNodes) +
                " states; ask for fewer repeats or choices");
  }
  nodes_.push_back(node);
  return static_cast<std::int32_t>(nodes_.size() - 1);
}

// The node where the pattern begins that goes on with `then`: built from the back.
std::int32_t Automaton::build(const Pattern& pattern, std::int32_t then) {
  if (++steps_ > kMaxSteps)
    throw Error("pattern: repeats of repeats beyond measure; ask for fewer");
  switch (pattern.kind) {
    case Pattern::Kind::kCharacter: {
      std::int32_t begin = -1;
      for (const CodeRange& range : pattern.ranges) {
        for (const ByteRanges& bytes : byte_ranges(range)) {
          std::int32_t node = then;
          for (std::size_t i = bytes.length; i-- > 0;)
            node = add({bytes.bytes[i].first, bytes.bytes[i].last, node, -1});
          begin = begin < 0 ? node : add({.to = node, .or_to = begin});
        }
      }
      return begin;
    }
    case Pattern::Kind::kSequence: {
      for (std::size_t i = pattern.parts().size(); i-- > 0;) then = build(pattern.parts()[i], then);
      return then;
    }
    case Pattern::Kind::kChoice: {
      std::int32_t begin = build(pattern.parts().front(), then);
      for (std::size_t i = 1; i < pattern.parts().size(); ++i)
        begin = add({.to = begin, .or_to = build(pattern.parts()[i], then)});
      return begin;
    }
    case Pattern::Kind::kRepeat:
      break;
  }
  const Pattern& part = pattern.parts().front();
  std::int32_t begin = then;
  if (pattern.most == Pattern::kForever) {
    begin = add({.to = then});
    const std::int32_t again = build(part, begin);
    nodes_[static_cast<std::size_t>(begin)].or_to = again;
  } else {
    for (std::uint32_t i = pattern.least; i < pattern.most; ++i)
      begin = add({.to = build(part, begin), .or_to = then});
  }
  for (std::uint32_t i = 0; i < pattern.least; ++i) begin = build(part, begin);
  return begin;
}

// The state of these nodes and of all that they reach by nothing; only nodes that read a byte, and
// the end, tell states apart.
Automaton::StateId Automaton::state_of(const std::vector<std::int32_t>& nodes) {
  std::vector<std::int32_t> pending = nodes, reached;
  seen_.resize(nodes_.size());
  ++round_;
  while (!pending.empty()) {
    const std::int32_t id = pending.back();
    pending.pop_back();
    if (id < 0 || std::exchange(seen_[static_cast<std::size_t>(id)], round_) == round_) continue;
    const Node& node = nodes_[static_cast<std::size_t>(id)];
    if (id == kEnd || node.first <= node.last) {
      reached.push_back(id);
    } else {
      pending.push_back(node.to);
      pending.push_back(node.or_to);
    }
  }
  if (reached.empty()) return kDead;
  std::ranges::sort(reached);
  if (const auto known = ids_.find(reached); known != ids_.end()) return known->second;
  if (states_.size() >= kMaxStates) {
    throw Error("pattern: the text has visited more than " + std::to_string(kMaxStates) +
                " states; the pattern is too ambiguous");
  }
  held_ += reached.size();
  if (held_ > kMaxHeld) throw Error("pattern: its states are too large; ask for fewer repeats");
  const auto id = static_cast<StateId>(states_.size());
  State state{.nodes = reached, .next = {}, .is_end = reached[0] == kEnd};
  state.next.fill(kUnknown);
  states_.push_back(std::move(state));
  ids_.emplace(std::move(reached), id);
  return id;
}

Automaton::StateId Automaton::next(StateId from, unsigned char byte) {
  if (from == kDead) return kDead;
  const auto index = static_cast<std::size_t>(from);
  if (states_[index].next[byte] == kUnknown) {
    std::vector<std::int32_t> nodes;
    int first = 0, last = 255;  // the bytes around this one that lead to the same state
    for (const std::int32_t id : states_[index].nodes) {
      const Node& node = nodes_[static_cast<std::size_t>(id)];
      if (id == kEnd) continue;
      if (node.last < byte) {
        first = std::max(first, node.last + 1);
      } else if (node.first > byte) {
        last = std::min(last, node.first - 1);
      } else {
        first = std::max<int>(first, node.first);
        last = std::min<int>(last, node.last);
        nodes.push_back(node.to);
      }
    }
    const StateId to = nodes.empty() ? kDead : state_of(nodes);
    std::fill(states_[index].next.begin() + first, states_[index].next.begin() + last + 1, to);
  }
  return states_[index].next[byte];
}

}  // namespace hilo::tokenizers
