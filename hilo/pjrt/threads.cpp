#include "hilo/pjrt/threads.h"

#include <sched.h>

#include <algorithm>
#include <string>
#include <thread>

#include "hilo/core/error.h"

namespace hilo::pjrt {

int usable_cpus() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  if (::sched_getaffinity(0, sizeof(cpus), &cpus) != 0) {  // a machine with more than 1,024 CPUs
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  }
  return CPU_COUNT(&cpus);
}

void limit_cpus(int count) {
  if (count < 1) throw Error("threads: expected a positive number, got " + std::to_string(count));
  cpu_set_t cpus, chosen;
  CPU_ZERO(&cpus);
  CPU_ZERO(&chosen);
  if (::sched_getaffinity(0, sizeof(cpus), &cpus) != 0) return;
  for (int cpu = 0, taken = 0; cpu < CPU_SETSIZE && taken < count; ++cpu) {
    if (!CPU_ISSET(static_cast<std::size_t>(cpu), &cpus)) continue;
    CPU_SET(static_cast<std::size_t>(cpu), &chosen);
    ++taken;
  }
  ::sched_setaffinity(0, sizeof(chosen), &chosen);
}

}  // namespace hilo::pjrt
