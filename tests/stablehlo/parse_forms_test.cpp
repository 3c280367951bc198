// One op in two spellings: dialects and types that jaxlib's MLIR does not have, older files, and
// several words for one thing. What jaxlib knows stands in golden/forms.mlir.
#include <gtest/gtest.h>

#include "hilo/core/error.h"
#include "hilo/stablehlo/ir_text.h"
#include "hilo/stablehlo/parse.h"

namespace hilo::stablehlo {
namespace {

struct Row {
  const char* pretty;
  const char* generic;
};

// Of what the ops read: each value is named by its type.
constexpr const char* kArguments =
    "%i: tensor<i64>, %n: tensor<i32>, %f: tensor<2xf32>, %g: tensor<4xf16>, %s: tensor<2xi64>, "
    "%b: tensor<2xi1>, "
    "%m: tensor<2x3xf32>, %q: tensor<2x!quant.uniform<i8:f32, 0.5:-3>>, %d: tensor<?x3xf32>, %w: "
    "!shape.witness, "
    "%x: tensor<1x8x8x4xf32>, %k: tensor<3x3x4x6xf32>";

std::string text_of(const std::string& op) {
  try {
    return ir::to_text(
        parse_text("func.func @f(" + std::string(kArguments) + ") {\n" + op + "\nreturn\n}\n"));
  } catch (const Error& error) {
    ADD_FAILURE() << op << "\n" << error.what();
    return {};
  }
}

class Forms : public testing::TestWithParam<Row> {};

TEST_P(Forms, AreOne) {
  EXPECT_EQ(text_of(GetParam().pretty), text_of(GetParam().generic)) << GetParam().pretty;
}

INSTANTIATE_TEST_SUITE_P(
    Quantised, Forms,
    testing::ValuesIn<Row>({
        {"%0 = stablehlo.uniform_quantize %f : (tensor<2xf32>) -> tensor<2x!quant.uniform<ui8:f32, "
         "34.0:16>>",
         R"(%0 = "stablehlo.uniform_quantize"(%f) : (tensor<2xf32>) -> tensor<2x!quant.uniform<u8<0:255>:f32, 34.0:16>>)"},
        {"%0 = stablehlo.uniform_dequantize %q : (tensor<2x!quant.uniform<i8:f32, 5.0e-01:-3>>) -> "
         "tensor<2xf32>",
         R"(%0 = "stablehlo.uniform_dequantize"(%q) : (tensor<2x!quant.uniform<i8<-128:127>:f32, 0.5:-3>>) -> tensor<2xf32>)"},
        {"%0 = stablehlo.constant() <{value = dense<[1, 2]> : tensor<2xi8>}> : () -> "
         "tensor<2x!quant.uniform<i8<-127:127>:f32:0, {0.5, 1.0:2}>>",
         R"(%0 = "stablehlo.constant"() {value = dense<"0x0102"> : tensor<2xi8>} : () -> tensor<2x!quant.uniform<i8<-127:127>:f32:0, {0.5:0,1.0:2}>>)"},
        {"%z = stablehlo.constant() {value = dense<0> : tensor<i8>} : () -> "
         "tensor<!quant.uniform<i8:f32, 0.5:-3>>\n"
         "%0 = stablehlo.reduce(%q init: %z) applies stablehlo.add across dimensions = [0] : "
         "(tensor<2x!quant.uniform<i8:f32, 0.5:-3>>, tensor<!quant.uniform<i8:f32, 0.5:-3>>) -> "
         "tensor<!quant.uniform<i8:f32, 0.5:-3>>",
         "%z = stablehlo.constant() {value = dense<0> : tensor<i8>} : () -> "
         "tensor<!quant.uniform<i8:f32, 0.5:-3>>\n"
         "%0 = stablehlo.reduce(%q init: %z) across dimensions = [0] : "
         "(tensor<2x!quant.uniform<i8:f32, 0.5:-3>>, tensor<!quant.uniform<i8:f32, 0.5:-3>>) -> "
         "tensor<!quant.uniform<i8:f32, 0.5:-3>>\n"
         "reducer(%x1: tensor<!quant.uniform<i8:f32, 0.5:-3>>, %x2: tensor<!quant.uniform<i8:f32, "
         "0.5:-3>>) {\n"
         "  %r = stablehlo.add %x1, %x2 : tensor<!quant.uniform<i8:f32, 0.5:-3>>\n"
         "  stablehlo.return %r : tensor<!quant.uniform<i8:f32, 0.5:-3>>\n}"},
        {"%0 = stablehlo.add %q, %q : tensor<2x!quant.uniform<i8:f32, 0.5:-3>>",
         R"(%0 = "stablehlo.add"(%q, %q) : (tensor<2x!quant.uniform<i8:f32, 0.5:-3>>, tensor<2x!quant.uniform<i8:f32, 0.5:-3>>) -> tensor<2x!quant.uniform<i8:f32, 0.5:-3>>)"},
    }));

INSTANTIATE_TEST_SUITE_P(
    Shapes, Forms,
    testing::ValuesIn<Row>({
        {"%0 = shape.shape_of %d : tensor<?x3xf32> -> tensor<2xindex>",
         R"(%0 = "shape.shape_of"(%d) : (tensor<?x3xf32>) -> tensor<2xi64>)"},
        {"%0 = shape.const_shape [1, 2] : tensor<2xindex>",
         R"(%0 = "shape.const_shape"() {shape = dense<[1, 2]> : tensor<2xindex>} : () -> tensor<2xindex>)"},
        {"%0 = shape.const_shape [] : tensor<0xindex>",
         R"(%0 = "shape.const_shape"() {shape = dense<> : tensor<0xindex>} : () -> tensor<0xindex>)"},
        {"%0 = shape.broadcast %s, %s : tensor<2xi64>, tensor<2xi64> -> tensor<2xi64>",
         R"(%0 = "shape.broadcast"(%s, %s) : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>)"},
        {"%0 = shape.num_elements %s : tensor<2xi64> -> index",
         R"(%0 = "shape.num_elements"(%s) : (tensor<2xindex>) -> index)"},
        {"%0 = shape.cstr_broadcastable %s, %s : tensor<2xi64>, tensor<2xi64>",
         R"(%0 = "shape.cstr_broadcastable"(%s, %s) : (tensor<2xi64>, tensor<2xi64>) -> !shape.witness)"},
        {"%0 = shape.assuming %w -> (tensor<2xf32>) {\n shape.assuming_yield %f : tensor<2xf32>\n}",
         "%0 = \"shape.assuming\"(%w) ({\n\"shape.assuming_yield\"(%f) : (tensor<2xf32>) -> ()\n}) "
         ": (!shape.witness) -> tensor<2xf32>"},
        {"%0 = tensor.from_elements %i, %i : tensor<2xindex>",
         R"(%0 = "tensor.from_elements"(%i, %i) : (index, index) -> tensor<2xindex>)"},
        {"%0 = tensor.dim %d, %i : tensor<?x3xf32>",
         R"(%0 = "tensor.dim"(%d, %i) : (tensor<?x3xf32>, index) -> index)"},
        {"%0 = tensor.extract %s[%i] : tensor<2xi64>",
         R"(%0 = "tensor.extract"(%s, %i) : (tensor<2xi64>, index) -> i64)"},
        {"%0 = tensor.cast %m : tensor<2x3xf32> to tensor<?x3xf32>",
         R"(%0 = "tensor.cast"(%m) : (tensor<2x3xf32>) -> tensor<?x3xf32>)"},
        {"%0 = arith.index_cast %n : i32 to index",
         R"(%0 = "arith.index_cast"(%n) : (i32) -> index)"},
        {"%0 = arith.addi %i, %i : index",
         R"(%0 = "arith.addi"(%i, %i) {overflowFlags = #arith.overflow<none>} : (index, index) -> index)"},
        {"%0 = stablehlo.compute_reshape_shape %i, %s : (index, tensor<2xi64>) -> tensor<2xi64>",
         R"(%0 = "stablehlo.compute_reshape_shape"(%i, %s) : (index, tensor<2xi64>) -> tensor<2xi64>)"},
    }));

INSTANTIATE_TEST_SUITE_P(
    Checks, Forms,
    testing::ValuesIn<Row>({
        {"check.expect_eq %f, %f : tensor<2xf32>",
         R"("check.expect_eq"(%f, %f) : (tensor<2xf32>, tensor<2xf32>) -> ())"},
        {"check.expect_eq_const %f, dense<[1.0, 2.0]> : tensor<2xf32>",
         R"("check.expect_eq_const"(%f) {value = dense<[1.0, 2.0]> : tensor<2xf32>} : (tensor<2xf32>) -> ())"},
        {"check.expect_almost_eq%f, %f : tensor<2xf32>",
         R"("check.expect_almost_eq"(%f, %f) : (tensor<2xf32>, tensor<2xf32>) -> ())"},
        {"check.expect_almost_eq %f, %f, tolerance = 0.1 : tensor<2xf32>",
         R"("check.expect_almost_eq"(%f, %f) {tolerance = 0.1 : f64} : (tensor<2xf32>, tensor<2xf32>) -> ())"},
        {"check.expect_almost_eq_const %f, dense<5.1> : tensor<2xf32> {tolerance = 0.1 : f64}",
         R"("check.expect_almost_eq_const"(%f) <{tolerance = 0.1 : f64, value = dense<5.1> : tensor<2xf32>}> : (tensor<2xf32>) -> ())"},
        {"check.expect_close %g, %g, max_ulp_difference = 3 : tensor<4xf16>, tensor<4xf16>",
         R"("check.expect_close"(%g, %g) {max_ulp_difference = 3 : i64} : (tensor<4xf16>, tensor<4xf16>) -> ())"},
        {"check.expect_serialized_eq %f, probe_id = \"p\", iter = 1 : tensor<2xf32>",
         R"("check.expect_serialized_eq"(%f) {iter = 1, probe_id = "p"} : (tensor<2xf32>) -> ())"},
        {"%0 = interpreter.print %f : tensor<2xf32>",
         R"(%0 = "interpreter.print"(%f) : (tensor<2xf32>) -> tensor<2xf32>)"},
        {"%0 = interpreter.probe %f, probe_id = \"p\" : tensor<2xf32>",
         R"(%0 = "interpreter.probe"(%f) {probe_id = "p"} : (tensor<2xf32>) -> tensor<2xf32>)"},
        {"%0:2 = \"interpreter.run_parallel\"(%f, %f) {programs=[[@a], [@b]]} : (tensor<2xf32>, "
         "tensor<2xf32>) -> (tensor<i32>, tensor<i32>)",
         "%x0, %x1 = \"interpreter.run_parallel\"(%f, %f) <{programs = [[@a], [@\"b\"]]}> : "
         "(tensor<2xf32>, tensor<2xf32>) -> (tensor<i32>, tensor<i32>)"},
    }));

// dense<..> where array<..> is today, attributes of structs in any order, verbose and short names
// of enums.
INSTANTIATE_TEST_SUITE_P(
    OlderFiles, Forms,
    testing::ValuesIn<Row>({
        {"%0 = stablehlo.transpose %m, dims = [1, 0] : (tensor<2x3xf32>) -> tensor<3x2xf32>",
         R"(%0 = "stablehlo.transpose"(%m) {permutation = dense<[1, 0]> : tensor<2xi64>} : (tensor<2x3xf32>) -> tensor<3x2xf32>)"},
        {"%0 = stablehlo.slice %m [0:1, 0:1] : (tensor<2x3xf32>) -> tensor<1x1xf32>",
         R"(%0 = "stablehlo.slice"(%m) {strides = dense<1> : tensor<2xi64>, start_indices = dense<0> : tensor<2xi64>, limit_indices = dense<1> : tensor<2xi64>} : (tensor<2x3xf32>) -> tensor<1x1xf32>)"},
        {"%0 = stablehlo.broadcast_in_dim %n, dims = [] : (tensor<i32>) -> tensor<4xi32>",
         R"(%0 = "stablehlo.broadcast_in_dim"(%n) {broadcast_dimensions = dense<> : tensor<0xi64>} : (tensor<i32>) -> tensor<4xi32>)"},
        {"%0 = stablehlo.convolution(%x, %k) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, "
         "f], window = {pad = [[1, 1], [1, 1]], reverse = [1, 1]} {batch_group_count = 1 : i64, "
         "feature_group_count = 1 : i64} : (tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32>) -> "
         "tensor<1x8x8x6xf32>",
         R"(%0 = "stablehlo.convolution"(%x, %k) {window_reversal = dense<true> : tensor<2xi1>, padding = dense<1> : tensor<2x2xi64>, batch_group_count = 1 : i64, feature_group_count = 1 : i64, dimension_numbers = #stablehlo.conv<raw input_batch_dimension = 0, input_feature_dimension = 3, input_spatial_dimensions = [1, 2], kernel_input_feature_dimension = 2, kernel_output_feature_dimension = 3, kernel_spatial_dimensions = [0, 1], output_batch_dimension = 0, output_feature_dimension = 3, output_spatial_dimensions = [1, 2]>} : (tensor<1x8x8x4xf32>, tensor<3x3x4x6xf32>) -> tensor<1x8x8x6xf32>)"},
        {"%0 = stablehlo.compare EQ, %f, %f, FLOAT : (tensor<2xf32>, tensor<2xf32>) -> "
         "tensor<2xi1>",
         R"(%0 = "stablehlo.compare"(%f, %f) {compare_type = #stablehlo.comparison_type<FLOAT>, comparison_direction = #stablehlo<comparison_direction EQ>} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>)"},
        {"%0 = stablehlo.dot_general %m, %m, contracting_dims = [1] x [1] : (tensor<2x3xf32>, "
         "tensor<2x3xf32>) -> tensor<2x2xf32>",
         R"(%0 = "stablehlo.dot_general"(%m, %m) <{dot_dimension_numbers = #stablehlo.dot<rhs_contracting_dimensions = [1], lhs_contracting_dimensions = [1]>}> : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x2xf32>)"},
        {"%0 = stablehlo.set_dimension_size %m, %n, dim = 1 : (tensor<2x3xf32>, tensor<i32>) -> "
         "tensor<2x?xf32, #stablehlo.bounds<?, 3>>",
         R"(%0 = "stablehlo.set_dimension_size"(%m, %n) {dimension = 1 : i64} : (tensor<2x3xf32>, tensor<i32>) -> tensor<2x?xf32, #stablehlo.type_extensions<bounds = [?, 3]>>)"},
        {"%0 = stablehlo.add %f, %f {a = true, b} : tensor<2xf32>",
         R"(%0 = "stablehlo.add"(%f, %f) <{a = true}> {b = unit} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>)"},
        {"stablehlo.trace %f, \"tag\" : tensor<2xf32>",
         R"("stablehlo.trace"(%f) {tag = "tag"} : (tensor<2xf32>) -> ())"},
    }));

}  // namespace
}  // namespace hilo::stablehlo
