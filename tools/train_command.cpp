#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <iostream>

#include "hilo/core/error.h"
#include "hilo/train/progress_bar.h"
#include "hilo/train/saved_model.h"
#include "tools/command.h"
#include "tools/evaluation.h"
#include "tools/interrupt.h"
#include "tools/messages.h"
#include "tools/train_plan.h"

namespace hilo::tools {
namespace {

namespace fs = std::filesystem;

// Between the ends of epochs, so that a power cut costs at most this.
constexpr std::chrono::minutes kSaveEvery{10};
constexpr std::int64_t kLogEvery = 100;  // steps

Shape batched(Shape shape, std::int64_t batch) {
  shape.dims.insert(shape.dims.begin(), batch);
  return shape;
}

std::string last_checkpoint(const fs::path& run) {
  const std::vector<fs::path> all = train::list_checkpoints(run);
  return all.empty() ? "none yet" : shown(all.back().string());
}

// Saves, and says what is left where it cannot.
void save(const fs::path& run, train::Trainer& trainer, const train::SaveOptions& options) {
  try {
    train::save_checkpoint(run, trainer, options);
  } catch (const std::exception& error) {
    throw Error(fmt::format("step {} cannot be saved: {}\n  last good checkpoint: {}", trainer.step(), error.what(), last_checkpoint(run)));
  }
}

void add_callbacks(train::Trainer& trainer, const fs::path& run, const train::SaveOptions& options) {
  trainer.on_step(train::for_progress(), train::progress_bar());
  trainer.on_step({.steps = kLogEvery, .epochs = 1}, train::log_to(run));
  trainer.on_step({.epochs = 1, .time = kSaveEvery}, [run, options](train::Trainer& t, const train::Progress&) { save(run, t, options); });
}

// The state before the step that failed is good: it is kept.
[[noreturn]] void save_and_refuse(const fs::path& run, train::Trainer& trainer, const train::SaveOptions& options,
                                  const train::NonFiniteError& error) {
  save(run, trainer, options);
  throw Error(fmt::format("{}\n  saved:     {}", error.what(), last_checkpoint(run)));
}

void print_beginning(const models::Recipe& recipe, const data::Split& split, const train::Trainer& trainer) {
  std::cout << fmt::format("{}: {}\n", recipe.name(), recipe.summary());
  const auto count = [](std::int64_t n, std::string_view what) { return count_of(static_cast<std::uint64_t>(n), what); };
  std::cout << fmt::format("{} to train on, {} to test on, {} classes; on {}\n\n", count(split.train.size(), "picture"),
                           train::count_text(split.test.size()), split.train.class_names().size(),
                           trainer.client().default_device().kind());
  std::cout << trainer.summary() << "\n" << std::flush;
}

// Trains to the totals, or to a signal, whose number is returned.
int fit(const TrainPlan& plan, const TrainFlags& flags, const pjrt::Client& client, const data::Split& split) {
  const models::TrainSettings& settings = plan.recipe->train_settings();
  const models::Training training = plan.recipe->training(models::inputs_of(split.train));
  train::Trainer trainer(client, training.model, training.loss, training.optimizer, {.seed = settings.seed, .metrics = training.metrics});
  const Shape input = batched(split.train.input_shape(), settings.batch);
  trainer.prepare(input);
  print_beginning(*plan.recipe, split, trainer);
  if (plan.resumed) {
    for (const std::string& warning : train::resume(trainer, flags.out, input)) warn(warning);
    say(fmt::format("going on from step {}", train::count_text(trainer.step())));
  }
  const train::SaveOptions options{.info = {std::string(plan.recipe->name()), values_by_name(plan.recipe->settings()), {}}};
  add_callbacks(trainer, flags.out, options);
  const auto batches = split.train.shuffled(settings.seed).batches(settings.batch, {.drops_remainder = true});
  const Interrupt interrupt(trainer);
  try {
    const std::int64_t before = trainer.step();
    trainer.fit(batches, settings.steps > 0 ? train::FitOptions{.steps = settings.steps} : train::FitOptions{.epochs = settings.epochs});
    if (trainer.step() == before) say("the run has all its steps already; --epochs or --steps gives it a larger total");
  } catch (const train::NonFiniteError& error) {
    save_and_refuse(flags.out, trainer, options, error);
  }
  return trainer.is_stopped() ? interrupt.signal() : 0;
}

int train(const TrainFlags& flags) {
  obey(flags.compute, "train");
  const TrainPlan plan = make_plan(flags);
  for (const std::string& warning : plan.warnings) warn(warning);
  const pjrt::Client client = open_client(flags.compute);
  const data::Split split = load_data(*plan.recipe, flags.data, plan.resumed ? plan.resumed->info.class_names : std::vector<std::string>());
  if (split.train.size() == 0) throw Error(flags.data.folder + ": it has no training data, only test data");
  if (const int signal = fit(plan, flags, client, split); signal != 0) {
    say("stopped; " + last_checkpoint(flags.out) + " is saved\n  go on with:  " + resume_command(flags));
    return 128 + signal;
  }
  // What `hilo eval` would say: of the checkpoint, by its own program.
  const auto model = train::SavedModel::open(client, flags.out);
  const Score score = evaluate(model, test_part(split));
  std::cout << fmt::format("\n{}: {}\n", split.test.size() > 0 ? "test" : "training data (there is no test data)", text_of(score));
  std::cout << "run:  " << last_checkpoint(flags.out) << "\n";
  return kDone;
}

std::string recipes_text() {
  std::string text = "Recipes (--set changes a setting):\n";
  for (const std::string& name : models::recipe_names()) {
    const auto recipe = models::make_recipe(name);
    text += fmt::format("\n{}: {}\n  --data: {}\n{}", name, recipe->summary(), recipe->data(), describe_settings(recipe->settings()));
  }
  return text;
}

}  // namespace

Command train_command() {
  return {"train", "Train a model; RUN then holds checkpoints and metrics",
          "  hilo train cifar10 --data cifar10 --epochs 10 --seed 1 --out runs/cifar\n"
          "  hilo train images --data photos --out runs/photos --set height=96 --set width=96\n\n"
          "Ctrl-C ends it after the step under way; the state is saved, and --resume goes on (exit code 130).\n\n" + recipes_text(),
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<TrainFlags>();
            app.add_option("RECIPE", flags->recipe, "What to train, see below")->required();
            add_data_flags(app, flags->data);
            app.add_option("--out", flags->out, "Folder of the run")->type_name("RUN")->required();
            CLI::Option* epochs = app.add_option("--epochs", flags->epochs, "Passes over the data, in all, also with --resume")->type_name("N");
            app.add_option("--steps", flags->steps, "Steps in all, in place of epochs")->type_name("N")->excludes(epochs);
            app.add_option("--batch", flags->batch, "Examples a step")->type_name("N");
            app.add_option("--seed", flags->seed, "Of weights, dropout and the order of the data: the same seed, the same weights")
                ->type_name("N");
            app.add_flag("--resume", flags->resume, "Go on with the run in --out, with its settings");
            app.add_option("--set", flags->settings, "Change a setting of the recipe, several times if need be")
                ->type_name("KEY=VALUE")->allow_extra_args(false);
            add_compute_flags(app, flags->compute);
            return [flags] { return train(*flags); };
          }};
}

}  // namespace hilo::tools
