#include "hilo/ops/window_taps.h"

#include <numeric>

#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"

namespace hilo {

WindowTaps::WindowTaps(std::vector<WindowAxis> axes, Value x, Value filler)
    : axes_(std::move(axes)) {
  Padding around;
  bool is_bare = true;
  for (const WindowAxis& a : axes_) {
    around.low.push_back(a.padding[0]);
    around.high.push_back(a.padding[1]);
    around.interior.push_back(a.base_dilation - 1);
    is_bare = is_bare && a.padding[0] == 0 && a.padding[1] == 0 && a.base_dilation == 1;
    size_ *= a.window;
  }
  padded_ = is_bare ? x : pad(x, filler, std::move(around));
}

Dims WindowTaps::position(int t) const {
  Dims result(axes_.size());
  Dim rest = t;
  for (std::size_t i = axes_.size(); i-- > 0;) {
    result[i] = rest % axes_[i].window;
    rest /= axes_[i].window;
  }
  return result;
}

Value WindowTaps::tap(int t) const {
  Dims start = position(t), limit, strides;
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    start[i] *= axes_[i].window_dilation;
    limit.push_back(start[i] + dilated(axes_[i].count(), axes_[i].stride));
    strides.push_back(axes_[i].stride);
  }
  return slice(padded_, std::move(start), std::move(limit), std::move(strides));
}

Value WindowTaps::untap(int t, Value d_tap) const {
  Padding around{.low = position(t)};
  Dims base;
  bool is_dilated = false;
  for (std::size_t i = 0; i < axes_.size(); ++i) {
    const WindowAxis& a = axes_[i];
    around.low[i] = around.low[i] * a.window_dilation - a.padding[0];
    around.high.push_back(dilated(a.length, a.base_dilation) - around.low[i] -
                          dilated(a.count(), a.stride));
    around.interior.push_back(a.stride - 1);
    base.push_back(a.base_dilation);
    is_dilated = is_dilated || a.base_dilation > 1;
  }
  const Value d = pad(d_tap, 0, std::move(around));
  return is_dilated ? slice(d, Dims(base.size(), 0), d.dims(), base) : d;
}

bool WindowTaps::are_disjoint() const {
  for (const WindowAxis& a : axes_) {
    if (a.stride != a.window || a.base_dilation != 1 || a.window_dilation != 1) return false;
  }
  return true;
}

Value WindowTaps::spread(Value d, Value winner) const {
  // Each axis longer than one place in the window becomes two: [.., count, window, ..]; then they
  // are joined again.
  Dims apart, joined, window;
  Axes of_windows, of_places;
  Padding to_x;
  for (const WindowAxis& a : axes_) {
    of_windows.push_back(static_cast<std::int64_t>(apart.size()));
    apart.push_back(a.count());
    if (a.window > 1) {
      of_places.push_back(static_cast<std::int64_t>(apart.size()));
      apart.push_back(a.window);
      window.push_back(a.window);
    }
    joined.push_back(a.count() * a.window);
    to_x.low.push_back(-a.padding[0]);
    to_x.high.push_back(a.length + a.padding[0] -
                        joined.back());  // what no window covers, or padding that one does
  }
  Value all = broadcast_in_dim(d, apart, of_windows);
  if (winner) {
    std::vector<std::int32_t> numbers(static_cast<std::size_t>(size_));
    std::iota(numbers.begin(), numbers.end(), 0);
    const Value place = broadcast_in_dim(constant(Array::of(window, numbers)), apart, of_places);
    all = select(equal(broadcast_in_dim(winner, apart, of_windows), place), all, zeros_like(all));
  }
  return pad(reshape(all, std::move(joined)), 0, std::move(to_x));
}

Value WindowTaps::first_equal(Value y) const {
  const Shape numbers = y.shape().with(kI32);
  Value winner = full(numbers, size() - 1);
  for (int t = size() - 2; t >= 0; --t) winner = select(equal(tap(t), y), full(numbers, t), winner);
  return winner;
}

}  // namespace hilo
