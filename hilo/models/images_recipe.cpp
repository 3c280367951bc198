#include "hilo/core/error.h"
#include "hilo/models/image_cnn.h"
#include "hilo/models/image_recipe.h"

namespace hilo::models {
namespace {

struct ImagesSettings : TrainSettings {
  std::int64_t height = 64, width = 64;
  int channels = 3;
  std::vector<std::int64_t> filters = {32, 64, 128};
  std::int64_t hidden = 128;
  double dropout = 0.3;
  static void fields(auto&& field) {
    TrainSettings::fields(field);
    field("height", &ImagesSettings::height, "of what the network sees; pictures are scaled and cropped to it", Range{1, 4096});
    field("width", &ImagesSettings::width, "likewise", Range{1, 4096});
    field("channels", &ImagesSettings::channels, "3, or 1 for grey", Range{1, 3});
    field("filters", &ImagesSettings::filters, "of each block of the network", Range{1, 4096});
    field("hidden", &ImagesSettings::hidden, "width of the hidden layer", Range{1, 65536});
    field("dropout", &ImagesSettings::dropout, "after the hidden layer", Range{0, 0.99});
  }
};

class Images final : public RecipeWith<ImagesSettings> {
 public:
  [[nodiscard]] std::string_view name() const override { return "images"; }
  [[nodiscard]] std::string_view summary() const override { return "a CNN on your own pictures, a folder a class"; }
  [[nodiscard]] std::string_view data() const override {
    return "train/ and test/ with a folder of pictures (JPEG, PNG, WebP) a class, or only such folders, or an archive of them";
  }
  [[nodiscard]] data::Split load(const std::filesystem::path& dir, const data::LoadOptions& options,
                                 const std::vector<std::string>& class_names) const override {
    return data::image_folder(dir, {.height = settings_.height, .width = settings_.width, .channels = settings_.channels,
                                    .class_names = class_names, .load = options});
  }
  [[nodiscard]] std::optional<ImageInputs> usual_inputs() const override { return {}; }
  [[nodiscard]] Training training(const ImageInputs& inputs) const override {
    if (settings_.filters.size() > 12 || std::min(settings_.height, settings_.width) >> settings_.filters.size() < 1) {
      throw UsageError("filters: " + std::to_string(settings_.filters.size()) + " blocks halve " + std::to_string(settings_.height) +
                       "x" + std::to_string(settings_.width) + " to nothing; expected fewer, or a larger height and width");
    }
    return classifier(image_cnn({.filters = settings_.filters, .hidden = settings_.hidden, .dropout = settings_.dropout,
                                 .classes = inputs.classes, .pixels = inputs.pixels}),
                      train::Adam{.learning_rate = settings_.learning_rate});
  }
};

}  // namespace

std::unique_ptr<Recipe> images_recipe() { return std::make_unique<Images>(); }

}  // namespace hilo::models
