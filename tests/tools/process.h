#pragma once
#include <sys/types.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

namespace hilo::tools::test {

/// How a program ended, and what it said.
struct Ended {
  int code = -1;    ///< exit code; -1 if a signal ended it
  int signal = 0;
  std::string out{}, err{};
};

/// A program that runs, with pipes to all that it reads and writes. Destroying it kills it.
class Process {
 public:
  /// `environment` is added to this process's.
  explicit Process(const std::vector<std::string>& words, const std::map<std::string, std::string>& environment = {});
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void write(const std::string& text);
  /// The next line of its output, without the newline. Fails the test if none comes within a minute.
  std::string line();
  /// Waits until its error output holds `text`. Fails the test if it ends, or a minute passes, before.
  void wait_for_error(const std::string& text);
  void send(int signal) const;
  /// Closes its input, reads the rest, and waits for the end.
  Ended finish();

 private:
  void close_input();

  pid_t pid_ = -1;
  int input_ = -1, output_ = -1, errors_ = -1;
  std::string out_{}, err_{};
  std::size_t line_start_ = 0;
};

/// Runs a program to its end.
Ended run(const std::vector<std::string>& words, const std::string& input = {}, const std::map<std::string, std::string>& environment = {});

}  // namespace hilo::tools::test
