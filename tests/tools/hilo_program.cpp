#include "tests/tools/hilo_program.h"

#include <unistd.h>

#include "hilo/core/file.h"
#include "hilo/pjrt/discovery.h"
#include "hilo/train/checkpoint.h"

namespace hilo::tools::test {
namespace {

struct Scratch {
  Scratch() : path(fs::temp_directory_path() / ("hilo-tools-" + std::to_string(::getpid()))) { fs::create_directories(path); }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
  fs::path path;
};

std::vector<std::string> with_program(std::vector<std::string> words) {
  words.insert(words.begin(), program());
  return words;
}

}  // namespace

const fs::path& scratch() {
  static const Scratch folder;
  return folder.path;
}

fs::path fresh(const std::string& name) {
  static int count = 0;
  const fs::path folder = scratch() / std::to_string(count++);
  fs::create_directories(folder);
  return folder / name;
}

fs::path written(const std::string& name, std::string_view text) {
  const fs::path file = fresh(name);
  write_file_atomically(file, text);
  return file;
}

std::map<std::string, std::string> environment() {
  static const std::string plugin = pjrt::search("cpu").path;
  return {{"HILO_PJRT_PLUGIN_PATH", plugin}, {"HILO_CACHE", (scratch() / "cache").string()}, {"HILO_COMPILE_CACHE", ""}};
}

std::string program() { return HILO_PROGRAM; }
std::string example(const std::string& name) { return std::string(HILO_EXAMPLES) + "/example_" + name; }

Ended hilo(std::vector<std::string> words, const std::string& input, const std::map<std::string, std::string>& more) {
  std::map<std::string, std::string> all = environment();
  for (const auto& [name, value] : more) all[name] = value;
  return run(with_program(std::move(words)), input, all);
}

std::string hilo_out(std::vector<std::string> words, const std::string& input) {
  const Ended ended = hilo(std::move(words), input);
  EXPECT_EQ(ended.code, 0) << ended.err;
  return ended.out;
}

std::unique_ptr<Process> hilo_started(std::vector<std::string> words) {
  return std::make_unique<Process>(with_program(std::move(words)), environment());
}

std::string bytes_of(const fs::path& file) { return read_text(file); }

fs::path newest(const fs::path& run) {
  const std::vector<fs::path> all = train::list_checkpoints(run);
  EXPECT_FALSE(all.empty()) << run;
  return all.empty() ? run : all.back();
}

}  // namespace hilo::tools::test
