#include "hilo/kernels/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <memory>
#include <thread>

namespace hilo::kernels {
namespace {

// CPUs that this process may use: the pool has more threads than that.
std::int64_t cpus() {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
  return std::max(1U, std::thread::hardware_concurrency());
}

constexpr int kSpins = 2000;  // some tens of microseconds
void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

// Shared with tasks that begin when all is done: they find no piece and touch nothing else.
struct Job {
  std::int64_t count, piece, pieces;
  const std::function<void(std::int64_t, std::int64_t)>* work;
  std::atomic<std::int64_t> taken = 0, done = 0;
  std::exception_ptr failure{};
  std::atomic_flag has_failed = ATOMIC_FLAG_INIT;

  void help() {
    for (std::int64_t i; (i = taken.fetch_add(1)) < pieces;) {
      try {
        (*work)(i * piece, std::min(count, (i + 1) * piece));
      } catch (...) {
        if (!has_failed.test_and_set()) failure = std::current_exception();
      }
      if (done.fetch_add(1) + 1 == pieces) done.notify_all();
    }
  }
};

}  // namespace

std::int64_t threads_of(xla::ffi::ThreadPool pool) {
  static const std::int64_t most = cpus();
  return std::min<std::int64_t>(most, pool.num_threads() + 1);
}

void parallel_for(xla::ffi::ThreadPool pool, std::int64_t count, std::int64_t piece,
                  const std::function<void(std::int64_t first, std::int64_t last)>& work) {
  const std::int64_t pieces = (count + piece - 1) / piece;
  const std::int64_t threads = std::min(pieces, threads_of(pool));
  if (threads < 2) {
    if (count > 0) work(0, count);
    return;
  }
  const auto job = std::make_shared<Job>(count, piece, pieces, &work);
  for (std::int64_t i = 1; i < threads; ++i) pool.Schedule([job] { job->help(); });
  job->help();
  // Others are within a piece, mostly: asleep one would miss that they are done.
  for (int i = 0; i < kSpins && job->done.load() < pieces; ++i) pause();
  for (std::int64_t done; (done = job->done.load()) < pieces;) job->done.wait(done);
  if (job->failure) std::rethrow_exception(job->failure);
}

}  // namespace hilo::kernels
