// Configs, weight tables and programs of the published sizes, with no weights.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "hilo/core/error.h"
#include "hilo/models/gemma/programs.h"
#include "hilo/models/gemma/weights.h"
#include "hilo/stablehlo/emit.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::models::gemma {
namespace {

struct Size {
  const char* name;
  double parameters;  // in millions, as the reports count them
};

class PublishedSizes : public testing::TestWithParam<Size> {};

TEST_P(PublishedSizes, BuildMatchTheTableAndLower) {
  const auto found = std::ranges::find(published(), GetParam().name, &Published::name);
  ASSERT_NE(found, published().end());
  Config config = found->config;
  config.precision = Precision::of(kBF16);
  check(config, found->name);

  const nn::Store store = declare_weights(config);
  std::map<std::string, Shape> built;
  for (const auto& [path, variable] : store.variables()) built.emplace(path, variable.shape);
  for (Layout layout : {Layout::kHuggingFace, Layout::kOrbax, Layout::kGguf}) {
    std::map<std::string, Shape> listed;
    for (const Weight& w : weight_table(config, layout)) {
      EXPECT_TRUE(listed.emplace(w.path, w.shape).second) << w.path;
      EXPECT_FALSE(w.places.empty()) << w.path;
    }
    EXPECT_TRUE(listed == built) << found->name;
  }
  EXPECT_NEAR(static_cast<double>(store.element_count()) / 1e6, GetParam().parameters,
              0.006 * GetParam().parameters);

  std::vector<Shape> shapes;
  for (const auto& [path, shape] : built) shapes.push_back(shape);
  const std::size_t weights = shapes.size();
  shapes.insert(shapes.end(),
                {Shape{kI32, {1, 2048}}, Shape{kI32, {}}, Shape{kI32, {}}, Shape{kI32, {1}}});
  for (const Shape& s : cache_shapes(config, 1, 4096)) shapes.push_back(s);
  const std::string read =
      stablehlo::emit(trace(extend_program(config, store, Positions::kLast, false), shapes));
  EXPECT_NE(read.find("tensor<1x" + std::to_string(config.vocabulary) + "xf32>"),
            std::string::npos);

  shapes.resize(weights);
  shapes.insert(shapes.end(), {Shape{kF32, {2, config.vocabulary}}, Shape{kI32, {}},
                               Shape{kI32, {2}}, Shape{kI32, {}}, Shape{DType::kI1, {2}},
                               Shape{kI32, {kMostStopIds}}, Shape{kI32, {}}, Shape{kI32, {}}});
  for (const Shape& s : cache_shapes(config, 2, 8192)) shapes.push_back(s);
  const std::string decode = stablehlo::emit(trace(decode_program(config, store, {}), shapes));
  EXPECT_NE(decode.find("stablehlo.while"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Gemma, PublishedSizes,
                         testing::Values(Size{"gemma-2b", 2506}, Size{"gemma-7b", 8538},
                                         Size{"gemma2-2b", 2614}, Size{"gemma2-9b", 9242},
                                         Size{"gemma2-27b", 27227}, Size{"gemma3-270m", 268.1},
                                         Size{"gemma3-1b", 1000}, Size{"gemma3-4b", 3880},
                                         Size{"gemma3-12b", 11766}, Size{"gemma3-27b", 27009}),
                         [](const auto& p) {
                           std::string name = p.param.name;
                           std::ranges::replace(name, '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace hilo::models::gemma
