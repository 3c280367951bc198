#include "tests/tools/process.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>

namespace hilo::tools::test {
namespace {

constexpr int kPatienceMs = 60'000;

struct Pipe {
  int read = -1, write = -1;
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("pipe2");
    read = ends[0];
    write = ends[1];
  }
};

// Appends what is there, waiting for it up to `patience_ms`; false at the end or when patience ends.
bool read_some(int descriptor, std::string& text, int patience_ms) {
  pollfd wanted{descriptor, POLLIN, 0};
  if (::poll(&wanted, 1, patience_ms) <= 0) return false;
  std::array<char, 4096> buffer{};
  const ssize_t count = ::read(descriptor, buffer.data(), buffer.size());
  if (count > 0) text.append(buffer.data(), static_cast<std::size_t>(count));
  return count > 0;
}

}  // namespace

Process::Process(const std::vector<std::string>& words, const std::map<std::string, std::string>& environment) {
  ::signal(SIGPIPE, SIG_IGN);  // a program that ends early fails a test, not all of them
  const Pipe in, out, err;
  std::vector<char*> argv;
  for (const std::string& word : words) argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(in.read, STDIN_FILENO);
    ::dup2(out.write, STDOUT_FILENO);
    ::dup2(err.write, STDERR_FILENO);
    ::signal(SIGPIPE, SIG_DFL);
    for (const auto& [name, value] : environment) {
      if (value.empty()) ::unsetenv(name.c_str());
      else ::setenv(name.c_str(), value.c_str(), 1);
    }
    ::execvp(argv[0], argv.data());
    ::_exit(127);
  }
  ::close(in.read);
  ::close(out.write);
  ::close(err.write);
  input_ = in.write;
  output_ = out.read;
  errors_ = err.read;
}

Process::~Process() {
  if (pid_ > 0) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  close_input();
  ::close(output_);
  ::close(errors_);
}

void Process::close_input() {
  if (input_ >= 0) ::close(input_);
  input_ = -1;
}

void Process::write(const std::string& text) {
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t count = ::write(input_, text.data() + done, text.size() - done);
    if (count <= 0) return;
    done += static_cast<std::size_t>(count);
  }
}

std::string Process::line() {
  std::size_t end = out_.find('\n', line_start_);
  for (; end == std::string::npos; end = out_.find('\n', line_start_)) {
    if (read_some(output_, out_, kPatienceMs)) continue;
    while (read_some(errors_, err_, 0)) {}
    ADD_FAILURE() << "no line came; errors so far: " << err_;
    return {};
  }
  const std::string text = out_.substr(line_start_, end - line_start_);
  line_start_ = end + 1;
  return text;
}

void Process::wait_for_error(const std::string& text) {
  while (err_.find(text) == std::string::npos) {
    if (read_some(errors_, err_, kPatienceMs)) continue;
    ADD_FAILURE() << "\"" << text << "\" did not come; errors so far: " << err_;
    return;
  }
}

void Process::send(int signal) const { ::kill(pid_, signal); }

Ended Process::finish() {
  close_input();
  std::thread errors([this] {
    while (read_some(errors_, err_, 5 * kPatienceMs)) {}
  });
  while (read_some(output_, out_, 5 * kPatienceMs)) {}
  errors.join();
  int status = 0;
  ::waitpid(pid_, &status, 0);
  pid_ = -1;
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, WIFSIGNALED(status) ? WTERMSIG(status) : 0, out_, err_};
}

Ended run(const std::vector<std::string>& words, const std::string& input, const std::map<std::string, std::string>& environment) {
  Process process(words, environment);
  if (!input.empty()) process.write(input);
  return process.finish();
}

}  // namespace hilo::tools::test
