// XLA:CPU runs custom calls inside its own call. Programs that have some must not block their caller for all that.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hilo/custom_call.h"
#include "hilo/exec/executor.h"
#include "hilo/exec/latch.h"
#include "hilo/ops/binary.h"
#include "tests/exec/client.h"

namespace hilo {
namespace {

using Input = xla::ffi::Buffer<xla::ffi::F32>;
using Output = xla::ffi::ResultBuffer<xla::ffi::F32>;

constexpr const char* kText = R"(module @gate {
  func.func public @main(%0: tensor<4xf32>) -> tensor<4xf32> {
    %1 = stablehlo.custom_call @NAME(%0) {api_version = 4 : i32, backend_config = {}} : (tensor<4xf32>) -> tensor<4xf32>
    return %1 : tensor<4xf32>
  }
})";

Program calling(const std::string& name) {
  std::string text = kText;
  text.replace(text.find("NAME"), 4, name);
  return Program::compile_text(cpu(), text, {.cache = nullptr});
}

std::vector<Tensor> run(const Program& program, Tensor x) {
  std::vector<Argument> arguments = {x};
  return program.run(arguments);
}

Tensor four(float v) { return Tensor(Array::of<float>({4}, {v, v, v, v})); }

TEST(Dispatch, RunReturnsWhileAGateInsideACustomCallIsShut) {
  static detail::Latch gate;
  register_custom_call("test_gate", xla::ffi::Ffi::Bind().Arg<Input>().Ret<Input>().To([](Input x, Output y) {
    gate.wait();
    std::copy_n(x.typed_data(), x.element_count(), y->typed_data());
    return xla::ffi::Error::Success();
  }));
  const Program program = calling("test_gate");
  const Tensor first = run(program, four(1))[0];
  const Tensor second = run(program, first)[0];
  // An ordinary program behind it waits in the same queue, and its caller does not.
  const Executor plus_one(cpu(), [](std::span<const Value> p) { return std::vector{p[0] + 1}; }, {.cache = nullptr});
  const Tensor third = plus_one.run({second})[0];
  EXPECT_FALSE(first.is_ready());
  EXPECT_FALSE(third.is_ready());
  gate.open();
  EXPECT_EQ(third.array().data<float>()[3], 2);
  EXPECT_TRUE(first.is_ready());
}

TEST(Dispatch, AResultIsGivenAwayBeforeItIsThere) {
  static detail::Latch gate;
  register_custom_call("test_second_gate", xla::ffi::Ffi::Bind().Arg<Input>().Ret<Input>().To([](Input x, Output y) {
    gate.wait();
    std::copy_n(x.typed_data(), x.element_count(), y->typed_data());
    return xla::ffi::Error::Success();
  }));
  const Program program = calling("test_second_gate");
  Tensor first = run(program, four(1))[0];
  const Executor plus_one(cpu(), [](std::span<const Value> p) { return std::vector{p[0] + 1}; }, {.cache = nullptr});
  Tensor second = plus_one.run({std::move(first)})[0];
  const Tensor third = plus_one.run({std::move(second)})[0];
  gate.open();
  EXPECT_EQ(third.array().data<float>()[3], 3);
}

TEST(Dispatch, AFailureReachesEverythingBehindIt) {
  register_custom_call("test_failure", xla::ffi::Ffi::Bind().Arg<Input>().Ret<Input>().To([](Input, Output) {
    return xla::ffi::Error::InvalidArgument("the handler says no");
  }));
  const Tensor failed = run(calling("test_failure"), four(1))[0];
  const Executor plus_one(cpu(), [](std::span<const Value> p) { return std::vector{p[0] + 1}; }, {.cache = nullptr});
  for (const Tensor& t : {failed, plus_one.run({failed})[0]}) {
    try {
      (void)t.array();
      FAIL() << "nothing was thrown";
    } catch (const DeviceError& e) {
      EXPECT_THAT(e.what(), testing::HasSubstr("the handler says no"));
    }
  }
  // Others are not hurt.
  EXPECT_EQ(plus_one.run({four(1)})[0].array().data<float>()[0], 2);
}

}  // namespace
}  // namespace hilo
