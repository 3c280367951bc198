#include "hilo/data/parallel_for.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "hilo/core/error.h"

namespace hilo::data {
namespace {

// Indices are handed out in growing order, a few at once. So when index i fails, every smaller one
// is done or in work, and the smallest failure is the same however many threads there are.
class Work {
 public:
  Work(std::int64_t count, int threads, const std::function<void(std::int64_t)>& body)
      : count_(count),
        chunk_(std::clamp<std::int64_t>(count / (threads * 16), 1, 64)),
        body_(body) {}

  // False if nothing is left to do.
  bool step() {
    if (is_stopped_) return false;
    const std::int64_t begin = next_.fetch_add(chunk_), end = std::min(begin + chunk_, count_);
    for (std::int64_t i = begin; i < end; ++i) {
      try {
        body_(i);
      } catch (...) {
        keep(i);
        return false;
      }
    }
    done_ += std::max<std::int64_t>(end - begin, 0);
    return begin < count_;
  }

  void stop() { is_stopped_ = true; }
  [[nodiscard]] std::int64_t done() const { return done_; }
  void rethrow() const {
    if (failure_ != nullptr) std::rethrow_exception(failure_);
  }

 private:
  void keep(std::int64_t i) {
    const std::lock_guard lock(mutex_);
    if (failure_ == nullptr || i < failed_) {
      failed_ = i;
      failure_ = std::current_exception();
    }
    is_stopped_ = true;
  }

  std::int64_t count_, chunk_;
  const std::function<void(std::int64_t)>& body_;
  std::atomic<std::int64_t> next_{0}, done_{0};
  std::atomic<bool> is_stopped_{false};
  std::mutex mutex_;
  std::int64_t failed_ = 0;
  std::exception_ptr failure_;
};

}  // namespace

int thread_count(int asked) {
  if (asked < 0) throw Error(std::to_string(asked) + " threads; expected 0 (one a core) or more");
  return asked > 0 ? asked : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void parallel_for(std::int64_t count, int threads, const std::function<void(std::int64_t)>& body,
                  const std::function<void(std::int64_t done, std::int64_t total)>& on_progress) {
  threads = static_cast<int>(std::clamp<std::int64_t>(count, 1, thread_count(threads)));
  Work work(count, threads, body);
  {
    std::vector<std::jthread> others;
    for (int i = 1; i < threads; ++i) {
      others.emplace_back([&work] {
        while (work.step()) {
        }
      });
    }
    try {
      while (work.step()) {
        if (on_progress) on_progress(work.done(), count);
      }
    } catch (...) {
      work.stop();
      throw;  // the others are joined on the way out
    }
  }
  work.rethrow();
  if (on_progress) on_progress(count, count);
}

}  // namespace hilo::data
