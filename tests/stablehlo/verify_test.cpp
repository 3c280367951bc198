// Wrong programs are refused with the op, its place and StableHLO's numbered constraint.
#include <gtest/gtest.h>

#include "hilo/core/error.h"
#include "hilo/stablehlo/import.h"
#include "hilo/stablehlo/parse.h"

namespace hilo::stablehlo {
namespace {

struct Wrong {
  std::string op, problem, constraint;  // what the message says
  std::string arguments, type, result, attributes{};
};

std::string program_of(const Wrong& w) {
  return "func.func @f(" + w.arguments + ") {\n  %r = \"stablehlo." + w.op + "\"(%a) " +
         (w.attributes.empty() ? "" : "{" + w.attributes + "} ") + ": (" + w.type + ") -> " + w.result + "\n  return\n}\n";
}

std::string refusal_of(const std::string& text) {
  try {
    verify_program(parse(text, "wrong.mlir"));
  } catch (const FormatError& e) {
    return e.what();
  }
  return "is accepted";
}

TEST(Verify, RefusalsNameOpPlaceAndConstraint) {
  const std::string groups = "replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>";
  const std::vector<Wrong> rows = {
      {"slice", "start", "slice (C3", "%a: tensor<4xf32>", "tensor<4xf32>", "tensor<2xf32>",
       "start_indices = array<i64: -1>, limit_indices = array<i64: 1>, strides = array<i64: 1>"},
      {"abs", "the result is f32[2]", "abs (C1", "%a: tensor<2xf32>", "tensor<2xf32>", "tensor<3xf32>"},
      {"all_gather", "axis -1 is out of range", "all_gather (C1)", "%a: tensor<2xf32>", "tensor<2xf32>", "tensor<4xf32>",
       "all_gather_dim = -1 : i64, " + groups},
      {"all_to_all", "split_count = 0", "all_to_all (C", "%a: tensor<2xf32>", "tensor<2xf32>", "tensor<2xf32>",
       "split_dimension = 0 : i64, concat_dimension = 0 : i64, split_count = 0 : i64, " + groups},
      {"all_to_all", "axis 7 is out of range", "all_to_all (C3)", "%a: tensor<2xf32>", "tensor<2xf32>", "tensor<2xf32>",
       "split_dimension = 0 : i64, concat_dimension = 7 : i64, split_count = 2 : i64, " + groups},
      {"get_dimension_size", "axis 3 is out of range", "get_dimension_size (C1)", "%a: tensor<2xf32>", "tensor<2xf32>",
       "tensor<i32>", "dimension = 3 : i64"},
      {"reverse", "axis -1 is out of range", "reverse (C3)", "%a: tensor<2xf32>", "tensor<2xf32>", "tensor<2xf32>",
       "dimensions = array<i64: -1>"},
      {"floor", "dtype i32 is not accepted", "floor (I1)", "%a: tensor<2xi32>", "tensor<2xi32>", "tensor<2xi32>"},
      {"bitcast_convert", "dtype c64 is not accepted", "bitcast_convert (I1)", "%a: tensor<2xcomplex<f32>>",
       "tensor<2xcomplex<f32>>", "tensor<2xf64>"},
      {"transpose", "no attribute 'permutation'", "", "%a: tensor<2xi32>", "tensor<2xi32>", "tensor<2xi32>"},
  };
  for (const Wrong& w : rows) {
    const std::string said = refusal_of(program_of(w));
    EXPECT_NE(said.find("wrong.mlir:2:"), std::string::npos) << said;
    EXPECT_NE(said.find("stablehlo." + w.op + ": "), std::string::npos) << said;
    EXPECT_NE(said.find(w.problem), std::string::npos) << said;
    const std::string source = w.constraint.empty() ? "expected:" : "StableHLO spec, " + w.constraint;
    EXPECT_NE(said.find(source), std::string::npos) << said;
  }
}

// What an argument says of the result that may take its memory, alone and as parts of tuples.
TEST(Verify, AliasesOfResults) {
  const auto of = [](const std::string& argument, const std::string& alias, const std::string& result) {
    return refusal_of("func.func @f(%a: " + argument + " {stablehlo.result_alias = #stablehlo.result_alias<" + alias +
                      ">}, %b: " + result + ") -> " + result + " {\n  return %b : " + result + "\n}\n");
  };
  const std::string two = "tensor<2xf32>", pair = "tuple<tensor<i32>, tensor<2xf32>>";
  EXPECT_EQ(of(two, "result_index = [0], must_alias", two), "is accepted");
  EXPECT_EQ(of("tensor<?xf32>", "result_index = [0]", two), "is accepted");
  EXPECT_EQ(of(pair, "tuple_indices = [1], result_index = [0]", two), "is accepted");
  EXPECT_EQ(of(two, "result_index = [0, 1]", pair), "is accepted");
  for (const char* alias : {"result_index = []", "result_index = [1]", "result_index = [-1]", "result_index = [0, -1]",
                            "tuple_indices = [0], result_index = [0]"}) {
    EXPECT_NE(of(two, alias, two).find("the stablehlo.result_alias of argument 0 does not fit"), std::string::npos) << alias;
  }
  EXPECT_NE(of(two, "result_index = [0]", "tensor<2xi32>").find("does not fit"), std::string::npos);
  EXPECT_NE(refusal_of("module attributes {stablehlo.result_alias = #stablehlo.result_alias<result_index = [0]>} {}").find("is said of a function's arguments"),
            std::string::npos);
  const Imported taken = import_program("func.func @main(%a: tensor<2xf32> {stablehlo.result_alias = #stablehlo.result_alias<result_index = [0]>}) -> tensor<2xf32> {\n  return %a : tensor<2xf32>\n}\n");
  EXPECT_EQ(taken.aliases, std::vector<int>{0});
}

TEST(Verify, AnOldProductSaysHowExactItIs) {
  const auto of = [](const std::string& precision) {
    return refusal_of("func.func @f(%a: tensor<2x2xf32>) {\n  %r = \"stablehlo.dot\"(%a, %a) {precision_config = [" + precision +
                      "]} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>\n  return\n}\n");
  };
  EXPECT_EQ(of("#stablehlo<precision HIGH>, #stablehlo<precision HIGHEST>"), "is accepted");
  EXPECT_NE(of("\"FOO\", #stablehlo<precision HIGHEST>").find("C11"), std::string::npos) << of("\"FOO\"");
}

TEST(Verify, WhatIsRight) {
  EXPECT_EQ(refusal_of("func.func @f(%a: tensor<?xf32>) -> tensor<2xf32> {\n  %r = stablehlo.broadcast_in_dim %a, dims = [0] : "
                       "(tensor<?xf32>) -> tensor<2xf32>\n  return %r : tensor<2xf32>\n}\n"),
            "is accepted");
  EXPECT_EQ(refusal_of("func.func @f(%a: tensor<2xcomplex<f64>>) {\n  %r = stablehlo.bitcast_convert %a : "
                       "(tensor<2xcomplex<f64>>) -> tensor<2x2xcomplex<f32>>\n  return\n}\n"),
            "is accepted");
  EXPECT_EQ(refusal_of("func.func @f(%a: tensor<4x2xf32>, %i: tensor<3x1xi32>, %u: tensor<?x2xf32>) {\n  %r = "
                       "\"stablehlo.scatter\"(%a, %i, %u) ({\n  ^bb0(%x: tensor<f32>, %y: tensor<f32>):\n    stablehlo.return %y : "
                       "tensor<f32>\n  }) {scatter_dimension_numbers = #stablehlo.scatter<update_window_dims = [1], "
                       "inserted_window_dims = [0], scatter_dims_to_operand_dims = [0], index_vector_dim = 1>} : "
                       "(tensor<4x2xf32>, tensor<3x1xi32>, tensor<?x2xf32>) -> tensor<4x2xf32>\n  return\n}\n"),
            "is accepted");
}

// Lengths that are open along the axes that an op sums over.
TEST(Verify, OpenLengthsInside) {
  const auto fft = [](const std::string& in, const std::string& type, const std::string& out) {
    return refusal_of("func.func @f(%a: " + in + ") {\n  %r = stablehlo.fft %a, type = " + type + ", length = [9] : (" + in + ") -> " + out + "\n  return\n}\n");
  };
  EXPECT_EQ(fft("tensor<3x?xf32>", "RFFT", "tensor<3x5xcomplex<f32>>"), "is accepted");
  EXPECT_EQ(fft("tensor<?x?xcomplex<f32>>", "FFT", "tensor<?x9xcomplex<f32>>"), "is accepted");
  EXPECT_NE(fft("tensor<3x?xf32>", "RFFT", "tensor<3x9xcomplex<f32>>").find("C5"), std::string::npos);
  const auto convolution = [](const std::string& x, const std::string& kernel, const std::string& out) {
    return refusal_of("func.func @f(%a: " + x + ", %k: " + kernel + ") {\n  %r = stablehlo.convolution(%a, %k) dim_numbers = [b, 0, f]x[0, i, o]->[b, 0, f], "
                      "window = {} {batch_group_count = 1 : i64, feature_group_count = 3 : i64} : (" + x + ", " + kernel + ") -> " + out + "\n  return\n}\n");
  };
  EXPECT_EQ(convolution("tensor<1x8x?xf32>", "tensor<3x2x6xf32>", "tensor<1x6x6xf32>"), "is accepted");
  EXPECT_EQ(convolution("tensor<1x8x6xf32>", "tensor<3x?x6xf32>", "tensor<1x6x6xf32>"), "is accepted");
  EXPECT_EQ(convolution("tensor<1x8x6xf32>", "tensor<3x2x?xf32>", "tensor<1x6x6xf32>"), "is accepted");
  EXPECT_NE(convolution("tensor<1x8x6xf32>", "tensor<3x3x6xf32>", "tensor<1x6x6xf32>").find("C14"), std::string::npos);
}

TEST(Verify, LengthsThatCannotBeAreRefused) {
  const std::string said = refusal_of(
      "func.func @f(%a: tensor<2xf32>, %v: tensor<f32>) {\n  %r = stablehlo.pad %a, %v, low = [9223372036854775807], "
      "high = [9223372036854775807], interior = [9223372036854775807] : (tensor<2xf32>, tensor<f32>) -> tensor<?xf32>\n  return\n}\n");
  EXPECT_NE(said.find("does not fit 63 bits"), std::string::npos) << said;
}

TEST(Verify, AFunctionTakesWhatItsTypeSays) {
  const std::string said = refusal_of(
      "\"func.func\"() <{function_type = (tensor<f16>) -> (), sym_name = \"f\"}> ({\n^bb0(%a: tensor<f32>):\n"
      "  \"func.return\"() : () -> ()\n}) : () -> ()\n");
  EXPECT_NE(said.find("func.func: argument 0 of a region does not fit\n  got:      f16[]\n  expected: f32[]"), std::string::npos) << said;
}

// In time that grows as their number: each function once, and no list of all of them for each.
TEST(Verify, ManyFunctions) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "func.func @f" + std::to_string(i) + "() {\n  return\n}\n";
  EXPECT_EQ(refusal_of(text), "is accepted");
}

TEST(Verify, FunctionsThatNothingCallsAreChecked) {
  const std::string right = "func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {\n  return %a : tensor<2xf32>\n}\n";
  EXPECT_EQ(refusal_of(right), "is accepted");
  const std::string said = refusal_of(right + "func.func private @other(%a: tensor<2xf32>) -> tensor<3xf32> {\n  return %a : tensor<2xf32>\n}\n");
  EXPECT_NE(said.find("@other returns f32[2]"), std::string::npos) << said;
}

}  // namespace
}  // namespace hilo::stablehlo
