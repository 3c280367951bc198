// Programs whose lengths are open until arguments are given, as JAX and TensorFlow write them: each
// row is @main of one argument, run on numbers 1, 2, ..
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "hilo/core/error.h"
#include "hilo/exec/program.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/dynamic_shape.h"
#include "hilo/ops/reduce.h"
#include "hilo/stablehlo/import.h"
#include "hilo/stablehlo/write_artifact.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::stablehlo {
namespace {

struct Row {
  const char *name, *argument;  // the type of %x
  Dims dims;                    // that it gets
  const char *body, *result;    // the type of %r
  std::vector<double> expected;
};

const std::vector<Row> kRows = {
    {"a loop reads a length of outside",
     "tensor<?x2xf32>",
     {2, 2},
     R"(  %c0 = stablehlo.constant dense<0> : tensor<i32>
  %c1 = stablehlo.constant dense<1> : tensor<i32>
  %c3 = stablehlo.constant dense<3> : tensor<i32>
  %c2 = stablehlo.constant dense<2> : tensor<1xi32>
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x2xf32>) -> tensor<i32>
  %l:2 = stablehlo.while(%i = %c0, %a = %x) : tensor<i32>, tensor<?x2xf32>
  cond {
    %p = stablehlo.compare LT, %i, %c3, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
    stablehlo.return %p : tensor<i1>
  } do {
    %k = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
    %s = stablehlo.concatenate %k, %c2, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
    %b = stablehlo.dynamic_reshape %a, %s : (tensor<?x2xf32>, tensor<2xi32>) -> tensor<?x2xf32>
    %t = stablehlo.add %a, %b : tensor<?x2xf32>
    %j = stablehlo.add %i, %c1 : tensor<i32>
    stablehlo.return %j, %t : tensor<i32>, tensor<?x2xf32>
  }
  %r = stablehlo.negate %l#1 : tensor<?x2xf32>)",
     "tensor<?x2xf32>",
     {-8, -16, -24, -32}},
    {"a branch does",
     "tensor<?xf32>",
     {2},
     R"(  %p = stablehlo.constant dense<true> : tensor<i1>
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?xf32>) -> tensor<i32>
  %r = "stablehlo.if"(%p) ({
    %s = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
    %b = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi32>) -> tensor<?xf32>
    stablehlo.return %b : tensor<?xf32>
  }, {
    stablehlo.return %x : tensor<?xf32>
  }) : (tensor<i1>) -> tensor<?xf32>)",
     "tensor<?xf32>",
     {0, 1}},
    {"half of a length, rounded down",
     "tensor<?xf32>",
     {5},
     R"(  %c0 = stablehlo.constant dense<0> : tensor<i32>
  %c1 = stablehlo.constant dense<1> : tensor<i32>
  %c2 = stablehlo.constant dense<2> : tensor<i32>
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?xf32>) -> tensor<i32>
  %q = stablehlo.divide %n, %c2 : tensor<i32>
  %a = stablehlo.sign %n : tensor<i32>
  %b = stablehlo.sign %c2 : tensor<i32>
  %d = stablehlo.compare NE, %a, %b, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
  %m = stablehlo.remainder %n, %c2 : tensor<i32>
  %e = stablehlo.compare NE, %m, %c0, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
  %f = stablehlo.and %d, %e : tensor<i1>
  %g = stablehlo.subtract %q, %c1 : tensor<i32>
  %h = stablehlo.select %f, %g, %q : tensor<i1>, tensor<i32>
  %s = stablehlo.reshape %h : (tensor<i32>) -> tensor<1xi32>
  %r = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi32>) -> tensor<?xf32>)",
     "tensor<?xf32>",
     {0, 1}},
    {"lengths by other arithmetic",
     "tensor<?xf32>",
     {5},
     R"(  %c1 = stablehlo.constant dense<1> : tensor<i32>
  %c4 = stablehlo.constant dense<4> : tensor<i32>
  %t = stablehlo.constant dense<true> : tensor<i1>
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?xf32>) -> tensor<i32>
  %a = stablehlo.negate %n : tensor<i32>
  %b = stablehlo.abs %a : tensor<i32>
  %c = stablehlo.clamp %c1, %b, %c4 : tensor<i32>
  %d = stablehlo.xor %c, %c1 : tensor<i32>
  %e = stablehlo.not %t : tensor<i1>
  %f = stablehlo.or %d, %c1 : tensor<i32>
  %g = stablehlo.select %e, %c1, %f : tensor<i1>, tensor<i32>
  %h = stablehlo.and %g, %c4 : tensor<i32>
  %s = stablehlo.reshape %h : (tensor<i32>) -> tensor<1xi32>
  %r = stablehlo.dynamic_iota %s, dim = 0 : (tensor<1xi32>) -> tensor<?xf32>)",
     "tensor<?xf32>",
     {0, 1, 2, 3}},
    {"a factorisation whose shapes are operands",
     "tensor<?x1x1xf32>",
     {4, 1, 1},
     R"(  %c1 = stablehlo.constant dense<1> : tensor<1xi32>
  %n = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x1x1xf32>) -> tensor<i32>
  %k = stablehlo.reshape %n : (tensor<i32>) -> tensor<1xi32>
  %s = stablehlo.concatenate %k, %c1, %c1, dim = 0 : (tensor<1xi32>, tensor<1xi32>, tensor<1xi32>) -> tensor<3xi32>
  %r, %i = stablehlo.custom_call @lapack_spotrf_ffi(%x, %s, %k) {indices_of_shape_operands = dense<[1, 2]> : tensor<2xi64>, mhlo.backend_config = {uplo = 76 : ui8}} : (tensor<?x1x1xf32>, tensor<3xi32>, tensor<1xi32>) -> (tensor<?x1x1xf32>, tensor<?xi32>))",
     "tensor<?x1x1xf32>",
     {1, std::sqrt(2.0), std::sqrt(3.0), 2}},
    {"a number of outside that wraps",
     "tensor<1xf32>",
     {1},
     R"(  %a = stablehlo.constant dense<200> : tensor<ui8>
  %t = stablehlo.constant dense<2> : tensor<ui8>
  %p = stablehlo.constant dense<true> : tensor<i1>
  %b = stablehlo.add %a, %a : tensor<ui8>
  %c = stablehlo.divide %b, %t : tensor<ui8>
  %r = "stablehlo.if"(%p) ({
    %d = stablehlo.convert %c : (tensor<ui8>) -> tensor<f32>
    %e = stablehlo.reshape %d : (tensor<f32>) -> tensor<1xf32>
    stablehlo.return %e : tensor<1xf32>
  }, {
    stablehlo.return %x : tensor<1xf32>
  }) : (tensor<i1>) -> tensor<1xf32>)",
     "tensor<1xf32>",
     {72}},
    {"a length set to what it is",
     "tensor<4xf32>",
     {4},
     R"(  %c = stablehlo.constant dense<4> : tensor<i32>
  %d = stablehlo.set_dimension_size %x, %c, dim = 0 : (tensor<4xf32>, tensor<i32>) -> tensor<4xf32>
  %r = stablehlo.reshape %d : (tensor<4xf32>) -> tensor<2x2xf32>)",
     "tensor<2x2xf32>",
     {1, 2, 3, 4}},
    {"what TensorFlow leaves of MHLO",
     "tensor<2xf32>",
     {2},
     R"(  %a = mhlo.copy %x : tensor<2xf32>
  %r = mhlo.erf %a : tensor<2xf32>)",
     "tensor<2xf32>",
     {std::erf(1.0), std::erf(2.0)}},
};

std::string program_of(const Row& row) {
  return std::string("func.func @main(%x: ") + row.argument + ") -> " + row.result + " {\n" +
         row.body + "\n  return %r : " + row.result + "\n}";
}

TEST(OpenLengths, AreWorkedOut) {
  for (const Row& row : kRows) {
    SCOPED_TRACE(row.name);
    const Shape shape{kF32, row.dims};
    std::vector<double> numbers(static_cast<std::size_t>(shape.size()));
    std::iota(numbers.begin(), numbers.end(), 1.0);
    const Imported imported =
        import_program(program_of(row), {.file = "row.mlir", .arguments = {shape}});
    const std::vector<Array> got =
        Program::compile(test::cpu(), imported.function, {}, {.cache = nullptr})
            .run(std::vector{from_doubles(shape, numbers)});
    EXPECT_THAT(got[0].to_doubles(), testing::Pointwise(testing::DoubleNear(1e-6), row.expected));
  }
}

TEST(OpenLengths, AreVerifiedWithoutArguments) {
  for (const Row& row : kRows)
    EXPECT_NO_THROW((void)import_program(program_of(row), {.file = "row.mlir"})) << row.name;
  // Windows of an axis whose length is open, and a view of lengths that have a bound.
  EXPECT_NO_THROW((void)import_program(
      R"(func.func @main(%x: tensor<?x4xf32>, %i: tensor<?x1xi32>) -> tensor<?xf32> {
  %r = "stablehlo.gather"(%x, %i) <{dimension_numbers = #stablehlo.gather<collapsed_slice_dims = [1], operand_batching_dims = [0], start_indices_batching_dims = [0], start_index_map = [1], index_vector_dim = 1>, slice_sizes = array<i64: 1, 1>}> : (tensor<?x4xf32>, tensor<?x1xi32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
})"));
  EXPECT_NO_THROW((void)import_program(
      R"(func.func @main(%x: tensor<4xf32>, %n: tensor<i32>) -> tensor<?xf32, #stablehlo.bounds<4>> {
  %s = stablehlo.set_dimension_size %x, %n, dim = 0 : (tensor<4xf32>, tensor<i32>) -> tensor<?xf32, #stablehlo.bounds<4>>
  %r = stablehlo.reshape %s : (tensor<?xf32, #stablehlo.bounds<4>>) -> tensor<?xf32, #stablehlo.bounds<4>>
  return %r : tensor<?xf32, #stablehlo.bounds<4>>
})"));
}

TEST(OpenLengths, StayOpenInArtifacts) {
  const Imported imported = import_program(
      "func.func @main(%x: tensor<?x8xf32>) -> tensor<?x8xf32> {\n"
      "  %r = chlo.erf %x : tensor<?x8xf32> -> tensor<?x8xf32>\n  return %r : tensor<?x8xf32>\n}");
  for (const char* release : {"0.9.0", "1.0.0"}) {
    const std::string artifact = write_artifact(imported.function, release);
    EXPECT_EQ(import_program(artifact).function.result_shapes(), imported.function.result_shapes())
        << release;
  }
}

TEST(OpenLengths, NothingIsLostOfACallOfFunctions) {
  const Imported imported = import_program(R"(func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> {
  %z = stablehlo.constant dense<0.0> : tensor<f32>
  %w = stablehlo.constant dense<2> : tensor<1xi32>
  %o = stablehlo.constant dense<1> : tensor<1xi32>
  %p = stablehlo.constant dense<[[1, 0]]> : tensor<1x2xi32>
  %r = stablehlo.custom_call @stablehlo.dynamic_reduce_window(%x, %z, %w, %o, %o, %o, %p) {called_computations = [@add]} : (tensor<?xf32>, tensor<f32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1x2xi32>) -> tensor<?xf32>
  return %r : tensor<?xf32>
}
func.func private @add(%a: tensor<f32>, %b: tensor<f32>) -> tensor<f32> {
  %r = stablehlo.add %a, %b : tensor<f32>
  return %r : tensor<f32>
})",
                                           {.file = "row.mlir"});
  EXPECT_THAT(test::refusal([&] { (void)write_artifact(imported.function); }),
              testing::AllOf(testing::HasSubstr("a custom call of functions of the program"),
                             testing::HasSubstr("row.mlir:6")));
}

TEST(OpenLengths, TakeNumbersInArithmetic) {
  const Function f = trace(
      [](std::span<const Value> p) {
        return std::vector{sum(set_dimension_size(p[0], 2, 0) * 10 + 1)};
      },
      std::vector{Shape{kF32, {4}}});
  const Array x = from_doubles({kF32, {4}}, std::vector<double>{1, 2, 3, 4});
  EXPECT_EQ(
      Program::compile(test::cpu(), f, {}, {.cache = nullptr}).run(std::vector{x})[0].to_doubles(),
      (std::vector<double>{32}));
}

TEST(OpenLengths, ThatNothingTellsAreRefused) {
  const auto compile = [&](const char* program) {
    (void)Program::compile(test::cpu(), import_program(program, {.file = "row.mlir"}).function, {},
                           {.cache = nullptr});
  };
  EXPECT_THAT(
      test::refusal([&] {
        compile(
            "func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> { return %x : tensor<?xf32> }");
      }),
      testing::AllOf(testing::HasSubstr("leaves lengths open"), testing::HasSubstr("f32[?]"),
                     testing::HasSubstr("ImportOptions::arguments")));
  EXPECT_THAT(test::refusal([&] {
                compile(
                    "func.func @main(%x: tensor<4xf32>, %n: tensor<i32>) -> tensor<?xf32, "
                    "#stablehlo.bounds<4>> {\n"
                    "  %r = stablehlo.set_dimension_size %x, %n, dim = 0 : (tensor<4xf32>, "
                    "tensor<i32>) -> tensor<?xf32, #stablehlo.bounds<4>>\n"
                    "  return %r : tensor<?xf32, #stablehlo.bounds<4>>\n}");
              }),
              testing::AllOf(testing::HasSubstr("known only when the program runs"),
                             testing::HasSubstr("?<=4")));
  EXPECT_THAT(test::refusal([&] {
                compile(
                    "func.func @main(%n: tensor<1xi32>) -> tensor<?xf32> {\n"
                    "  %r = stablehlo.dynamic_iota %n, dim = 0 : (tensor<1xi32>) -> "
                    "tensor<?xf32>\n  return %r : tensor<?xf32>\n}");
              }),
              testing::AllOf(
                  testing::HasSubstr("dynamic_iota: a length of the result cannot be worked out"),
                  testing::HasSubstr("row.mlir:2")));
}

}  // namespace
}  // namespace hilo::stablehlo
