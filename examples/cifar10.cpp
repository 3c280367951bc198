// Trains the CIFAR-10 CNN and says how good it is on pictures it never saw:
//     example_cifar10 --data cifar10 --epochs 10 --out runs/cifar
#include <iostream>

#include "hilo/hilo.h"

using namespace hilo;

struct Config {
  std::string data = "cifar10", out = "runs/cifar";
  double learning_rate = 1e-3;
  int batch = 64, epochs = 10;
  std::uint64_t seed = 1;
  static void fields(auto&& field) {
    field("data", &Config::data, "folder of CIFAR-10, in any of its forms");
    field("out", &Config::out, "folder of the run");
    field("learning-rate", &Config::learning_rate, "step size");
    field("batch", &Config::batch, "examples a step", Range{1, 1e6});
    field("epochs", &Config::epochs, "passes over the training set", Range{1, 1e6});
    field("seed", &Config::seed, "of weights, dropout and the order of the pictures");
  }
};

int main(int argc, char** argv) try {
  const auto config = parse<Config>(argc, argv);
  const auto [train_set, test_set] = data::cifar10(config.data);
  const auto [mean, std] = data::channel_statistics(train_set);
  const nn::ChannelMoments pixels{mean, std};

  const auto network = [pixels](nn::Scope scope, Value images) {  // u8[B,32,32,3] -> f32[B,10]
    Value x = nn::normalize_channels(scope / "pixels", images, pixels);
    x = relu(nn::conv2d(scope / "conv1", x, {.filters = 32, .kernel = 3}));
    x = nn::dropout(scope / "drop1", max_pool(x, 2), 0.3);
    x = relu(nn::conv2d(scope / "conv2", x, {.filters = 64, .kernel = 3}));
    x = nn::dropout(scope / "drop2", max_pool(x, 2), 0.5);
    x = nn::dropout(scope / "drop3", relu(nn::dense(scope / "hidden", flatten(x), 128)), 0.5);
    return nn::dense(scope / "logits", x, 10);
  };

  train::Trainer trainer(pjrt::open("auto"), network, loss::softmax_cross_entropy,
                         train::Adam{.learning_rate = config.learning_rate},
                         {.seed = config.seed, .metrics = {metric::accuracy()}});
  trainer.on_step(train::for_progress(), train::progress_bar());
  trainer.on_step(train::every_epoch(), train::save_to(config.out, {.keep = 3, .info = {.recipe = "cifar10"}}));
  trainer.fit(train_set.shuffled(config.seed).batches(config.batch, {.drops_remainder = true}), {.epochs = config.epochs});

  const train::Evaluation result = trainer.evaluate(test_set.batches(100), metric::accuracy());
  std::cout << "accuracy " << result.at("accuracy") << " on " << result.examples << " test pictures\n";
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
