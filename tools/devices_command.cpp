#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <iostream>

#include "tools/command.h"
#include "tools/compute_flags.h"
#include "tools/messages.h"

namespace hilo::tools {
namespace {

Json describe(const pjrt::Device& device) {
  Json json = {{"id", device.id()}, {"kind", device.kind()}, {"name", device.debug_string()}, {"process", device.process_index()}};
  if (const auto memory = device.memory_stats()) {
    json["memory_in_use_bytes"] = memory->in_use;
    if (memory->limit) json["memory_bytes"] = *memory->limit;
  }
  for (const auto& [name, value] : device.attributes()) json["attributes"][name] = pjrt::to_string(value);
  return json;
}

int devices(const ComputeFlags& flags, bool as_json) {
  const pjrt::Client client = open_client(flags);
  Json list = Json::array();
  for (const pjrt::Device& device : client.addressable_devices()) list.push_back(describe(device));
  if (as_json) {
    std::cout << text_of({{"platform", client.platform_name()}, {"plugin", client.plugin().path()}, {"devices", list}}) << "\n";
    return kDone;
  }
  std::cout << fmt::format("{} of {} ({})\n", count_of(list.size(), "device"), client.platform_name(), client.plugin().path());
  for (const Json& device : list) {
    std::cout << fmt::format("  {:>3}  {}", device["id"].get<int>(), device["kind"].get<std::string>());
    if (device.contains("memory_bytes")) std::cout << "  " << bytes_text(device["memory_bytes"].get<std::uint64_t>());
    std::cout << "\n";
  }
  return kDone;
}

}  // namespace

Command devices_command() {
  return {"devices", "The devices that programs can run on", "  hilo devices\n  hilo devices --backend cuda --json",
          [](CLI::App& app) -> std::function<int()> {
            struct Flags {
              ComputeFlags compute;
              bool as_json = false;
            };
            const auto flags = std::make_shared<Flags>();
            add_device_flags(app, flags->compute);
            app.add_flag("--json", flags->as_json, "As JSON");
            return [flags] { return devices(flags->compute, flags->as_json); };
          }};
}

}  // namespace hilo::tools
