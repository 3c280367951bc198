// Programs from outside, through the command line: run, vjp, diff, conformance.
#include <cmath>
#include <fstream>

#include "hilo/formats/safetensors.h"
#include "tests/tools/hilo_program.h"

namespace hilo::tools::test {
namespace {

fs::path fixtures() {
  const char* folder = std::getenv("HILO_FIXTURES");
  return folder == nullptr ? fs::path() : fs::path(folder);
}

std::map<std::string, Array> arrays_of(const fs::path& file) {
  std::map<std::string, Array> all;
  const auto tensors = formats::SafetensorsFile::open(file);
  for (const std::string& name : tensors.names()) all.emplace(name, tensors.at(name));
  return all;
}

// Programs of JAX, inputs and cotangents, and the gradients that JAX gives.
TEST(Vjp, IsThatOfJax) {
  if (fixtures().empty()) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const fs::path folder = fixtures() / "vjp";
  const Json manifest = Json::parse(std::ifstream(folder / "manifest.json"));
  for (const Json& one : manifest.at("cases")) {
    SCOPED_TRACE(one.at("name").get<std::string>());
    const fs::path out = fresh("gradients.safetensors");
    hilo_out({"vjp", folder / one.at("programs").at("text"), "--inputs", folder / one.at("inputs"), "--cotangents",
              folder / one.at("vjp").at("cotangents"), "--out", out, "--backend", "cpu"});
    const auto got = arrays_of(out), expected = arrays_of(folder / one.at("vjp").at("gradients"));
    ASSERT_EQ(got.size(), expected.size());
    const double rtol = one.at("rtol"), atol = one.at("atol");
    for (const auto& [name, want] : expected) {
      ASSERT_EQ(got.at(name).shape(), want.shape()) << name;
      const std::vector<double> a = got.at(name).to_doubles(), b = want.to_doubles();
      for (std::size_t i = 0; i < a.size(); ++i) ASSERT_LE(std::abs(a[i] - b[i]), atol + rtol * std::abs(b[i])) << name << "[" << i << "]";
    }
  }
}

TEST(Conformance, EveryEnabledProgramOfTheSuitePasses) {
  const char* data = std::getenv("HILO_DATA_DIR");
  if (data == nullptr) GTEST_SKIP() << "HILO_DATA_DIR is not set";
  const Json said = Json::parse(hilo_out({"conformance", fs::path(data) / "stablehlo-testdata.tar.zst", "--json", "--backend", "cpu"}));
  EXPECT_EQ(said.at("programs"), 1412);
  EXPECT_EQ(said.at("passed"), 1400);
  EXPECT_EQ(said.at("failed"), Json::array());
  for (const Json& one : said.at("skipped")) EXPECT_EQ(one.at("reason"), "RUN-DISABLED") << one.at("file");
}

constexpr const char* kWrong = R"(func.func @main() -> tensor<2xf32> {
  %0 = stablehlo.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %1 = stablehlo.constant dense<[1.0, 2.5]> : tensor<2xf32>
  stablehlo.custom_call @check.expect_eq(%0, %1) {has_side_effect = true} : (tensor<2xf32>, tensor<2xf32>) -> ()
  return %0 : tensor<2xf32>
}
)";

TEST(Conformance, SaysWhatDiffersAndFails) {
  const Ended ended = hilo({"conformance", written("wrong.mlir", kWrong), "--backend", "cpu"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, testing::HasSubstr("line 4: expect_eq: 1 of 2 numbers differ; at [1] got 2, expected 2.5"));
  EXPECT_EQ(hilo({"run", written("wrong.mlir", kWrong), "--backend", "cpu"}).code, 1);
}

TEST(Diff, ComparesTwoPrograms) {
  const auto twice = [](const char* op) {
    return written("twice.mlir", std::string("func.func @main(%x: tensor<3xf32>) -> tensor<3xf32> {\n  %y = ") + op + " : tensor<3xf32>\n  return %y : tensor<3xf32>\n}\n");
  };
  const fs::path sum = twice("stablehlo.add %x, %x"), square = twice("stablehlo.multiply %x, %x");
  const Json same = Json::parse(hilo_out({"diff", sum, sum, "--json", "--backend", "cpu"}));
  EXPECT_EQ(same.at("same_graph"), true);
  EXPECT_EQ(same.at("equal"), true);
  const Ended other = hilo({"diff", sum, square, "--backend", "cpu"});
  EXPECT_EQ(other.code, 1);
  EXPECT_THAT(other.out, testing::HasSubstr("out_0: f32[3]  apart by"));
}

}  // namespace
}  // namespace hilo::tools::test
