// run and compile: programs of StableHLO text.
#include "hilo/formats/safetensors.h"
#include "hilo/pjrt/discovery.h"
#include "tests/tools/hilo_program.h"
#include "tools/program_signature.h"

namespace hilo::tools::test {
namespace {

using testing::HasSubstr;

constexpr const char* kSubtract = R"(module @subtract {
  func.func public @main(%a: tensor<2x2xf32>, %b: tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<i32>) {
    %d = stablehlo.subtract %a, %b : tensor<2x2xf32>
    %n = stablehlo.constant dense<7> : tensor<i32>
    return %d, %n : tensor<2x2xf32>, tensor<i32>
  }
})";

fs::path inputs(const formats::NamedArrays& tensors) {
  const fs::path file = fresh("inputs.safetensors");
  formats::write_safetensors(file, tensors);
  return file;
}

const Array kA = Array::of<float>({2, 2}, {5, 6, 7, 8}), kB = Array::of<float>({2, 2}, {1, 2, 3, 5});

TEST(Run, gives_the_results_as_out_0_out_1) {
  const fs::path out = fresh("out.safetensors");
  const std::string text = hilo_out({"run", written("subtract.mlir", kSubtract).string(), "--inputs", inputs({{"arg_1", kB}, {"arg_0", kA}}).string(), "--out", out.string()});
  EXPECT_EQ(text, "out_0: f32[2,2]  4 4 4 3\nout_1: i32[]  7\nwrote " + out.string() + "\n");
  const auto file = formats::SafetensorsFile::open(out);
  EXPECT_EQ(file.at("out_0"), Array::of<float>({2, 2}, {4, 4, 4, 3}));
  EXPECT_EQ(file.at("out_1"), Array::scalar<std::int32_t>(7));
}

TEST(Run, says_what_the_program_takes) {
  const Ended ended = hilo({"run", written("subtract.mlir", kSubtract).string()});
  EXPECT_EQ(ended.code, 2);
  EXPECT_EQ(ended.err, "hilo: run: the program takes arguments; --inputs F.safetensors gives them:\n  arg_0: f32[2,2]\n  arg_1: f32[2,2]\n");
}

// The plugin would take these: as many bytes.
TEST(Run, refuses_inputs_of_other_shapes) {
  const fs::path wrong = inputs({{"arg_0", kA}, {"arg_1", Array::of<std::int32_t>({2, 2}, {1, 2, 3, 4})}});
  const Ended ended = hilo({"run", written("subtract.mlir", kSubtract).string(), "--inputs", wrong.string()});
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.err, "hilo: run: the inputs are not what the program takes\n got:\n  arg_0: f32[2,2]\n  arg_1: i32[2,2]\n"
                       " expected:\n  arg_0: f32[2,2]\n  arg_1: f32[2,2]\n");
}

TEST(Run, refuses_tensors_of_other_names) {
  const Ended ended = hilo({"run", written("subtract.mlir", kSubtract).string(), "--inputs", inputs({{"arg_0", kA}, {"b", kB}}).string()});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("its tensors are arg_0, b; expected arg_0, arg_1, .."));
}

TEST(Compile, passes_on_what_the_compiler_says) {
  const Ended ended = hilo({"compile", written("bad.mlir", "module { func.func public @main() -> tensor<f32> { return %nothing : tensor<f32> } }").string()});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("use of undeclared SSA value name"));
  EXPECT_FALSE(ended.err.ends_with("\n\n")) << "the compiler's empty lines are not passed on";
  EXPECT_EQ(hilo({"run", "nowhere.mlir"}).code, 1);
}

TEST(Compile, writes_machine_code_and_a_report) {
  const fs::path out = fresh("program.bin");
  const std::string text = hilo_out({"compile", written("subtract.mlir", kSubtract).string(), "--target", "cpu", "--out", out.string(), "--report"});
  EXPECT_GT(fs::file_size(out), 100U);
  EXPECT_THAT(text, HasSubstr("wrote " + out.string()));
  EXPECT_THAT(text, HasSubstr("\"f32[2,2]\""));
}

TEST(Compile, reports_memory_arithmetic_and_the_optimised_program) {
  const Json json = Json::parse(hilo_out({"compile", written("subtract.mlir", kSubtract).string(), "--target", "cpu", "--report", "--json"}));
  EXPECT_EQ(json["memory"]["argument_bytes"], 32) << json.dump(1);
  EXPECT_EQ(json["flops"], 4);
  EXPECT_GT(json["bytes_accessed"].get<double>(), 0);
  EXPECT_THAT(json["optimized_hlo"].get<std::string>(), HasSubstr("ENTRY main"));
  EXPECT_THAT(hilo_out({"compile", written("subtract.mlir", kSubtract).string(), "--target", "cpu", "--report"}), HasSubstr(" subtract("));
}

// What it wrote is run by its machine code: no compile, and not out of the cache either.
TEST(Compile, what_it_wrote_is_run) {
  const fs::path code = fresh("program.bin"), trace = fresh("trace.json");
  for (int i = 0; i < 2; ++i) {  // the second time out of the cache
    hilo_out({"compile", written("subtract.mlir", kSubtract).string(), "--target", "cpu", "--out", code.string()});
  }
  const std::string text = hilo_out({"run", code.string(), "--backend", "cpu", "--trace", trace.string(), "--inputs", inputs({{"arg_1", kB}, {"arg_0", kA}}).string()});
  EXPECT_EQ(text, "out_0: f32[2,2]  4 4 4 3\nout_1: i32[]  7\n");
  const std::string seen = bytes_of(trace);
  EXPECT_THAT(seen, HasSubstr("\"load "));
  EXPECT_THAT(seen, testing::Not(HasSubstr("XLA compiles")));
  std::string damaged = bytes_of(code);
  damaged[damaged.size() / 2] ^= 1;
  const Ended ended = hilo({"run", written("damaged.bin", damaged).string(), "--backend", "cpu"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("it is damaged or truncated"));
}

TEST(Compile, divides_a_program_as_it_says) {
  const std::string program = written("sharded.mlir", R"(module @sharded attributes {mhlo.num_partitions = 4 : i32, mhlo.num_replicas = 1 : i32} {
  sdy.mesh @mesh = <["x"=4]>
  func.func public @main(%a: tensor<8x6xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"x"}, {}]>}) -> (tensor<8x6xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"x"}, {}]>}) {
    %0 = stablehlo.add %a, %a : tensor<8x6xf32>
    return %0 : tensor<8x6xf32>
  }
})").string();
  const Json json = Json::parse(hilo_out({"compile", program, "--target", "cpu", "--json"}));
  EXPECT_EQ(json["devices"], 4);
  EXPECT_EQ(json["results"][0], "f32[2,6]") << "a quarter each";
  const Ended ended = hilo({"compile", program, "--target", "cpu", "--devices", "3"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.err, "hilo: the program is for 4 devices (1 replicas x 4 partitions); got 3\n");
}

// With libtpu at hand: `hilo plugins install tpu`.
TEST(Compile, a_decoding_loop_divided_over_devices) {
  const Json json = Json::parse(hilo_out({"compile", "gemma3-270m", "--target", "cpu", "--mesh", "model=2", "--context", "256", "--json"}));
  EXPECT_EQ(json["devices"], 2);
  // A half of the weights in bf16, and a little more for what is whole on both.
  const auto arguments = json["memory"]["argument_bytes"].get<double>();
  EXPECT_GT(arguments, 268e6);
  EXPECT_LT(arguments, 300e6);
  EXPECT_THAT(hilo({"compile", "gemma3-270m", "--mesh", "rows=2"}).err, testing::HasSubstr("a mesh with an axis rows; expected data and model"));
  EXPECT_THAT(hilo({"compile", "gemma3-270m", "--batch", "x"}).err, testing::HasSubstr("--batch is \"x\"; expected a number of texts"));
}

TEST(Compile, a_training_step_for_a_tpu_that_is_not_here) {
  const std::string plugin = pjrt::search("tpu").path;
  if (plugin.empty()) GTEST_SKIP() << "no libtpu here; hilo plugins install tpu fetches it";
  const fs::path out = fresh("step.bin");
  const std::map<std::string, std::string> find = {{"HILO_PJRT_PLUGIN_PATH", environment()["HILO_PJRT_PLUGIN_PATH"] + ":" + plugin}};
  const Ended ended = hilo({"compile", "cifar10", "--target", "tpu:v5e:2x2", "--out", out.string(), "--json"}, "", find);
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_GT(fs::file_size(out), 1'000'000U);
  const Ended here = hilo({"run", out.string(), "--backend", "cpu"});
  EXPECT_EQ(here.code, 1);
  EXPECT_THAT(here.err, HasSubstr("is a compiled program for another platform\n  got:      tpu\n  expected: cpu"));
}

TEST(Compile, takes_a_recipe_for_its_training_step) {
  const Json json = Json::parse(hilo_out({"compile", "fashion_mnist", "--set", "network=dense", "--set", "hidden=8", "--batch", "16", "--json"}));
  EXPECT_EQ(json["results"][0], "f32[8]") << json.dump(1);
}

TEST(Compile, refuses_what_is_neither) {
  const Ended ended = hilo({"compile", "fashion_mnis"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.err, "hilo: fashion_mnis: no such file, and no recipe or model of that name; did you mean fashion_mnist?\n");
}

// parameters: f32[2,3], i1[]; as protocol buffers.
TEST(Signature, is_read_from_a_module) {
  const std::string shape_a = std::string("\x10\x0B\x1A\x02\x02\x03", 6), shape_b = std::string("\x10\x01", 2);
  const std::string program = std::string("\x0A\x06") + shape_a + std::string("\x0A\x02") + shape_b;
  const std::string module = std::string("\x0A\x01m\x22") + static_cast<char>(program.size()) + program;
  const std::vector<Shape> expected = {{kF32, {2, 3}}, {DType::kI1, {}}};
  EXPECT_EQ(arguments_in_hlo(module, false), expected);
  const std::string with_config = std::string("\x0A") + static_cast<char>(module.size()) + module;
  EXPECT_EQ(arguments_in_hlo(with_config, true), expected);
  for (std::size_t size = 0; size < module.size(); ++size) {
    const auto cut = arguments_in_hlo(module.substr(0, size), false);
    EXPECT_TRUE(!cut || size >= module.size()) << "cut after " << size;
  }
}

}  // namespace
}  // namespace hilo::tools::test
