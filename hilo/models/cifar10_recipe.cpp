#include "hilo/models/cifar_cnn.h"
#include "hilo/models/image_recipe.h"

namespace hilo::models {
namespace {

namespace fs = std::filesystem;

class Cifar10 final : public RecipeWith<TrainSettings> {
 public:
  [[nodiscard]] std::string_view name() const override { return "cifar10"; }
  [[nodiscard]] std::string_view summary() const override { return "the CNN of 545,098 parameters on CIFAR-10"; }
  [[nodiscard]] std::string_view data() const override {
    return "the official binary archive or its files, train/ and test/ with a folder of pictures a class, or archives of such "
           "folders";
  }
  [[nodiscard]] data::Split load(const fs::path& dir, const data::LoadOptions& options,
                                 const std::vector<std::string>& class_names) const override {
    if (!holds_class_folders(dir)) return data::cifar10(dir, options);
    return data::image_folder(dir, {.height = 32, .width = 32, .class_names = class_names, .load = options});
  }
  [[nodiscard]] std::optional<ImageInputs> usual_inputs() const override { return some_inputs({kU8, {32, 32, 3}}, 10); }
  [[nodiscard]] Training training(const ImageInputs& inputs) const override {
    return classifier(cifar_cnn({.classes = inputs.classes, .pixels = inputs.pixels}),
                      train::Adam{.learning_rate = settings_.learning_rate});
  }
};

}  // namespace

std::unique_ptr<Recipe> cifar10_recipe() { return std::make_unique<Cifar10>(); }

}  // namespace hilo::models
