// Collectives on several virtual devices of one CPU: values and gradients are JAX's.
#include "hilo/ops/collective.h"

#include <gtest/gtest.h>

#include <map>

#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/convert.h"
#include "hilo/pjrt/client.h"
#include "hilo/pjrt/executable.h"
#include "hilo/stablehlo/emit.h"

namespace hilo {
namespace {

using In = std::span<const Value>;

// Runs `f` on as many devices as there are lists of arguments: device d's list and results stand at
// [d].
std::vector<std::vector<Array>> run_everywhere(const BuildFn& f,
                                               const std::vector<std::vector<Array>>& arguments) {
  const int n = static_cast<int>(arguments.size());
  const pjrt::Client client = pjrt::open("cpu", {.devices = n});
  std::vector<Shape> shapes;
  for (const Array& a : arguments[0]) shapes.push_back(a.shape());
  const std::string text = stablehlo::emit(trace(f, shapes), {.platform = "cpu"});
  const pjrt::Executable program = pjrt::Executable::compile(client, text, {.replicas = n});
  std::vector<std::vector<pjrt::Buffer>> in(arguments.size());
  for (std::size_t d = 0; d < in.size(); ++d) {
    for (const Array& a : arguments[d])
      in[d].push_back(pjrt::Buffer::from_host(a, program.devices()[d]));
  }
  std::vector<std::vector<Array>> results;
  for (const auto& of_device : program.execute_sharded(in)) {
    results.emplace_back();
    for (const pjrt::Buffer& b : of_device) results.back().push_back(b.to_host());
  }
  return results;
}

struct Golden {
  std::string name;
  int devices;
  Dims dims;  // of the result on one device; x is f32[4,2]
  std::vector<float> x, y, d_y, d_x;
};

const std::vector<Golden> kGoldens = {
#include "tests/exec/collectives_goldens.inc"
};

CollectiveOptions all_of(int n) {
  CollectiveOptions options{.replica_groups = {{}}};
  for (int i = 0; i < n; ++i) options.replica_groups[0].push_back(i);
  return options;
}
const CollectiveOptions kPairs{.replica_groups = {{0, 2}, {1, 3}}},
    kTurned{.replica_groups = {{3, 1}, {0, 2}}};

const std::map<std::string, std::function<Value(Value, int)>> kOps = {
    {"sum", [](Value x, int) { return all_reduce(x); }},
    {"gather", [](Value x, int n) { return all_gather(x, 1, all_of(n)); }},
    {"scatter", [](Value x, int n) { return reduce_scatter(x, 0, all_of(n)); }},
    {"all_to_all", [](Value x, int n) { return all_to_all(x, 0, 1, all_of(n)); }},
    {"ring",
     [](Value x, int n) {
       std::vector<std::array<std::int64_t, 2>> pairs;
       for (int i = 0; i < n; ++i) pairs.push_back({i, (i + 1) % n});
       return collective_permute(x, pairs);
     }},
    {"one way",
     [](Value x, int) {
       return collective_permute(x, {{1, 0}});
     }},
    {"sum of pairs", [](Value x, int) { return all_reduce(x, kPairs); }},
    {"gather of turned pairs", [](Value x, int) { return all_gather(x, 0, kTurned); }},
    {"scatter to turned pairs", [](Value x, int) { return reduce_scatter(x, 0, kTurned); }},
    {"all_to_all of pairs", [](Value x, int) { return all_to_all(x, 0, 0, kPairs); }},
};

// The part of device d of a list that goes over all.
Array part_of(const std::vector<float>& all, int devices, int d, const Dims& dims) {
  const std::ptrdiff_t each = std::ssize(all) / devices;
  return Array::of(dims, std::vector<float>(all.begin() + d * each, all.begin() + (d + 1) * each));
}

TEST(Collectives, ValuesAndGradientsAreThoseOfJax) {
  ASSERT_EQ(kGoldens.size(), 16U);
  for (const Golden& golden : kGoldens) {
    const auto& op = kOps.at(golden.name);
    std::vector<std::vector<Array>> arguments;
    for (int d = 0; d < golden.devices; ++d) {
      arguments.push_back({part_of(golden.x, golden.devices, d, {4, 2}),
                           part_of(golden.d_y, golden.devices, d, golden.dims)});
    }
    const auto results = run_everywhere(
        [&](In p) {
          const Value y = op(p[0], golden.devices);
          return std::vector{y, vjp(std::vector{y}, std::vector{p[1]}, std::vector{p[0]})[0],
                             jvp(std::vector{y}, std::vector{p[0]}, std::vector{p[0]})[0]};
        },
        arguments);
    for (int d = 0; d < golden.devices; ++d) {
      const testing::ScopedTrace at(
          __FILE__, __LINE__,
          golden.name + " on " + std::to_string(d) + " of " + std::to_string(golden.devices));
      const std::vector<Array>& got = results[static_cast<std::size_t>(d)];
      const Array y = part_of(golden.y, golden.devices, d, golden.dims);
      EXPECT_EQ(got[0], y);
      EXPECT_EQ(got[1], part_of(golden.d_x, golden.devices, d, {4, 2}));
      EXPECT_EQ(got[2], y) << "they are linear: the tangent of x itself is y";
    }
  }
}

TEST(Collectives, EveryDeviceKnowsItsNumber) {
  for (int n : {2, 4}) {
    const auto results = run_everywhere(
        [](In) {
          return std::vector{replica_id(), partition_id()};
        },
        std::vector<std::vector<Array>>(static_cast<std::size_t>(n)));
    for (std::size_t d = 0; d < results.size(); ++d) {
      EXPECT_EQ(results[d][0], Array::scalar(static_cast<std::uint32_t>(d)));
      EXPECT_EQ(results[d][1], Array::scalar(std::uint32_t{0}));
    }
  }
}

TEST(Collectives, OtherReductionsAndDtypes) {
  const auto results = run_everywhere(
      [](In p) {
        const std::vector<Value> both = all_reduce(Operands({p[0], p[0]}), {}, multiply);
        return std::vector{all_reduce(p[0], {}, maximum),
                           all_reduce(p[0], {}, minimum),
                           both[1],
                           all_reduce(less(p[0], 2), {}, logical_and),
                           all_reduce(p[0].as(kBF16)),
                           all_reduce(p[0].as(kI8)),
                           reduce_scatter(p[0], 0, all_of(2), maximum)};
      },
      {{Array::of({2}, std::vector{1.0F, 5.0F})}, {Array::of({2}, std::vector{3.0F, -2.0F})}});
  const auto expect = [&](std::size_t d, std::size_t k, std::vector<double> want) {
    EXPECT_EQ(results[d][k].to_doubles(), want) << k;
  };
  for (std::size_t d = 0; d < 2; ++d) {
    expect(d, 0, {3, 5});
    expect(d, 1, {1, -2});
    expect(d, 2, {3, -10});
    expect(d, 3, {0, 0});
    expect(d, 4, {4, 3});
    expect(d, 5, {4, 3});
    expect(d, 6, {d == 0 ? 3.0 : 5.0});
  }
}

TEST(Collectives, TheFirstOfAGroupIsBroadcast) {
  const CollectiveOptions groups{.replica_groups = {{2, 0}, {1, 3}}};
  std::vector<std::vector<Array>> arguments;
  for (int d = 0; d < 4; ++d)
    arguments.push_back({Array::of({2}, std::vector{static_cast<float>(d), -0.0F}),
                         Array::of({2}, std::vector{1.0F + static_cast<float>(d), 1.0F})});
  const auto results = run_everywhere(
      [&](In p) {
        const Value y = collective_broadcast(p[0], groups);
        return std::vector{y, vjp(std::vector{y}, std::vector{p[1]}, std::vector{p[0]})[0],
                           collective_broadcast(less(p[0], 2), groups)};
      },
      arguments);
  const std::vector<float> source = {2, 1, 2, 1}, d_x = {0, 2 + 4, 1 + 3, 0}, count = {0, 2, 2, 0};
  for (std::size_t d = 0; d < 4; ++d) {
    EXPECT_EQ(results[d][0], Array::of({2}, std::vector{source[d], -0.0F}));
    EXPECT_EQ(results[d][1], Array::of({2}, std::vector{d_x[d], count[d]}));
    EXPECT_EQ(results[d][2].to_doubles(), (std::vector{source[d] < 2 ? 1.0 : 0.0, 1.0}));
  }
}

}  // namespace
}  // namespace hilo
