#pragma once
#include <memory>
#include <source_location>
#include <string>
#include <vector>

#include "hilo/core/array.h"
#include "hilo/graph/sharding.h"
#include "hilo/pjrt/buffer.h"

namespace hilo {

namespace detail {
struct TensorState;
}

/// Numbers on a device, perhaps still being computed, or on the host until a program wants them.
/// A cheap handle: copies share the numbers, which are never changed. Reading waits for them; nothing else does.
/// Given to a program by `std::move`, its memory is the program's to reuse; handles that are left throw on use, and name
/// the line that gave it away. Threads may share it.
class Tensor {
 public:
  /// No tensor.
  Tensor() = default;
  /// Numbers of the host; uploaded once, when a program first wants them.
  Tensor(Array array);
  /// A scalar.
  template <class T>
    requires kHasDType<T>
  explicit Tensor(T scalar) : Tensor(Array::scalar(scalar)) {}
  explicit Tensor(pjrt::Buffer buffer);
  /// The array of `shape` whose parts the devices of a mesh hold, as `upload` gives them.
  Tensor(Shape shape, Sharding sharding, std::vector<pjrt::Buffer> parts);

  explicit operator bool() const { return state_ != nullptr; }
  [[nodiscard]] const Shape& shape() const;
  [[nodiscard]] DType dtype() const { return shape().dtype; }
  [[nodiscard]] const Dims& dims() const { return shape().dims; }

  /// Waits for the numbers and gives them. Throws DeviceError with the program's failure, or OpError if donated.
  [[nodiscard]] Array array() const;
  /// The only element. Throws Error if there are several or T is not the dtype.
  template <class T>
  [[nodiscard]] T item() const {
    const Array a = array();
    if (a.size() != 1) throw Error("item() of " + to_string(a.shape()) + ": expected one element");
    return a.data<T>()[0];
  }
  /// Waits until the numbers are there. Throws DeviceError if they could not be computed.
  void wait() const;
  /// Whether they are there, or failed; does not wait.
  [[nodiscard]] bool is_ready() const;
  /// Whether a program took the memory over.
  [[nodiscard]] bool is_donated() const;

  /// The device buffer, uploaded now if need be; waits for a program in the dispatch queue, not for its result.
  [[nodiscard]] pjrt::Buffer buffer(const pjrt::Device& device) const;
  /// Its parts on the devices of a mesh. What is elsewhere, or laid another way, is moved there now, through the host.
  [[nodiscard]] std::vector<pjrt::Buffer> parts(const Sharding& sharding, const std::vector<pjrt::Device>& devices) const;

  /// For the sources of this room.
  explicit Tensor(std::shared_ptr<detail::TensorState> state) : state_(std::move(state)) {}
  [[nodiscard]] const std::shared_ptr<detail::TensorState>& state() const { return state_; }

 private:
  std::shared_ptr<detail::TensorState> state_;
};

/// What a program takes: a tensor kept (`x`) or given away (`std::move(x)`), and the line that passed it.
struct Argument {
  Argument(const Tensor& kept, std::source_location at = std::source_location::current())
      : tensor(kept), where(at) {}
  Argument(Tensor&& given, std::source_location at = std::source_location::current())
      : tensor(std::move(given)), is_donated(true), where(at) {}

  Tensor tensor;
  bool is_donated = false;
  std::source_location where;
};

}  // namespace hilo
