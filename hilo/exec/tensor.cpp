#include "hilo/exec/tensor.h"

#include "hilo/exec/tensor_state.h"
#include "hilo/exec/trace.h"

namespace hilo {
namespace {

// Waits for the dispatch queue, outside the lock: the queue takes it to set the buffer.
void wait_for_dispatch(detail::TensorState& state) {
  std::shared_ptr<detail::Latch> pending;
  {
    const std::lock_guard lock(state.mutex);
    pending = state.pending;
  }
  if (pending) pending->wait();
}

detail::TensorState& expect_state(const Tensor& tensor) {
  if (!tensor) throw Error("tensor: it is empty; expected one that was given numbers");
  return *tensor.state();
}

}  // namespace

Tensor::Tensor(Array array)
    : state_(std::make_shared<detail::TensorState>(std::make_shared<const Shape>(array.shape()))) {
  state_->host = std::move(array);
}

Tensor::Tensor(pjrt::Buffer buffer)
    : state_(std::make_shared<detail::TensorState>(std::make_shared<const Shape>(buffer.shape()))) {
  state_->buffer = std::move(buffer);
}

const Shape& Tensor::shape() const { return *expect_state(*this).shape; }

Array Tensor::array() const {
  detail::TensorState& state = expect_state(*this);
  wait_for_dispatch(state);
  pjrt::Buffer buffer;
  {
    const std::lock_guard lock(state.mutex);
    state.expect_alive();
    if (state.host) return *state.host;
    buffer = state.buffer;
  }
  const TraceSpan span("transfer", TraceSpan::is_on() ? "read " + to_string(*state.shape) : "");
  if (TraceSpan::is_on()) {
    const TraceSpan wait("wait", "wait");
    buffer.ready().await();
  }
  Array array = buffer.to_host();
  const std::lock_guard lock(state.mutex);
  return array;
}

void Tensor::wait() const {
  detail::TensorState& state = expect_state(*this);
  wait_for_dispatch(state);
  pjrt::Buffer buffer;
  {
    const std::lock_guard lock(state.mutex);
    state.expect_alive();
    buffer = state.buffer;
  }
  if (buffer) buffer.ready().await();
}

bool Tensor::is_ready() const {
  detail::TensorState& state = expect_state(*this);
  const std::lock_guard lock(state.mutex);
  if (state.is_donated) return true;
  if (state.pending && !state.pending->is_open()) return false;
  return !state.buffer || state.buffer.ready().is_ready();
}

bool Tensor::is_donated() const {
  detail::TensorState& state = expect_state(*this);
  const std::lock_guard lock(state.mutex);
  return state.is_donated;
}

pjrt::Buffer Tensor::buffer(const pjrt::Device& device) const {
  detail::TensorState& state = expect_state(*this);
  wait_for_dispatch(state);
  const std::lock_guard lock(state.mutex);
  state.expect_alive();
  if (!state.buffer) {
    const TraceSpan span("transfer", TraceSpan::is_on() ? "upload " + to_string(*state.shape) : "");
    state.buffer = pjrt::Buffer::from_host(*state.host, device);
  } else if (!(state.buffer.device() == device)) {
    return state.buffer.client() == device.client() ? state.buffer.copy_to(device)
                                                    : pjrt::Buffer::from_host(state.buffer.to_host(), device);
  }
  return state.buffer;
}

}  // namespace hilo
