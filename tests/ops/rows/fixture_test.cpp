// The values and gradients of JAX, in f32 and f64, by the tolerances that are kept with them.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "hilo/autodiff/autodiff.h"
#include "hilo/formats/npz.h"
#include "tests/ops/rows/fixture_cases.h"
#include "tests/ops/rows/module.h"

namespace hilo::test {
namespace {

using nlohmann::json;

class Fixtures : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("HILO_FIXTURES");
    if (folder == nullptr) GTEST_SKIP() << "HILO_FIXTURES is not set";
    folder_ = std::filesystem::path(folder) / "ops";
    cases_ = json::parse(std::ifstream(folder_ / "ops.json")).at("cases");
  }
  std::filesystem::path folder_;
  json cases_;
};

struct Want {
  std::string name{};
  std::vector<Array> arguments{}, results{};  // inputs and the cotangent; the value and the gradients
  double relative = 0, absolute = 0;
};

Want wanted(const json& c, const formats::NpzFile& npz, DType dtype) {
  const std::string suffix = dtype == kF64 ? "_f64" : "";
  const json& tolerance = c.at(dtype == kF64 ? "tolerance_f64" : "tolerance_f32");
  Want w{.name = c.at("name"), .relative = tolerance.at("rtol"), .absolute = tolerance.at("atol")};
  for (const json& input : c.at("inputs")) w.arguments.push_back(npz.at(input.at("key").get<std::string>()).as(dtype));
  w.arguments.push_back(npz.at(c.at("cotangent").get<std::string>()).as(dtype));
  w.results.push_back(npz.at(c.at("output").get<std::string>() + suffix));
  for (const json& g : c.at("grads")) w.results.push_back(npz.at(g.get<std::string>() + suffix));
  return w;
}

void expect_close(const Want& w, std::size_t k, const Array& got, DType dtype) {
  const std::string what = w.name + (k == 0 ? ", value" : ", gradient " + std::to_string(k - 1)) + " in " + std::string(name(dtype));
  ASSERT_EQ(to_string(got.shape()), to_string(w.results[k].shape())) << what;
  const std::vector<double> a = got.to_doubles(), b = w.results[k].to_doubles();
  for (std::size_t i = 0; i < a.size(); ++i) {
    ASSERT_NEAR(a[i], b[i], w.absolute + w.relative * std::abs(b[i])) << what << ", element " << i;
  }
}

TEST_F(Fixtures, EveryCaseIsKnown) {
  for (const json& c : cases_) {
    const std::string name = c.at("name");
    EXPECT_TRUE(fixture_cases().contains(name)) << name << ": " << c.at("expr");
  }
  EXPECT_EQ(cases_.size(), fixture_cases().size());
}

TEST_F(Fixtures, ValuesAndGradientsAreThoseOfJax) {
  const formats::NpzFile npz = formats::NpzFile::open(folder_ / "ops.npz");
  for (DType dtype : {kF32, kF64}) {
    Module module;
    std::vector<Want> all;
    for (const json& c : cases_) {
      const auto found = fixture_cases().find(c.at("name").get<std::string>());
      if (found == fixture_cases().end()) continue;
      all.push_back(wanted(c, npz, dtype));
      std::vector<Shape> shapes;
      for (const Array& a : all.back().arguments) shapes.push_back(a.shape());
      const BuildFn& f = found->second;
      module.add([&f](In p) {
        std::vector<Value> y = f(p.first(p.size() - 1));
        const std::vector<Value> d = vjp(y, p.last(1), p.first(p.size() - 1));
        y.insert(y.end(), d.begin(), d.end());
        return y;
      }, shapes);
    }
    module.compile();
    std::vector<std::vector<Array>> arguments;
    for (const Want& w : all) arguments.push_back(w.arguments);
    const std::vector<std::vector<Array>> got = module.run(arguments);
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(module.failure(i), "") << all[i].name;
      for (std::size_t k = 0; k < got[i].size(); ++k) expect_close(all[i], k, got[i][k], dtype);
    }
  }
}

}  // namespace
}  // namespace hilo::test
