// Artifacts that are written read back to the same program, in every release, and plugins compile
// them.
#include "hilo/stablehlo/write_artifact.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hilo/exec/program.h"
#include "hilo/pjrt/client.h"
#include "hilo/stablehlo/ir_text.h"
#include "hilo/stablehlo/parse.h"
#include "tests/stablehlo/artifact_files.h"

namespace hilo::stablehlo {
namespace {

using testing::HasSubstr;

// What JAX wrote for a release is what a program that was read from it can be written for.
TEST(WriteArtifact, ReadsBackInEveryRelease) {
  int written = 0;
  for (const FilePair& pair : golden_artifacts()) {
    const std::string bytes = contents_of(pair.bytecode);
    const std::size_t producer = bytes.find("StableHLO_v");
    if (producer != 5) continue;  // plain
    SCOPED_TRACE(pair.bytecode.string());
    const std::string release =
        bytes.substr(producer + 11, bytes.find('\0', producer) - producer - 11);
    const ir::Program program = parse(contents_of(pair.text));
    const std::string artifact = write_artifact(program, release);
    EXPECT_EQ(artifact.substr(0, 5), bytes.substr(0, 5));  // the version of bytecode
    EXPECT_EQ(to_text(parse_bytecode(artifact)), to_text(program));
    ++written;
  }
  EXPECT_GE(written, 39);
}

TEST(WriteArtifact, ReadsBackInTheNewestRelease) {
  for (const FilePair& pair : golden_artifacts()) {
    if (pair.text.filename().string().starts_with("ops_0.0.0_")) continue;  // of other dialects
    const ir::Program program = parse(contents_of(pair.text));
    EXPECT_EQ(to_text(parse_bytecode(write_artifact(program, "1.20.0"))), to_text(program))
        << pair.text;
  }
}

struct Refused {
  const char* name;
  const char* body;  // of a function of %a: tensor<4xf32> and %b: tensor<8x5x4xf32>
  const char* release;
  const char* message;
};

std::ostream& operator<<(std::ostream& out, const Refused& r) { return out << r.name; }

class RefusedArtifact : public testing::TestWithParam<Refused> {};

ir::Program program_of(std::string_view body) {
  return parse_text("func.func @main(%a: tensor<4xf32>, %b: tensor<8x5x4xf32>) {\n" +
                    std::string(body) + "\nreturn\n}");
}

TEST_P(RefusedArtifact, SaysWhatTheReleaseLacks) {
  const ir::Program program = program_of(GetParam().body);
  try {
    (void)write_artifact(program, GetParam().release);
    FAIL() << "was written";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr(GetParam().message));
  }
}

INSTANTIATE_TEST_SUITE_P(
    WriteArtifact, RefusedArtifact,
    testing::Values(
        Refused{"NoVersion", "", "1.0", "\"1.0\" is no version"},
        Refused{"BeforeTheFirst", "", "0.8.0", "expected 0.9.0 to"},
        Refused{"AnOp", R"(%0 = "stablehlo.tan"(%a) : (tensor<4xf32>) -> tensor<4xf32>)", "1.3.0",
                "stablehlo.tan: the op came with StableHLO 1.4.0"},
        Refused{
            "AnAttribute",
            R"(%0 = "stablehlo.tanh"(%a) {result_accuracy = #stablehlo.result_accuracy<atol = 1.0, rtol = 0.0, ulps = 0, mode = #stablehlo.result_accuracy_mode<TOLERANCE>>} : (tensor<4xf32>) -> tensor<4xf32>)",
            "1.9.0", "attribute result_accuracy came with StableHLO 1.10.0"},
        Refused{
            "AMember",
            R"(%i = "stablehlo.constant"() {value = dense<0> : tensor<8x1xi32>} : () -> tensor<8x1xi32>
                   %0 = "stablehlo.gather"(%b, %i) {dimension_numbers = #stablehlo.gather<offset_dims = [1], collapsed_slice_dims = [1], operand_batching_dims = [0], start_indices_batching_dims = [0], start_index_map = [1], index_vector_dim = 1>, slice_sizes = array<i64: 1, 1, 4>} : (tensor<8x5x4xf32>, tensor<8x1xi32>) -> tensor<8x4xf32>)",
            "1.0.0", "attribute operand_batching_dims came with StableHLO 1.1.0"},
        Refused{"AType", R"(%0 = "stablehlo.convert"(%a) : (tensor<4xf32>) -> tensor<4xf8E3M4>)",
                "1.6.0", "type f8E3M4 came with StableHLO 1.7.0"},
        Refused{"AnotherDialect", R"(%0 = "chlo.erf"(%a) : (tensor<4xf32>) -> tensor<4xf32>)",
                "1.0.0", "chlo.erf: a portable artifact has no such op"},
        Refused{"AFlagOfItsOwn",
                R"(%0 = "stablehlo.abs"(%a) {my.flag} : (tensor<4xf32>) -> tensor<4xf32>)", "1.0.0",
                "attribute my.flag: unit has no form in a portable artifact"},
        Refused{
            "WhatAnOpMustHave",
            R"(%0 = "stablehlo.concatenate"(%a, %a) : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>)",
            "1.0.0", "there is no attribute dimension"}),
    [](const auto& row) { return row.param.name; });

TEST(WriteArtifact, PluginsCompileIt) {
  const pjrt::Client client(pjrt::open("cpu"));
  const ir::Program program = parse_text(R"(
    func.func public @main(%a: tensor<4xf32>, %i: tensor<i1>) -> tensor<4xf32> {
      %c = stablehlo.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
      %0 = "stablehlo.if"(%i) ({
        %s = stablehlo.add %a, %c : tensor<4xf32>
        stablehlo.return %s : tensor<4xf32>
      }, {
        stablehlo.return %c : tensor<4xf32>
      }) : (tensor<i1>) -> tensor<4xf32>
      return %0 : tensor<4xf32>
    })");
  for (const char* release : {"0.9.0", "0.14.0", "1.0.0", "1.9.0"}) {
    const Program compiled =
        Program::compile_text(client, write_artifact(program, release), {.cache = nullptr});
    const std::vector<Array> arguments = {Array::of<float>({4}, {1, 1, 1, 1}), Array::scalar(true)};
    EXPECT_EQ(compiled.run(arguments).at(0), Array::of<float>({4}, {2, 3, 4, 5})) << release;
  }
}

}  // namespace
}  // namespace hilo::stablehlo
