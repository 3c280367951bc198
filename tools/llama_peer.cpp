#include "tools/llama_peer.h"

#include <filesystem>
#include <utility>
#include <vector>

#include "hilo/core/error.h"
#include "tools/messages.h"
#include "tools/timed_process.h"

namespace hilo::tools {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> command(const std::string& program, const LlamaWork& work,
                                 std::vector<std::string> rest) {
  std::vector<std::string> words = {program, "-m", work.model, "-t",  std::to_string(work.threads),
                                    "-r",    "1",  "-o",       "json"};
  words.insert(words.end(), rest.begin(), rest.end());
  return words;
}

double rate_in(const std::string& out) {
  const Json json = Json::parse(out, nullptr, false);
  if (!json.is_array() || json.size() != 1 || !json[0].contains("avg_ts"))
    throw Error("llama-bench did not print what it should: one test with avg_ts, as JSON");
  return json[0]["avg_ts"].get<double>();
}

}  // namespace

LlamaPeer::LlamaPeer(const std::string& place, LlamaWork work) : work_(std::move(work)) {
  const fs::path path(place);
  program_ = (fs::is_directory(path) ? path / "llama-bench" : path).string();
  if (!fs::is_regular_file(program_)) {
    throw UsageError("bench: " + shown(program_) +
                     " is not there; expected llama.cpp's llama-bench, by --peer-path or "
                     "HILO_LLAMA_CPP\n  see:  docs/performance.md");
  }
}

double LlamaPeer::prefill() const {
  return rate_in(
      run_timed(command(program_, work_, {"-p", std::to_string(work_.prompt), "-n", "0"})).out);
}

double LlamaPeer::decode() const {
  return rate_in(run_timed(command(program_, work_,
                                   {"-p", "0", "-n", std::to_string(work_.tokens), "-d",
                                    std::to_string(work_.prompt)}))
                     .out);
}

LlamaPeer::Start LlamaPeer::first_token() const {
  const TimedProcess run = run_timed(
      command(program_, work_,
              {"-p", "0", "-n", "0", "-pg", std::to_string(work_.prompt) + ",1", "--no-warmup"}));
  return {run.seconds, run.peak_bytes};
}

}  // namespace hilo::tools
