#pragma once
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "hilo/core/error.h"
#include "hilo/exec/latch.h"
#include "hilo/exec/tensor.h"

namespace hilo::detail {

/// What the devices of a mesh hold of an array.
struct Parts {
  std::vector<pjrt::Buffer> buffers;  // of one array, by device
  Sharding sharding;
};

/// Where numbers are on devices: whole on one, in parts on several, or nowhere.
struct Placed {
  pjrt::Buffer buffer{};
  std::shared_ptr<const Parts> parts{};

  explicit operator bool() const { return buffer || parts; }
  /// Waits, and gives the array of `shape`.
  [[nodiscard]] Array to_host(const Shape& shape) const;
  void wait() const;
  [[nodiscard]] bool is_ready() const;
};

/// The shared part of a Tensor. `shape` never changes; the rest is guarded by `mutex`.
struct TensorState {
  explicit TensorState(std::shared_ptr<const Shape> s) : shape(std::move(s)) {}

  const std::shared_ptr<const Shape> shape;
  std::mutex mutex;
  std::optional<Array> host{};
  Placed placed{};
  /// While the program that computes it waits in the dispatch queue. The queue sets `placed`, then opens it.
  std::shared_ptr<Latch> pending{};
  /// The program's own state that took the numbers over before they were there.
  std::shared_ptr<TensorState> taken_by{};
  bool is_donated = false;
  Site donated_at{};

  /// The numbers are there: for this state, or for what took them over.
  void place(Placed numbers) {
    const std::lock_guard lock(mutex);
    if (!taken_by) {
      placed = std::move(numbers);
    } else {
      taken_by->place(std::move(numbers));
    }
  }

  /// Throws OpError if the memory was given away.
  void expect_alive() const {
    if (!is_donated) return;
    throw OpError({.op = "tensor", .problem = "its memory was donated", .got = {*shape},
                   .expected = "no use after the line that moved it into a program",
                   .hint = "keep the new state that the program returned, or pass it without std::move"},
                  donated_at);
  }
};

}  // namespace hilo::detail
