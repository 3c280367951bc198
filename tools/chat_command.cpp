#include <signal.h>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <iostream>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/tokenizers/chat.h"
#include "tools/command.h"
#include "tools/gemma_model.h"
#include "tools/messages.h"
#include "tools/sampling_flags.h"
#include "tools/speculation_flags.h"

namespace hilo::tools {
namespace {

using tokenizers::Role;
using tokenizers::Turn;

constexpr const char* kHelp =
    "  /clear         forget the conversation\n"
    "  /system TEXT   begin anew, with instructions for the model\n"
    "  /undo          take the last question and answer back\n"
    "  /quit          end; so does Ctrl-D. Ctrl-C stops an answer.\n";

std::atomic<bool> is_interrupted{false};

struct Flags {
  ModelFlags model{};
  SamplingFlags sampling{};
  SpeculationFlags speculation{};
  std::string system{};
};

// While one lives, Ctrl-C stops the answer and not the program.
class StopsAnswers {
 public:
  StopsAnswers() {
    struct sigaction action {};
    action.sa_handler = [](int) { is_interrupted.store(true); };
    action.sa_flags = SA_RESTART;
    ::sigaction(SIGINT, &action, &before_);
  }
  ~StopsAnswers() { ::sigaction(SIGINT, &before_, nullptr); }
  StopsAnswers(const StopsAnswers&) = delete;
  StopsAnswers& operator=(const StopsAnswers&) = delete;

 private:
  struct sigaction before_ {};
};

class Conversation {
 public:
  explicit Conversation(const Flags& flags)
      : flags_(flags),
        model_(open_model(flags.model, "chat")),
        speculation_(flags.speculation, flags.model, model_) {
    clear(flags.system);
  }

  void clear(const std::string& system) {
    turns_.clear();
    if (!system.empty()) turns_.push_back({Role::kSystem, system});
  }

  void undo() {
    for (int i = 0; i < 2 && !turns_.empty() && turns_.back().role != Role::kSystem; ++i)
      turns_.pop_back();
  }

  void ask(const std::string& question) {
    turns_.push_back({Role::kUser, question});
    try {
      turns_.push_back({Role::kModel, answer()});
    } catch (...) {
      turns_.pop_back();
      throw;
    }
  }

  void report() { report_programs(flags_.model, model_); }

 private:
  std::string answer() {
    const auto generation = static_cast<tokenizers::GemmaGeneration>(model_.config().generation);
    models::GemmaGenerateOptions options = options_of(flags_.sampling);
    speculation_.add_to(options);
    options.stop_ids = tokenizers::chat_stop_ids(model_.tokenizer());
    is_interrupted.store(false);
    options.on_text = [](std::string_view text) {
      std::cout << text << std::flush;
      return !is_interrupted.load();
    };
    const std::vector<tokenizers::TokenId> prompt =
        tokenizers::chat_ids(model_.tokenizer(), turns_, {.generation = generation});
    const std::string text = model_.generate_ids(prompt, options).text;
    std::cout << "\n";
    return text;
  }

  const Flags& flags_;
  models::Gemma model_;
  Speculation speculation_;
  std::vector<Turn> turns_{};
};

// False ends the program.
bool obey_line(Conversation& conversation, const std::string& line) {
  if (line == "/quit" || line == "/exit") return false;
  if (line == "/clear")
    conversation.clear("");
  else if (line == "/undo")
    conversation.undo();
  else if (line.starts_with("/system "))
    conversation.clear(line.substr(8));
  else if (line == "/help")
    std::cout << kHelp;
  else
    std::cout << "no command " << quote(line) << "\n" << kHelp;
  return true;
}

int chat(const Flags& flags) {
  Conversation conversation(flags);
  const StopsAnswers guard;
  std::cout << "/help lists commands\n";
  std::string line;
  while (std::cout << "> " << std::flush, std::getline(std::cin, line)) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    try {
      if (line[0] != '/')
        conversation.ask(line);
      else if (!obey_line(conversation, line))
        break;
    } catch (const Error& error) {
      say(error.what());  // a context that is full, say: the conversation stays as it was
    }
    conversation.report();
  }
  return kDone;
}

}  // namespace

Command chat_command() {
  return {"chat", "Talk to an instruction-tuned language model",
          "  hilo chat gemma-3-1b-it --temperature 0.7 --top-p 0.95",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            add_model_flags(app, flags->model);
            app.add_option("--system", flags->system,
                           "Instructions for the model, before the conversation")
                ->type_name("TEXT");
            add_sampling_flags(app, flags->sampling);
            add_speculation_flags(app, flags->speculation);
            return [flags] { return chat(*flags); };
          }};
}

}  // namespace hilo::tools
