// The cache of compiled programs, used by several processes at once.
#include "tests/tools/hilo_program.h"

namespace hilo::tools::test {
namespace {

using testing::HasSubstr;

std::string adds(int number) {
  const std::string n = std::to_string(number);
  return written("adds.mlir",
                 "module @adds_" + n +
                     " { func.func @main() -> tensor<i32> { %0 = stablehlo.constant dense<" + n +
                     "> : tensor<i32> %1 = stablehlo.add %0, %0 : tensor<i32> return %1 : "
                     "tensor<i32> } }")
      .string();
}

TEST(Cache, holds_between_processes_and_stays_within_its_bound) {
  const fs::path folder = fresh("cache");
  std::map<std::string, std::string> with = environment();
  with["HILO_CACHE"] = folder.string();
  std::vector<std::string> programs;
  for (int i = 0; i < 4; ++i) programs.push_back(adds(i));
  ASSERT_EQ(hilo({"compile", programs[0], "--target", "cpu"}, "", with).code, 0);
  const std::uint64_t one =
      Json::parse(hilo({"cache", "list", "--json"}, "", with).out)["bytes"].get<std::uint64_t>();
  ASSERT_GT(one, 0U);
  // Room for two and a half of four: each store throws out what another process may be about to
  // load.
  const std::uint64_t bound = one * 5 / 2;
  with["HILO_COMPILE_CACHE"] = std::to_string(bound);
  for (int round = 0; round < 3; ++round) {
    std::vector<std::unique_ptr<Process>> running;
    for (const std::string& p : programs)
      running.push_back(std::make_unique<Process>(
          std::vector<std::string>{program(), "run", p, "--backend", "cpu"}, with));
    for (std::size_t i = 0; i < running.size(); ++i) {
      const Ended ended = running[i]->finish();
      EXPECT_EQ(ended.code, 0) << ended.err;
      EXPECT_EQ(ended.out, "out_0: i32[]  " + std::to_string(2 * i) + "\n");
    }
    const Json list = Json::parse(hilo({"cache", "list", "--json"}, "", with).out);
    EXPECT_LE(list["bytes"].get<std::uint64_t>(), bound);
    EXPECT_EQ(list["max_bytes"], bound);
    for (const Json& item : list["programs"])
      EXPECT_THAT(item["name"].get<std::string>(), HasSubstr("adds"));
  }
  for (const auto& file : fs::directory_iterator(folder / "executables"))
    EXPECT_EQ(file.path().extension(), ".xla");
  EXPECT_THAT(hilo({"cache", "clear"}, "", with).out, HasSubstr("removed "));
}

TEST(Cache, refuses_a_bound_that_is_none) {
  for (const char* wrong : {"much", "-1", "5XB", "99999999999999999999", "99999999999TB"}) {
    const Ended ended = hilo({"cache", "list"}, "", {{"HILO_COMPILE_CACHE", wrong}});
    EXPECT_EQ(ended.code, 2) << wrong;
    EXPECT_THAT(ended.err, HasSubstr("expected off, or a size such as 500MB or 8GB")) << wrong;
  }
}

}  // namespace
}  // namespace hilo::tools::test
