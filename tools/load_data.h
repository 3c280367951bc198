#pragma once
#include <string>

#include "hilo/data/dataset.h"
#include "hilo/models/recipe.h"
#include "hilo/train/checkpoint.h"

namespace CLI {
class App;
}

namespace hilo::tools {

struct DataFlags {
  std::string folder{};
  bool skips_bad = false;
};

/// Adds --data and --skip-bad.
void add_data_flags(CLI::App& app, DataFlags& flags);

/// A recipe's data, with a progress bar while it is decoded; what was left out is said.
/// Throws:  what the recipe's `load` throws.
data::Split load_data(const models::Recipe& recipe, const DataFlags& flags, const std::vector<std::string>& class_names);

/// The data that a run is judged by: the test part, or all where there is none. A run of a recipe that this program does
/// not know reads class folders.
/// Throws:  Error if pictures or classes are not those of the run.
data::Dataset test_data(const train::Checkpoint& checkpoint, const DataFlags& flags);
/// The same, of data that is loaded.
data::Dataset test_part(const data::Split& split);

}  // namespace hilo::tools
