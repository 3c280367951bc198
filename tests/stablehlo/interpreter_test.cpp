// What StableHLO's interpreter tests have beside StableHLO: checks against constants, probes, processes side by side.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hilo/exec/program.h"
#include "hilo/pjrt/discovery.h"
#include "hilo/stablehlo/check.h"
#include "hilo/stablehlo/emit.h"

namespace hilo::stablehlo {
namespace {

// Two processes, each with [1, 2, 3, 4] and [5, 6, 7, 8] as %x, side by side as `grid` says.
std::string processes(const std::string& op, const std::string& result, const std::string& grid, const std::string& first, const std::string& second) {
  return "func.func @f(%x: tensor<4xi64>) -> " + result + " {\n  " + op + "\n  return %y : " + result + R"(
}
func.func @main() {
  %a = stablehlo.constant dense<[1, 2, 3, 4]> : tensor<4xi64>
  %b = stablehlo.constant dense<[5, 6, 7, 8]> : tensor<4xi64>
  %r:2 = "interpreter.run_parallel"(%a, %b) {programs = )" + grid + "} : (tensor<4xi64>, tensor<4xi64>) -> (" + result + ", " + result + R"()
  check.expect_eq_const %r#0, dense<)" + first + "> : " + result + "\n  check.expect_eq_const %r#1, dense<" + second + "> : " + result + "\n  return\n}\n";
}

constexpr const char* kSum = " ({\n^bb0(%p: tensor<i64>, %q: tensor<i64>):\n  %s = stablehlo.add %p, %q : tensor<i64>\n  stablehlo.return %s : tensor<i64>\n}) ";
constexpr const char* kReplicas = "[[@f], [@f]]";
constexpr const char* kPartitions = "[[@f, @f]]";
constexpr const char* kPair = "replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>";
constexpr const char* kChannel = ", channel_handle = #stablehlo.channel_handle<handle = 1, type = 0>";
constexpr const char* kByAxes =
    "replica_groups = #stablehlo.replica_group_mesh_axes<mesh = #stablehlo.mesh<axes = [#stablehlo.mesh_axis<name = \"x\", size = 2>]>, axes = "
    "[#stablehlo.axis_ref<name = \"x\">]>";

std::vector<std::string> rows() {
  const std::string t4 = "tensor<4xi64>", t2 = "tensor<2xi64>", t8 = "tensor<8xi64>";
  const auto reduction = [&](const std::string& op, const std::string& more, const std::string& result) {
    return "%y = \"stablehlo." + op + "\"(%x)" + kSum + "{" + more + "} : (tensor<4xi64>) -> " + result;
  };
  const auto exchange = [&](const std::string& op, const std::string& more, const std::string& result) {
    return "%y = \"stablehlo." + op + "\"(%x) {" + more + "} : (tensor<4xi64>) -> " + result;
  };
  return {
      processes(reduction("all_reduce", kPair, t4), t4, kReplicas, "[6, 8, 10, 12]", "[6, 8, 10, 12]"),
      processes(reduction("all_reduce", kByAxes, t4), t4, kReplicas, "[6, 8, 10, 12]", "[6, 8, 10, 12]"),
      processes(reduction("all_reduce", "replica_groups = dense<[[0]]> : tensor<1x1xi64>" + std::string(kChannel), t4), t4, kPartitions, "[6, 8, 10, 12]", "[6, 8, 10, 12]"),
      processes(reduction("all_reduce", "replica_groups = dense<[[0], [1]]> : tensor<2x1xi64>", t4), t4, kReplicas, "[1, 2, 3, 4]", "[5, 6, 7, 8]"),
      processes(reduction("collective_reduce", kPair, t4), t4, kReplicas, "[6, 8, 10, 12]", "0"),
      processes(reduction("reduce_scatter", "scatter_dimension = 0 : i64, " + std::string(kPair), t2), t2, kReplicas, "[6, 8]", "[10, 12]"),
      processes(exchange("all_gather", "all_gather_dim = 0 : i64, replica_groups = dense<[[1, 0]]> : tensor<1x2xi64>", t8), t8, kReplicas, "[5, 6, 7, 8, 1, 2, 3, 4]",
                "[5, 6, 7, 8, 1, 2, 3, 4]"),
      processes(exchange("all_to_all", "split_dimension = 0 : i64, concat_dimension = 0 : i64, split_count = 2 : i64, " + std::string(kPair), t4), t4, kReplicas,
                "[1, 2, 5, 6]", "[3, 4, 7, 8]"),
      processes(exchange("collective_permute", "source_target_pairs = dense<[[0, 1]]> : tensor<1x2xi64>" + std::string(kChannel), t4), t4, kPartitions, "0", "[1, 2, 3, 4]"),
      processes(exchange("collective_broadcast", "replica_groups = dense<[[1, 0]]> : tensor<1x2xi64>", t4), t4, kReplicas, "[5, 6, 7, 8]", "[5, 6, 7, 8]"),
      processes("%id = stablehlo.partition_id : tensor<ui32>\n  %w = stablehlo.convert %id : (tensor<ui32>) -> tensor<i64>\n  %y = stablehlo.broadcast_in_dim %w, dims = [] : "
                "(tensor<i64>) -> tensor<4xi64>",
                t4, kPartitions, "0", "1"),
      R"(func.func @main() {
  %x = stablehlo.constant dense<[1.0, 2.0]> : tensor<2xf64>
  %y = interpreter.probe %x, probe_id = "x" : tensor<2xf64>
  %z = interpreter.print %y : tensor<2xf64>
  check.expect_serialized_eq %z, probe_id = "x" : tensor<2xf64>
  check.expect_almost_eq_const %z, dense<[1.0, 2.05]> : tensor<2xf64>, tolerance = 1.0e-1
  return
})",
      R"(func.func @main() {
  %a = stablehlo.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi64>
  %0 = stablehlo.dot_general %a, %a, contracting_dims = [1] x [0], precision = [DEFAULT, DEFAULT], algorithm = <lhs_precision_type = tf32, rhs_precision_type = tf32, accumulation_type = f32, lhs_component_count = 1, rhs_component_count = 1, num_primitive_operations = 1, allow_imprecise_accumulation = false,> : (tensor<2x2xi64>, tensor<2x2xi64>) -> tensor<2x2xi64>
  check.expect_eq_const %0, dense<[[7, 10], [15, 22]]> : tensor<2x2xi64>
  return
})",
      R"(func.func @main() {
  %a = stablehlo.constant dense<[64, -64, -64]> : tensor<3xi8>
  %b = stablehlo.constant dense<[4, 4, -4]> : tensor<3xi8>
  %0 = "chlo.mulhi"(%a, %b) : (tensor<3xi8>, tensor<3xi8>) -> tensor<3xi8>
  check.expect_eq_const %0, dense<[1, -1, 1]> : tensor<3xi8>
  %c = stablehlo.constant dense<[-1152921504606846977, 9223372036854775807]> : tensor<2xi64>
  %d = stablehlo.constant dense<[16, -9223372036854775808]> : tensor<2xi64>
  %1 = "chlo.mulhi"(%c, %d) : (tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  check.expect_eq_const %1, dense<[-2, -4611686018427387904]> : tensor<2xi64>
  return
})",
      R"(func.func @main() {
  %x = stablehlo.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %init = stablehlo.constant dense<0> : tensor<2xi32>
  %0:2 = chlo.scan(%x) inits(%init) dimension=1 attributes {is_reverse = true} {
  ^bb0(%s: tensor<2xi32>, %c: tensor<2xi32>):
    %1 = stablehlo.add %s, %c : tensor<2xi32>
    stablehlo.return %1, %1 : tensor<2xi32>, tensor<2xi32>
  } : (tensor<2x3xi32>, tensor<2xi32>) -> (tensor<2x3xi32>, tensor<2xi32>)
  check.expect_eq_const %0#0, dense<[[6, 5, 3], [15, 11, 6]]> : tensor<2x3xi32>
  check.expect_eq_const %0#1, dense<[6, 15]> : tensor<2xi32>
  return
})",
      R"(func.func @main() {
  %a = stablehlo.constant dense<[0xFFC00000, 1.0, -0.0, 0x7FC00000]> : tensor<4xf32>
  %b = stablehlo.constant dense<[0x7FC00000, 0xFFC00000, 0.0, 0x7F800000]> : tensor<4xf32>
  %0 = stablehlo.compare EQ, %a, %b, WEAKORDER : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  check.expect_eq_const %0, dense<[true, false, true, false]> : tensor<4xi1>
  %1 = stablehlo.compare NE, %a, %b, WEAKORDER : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  check.expect_eq_const %1, dense<[false, true, false, true]> : tensor<4xi1>
  %2 = stablehlo.compare LT, %a, %b, WEAKORDER : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  check.expect_eq_const %2, dense<[false, true, false, false]> : tensor<4xi1>
  %3 = stablehlo.compare GT, %a, %b, WEAKORDER : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  check.expect_eq_const %3, dense<[false, false, false, true]> : tensor<4xi1>
  %4 = stablehlo.compare LE, %a, %b, WEAKORDER : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  check.expect_eq_const %4, dense<[true, true, true, false]> : tensor<4xi1>
  %5 = stablehlo.compare GE, %a, %b, WEAKORDER : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xi1>
  check.expect_eq_const %5, dense<[true, false, true, true]> : tensor<4xi1>
  return
})",
      R"(func.func @twice(%x: tensor<i64>) -> tensor<i64> {
  %0 = stablehlo.add %x, %x : tensor<i64>
  return %0 : tensor<i64>
}
func.func @main() {
  %x = stablehlo.constant dense<4> : tensor<i64>
  %0 = "stablehlo.composite"(%x) ({
  ^bb0(%y: tensor<i64>):
    stablehlo.return %y : tensor<i64>
  }) {name = "mine.twice", decomposition = @twice} : (tensor<i64>) -> tensor<i64>
  check.expect_eq_const %0, dense<8> : tensor<i64>
  return
})",
      R"(func.func @send(%x: tensor<2xi64>, %t: !stablehlo.token) -> !stablehlo.token {
  %0 = "stablehlo.send"(%x, %t) {channel_handle = #stablehlo.channel_handle<handle = 0, type = 1>} : (tensor<2xi64>, !stablehlo.token) -> !stablehlo.token
  return %0 : !stablehlo.token
}
func.func @recv(%t: !stablehlo.token) -> (tensor<2xi64>, tensor<i64>) {
  %0:2 = "stablehlo.recv"(%t) {channel_handle = #stablehlo.channel_handle<handle = 0, type = 1>} : (!stablehlo.token) -> (tensor<2xi64>, !stablehlo.token)
  %1:2 = "stablehlo.infeed"(%0#1) : (!stablehlo.token) -> (tensor<i64>, !stablehlo.token)
  return %0#0, %1#0 : tensor<2xi64>, tensor<i64>
}
func.func @fed() -> tensor<i64> {
  %0 = stablehlo.constant dense<9> : tensor<i64>
  return %0 : tensor<i64>
}
func.func @main() {
  %x = stablehlo.constant dense<[3, 4]> : tensor<2xi64>
  %t = stablehlo.after_all : !stablehlo.token
  %r:3 = "interpreter.run_parallel"(%t, %x, %t) {programs = [[@recv, @send]], infeed = ["fed"]} : (!stablehlo.token, tensor<2xi64>, !stablehlo.token) -> (tensor<2xi64>, tensor<i64>, !stablehlo.token)
  check.expect_eq_const %r#0, dense<[3, 4]> : tensor<2xi64>
  check.expect_eq_const %r#1, dense<9> : tensor<i64>
  return
})",
  };
}

// A loop of three steps with two probes of one name, or of two, and a check of what one of them saw.
std::string probed_loop(const std::string& first, const std::string& second, int iteration, int expected) {
  return R"(func.func @main() {
  %z = stablehlo.constant dense<0> : tensor<i64>
  %one = stablehlo.constant dense<1> : tensor<i64>
  %end = stablehlo.constant dense<3> : tensor<i64>
  %want = stablehlo.constant dense<)" +
         std::to_string(expected) + R"(> : tensor<i64>
  %i = stablehlo.while(%k = %z) : tensor<i64>
  cond {
    %c = stablehlo.compare LT, %k, %end : (tensor<i64>, tensor<i64>) -> tensor<i1>
    stablehlo.return %c : tensor<i1>
  } do {
    %a = interpreter.probe %k, probe_id = ")" +
         first + R"(" : tensor<i64>
    %b = stablehlo.add %a, %one : tensor<i64>
    %d = interpreter.probe %b, probe_id = ")" +
         second + R"(" : tensor<i64>
    stablehlo.return %d : tensor<i64>
  }
  check.expect_eq_const %i, dense<3> : tensor<i64>
  check.expect_serialized_eq %want, probe_id = "p", iter = )" +
         std::to_string(iteration) + " : tensor<i64>\n  return\n}";
}

TEST(Interpreter, ProbesInALoopSeeEachIteration) {
  const pjrt::Client client = pjrt::open("cpu");
  const auto failures = [&](const std::string& text) {
    const Imported program = import_program(text);
    return failures_of(program, Program::compile(client, program.function, {}, {.cache = nullptr}).run(std::span<const Array>()));
  };
  EXPECT_EQ(failures(probed_loop("p", "q", 0, 0)), "");
  EXPECT_EQ(failures(probed_loop("p", "q", 2, 2)), "");
  EXPECT_EQ(failures(probed_loop("q", "p", 2, 3)), "");
  EXPECT_THAT(failures(probed_loop("p", "q", 2, 3)), testing::HasSubstr("got 3, expected 2"));
  EXPECT_THAT(failures(probed_loop("p", "q", 3, 0)), testing::HasSubstr("got 0, expected 1")) << "it never came so far";
}

TEST(Interpreter, ChecksOfItsTestsHold) {
  const pjrt::Client client = pjrt::open("cpu");
  for (const std::string& text : rows()) {
    SCOPED_TRACE(text);
    const Imported program = import_program(text, {.file = "p.mlir"});
    const std::string printed = emit(program.function, {.has_locations = false});
    const Imported again = import_program(printed, {.file = "printed"});
    EXPECT_EQ(emit(again.function, {.has_locations = false}), printed);
    ASSERT_FALSE(program.checks.empty());
    EXPECT_EQ(failures_of(program, Program::compile(client, again.function, {}, {.cache = nullptr}).run(std::span<const Array>())), "");
  }
}

struct Refused {
  std::string text, says;
};

TEST(Interpreter, RefusesProcessesThatDoNotFit) {
  const std::string t4 = "tensor<4xi64>";
  const auto permuted = [&](const std::string& pairs, const std::string& grid) {
    return processes("%y = \"stablehlo.collective_permute\"(%x) {source_target_pairs = dense<" + pairs + "> : tensor<1x2xi64>} : (tensor<4xi64>) -> tensor<4xi64>", t4, grid, "0", "0");
  };
  const std::vector<Refused> rows = {
      {permuted("[[0, 7]]", kReplicas), "no process 7\n  expected: ids below 2"},
      {permuted("[[0, 1]]", "[[@g], [@f]]"), "no function @g"},
      {permuted("[[0, 1]]", "[]"), "no attribute 'programs'"},
      {permuted("[[0, 1]]", "[[@f], [@f, @f]]"), "the processes make no grid"},
      {permuted("[[0, 1]]", "[[@f]]"), "2 operands\n  expected: 1"},
      {processes("%t = stablehlo.after_all : !stablehlo.token\n  %y, %u = \"stablehlo.recv\"(%t) {channel_handle = #stablehlo.channel_handle<handle = 0, type = 1>} : "
                 "(!stablehlo.token) -> (tensor<4xi64>, !stablehlo.token)",
                 t4, kReplicas, "0", "0"),
       "the processes wait for each other"},
      {"func.func @main() {\n  %x = stablehlo.constant dense<1> : tensor<i64>\n  check.expect_serialized_eq %x, probe_id = \"x\" : tensor<i64>\n  return\n}", "no probe of that name"},
      {probed_loop("p", "q", 64, 0), "one of its first 64 iterations"},
      {probed_loop("p", "p", 0, 0), "no probe of that name and number in the function itself or one loop of it"},
  };
  for (const Refused& row : rows) {
    SCOPED_TRACE(row.text);
    try {
      import_program(row.text, {.file = "p.mlir"});
      ADD_FAILURE() << "not refused";
    } catch (const FormatError& e) {
      EXPECT_THAT(e.what(), testing::HasSubstr(row.says));
      EXPECT_THAT(e.what(), testing::StartsWith("p.mlir:"));
    }
  }
}

// Which is an op for each of them.
TEST(Import, CollectivesOfSeveralOperands) {
  const std::string text = emit(import_program(R"(func.func @main(%x: tensor<4x4xf32>, %y: tensor<4x8xi32>) -> (tensor<8x4xf32>, tensor<8x8xi32>, tensor<8x2xf32>, tensor<8x4xi32>) {
  %a:2 = "stablehlo.all_gather"(%x, %y) {all_gather_dim = 0 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<4x4xf32>, tensor<4x8xi32>) -> (tensor<8x4xf32>, tensor<8x8xi32>)
  %b:2 = "stablehlo.all_to_all"(%x, %y) {split_dimension = 1 : i64, concat_dimension = 0 : i64, split_count = 2 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<4x4xf32>, tensor<4x8xi32>) -> (tensor<8x2xf32>, tensor<8x4xi32>)
  return %a#0, %a#1, %b#0, %b#1 : tensor<8x4xf32>, tensor<8x8xi32>, tensor<8x2xf32>, tensor<8x4xi32>
})").function);
  for (const char* op : {"\"stablehlo.all_gather\"(%0)", "\"stablehlo.all_gather\"(%1)", "\"stablehlo.all_to_all\"(%0)", "\"stablehlo.all_to_all\"(%1)"}) {
    EXPECT_THAT(text, testing::HasSubstr(op));
  }
  EXPECT_THROW(import_program(R"(func.func @main(%x: tensor<4xf32>) -> tensor<8xf32> {
  %a = "stablehlo.all_gather"(%x, %x) {all_gather_dim = 0 : i64, replica_groups = dense<[[0, 1]]> : tensor<1x2xi64>} : (tensor<4xf32>, tensor<4xf32>) -> tensor<8xf32>
  return %a : tensor<8xf32>
})"),
               FormatError);
}

TEST(Import, RefusesACompositeOfADialectWithNoNameInIt) {
  const char* text = R"(func.func @f(%x: tensor<f32>) -> tensor<f32> {
  return %x : tensor<f32>
}
func.func @main(%x: tensor<f32>) -> tensor<f32> {
  %0 = stablehlo.composite "stablehlo." %x {decomposition = @f} : (tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
})";
  EXPECT_THROW(import_program(text), FormatError);
}

// Nobody reads what they give.
TEST(Import, KeepsOpsThatDoSomethingBesides) {
  const char* text = R"(func.func @main(%x: tensor<2xf32>, %go: tensor<i1>) -> tensor<2xf32> {
  stablehlo.custom_call @log_it(%x) {has_side_effect = true} : (tensor<2xf32>) -> ()
  stablehlo.custom_call @pure(%x) : (tensor<2xf32>) -> ()
  %t = stablehlo.after_all : !stablehlo.token
  %u = "stablehlo.outfeed"(%x, %t) : (tensor<2xf32>, !stablehlo.token) -> !stablehlo.token
  %v = "stablehlo.if"(%go) ({
    stablehlo.custom_call @log_branch(%x) {has_side_effect = true} : (tensor<2xf32>) -> ()
    stablehlo.return %x : tensor<2xf32>
  }, {
    stablehlo.return %x : tensor<2xf32>
  }) : (tensor<i1>) -> tensor<2xf32>
  return %x : tensor<2xf32>
})";
  const std::string printed = emit(import_program(text).function, {.has_locations = false});
  for (const char* kept : {"log_it", "log_branch", "outfeed"}) EXPECT_THAT(printed, testing::HasSubstr(kept));
  EXPECT_THAT(printed, testing::Not(testing::HasSubstr("pure")));
  EXPECT_EQ(emit(import_program(printed).function, {.has_locations = false}), printed);
}

}  // namespace
}  // namespace hilo::stablehlo
