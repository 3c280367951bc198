#include "hilo/exec/isolate.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>

#include "hilo/core/error.h"

namespace hilo {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Isolated shell(const std::string& script, const IsolateLimits& limits = {}) {
  return run_isolated({"/bin/sh", "-c", script}, limits);
}

std::string failure(const std::string& script, const IsolateLimits& limits = {}) {
  try {
    shell(script, limits);
  } catch (const Error& e) {
    return e.what();
  }
  return "(it ended)";
}

TEST(Isolate, GivesTheExitCodeAndWhatWasSaid) {
  EXPECT_EQ(shell("exit 0").exit_code, 0);
  const Isolated ended = shell("echo first >&2; echo second >&2; exit 3");
  EXPECT_EQ(ended.exit_code, 3);
  EXPECT_EQ(ended.errors, "first\nsecond\n");
}

TEST(Isolate, KeepsTheEndOfALongSpeech) {
  const Isolated ended =
      shell("i=0; while [ $i -lt 30000 ]; do echo line $i >&2; i=$((i+1)); done");
  EXPECT_LE(ended.errors.size(), 64U << 10);
  EXPECT_TRUE(ended.errors.ends_with("line 29999\n"));
}

TEST(Isolate, SignalsBecomeErrorsWithTheLastWords) {
  EXPECT_THAT(failure("echo 'F0000 check failed' >&2; kill -ABRT $$"),
              AllOf(HasSubstr("it died of SIGABRT (Aborted) after"),
                    HasSubstr("the last it said:\n    F0000 check failed")));
  EXPECT_THAT(failure("kill -SEGV $$"), AllOf(HasSubstr("SIGSEGV"), HasSubstr("it said nothing")));
  EXPECT_THAT(failure("kill -KILL $$"), HasSubstr("the machine may have run out of memory"));
  // Of many lines the last eight, and none of a stack's addresses.
  EXPECT_THAT(failure("for i in 1 2 3 4 5 6 7 8 9 10; do echo n$i >&2; done; echo '    @ 0x1' >&2; "
                      "kill -ABRT $$"),
              AllOf(HasSubstr("said:\n    n3\n"), HasSubstr("n10"), Not(HasSubstr("n2")),
                    Not(HasSubstr("@"))));
}

TEST(Isolate, WallTimeIsLimited) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(
      failure("echo waiting >&2; exec sleep 100", {.wall_seconds = 0.3}),
      AllOf(HasSubstr("it did not end within 0.3 s and was stopped"), HasSubstr("waiting")));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST(Isolate, CpuTimeIsLimited) {
  EXPECT_THAT(failure("while :; do :; done", {.cpu_seconds = 1}),
              HasSubstr("it used more than 1 s of CPU time and was stopped"));
}

TEST(Isolate, MemoryIsLimited) {
  // A shell that doubles a text until it is stopped.
  EXPECT_THAT(failure("x=0123456789; while :; do x=$x$x; done",
                      {.wall_seconds = 60, .memory_bytes = 100'000'000}),
              HasSubstr("it used more than 0.1 GB of memory and was stopped"));
}

TEST(Isolate, AProgramThatIsNotThereIsAnError) {
  EXPECT_THROW(run_isolated({"/nowhere/program"}), Error);
  EXPECT_THROW(run_isolated({}), Error);
  EXPECT_EQ(::access(this_program().c_str(), X_OK), 0);
}

// What a grandchild holds open does not keep the caller waiting.
TEST(Isolate, DoesNotWaitForGrandchildren) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(shell("sleep 20 & exit 4").exit_code, 4);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

}  // namespace
}  // namespace hilo
