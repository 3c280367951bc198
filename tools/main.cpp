#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <iostream>
#include <new>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/version.h"
#include "tools/command.h"
#include "tools/compute_flags.h"
#include "tools/isolation.h"
#include "tools/messages.h"

namespace hilo::tools {
namespace {

struct Defined {
  CLI::App* app;
  std::function<int()> run;
};

std::vector<std::string> names_of(const std::vector<const CLI::Option*>& options) {
  std::vector<std::string> names;
  for (const CLI::Option* option : options) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

[[noreturn]] void refuse(const CLI::App& app, const std::string& problem) {
  const std::string words = app.get_parent() != nullptr ? "hilo " + app.get_name() : "hilo";
  throw UsageError((app.get_parent() != nullptr ? app.get_name() + ": " : "") + problem + "\n  see:  " + words + " --help");
}

std::string with_near(std::string text, const std::string& wrong, const std::vector<std::string>& known) {
  const std::string near = near_names(wrong, known);
  return near.empty() ? text : text + "; " + near;
}

// The words that no flag or argument took.
[[noreturn]] void refuse_extras(const CLI::App& app) {
  const std::vector<std::string> extras = app.remaining();
  const auto flag = std::ranges::find_if(extras, [](const std::string& word) { return word.starts_with("-"); });
  if (flag == extras.end()) refuse(app, "unexpected argument " + quote(extras.empty() ? "" : extras.front()));
  const std::string name = flag->substr(0, flag->find('='));
  refuse(app, with_near("there is no flag " + name, name, names_of(app.get_options({}))));
}

// CLI11's exceptions as ours.
[[noreturn]] void refuse_parse(const CLI::App& app, const CLI::ParseError& error) {
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr) refuse_extras(app);
  std::string text = error.what();
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  refuse(app, text);
}

void refuse_unknown_command(const CLI::App& program, const std::vector<Command>& commands, const std::string& word) {
  std::vector<std::string> names;
  for (const Command& command : commands) names.push_back(command.name);
  if (word.starts_with("-") || std::ranges::find(names, word) != names.end()) return;
  refuse(program, with_near("there is no command " + quote(word), word, names));
}

int run_program(int argc, char** argv) {
  CLI::App program("Hilo " + std::string(kVersion) + ": machine learning in C++ on OpenXLA", "hilo");
  program.set_version_flag("--version", "hilo " + std::string(kVersion));
  program.set_help_flag("-h,--help", "This text");
  program.require_subcommand(0, 1);
  program.footer("hilo COMMAND --help says more, with an example.\n"
                 "Exit codes: 0 done, 1 failed or refused, 2 wrong usage, 130 interrupted with the state saved.");
  const std::vector<Command> commands = all_commands();
  std::vector<Defined> defined;
  for (const Command& command : commands) {
    CLI::App* app = program.add_subcommand(command.name, command.summary);
    app->footer("Example:\n" + command.example);
    defined.push_back({app, command.define(*app)});
  }
  std::vector<std::string> words(argv + 1, argv + argc);
  if (!words.empty() && words[0] == "help") {
    words.erase(words.begin());
    if (!words.empty()) refuse_unknown_command(program, commands, words[0]);
    words.emplace_back("--help");
  }
  if (words.empty()) {
    std::cerr << program.help();
    return kWrongUsage;
  }
  refuse_unknown_command(program, commands, words[0]);
  const auto named = [&]() -> const Defined* {
    const auto found = std::ranges::find_if(defined, [](const Defined& d) { return d.app->parsed(); });
    return found == defined.end() ? nullptr : &*found;
  };
  const std::vector<std::string> given = words;
  try {
    std::ranges::reverse(words);  // as CLI11 wants them, and it takes them away
    program.parse(words);
  } catch (const CLI::CallForHelp&) {
    std::cout << (named() != nullptr ? named()->app->help("hilo") : program.help());
    return kDone;
  } catch (const CLI::CallForVersion& version) {
    std::cout << version.what() << "\n";
    return kDone;
  } catch (const CLI::ParseError& error) {
    refuse_parse(named() != nullptr ? *named()->app : program, error);
  }
  if (const auto code = run_if_isolated(*named()->app, given)) return *code;
  struct AtEnd {
    ~AtEnd() {
      try {
        finish_trace();  // also of a command that fails
      } catch (const std::exception& error) {
        say(error.what());
      }
    }
  } const at_end;
  return named()->run();
}

}  // namespace
}  // namespace hilo::tools

// Every error of the program ends here.
int main(int argc, char** argv) {
  using namespace hilo::tools;
  int code = kFailed;
  if (argc > 0) set_program_name(argv[0]);
  std::signal(SIGXFSZ, SIG_IGN);  // a file beyond its limit is an error like a full disk, not the end
  try {
    code = run_program(argc, argv);
    std::cout.flush();
    if (!std::cout) {
      say("the output cannot be written; is the disk full?");
      code = kFailed;
    }
  } catch (const hilo::UsageError& error) {
    say(error.what());
    code = kWrongUsage;
  } catch (const std::bad_alloc&) {
    say("out of memory");
  } catch (const std::exception& error) {
    say(error.what());
  }
  return code;
}
