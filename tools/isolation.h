#pragma once
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace hilo::tools {

/// Adds --isolate and its limits.
void add_isolation_flags(CLI::App& app);

/// Where `app` was given --isolate: the same command in a child process, `words` being those of the
/// command line. Gives its exit code. Throws Error if the child died or used up a limit.
std::optional<int> run_if_isolated(const CLI::App& app, std::vector<std::string> words);

}  // namespace hilo::tools
