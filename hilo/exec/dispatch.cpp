#include "hilo/exec/dispatch.h"

#include <map>

namespace hilo::detail {

DispatchQueue::DispatchQueue() : thread_([this] { work(); }) {}

DispatchQueue::~DispatchQueue() {
  {
    const std::lock_guard lock(mutex_);
    is_closing_ = true;
  }
  changed_.notify_all();
  if (thread_.get_id() == std::this_thread::get_id()) {
    thread_.detach();  // the last handle was dropped by a task of its own
  } else {
    thread_.join();
  }
}

std::shared_ptr<DispatchQueue> DispatchQueue::of(const pjrt::Client& client) {
  static std::mutex mutex;
  static std::map<const void*, std::weak_ptr<DispatchQueue>> queues;
  const std::lock_guard lock(mutex);
  std::weak_ptr<DispatchQueue>& known = queues[&client.state()];
  std::shared_ptr<DispatchQueue> queue = known.lock();
  if (!queue) known = queue = std::make_shared<DispatchQueue>();
  return queue;
}

void DispatchQueue::push(std::function<void()> task) {
  {
    const std::lock_guard lock(mutex_);
    tasks_.push_back(std::move(task));
  }
  changed_.notify_one();
}

void DispatchQueue::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_closing_ || !tasks_.empty(); });
    if (tasks_.empty()) return;
    {
      const std::function<void()> task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
    }
    lock.lock();
  }
}

}  // namespace hilo::detail
