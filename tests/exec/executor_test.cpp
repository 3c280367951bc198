#include "hilo/exec/executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "hilo/ops/binary.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/reduce.h"
#include "tests/exec/client.h"

namespace hilo {
namespace {

using testing::HasSubstr;

Tensor filled(Dims dims, float value) {
  Array a(Shape{kF32, std::move(dims)});
  std::ranges::fill(a.mutable_data<float>(), value);
  return Tensor(std::move(a));
}

std::uintptr_t address(const Tensor& t) {
  t.wait();
  return t.buffer(cpu().default_device()).unsafe_pointer();
}

template <class F>
std::string message_of(F f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

// state.., x -> state + x.., sum
std::vector<Value> add_to_all(std::span<const Value> p) {
  std::vector<Value> results;
  for (const Value& v : p.first(p.size() - 1)) results.push_back(v + p.back());
  results.push_back(sum(results[0]));
  return results;
}

TEST(Executor, StateKeepsItsAddressOverSteps) {
  const Executor step(cpu(), add_to_all, {.name = "step", .cache = nullptr});
  std::vector<Tensor> state = {filled({64, 32}, 1), filled({32}, 2), filled({7, 3, 5}, 3)};
  const Tensor x = filled({}, 1);
  const auto run = [&] {
    std::vector<Argument> arguments;
    for (Tensor& t : state) arguments.emplace_back(std::move(t));
    arguments.emplace_back(x);
    std::vector<Tensor> results = step.run(std::move(arguments));
    results.pop_back();
    state = std::move(results);
  };
  run();  // the first run takes host memory over
  std::vector<std::uintptr_t> before;
  for (const Tensor& t : state) before.push_back(address(t));
  for (int i = 0; i < 5; ++i) run();
  for (std::size_t i = 0; i < state.size(); ++i) EXPECT_EQ(address(state[i]), before[i]) << "state " << i;
  EXPECT_EQ(state[1].array().data<float>()[0], 8);
}

TEST(Executor, ADonatedCopyNamesTheLine) {
  const Executor f(cpu(), [](std::span<const Value> p) { return std::vector{p[0] + 1}; });
  Tensor a = filled({4}, 1);
  const Tensor copy = a;
  const std::vector<Tensor> result = f.run({std::move(a)});  // the line
  const std::string message = message_of([&] { (void)copy.array(); });
  EXPECT_THAT(message, HasSubstr("donated"));
  EXPECT_THAT(message, HasSubstr("executor_test.cpp:" + std::to_string(__LINE__ - 3)));
  EXPECT_EQ(message, message_of([&] { (void)f.run({copy}); }));
  EXPECT_EQ(result[0].array().data<float>()[0], 2);
}

TEST(Executor, AKeptArgumentOfADonatingProgramSurvives) {
  const Executor f(cpu(), add_to_all);
  const Tensor x = filled({}, 1), kept = filled({4}, 1);
  (void)f.run({filled({4}, 1), x});
  (void)f.run({kept, x});
  EXPECT_EQ(kept.array().data<float>()[3], 1);
}

TEST(Executor, HostArraysAreNotWrittenByDonation) {
  const Executor f(cpu(), [](std::span<const Value> p) { return std::vector{p[0] * 3}; }, {.cache = nullptr});
  Array mine(Shape{kF32, {1024}});
  std::ranges::fill(mine.mutable_data<float>(), 1.0F);
  const Tensor result = f.run({Tensor(mine)})[0];
  EXPECT_EQ(result.array().data<float>()[5], 3);
  EXPECT_EQ(mine.data<float>()[5], 1);
}

TEST(Executor, ConcurrentCompilesOfOneShapeHappenOnce) {
  std::atomic<int> builds = 0;
  const Executor f(cpu(), [&](std::span<const Value> p) {
    ++builds;
    return std::vector{matmul(p[0], p[0])};
  }, {.cache = nullptr});
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&] { EXPECT_EQ(f.run({filled({8, 8}, 1)})[0].array().data<float>()[0], 8); });
  }
  EXPECT_EQ(builds, 1);
  EXPECT_EQ(f.counts().programs, 1);
}

TEST(Executor, KeepsSoManyProgramsTheLatestUsed) {
  int builds = 0;
  const Executor f(cpu(), [&](std::span<const Value> p) {
    ++builds;
    return std::vector{p[0] + 1};
  }, {.cache = nullptr, .max_programs = 2});
  const auto run = [&](Dim n) { return f.run({filled({n}, 1)})[0].array().data<float>()[0]; };
  for (const Dim n : {1, 2, 1, 3, 1}) EXPECT_EQ(run(n), 2);  // 3 drives out 2
  EXPECT_EQ(builds, 3);
  EXPECT_EQ(f.counts().programs, 2);
  EXPECT_EQ(run(2), 2);
  EXPECT_EQ(builds, 4);
  EXPECT_EQ(f.counts().programs, 2);
}

TEST(Executor, AFailedBuildIsTriedAgain) {
  bool fails = true;
  const Executor f(cpu(), [&](std::span<const Value> p) { return std::vector{fails ? p[0] + p[1] : p[0]}; });
  EXPECT_THAT(message_of([&] { (void)f.run({filled({2}, 1), filled({3}, 1)}); }), HasSubstr("add: shapes do not broadcast"));
  fails = false;
  EXPECT_EQ(f.run({filled({2}, 1), filled({3}, 1)})[0].array().size(), 2);
}

TEST(Executor, EmptyTensorsAreRefused) {
  const Executor f(cpu(), [](std::span<const Value> p) { return std::vector{p[0]}; });
  EXPECT_THAT(message_of([&] { (void)f.run({Tensor()}); }), HasSubstr("an argument is an empty Tensor"));
}

TEST(Executor, SeveralDevices) {
  const pjrt::Client client = pjrt::Client::open("cpu", {.devices = 4});
  ASSERT_EQ(client.addressable_devices().size(), 4U);
  for (const pjrt::Device& device : client.addressable_devices()) {
    const Executor f(client, [](std::span<const Value> p) { return std::vector{p[0] + p[1]}; },
                     {.options = {.device_ids = {device.id()}}, .cache = nullptr});
    const Tensor x = filled({3}, 2);
    const Tensor y = f.run({x, filled({3}, 5)})[0];
    EXPECT_EQ(y.array().data<float>()[2], 7);
    EXPECT_EQ(y.buffer(device).device().id(), device.id());
  }
}

TEST(Executor, UnusedAndRepeatedResults) {
  const Executor f(cpu(), [](std::span<const Value> p) { return std::vector{p[0], p[0], p[1] + 1}; }, {.cache = nullptr});
  const std::vector<Tensor> r = f.run({filled({2}, 1), filled({2}, 2)});
  EXPECT_EQ(r[0].array().data<float>()[0], 1);
  EXPECT_EQ(r[1].array().data<float>()[1], 1);
  EXPECT_EQ(r[2].array().data<float>()[1], 3);
}

}  // namespace
}  // namespace hilo
