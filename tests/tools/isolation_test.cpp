// --isolate: what kills XLA is an error of ours.
#include "tests/tools/hilo_program.h"

namespace hilo::tools::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Words = std::vector<std::string>;

// XLA:CPU aborts on this dtype.
constexpr const char* kAborts =
    "func.func @main() -> tensor<4xf6E2M3FN> { %0 = stablehlo.constant dense<1.0> : "
    "tensor<4xf6E2M3FN> return %0 : tensor<4xf6E2M3FN> }";
constexpr const char* kSeven =
    "func.func @main() -> tensor<i32> { %0 = stablehlo.constant dense<7> : tensor<i32> return %0 : "
    "tensor<i32> }";
// Counts for as long as it is let.
constexpr const char* kNeverEnds = R"(func.func @main() -> tensor<i32> {
  %0 = stablehlo.constant dense<0> : tensor<i32>
  %1 = stablehlo.while(%i = %0) : tensor<i32>
    cond { %t = stablehlo.compare EQ, %i, %i : (tensor<i32>, tensor<i32>) -> tensor<i1>  stablehlo.return %t : tensor<i1> }
    do { %n = stablehlo.not %i : tensor<i32>  stablehlo.return %n : tensor<i32> }
  return %1 : tensor<i32>
})";

TEST(Isolate, an_abort_inside_xla_is_an_error) {
  for (const char* command : {"run", "compile"}) {
    const Ended ended = hilo({command, written("aborts.mlir", kAborts).string(),
                              command[0] == 'r' ? "--backend" : "--target", "cpu", "--isolate"});
    EXPECT_EQ(ended.code, 1) << command;
    EXPECT_EQ(ended.signal, 0);
    EXPECT_THAT(ended.err, AllOf(testing::StartsWith("hilo: isolated process: it died of SIG"),
                                 HasSubstr("the last it said:")))
        << command;
  }
}

TEST(Isolate, a_program_that_ends_is_as_without_it) {
  const fs::path out = fresh("out.safetensors");
  const std::string program = written("seven.mlir", kSeven).string();
  EXPECT_EQ(hilo_out({"run", "--isolate", program, "--backend", "cpu", "--out", out.string()}),
            "out_0: i32[]  7\nwrote " + out.string() + "\n");
  EXPECT_TRUE(fs::exists(out));
  EXPECT_EQ(hilo_out({"run", "--isolate=false", program, "--backend", "cpu"}), "out_0: i32[]  7\n");
  const Words wrong = {"run", written("wrong.mlir", "module {").string(), "--backend", "cpu"};
  Words isolated = wrong;
  isolated.emplace_back("--isolate");
  const Ended plain = hilo(wrong), ended = hilo(isolated);
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.err, plain.err);
}

TEST(Isolate, what_does_not_end_is_stopped) {
  const std::string program = written("never.mlir", kNeverEnds).string();
  const Ended wall =
      hilo({"run", program, "--backend", "cpu", "--isolate", "--isolate-seconds", "2"});
  EXPECT_EQ(wall.code, 1);
  EXPECT_THAT(wall.err,
              HasSubstr("hilo: isolated process: it did not end within 2 s and was stopped"));
  const Ended cpu =
      hilo({"run", program, "--backend", "cpu", "--isolate", "--isolate-cpu-seconds=1"});
  EXPECT_EQ(cpu.code, 1);
  EXPECT_THAT(cpu.err, HasSubstr("it used more than 1 s of CPU time and was stopped"));
  const Ended memory =
      hilo({"run", program, "--backend", "cpu", "--isolate", "--isolate-memory", "20MB"});
  EXPECT_EQ(memory.code, 1);
  EXPECT_THAT(memory.err, HasSubstr("it used more than 0.0 GB of memory and was stopped"));
}

TEST(Isolate, limits_need_the_flag) {
  const Ended ended = hilo({"run", "p.mlir", "--isolate-seconds", "2"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("--isolate-seconds requires --isolate"));
  EXPECT_EQ(hilo({"run", "p.mlir", "--isolate", "--isolate-memory", "much"}).code, 2);
}

}  // namespace
}  // namespace hilo::tools::test
