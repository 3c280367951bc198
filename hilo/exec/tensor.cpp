#include "hilo/exec/tensor.h"

#include <algorithm>

#include "hilo/exec/split.h"
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

Array detail::Placed::to_host(const Shape& shape) const {
  if (!parts) return buffer.to_host();
  if (parts->buffers[0].shape() == shape) return parts->buffers[0].to_host();  // all have all of it
  std::vector<Array> arrays;
  for (const pjrt::Buffer& part : parts->buffers) arrays.push_back(part.to_host());
  return join(arrays, parts->sharding, shape);
}

void detail::Placed::wait() const {
  if (buffer) buffer.ready().await();
  if (!parts) return;
  for (const pjrt::Buffer& part : parts->buffers) part.ready().await();
}

bool detail::Placed::is_ready() const {
  if (!parts) return !buffer || buffer.ready().is_ready();
  return std::ranges::all_of(parts->buffers, [](const pjrt::Buffer& part) { return part.ready().is_ready(); });
}

Tensor::Tensor(Array array)
    : state_(std::make_shared<detail::TensorState>(std::make_shared<const Shape>(array.shape()))) {
  state_->host = std::move(array);
}

Tensor::Tensor(pjrt::Buffer buffer)
    : state_(std::make_shared<detail::TensorState>(std::make_shared<const Shape>(buffer.shape()))) {
  state_->placed.buffer = std::move(buffer);
}

Tensor::Tensor(Shape shape, Sharding sharding, std::vector<pjrt::Buffer> parts)
    : state_(std::make_shared<detail::TensorState>(std::make_shared<const Shape>(std::move(shape)))) {
  state_->placed.parts = std::make_shared<const detail::Parts>(detail::Parts{std::move(parts), std::move(sharding)});
}

const Shape& Tensor::shape() const { return *expect_state(*this).shape; }

Array Tensor::array() const {
  detail::TensorState& state = expect_state(*this);
  wait_for_dispatch(state);
  detail::Placed placed;
  {
    const std::lock_guard lock(state.mutex);
    state.expect_alive();
    if (state.host) return *state.host;
    placed = state.placed;
  }
  const TraceSpan span("transfer", TraceSpan::is_on() ? "read " + to_string(*state.shape) : "");
  if (TraceSpan::is_on()) {
    const TraceSpan wait("wait", "wait");
    placed.wait();
  }
  return placed.to_host(*state.shape);
}

void Tensor::wait() const {
  detail::TensorState& state = expect_state(*this);
  wait_for_dispatch(state);
  detail::Placed placed;
  {
    const std::lock_guard lock(state.mutex);
    state.expect_alive();
    placed = state.placed;
  }
  placed.wait();
}

bool Tensor::is_ready() const {
  detail::TensorState& state = expect_state(*this);
  const std::lock_guard lock(state.mutex);
  if (state.is_donated) return true;
  if (state.pending && !state.pending->is_open()) return false;
  return state.placed.is_ready();
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
  pjrt::Buffer& here = state.placed.buffer;
  if (!here) {
    const TraceSpan span("transfer", TraceSpan::is_on() ? "upload " + to_string(*state.shape) : "");
    here = pjrt::Buffer::from_host(state.host ? *state.host : state.placed.to_host(*state.shape), device);
    state.placed.parts = nullptr;
  } else if (!(here.device() == device)) {
    return here.client() == device.client() ? here.copy_to(device) : pjrt::Buffer::from_host(here.to_host(), device);
  }
  return here;
}

std::vector<pjrt::Buffer> Tensor::parts(const Sharding& sharding, const std::vector<pjrt::Device>& devices) const {
  detail::TensorState& state = expect_state(*this);
  wait_for_dispatch(state);
  const std::lock_guard lock(state.mutex);
  state.expect_alive();
  const auto is_there = [&](const detail::Parts& parts) {
    return parts.sharding == sharding && std::ranges::equal(parts.buffers, devices, {}, &pjrt::Buffer::device);
  };
  if (state.placed.parts && is_there(*state.placed.parts)) return state.placed.parts->buffers;
  const TraceSpan span("transfer", TraceSpan::is_on() ? "upload " + to_string(*state.shape) + " in parts" : "");
  const Array whole = state.host ? *state.host : state.placed.to_host(*state.shape);
  auto parts = std::make_shared<const detail::Parts>(detail::Parts{upload(whole, sharding, devices), sharding});
  state.placed = {.parts = parts};
  return parts->buffers;
}

}  // namespace hilo
