// Programs as graphs: what JAX exported gives what JAX gave, wrong programs are refused where they are wrong.
#include "hilo/stablehlo/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "hilo/core/file.h"
#include "hilo/exec/program.h"
#include "hilo/formats/npz.h"
#include "hilo/ops/all_ops.h"
#include "hilo/pjrt/discovery.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/stablehlo/ir_text.h"
#include "hilo/stablehlo/parse.h"

namespace hilo::stablehlo {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string printed(const Imported& program) { return emit(program.function, {.has_locations = false, .aliases = program.aliases}); }

Array read_array(const fs::path& folder, const Json& entry) {
  const Array array = formats::read_npy(folder / entry.at("file"));
  return entry.at("dtype") == "bfloat16" ? Array(Shape{kBF16, array.shape().dims}, std::make_shared<Array>(array), array.bytes()) : array;
}

void expect_near(const Array& got, const Array& want) {
  ASSERT_EQ(got.shape(), want.shape());
  const std::vector<double> a = got.to_doubles(), b = want.to_doubles();
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
    ASSERT_LE(std::abs(a[i] - b[i]), 1e-5 + 1e-4 * std::abs(b[i])) << i;
  }
}

// Every file of a case is the same graph, and it gives what JAX gave.
TEST(Import, ProgramsOfJaxInEveryForm) {
  const char* fixtures = std::getenv("HILO_FIXTURES");
  if (fixtures == nullptr) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const fs::path root = fs::path(fixtures) / "stablehlo";
  const Json manifest = Json::parse(std::ifstream(root / "manifest.json"));
  const pjrt::Client client = pjrt::open("cpu");
  for (const Json& one : manifest.at("cases")) {
    const std::string name = one.at("name");
    SCOPED_TRACE(name);
    const fs::path folder = root / one.at("dir");
    std::vector<Array> inputs;
    std::vector<Shape> shapes;
    for (const Json& entry : one.at("inputs")) {
      inputs.push_back(read_array(folder, entry));
      shapes.push_back(inputs.back().shape());
    }
    std::string first;
    Imported program;
    for (const auto& [form, file] : one.at("files").items()) {
      if (!file.is_string()) continue;
      SCOPED_TRACE(form);
      program = import_program(read_text(folder / file, 1U << 30), {.file = file, .arguments = shapes});
      if (first.empty()) first = printed(program);
      EXPECT_EQ(printed(program), first);
      EXPECT_EQ(printed(import_program(first)), first) << "printed and read again";
    }
    const std::vector<Array> results = Program::compile(client, program.function, {}, {.cache = nullptr}).run(inputs);
    ASSERT_EQ(results.size(), one.at("outputs").size());
    for (std::size_t i = 0; i < results.size(); ++i) {
      SCOPED_TRACE("output " + std::to_string(i));
      const Json& entry = one.at("outputs")[i];
      if (entry.value("compare", one.value("compare", "")) != "shape_only") expect_near(results[i], read_array(folder, entry));
    }
  }
}

// What every op that a program may have is called in it: ops of StableHLO and CHLO, and none of Hilo's own.
TEST(Import, BuildsOpsOfStableHloAlone) {
  for (const OpEntry& entry : all_ops().entries()) {
    if (entry.make == nullptr) continue;
    EXPECT_EQ(entry.name.find("hilo."), std::string_view::npos) << entry.name;
  }
}

constexpr const char* kNames = R"(func.func @main(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) -> tensor<2x4xf32> {
  %c = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  %d = stablehlo.custom_call @f(%c) {api_version = 2 : i32, backend_config = "x", has_side_effect = false} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %d : tensor<2x4xf32>
})";
constexpr const char* kOtherNames = R"(func.func @main(%x: tensor<2x3xf32>, %0: tensor<3x4xf32>) -> tensor<2x4xf32> {
  %y = "stablehlo.dot_general"(%x, %0) {dot_dimension_numbers = #stablehlo.dot<rhs_contracting_dimensions = [0], lhs_contracting_dimensions = [1]>} : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  %z = "stablehlo.custom_call"(%y) {has_side_effect = false, call_target_name = "f", backend_config = "x", api_version = 2 : i32} : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %z : tensor<2x4xf32>
})";

TEST(Import, NamesAndTheOrderOfAttributesDoNotCount) { EXPECT_EQ(printed(import_program(kNames)), printed(import_program(kOtherNames))); }

TEST(Import, OpenLengthsAreThoseOfTheArguments) {
  const char* program = R"(func.func @main(%x: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x4xf32>) -> tensor<i32>
  %one = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
  %four = stablehlo.constant dense<4> : tensor<1xi32>
  %s = stablehlo.concatenate %one, %four, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
  %c = stablehlo.constant dense<2.0> : tensor<f32>
  %b = stablehlo.dynamic_broadcast_in_dim %c, %s, dims = [] : (tensor<f32>, tensor<2xi32>) -> tensor<?x4xf32>
  %y = stablehlo.multiply %x, %b : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
})";
  const Imported imported = import_program(program, {.arguments = {{kF32, {3, 4}}}});
  EXPECT_EQ(imported.function.result_shapes(), (std::vector<Shape>{{kF32, {3, 4}}}));
  EXPECT_THROW(import_program(program, {.arguments = {{kF32, {3, 5}}}}), FormatError);
}

struct Wrong {
  const char* body;
  const char* says;
};

TEST(Import, WrongProgramsAreRefusedWhereTheyAreWrong) {
  const Wrong rows[] = {
      {"%1 = stablehlo.add %x, %y : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>\n return %1 : tensor<2xf32>", "p.mlir:2:"},
      {"%1 = \"stablehlo.concatenate\"(%x, %y) {dimension = 1 : i64} : (tensor<2xf32>, tensor<3xf32>) -> tensor<5xf32>\n return %x : tensor<2xf32>",
       "stablehlo.concatenate: "},
      {"%1 = stablehlo.concatenate %x, %y, dim = 0 : (tensor<2xf32>, tensor<3xf32>) -> tensor<4xf32>\n return %x : tensor<2xf32>",
       "stablehlo.concatenate: the result is f32[5]\n  expected: f32[4], which the program declares"},
      {"%1 = \"stablehlo.nothing\"(%x) : (tensor<2xf32>) -> tensor<2xf32>\n return %1 : tensor<2xf32>",
       "p.mlir:2:6: stablehlo.nothing: no such operation is known"},
      {"%1 = \"stablehlo.slice\"(%x) {start_indices = array<i64: 0>, limit_indices = \"a\", strides = array<i64: 1>} : (tensor<2xf32>) -> tensor<1xf32>\n return %x : tensor<2xf32>",
       "attribute 'limit_indices' is of another kind"},
      {"%1 = func.call @main(%x, %y) : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>\n return %1 : tensor<2xf32>", "@main calls itself"},
      {"%1 = func.call @other(%x) : (tensor<2xf32>) -> tensor<2xf32>\n return %1 : tensor<2xf32>", "no function @other; there is @main"},
      {"%i = stablehlo.constant dense<0> : tensor<i64>\n %1 = \"stablehlo.case\"(%i) ({ stablehlo.return %x : tensor<2xf32> }) : (tensor<i64>) -> tensor<2xf32>\n return %1 : tensor<2xf32>",
       "stablehlo.case: the index does not fit"},
  };
  for (const Wrong& row : rows) {
    const std::string text = "func.func @main(%x: tensor<2xf32>, %y: tensor<3xf32>) -> tensor<2xf32> {\n" + std::string(row.body) + "\n}\n";
    try {
      import_program(text, {.file = "p.mlir"});
      ADD_FAILURE() << "not refused: " << row.body;
    } catch (const FormatError& e) {
      EXPECT_THAT(e.what(), testing::HasSubstr(row.says));
      EXPECT_THAT(e.what(), testing::StartsWith("p.mlir:"));
    }
  }
}

// Each function calls the next one twice: 2^40 operations, written out.
TEST(Import, CallsThatMultiplyAreRefused) {
  std::string text;
  for (int i = 0; i < 40; ++i) {
    const std::string name = i == 0 ? "main" : "f" + std::to_string(i), next = "f" + std::to_string(i + 1);
    text += "func.func @" + name + "(%x: tensor<f32>) -> tensor<f32> {\n  %0 = func.call @" + next + "(%x) : (tensor<f32>) -> tensor<f32>\n  %1 = func.call @" +
            next + "(%0) : (tensor<f32>) -> tensor<f32>\n  return %1 : tensor<f32>\n}\n";
  }
  text += "func.func @f40(%x: tensor<f32>) -> tensor<f32> {\n  return %x : tensor<f32>\n}\n";
  EXPECT_THROW(
      try { import_program(text); } catch (const FormatError& e) {
        EXPECT_THAT(e.what(), testing::HasSubstr("are too many operations"));
        throw;
      },
      FormatError);
}

}  // namespace
}  // namespace hilo::stablehlo
