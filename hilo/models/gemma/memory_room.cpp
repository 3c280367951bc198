#include "hilo/models/gemma/memory_room.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/models/gemma/programs.h"

namespace hilo::models::gemma {
namespace {

// The number behind `label` in a file of the system.
std::optional<std::uint64_t> number_in(const char* file, std::string_view label) {
  try {
    const std::string text = read_text(file);
    const std::size_t at = text.find(label);
    if (at == text.npos) return {};
    const std::size_t begin = text.find_first_not_of(' ', at + label.size());
    std::uint64_t number = 0;
    if (begin == text.npos) return {};
    const char* end = text.data() + text.size();
    if (std::from_chars(text.data() + begin, end, number).ec == std::errc()) return number;
  } catch (const FormatError&) {
  }
  return {};  // another system, or no bound
}

std::optional<std::uint64_t> free_in_machine() {
  auto free = number_in("/proc/meminfo", "MemAvailable:");
  if (free) *free *= 1024;
  const auto most = number_in("/sys/fs/cgroup/memory.max", "");
  const auto taken = number_in("/sys/fs/cgroup/memory.current", "");
  const auto dropped = number_in("/sys/fs/cgroup/memory.stat", "inactive_file ");  // if need be
  if (!most || !taken) return free;
  const std::uint64_t own = *most - std::min(*most, *taken - std::min(*taken, dropped.value_or(0)));
  return std::min(own, free.value_or(own));
}

// In f64: shapes that nobody could allocate may pass what an integer holds.
double cache_bytes(const Config& config, Dim batch, Dim slots) {
  double bytes = 0;
  for (Dim i = 0; i < config.layers; ++i) {
    const Dim own = cache_shape(config, i, 1, slots).dim(2);
    bytes += 2 * static_cast<double>(cache_shape(config, i, batch, 1).byte_size()) * static_cast<double>(own);
  }
  return bytes;
}

std::string gigabytes(double bytes) { return fmt::format("{:.2f} GB", bytes / 1e9); }

}  // namespace

std::optional<std::uint64_t> free_bytes(const pjrt::Client& client, Dim devices) {
  std::uint64_t free = 0;
  const std::vector<pjrt::Device> all = client.addressable_devices();
  for (std::size_t i = 0; i < std::min(all.size(), static_cast<std::size_t>(devices)); ++i) {
    const auto stats = all[i].memory_stats();
    if (!stats || !stats->limit) {
      if (client.platform_name() != "cpu") return {};
      return free_in_machine();
    }
    free += static_cast<std::uint64_t>(std::max<std::int64_t>(*stats->limit - stats->in_use, 0));
  }
  return free;
}

void expect_room_for_weights(const pjrt::Client& client, const Config& config, Dim devices) {
  const nn::Store weights = declare_weights(config);
  double needed = 0;
  for (const auto& [path, variable] : weights.variables()) {
    if (!config.precision.blocks.contains(path))
      needed += static_cast<double>(variable.shape.byte_size());
  }
  const auto free = free_bytes(client, devices);
  if (!free || needed <= static_cast<double>(*free)) return;
  throw Error(fmt::format(
      "out of memory: the weights need {} in {}; {} are free\n  hint:  {}", gigabytes(needed),
      name(config.precision.weights), gigabytes(static_cast<double>(*free)),
      config.precision.weights == kF32 ? "--dtype bf16 takes half"
                                       : "--devices N --mesh model=N divides them"));
}

void expect_room_for_cache(const pjrt::Client& client, const Config& config, Dim batch, Dim slots,
                           Dim devices) {
  const double needed = cache_bytes(config, batch, slots);
  const auto free = free_bytes(client, devices);
  if (!free || needed <= static_cast<double>(*free)) return;
  Dim fits = slots;
  while (fits > 0 && cache_bytes(config, batch, fits) > static_cast<double>(*free)) fits /= 2;
  throw Error(
      fmt::format("out of memory: a cache for {} tokens of {} texts needs {}; {} are free, enough "
                  "for {} tokens\n"
                  "  hint:  fewer or shorter texts{}",
                  slots, batch, gigabytes(needed), gigabytes(static_cast<double>(*free)), fits,
                  config.precision.cache == kF32 ? ", or --dtype bf16, which takes half" : ""));
}

}  // namespace hilo::models::gemma
