#include "tools/timed_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <fstream>

#include "hilo/core/error.h"

namespace hilo::tools {
namespace {

constexpr int kMillisecondsALook = 5;
constexpr std::size_t kMostErrors = 2000;

// VmHWM of a process; 0 once it has ended. The kernel's count at its end would be no less than what
// its parent had in memory when it was started.
std::uint64_t peak_of(const std::string& process) {
  std::ifstream status("/proc/" + process + "/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stoull(line.substr(6)) * 1024;
  }
  return 0;
}

// Both ends of a pipe; a child keeps neither but by dup2.
struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
      throw Error("a pipe cannot be made: " + std::string(std::strerror(errno)));
  }
  ~Pipe() {
    ::close(ends[0]);
    close_writer();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;
  void close_writer() {
    if (ends[1] >= 0) ::close(ends[1]);
    ends[1] = -1;
  }
};

// Appends what is there; false at the end.
bool drain(int from, std::string& text) {
  std::array<char, 65536> buffer{};
  const ssize_t count = ::read(from, buffer.data(), buffer.size());
  if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0 || (count < 0 && errno == EINTR);
}

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> result;
  for (std::string& word : words) result.push_back(word.data());
  result.push_back(nullptr);
  return result;
}

}  // namespace

TimedProcess run_timed(const std::vector<std::string>& words,
                       const std::vector<std::string>& environment) {
  std::vector<std::string> arguments = words, variables = environment;
  for (char** v = environ; *v != nullptr; ++v) variables.emplace_back(*v);  // the first one counts
  Pipe out, errors;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, errors.ends[1], STDERR_FILENO);
  pid_t child = 0;
  const auto start = std::chrono::steady_clock::now();
  const int problem = ::posix_spawnp(&child, words.at(0).c_str(), &actions, nullptr,
                                     pointers(arguments).data(), pointers(variables).data());
  posix_spawn_file_actions_destroy(&actions);
  if (problem != 0)
    throw Error(words[0] + " cannot be started: " + std::string(std::strerror(problem)));
  out.close_writer();
  errors.close_writer();
  TimedProcess result;
  std::string said;
  std::array<pollfd, 2> from{pollfd{out.ends[0], POLLIN, 0}, pollfd{errors.ends[0], POLLIN, 0}};
  while (from[0].fd >= 0 || from[1].fd >= 0) {
    (void)::poll(from.data(), from.size(), kMillisecondsALook);
    result.peak_bytes = std::max(result.peak_bytes, peak_of(std::to_string(child)));
    if (from[0].revents != 0 && !drain(from[0].fd, result.out)) from[0].fd = -1;
    if (from[1].revents != 0 && !drain(from[1].fd, said)) from[1].fd = -1;
    if (said.size() > kMostErrors) said.erase(0, said.size() - kMostErrors);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    const std::string how = WIFSIGNALED(status) ? fmt::format("signal {}", WTERMSIG(status))
                                                : fmt::format("code {}", WEXITSTATUS(status));
    throw Error(words[0] + " ended with " + how + (said.empty() ? "" : "; it said:\n" + said));
  }
  return result;
}

std::uint64_t peak_bytes_of_this_process() { return peak_of("self"); }

}  // namespace hilo::tools
