#include <cstdint>
#include <cstdio>
#include <limits>

#include "fuzz/target.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HILO_COUNTS_MEMORY
#include <sanitizer/allocator_interface.h>
#endif
#endif

namespace hilo::fuzz {

#ifdef HILO_COUNTS_MEMORY
namespace {

constexpr std::int64_t kFreeBytes = std::int64_t{64} << 20;
constexpr std::int64_t kNoLimit = std::numeric_limits<std::int64_t>::max();
std::int64_t live = 0, limit = kNoLimit, most = 0;

void on_allocation(const volatile void*, std::size_t size) {
  live += static_cast<std::int64_t>(size);
  most = live > most ? live : most;
  if (live <= limit) return;
  limit = kNoLimit;
  std::fputs("fuzz: memory beyond the input and 64 MiB\n", stderr);
  __builtin_trap();
}

void on_release(const volatile void* pointer) {
  live -= static_cast<std::int64_t>(__sanitizer_get_allocated_size(pointer));
}

}  // namespace

MemoryBound::MemoryBound(std::size_t input) {
  static const int installed =
      __sanitizer_install_malloc_and_free_hooks(&on_allocation, &on_release);
  if (installed == 0) __builtin_trap();
  live = 0;
  limit = kFreeBytes + static_cast<std::int64_t>(input);
}

MemoryBound::~MemoryBound() { limit = kNoLimit; }

std::int64_t most_memory() { return most; }
#else
MemoryBound::MemoryBound(std::size_t) {}
MemoryBound::~MemoryBound() = default;
std::int64_t most_memory() { return 0; }
#endif

}  // namespace hilo::fuzz
