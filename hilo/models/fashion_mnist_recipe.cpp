#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/models/cifar_cnn.h"
#include "hilo/models/dense_net.h"
#include "hilo/models/image_recipe.h"

namespace hilo::models {
namespace {

struct FashionSettings : TrainSettings {
  std::string network = "cnn";
  std::vector<std::int64_t> hidden = {128};
  static void fields(auto&& field) {
    TrainSettings::fields(field);
    field("network", &FashionSettings::network, "cnn (that of cifar10) or dense");
    field("hidden", &FashionSettings::hidden, "widths of the hidden layers of the dense network", Range{1, 65536});
  }
};

class FashionMnist final : public RecipeWith<FashionSettings> {
 public:
  [[nodiscard]] std::string_view name() const override { return "fashion_mnist"; }
  [[nodiscard]] std::string_view summary() const override { return "pictures of clothes, grey, 28x28"; }
  [[nodiscard]] std::string_view data() const override { return "the four idx files, packed (.gz) or not"; }
  [[nodiscard]] data::Split load(const std::filesystem::path& dir, const data::LoadOptions& options,
                                 const std::vector<std::string>& class_names) const override {
    if (!holds_class_folders(dir)) return data::fashion_mnist(dir);
    return data::image_folder(dir, {.height = 28, .width = 28, .channels = 1, .class_names = class_names, .load = options});
  }
  [[nodiscard]] std::optional<ImageInputs> usual_inputs() const override { return some_inputs({kU8, {28, 28, 1}}, 10); }
  [[nodiscard]] Training training(const ImageInputs& inputs) const override {
    return classifier(network(inputs), train::Adam{.learning_rate = settings_.learning_rate});
  }

 private:
  [[nodiscard]] nn::Model network(const ImageInputs& inputs) const {
    if (settings_.network == "cnn") return cifar_cnn({.classes = inputs.classes, .pixels = inputs.pixels});
    if (settings_.network == "dense") {
      return dense_net({.hidden = settings_.hidden, .classes = inputs.classes, .pixels = inputs.pixels});
    }
    throw UsageError("network: got " + quote(settings_.network) + ", expected cnn or dense");
  }
};

}  // namespace

std::unique_ptr<Recipe> fashion_mnist_recipe() { return std::make_unique<FashionMnist>(); }

}  // namespace hilo::models
