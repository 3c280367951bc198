// Shardings of programs: read in each of their forms, printed, and run divided as JAX ran them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "hilo/core/file.h"
#include "hilo/exec/program.h"
#include "hilo/exec/sharded.h"
#include "hilo/formats/npz.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/stablehlo/import.h"
#include "hilo/stablehlo/write_artifact.h"

namespace hilo::stablehlo {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string printed(const Imported& program) {
  return emit(program.function, {.has_locations = false, .aliases = program.aliases});
}

void expect_near(const Array& got, const Array& want) {
  ASSERT_EQ(got.shape(), want.shape());
  for (std::size_t i = 0; i < static_cast<std::size_t>(want.size()); ++i)
    EXPECT_NEAR(got.to_doubles()[i], want.to_doubles()[i], 1e-5) << i;
}

TEST(ProgramSharding, AProgramOfJaxOverFourDevicesInEveryForm) {
  const char* fixtures = std::getenv("HILO_FIXTURES");
  if (fixtures == nullptr) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const fs::path folder = fs::path(fixtures) / "stablehlo/sharded_mesh4";
  const std::vector<Array> in = {formats::read_npy(folder / "in0.npy"),
                                 formats::read_npy(folder / "in1.npy")};
  const Array out = formats::read_npy(folder / "out0.npy");
  const pjrt::Client one = pjrt::open("cpu"), four = pjrt::open("cpu", {.devices = 4});
  Imported first;
  for (const char* file : {"module.mlir", "module.generic.mlir", "module.mlirbc",
                           "module.vhlo.mlirbc", "jax_export.bin"}) {
    SCOPED_TRACE(file);
    const Imported program = import_program(read_text(folder / file, 1U << 20), {.file = file});
    if (!first.function) first = program;
    EXPECT_TRUE(program.function == first.function);
    EXPECT_EQ(printed(program), printed(first));
    EXPECT_EQ(devices_of(program.function), 4);
    EXPECT_EQ(program.partitions, 4);
    const Program divided =
        Program::compile(four, program.function, {}, {.cache = nullptr, .divides = true});
    EXPECT_EQ(*divided.executable().result_shapes()[0], (Shape{kF32, {2, 4}}));
    expect_near(divided.run(in)[0], out);
    expect_near(evaluate(one, program.function, in)[0], out);
  }
  EXPECT_THAT(printed(first),
              HasSubstr("  sdy.mesh @mesh = <[\"x\"=4]>\n"
                        "  func.func public @main(%0: tensor<8x6xf32> {sdy.sharding = "
                        "#sdy.sharding<@mesh, [{\"x\"}, {}]>}, "));
}

// The same program in Shardy's words and in the strings that artifacts of JAX had for them, once
// escaped and twice.
constexpr const char* kWords = R"(module attributes {mhlo.num_partitions = 4 : i32} {
  sdy.mesh @grid = <["x"=2, "y"=2], device_ids=[3, 1, 2, 0]>
  func.func @main(%a: tensor<8x4xf32> {sdy.sharding = #sdy.sharding<@grid, [{"x"}, {"y"}]>}, %b: tensor<4x2xf32>)
      -> (tensor<8x2xf32> {sdy.sharding = #sdy.sharding<@grid, [{"y", "x"}, {}]>}) {
    %0 = stablehlo.tanh %a {sdy.sharding = #sdy.sharding_per_value<[<@grid, [{"x"}, {?}]>]>} : tensor<8x4xf32>
    %1 = sdy.sharding_constraint %0 <@grid, [{}, {"x", "y"}]> : tensor<8x4xf32>
    %2 = stablehlo.dot_general %1, %b, contracting_dims = [1] x [0] : (tensor<8x4xf32>, tensor<4x2xf32>) -> tensor<8x2xf32>
    return %2 : tensor<8x2xf32>
  }
})";
std::string in_strings(const std::string& quote) {
  std::string text =
      R"(module attributes {mhlo.frontend_attributes = {xla.sdy.meshes = "{grid = #sdy.mesh<[QxQ=2, QyQ=2], device_ids=[3, 1, 2, 0]>}"}, mhlo.num_partitions = 4 : i32} {
  func.func @main(%a: tensor<8x4xf32> {mhlo.frontend_attributes = {xla.sdy.sharding = "#sdy.sharding<@grid, [{QxQ}, {QyQ}]>"}, mhlo.sharding = "{devices=[2,2]3,1,2,0}"}, %b: tensor<4x2xf32>) -> tensor<8x2xf32> {
    %0 = stablehlo.tanh %a {mhlo.frontend_attributes = {xla.sdy.sharding = "#sdy.sharding_per_value<[<@grid, [{QxQ}, {?}]>]>"}} : tensor<8x4xf32>
    %1 = stablehlo.custom_call @Sharding(%0) {mhlo.frontend_attributes = {xla.sdy.sharding = "#sdy.sharding_per_value<[<@grid, [{}, {QxQ, QyQ}]>]>"}} : (tensor<8x4xf32>) -> tensor<8x4xf32>
    %2 = stablehlo.dot_general %1, %b, contracting_dims = [1] x [0] : (tensor<8x4xf32>, tensor<4x2xf32>) -> tensor<8x2xf32>
    %3 = stablehlo.custom_call @xla.sdy.FuncResultSharding(%2) {has_side_effect = true, mhlo.frontend_attributes = {xla.sdy.sharding = "#sdy.sharding_per_value<[<@grid, [{QyQ, QxQ}, {}]>]>"}} : (tensor<8x2xf32>) -> tensor<8x2xf32>
    return %3 : tensor<8x2xf32>
  }
})";
  for (std::size_t at = text.find('Q'); at != std::string::npos; at = text.find('Q', at))
    text.replace(at, 1, quote);
  return text;
}

TEST(ProgramSharding, WordsAndStringsAreTheSame) {
  const Imported words = import_program(kWords);
  const Function& f = words.function;
  ASSERT_NE(f.parameters()[0].sharding(), nullptr);
  EXPECT_EQ(f.parameters()[1].sharding(), nullptr);
  EXPECT_EQ(f.parameters()[0].sharding()->mesh->device_ids,
            (std::vector<std::int64_t>{3, 1, 2, 0}));
  for (const char* quote : {"\\22", "\\\"", R"(\\\22)"}) {
    SCOPED_TRACE(quote);
    const Imported strings = import_program(in_strings(quote));
    EXPECT_TRUE(strings.function == f);
    EXPECT_EQ(printed(strings), printed(words));
  }
  for (const char* version : {"0.9.0", "1.0.0", "1.20.0"})
    EXPECT_TRUE(import_program(write_artifact(f, version)).function == f)
        << "an artifact of " << version;
  EXPECT_TRUE(import_program(printed(words)).function == f) << "printed and read again";
  EXPECT_EQ(printed(import_program(printed(words))), printed(words));
  Array a(Shape{kF32, {8, 4}}), b(Shape{kF32, {4, 2}});
  for (float& v : a.mutable_data<float>())
    v = static_cast<float>(&v - a.mutable_data<float>().data()) / 32;
  for (float& v : b.mutable_data<float>())
    v = static_cast<float>(&v - b.mutable_data<float>().data()) / 8;
  const std::vector<Array> in = {a, b};
  const pjrt::Client four = pjrt::open("cpu", {.devices = 4});
  const auto plugin_reads = pjrt::Executable::compile(
      four, write_artifact(f), {.partitions = 4, .uses_spmd = true, .uses_shardy = true});
  EXPECT_EQ(*plugin_reads.result_shapes()[0], (Shape{kF32, {2, 2}}))
      << "XLA reads the strings of an artifact too";
  expect_near(run_sharded(four, f, in)[0], evaluate(pjrt::open("cpu"), f, in)[0]);
}

// What is printed is the text that is read back to it.
TEST(ProgramSharding, EveryPartIsPrintedAndReadAgain) {
  const std::string text = R"(module @hilo {
  sdy.mesh @mesh = <["x"=4, "y"=2]>
  func.func public @main(%0: tensor<8x8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"x":(1)2, ?}p1, {"y"}], replicated={"x":(2)2}>}, %1: tensor<8x8xf32> {sdy.sharding = #sdy.sharding<mesh<["a"=8]>, [{?}, {"a"}]>, tf.aliasing_output = 0 : i32}) -> (tensor<8x8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{}, {"x"}]>}, tensor<8x8xi32> {sdy.sharding = #sdy.sharding<@mesh, [{"x"}, {"y"}]>}, tensor<8x8xf32> {sdy.sharding = #sdy.sharding<@mesh, [{}, {}]>}) {
    %2 = "stablehlo.tanh"(%0) {sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{"x"}, {?}], unreduced={"y"}>]>} : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %3 = "sdy.sharding_constraint"(%2) <{sharding = #sdy.sharding<@mesh, [{}, {"x"}]>}> : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %4 = "stablehlo.iota"() <{iota_dimension = 0 : i64}> : () -> tensor<8x8xi32>
    %5, %6 = "stablehlo.sort"(%3, %4) <{dimension = 0 : i64, is_stable = true}> ({
    ^bb0(%7: tensor<f32>, %8: tensor<f32>, %9: tensor<i32>, %10: tensor<i32>):
      %11 = "stablehlo.compare"(%7, %8) <{comparison_direction = #stablehlo<comparison_direction LT>}> : (tensor<f32>, tensor<f32>) -> tensor<i1>
      "stablehlo.return"(%11) : (tensor<i1>) -> ()
    }) {sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{?}, {?}]>, <@mesh, [{"x"}, {"y"}]>]>} : (tensor<8x8xf32>, tensor<8x8xi32>) -> (tensor<8x8xf32>, tensor<8x8xi32>)
    %12 = "stablehlo.add"(%5, %1) {sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{}, {}]>]>} : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
    "func.return"(%3, %6, %12) : (tensor<8x8xf32>, tensor<8x8xi32>, tensor<8x8xf32>) -> ()
  }
}
)";
  const Imported program = import_program(text);
  EXPECT_EQ(printed(program), text);
}

TEST(ProgramSharding, ResultsTakeWhatIsSaidOfThem) {
  // Of a result that has one of its own, or is an argument, a constraint stands on top.
  const Imported program = import_program(R"(module {
  sdy.mesh @m = <["x"=2]>
  func.func @main(%a: tensor<4x4xf32>) -> (tensor<4x4xf32> {sdy.sharding = #sdy.sharding<@m, [{"x"}, {}]>}, tensor<4x4xf32> {sdy.sharding = #sdy.sharding<@m, [{}, {"x"}]>}, tensor<4x4xf32> {sdy.sharding = #sdy.sharding<@m, [{}, {}]>}) {
    %0 = func.call @twice(%a) : (tensor<4x4xf32>) -> tensor<4x4xf32>
    return %0, %0, %a : tensor<4x4xf32>, tensor<4x4xf32>, tensor<4x4xf32>
  }
  func.func private @twice(%a: tensor<4x4xf32> {sdy.sharding = #sdy.sharding<@m, [{}, {"x"}]>}) -> tensor<4x4xf32> {
    %0 = stablehlo.add %a, %a : tensor<4x4xf32>
    return %0 : tensor<4x4xf32>
  }
})");
  const std::string text = printed(program);
  EXPECT_THAT(text, HasSubstr("@main(%0: tensor<4x4xf32>) -> (tensor<4x4xf32> {sdy.sharding = "
                              "#sdy.sharding<@m, [{\"x\"}, {}]>}, "));
  std::size_t constraints = 0;
  for (std::size_t at = text.find("sdy.sharding_constraint"); at != std::string::npos;
       at = text.find("sdy.sharding_constraint", at + 1))
    ++constraints;
  EXPECT_EQ(constraints, 3U) << text;
  EXPECT_EQ(program.function.parameters()[0].sharding(), nullptr);
  EXPECT_EQ(printed(import_program(text)), text);
}

// Shardings of the kind before Shardy change nothing of what is computed, and are left out.
TEST(ProgramSharding, OlderShardingsAreLeftOut) {
  const Imported program = import_program(R"(module attributes {mhlo.num_partitions = 4 : i32} {
  func.func public @main(%a: tensor<8x6xf32> {mhlo.sharding = "{devices=[4,1]<=[4]}"}) -> (tensor<8x6xf32> {mhlo.sharding = "{replicated}"}) {
    %0 = stablehlo.custom_call @Sharding(%a) {mhlo.sharding = "{devices=[1,2,2]<=[4] last_tile_dim_replicate}"} : (tensor<8x6xf32>) -> tensor<8x6xf32>
    %1 = stablehlo.add %0, %0 : tensor<8x6xf32>
    return %1 : tensor<8x6xf32>
  }
})");
  EXPECT_EQ(devices_of(program.function), 1);
  EXPECT_EQ(program.partitions, 4);
  EXPECT_THAT(printed(program), testing::Not(HasSubstr("harding")));
}

struct Wrong {
  std::string head, body, says;
};

// What JAX's shard_map exports: parts of a product, summed over the devices that share it, with what each device is.
constexpr const char* kByHand = R"(module @hilo {
  sdy.mesh @mesh = <["x"=2, "y"=2]>
  func.func public @main(%0: tensor<4x8xf32>, %1: tensor<8x6xf32>) -> (tensor<4x6xf32>) {
    %2 = "sdy.manual_computation"(%0, %1) <{in_shardings = #sdy.sharding_per_value<[<@mesh, [{"x"}, {"y"}]>, <@mesh, [{"y"}, {}]>]>, out_shardings = #sdy.sharding_per_value<[<@mesh, [{"x"}, {}]>]>, manual_axes = #sdy<manual_axes{"x", "y"}>}> ({
    ^bb0(%3: tensor<2x4xf32>, %4: tensor<4x6xf32>):
      %5 = "stablehlo.dot_general"(%3, %4) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [], rhs_batching_dimensions = [], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [0]>}> : (tensor<2x4xf32>, tensor<4x6xf32>) -> tensor<2x6xf32>
      %6 = "stablehlo.all_reduce"(%5) <{replica_groups = dense<[[0, 1], [2, 3]]> : tensor<2x2xi64>, channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>, use_global_device_ids}> ({
      ^bb0(%7: tensor<f32>, %8: tensor<f32>):
        %9 = "stablehlo.add"(%7, %8) : (tensor<f32>, tensor<f32>) -> tensor<f32>
        "stablehlo.return"(%9) : (tensor<f32>) -> ()
      }) : (tensor<2x6xf32>) -> tensor<2x6xf32>
      %10 = "stablehlo.partition_id"() : () -> tensor<ui32>
      %11 = "stablehlo.constant"() <{value = dense<2> : tensor<ui32>}> : () -> tensor<ui32>
      %12 = "stablehlo.divide"(%10, %11) : (tensor<ui32>, tensor<ui32>) -> tensor<ui32>
      %13 = "stablehlo.convert"(%12) : (tensor<ui32>) -> tensor<f32>
      %14 = "stablehlo.broadcast_in_dim"(%13) <{broadcast_dimensions = array<i64>}> : (tensor<f32>) -> tensor<2x6xf32>
      %15 = "stablehlo.add"(%6, %14) : (tensor<2x6xf32>, tensor<2x6xf32>) -> tensor<2x6xf32>
      "sdy.return"(%15) : (tensor<2x6xf32>) -> ()
    }) : (tensor<4x8xf32>, tensor<8x6xf32>) -> tensor<4x6xf32>
    "func.return"(%2) : (tensor<4x6xf32>) -> ()
  }
}
)";

TEST(ProgramSharding, WhatIsDividedByHandRunsOnItsDevices) {
  const Imported program = import_program(kByHand);
  EXPECT_EQ(printed(import_program(printed(program))), printed(program));
  EXPECT_TRUE(import_program(printed(program)).function == program.function);
  EXPECT_EQ(devices_of(program.function), 4);
  Array a(Shape{kF32, {4, 8}}), b(Shape{kF32, {8, 6}}), want(Shape{kF32, {4, 6}});
  for (std::size_t i = 0; i < 32; ++i) a.mutable_data<float>()[i] = static_cast<float>(i % 7);
  for (std::size_t i = 0; i < 48; ++i) b.mutable_data<float>()[i] = static_cast<float>(i % 5);
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 6; ++j) {
      float& sum = want.mutable_data<float>()[i * 6 + j] = static_cast<float>(i / 2);  // which row of devices
      for (std::size_t k = 0; k < 8; ++k) sum += a.data<float>()[i * 8 + k] * b.data<float>()[k * 6 + j];
    }
  }
  expect_near(run_sharded(pjrt::open("cpu", {.devices = 4}), program.function, std::vector{a, b})[0], want);
  try {
    (void)evaluate(pjrt::open("cpu"), program.function, std::vector{a, b});
    FAIL() << "ran on one device";
  } catch (const OpError& e) {
    EXPECT_THAT(e.what(), HasSubstr("divided by hand in a program for one device"));
    EXPECT_THAT(e.what(), HasSubstr("a program for the 4 devices of its mesh"));
  }
}

TEST(ProgramSharding, WrongOnesAreRefusedWhereTheyAreWrong) {
  const std::string mesh = "sdy.mesh @m = <[\"x\"=2]>", open = "func.func @main(%a: tensor<4xf32>",
                    close = ") -> tensor<4xf32> {\n";
  const auto argument = [&](const std::string& attributes) {
    return open + " {" + attributes + "}" + close;
  };
  const std::string plain = open + close, give = "return %a : tensor<4xf32>";
  const auto op = [](const std::string& line) { return line + "\nreturn %0 : tensor<4xf32>"; };
  const auto by_hand = [&](const std::string& in, const std::string& axes, int length,
                           const std::string& all = {}) {
    const std::string part = "tensor<" + std::to_string(length) + "xf32>";
    return mesh + "\n" + plain + "%0 = sdy.manual_computation(%a) in_shardings=" +
           (all.empty() ? "[<@m, [" + in + "]>]" : all) +
           " out_shardings=[<@m, [{\"x\"}]>] manual_axes=" + axes + " (%b: " + part +
           ") {\n sdy.return %b : " + part + "\n } : (tensor<4xf32>) -> tensor<4xf32>\n";
  };
  const Wrong rows[] = {
      {argument("sdy.sharding = #sdy.sharding<@m, [{}]>"), give,
       "p.mlir:1:1: func.func: arg_attrs: no mesh @m\n  expected: a program with an sdy.mesh"},
      {mesh + "\n" + argument("sdy.sharding = #sdy.sharding<@n, [{}]>"), give,
       "p.mlir:2:1: func.func: arg_attrs: no mesh @n\n  expected: @m"},
      {mesh + "\n" + argument("sdy.sharding = #sdy.sharding<@m, [{}, {}]>"), give,
       "a sharding of 2 axes\n  expected: 1, one for each axis"},
      {mesh + "\n" + argument("sdy.sharding = \"x\""), give, "sdy.sharding is no sharding"},
      {mesh + "\n" +
           argument("mhlo.frontend_attributes = {xla.sdy.sharding = \"#sdy.sharding<@m, {}>\"}"),
       give, "arg_attrs: xla.sdy.sharding:1:19: "},
      {mesh + "\n" + mesh + "\n" + plain, give, "p.mlir:2:1: sdy.mesh: a second mesh @m"},
      {mesh + "\n" + plain, op("%0 = sdy.sharding_constraint %a <@m, [{\"y\"}]> : tensor<4xf32>"),
       "p.mlir:3:6: sdy.sharding_constraint: the mesh has no axis \"y\"\n  got:      f32[4]\n  "
       "expected: \"x\""},
      {mesh + "\n" + plain,
       op("%0 = stablehlo.tanh %a {sdy.sharding = #sdy.sharding_per_value<[<@m, [{}]>, <@m, "
          "[{}]>]>} : tensor<4xf32>"),
       "stablehlo.tanh: 2 shardings\n  expected: 1, one for each result"},
      {by_hand("{\"x\"}", "{\"y\"}", 2), give,
       "sdy.manual_computation: the mesh has no axis \"y\" to divide by"},
      {by_hand("{\"x\"}", "{\"x\"}", 4), give, "argument 0 of a region does not fit"},
      {by_hand("{}", "{\"x\"}", 4), give, "the result is f32[8]\n  expected: f32[4]"},
      {by_hand("{\"x\"}", "{\"x\"}", 2, "[<@n, [{}]>]"), give, "no mesh @n\n  expected: @m"},
      {by_hand("{\"x\"}", "{\"x\"}", 2, "[]"), give, "0 shardings for 1 operands"},
      {mesh + "\n" + plain,
       op("%0 = stablehlo.custom_call @xla.sdy.GlobalToLocalShape(%a) : (tensor<4xf32>) -> "
          "tensor<4xf32>"),
       "this part of Shardy is not supported"},
  };
  for (const Wrong& row : rows) {
    const std::string text = row.head + row.body + "\n}\n";
    try {
      import_program(text, {.file = "p.mlir"});
      ADD_FAILURE() << "not refused: " << text;
    } catch (const FormatError& e) {
      EXPECT_THAT(e.what(), HasSubstr(row.says)) << text;
      EXPECT_THAT(e.what(), testing::StartsWith("p.mlir:"));
    }
  }
  EXPECT_THROW(
      import_program(
          "module attributes {mhlo.frontend_attributes = {xla.sdy.meshes = \"{m = 1}\"}} { " +
          plain + give + "}}"),
      FormatError);
  EXPECT_THROW(import_program("module attributes {mhlo.frontend_attributes = {xla.sdy.meshes = "
                              "\"{m = #sdy.mesh<\"}} { " +
                              plain + give + "}}"),
               FormatError);
}

}  // namespace
}  // namespace hilo::stablehlo
