// What transforms refuse, their edges, and what remat saves.
#include <algorithm>

#include "hilo/autodiff/callables.h"
#include "hilo/autodiff/linearize.h"
#include "hilo/exec/jit.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/remat.h"
#include "hilo/ops/unary.h"
#include "tests/ops/on_cpu.h"

namespace hilo::test {
namespace {

using In = std::span<const Value>;
using Values = std::vector<Value>;

const Shape kLine{kF32, {3}}, kMatrix{kF32, {2, 3}};

std::string message_of(const BuildFn& build, const std::vector<Shape>& shapes) {
  try {
    trace(build, shapes);
  } catch (const OpError& e) {
    return e.what();
  }
  return "nothing was thrown";
}

struct Refused {
  const char* part;
  std::vector<Shape> shapes;
  BuildFn build;
};

TEST(Transforms, Refuse) {
  const auto twice = [](Value x) { return x * 2; };
  const std::vector<Refused> rows = {
      {"an argument of this dtype has no such derivative\n  got:      c64[3]\n  expected: real "
       "floats\n  hint:     jvp, or jacrev",
       {{kC64, {3}}},
       [=](In p) { return Values{jacfwd(twice)(p[0])}; }},
      {"an output of this dtype has no such derivative",
       {{kC64, {3}}},
       [=](In p) { return Values{jacrev(twice)(p[0])}; }},
      {"an argument of this dtype has no such derivative",
       {{kI32, {3}}},
       [=](In p) { return Values{jacrev(twice)(p[0])}; }},
      {"no gradient with respect to this dtype",
       {{kI32, {}}},
       [=](In p) { return Values{grad([](Value x) { return x.as(kF32); })(p[0])}; }},
      {"the loss is no floating scalar", {kLine}, [=](In p) { return Values{grad(twice)(p[0])}; }},
      {"2 axes for 1 arguments",
       {kLine},
       [=](In p) {
         return Values{vmap(twice, {.in_axes = {0, 0}})(p[0])};
       }},
      {"2 axes for 1 results",
       {kLine},
       [=](In p) {
         return Values{vmap(twice, {.out_axes = {0, 0}})(p[0])};
       }},
      {"axis 1 is out of range\n  got:      f32[3]\n  expected: -1 <= axis < 1",
       {kLine},
       [=](In p) { return Values{vmap(twice, {.in_axes = {1}})(p[0])}; }},
      {"axis -3 is out of range\n  got:      f32[2,3]\n  expected: -2 <= axis < 2",
       {kMatrix},
       [=](In p) { return Values{vmap(twice, {.out_axes = {-3}})(p[0])}; }},
      {"the batched arguments do not fit\n  got:      f32[3], f32[2,3]",
       {kLine, kMatrix},
       [](In p) { return Values{vmap([](Value a, Value b) { return a * b; })(p[0], p[1])}; }},
      {"the batched arguments do not fit",
       {kLine},
       [=](In p) { return Values{vmap(twice, {.in_axes = {std::nullopt}})(p[0])}; }},
      {"the batched arguments do not fit",
       {kLine},
       [=](In p) { return Values{vmap(twice, {.axis_size = 4})(p[0])}; }},
      {"a result that is to have no axis depends on a batched argument",
       {kLine},
       [=](In p) { return Values{vmap(twice, {.out_axes = {std::nullopt}})(p[0])}; }},
      {"derivatives do not fit the values that they belong to\n  got:      f32[2,3]\n  expected: "
       "f32[3]",
       {kLine, kMatrix},
       [](In p) {
         return linearize([](In x) { return Values{x[0] * x[0]}; }, p.first(1))(p.subspan(1));
       }},
      {"derivatives do not fit the values that they belong to\n  expected: f32[3]",
       {kLine},
       [](In p) { return linearize([](In x) { return Values{x[0] * x[0]}; }, p)(Values{}); }},
  };
  for (const Refused& row : rows) {
    const std::string message = message_of(row.build, row.shapes);
    EXPECT_NE(message.find(row.part), std::string::npos) << row.part << "\nis not in\n" << message;
    EXPECT_NE(message.find("transforms_test.cpp:"), std::string::npos) << message;
  }
}

std::size_t live_ops(const Function& f, std::string_view name) {
  const std::vector<bool> is_live = f.live_nodes();
  std::size_t count = 0;
  for (std::size_t i = 0; i < is_live.size(); ++i) {
    const Node& node = f.graph().nodes()[i];
    if (is_live[i] && node.op && node.op->name() == name) ++count;
  }
  return count;
}

TEST(Linearize, ComputesThePointOnce) {
  const auto f = [](In p) { return Values{exp(sin(p[0])) * p[1], p[1]}; };
  trace(
      [&](In p) {
        const Linearized at = linearize(f, p.first(2));
        EXPECT_EQ(live_ops(at.linear, "exponential") + live_ops(at.linear, "sine") +
                      live_ops(at.linear, "cosine"),
                  0U);
        EXPECT_GT(live_ops(at.linear, "multiply"), 0U);
        // In a graph further within, too.
        return vmap([&](In t) { return at(Values{t[0], Value()}); }, p.last(1));
      },
      std::vector{kLine, kLine, kMatrix});
}

TEST(Transforms, AreFunctionsForJit) {
  const auto cube = [](Value x) { return sum(x * x * x); };
  const Tensor x(Array::of<float>({2}, {1, 2}));
  EXPECT_EQ(jit(client(), grad(cube))(x).array(), Array::of<float>({2}, {3, 12}));
  EXPECT_EQ(jit(client(), hessian(cube))(x).array(), Array::of<float>({2, 2}, {6, 0, 0, 12}));
  EXPECT_EQ(jit(client(), vmap(remat([](Value v) { return v * 2; })))(x).array(),
            Array::of<float>({2}, {2, 4}));
  const auto [loss, d] = jit(client(), value_and_grad(cube))(x);
  EXPECT_EQ(loss.item<float>(), 9);
  EXPECT_EQ(d.array(), Array::of<float>({2}, {3, 12}));
}

TEST(Jacobian, OfNothing) {
  const Function f = trace(
      [](In p) {
        const auto square = [](Value x) { return x * x; };
        return Values{jacfwd(square)(p[0]), jacrev(square)(p[0]),
                      hessian([](Value x) { return sum(x * x); })(p[0]), jacfwd([](Value x) {
                        return sum(x) + ones({kF32, {2}});
                      })(p[0]),
                      jacrev([](Value x) {
                        return sum(x) + ones({kF32, {2}});
                      })(p[0])};
      },
      std::vector{Shape{kF32, {0}}});
  EXPECT_EQ(to_string(Shapes(f.result_shapes())),
            "f32[0,0], f32[0,0], f32[0,0], f32[2,0], f32[2,0]");
  EXPECT_EQ(evaluate(client(), f, std::vector{Array(Shape{kF32, {0}})}).size(), 5U);
}

TEST(Jacobian, OfOutputsThatDoNotDepend) {
  const std::vector<Array> y = run(
      [](In p) {
        const auto f = [](Value x) { return std::pair{x * 2, ones({kF32, {2}})}; };
        const auto [a, b] = jacfwd(f)(p[0]);
        const auto [c, d] = jacrev(f)(p[0]);
        return Values{a, b, c, d};
      },
      {Array::of<float>({1}, {3})});
  for (std::size_t i : {0U, 2U}) EXPECT_EQ(y[i], Array::of<float>({1, 1}, {2}));
  for (std::size_t i : {1U, 3U}) EXPECT_EQ(y[i], Array::of<float>({2, 1}, {0, 0}));
}

// Sixteen layers, four at a time under remat.
Function deep_gradient(const RematOptions* options) {
  const std::vector<Shape> shapes = {{kF32, {512, 128}}, {kF32, {128, 128}}};
  return trace(
      [&](In p) {
        const auto block = [](Value x, Value w) {
          for (int layer = 0; layer < 4; ++layer) x = tanh(matmul(x, w));
          return x;
        };
        const auto loss = [&](Value x, Value w) {
          for (int k = 0; k < 4; ++k)
            x = options != nullptr ? remat(block, *options)(x, w) : block(x, w);
          return sum(x * x);
        };
        return Values{grad<1>(loss)(p[0], p[1])};
      },
      shapes);
}

TEST(Remat, SavesMemory) {
  std::vector<float> x(512 * 128), w(128 * 128);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i % 7) / 7;
  for (std::size_t i = 0; i < w.size(); ++i) w[i] = static_cast<float>(i % 11) / 55 - 0.1F;
  const std::vector<Array> arguments = {Array::of<float>({512, 128}, x),
                                        Array::of<float>({128, 128}, w)};
  const RematOptions nothing, everything{.policy = everything_saveable},
      dots{.policy = dots_saveable}, merged{.prevents_cse = false};
  std::vector<std::int64_t> bytes;
  std::vector<Array> gradients;
  for (const RematOptions* options :
       std::initializer_list<const RematOptions*>{nullptr, &nothing, &everything, &dots, &merged}) {
    const Program program =
        Program::compile(client(), deep_gradient(options), {}, {.cache = nullptr});
    ASSERT_TRUE(program.executable().memory());
    bytes.push_back(program.executable().memory()->temporary);
    gradients.push_back(program.run(arguments)[0]);
  }
  for (std::size_t k = 1; k < gradients.size(); ++k)
    expect_close(gradients[k], gradients[0], 512 * 0x1p-23);
  EXPECT_LT(bytes[1], bytes[0] * 6 / 10) << "nothing saved";
  EXPECT_GE(bytes[2], bytes[0] * 9 / 10) << "everything saved";
  EXPECT_GT(bytes[3], bytes[1]) << "dots saved";
  EXPECT_GE(bytes[4], bytes[0] * 9 / 10) << "the compiler merges what no barrier keeps apart";
}

TEST(Remat, PolicySeesOpsAndNames) {
  std::vector<std::string> seen;
  const RematPolicy policy = [&](const Saveable& s) {
    seen.push_back(std::string(s.op.name()) + " " + to_string(s.out) +
                   (s.name.empty() ? "" : " " + std::string(s.name)));
    return false;
  };
  trace(
      [&](In p) {
        return Values{remat([&](Value x) { return checkpoint_name(exp(x), "e") + p[1]; },
                            {.policy = policy})(p[0])};
      },
      std::vector{kLine, kLine});
  EXPECT_EQ(seen, (std::vector<std::string>{"exponential f32[3]", "hilo.checkpoint_name f32[3] e",
                                            "add f32[3]"}));
}

}  // namespace
}  // namespace hilo::test
