#pragma once
#include <condition_variable>
#include <exception>
#include <mutex>

namespace hilo::detail {

/// A gate that opens once, for good or with a failure.
class Latch {
 public:
  void open(std::exception_ptr failure = nullptr) {
    {
      const std::lock_guard lock(mutex_);
      failure_ = std::move(failure);
      is_open_ = true;
    }
    opened_.notify_all();
  }
  /// Waits; throws the failure.
  void wait() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [this] { return is_open_; });
    if (failure_) std::rethrow_exception(failure_);
  }
  [[nodiscard]] bool is_open() const {
    const std::lock_guard lock(mutex_);
    return is_open_;
  }
  /// Whether `wait` would return at once, and well.
  [[nodiscard]] bool is_clear() const {
    const std::lock_guard lock(mutex_);
    return is_open_ && !failure_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable opened_;
  std::exception_ptr failure_;
  bool is_open_ = false;
};

}  // namespace hilo::detail
