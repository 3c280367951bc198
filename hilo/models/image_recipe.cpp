#include "hilo/models/image_recipe.h"

namespace hilo::models {

Training classifier(nn::Model model, train::Optimizer optimizer) {
  return {std::move(model), loss::softmax_cross_entropy, std::move(optimizer), {metric::accuracy()}};
}

ImageInputs some_inputs(Shape input, Dim classes) {
  const auto channels = static_cast<std::size_t>(input.dim(-1));
  return {std::move(input), classes, {std::vector<double>(channels, 0.5), std::vector<double>(channels, 0.25)}};
}

bool holds_class_folders(const std::filesystem::path& dir) {
  std::error_code error;
  bool has_folder = false;
  for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
    const std::string name = entry.path().filename().string();
    if (name == "train" || name == "test" || name == "cifar-10-batches-bin") return false;
    if (!entry.is_directory(error)) {
      if (name.ends_with(".bin") || name.ends_with(".gz") || name.ends_with(".zst") || name.ends_with(".tar") ||
          name.ends_with("ubyte")) {
        return false;
      }
      continue;
    }
    has_folder = has_folder || !name.starts_with(".");
  }
  return has_folder;
}

}  // namespace hilo::models
