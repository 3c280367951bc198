#include "hilo/pjrt/executable.h"

#include <gmock/gmock.h>

#include "tests/pjrt/cpu_plugins.h"

namespace hilo::pjrt {
namespace {

using testing::HasSubstr;

constexpr const char* kAdd = R"(
module @adding {
  func.func public @main(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2xi32>) {
    %0 = stablehlo.add %a, %b : tensor<2x3xf32>
    %1 = stablehlo.constant dense<[7, 8]> : tensor<2xi32>
    return %0, %1 : tensor<2x3xf32>, tensor<2xi32>
  }
})";

class ExecutableTest : public test::OnEachPlugin {};

TEST_P(ExecutableTest, CompilesTextAndRuns) {
  const Executable program = Executable::compile(client(), kAdd);
  ASSERT_EQ(program.result_count(), 2u);
  EXPECT_EQ(*program.result_shapes()[0], (Shape{kF32, {2, 3}}));
  EXPECT_EQ(*program.result_shapes()[1], (Shape{kI32, {2}}));
  const Device device = client().default_device();
  const std::vector<Buffer> in = {Buffer::from_host(Array::of<float>({2, 3}, {1, 2, 3, 4, 5, 6}), device),
                                  Buffer::from_host(Array::of<float>({2, 3}, {10, 20, 30, 40, 50, 60}), device)};
  const std::vector<Buffer> out = program.execute(in);
  EXPECT_EQ(out[0].to_host(), Array::of<float>({2, 3}, {11, 22, 33, 44, 55, 66}));
  EXPECT_EQ(out[1].to_host(), Array::of<std::int32_t>({2}, {7, 8}));
}

TEST_P(ExecutableTest, CompileErrorsKeepThePluginsText) {
  try {
    static_cast<void>(Executable::compile(client(), "module { this is no program }"));
    FAIL() << "compiled";
  } catch (const PluginError& e) {
    EXPECT_EQ(e.code(), ErrorCode::kUnknown) << e.what();  // XLA gives parse errors no better code
    EXPECT_THAT(e.what(), HasSubstr("compiling a program"));
    EXPECT_THAT(e.text(), HasSubstr("this"));
  }
}

INSTANTIATE_TEST_SUITE_P(Cpu, ExecutableTest, testing::ValuesIn(test::cpu_plugins()), test::plugin_test_name);

}  // namespace
}  // namespace hilo::pjrt
