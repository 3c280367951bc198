// The same training on every plugin there is: the three generations of the CPU plugin, and a GPU where there is one.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "hilo/models/cifar_cnn.h"
#include "hilo/pjrt/discovery.h"
#include "hilo/train/trainer.h"

namespace hilo::train {
namespace {

// HILO_TEST_PLUGINS, colons between; else what `cpu` finds.
std::vector<std::string> plugins() {
  std::vector<std::string> paths;
  if (const char* list = std::getenv("HILO_TEST_PLUGINS")) {
    for (std::string_view rest(list); !rest.empty();) {
      const std::string_view path = rest.substr(0, rest.find(':'));
      if (!path.empty()) paths.emplace_back(path);
      rest.remove_prefix(std::min(rest.size(), path.size() + 1));
    }
  }
  if (paths.empty()) paths.push_back(pjrt::find("cpu").path);
  return paths;
}

// Pictures whose class is their brightness.
data::Dataset shades() {
  constexpr Dim kCount = 64;
  Array images(Shape{kU8, {kCount, 12, 12, 3}}), labels(Shape{kI32, {kCount}});
  for (Dim i = 0; i < kCount; ++i) {
    const auto shade = static_cast<std::uint8_t>(i % 2 == 0 ? 40 : 210);
    std::ranges::fill(images.mutable_data<std::uint8_t>().subspan(static_cast<std::size_t>(i * 432), 432), shade);
    labels.mutable_data<std::int32_t>()[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i % 2);
  }
  return data::Dataset::from_arrays(images, labels);
}

void expect_learning(const std::string& backend) {
  Trainer trainer(pjrt::open(backend),
                  models::cifar_cnn({.classes = 2, .pixels = {.mean = {0.5, 0.5, 0.5}, .std = {0.3, 0.3, 0.3}}}),
                  loss::softmax_cross_entropy, Adam{.learning_rate = 1e-3}, {.seed = 1});
  trainer.fit(shades().shuffled(1).batches(16, {.drops_remainder = true}), {.steps = 24});
  const Evaluation e = trainer.evaluate(shades().batches(64), metric::accuracy());
  EXPECT_EQ(e.at("accuracy"), 1) << backend;
  EXPECT_LT(e.loss, 0.3) << backend;
}

class TrainingOn : public testing::TestWithParam<std::string> {};
TEST_P(TrainingOn, ThisPluginLearns) { expect_learning(GetParam()); }
INSTANTIATE_TEST_SUITE_P(Plugins, TrainingOn, testing::ValuesIn(plugins()), [](const auto& param) {
  return "plugin_" + std::to_string(param.index);
});

TEST(TrainingOnGpu, Learns) {
  const pjrt::Search gpu = pjrt::search("cuda");
  if (!gpu.problem.empty() || gpu.path.empty()) GTEST_SKIP() << gpu.problem;
  expect_learning("cuda:0");
}

}  // namespace
}  // namespace hilo::train
