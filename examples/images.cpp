// A classifier of your own for pictures of your own, in a folder a class:
//     example_images --data photos --out runs/photos
// photos/train/cat/*.jpg, photos/test/cat/*.png .. The network is what you write; the data says the classes.
#include <iostream>

#include "hilo/hilo.h"

using namespace hilo;

struct Config {
  std::string data = "photos", out = "runs/photos";
  std::int64_t size = 48, epochs = 10, batch = 32;
  static void fields(auto&& field) {
    field("data", &Config::data, "train/ and test/ with a folder of pictures a class");
    field("out", &Config::out, "folder of the run");
    field("size", &Config::size, "height and width that the network sees", Range{8, 1024});
    field("epochs", &Config::epochs, "passes over the training set", Range{1, 1e6});
    field("batch", &Config::batch, "pictures a step", Range{1, 1e6});
  }
};

// A residual block: x + f(x), with f two convolutions. [B,H,W,C] -> [B,H,W,C].
Value residual(nn::Scope scope, Value x) {
  const Value y = relu(nn::batch_norm(scope / "norm1", nn::conv2d(scope / "conv1", x, {.filters = x.dim(-1), .bias = false})));
  return relu(x + nn::batch_norm(scope / "norm2", nn::conv2d(scope / "conv2", y, {.filters = x.dim(-1), .bias = false})));
}

int main(int argc, char** argv) try {
  const auto config = parse<Config>(argc, argv);
  const auto [train_set, test_set] = data::image_folder(config.data, {.height = config.size, .width = config.size});
  const auto [mean, std] = data::channel_statistics(train_set);
  const nn::ChannelMoments pixels{mean, std};
  const auto classes = static_cast<Dim>(train_set.class_names().size());

  const auto network = [=](nn::Scope scope, Value images) {  // u8[B,size,size,3] -> f32[B,classes]
    Value x = nn::normalize_channels(scope / "pixels", images, pixels);
    for (Dim filters : {16, 32}) {
      x = relu(nn::conv2d(scope.next("widen"), x, {.filters = filters, .strides = 2}));
      x = residual(scope.next("block"), x);
    }
    return nn::dense(scope / "logits", global_avg_pool(x), classes);
  };

  train::Trainer trainer(pjrt::open("auto"), network, loss::softmax_cross_entropy,
                         train::AdamW{.learning_rate = 2e-3}, {.seed = 1, .metrics = {metric::accuracy()}});
  trainer.on_step(train::for_progress(), train::progress_bar());
  trainer.on_step(train::every_epoch(), train::save_to(config.out));
  trainer.fit(train_set.shuffled(1).batches(config.batch, {.drops_remainder = true}), {.epochs = config.epochs});
  std::cout << trainer.summary() << "\naccuracy "
            << trainer.evaluate(test_set.batches(100), metric::accuracy()).at("accuracy") << "\n";
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
