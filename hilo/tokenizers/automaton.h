#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "hilo/tokenizers/pattern.h"

namespace hilo::tokenizers {

/// A deterministic finite automaton over bytes, for the UTF-8 of a Pattern's texts. Its states are
/// made when they are first reached (sets of states of a non-deterministic one), so an expression
/// whose whole automaton would be huge costs what its text visits. From every state but kDead an
/// end can be reached. Source:  Thompson 1968; Aho, Sethi, Ullman, section 3.7.
class Automaton {
 public:
  using StateId = std::int32_t;
  static constexpr StateId kDead = -1, kStart = 0;

  /// Throws:  Error if the pattern needs more than 200,000 states before they are made
  /// deterministic.
  explicit Automaton(const Pattern& pattern);

  /// Where a byte leads.
  /// Throws:  Error after 50,000 states, or 64 MiB of them.
  StateId next(StateId from, unsigned char byte);
  [[nodiscard]] bool is_end(StateId state) const {
    return states_[static_cast<std::size_t>(state)].is_end;
  }

 private:
  struct Node {  // of the non-deterministic automaton: goes on by a byte in [first, last], or by
                 // nothing to one or two nodes
    unsigned char first = 1, last = 0;  // none in the range: goes on by nothing
    std::int32_t to = -1, or_to = -1;
  };
  struct State {
    std::vector<std::int32_t> nodes;
    std::array<StateId, 256> next;
    bool is_end = false;
  };

  std::int32_t add(Node node);
  std::int32_t build(const Pattern& pattern, std::int32_t then);
  StateId state_of(const std::vector<std::int32_t>& nodes);

  std::size_t steps_ = 0;            // of building: repeats of nothing make no nodes
  std::size_t held_ = 0;             // nodes of all states
  std::uint64_t round_ = 0;          // of state_of
  std::vector<std::uint64_t> seen_;  // by node: the last round that reached it
  std::vector<Node> nodes_;
  std::vector<State> states_;
  std::map<std::vector<std::int32_t>, StateId> ids_;
};

}  // namespace hilo::tokenizers
