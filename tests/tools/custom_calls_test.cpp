// --custom-calls and --trace.
#include <set>

#include "tests/tools/hilo_program.h"

namespace hilo::tools::test {
namespace {

using testing::HasSubstr;

constexpr const char* kCalls = R"(module @triples {
  func.func public @main() -> tensor<2xf32> {
    %a = stablehlo.constant dense<[1.0, 2.0]> : tensor<2xf32>
    %0 = stablehlo.custom_call @hilo_test_triple(%a) {api_version = 4 : i32, backend_config = {offset = 1.0 : f32}} : (tensor<2xf32>) -> tensor<2xf32>
    return %0 : tensor<2xf32>
  }
})";

std::string library(const std::string& name) {
  return std::string(HILO_CUSTOM_CALLS) + "/" + name + ".so";
}

TEST(CustomCalls, of_a_library_run) {
  const std::string program = written("triples.mlir", kCalls).string();
  for (int i = 0; i < 2; ++i) {  // the second time out of the cache
    EXPECT_EQ(hilo_out({"run", program, "--backend", "cpu", "--custom-calls", library("good")}),
              "out_0: f32[2]  4 7\n");
  }
  EXPECT_EQ(hilo_out({"run", "--isolate", program, "--backend", "cpu", "--custom-calls",
                      library("good")}),
            "out_0: f32[2]  4 7\n");
  const fs::path code = fresh("triples.bin");
  hilo_out({"compile", program, "--target", "cpu", "--custom-calls", library("good"), "--out",
            code.string()});
  EXPECT_EQ(hilo_out({"run", code.string(), "--backend", "cpu", "--custom-calls", library("good")}),
            "out_0: f32[2]  4 7\n");
}

TEST(CustomCalls, that_are_not_there_are_refused) {
  const std::string program = written("triples.mlir", kCalls).string();
  const Ended without = hilo({"run", program, "--backend", "cpu"});
  EXPECT_EQ(without.code, 1);
  EXPECT_THAT(without.err, HasSubstr("hilo_test_triple"));
  const Ended nowhere = hilo({"run", program, "--backend", "cpu", "--custom-calls", "/nowhere.so"});
  EXPECT_EQ(nowhere.code, 1);
  EXPECT_EQ(nowhere.err, "hilo: library /nowhere.so cannot be loaded: it cannot be read\n");
}

TEST(TraceFlag, writes_json_with_every_kind_of_span) {
  const fs::path file = fresh("trace.json");
  hilo_out({"run", written("triples.mlir", kCalls).string(), "--backend", "cpu", "--custom-calls",
            library("good"), "--trace", file.string()});
  const Json trace = Json::parse(bytes_of(file));
  std::set<std::string> kinds, names;
  for (const Json& e : trace["traceEvents"]) {
    if (e["ph"] != "X") continue;
    kinds.insert(e["cat"]);
    names.insert(e["name"]);
  }
  EXPECT_THAT(kinds, testing::IsSupersetOf({"compile", "execute", "transfer"}));
  EXPECT_THAT(names, testing::Contains(HasSubstr("triples")));
}

// What was done before a failure is what people want to see.
TEST(TraceFlag, of_a_command_that_fails_is_written) {
  const fs::path file = fresh("trace.json");
  EXPECT_EQ(hilo({"run", written("triples.mlir", kCalls).string(), "--backend", "cpu", "--trace",
                  file.string()})
                .code,
            1);
  EXPECT_THAT(bytes_of(file), HasSubstr("XLA compiles"));
  EXPECT_THAT(hilo({"run", "nowhere.mlir", "--trace", "/nowhere/t.json"}).err,
              HasSubstr("/nowhere/t.json"));
}

}  // namespace
}  // namespace hilo::tools::test
