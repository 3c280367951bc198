#include "hilo/models/image_recipe.h"

#include <algorithm>
#include <cctype>

namespace hilo::models {

Training classifier(nn::Model model, train::Optimizer optimizer) {
  return {std::move(model), loss::softmax_cross_entropy, std::move(optimizer), {metric::accuracy()}};
}

ImageInputs some_inputs(Shape input, Dim classes) {
  const auto channels = static_cast<std::size_t>(input.dim(-1));
  return {std::move(input), classes, {std::vector<double>(channels, 0.5), std::vector<double>(channels, 0.25)}};
}

namespace {

namespace fs = std::filesystem;

bool has_picture(const fs::path& folder) {
  std::error_code error;
  return std::ranges::any_of(fs::directory_iterator(folder, error), [](const fs::directory_entry& entry) {
    std::string extension = entry.path().extension().string();
    std::ranges::transform(extension, extension.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return extension == ".jpg" || extension == ".jpeg" || extension == ".png" || extension == ".webp";
  });
}

}  // namespace

bool holds_class_folders(const fs::path& dir) {
  std::error_code error;
  bool has_class = false;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir, error)) {
    const std::string name = entry.path().filename().string();
    if (name == "train" || name == "test") return false;
    has_class = has_class || (entry.is_directory(error) && has_picture(entry.path()));
  }
  return has_class;
}

}  // namespace hilo::models
