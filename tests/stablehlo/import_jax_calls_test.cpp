// Calls that JAX writes for devices with a kernel of their own, or for lengths that are operands,
// as StableHLO: each row is a program with what it gives. The numbers of Threefry are those of its
// authors (Random123's kat_vectors).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hilo/core/error.h"
#include "hilo/exec/program.h"
#include "hilo/pjrt/discovery.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/stablehlo/import.h"

namespace hilo::stablehlo {
namespace {

struct CallRow {
  const char *name, *program;
  std::vector<Array> arguments;
  std::vector<std::vector<double>> results;
};

std::vector<CallRow> rows() {
  const Array six = Array::of({2, 3}, std::vector<float>{3, 1, 2, 4, 6, 5});
  return {
      {"threefry",
       R"(func.func @main() -> (tensor<3xui32>, tensor<3xui32>) {
  %k = stablehlo.constant dense<[0, 4294967295, 320440878]> : tensor<3xui32>
  %l = stablehlo.constant dense<[0, 4294967295, 57701188]> : tensor<3xui32>
  %x = stablehlo.constant dense<[0, 4294967295, 608135816]> : tensor<3xui32>
  %y = stablehlo.constant dense<[0, 4294967295, 2242054355]> : tensor<3xui32>
  %r:2 = stablehlo.custom_call @cu_threefry2x32_ffi(%k, %l, %x, %y) {mhlo.backend_config = {}} : (tensor<3xui32>, tensor<3xui32>, tensor<3xui32>, tensor<3xui32>) -> (tensor<3xui32>, tensor<3xui32>)
  return %r#0, %r#1 : tensor<3xui32>, tensor<3xui32>
})",
       {},
       {{0x6b200159, 0x1cb996fc, 0xc4923a9c}, {0x99ba4efe, 0xbb002be7, 0x483df7a0}}},
      {"rows that swaps lead to, one of them with a row that there is not",
       R"(func.func @main() -> tensor<2x4xi32> {
  %s = stablehlo.constant dense<[[2, 2, 3], [0, 9, 0]]> : tensor<2x3xi32>
  %r = stablehlo.custom_call @hip_lu_pivots_to_permutation(%s) {mhlo.backend_config = {}} : (tensor<2x3xi32>) -> tensor<2x4xi32>
  return %r : tensor<2x4xi32>
})",
       {},
       {{2, 0, 3, 1, 2, 1, 0, 3}}},
      {"the TPU's elimination",
       R"(func.func @main() -> (tensor<2x2xf32>, tensor<2xi32>, tensor<2xi32>) {
  %x = stablehlo.constant dense<[[1.0, 1.0], [2.0, 4.0]]> : tensor<2x2xf32>
  %t = stablehlo.custom_call @LuDecomposition(%x) : (tensor<2x2xf32>) -> tuple<tensor<2x2xf32>, tensor<2xi32>, tensor<2xi32>>
  %f = stablehlo.get_tuple_element %t[0] : (tuple<tensor<2x2xf32>, tensor<2xi32>, tensor<2xi32>>) -> tensor<2x2xf32>
  %p = stablehlo.get_tuple_element %t[1] : (tuple<tensor<2x2xf32>, tensor<2xi32>, tensor<2xi32>>) -> tensor<2xi32>
  %o = stablehlo.get_tuple_element %t[2] : (tuple<tensor<2x2xf32>, tensor<2xi32>, tensor<2xi32>>) -> tensor<2xi32>
  return %f, %p, %o : tensor<2x2xf32>, tensor<2xi32>, tensor<2xi32>
})",
       {},
       {{2, 4, 0.5, -1}, {1, 1}, {1, 0}}},
      {"the same with results of their own",
       R"(func.func @main() -> (tensor<2x2xf32>, tensor<2xi32>, tensor<2xi32>) {
  %x = stablehlo.constant dense<[[1.0, 1.0], [2.0, 4.0]]> : tensor<2x2xf32>
  %r:3 = stablehlo.custom_call @LuDecomposition(%x) : (tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2xi32>, tensor<2xi32>)
  return %r#0, %r#1, %r#2 : tensor<2x2xf32>, tensor<2xi32>, tensor<2xi32>
})",
       {},
       {{2, 4, 0.5, -1}, {1, 1}, {1, 0}}},
      {"three diagonals, of which the first pivot is 0, and all are",
       R"(func.func @main() -> (tensor<2x3x1xf32>, tensor<2xi32>) {
  %l = stablehlo.constant dense<[[0.0, 1.0, 2.0], [0.0, 0.0, 0.0]]> : tensor<2x3xf32>
  %d = stablehlo.constant dense<[[0.0, 1.0, 4.0], [0.0, 0.0, 0.0]]> : tensor<2x3xf32>
  %u = stablehlo.constant dense<[[3.0, 1.0, 9.0], [0.0, 0.0, 0.0]]> : tensor<2x3xf32>
  %b = stablehlo.constant dense<[[[6.0], [6.0], [16.0]], [[1.0], [1.0], [1.0]]]> : tensor<2x3x1xf32>
  %r:5 = stablehlo.custom_call @lapack_sgtsv_ffi(%l, %d, %u, %b) {mhlo.backend_config = {}} : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3x1xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3x1xf32>, tensor<2xi32>)
  %z = stablehlo.constant dense<0.0> : tensor<2x3x1xf32>
  %f = stablehlo.is_finite %r#3 : (tensor<2x3x1xf32>) -> tensor<2x3x1xi1>
  %x = stablehlo.select %f, %r#3, %z : tensor<2x3x1xi1>, tensor<2x3x1xf32>
  return %x, %r#4 : tensor<2x3x1xf32>, tensor<2xi32>
})",
       {},
       {{1, 2, 3, 0, 0, 0}, {0, 1}}},
      {"three diagonals of one element, on a GPU",
       R"(func.func @main() -> tensor<1x2xf32> {
  %d = stablehlo.constant dense<4.0> : tensor<1xf32>
  %b = stablehlo.constant dense<[[8.0, 2.0]]> : tensor<1x2xf32>
  %r = stablehlo.custom_call @cusparse_gtsv2_ffi(%d, %d, %d, %b) {mhlo.backend_config = {}} : (tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1x2xf32>) -> tensor<1x2xf32>
  return %r : tensor<1x2xf32>
})",
       {},
       {{2, 0.5}}},
      {"a product of two dtypes",
       R"(func.func @main(%x: tensor<2x3xf32>) -> tensor<2xf32> {
  %y = stablehlo.constant dense<[1, 0, 2]> : tensor<3xi32>
  %r = stablehlo.dot_general %x, %y, contracting_dims = [1] x [0] : (tensor<2x3xf32>, tensor<3xi32>) -> tensor<2xf32>
  return %r : tensor<2xf32>
})",
       {six},
       {{7, 14}}},
      {"approximate top k, of the smallest",
       R"(func.func @less(%a: tensor<f32>, %b: tensor<f32>, %i: tensor<i32>, %j: tensor<i32>) -> tensor<i1> {
  %r = stablehlo.compare LT, %a, %b : (tensor<f32>, tensor<f32>) -> tensor<i1>
  return %r : tensor<i1>
}
func.func @main(%x: tensor<2x3xf32>) -> (tensor<2x2xf32>, tensor<2x2xi32>) {
  %i = stablehlo.iota dim = 1 : tensor<2x3xi32>
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %o = stablehlo.constant dense<-1> : tensor<i32>
  %r:2 = stablehlo.custom_call @ApproxTopK(%x, %i, %z, %o) {called_computations = [@less], mhlo.backend_config = {aggregate_to_topk = true, reduction_dim = 1 : i64, top_k = 2 : i64}} : (tensor<2x3xf32>, tensor<2x3xi32>, tensor<f32>, tensor<i32>) -> (tensor<2x2xf32>, tensor<2x2xi32>)
  return %r#0, %r#1 : tensor<2x2xf32>, tensor<2x2xi32>
})",
       {six},
       {{1, 2, 4, 5}, {1, 2, 0, 2}}},
      {"top k of a length that is an operand",
       R"(func.func @main(%x: tensor<2x?xf32>) -> (tensor<2x?xf32>, tensor<2x?xi32>) {
  %n = stablehlo.get_dimension_size %x, dim = 1 : (tensor<2x?xf32>) -> tensor<i32>
  %one = stablehlo.constant dense<1> : tensor<i32>
  %k = stablehlo.subtract %n, %one : tensor<i32>
  %r:2 = stablehlo.custom_call @stablehlo.dynamic_top_k(%x, %k) {api_version = 2 : i32} : (tensor<2x?xf32>, tensor<i32>) -> (tensor<2x?xf32>, tensor<2x?xi32>)
  return %r#0, %r#1 : tensor<2x?xf32>, tensor<2x?xi32>
})",
       {six},
       {{3, 2, 6, 5}, {0, 2, 1, 2}}},
      {"windows whose lengths are operands",
       R"(func.func @sum(%a: tensor<f32>, %b: tensor<f32>) -> tensor<f32> {
  %r = stablehlo.add %a, %b : tensor<f32>
  return %r : tensor<f32>
}
func.func @main(%x: tensor<?x3xf32>) -> tensor<?x?xf32> {
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x3xf32>) -> tensor<i32>
  %rows = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
  %one = stablehlo.constant dense<1> : tensor<1xi32>
  %w = stablehlo.concatenate %rows, %one, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
  %u = stablehlo.constant dense<1> : tensor<2xi32>
  %first = stablehlo.constant dense<0> : tensor<1x2xi32>
  %second = stablehlo.constant dense<[[1, 0]]> : tensor<1x2xi32>
  %p = stablehlo.concatenate %first, %second, dim = 0 : (tensor<1x2xi32>, tensor<1x2xi32>) -> tensor<2x2xi32>
  %r = stablehlo.custom_call @stablehlo.dynamic_reduce_window(%x, %z, %w, %u, %u, %u, %p) {api_version = 2 : i32, called_computations = [@sum]} : (tensor<?x3xf32>, tensor<f32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<2xi32>, tensor<2x2xi32>) -> tensor<?x?xf32>
  return %r : tensor<?x?xf32>
})",
       {six},
       {{0, 7, 7, 7}}},
  };
}

TEST(ImportJaxCalls, GiveWhatTheyMean) {
  const pjrt::Client client = pjrt::open("cpu");
  for (const CallRow& row : rows()) {
    SCOPED_TRACE(row.name);
    std::vector<Shape> shapes;
    for (const Array& a : row.arguments) shapes.push_back(a.shape());
    const Imported program = import_program(row.program, {.arguments = shapes});
    EXPECT_THAT(emit(program.function), testing::Not(testing::HasSubstr("custom_call")));
    const std::vector<Array> out =
        Program::compile(client, program.function, {}, {.cache = nullptr}).run(row.arguments);
    ASSERT_EQ(out.size(), row.results.size());
    for (std::size_t i = 0; i < out.size(); ++i)
      EXPECT_EQ(out[i].to_doubles(), row.results[i]) << i;
  }
}

TEST(ImportJaxCalls, RandomBitsOfALengthThatIsAnOperand) {
  const Imported program =
      import_program(R"(func.func @main(%x: tensor<?xf32>, %s: tensor<2xui64>) -> tensor<?xui32> {
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?xf32>) -> tensor<i32>
  %l = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
  %r:2 = stablehlo.custom_call @stablehlo.dynamic_rng_bit_generator(%s, %l) {api_version = 2 : i32, rng_algorithm = #stablehlo<rng_algorithm THREE_FRY>} : (tensor<2xui64>, tensor<1xi32>) -> (tensor<2xui64>, tensor<?xui32>)
  return %r#1 : tensor<?xui32>
})",
                     {.arguments = {{kF32, {7}}, {kU64, {2}}}});
  EXPECT_EQ(program.function.result_shapes(), (std::vector<Shape>{{kU32, {7}}}));
  EXPECT_THAT(emit(program.function), testing::HasSubstr("\"stablehlo.rng_bit_generator\""));
}

// Where the lengths are open still, the call stays as it is.
TEST(ImportJaxCalls, StayWhereLengthsAreNotKnown) {
  const Imported program = import_program(rows()[8].program);
  EXPECT_THAT(emit(program.function), testing::HasSubstr("stablehlo.dynamic_top_k"));
}

// JAX writes the configuration of the typed interface so, and no api_version.
TEST(ImportJaxCalls, AnotherCallKeepsItsConfiguration) {
  const Imported program = import_program(R"(func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %r = stablehlo.custom_call @lapack_sggev_ffi(%x) {mhlo.backend_config = {mode = 86 : ui8}} : (tensor<2xf32>) -> tensor<2xf32>
  return %r : tensor<2xf32>
})");
  const std::string text = emit(program.function);
  EXPECT_THAT(text, testing::HasSubstr("backend_config = {\"mode\" = 86 : ui8}"));
  EXPECT_THAT(text, testing::HasSubstr("api_version = 4 : i32"));
}

struct WrongRow {
  const char *call, *says;
};
TEST(ImportJaxCalls, WrongOnesAreRefused) {
  const WrongRow wrong[] = {
      {"@cu_threefry2x32_ffi(%x, %x, %x) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>)",
       "3 operands"},
      {"@cu_threefry2x32_ffi(%x, %x, %x, %x) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, "
       "tensor<4xf32>)",
       "the words do not fit"},
      {"@lapack_sgtsv_ffi(%x, %x, %x, %x) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, "
       "tensor<4xf32>)",
       "the diagonals do not fit"},
      {"@ApproxTopK(%x) : (tensor<4xf32>)", "wrong number of operands or results"},
      {"@stablehlo.dynamic_top_k(%x) : (tensor<4xf32>)", "1 operands"},
      {"@stablehlo.dynamic_reduce_window(%x) : (tensor<4xf32>)", "wrong number of operands"},
      {"@stablehlo.dynamic_rng_bit_generator(%x, %x) : (tensor<4xf32>, tensor<4xf32>)",
       "wrong number of results"},
      {"@cusolver_potrf_ffi(%x) {mhlo.backend_config = {lower = 1 : i32}} : (tensor<4xf32>)",
       "no flag 'lower' of a solver"},
      {"@cusolver_gesvd_ffi(%x, %x) : (tensor<4xf32>, tensor<4xf32>)", "wrong number of operands"},
      {"@SPMDFullToShardShape(%x) {mhlo.sharding = \"{manual}\"} : (tensor<4xf32>)",
       "SPMDFullToShardShape: programs that divide by hand are not supported"},
  };
  for (const WrongRow& row : wrong) {
    SCOPED_TRACE(row.call);
    try {
      (void)import_program(
          "func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {\n  %r = stablehlo.custom_call " +
          std::string(row.call) + " -> tensor<4xf32>\n  return %r : tensor<4xf32>\n}");
      ADD_FAILURE() << "was taken";
    } catch (const FormatError& e) {
      EXPECT_THAT(e.what(), testing::HasSubstr(row.says));
    }
  }
}

}  // namespace
}  // namespace hilo::stablehlo
