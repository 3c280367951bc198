#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <atomic>
#include <iostream>
#include <mutex>
#include <thread>

#include "hilo/core/error.h"
#include "hilo/exec/program.h"
#include "hilo/stablehlo/check.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/stablehlo/parse.h"
#include "tools/command.h"
#include "tools/compute_flags.h"
#include "tools/conformance_suite.h"
#include "tools/messages.h"

namespace hilo::tools {
namespace {

struct Flags {
  std::string suite{};
  bool as_json = false;
  ComputeFlags compute{};
};

struct Verdict {
  /// A program that passes gave what its checks expect, or checks nothing and is right, or is wrong and was refused.
  enum class Kind { kRan, kVerified, kRefused, kFailed, kSkipped } kind = Kind::kVerified;
  std::string reason{};
};

bool is_disabled(const SuiteProgram& test) { return test.first_line.find("RUN-DISABLED") != std::string::npos; }

// What is wrong with a function; empty: nothing. Through print and parse again; the program that runs is the printed one.
std::string failure_of(const stablehlo::Imported& program, const std::string& file, const pjrt::Client& client) {
  const std::string printed = stablehlo::emit(program.function, {.has_locations = false});
  const stablehlo::Imported again = stablehlo::import_program(printed, {.file = file + " (printed)"});
  if (stablehlo::emit(again.function, {.has_locations = false}) != printed) return "what @" + program.name + " prints is another program";
  if (program.checks.empty()) return {};
  if (!program.function.parameters().empty()) return "the checks of @" + program.name + " need arguments";
  CompileSettings settings{.cache = nullptr};
  settings.options.flags["xla_backend_optimization_level"] = std::int64_t{0};  // a fused multiply-add rounds once less
  const std::vector<Array> results = Program::compile(client, again.function, {}, settings).run(std::span<const Array>());
  return stablehlo::failures_of(program, results);
}

Verdict verdict_of(const SuiteProgram& test, const pjrt::Client& client) {
  if (is_disabled(test)) return {Verdict::Kind::kSkipped, "RUN-DISABLED"};
  Verdict verdict;
  try {
    stablehlo::each_function(stablehlo::parse(test.text, test.file), [&](const stablehlo::Imported& program) {
      if (test.expected_error) return;
      if (!program.checks.empty()) verdict.kind = Verdict::Kind::kRan;
      const std::string failure = failure_of(program, test.file, client);
      if (!failure.empty()) verdict.reason += (verdict.reason.empty() ? "" : "\n") + failure;
    });
  } catch (const Error& e) {
    if (test.expected_error) return {Verdict::Kind::kRefused, e.what()};
    return {Verdict::Kind::kFailed, e.what()};
  }
  if (test.expected_error) return {Verdict::Kind::kFailed, "a wrong program is taken; expected: " + *test.expected_error};
  if (!verdict.reason.empty()) verdict.kind = Verdict::Kind::kFailed;
  return verdict;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

int conformance(const Flags& flags) {
  obey(flags.compute, "conformance");
  const std::vector<SuiteProgram> cases = read_suite(flags.suite);
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

  Json failed = Json::array(), skipped = Json::array(), refused = Json::array();
  std::size_t ran = 0, verified = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Verdict& v = verdicts[i];
    Json said = {{"file", cases[i].name}, {"reason", v.reason}};
    switch (v.kind) {
      case Verdict::Kind::kRan: ++ran; break;
      case Verdict::Kind::kVerified: ++verified; break;
      case Verdict::Kind::kRefused:
        said["expected"] = *cases[i].expected_error;
        refused.push_back(std::move(said));
        break;
      case Verdict::Kind::kSkipped: skipped.push_back(std::move(said)); break;
      case Verdict::Kind::kFailed:
        failed.push_back(std::move(said));
        if (!flags.as_json) std::cout << shown(cases[i].name) << ": " << first_line(v.reason) << "\n";
        break;
    }
  }
  const std::size_t passed = ran + verified + refused.size();
  if (flags.as_json) {
    std::cout << text_of({{"programs", cases.size()}, {"passed", passed}, {"ran", ran}, {"verified", verified}, {"refused", refused}, {"failed", failed}, {"skipped", skipped}}) << "\n";
  } else {
    std::cout << fmt::format("{} of {} programs passed: {} ran as expected, {} check nothing and are right, {} are wrong and were refused; {} failed, {} skipped\n",
                             passed, cases.size(), ran, verified, refused.size(), failed.size(), skipped.size());
  }
  return failed.empty() ? kDone : kFailed;
}

}  // namespace

Command conformance_command() {
  return {"conformance", "Run StableHLO's own test programs and compare with what they expect",
          "  hilo conformance stablehlo-testdata.tar.zst\n  hilo conformance stablehlo/tests/interpret --json\n\n"
          "A program says what it expects by check.expect_eq, expect_close and expect_almost_eq, in any of its functions. One that\n"
          "has none is verified, printed and read again; one with \"// expected-error\" must be refused, in whatever words. A file\n"
          "may hold several programs, with lines \"// -----\" between them. Files whose first line says RUN-DISABLED are skipped.",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            app.add_option("SUITE", flags->suite, "A folder, a tar archive, or one program")->required();
            app.add_flag("--json", flags->as_json, "As JSON: programs, passed (ran, verified, refused), failed, skipped");
            add_compute_flags(app, flags->compute);
            return [flags] { return conformance(*flags); };
          }};
}

}  // namespace hilo::tools
