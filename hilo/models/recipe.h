#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/core/settings.h"
#include "hilo/data/sources.h"
#include "hilo/nn/normalize_channels.h"
#include "hilo/train/trainer.h"

namespace hilo::models {

/// Settings that every recipe has. A recipe's own settings derive from it.
struct TrainSettings {
  double learning_rate = 1e-3;
  int batch = 64;
  std::int64_t epochs = 10;
  std::int64_t steps = 0;
  std::uint64_t seed = 0;
  static void fields(auto&& field) {
    field("learning-rate", &TrainSettings::learning_rate, "step size of the optimizer", Range{0, 1e38});
    field("batch", &TrainSettings::batch, "examples a step", Range{1, 1e9});
    field("epochs", &TrainSettings::epochs, "passes over the training data, in all", Range{1, 1e9});
    field("steps", &TrainSettings::steps, "steps in all, in place of epochs; 0: as the epochs say", Range{0, 1e15});
    field("seed", &TrainSettings::seed, "of weights, dropout and the order of the data");
  }
};

/// What a classifier must know of its data before it is built.
struct ImageInputs {
  Shape input{};               ///< of one picture: u8[32,32,3]
  Dim classes = 0;
  nn::ChannelMoments pixels{};
};
/// Read off the training data; reads every picture once. A channel that is the same everywhere counts as deviation 1.
ImageInputs inputs_of(const data::Dataset& train_set);

/// What a Trainer takes.
struct Training {
  nn::Model model;
  train::Loss loss;
  train::Optimizer optimizer;
  std::vector<train::Metric> metrics;
};

/// How a kind of model is trained, end to end: where its data comes from, the network, the optimizer, and settings that
/// flags may change. `hilo train NAME` runs it. A new one is a file with a struct like that of images_recipe.cpp
/// and a line in all_recipes.cpp.
class Recipe {
 public:
  virtual ~Recipe() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual std::string_view summary() const = 0;  ///< a clause: "the CNN of 545,098 parameters on CIFAR-10"
  [[nodiscard]] virtual std::string_view data() const = 0;     ///< what --data is
  /// They refer to this recipe.
  [[nodiscard]] virtual std::vector<Setting> settings() = 0;
  [[nodiscard]] virtual const TrainSettings& train_settings() const = 0;
  /// Training and test data. `class_names`: those of a run, so that labels mean the same; empty: those of the data.
  [[nodiscard]] virtual data::Split load(const std::filesystem::path& dir, const data::LoadOptions& options,
                                         const std::vector<std::string>& class_names) const = 0;
  /// Inputs where they do not depend on the data (but for the statistics): what compiles ahead of any data.
  [[nodiscard]] virtual std::optional<ImageInputs> usual_inputs() const = 0;
  [[nodiscard]] virtual Training training(const ImageInputs& inputs) const = 0;
};

/// A recipe whose settings are a struct derived from TrainSettings.
template <class Settings>
class RecipeWith : public Recipe {
 public:
  [[nodiscard]] std::vector<Setting> settings() override { return settings_of(settings_); }
  [[nodiscard]] const TrainSettings& train_settings() const override { return settings_; }

 protected:
  Settings settings_{};
};

/// The names of all recipes.
std::vector<std::string> recipe_names();
/// A recipe with its defaults. Throws UsageError with near names if there is none of that name.
std::unique_ptr<Recipe> make_recipe(std::string_view name);

}  // namespace hilo::models
