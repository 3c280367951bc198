#include "tools/train_plan.h"

#include <algorithm>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "tools/messages.h"

namespace hilo::tools {
namespace {

namespace fs = std::filesystem;

void refuse_existing_run(const fs::path& run) {
  const std::vector<fs::path> checkpoints = train::list_checkpoints(run);
  if (checkpoints.empty() && !fs::exists(run / "metrics.jsonl")) return;
  const std::string what = checkpoints.empty() ? "" : ", up to " + checkpoints.back().filename().string();
  throw Error(shown(run.string()) + " holds a run already" + what +
              "\n  hint:  --resume goes on with it; another --out, or removing that folder, starts a new one");
}

train::Checkpoint checkpoint_of(const fs::path& run, const models::Recipe& recipe) {
  if (!fs::is_directory(run)) throw Error(shown(run.string()) + ": there is no run to resume; without --resume a new one is started");
  std::vector<std::string> said_later;  // by train::resume
  train::Checkpoint checkpoint = train::latest_checkpoint(run, said_later);
  if (checkpoint.info.recipe != recipe.name()) {
    throw Error(shown(run.string()) + " is a run of recipe " + checkpoint.info.recipe + ", not of " + std::string(recipe.name()));
  }
  return checkpoint;
}

void set_from_checkpoint(const std::vector<Setting>& settings, const train::Checkpoint& checkpoint) {
  for (const Setting& setting : settings) {
    const auto saved = checkpoint.info.settings.find(setting.name);
    if (saved != checkpoint.info.settings.end()) setting.set(saved->second);
  }
}

void set_from_flags(const std::vector<Setting>& settings, const TrainFlags& flags) {
  set_from_words(settings, flags.settings);
  const auto set_if = [&](const char* name, const std::string& text) {
    if (!text.empty()) set_by_name(settings, name, text);
  };
  if (!flags.epochs.empty()) set_by_name(settings, "steps", "0");  // also where the run was made with --steps
  set_if("epochs", flags.epochs);
  set_if("steps", flags.steps);
  set_if("batch", flags.batch);
  set_if("seed", flags.seed);
}

}  // namespace

void set_from_words(const std::vector<Setting>& settings, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) throw UsageError("--set: got " + quote(word) + ", expected key=value");
    set_by_name(settings, word.substr(0, equals), word.substr(equals + 1));
  }
}

TrainPlan make_plan(const TrainFlags& flags) {
  TrainPlan plan{.recipe = models::make_recipe(flags.recipe)};
  const std::vector<Setting> settings = plan.recipe->settings();
  set_from_flags(settings, flags);  // refused before anything is read
  if (flags.resume) {
    plan.resumed = checkpoint_of(flags.out, *plan.recipe);
    set_from_checkpoint(settings, *plan.resumed);
    set_from_flags(settings, flags);
    const auto batch = plan.resumed->info.settings.find("batch");
    const std::string now = std::to_string(plan.recipe->train_settings().batch);
    if (batch != plan.resumed->info.settings.end() && batch->second != now) {
      plan.warnings.push_back("the run was made with batch " + batch->second + ", now it is " + now +
                              ": the weights will not be those of a run without a stop");
    }
  } else {
    refuse_existing_run(flags.out);
  }
  return plan;
}

std::string resume_command(const TrainFlags& flags) {
  const auto word = [](const std::string& text) {
    const bool is_plain = !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return std::isalnum(c) != 0 || std::string_view("/._-+=:,@%").find(static_cast<char>(c)) != std::string_view::npos; });
    if (is_plain) return text;
    std::string quoted = "'";
    for (char c : text) quoted += c == '\'' ? "'\\''" : std::string(1, c);
    return quoted + "'";
  };
  std::string command = word(program_name()) + " train " + flags.recipe + " --data " + word(flags.data.folder);
  if (flags.data.skips_bad) command += " --skip-bad";
  if (flags.compute.backend != "auto") command += " --backend " + word(flags.compute.backend);
  if (flags.compute.threads > 0) command += " --threads " + std::to_string(flags.compute.threads);
  return command + " --out " + word(flags.out) + " --resume";
}

}  // namespace hilo::tools
