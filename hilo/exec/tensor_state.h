#pragma once
#include <exception>
#include <memory>
#include <mutex>
#include <optional>

#include "hilo/core/error.h"
#include "hilo/exec/latch.h"
#include "hilo/exec/tensor.h"

namespace hilo::detail {

/// The shared part of a Tensor. `shape` never changes; the rest is guarded by `mutex`.
struct TensorState {
  explicit TensorState(std::shared_ptr<const Shape> s) : shape(std::move(s)) {}

  const std::shared_ptr<const Shape> shape;
  std::mutex mutex;
  std::optional<Array> host{};
  pjrt::Buffer buffer{};
  /// While the program that computes it waits in the dispatch queue. The queue sets `buffer`, then opens it.
  std::shared_ptr<Latch> pending{};
  bool is_donated = false;
  Site donated_at{};

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
