#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hilo/models/recipe.h"
#include "hilo/train/checkpoint.h"
#include "tools/compute_flags.h"
#include "tools/load_data.h"

namespace hilo::tools {

struct TrainFlags {
  std::string recipe{}, out{};
  std::string epochs{}, steps{}, batch{}, seed{};  ///< as given; empty: not given
  std::vector<std::string> settings{};             ///< "key=value"
  bool resume = false;
  DataFlags data{};
  ComputeFlags compute{};
};

/// A training that is ready to begin: the recipe with all its settings, and what it goes on from.
struct TrainPlan {
  std::unique_ptr<models::Recipe> recipe;
  std::optional<train::Checkpoint> resumed{};
  std::vector<std::string> warnings{};
};

/// Works out what the flags mean: the recipe's defaults, then what the run was made with (--resume), then --set, then
/// --epochs, --steps, --batch, --seed.
/// Throws:  UsageError for flags that make no sense, with near names; Error for a run that is there without --resume, or
///          is of another recipe.
TrainPlan make_plan(const TrainFlags& flags);

/// Sets what --set was given: "key=value". Throws UsageError with near names.
void set_from_words(const std::vector<Setting>& settings, const std::vector<std::string>& words);

/// The command that goes on with the run.
std::string resume_command(const TrainFlags& flags);

}  // namespace hilo::tools
