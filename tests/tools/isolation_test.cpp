// --isolate: what kills XLA is an error of ours.
#include <csignal>

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

// A program whose custom call ends the process while it runs.
TEST(Isolate, an_abort_inside_xla_is_an_error) {
  const std::string program = written("ends.mlir", R"(func.func @main() -> tensor<f32> {
    %0 = stablehlo.constant dense<1.0> : tensor<f32>
    %1 = stablehlo.custom_call @hilo_test_abort(%0) {api_version = 4 : i32, backend_config = {}} : (tensor<f32>) -> tensor<f32>
    return %1 : tensor<f32>
  })")
                                  .string();
  Words words = {
      "run",       program, "--custom-calls", std::string(HILO_CUSTOM_CALLS) + "/good.so",
      "--backend", "cpu"};
  EXPECT_EQ(hilo(words).signal, SIGABRT) << "what it is without the flag";
  words.emplace_back("--isolate");
  const Ended ended = hilo(words);
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(
      ended.err,
      AllOf(testing::StartsWith("hilo: isolated process: it died of SIGABRT (Aborted) after "),
            HasSubstr("the last it said:\n"), HasSubstr("    the handler has had enough\n")));
}

// Hilo refuses this dtype where it reads the program; XLA, given the text as it is, aborts.
TEST(Isolate, a_dtype_that_xla_aborts_on_is_an_error) {
  const std::string program = written("aborts.mlir", kAborts).string();
  for (const Words& words :
       {Words{"run", program, "--backend", "cpu"}, Words{"compile", program, "--target", "cpu"}}) {
    Words isolated = words;
    isolated.emplace_back("--isolate");
    const Ended ended = hilo(isolated);
    EXPECT_EQ(ended.code, 1) << words[0];
    EXPECT_EQ(ended.signal, 0) << words[0];
    EXPECT_THAT(ended.err, testing::StartsWith("hilo: ")) << words[0];
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
