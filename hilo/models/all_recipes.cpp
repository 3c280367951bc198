#include <array>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/models/recipe.h"

namespace hilo::models {

// Every recipe. A new one: its function here, and its place in the list.
std::unique_ptr<Recipe> cifar10_recipe();
std::unique_ptr<Recipe> fashion_mnist_recipe();
std::unique_ptr<Recipe> images_recipe();

namespace {
constexpr std::array kRecipes = {cifar10_recipe, fashion_mnist_recipe, images_recipe};
}

std::vector<std::string> recipe_names() {
  std::vector<std::string> names;
  for (const auto make : kRecipes) names.emplace_back(make()->name());
  return names;
}

std::unique_ptr<Recipe> make_recipe(std::string_view name) {
  std::string all;
  for (const auto make : kRecipes) {
    auto recipe = make();
    if (recipe->name() == name) return recipe;
    all.append(all.empty() ? "" : ", ").append(recipe->name());
  }
  const std::string near = near_names(name, recipe_names());
  throw UsageError("there is no recipe " + quote(name) + (near.empty() ? "" : "; " + near) + "\n  recipes: " + all);
}

ImageInputs inputs_of(const data::Dataset& train_set) {
  const data::ChannelStatistics statistics = data::channel_statistics(train_set);
  ImageInputs inputs{train_set.input_shape(), static_cast<Dim>(train_set.class_names().size()), {statistics.mean, statistics.std}};
  for (double& deviation : inputs.pixels.std) {
    if (!(deviation > 0)) deviation = 1;
  }
  return inputs;
}

}  // namespace hilo::models
