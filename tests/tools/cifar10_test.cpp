// The real data, where HILO_DATA_DIR names it: a few steps, end to end.
#include "tests/tools/hilo_program.h"

namespace hilo::tools::test {
namespace {

TEST(Cifar10, trains_a_few_steps_on_the_real_pictures) {
  const char* folder = std::getenv("HILO_DATA_DIR");
  if (folder == nullptr) GTEST_SKIP() << "HILO_DATA_DIR is not set";
  const fs::path run = fresh("run");
  const Ended ended = hilo({"train", "cifar10", "--data", folder, "--out", run.string(), "--steps", "40", "--seed", "1"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, testing::HasSubstr("545,098"));
  const Json eval = Json::parse(hilo_out({"eval", run.string(), "--data", folder, "--json"}));
  EXPECT_GT(eval["accuracy"].get<double>(), 0.2) << "twice what guessing gives";
  EXPECT_GE(eval["examples"].get<int>(), 5000);
}

}  // namespace
}  // namespace hilo::tools::test
