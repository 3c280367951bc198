#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

#include "hilo/pjrt/client.h"

namespace hilo::detail {

/// One thread that starts programs in order. XLA:CPU runs custom calls inline in its call, so a program that has some
/// would block its caller; started from here, it does not.
class DispatchQueue {
 public:
  DispatchQueue();
  ~DispatchQueue();  ///< runs what is left
  DispatchQueue(const DispatchQueue&) = delete;
  DispatchQueue& operator=(const DispatchQueue&) = delete;

  /// The queue of a client; one for as long as somebody holds it.
  static std::shared_ptr<DispatchQueue> of(const pjrt::Client& client);

  /// `task` must not throw.
  void push(std::function<void()> task);

 private:
  void work();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> tasks_;
  bool is_closing_ = false;
  std::thread thread_;
};

}  // namespace hilo::detail
