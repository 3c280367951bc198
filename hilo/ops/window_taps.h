#pragma once
#include <vector>

#include "hilo/graph/value.h"
#include "hilo/ops/sliding_window.h"

namespace hilo {

/// The windows of x taken apart: tap t is the t-th element (row-major) of every window, a strided
/// slice of x in the dims of the windows. Gradients of windows are made of them.
class WindowTaps {
 public:
  /// Places outside of x hold `filler`.
  WindowTaps(std::vector<WindowAxis> axes, Value x, Value filler);

  /// Elements of a window.
  [[nodiscard]] int size() const { return static_cast<int>(size_); }
  [[nodiscard]] Value tap(int t) const;
  /// The way back: `d_tap` of the windows' dims at its elements of x, 0 elsewhere.
  [[nodiscard]] Value untap(int t, Value d_tap) const;

  /// Whether no element of x lies in two windows, nor between places of one.
  [[nodiscard]] bool are_disjoint() const;
  /// For disjoint windows: `d` at every element of its window; with `winner` (i32, of the windows'
  /// dims) only at the element of that number, 0 elsewhere.
  [[nodiscard]] Value spread(Value d, Value winner = {}) const;

  /// The number (i32) of the first tap that equals y; the last one if none does (a NaN).
  [[nodiscard]] Value first_equal(Value y) const;

 private:
  [[nodiscard]] Dims position(int t) const;  // of a tap in the window, per axis

  std::vector<WindowAxis> axes_;
  Value padded_;
  Dim size_ = 1;
};

}  // namespace hilo
