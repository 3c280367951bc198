#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "hilo/exec/program.h"
#include "hilo/train/checkpoint.h"

namespace hilo::train {

/// A trained model out of a RUN, ready to answer: of any model, since the checkpoint holds its program.
/// A cheap handle; threads may share it.
/// Example:
///     const auto model = SavedModel::open(pjrt::open("auto"), "runs/cifar");
///     for (const Prediction& p : model.classify(images)) ..
class SavedModel {
 public:
  /// The newest whole checkpoint of a RUN (`warnings`, if given, names those passed over), or one `step-N` folder.
  /// Throws:  FormatError if there is none, or it holds no inference program.
  static SavedModel open(const pjrt::Client& client, const std::filesystem::path& run,
                         std::vector<std::string>* warnings = nullptr);

  /// The model's outputs. Any number of inputs: they are cut into batches of the saved programs.
  /// Shapes:  [N, checkpoint().input..] -> [N, ..].
  /// Throws:  Error if the inputs do not fit.
  [[nodiscard]] Array run(const Array& inputs) const;

  struct Prediction {
    std::int64_t label = 0;               ///< the class of the largest output
    std::vector<double> probabilities{};  ///< softmax of the outputs, by class
  };
  /// Outputs [N,C] as classes. Throws Error if the outputs are not of that form.
  [[nodiscard]] std::vector<Prediction> classify(const Array& inputs) const;

  [[nodiscard]] const Checkpoint& checkpoint() const;
  /// "cat", or "class 3" where the run knows no names.
  [[nodiscard]] std::string class_name(std::int64_t label) const;

 private:
  struct State;
  explicit SavedModel(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

}  // namespace hilo::train
