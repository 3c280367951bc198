// What the text of a program says of the devices that it is for.
#include <algorithm>
#include <charconv>
#include <optional>

#include "hilo/core/error.h"
#include "hilo/pjrt/compile_options.h"

namespace hilo::pjrt {
namespace {

constexpr int kMostDevices = 1 << 20;

// The number that `text` begins with, behind blanks.
std::optional<int> number_in(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value < 1 || value > kMostDevices) return {};
  return value;
}

// `name = 4 : i32`
std::optional<int> attribute(std::string_view text, std::string_view name) {
  const std::size_t at = text.find(name);
  if (at == std::string_view::npos) return {};
  std::string_view rest = text.substr(at + name.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n"), rest.size()));
  return rest.starts_with('=') ? number_in(rest.substr(1)) : std::nullopt;
}

// The devices of `sdy.mesh @m = <["x"=2, "y"=4]>`, or generic: `mesh = #sdy.mesh<["x"=2, "y"=4]>`.
std::optional<int> devices_of_mesh(std::string_view text) {
  for (std::size_t at = text.find("sdy.mesh"); at != std::string_view::npos;
       at = text.find("sdy.mesh", at + 1)) {
    const std::string_view line = text.substr(at, text.find('\n', at) - at);
    const std::size_t open = line.find("<["), close = line.find(']', open);
    if (open == std::string_view::npos || close == std::string_view::npos) continue;
    std::string_view axes = line.substr(open, close - open);
    int product = 1;
    for (std::size_t is = axes.find('='); is != std::string_view::npos; is = axes.find('=')) {
      axes.remove_prefix(is + 1);
      const std::optional<int> size = number_in(axes);
      if (!size || product > kMostDevices / *size) return {};
      product *= *size;
    }
    return product;
  }
  return {};
}

}  // namespace

CompileOptions options_for_program(std::string_view text, int devices) {
  CompileOptions options;
  const std::optional<int> replicas = attribute(text, "mhlo.num_replicas");
  std::optional<int> partitions = attribute(text, "mhlo.num_partitions");
  if (!partitions) partitions = devices_of_mesh(text);
  options.replicas = replicas.value_or(1);
  options.partitions = partitions.value_or(devices > 0 && !replicas ? devices : 1);
  if (devices > 0 && options.replicas * options.partitions != devices) {
    throw DeviceError(
        "the program is for " + std::to_string(options.replicas * options.partitions) +
        " devices (" + std::to_string(options.replicas) + " replicas x " +
        std::to_string(options.partitions) + " partitions); got " + std::to_string(devices));
  }
  options.uses_spmd = options.partitions > 1;
  options.uses_shardy = text.find("sdy.") != std::string_view::npos;
  return options;
}

}  // namespace hilo::pjrt
