// Programs from outside, through the command line: run, vjp, diff, conformance.
#include <cmath>
#include <complex>
#include <fstream>

#include "hilo/formats/npz.h"
#include "hilo/formats/safetensors.h"
#include "hilo/pjrt/discovery.h"
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

// One program of JAX over a mesh of four, in text and bytecode: undivided, divided, and asked for what it is not.
TEST(Run, DividesAProgramOverTheDevicesOfItsMesh) {
  if (fixtures().empty()) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const fs::path folder = fixtures() / "stablehlo/sharded_mesh4", in = fresh("in.safetensors"), out = fresh("out.safetensors");
  formats::write_safetensors(in, {{"arg_0", formats::read_npy(folder / "in0.npy")}, {"arg_1", formats::read_npy(folder / "in1.npy")}});
  const Array want = formats::read_npy(folder / "out0.npy");
  for (const char* file : {"module.mlir", "module.vhlo.mlirbc", "jax_export.bin"}) {
    for (const char* devices : {"1", "4"}) {
      SCOPED_TRACE(std::string(file) + " " + devices);
      hilo_out({"run", folder / file, "--inputs", in, "--out", out, "--backend", "cpu", "--devices", devices});
      const Array got = arrays_of(out).at("out_0");
      ASSERT_EQ(got.shape(), want.shape());
      for (std::size_t i = 0; i < static_cast<std::size_t>(want.size()); ++i) EXPECT_NEAR(got.to_doubles()[i], want.to_doubles()[i], 1e-5) << i;
    }
    const Json json = Json::parse(hilo_out({"compile", folder / file, "--target", "cpu", "--json"}));
    EXPECT_EQ(json["devices"], 4) << file;
    EXPECT_EQ(json["results"][0], "f32[2,4]") << file;
  }
  const Ended few = hilo({"run", folder / "module.mlir", "--inputs", in, "--backend", "cpu", "--devices", "2"});
  EXPECT_EQ(few.code, 2);
  EXPECT_THAT(few.err, testing::HasSubstr("has 4 devices; got --devices 2, expected --devices 4 (or 1, which runs it undivided)"));
  const Ended none = hilo({"run", written("wrong.mlir", "func.func @main() -> tensor<f32> { %0 = stablehlo.constant dense<1.0> : tensor<f32> return %0 : tensor<f32> }"), "--backend", "cpu", "--devices", "2"});
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, testing::HasSubstr("has no shardings to divide it by"));
}

// With libtpu at hand: `hilo plugins install tpu`.
TEST(Compile, DividesAProgramOverATpuThatIsNotHere) {
  const std::string plugin = pjrt::search("tpu").path;
  if (plugin.empty() || fixtures().empty()) GTEST_SKIP() << "no libtpu here, or HILO_FIXTURES is not set";
  const std::map<std::string, std::string> find = {{"HILO_PJRT_PLUGIN_PATH", environment()["HILO_PJRT_PLUGIN_PATH"] + ":" + plugin}};
  for (const char* file : {"module.mlir", "module.vhlo.mlirbc"}) {
    const Ended ended = hilo({"compile", fixtures() / "stablehlo/sharded_mesh4" / file, "--target", "tpu:v5e:2x2", "--json"}, "", find);
    ASSERT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(Json::parse(ended.out)["devices"], 4) << file;
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

// Arguments and results as .npz too, which has the dtype that safetensors lack.
TEST(Run, ReadsAndWritesNpz) {
  const std::string program = written("npz.mlir", "func.func @main(%a: tensor<2xcomplex<f64>>) -> tensor<2xcomplex<f64>> { %0 = stablehlo.add %a, %a : tensor<2xcomplex<f64>> return %0 : tensor<2xcomplex<f64>> }");
  const std::filesystem::path in = written("npz_in.npz", ""), out = written("npz_out.npz", "");
  const std::vector<std::complex<double>> x = {{1, 2}, {-0.5, 3}};
  formats::write_npz(in, {{"arg_0", Array::of({2}, x)}});
  hilo_out({"run", program, "--inputs", in, "--out", out, "--backend", "cpu"});
  EXPECT_EQ(formats::NpzFile::open(out).at("out_0"), Array::of<std::complex<double>>({2}, {{2, 4}, {-1, 6}}));
  const Ended wrong = hilo({"run", program, "--inputs", in, "--out", written("npz_out.safetensors", ""), "--backend", "cpu"});
  EXPECT_EQ(wrong.code, 1);
  EXPECT_THAT(wrong.err, testing::HasSubstr("c128[2], a dtype that the format lacks"));
}

// A file with several programs: some functions have checks, others have none, some are wrong on purpose.
constexpr const char* kSuite = R"(// RUN: stablehlo-translate --interpret -split-input-file %s

// Nothing is here.

// -----

func.func @holds() {
  %0 = stablehlo.constant dense<[1, 2]> : tensor<2xi64>
  check.expect_eq_const %0, dense<[1, 2]> : tensor<2xi64>
  func.return
}
func.func @fails() {
  %0 = stablehlo.constant dense<[1, 2]> : tensor<2xi64>
  check.expect_eq_const %0, dense<[1, 3]> : tensor<2xi64>
  func.return
}

// -----

func.func @checks_nothing(%x: tensor<?xf32>) -> tensor<?xf32> {
  %0 = stablehlo.negate %x : tensor<?xf32>
  func.return %0 : tensor<?xf32>
}

// -----

func.func @wrong(%x: tensor<2xf32>, %y: tensor<3xf32>) -> tensor<2xf32> {
  // expected-error@+1 {{all the same}}
  %0 = "stablehlo.add"(%x, %y) : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>
  func.return %0 : tensor<2xf32>
}

// -----

// expected-error@+1 {{it is right}}
func.func @right(%x: tensor<2xf32>) -> tensor<2xf32> {
  func.return %x : tensor<2xf32>
}
)";

TEST(Conformance, RunsEveryFunctionOfEveryProgramInAFile) {
  const fs::path file = written("suite.mlir", kSuite);
  const Ended ended = hilo({"conformance", file, "--json", "--backend", "cpu"});
  EXPECT_EQ(ended.code, 1);
  const Json said = Json::parse(ended.out);
  EXPECT_EQ(said.at("programs"), 4);
  EXPECT_EQ(said.at("passed"), 2);
  EXPECT_EQ(said.at("ran"), 0);
  EXPECT_EQ(said.at("verified"), 1);
  ASSERT_EQ(said.at("refused").size(), 1U);
  EXPECT_EQ(said.at("refused")[0].at("expected"), "all the same");
  EXPECT_THAT(said.at("refused")[0].at("reason").get<std::string>(), testing::HasSubstr("suite.mlir:29:8: stablehlo.add: "));
  ASSERT_EQ(said.at("failed").size(), 2U);
  EXPECT_THAT(said.at("failed")[0].at("file").get<std::string>(), testing::EndsWith("suite.mlir:6"));
  EXPECT_EQ(said.at("failed")[0].at("reason"), "line 14: expect_eq: 1 of 2 numbers differ; at [1] got 2, expected 3");
  EXPECT_EQ(said.at("failed")[1].at("reason"), "a wrong program is taken; expected: it is right");
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

// A model of JAX is trained further, written as an artifact with its weights, and run.
TEST(Finetune, GivesAProgramWithBetterWeights) {
  if (fixtures().empty()) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const fs::path folder = fixtures() / "stablehlo" / "mlp", inputs = fresh("mlp.safetensors"), input = fresh("x.safetensors"), tuned = fresh("tuned.mlirbc");
  formats::NamedArrays all;
  for (int i = 0; i < 5; ++i) all.emplace_back("arg_" + std::to_string(i), formats::read_npy(folder / ("in" + std::to_string(i) + ".npy")));
  formats::write_safetensors(inputs, all);
  formats::write_safetensors(input, {all[0]});
  const Ended ended = run({example("finetune"), folder / "jax_export.bin", inputs, tuned}, {}, environment());
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, testing::MatchesRegex("loss 2\\.[0-9]+ -> 0\\.0[0-9]+\n"));
  const fs::path out = fresh("out.safetensors");
  hilo_out({"run", tuned, "--inputs", input, "--out", out, "--backend", "cpu"});
  const std::vector<double> p = arrays_of(out).at("out_0").to_doubles();
  for (std::size_t i = 0; i < p.size(); i += 3) EXPECT_GT(p[i], 0.9);
}

TEST(Export, WritesProgramsAsTextAndForAnOlderRelease) {
  const fs::path program = written("gelu.mlir", R"(func.func @main(%x: tensor<3xf32>) -> tensor<3xf32> {
  %0 = stablehlo.tanh %x : tensor<3xf32>
  return %0 : tensor<3xf32>
}
)");
  for (const char* name : {"out.mlir", "out.mlirbc"}) {
    const fs::path out = fresh(name);
    EXPECT_THAT(hilo_out({"export", program, "--out", out, "--stablehlo-version", "0.12.0"}), testing::HasSubstr("out_0: f32[3]"));
    EXPECT_THAT(hilo_out({"diff", program, out, "--backend", "cpu"}), testing::HasSubstr("the programs are the same graph"));
  }
  EXPECT_EQ(hilo({"export", program, "--out", "x.onnx"}).code, 2);
}

TEST(Inspect, TellsWhatAProgramHoldsAndRefusesWrongOnes) {
  const Json said = Json::parse(hilo_out({"inspect", written("twice.mlir", kWrong), "--json"}));
  EXPECT_EQ(said.at("functions")[0].at("ops").at("stablehlo.constant"), 2);
  EXPECT_EQ(said.at("checks"), 1);
  const fs::path wrong = written("wrong.mlir", "func.func @main(%x: tensor<3xf32>) -> tensor<2xf32> {\n  %0 = \"stablehlo.negate\"(%x) : (tensor<3xf32>) -> tensor<2xf32>\n  return %0 : tensor<2xf32>\n}\n");
  const Ended ended = hilo({"inspect", wrong});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, testing::HasSubstr("wrong.mlir:2:8: stablehlo.negate: the result is f32[3]\n  expected: f32[2]"));
}

}  // namespace
}  // namespace hilo::tools::test
