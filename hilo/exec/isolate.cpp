#include "hilo/exec/isolate.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cmath>
#include <csignal>
#include <cstring>
#include <deque>
#include <fstream>
#include <string_view>
#include <utility>

#include "hilo/core/error.h"
#include "hilo/pjrt/threads.h"

namespace hilo {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostErrors = 64 << 10;
constexpr std::size_t kLinesShown = 8;
constexpr int kGlanceMs = 50;
constexpr int kCannotExec = 127;

std::uint64_t page_bytes() { return static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)); }

IsolateLimits with_defaults(IsolateLimits limits) {
  if (!(limits.wall_seconds > 0)) limits.wall_seconds = IsolateLimits{}.wall_seconds;
  if (!(limits.cpu_seconds > 0)) limits.cpu_seconds = limits.wall_seconds * pjrt::usable_cpus();
  if (limits.memory_bytes == 0) {
    limits.memory_bytes =
        static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * page_bytes() / 4 * 3;
  }
  return limits;
}

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  ~Descriptor() { close(); }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

// Between fork and exec: only calls that are safe where other threads held locks.
[[noreturn]] void become(char* const* argv, int errors, rlim_t cpu_seconds, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // no caller, no child
  if (::getppid() != parent) ::_exit(kCannotExec);
  const rlimit cpu{cpu_seconds, cpu_seconds + 1}, core{0, 0};
  ::setrlimit(RLIMIT_CPU, &cpu);
  ::setrlimit(RLIMIT_CORE, &core);
  ::dup2(errors, STDERR_FILENO);
  ::execv(argv[0], argv);
  ::_exit(kCannotExec);
}

// What is in the pipe now, waiting for some at most `patience_ms`. False once it is closed.
bool read_some(int descriptor, std::string& text, int patience_ms) {
  pollfd wanted{descriptor, POLLIN, 0};
  if (::poll(&wanted, 1, patience_ms) <= 0) return true;
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
  if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
  if (text.size() > 2 * kMostErrors) text.erase(0, text.size() - kMostErrors);
  return count > 0;
}

std::uint64_t memory_of(pid_t child) {
  std::ifstream file("/proc/" + std::to_string(child) + "/statm");
  std::uint64_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * page_bytes();
}

// The last lines that say something: addresses of a stack do not.
std::string last_words(std::string_view text) {
  std::deque<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos || line.substr(start).starts_with("@ ")) continue;
    lines.push_back(line);
    if (lines.size() > kLinesShown) lines.pop_front();
  }
  if (lines.empty()) return "\n  it said nothing";
  std::string shown = "\n  the last it said:";
  for (const std::string_view line : lines) shown += "\n    " + std::string(line.substr(0, 400));
  return shown;
}

std::string signal_text(int signal) {
  const char* name = ::sigabbrev_np(signal);
  const char* words = ::sigdescr_np(signal);
  return fmt::format("SIG{} ({})", name != nullptr ? name : std::to_string(signal),
                     words != nullptr ? words : "unknown");
}

std::string bytes_text(std::uint64_t bytes) {
  return fmt::format("{:.1f} GB", static_cast<double>(bytes) / 1e9);
}

// A child under watch.
struct Watch {
  pid_t child;
  IsolateLimits limits;
  Clock::time_point start = Clock::now();
  std::string errors{};
  std::string broken{};  // the limit that it was killed for

  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(Clock::now() - start).count();
  }

  // Its status once it has ended.
  int until_end(int pipe) {
    bool is_open = true;
    int status = 0;
    while (true) {
      if (is_open)
        is_open = read_some(pipe, errors, kGlanceMs);
      else
        ::poll(nullptr, 0, kGlanceMs);
      const pid_t ended = ::waitpid(child, &status, WNOHANG);
      if (ended == child) break;
      if (ended < 0 && errno != EINTR)
        throw Error("an isolated process was lost: " + std::string(std::strerror(errno)));
      if (broken.empty()) check_limits();
    }
    for (std::size_t before = errors.size() + 1; is_open && before != errors.size();) {
      before = errors.size();
      is_open = read_some(pipe, errors, 0);
    }
    if (errors.size() > kMostErrors) errors.erase(0, errors.size() - kMostErrors);
    return status;
  }

  void check_limits() {
    if (seconds() > limits.wall_seconds) {
      broken = fmt::format("it did not end within {:g} s", limits.wall_seconds);
    } else if (memory_of(child) > limits.memory_bytes) {
      broken = fmt::format("it used more than {} of memory", bytes_text(limits.memory_bytes));
    }
    if (!broken.empty()) ::kill(child, SIGKILL);
  }

  [[nodiscard]] std::string death(int signal) const {
    if (!broken.empty()) return broken + " and was stopped";
    if (signal == SIGXCPU)
      return fmt::format("it used more than {:g} s of CPU time and was stopped",
                         limits.cpu_seconds);
    std::string text = fmt::format("it died of {} after {:.1f} s", signal_text(signal), seconds());
    return signal == SIGKILL ? text + "; the machine may have run out of memory" : text;
  }
};

}  // namespace

std::string this_program() {
  std::string path(4096, '\0');
  const ssize_t size = ::readlink("/proc/self/exe", path.data(), path.size());
  if (size <= 0)
    throw Error("the path of this program cannot be read: " + std::string(std::strerror(errno)));
  path.resize(static_cast<std::size_t>(size));
  return path;
}

Isolated run_isolated(const std::vector<std::string>& words, const IsolateLimits& given) {
  if (words.empty()) throw Error("an isolated process needs a program; got no words");
  const IsolateLimits limits = with_defaults(given);
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw Error("an isolated process cannot be started: " + std::string(std::strerror(errno)));
  const Descriptor ours(ends[0]);
  Descriptor theirs(ends[1]);
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  const auto cpu_seconds = static_cast<rlim_t>(std::ceil(std::min(limits.cpu_seconds, 1e12)));
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child == 0) become(argv.data(), theirs.get(), cpu_seconds, parent);
  if (child < 0)
    throw Error("an isolated process cannot be started: " + std::string(std::strerror(errno)));
  theirs.close();
  Watch watch{.child = child, .limits = limits};
  const int status = watch.until_end(ours.get());
  if (WIFSIGNALED(status)) {
    throw Error("isolated process: " + watch.death(WTERMSIG(status)) + last_words(watch.errors));
  }
  if (WEXITSTATUS(status) == kCannotExec && watch.errors.empty()) {
    throw Error("isolated process: " + words[0] + " cannot be started");
  }
  return {.exit_code = WEXITSTATUS(status), .errors = std::move(watch.errors)};
}

}  // namespace hilo
