// Arrays over the devices of a mesh, and programs that run on them: four virtual devices of the CPU
// give what one gives.
#include "hilo/exec/sharded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "hilo/autodiff/autodiff.h"
#include "hilo/core/error.h"
#include "hilo/exec/executor.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/sharding.h"
#include "hilo/ops/unary.h"
#include "hilo/pjrt/client.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/stablehlo/import.h"

namespace hilo {
namespace {

using In = std::span<const Value>;
using testing::HasSubstr;

std::shared_ptr<const Mesh> mesh(std::vector<Mesh::Axis> axes, std::vector<std::int64_t> ids = {}) {
  return std::make_shared<const Mesh>(Mesh{.axes = std::move(axes), .device_ids = std::move(ids)});
}

Array counted(const Dims& dims) {
  Array a(Shape{kF32, dims});
  std::iota(a.mutable_data<float>().begin(), a.mutable_data<float>().end(), 0.0F);
  return a;
}

struct Splitting {
  const char* name;
  Dims dims;
  Sharding sharding;
  std::vector<std::vector<double>> parts;  // by device, of 0, 1, 2, ..
};

const std::shared_ptr<const Mesh> kRow = mesh({{"x", 4}}), kGrid = mesh({{"x", 2}, {"y", 2}}),
                                  kTurned = mesh({{"x", 2}, {"y", 2}}, {3, 1, 2, 0});

Sharding of_dims(std::shared_ptr<const Mesh> over, std::vector<std::vector<MeshAxis>> axes) {
  Sharding s{.mesh = std::move(over)};
  for (auto& each : axes) s.dims.push_back({.axes = std::move(each)});
  return s;
}

const std::vector<Splitting>& splittings() {
  static const std::vector<Splitting> rows = {
      {"a vector", {8}, shard_over(kRow, {"x"}), {{0, 1}, {2, 3}, {4, 5}, {6, 7}}},
      {"rows", {4, 2}, shard_over(kRow, {"x", ""}), {{0, 1}, {2, 3}, {4, 5}, {6, 7}}},
      {"columns", {2, 4}, shard_over(kRow, {"", "x"}), {{0, 4}, {1, 5}, {2, 6}, {3, 7}}},
      {"the axis in the middle",
       {2, 2, 2},
       shard_over(kGrid, {"", "y", ""}),
       {{0, 1, 4, 5}, {2, 3, 6, 7}, {0, 1, 4, 5}, {2, 3, 6, 7}}},
      {"blocks", {4, 2}, shard_over(kGrid, {"x", "y"}), {{0, 2}, {1, 3}, {4, 6}, {5, 7}}},
      {"blocks the other way",
       {4, 2},
       shard_over(kGrid, {"y", "x"}),
       {{0, 2}, {4, 6}, {1, 3}, {5, 7}}},
      {"two axes on one", {4}, of_dims(kGrid, {{{"x"}, {"y"}}}), {{0}, {1}, {2}, {3}}},
      {"two axes on one, the other way",
       {4},
       of_dims(kGrid, {{{"y"}, {"x"}}}),
       {{0}, {2}, {1}, {3}}},
      {"the major part of an axis",
       {4},
       of_dims(kRow, {{{"x", 1, 2}}}),
       {{0, 1}, {0, 1}, {2, 3}, {2, 3}}},
      {"the minor part of an axis",
       {4},
       of_dims(kRow, {{{"x", 2, 2}}}),
       {{0, 1}, {2, 3}, {0, 1}, {2, 3}}},
      {"both parts, the minor one first",
       {4},
       of_dims(kRow, {{{"x", 2, 2}, {"x", 1, 2}}}),
       {{0}, {2}, {1}, {3}}},
      {"parts on two axes",
       {2, 2},
       of_dims(kRow, {{{"x", 2, 2}}, {{"x", 1, 2}}}),
       {{0}, {2}, {1}, {3}}},
      {"replicated", {2}, shard_over(kGrid, {""}), {{0, 1}, {0, 1}, {0, 1}, {0, 1}}},
      {"a scalar", {}, shard_over(kGrid, {}), {{0}, {0}, {0}, {0}}},
      {"devices in another order", {4}, of_dims(kTurned, {{{"x"}, {"y"}}}), {{3}, {1}, {2}, {0}}},
      {"no elements", {0, 4}, shard_over(kRow, {"", "x"}), {{}, {}, {}, {}}},
  };
  return rows;
}

TEST(Sharding, PartsAreThoseOfTheDevicesAndMakeTheWhole) {
  for (const Splitting& row : splittings()) {
    SCOPED_TRACE(row.name);
    const Array whole = counted(row.dims);
    const std::vector<Array> parts = split(whole, row.sharding);
    ASSERT_EQ(parts.size(), row.parts.size());
    for (std::size_t d = 0; d < parts.size(); ++d)
      EXPECT_EQ(parts[d].to_doubles(), row.parts[d]) << d;
    EXPECT_EQ(join(parts, row.sharding, whole.shape()), whole);
  }
}

// The partitioner of XLA takes the parts for what they are: negated on the devices and put together
// it is the whole.
TEST(Sharding, PartsAreThoseOfXla) {
  const pjrt::Client client = pjrt::open("cpu", {.devices = 4});
  for (const Splitting& row : splittings()) {
    SCOPED_TRACE(row.name);
    const Array whole = counted(row.dims);
    // Positions in the whole are added on the devices, where the partitioner cuts them: what is cut
    // another way shows.
    const Function f = trace(
        [&](In p) {
          const Value x = with_sharding(p[0] * 1, row.sharding);
          return std::vector{
              with_sharding(x + constant(whole), row.sharding),
              with_sharding(x, of_dims(row.sharding.mesh,
                                       std::vector<std::vector<MeshAxis>>(row.dims.size())))};
        },
        std::vector{whole.shape()});
    f.parameters()[0].graph().set_sharding(f.parameters()[0].id(), row.sharding);
    const std::vector<Array> got = run_sharded(client, f, std::vector{whole});
    for (std::size_t i = 0; i < static_cast<std::size_t>(whole.size()); ++i)
      EXPECT_EQ(got[0].to_doubles()[i], 2 * static_cast<double>(i));
    EXPECT_EQ(got[1], whole);
  }
}

TEST(Sharding, WhatIsNotDividedIsRefused) {
  struct Wrong {
    std::function<void()> call;
    const char* says;
  };
  Sharding sums = shard_over(kGrid, {"x"});
  sums.unreduced = {{.name = "y"}};
  const Sharding rows = shard_over(kRow, {"x", ""});
  const std::vector<Array> parts = split(counted({8, 2}), rows);
  const Wrong all[] = {
      {[&] {
         split(counted({6, 2}), rows);
       },
       "sharding: axis 0 of length 6 does not divide evenly over {\"x\"}, 4 parts\n  got:      "
       "f32[6,2]\n"
       "  expected: a length that is a multiple of 4"},
      {[&] { split(counted({2}), sums); }, "the parts along {\"y\"} are sums still to be taken"},
      {[&] { split(counted({8}), rows); }, "a sharding of 2 axes"},
      {[&] {
         join(parts, rows, {kF32, {4, 2}});
       },
       "a part is f32[2,2]"},
      {[&] {
         join(std::span(parts).first(3), rows, {kF32, {8, 2}});
       },
       "3 parts"},
      {[&] {
         join(parts, rows, {kF32, {kDynamic, 2}});
       },
       "arrays of static shapes"},
  };
  for (const Wrong& row : all) {
    try {
      row.call();
      ADD_FAILURE() << "not refused: " << row.says;
    } catch (const OpError& e) {
      EXPECT_THAT(e.what(), HasSubstr(row.says));
    }
  }
}

// A layer and its gradients; the weights are split one way, the batch the other.
std::vector<Value> layer(In p, const std::shared_ptr<const Mesh>& over) {
  const Value x = with_sharding(p[0], shard_over(over, {"x", ""})),
              w = with_sharding(p[1], shard_over(over, {"", "y"}));
  const Value y = with_sharding(tanh(matmul(x, w)), shard_over(over, {"x", "y"}));
  const std::vector<Value> d = grad(sum(y * y), std::vector{w, x});
  return {y, with_sharding(d[0], shard_over(over, {"", "y"})), d[1], mean(y)};
}

TEST(Sharded, FourDevicesGiveWhatOneGives) {
  const Function f = trace([](In p) { return layer(p, kTurned); },
                           std::vector<Shape>{{kF32, {8, 6}}, {kF32, {6, 4}}});
  Array x = counted({8, 6}), w = counted({6, 4});
  for (float& v : x.mutable_data<float>()) v = v / 40 - 0.6F;
  for (float& v : w.mutable_data<float>()) v = 0.5F - v / 20;
  const std::vector<Array> in = {x, w}, one = evaluate(pjrt::open("cpu"), f, in);
  EXPECT_EQ(devices_of(f), 4);
  const Program program = Program::compile(pjrt::open("cpu", {.devices = 4}), f, {},
                                           {.cache = nullptr, .divides = true});
  EXPECT_EQ(*program.executable().result_shapes()[0], (Shape{kF32, {4, 2}}))
      << "of one device";
  EXPECT_EQ(*program.executable().result_shapes()[1], (Shape{kF32, {6, 2}}))
      << "of one device";
  for (int time = 0; time < 20; ++time) {
    const std::vector<Array> four = program.run(in);
    ASSERT_EQ(four.size(), one.size());
    for (std::size_t k = 0; k < one.size(); ++k) {
      ASSERT_EQ(four[k].shape(), one[k].shape());
      for (std::size_t i = 0; i < static_cast<std::size_t>(one[k].size()); ++i)
        EXPECT_NEAR(four[k].to_doubles()[i], one[k].to_doubles()[i], 1e-5) << k << " " << i;
    }
  }
}

// State that stays on the devices: given away, and laid as the result that takes its memory.
TEST(Sharded, TensorsStayInPartsOnTheDevices) {
  const Sharding rows = shard_over(kGrid, {"x", ""}), columns = shard_over(kGrid, {"", "y"});
  const pjrt::Client four = pjrt::open("cpu", {.devices = 4});
  const Executor step(
      four,
      [&](In p) {
        p[0].graph().set_sharding(p[0].id(), rows);
        return std::vector{with_sharding(p[0] + 1, rows), sum(p[0])};
      },
      {.cache = nullptr, .divides = true});
  Tensor state(counted({8, 4}));
  for (int time = 0; time < 3; ++time) {
    std::vector<Argument> arguments;
    arguments.emplace_back(std::move(state));
    const std::vector<Tensor> results = step.run(std::move(arguments));
    state = results[0];
    EXPECT_EQ(results[1].item<float>(), 31 * 16 + 32 * static_cast<float>(time));
  }
  EXPECT_EQ(step.counts().programs, 1);
  EXPECT_EQ(state.shape(), (Shape{kF32, {8, 4}}));
  Array expected = counted({8, 4});
  for (float& v : expected.mutable_data<float>()) v += 3;
  EXPECT_EQ(state.array(), expected);
  const std::vector<pjrt::Device> devices = devices_of(four, *kGrid);
  const std::vector<pjrt::Buffer> parts = state.parts(rows, devices);
  ASSERT_EQ(parts.size(), 4U);
  EXPECT_EQ(parts[3].shape(), (Shape{kF32, {4, 4}}));
  EXPECT_TRUE(parts[3].device() == devices[3]);
  EXPECT_EQ(state.parts(rows, devices)[3].unsafe_pointer(), parts[3].unsafe_pointer()) << "not moved";
  EXPECT_EQ(state.parts(columns, devices)[3].shape(), (Shape{kF32, {8, 2}})) << "laid another way";
  EXPECT_EQ(state.array(), expected);
  const pjrt::Buffer whole = state.buffer(devices[1]);
  EXPECT_EQ(whole.to_host(), expected);
  EXPECT_TRUE(whole.device() == devices[1]);

  const Tensor kept = state;
  std::vector<Argument> arguments;
  arguments.emplace_back(std::move(state));
  const std::vector<Tensor> results = step.run(std::move(arguments));
  EXPECT_TRUE(kept.is_donated());
  EXPECT_THROW((void)kept.array(), OpError);
  results[0].wait();
  EXPECT_TRUE(results[0].is_ready());
}

TEST(Sharded, OnOneDeviceAConstraintIsNothing) {
  const Function f =
      trace([](In p) { return std::vector{with_sharding(p[0] + 1, shard_over(kRow, {"x"}))}; },
            std::vector<Shape>{{kF32, {8}}});
  EXPECT_THAT(stablehlo::emit(f), HasSubstr("sdy.sharding_constraint"));
  EXPECT_THAT(stablehlo::emit(f, {.has_shardings = false}), testing::Not(HasSubstr("sdy")));
  EXPECT_EQ(evaluate(pjrt::open("cpu"), f, std::vector{counted({8})})[0].to_doubles()[7], 8);
}

// Functions that are copied, and what is not under vmap, keep what is said of their values.
TEST(Sharded, ValuesKeepTheirShardings) {
  const Sharding rows = shard_over(kRow, {"x", ""});
  const Function f = trace([&](In p) { return std::vector{with_sharding(p[0] * 2, rows)}; },
                           std::vector<Shape>{{kF32, {8, 2}}});
  ASSERT_NE(f.results()[0].sharding(), nullptr);
  EXPECT_EQ(*f.results()[0].sharding(), rows);
  const Function copied = trace([&](In p) { return call(f, p); }, f.parameter_shapes());
  EXPECT_TRUE(copied == f);
  ASSERT_NE(copied.results()[0].sharding(), nullptr);
  EXPECT_EQ(*copied.results()[0].sharding(), rows);
  copied.results()[0].graph().set_sharding(copied.results()[0].id(), shard_over(kRow, {"", ""}));
  EXPECT_FALSE(copied == f) << "laid another way";
  EXPECT_EQ(*f.results()[0].sharding(), rows);
  const Function batched = trace([&](In p) { return vmap([&](In q) { return call(f, q); }, p); },
                                 std::vector<Shape>{{kF32, {3, 8, 2}}});
  const Sharding& of_batch = *batched.results()[0].sharding();
  ASSERT_EQ(of_batch.dims.size(), 3U);
  EXPECT_TRUE(of_batch.dims[0].is_open);
  EXPECT_EQ(of_batch.dims[1], rows.dims[0]);
}

TEST(Sharded, ProgramsThatDoNotFitAreRefused) {
  const pjrt::Client two = pjrt::open("cpu", {.devices = 2});
  const Function f =
      trace([](In p) { return std::vector{with_sharding(p[0] + 1, shard_over(kRow, {"x"}))}; },
            std::vector<Shape>{{kF32, {8}}});
  const auto says = [](auto call) {
    try {
      call();
    } catch (const Error& e) {
      return std::string(e.what());
    }
    return std::string("nothing");
  };
  EXPECT_THAT(says([&] { run_sharded(two, f, std::vector{counted({8})}); }),
              HasSubstr("the mesh has 4 devices; the client has 2"));
  const pjrt::Client four = pjrt::open("cpu", {.devices = 4});
  EXPECT_THAT(
      says([&] { run_sharded(four, f, std::vector{counted({4})}); }),
      HasSubstr("arguments do not fit the program\n  got:      f32[4]\n  expected: f32[8]"));
  const Function uneven =
      trace([](In p) { return std::vector{with_sharding(p[0] + 1, shard_over(kRow, {"x"}))}; },
            std::vector<Shape>{{kF32, {7}}});
  EXPECT_THAT(says([&] { run_sharded(four, uneven, std::vector{counted({7})}); }),
              HasSubstr("axis 0 of length 7 does not divide evenly"));
  const Function both = trace(
      [](In p) {
        return std::vector{with_sharding(with_sharding(p[0], shard_over(kRow, {"x"})),
                                         shard_over(mesh({{"z", 2}}), {"z"}))};
      },
      std::vector<Shape>{{kF32, {8}}});
  EXPECT_THAT(says([&] { (void)devices_of(both); }),
              HasSubstr("meshes of 4 and of 2 devices in one program"));
  EXPECT_THAT(says([&] { (void)stablehlo::emit(both); }),
              HasSubstr("two meshes of the name \"mesh\": <[\"z\"=2]> and <[\"x\"=4]>"));
}

}  // namespace
}  // namespace hilo
