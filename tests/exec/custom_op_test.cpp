#include <gtest/gtest.h>

#include <cmath>

#include "hilo/autodiff/autodiff.h"
#include "hilo/custom_call.h"
#include "hilo/exec/executor.h"
#include "hilo/exec/latch.h"
#include "hilo/ops/barrier.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/custom_call.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/unary.h"
#include "hilo/stablehlo/emit.h"
#include "tests/exec/client.h"

namespace hilo {
namespace {

namespace ffi = xla::ffi;
using F64 = ffi::Buffer<ffi::F64>;
using F64Result = ffi::ResultBuffer<ffi::F64>;
using In = std::span<const Value>;

// An op of one's own, from handler to gradient: y = exp(rate x).
ffi::Error grow(F64 x, F64Result y, double rate) {
  for (std::size_t i = 0; i < x.element_count(); ++i)
    y->typed_data()[i] = std::exp(rate * x.typed_data()[i]);
  return ffi::Error::Success();
}
Value growth(Value x, double rate) {
  const CustomOp op{.name = "hilo_test_grow",
                    .infer = [](Shapes in) { return std::vector{in[0]}; },
                    .vjp = [=](const Vjp& v) { return std::vector{v.d_out * v.out * rate}; },
                    .jvp = [=](const Jvp& v) { return std::vector{v.d_in[0] * v.out * rate}; }};
  return custom_call(op, {x}, {{"rate", rate}})[0];
}

// Whether each attribute arrived as what it was sent as.
ffi::Error check_attributes(F64, F64Result y, bool flag, std::int32_t i, std::int64_t l, float f,
                            double d, std::string_view s, ffi::Span<const std::int32_t> is,
                            ffi::Span<const std::int64_t> ls, ffi::Span<const float> fs,
                            ffi::Span<const double> ds) {
  const bool is_right = flag && i == -3 && l == (std::int64_t{1} << 40) && f == 1.5F && d == 0.1 &&
                        s == "say \"hi\"\n" && is.size() == 2 && is[1] == 7 && ls.size() == 1 &&
                        ls[0] == 8 && fs.size() == 2 && fs[0] == 0.1F && ds.size() == 3 &&
                        ds[2] == 1e300;
  y->typed_data()[0] = is_right ? 1 : 0;
  return ffi::Error::Success();
}

// Two results, and an operand that is not batched: sum and difference.
ffi::Error sum_and_difference(F64 a, F64 b, F64Result sum, F64Result difference) {
  for (std::size_t i = 0; i < a.element_count(); ++i) {
    sum->typed_data()[i] = a.typed_data()[i] + b.typed_data()[i];
    difference->typed_data()[i] = a.typed_data()[i] - b.typed_data()[i];
  }
  return ffi::Error::Success();
}
const CustomOp kBoth{.name = "hilo_test_both", .infer = [](Shapes in) {
                       expect_count(in, 2);
                       expect_equal_shapes(in);
                       return std::vector{in[0], in[0]};
                     }};

// Before a client is opened: the oldest plugin learns of handlers no later.
const bool are_registered = [] {
  register_custom_call("hilo_test_grow",
                       ffi::Ffi::Bind().Arg<F64>().Ret<F64>().Attr<double>("rate").To(grow));
  register_custom_call(
      "hilo_test_both",
      ffi::Ffi::Bind().Arg<F64>().Arg<F64>().Ret<F64>().Ret<F64>().To(sum_and_difference));
  register_custom_call("hilo_test_attributes", ffi::Ffi::Bind()
                                                   .Arg<F64>()
                                                   .Ret<F64>()
                                                   .Attr<bool>("flag")
                                                   .Attr<std::int32_t>("i")
                                                   .Attr<std::int64_t>("l")
                                                   .Attr<float>("f")
                                                   .Attr<double>("d")
                                                   .Attr<std::string_view>("s")
                                                   .Attr<ffi::Span<const std::int32_t>>("is")
                                                   .Attr<ffi::Span<const std::int64_t>>("ls")
                                                   .Attr<ffi::Span<const float>>("fs")
                                                   .Attr<ffi::Span<const double>>("ds")
                                                   .To(check_attributes));
  return true;
}();

std::vector<Array> run(const BuildFn& build, const std::vector<Array>& arguments) {
  std::vector<Shape> shapes;
  for (const Array& a : arguments) shapes.push_back(a.shape());
  return evaluate(cpu(), trace(build, shapes), arguments);
}
Array f64(Dims dims, const std::vector<double>& values) {
  return Array::of(std::move(dims), values);
}

template <class F>
std::string refusal(F build) {
  try {
    trace([&](In p) { return std::vector{build(p[0])}; }, std::vector<Shape>{{kF64, {2}}});
  } catch (const OpError& e) {
    return e.what();
  }
  return "not refused";
}

TEST(CustomOp, RunsAndDifferentiatesTwice) {
  ASSERT_TRUE(are_registered);
  const auto got = run(
      [](In p) {
        const Value y = growth(p[0], 0.5), slope = grad(sum(y), p[0]);
        return std::vector{y, slope, grad(sum(slope), p[0]),
                           jvp(std::vector{y}, p, std::vector{p[0]})[0]};
      },
      {f64({2}, {0, 2})});
  const double e = std::exp(1.0);
  for (std::size_t i = 0; i < 2; ++i) {
    const double y = i == 0 ? 1 : e;
    EXPECT_DOUBLE_EQ(got[0].data<double>()[i], y);
    EXPECT_DOUBLE_EQ(got[1].data<double>()[i], 0.5 * y);
    EXPECT_DOUBLE_EQ(got[2].data<double>()[i], 0.25 * y);
    EXPECT_DOUBLE_EQ(got[3].data<double>()[i], i == 0 ? 0 : 0.5 * y * 2);
  }
}

// Adds to what is there already, and says whether that is the operand's own memory.
ffi::Error add_in_place(F64 x, F64 to, F64Result sum, F64Result is_one) {
  is_one->typed_data()[0] = sum->typed_data() == to.typed_data() ? 1 : 0;
  for (std::size_t i = 0; i < x.element_count(); ++i) sum->typed_data()[i] += x.typed_data()[i];
  return ffi::Error::Success();
}

TEST(CustomOp, AResultTakesThePlaceOfAnOperand) {
  register_custom_call("hilo_test_add_in_place",
                       ffi::Ffi::Bind().Arg<F64>().Arg<F64>().Ret<F64>().Ret<F64>().To(add_in_place));
  const CustomOp op{.name = "hilo_test_add_in_place",
                    .infer = [](Shapes in) { return std::vector{in[1], Shape{kF64, {}}}; },
                    .in_place = {{.result = 0, .operand = 1}}};
  // The operand is read after the call too, and keeps its numbers.
  const auto got = run(
      [&](In p) {
        const Value to = p[1] * 2;
        std::vector<Value> y = custom_call(op, {p[0], to});
        y.push_back(to);
        return y;
      },
      {f64({2}, {1, 2}), f64({2}, {10, 20})});
  EXPECT_EQ(got[0].to_doubles(), (std::vector<double>{21, 42}));
  EXPECT_EQ(got[1].to_doubles(), std::vector<double>{1});
  EXPECT_EQ(got[2].to_doubles(), (std::vector<double>{20, 40}));
}

// One rule is enough: the other direction is its transpose, also of a rule that looks at its tangent twice.
TEST(CustomOp, OneRuleGivesBothDirections) {
  for (const bool is_reverse : {false, true}) {
    const auto growth_by = [&](Value x, auto self) -> Value {
      CustomOp op{.name = "hilo_test_grow", .infer = [](Shapes in) { return std::vector{in[0]}; }};
      if (is_reverse) op.vjp = [=](const Vjp& v) { return std::vector{v.d_out * self(v.in[0], self) * 0.5}; };
      else op.jvp = [=](const Jvp& v) { return std::vector{v.d_in[0] * self(v.in[0], self) * 0.5}; };
      return custom_call(op, {x}, {{"rate", 0.5}})[0];
    };
    const auto got = run(
        [&](In p) {
          const Value y = growth_by(p[0], growth_by), slope = grad(sum(y), p[0]);
          return std::vector{slope, grad(sum(slope), p[0]), jvp(std::vector{y}, p, p)[0],
                             jvp(std::vector{slope}, p, p)[0]};
        },
        {f64({2}, {0, 2})});
    const double e = std::exp(1.0);
    EXPECT_EQ(got[0], f64({2}, {0.5, 0.5 * e})) << is_reverse;
    EXPECT_EQ(got[1], f64({2}, {0.25, 0.25 * e})) << is_reverse;
    EXPECT_EQ(got[2], f64({2}, {0, 0.5 * e * 2})) << is_reverse;
    EXPECT_EQ(got[3], f64({2}, {0, 0.25 * e * 2})) << is_reverse;
  }
}

// The handler is found by name in what the disk cache gives back, and a caller is not blocked by it then either.
TEST(CustomOp, ComesBackFromTheDiskCache) {
  static detail::Latch gate;
  register_custom_call("hilo_test_slow", ffi::Ffi::Bind().Arg<F64>().Ret<F64>().To([](F64 x, F64Result y) {
    gate.wait();
    std::copy_n(x.typed_data(), x.element_count(), y->typed_data());
    return ffi::Error::Success();
  }));
  const CustomOp op{.name = "hilo_test_slow", .infer = [](Shapes in) { return std::vector{in[0]}; }};
  const std::filesystem::path folder = testing::TempDir() + "custom_op_cache";
  std::filesystem::remove_all(folder);
  const CompileSettings settings{.name = "slow", .cache = std::make_shared<CompileCache>(folder)};
  const auto build = [&](In p) { return custom_call(op, {p[0]}); };
  const Executor first(cpu(), build, settings), second(cpu(), build, settings);
  const Tensor x(f64({2}, {1, 2}));
  const Tensor y = first.run({x})[0], z = second.run({y})[0];
  EXPECT_EQ(first.counts().compiled, 1);
  EXPECT_EQ(second.counts().compiled, 0) << "it came from disk";
  EXPECT_FALSE(y.is_ready() || z.is_ready());
  gate.open();
  EXPECT_EQ(z.array(), f64({2}, {1, 2}));
}

TEST(CustomOp, ABatchBecomesManyCalls) {
  const auto got = run(
      [](In p) {
        return vmap([](In x) { return custom_call(kBoth, {x[0], x[1]}); }, p, {true, false});
      },
      {f64({2, 2}, {1, 2, 3, 4}), f64({2}, {10, 20})});
  EXPECT_EQ(got[0], f64({2, 2}, {11, 22, 13, 24}));
  EXPECT_EQ(got[1], f64({2, 2}, {-9, -18, -7, -16}));
}

TEST(CustomOp, AttributesKeepTheirTypes) {
  const CustomOp op{.name = "hilo_test_attributes", .infer = [](Shapes) {
                      return std::vector{Shape{kF64, {1}}};
                    }};
  const auto got = run(
      [&](In p) {
        return custom_call(op, {p[0]},
                           {{"flag", true},
                            {"i", -3},
                            {"l", std::int64_t{1} << 40},
                            {"f", 1.5F},
                            {"d", 0.1},
                            {"s", "say \"hi\"\n"},
                            {"is", std::vector<std::int32_t>{6, 7}},
                            {"ls", std::vector<std::int64_t>{8}},
                            {"fs", std::vector<float>{0.1F, 2}},
                            {"ds", std::vector<double>{0, -1, 1e300}}});
      },
      {f64({1}, {0})});
  EXPECT_EQ(got[0], f64({1}, {1}));
}

TEST(CustomOp, Refusals) {
  const auto expect_says = [](const std::string& text, std::initializer_list<const char*> parts) {
    for (const char* part : parts)
      EXPECT_NE(text.find(part), std::string::npos) << part << " in\n" << text;
    EXPECT_NE(text.find("custom_op_test.cpp"), std::string::npos) << text;
  };
  expect_says(refusal([](Value x) { return custom_call(kBoth, {x})[0]; }),
              {"custom_call: 1 operands", "f64[2]"});
  expect_says(
      refusal([](Value x) { return custom_call(CustomOp{.name = "x", .infer = {}}, {x})[0]; }),
      {"custom_call: no shape rule", "CustomOp::infer"});
  expect_says(refusal([](Value x) {
                return grad(sum(custom_call(kBoth, {x, x})[0]), x);
              }),
              {"gradient of custom_call: hilo_test_both has no gradient", "CustomOp::vjp or jvp"});
  expect_says(refusal([](Value x) {
                return jvp(custom_call(kBoth, {x, x}), std::vector{x}, std::vector{x})[0];
              }),
              {"forward derivative of custom_call: hilo_test_both has no forward derivative"});
  CustomOp wrong = kBoth;
  wrong.vjp = [](const Vjp& v) { return std::vector{sum(v.d_out), v.d_out}; };
  expect_says(refusal([&](Value x) {
                return grad(sum(custom_call(wrong, {x, x})[0]), x);
              }),
              {"the cotangents that hilo_test_both's rule gave do not fit", "f64[], f64[2]",
               "one like each operand: f64[2], f64[2]"});
}

TEST(OptimizationBarrier, StaysInTheProgramAndPassesGradients) {
  const auto build = [](In p) {
    const std::vector<Value> y = optimization_barrier({p[0], p[1]});
    return std::vector{grad(sum(y[0] * optimization_barrier(y[1])), p[0]),
                       jvp(std::vector{y[0] * y[1]}, p, p)[0],
                       vmap(
                           [&](In x) {
                             return optimization_barrier({x[0], p[1]});
                           },
                           p.first(1))[1]};
  };
  const auto got = run(build, {f64({2}, {1, 2}), f64({2}, {3, 5})});
  EXPECT_EQ(got[0], f64({2}, {3, 5}));
  EXPECT_EQ(got[1], f64({2}, {6, 20}));
  EXPECT_EQ(got[2], f64({2, 2}, {3, 5, 3, 5}));
  const std::string text = stablehlo::emit(trace(build, std::vector<Shape>(2, {kF64, {2}})));
  EXPECT_NE(text.find("\"stablehlo.optimization_barrier\"(%0, %1)"), std::string::npos) << text;
}

}  // namespace
}  // namespace hilo
