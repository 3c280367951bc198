#include "hilo/exec/dispatch.h"

#include <condition_variable>
#include <deque>
#include <map>
#include <mutex>

namespace hilo::detail {

struct DispatchQueue::Tasks {
  std::mutex mutex{};
  std::condition_variable changed{};
  std::deque<std::function<void()>> waiting{};
  bool is_closing = false;
};

DispatchQueue::DispatchQueue() : tasks_(std::make_shared<Tasks>()), thread_([tasks = tasks_] { work(*tasks); }) {}

DispatchQueue::~DispatchQueue() {
  {
    const std::lock_guard lock(tasks_->mutex);
    tasks_->is_closing = true;
  }
  tasks_->changed.notify_all();
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
    const std::lock_guard lock(tasks_->mutex);
    tasks_->waiting.push_back(std::move(task));
  }
  tasks_->changed.notify_one();
}

void DispatchQueue::work(Tasks& tasks) {
  std::unique_lock lock(tasks.mutex);
  while (true) {
    tasks.changed.wait(lock, [&] { return tasks.is_closing || !tasks.waiting.empty(); });
    if (tasks.waiting.empty()) return;
    {
      const std::function<void()> task = std::move(tasks.waiting.front());
      tasks.waiting.pop_front();
      lock.unlock();
      task();
    }
    lock.lock();
  }
}

}  // namespace hilo::detail
