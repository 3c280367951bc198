#pragma once
#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace hilo::tools {

/// What the program ends with. Scripts depend on these.
enum ExitCode : int {
  kDone = 0,
  kFailed = 1,       ///< it could not be done, or was refused
  kWrongUsage = 2,   ///< the command line makes no sense
  kInterrupted = 130 ///< Ctrl-C while training; the state is saved (143 for SIGTERM)
};

/// A subcommand: `hilo NAME`.
struct Command {
  std::string name;
  std::string summary;
  std::string example;  ///< lines for --help
  /// Adds flags and arguments to `app`; gives back what runs if the command was named. That returns the exit code.
  std::function<std::function<int()>(CLI::App& app)> define;
};

/// Every subcommand, in the order of the help.
std::vector<Command> all_commands();

}  // namespace hilo::tools
