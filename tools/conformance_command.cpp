#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iostream>
#include <mutex>
#include <thread>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/exec/program.h"
#include "hilo/formats/tar.h"
#include "hilo/stablehlo/check.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/stablehlo/parse.h"
#include "tools/command.h"
#include "tools/compute_flags.h"
#include "tools/messages.h"

namespace hilo::tools {
namespace {

constexpr std::uint64_t kMaxProgramBytes = 1ULL << 30;

struct Flags {
  std::string suite{};
  bool as_json = false;
  ComputeFlags compute{};
};

struct Case {
  std::string file{}, text{};
};

struct Verdict {
  enum class Kind { kPassed, kFailed, kSkipped } kind = Kind::kPassed;
  std::string reason{};
};

bool is_program(const std::filesystem::path& path) {
  const std::string end = path.extension().string();
  return end == ".mlir" || end == ".mlirbc" || end == ".bc";
}

std::vector<Case> read_suite(const std::string& path) {
  std::vector<Case> cases;
  if (std::filesystem::is_directory(path)) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (!entry.is_regular_file() || !is_program(entry.path())) continue;
      cases.push_back({std::filesystem::relative(entry.path(), path).string(), read_text(entry.path(), kMaxProgramBytes)});
    }
  } else if (is_program(path)) {
    cases.push_back({path, read_text(path, kMaxProgramBytes)});
  } else {
    formats::read_tar(path, [&](formats::TarEntry entry) {
      if (!is_program(entry.name)) return;
      const auto* bytes = reinterpret_cast<const char*>(entry.contents.data());
      cases.push_back({entry.name, {bytes, entry.contents.size()}});
    });
  }
  std::ranges::sort(cases, {}, &Case::file);
  return cases;
}

bool is_disabled(std::string_view text) { return text.substr(0, text.find('\n')).find("RUN-DISABLED") != std::string_view::npos; }

// Through parse, verify, print, and parse again; the program that runs is the printed one.
Verdict verdict_of(const Case& test, const pjrt::Client& client) {
  if (is_disabled(test.text)) return {Verdict::Kind::kSkipped, "RUN-DISABLED"};
  try {
    stablehlo::Imported program = stablehlo::import_program(test.text, {.file = test.file});
    if (program.checks.empty()) return {Verdict::Kind::kSkipped, "it checks nothing"};
    const std::string printed = stablehlo::emit(program.function, {.has_locations = false});
    const stablehlo::Imported again = stablehlo::import_program(printed, {.file = test.file + " (printed)"});
    if (stablehlo::emit(again.function, {.has_locations = false}) != printed) return {Verdict::Kind::kFailed, "what it prints is another program"};
    CompileSettings settings{.cache = nullptr};
    settings.options.flags["xla_backend_optimization_level"] = std::int64_t{0};  // a fused multiply-add rounds once less
    const std::vector<Array> results = Program::compile(client, again.function, {}, settings).run(std::span<const Array>());
    const std::string failures = stablehlo::failures_of(program, results);
    return failures.empty() ? Verdict{} : Verdict{Verdict::Kind::kFailed, failures};
  } catch (const Error& e) {
    return {Verdict::Kind::kFailed, e.what()};
  }
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

int conformance(const Flags& flags) {
  obey(flags.compute, "conformance");
  const std::vector<Case> cases = read_suite(flags.suite);
  if (cases.empty()) throw Error(shown(flags.suite) + ": no .mlir or .mlirbc files in it");
  const pjrt::Client client = open_client(flags.compute);
  std::vector<Verdict> verdicts(cases.size());
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < cases.size(); i = next++) verdicts[i] = verdict_of(cases[i], client);
  };
  std::vector<std::thread> others;
  for (unsigned k = 1; k < std::thread::hardware_concurrency(); ++k) others.emplace_back(work);
  work();
  for (std::thread& other : others) other.join();

  Json failed = Json::array(), skipped = Json::array();
  std::size_t passed = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Verdict& v = verdicts[i];
    if (v.kind == Verdict::Kind::kPassed) ++passed;
    if (v.kind == Verdict::Kind::kSkipped) skipped.push_back({{"file", cases[i].file}, {"reason", v.reason}});
    if (v.kind != Verdict::Kind::kFailed) continue;
    failed.push_back({{"file", cases[i].file}, {"reason", v.reason}});
    if (!flags.as_json) std::cout << shown(cases[i].file) << ": " << first_line(v.reason) << "\n";
  }
  if (flags.as_json) std::cout << text_of({{"programs", cases.size()}, {"passed", passed}, {"failed", failed}, {"skipped", skipped}}) << "\n";
  else std::cout << fmt::format("{} of {} programs passed, {} failed, {} skipped\n", passed, cases.size(), failed.size(), skipped.size());
  return failed.empty() ? kDone : kFailed;
}

}  // namespace

Command conformance_command() {
  return {"conformance", "Run StableHLO's own test programs and compare with what they expect",
          "  hilo conformance stablehlo-testdata.tar.zst\n  hilo conformance stablehlo/tests/interpret --json\n\n"
          "A program says what it expects by check.expect_eq, expect_close and expect_almost_eq. Files whose first line says\n"
          "RUN-DISABLED are skipped.",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("SUITE", flags->suite, "A folder, a tar archive, or one program")->required();
            app.add_flag("--json", flags->as_json, "As JSON: programs, passed, failed, skipped");
            add_compute_flags(app, flags->compute);
            return [flags] { return conformance(*flags); };
          }};
}

}  // namespace hilo::tools
