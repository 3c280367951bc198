#pragma once
#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "hilo/exec/executor.h"
#include "hilo/models/gemma/division.h"
#include "hilo/models/gemma/programs.h"

namespace hilo::models::gemma {

/// What the model remembers of a batch of texts, on the device. Move-only in spirit: running the
/// model gives its memory away and puts the new one in.
struct Memory {
  std::vector<Tensor> cache{};          ///< in the order of the programs
  Dim slots = 0;                        ///< there is room for
  Dim length = 0;                       ///< are taken
  Dim written = 0;  ///< were taken before `go_back`: what a ring overwrote stays lost
  std::vector<std::int32_t> padding{};  ///< in front of each row
  [[nodiscard]] Dim batch() const { return static_cast<Dim>(padding.size()); }
  /// Forgets what is behind the first `kept` tokens. Rings have them if no more than
  /// Config::window_slack behind them were ever taken.
  void go_back(Dim kept) {
    written = std::max(written, length);
    length = kept;
  }
};

struct EngineOptions {
  Dim least_slots = 256;   ///< that a cache begins with; it grows by doubling
  Dim least_tokens = 16;   ///< that are run at once: shorter pieces are padded to it
  Dim most_tokens = 2048;  ///< that are run at once: longer texts go in pieces
  CompileSettings compile{.name = "gemma"};
  std::optional<Mesh> mesh{};  ///< divides the model over devices: division.h
  [[nodiscard]] Dim devices() const { return mesh ? mesh->size() : 1; }
};

/// A model with its weights on a device, and the programs that run it. Lengths are rounded up to
/// powers of two, so that the number of programs stays small whatever the texts. One user at a
/// time.
class Engine {
 public:
  /// `weights` has all values. Throws OpError if one is missing, UsageError as Division.
  Engine(pjrt::Client client, Config config, nn::Store weights, EngineOptions options = {});
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  [[nodiscard]] const pjrt::Client& client() const;
  [[nodiscard]] const Config& config() const;
  [[nodiscard]] const nn::Store& weights() const;

  /// An empty memory for texts that share their steps; `padding` as many slots in front of each.
  [[nodiscard]] Memory remember_nothing(std::vector<std::int32_t> padding = {0}) const;
  /// Makes room for `slots` tokens, by buckets. Throws Error, with what would fit, if there is not
  /// as much memory.
  void reserve(Memory& memory, Dim slots);
  /// Reads further tokens of each row: rows.size() is the batch. Rows are as long as each other,
  /// their padding counted in. Gives the logits f32[B,V] behind the last token.
  /// Throws:  UsageError for an id outside of the vocabulary or a text beyond the context.
  Tensor read(Memory& memory, const std::vector<Ids>& rows);
  /// The same, with the logits of every position: f32[T,V] pieces in order, for a batch of one.
  void read_all(Memory& memory, const Ids& ids, const std::function<void(Array logits)>& piece);

  /// What a launch of the decoding loop made.
  struct Made {
    Tensor tokens, log_probabilities;  ///< [B,kTokensALaunch]
    Tensor logits, is_done, count, counts;
  };
  struct DecodeArguments {
    Tensor logits{}, is_done{};
    Dim steps = kTokensALaunch;
    std::span<const std::int32_t> stop_ids{};
    Dim made = 0;        ///< tokens of the answer so far
    Dim min_tokens = 0;  ///< before them, no stop id is chosen, if the chooser `goes_on`
    Chooser chooser{};
    std::vector<Tensor> chooser_inputs{};
    Tensor counts{};  ///< if the chooser penalizes
  };
  /// Chooses up to `steps` tokens a row. The memory's length grows by what `count` says: the caller
  /// adds it when it reads it.
  Made decode(Memory& memory, DecodeArguments arguments);

  /// What became of guesses.
  struct Verified {
    Ids chosen{};  ///< the accepted guesses, and the token behind them
    std::vector<float> log_probabilities{};
    Tensor counts{};
  };
  /// Reads the last token of a text of one row and guesses of what follows, at most `steps` tokens,
  /// and keeps the guesses that it would have chosen itself. `arguments` needs no logits and no
  /// is_done. The memory grows by as many tokens as were chosen.
  /// Throws:  UsageError if `steps` is beyond what the rings can go back by: window_slack + 2.
  Verified verify(Memory& memory, const Ids& tokens, DecodeArguments arguments);

  /// Programs so far, and how many of them were compiled in this process; launches of all.
  struct Counts {
    int programs = 0, compiled = 0, launches = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hilo::models::gemma
