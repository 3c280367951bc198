#pragma once
#include <functional>
#include <memory>
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
  struct Tasks;
  static void work(Tasks& tasks);

  std::shared_ptr<Tasks> tasks_;  // the thread's too: a task may drop the last handle of the queue
  std::thread thread_;
};

}  // namespace hilo::detail
