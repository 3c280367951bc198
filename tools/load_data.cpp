#include "tools/load_data.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>

#include "hilo/core/error.h"
#include "hilo/train/bar.h"
#include "tools/messages.h"

namespace hilo::tools {
namespace {

constexpr std::size_t kMostNamed = 20;

void say_skipped(const data::Dataset& dataset) {
  const std::vector<data::SkippedFile>& skipped = dataset.skipped();
  for (std::size_t i = 0; i < std::min(skipped.size(), kMostNamed); ++i) {
    warn("left out " + shown(skipped[i].file) + ": " + skipped[i].reason);
  }
  if (skipped.size() > kMostNamed) warn(fmt::format("left out {} more files", skipped.size() - kMostNamed));
}

// Calls `load` with options that draw a bar and obey the flags.
template <class Load>
data::Split with_progress(const DataFlags& flags, Load load) {
  data::LoadOptions options;
  options.on_bad = flags.skips_bad ? data::OnBad::kSkip : data::OnBad::kRefuse;
  data::Split split;
  {
    train::Bar bar({.appears_after = 0.5, .stays = false});
    options.on_progress = [&](std::int64_t done, std::int64_t total) {
      bar.show("reading pictures", total > 0 ? static_cast<double>(done) / static_cast<double>(total) : 1,
               {train::count_text(done) + " of " + train::count_text(total)});
    };
    split = load(options);
  }
  say_skipped(split.train);
  say_skipped(split.test);
  return split;
}

std::unique_ptr<models::Recipe> recipe_of(const train::RunInfo& info) {
  const std::vector<std::string> known = models::recipe_names();
  if (std::ranges::find(known, info.recipe) == known.end()) return nullptr;
  auto recipe = models::make_recipe(info.recipe);
  for (const Setting& setting : recipe->settings()) {
    const auto saved = info.settings.find(setting.name);
    if (saved != info.settings.end()) setting.set(saved->second);
  }
  return recipe;
}

std::string joined(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ", ")); }

}  // namespace

void add_data_flags(CLI::App& app, DataFlags& flags) {
  app.add_option("--data", flags.folder, "Folder (or archive) of the pictures")->type_name("DIR")->required();
  app.add_flag("--skip-bad", flags.skips_bad, "Leave out files that are missing or damaged, and name them; else they are refused");
}

data::Split load_data(const models::Recipe& recipe, const DataFlags& flags, const std::vector<std::string>& class_names) {
  return with_progress(flags, [&](const data::LoadOptions& options) { return recipe.load(flags.folder, options, class_names); });
}

data::Dataset test_part(const data::Split& split) { return split.test.size() > 0 ? split.test : split.train; }

data::Dataset test_data(const train::Checkpoint& checkpoint, const DataFlags& flags) {
  const Shape& input = checkpoint.input;
  const auto recipe = recipe_of(checkpoint.info);
  if (!recipe && (input.rank() != 3 || input.dtype != kU8)) {
    throw Error("the run takes " + to_string(input) + "; expected pictures, u8[height,width,channels], to read them from folders");
  }
  const data::Dataset dataset = test_part(recipe ? load_data(*recipe, flags, checkpoint.info.class_names)
                                                 : with_progress(flags, [&](const data::LoadOptions& options) {
    return data::image_folder(flags.folder, {.height = input.dim(0), .width = input.dim(1), .channels = static_cast<int>(input.dim(2)),
                                             .class_names = checkpoint.info.class_names, .load = options});
  }));
  if (dataset.size() == 0) throw Error(flags.folder + ": no pictures");
  if (dataset.input_shape() != input) {
    throw Error(flags.folder + ": its pictures are " + to_string(dataset.input_shape()) + "; the run takes " + to_string(input));
  }
  if (dataset.class_names() != checkpoint.info.class_names) {
    throw Error(flags.folder + ": its classes are not those of the run\n  data:  " + joined(dataset.class_names()) +
                "\n  run:   " + joined(checkpoint.info.class_names));
  }
  return dataset;
}

}  // namespace hilo::tools
