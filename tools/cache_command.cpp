#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <chrono>
#include <iostream>

#include "hilo/core/error.h"
#include "hilo/exec/compile_cache.h"
#include "tools/command.h"
#include "tools/messages.h"

namespace hilo::tools {
namespace {

double seconds_since(std::filesystem::file_time_type time) {
  return std::chrono::duration<double>(std::filesystem::file_time_type::clock::now() - time).count();
}

std::string age_text(double seconds) {
  if (seconds < 120) return "just now";
  if (seconds < 2 * 3600) return fmt::format("{:.0f} minutes ago", seconds / 60);
  if (seconds < 48 * 3600) return fmt::format("{:.0f} hours ago", seconds / 3600);
  return fmt::format("{:.0f} days ago", seconds / 86400);
}

int list(const CompileCache& cache, bool as_json) {
  const std::vector<CompileCache::Item> items = cache.list();
  std::uint64_t bytes = 0;
  Json json = {{"folder", cache.folder().string()}, {"max_bytes", cache.max_bytes()}, {"programs", Json::array()}};
  for (const CompileCache::Item& item : items) {
    bytes += item.bytes;
    json["programs"].push_back({{"name", item.name}, {"file", item.path.filename().string()}, {"bytes", item.bytes},
                                {"seconds_since_use", seconds_since(item.used)}});
    if (!as_json) {
      std::cout << fmt::format("{:<20} {:>8}  used {}\n", item.name, bytes_text(item.bytes), age_text(seconds_since(item.used)));
    }
  }
  json["bytes"] = bytes;
  if (as_json) {
    std::cout << text_of(json) << "\n";
  } else {
    std::cout << fmt::format("{}, {} of at most {}, in {}\n", count_of(items.size(), "compiled program"), bytes_text(bytes),
                             bytes_text(cache.max_bytes()), cache.folder().string());
  }
  return kDone;
}

int clear(const CompileCache& cache) {
  std::uint64_t bytes = 0;
  for (const CompileCache::Item& item : cache.list()) bytes += item.bytes;
  const std::size_t count = cache.clear();
  std::cout << fmt::format("removed {}, {}\n", count_of(count, "compiled program"), bytes_text(bytes));
  return kDone;
}

}  // namespace

Command cache_command() {
  return {"cache", "The compiled programs that are kept on disk", "  hilo cache list\n  hilo cache clear\n  HILO_COMPILE_CACHE=8GB hilo cache list\n\n"
          "HILO_COMPILE_CACHE is the most that is kept, 4 GiB if it is not set; or off. The longest unused go first.",
          [](CLI::App& app) -> std::function<int()> {
            struct Flags {
              std::string what;
              bool as_json = false;
            };
            const auto flags = std::make_shared<Flags>();
            app.add_option("WHAT", flags->what, "list, or clear to remove them all")->required()->check(CLI::IsMember({"list", "clear"}));
            app.add_flag("--json", flags->as_json, "The list as JSON");
            return [flags] {
              const auto cache = CompileCache::standard();
              if (cache == nullptr) throw Error("there is no cache: HILO_COMPILE_CACHE is off, or there is no home folder");
              return flags->what == "list" ? list(*cache, flags->as_json) : clear(*cache);
            };
          }};
}

}  // namespace hilo::tools
