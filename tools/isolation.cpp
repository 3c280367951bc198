#include "tools/isolation.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>

#include "hilo/exec/isolate.h"

namespace hilo::tools {
namespace {

constexpr const char* kFlag = "--isolate";
constexpr const char* kSeconds = "--isolate-seconds";
constexpr const char* kCpuSeconds = "--isolate-cpu-seconds";
constexpr const char* kMemory = "--isolate-memory";

template <class T>
void read(const CLI::App& app, const char* name, T& value) {
  const CLI::Option* option = app.get_option(name);
  if (option->count() > 0) value = option->as<T>();
}

}  // namespace

void add_isolation_flags(CLI::App& app) {
  const auto seconds = CLI::Range(1e-3, 1e9).description("");
  const auto flag = app.add_flag(kFlag)->description(
      "Work in a child process: what aborts, crashes or hangs in XLA is an error");
  app.add_option(kSeconds, "With it: wall time that the child may take; 600 if not given")
      ->type_name("S")
      ->check(seconds)
      ->needs(flag);
  app.add_option(kCpuSeconds, "With it: CPU time; the wall time on every CPU if not given")
      ->type_name("S")
      ->check(seconds)
      ->needs(flag);
  app.add_option(kMemory,
                 "With it: memory, such as 2GB; three quarters of the machine's if not given")
      ->type_name("BYTES")
      ->transform(CLI::AsSizeValue(true).description(""))
      ->needs(flag);
}

std::optional<int> run_if_isolated(const CLI::App& app, std::vector<std::string> words) {
  const CLI::Option* flag = app.get_option_no_throw(kFlag);
  if (flag == nullptr || flag->count() == 0 || !flag->as<bool>()) return {};
  // The same words without the flags of isolation, which the child does not have.
  const auto is_ours = [](const std::string& word) { return word.starts_with(kFlag); };
  std::vector<std::string> child = {this_program()};
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "--") {
      child.insert(child.end(), words.begin() + static_cast<std::ptrdiff_t>(i), words.end());
      break;
    }
    if (!is_ours(words[i]))
      child.push_back(words[i]);
    else if (words[i] != kFlag && words[i].find('=') == std::string::npos)
      ++i;  // its value
  }
  IsolateLimits limits;
  read(app, kSeconds, limits.wall_seconds);
  read(app, kCpuSeconds, limits.cpu_seconds);
  read(app, kMemory, limits.memory_bytes);
  const Isolated ended = run_isolated(child, limits);
  std::cerr << ended.errors << std::flush;
  return ended.exit_code;
}

}  // namespace hilo::tools
