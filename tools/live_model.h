#pragma once
#include <filesystem>
#include <optional>

#include "hilo/train/saved_model.h"

namespace hilo::tools {

/// A run's newest model, which a training may replace while it answers.
class LiveModel {
 public:
  /// Throws:  as SavedModel::open.
  LiveModel(pjrt::Client client, std::filesystem::path run);

  [[nodiscard]] const train::SavedModel& model() const { return *model_; }
  /// Takes a newer checkpoint, if there is one that is whole; one that is not is said, once.
  void refresh();

 private:
  pjrt::Client client_;
  std::filesystem::path run_;
  std::optional<train::SavedModel> model_{};
  std::filesystem::path refused_{};  // the newest that was looked at and is not whole
};

}  // namespace hilo::tools
