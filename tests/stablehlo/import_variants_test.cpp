// Arithmetic on quantised tensors and reductions that add in a longer dtype: each row is a program
// that checks itself, with numbers worked out by hand from StableHLO's spec, or one that is
// refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hilo/core/error.h"
#include "hilo/exec/program.h"
#include "hilo/pjrt/discovery.h"
#include "hilo/stablehlo/import.h"

namespace hilo::stablehlo {
namespace {

struct Row {
  const char *name, *body;  // of @main, without arguments
  std::vector<double> expected;
};

const std::vector<Row> kRows = {
    {"a sum beyond what the storage holds",
     R"(  %x = stablehlo.constant dense<[1.0, 2.0, -3.0, 100.0]> : tensor<4xf32>
  %q = stablehlo.uniform_quantize %x : (tensor<4xf32>) -> tensor<4x!quant.uniform<i8:f32, 0.5:10>>
  %s = stablehlo.add %q, %q : tensor<4x!quant.uniform<i8:f32, 0.5:10>>
  %r = stablehlo.uniform_dequantize %s : (tensor<4x!quant.uniform<i8:f32, 0.5:10>>) -> tensor<4xf32>)",
     {2, 4, -6, 58.5}},
    {"operands and result on scales of their own",
     R"(  %x = stablehlo.constant dense<[1.0, 2.0, -3.0, 5.0]> : tensor<4xf32>
  %a = stablehlo.uniform_quantize %x : (tensor<4xf32>) -> tensor<4x!quant.uniform<i8:f32, 0.5>>
  %b = stablehlo.uniform_quantize %x : (tensor<4xf32>) -> tensor<4x!quant.uniform<i8:f32, 0.25:8>>
  %s = stablehlo.multiply %a, %b : (tensor<4x!quant.uniform<i8:f32, 0.5>>, tensor<4x!quant.uniform<i8:f32, 0.25:8>>) -> tensor<4x!quant.uniform<i8:f32, 2.0:1>>
  %r = stablehlo.uniform_dequantize %s : (tensor<4x!quant.uniform<i8:f32, 2.0:1>>) -> tensor<4xf32>)",
     {2, 4, 10, 26}},  // 0.5, 2, 4.5 and 12.5 steps and one for the zero point, ties to even
    {"a product with a scale for each column",
     R"(  %x = stablehlo.constant dense<[[1.0, 2.0], [3.0, -4.0]]> : tensor<2x2xf32>
  %w = stablehlo.constant dense<[[0.5, 2.0], [1.5, -1.0]]> : tensor<2x2xf32>
  %a = stablehlo.uniform_quantize %x : (tensor<2x2xf32>) -> tensor<2x2x!quant.uniform<i8:f32, 0.5>>
  %b = stablehlo.uniform_quantize %w : (tensor<2x2xf32>) -> tensor<2x2x!quant.uniform<i8<-127:127>:f32:1, {0.5, 1.0}>>
  %s = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<2x2x!quant.uniform<i8:f32, 0.5>>, tensor<2x2x!quant.uniform<i8<-127:127>:f32:1, {0.5, 1.0}>>) -> tensor<2x2x!quant.uniform<i32:f32:1, {0.25, 0.5}>>
  %r = stablehlo.uniform_dequantize %s : (tensor<2x2x!quant.uniform<i32:f32:1, {0.25, 0.5}>>) -> tensor<2x2xf32>)",
     {3.5, 0, -4.5, 10}},
    {"quantised weights times floats",
     R"(  %x = stablehlo.constant dense<[[1.25, 2.0]]> : tensor<1x2xf32>
  %w = stablehlo.constant dense<[[0.5], [1.5]]> : tensor<2x1xf32>
  %b = stablehlo.uniform_quantize %w : (tensor<2x1xf32>) -> tensor<2x1x!quant.uniform<i8<-127:127>:f32, 0.5>>
  %r = stablehlo.dot_general %x, %b, contracting_dims = [1] x [0] : (tensor<1x2xf32>, tensor<2x1x!quant.uniform<i8<-127:127>:f32, 0.5>>) -> tensor<1x1xf32>)",
     {3.625}},
    {"a comparison, and what moves elements only",
     R"(  %x = stablehlo.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %a = stablehlo.uniform_quantize %x : (tensor<2xf32>) -> tensor<2x!quant.uniform<i8:f32, 0.5>>
  %v = stablehlo.reverse %a, dims = [0] : tensor<2x!quant.uniform<i8:f32, 0.5>>
  %c = stablehlo.compare GT, %a, %v : (tensor<2x!quant.uniform<i8:f32, 0.5>>, tensor<2x!quant.uniform<i8:f32, 0.5>>) -> tensor<2xi1>
  %r = stablehlo.convert %c : (tensor<2xi1>) -> tensor<2xf32>)",
     {0, 1}},
    {"a constant's stored integers",
     R"(  %q = stablehlo.constant() {value = dense<[[3, -7], [4, 127]]> : tensor<2x2xi8>} : () -> tensor<2x2x!quant.uniform<i8:f32:1, {0.5:1, 2.0}>>
  %r = stablehlo.uniform_dequantize %q : (tensor<2x2x!quant.uniform<i8:f32:1, {0.5:1, 2.0}>>) -> tensor<2x2xf32>)",
     {1, -14, 1.5, 254}},
    {"sums that are quantised at each step",
     R"(  %x = stablehlo.constant dense<[100.0, 100.0, -100.0]> : tensor<3xf32>
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %q = stablehlo.uniform_quantize %x : (tensor<3xf32>) -> tensor<3x!quant.uniform<i8:f32, 1.0>>
  %i = stablehlo.uniform_quantize %z : (tensor<f32>) -> tensor<!quant.uniform<i8:f32, 1.0>>
  %s = "stablehlo.reduce"(%q, %i) ({
    ^bb0(%a: tensor<!quant.uniform<i8:f32, 1.0>>, %b: tensor<!quant.uniform<i8:f32, 1.0>>):
      %t = stablehlo.maximum %a, %b : tensor<!quant.uniform<i8:f32, 1.0>>
      %u = stablehlo.add %t, %t : tensor<!quant.uniform<i8:f32, 1.0>>
      %v = stablehlo.minimum %u, %t : tensor<!quant.uniform<i8:f32, 1.0>>
      stablehlo.return %v : tensor<!quant.uniform<i8:f32, 1.0>>
    }) {dimensions = array<i64: 0>} : (tensor<3x!quant.uniform<i8:f32, 1.0>>, tensor<!quant.uniform<i8:f32, 1.0>>) -> tensor<!quant.uniform<i8:f32, 1.0>>
  %r = stablehlo.uniform_dequantize %s : (tensor<!quant.uniform<i8:f32, 1.0>>) -> tensor<f32>)",
     {100}},
    {"an order of quantised numbers",
     R"(  %x = stablehlo.constant dense<[1.0, 3.0, -2.0]> : tensor<3xf32>
  %q = stablehlo.uniform_quantize %x : (tensor<3xf32>) -> tensor<3x!quant.uniform<i8:f32, 0.5>>
  %s = "stablehlo.sort"(%q) ({
    ^bb0(%a: tensor<!quant.uniform<i8:f32, 0.5>>, %b: tensor<!quant.uniform<i8:f32, 0.5>>):
      %c = stablehlo.compare GT, %a, %b : (tensor<!quant.uniform<i8:f32, 0.5>>, tensor<!quant.uniform<i8:f32, 0.5>>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    }) {dimension = 0 : i64, is_stable = true} : (tensor<3x!quant.uniform<i8:f32, 0.5>>) -> tensor<3x!quant.uniform<i8:f32, 0.5>>
  %b = stablehlo.bitcast_convert %s : (tensor<3x!quant.uniform<i8:f32, 0.5>>) -> tensor<3x!quant.uniform<i8:f32, 0.5>>
  %r = stablehlo.uniform_dequantize %b : (tensor<3x!quant.uniform<i8:f32, 0.5>>) -> tensor<3xf32>)",
     {3, 1, -2}},
    {"a sum in a longer dtype",
     R"(  %x = stablehlo.constant dense<[16777216.0, 1.0, 1.0]> : tensor<3xf32>
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %s = "stablehlo.reduce"(%x, %z) ({
    ^bb0(%a: tensor<f64>, %b: tensor<f64>):
      %t = stablehlo.add %a, %b : tensor<f64>
      stablehlo.return %t : tensor<f64>
    }) {dimensions = array<i64: 0>} : (tensor<3xf32>, tensor<f32>) -> tensor<f64>
  %w = stablehlo.constant dense<-16777216.0> : tensor<f64>
  %d = stablehlo.add %s, %w : tensor<f64>
  %r = stablehlo.convert %d : (tensor<f64>) -> tensor<f32>)",
     {2}},
    {"a scatter that adds in a longer dtype",
     R"(  %x = stablehlo.constant dense<[100, 3]> : tensor<2xi8>
  %i = stablehlo.constant dense<[[0]]> : tensor<1x1xi32>
  %u = stablehlo.constant dense<[100]> : tensor<1xi8>
  %s = "stablehlo.scatter"(%x, %i, %u) ({
    ^bb0(%a: tensor<i32>, %b: tensor<i32>):
      %t = stablehlo.add %a, %b : tensor<i32>
      stablehlo.return %t : tensor<i32>
    }) {scatter_dimension_numbers = #stablehlo.scatter<inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>, indices_are_sorted = false, unique_indices = false} : (tensor<2xi8>, tensor<1x1xi32>, tensor<1xi8>) -> tensor<2xi32>
  %r = stablehlo.convert %s : (tensor<2xi32>) -> tensor<2xf32>)",
     {200, 3}},
};

TEST(ImportVariants, GiveWhatTheSpecSays) {
  const pjrt::Client client = pjrt::open("cpu");
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    const std::string body = row.body;
    const std::string type = body.substr(body.rfind("tensor<"));
    const Imported imported = import_program(
        "func.func @main() -> " + type + " {\n" + body + "\n  return %r : " + type + "\n}",
        {.file = "row.mlir"});
    const std::vector<Array> got =
        Program::compile(client, imported.function, {}, {.cache = nullptr})
            .run(std::vector<Array>());
    EXPECT_EQ(got[0].to_doubles(), row.expected);
  }
}

std::string refusal(const std::string& program) {
  try {
    (void)import_program(program, {.file = "row.mlir"});
  } catch (const FormatError& e) {
    return e.what();
  }
  return "it was taken";
}

// An op on quantised tensors of these types, in the generic form.
struct WrongRow {
  const char *op, *attributes;
  std::vector<std::string> operands;
  std::string result;
  const char* says;
};

TEST(ImportVariants, QuantisedTensorsThatDoNotFitAreRefused) {
  const std::string plain = "tensor<2x2x!quant.uniform<i8:f32, 0.5:3>>",
                    other = "tensor<2x2x!quant.uniform<i8:f32, 0.25:3>>",
                    wide = "tensor<2x2x!quant.uniform<i16:f32, 0.5:3>>",
                    twice = "tensor<2x2x!quant.uniform<i8:f64, 0.5:3>>",
                    rows = "tensor<2x2x!quant.uniform<i8:f32:0, {0.5, 0.25}>>",
                    columns = "tensor<2x2x!quant.uniform<i8:f32:1, {0.5, 0.25}>>";
  const WrongRow wrong[] = {
      {"add", "", {plain, twice}, plain, "quantised tensors differ"},
      {"abs", "", {plain}, wide, "quantised tensors differ"},
      {"abs", "", {rows}, rows, "a scale for each index of an axis"},
      {"reverse", "dimensions = array<i64: 0>", {rows}, rows, "a scale for each index of an axis"},
      {"optimization_barrier", "", {rows}, rows, "a scale for each index of an axis"},
      {"reverse", "dimensions = array<i64: 0>", {plain}, other, "scales or zero points change"},
      {"reshape", "", {plain}, other, "scales or zero points change"},
      {"transpose", "permutation = array<i64: 1, 0>", {rows}, rows, "the scales' axis changes"},
      {"broadcast_in_dim",
       "broadcast_dimensions = array<i64: 0, 1>",
       {rows},
       columns,
       "the scales' axis changes"},
      {"dot_general",
       "dot_dimension_numbers = #stablehlo.dot<lhs_contracting_dimensions = [1], "
       "rhs_contracting_dimensions = [0]>",
       {rows, plain},
       plain,
       "a scale for each index of an axis"},
      {"bitcast_convert", "", {plain}, wide, "quantised tensors differ"},
  };
  for (const WrongRow& row : wrong) {
    SCOPED_TRACE(std::string(row.op) + " to " + row.result);
    std::string arguments, names, types;
    for (std::size_t k = 0; k < row.operands.size(); ++k) {
      const std::string comma = k > 0 ? ", " : "", name = "%a" + std::to_string(k);
      arguments += comma + name + ": " + row.operands[k];
      names += comma + name;
      types += comma + row.operands[k];
    }
    EXPECT_THAT(refusal("func.func @main(" + arguments + ") {\n  %r = \"stablehlo." + row.op +
                        "\"(" + names + ") {" + row.attributes + "} : (" + types + ") -> " +
                        row.result + "\n  return\n}"),
                testing::HasSubstr(row.says));
  }
}

TEST(ImportVariants, WhatDoesNotFitIsRefused) {
  using testing::HasSubstr;
  EXPECT_THAT(refusal(R"(func.func @main(%x: tensor<3xf32>, %z: tensor<f64>) -> tensor<f64> {
  %r = "stablehlo.reduce"(%x, %z) ({
    ^bb0(%a: tensor<f64>, %b: tensor<f64>):
      %t = stablehlo.add %a, %b : tensor<f64>
      stablehlo.return %t : tensor<f64>
    }) {dimensions = array<i64: 0>} : (tensor<3xf32>, tensor<f64>) -> tensor<f64>
  return %r : tensor<f64>
})"),
              HasSubstr("a start value does not fit"));
  EXPECT_THAT(refusal(R"(func.func @main(%x: tensor<3xf32>, %z: tensor<f32>) -> tensor<f16> {
  %r = "stablehlo.reduce"(%x, %z) ({
    ^bb0(%a: tensor<f16>, %b: tensor<f16>):
      %t = stablehlo.add %a, %b : tensor<f16>
      stablehlo.return %t : tensor<f16>
    }) {dimensions = array<i64: 0>} : (tensor<3xf32>, tensor<f32>) -> tensor<f16>
  return %r : tensor<f16>
})"),
              HasSubstr("the body does not fit"));
}

}  // namespace
}  // namespace hilo::stablehlo
