#include "hilo/pjrt/hlo.h"

#include <gmock/gmock.h>

#include <random>

#include "tests/pjrt/cpu_plugins.h"

namespace hilo::pjrt {
namespace {

using testing::HasSubstr;

class Hlo : public test::OnEachPlugin {};

constexpr const char* kProgram = R"(module @m {
  func.func @main(%a: tensor<4x8xf32>) -> tensor<4xf32> {
    %z = stablehlo.constant dense<0.0> : tensor<f32>
    %t = stablehlo.tanh %a : tensor<4x8xf32> loc("layer/tanh")
    %0 = stablehlo.reduce(%t init: %z) applies stablehlo.add across dimensions = [1] : (tensor<4x8xf32>, tensor<f32>) -> tensor<4xf32>
    return %0 : tensor<4xf32>
  }
})";

TEST_P(Hlo, ShowsComputationsShapesAndScopes) {
  const Executable::Program program = Executable::compile(client(), kProgram).optimized_program();
  const auto module = read_hlo(program);
  ASSERT_TRUE(module);
  const std::string text = to_string(*module);
  EXPECT_THAT(text, testing::StartsWith("HloModule m"));
  EXPECT_THAT(text, HasSubstr("\nENTRY main"));
  EXPECT_THAT(text, HasSubstr("f32[4,8] parameter(0)"));
  EXPECT_THAT(text, HasSubstr("f32[4,8] tanh("));
  EXPECT_THAT(text, HasSubstr("// layer/tanh"));
  EXPECT_THAT(text, HasSubstr("  ROOT "));
  // Damaged bytes are read as far as they make sense, or not at all.
  std::mt19937 random(1);
  for (int i = 0; i < 500; ++i) {
    Executable::Program wrong = program;
    for (int k = 0; k < 3; ++k)
      wrong.code[random() % wrong.code.size()] = static_cast<char>(random());
    if (const auto read = read_hlo(wrong))
      static_cast<void>(to_string(*read) + std::to_string(cost_of(*read).flops));
  }
  EXPECT_FALSE(read_hlo({}));
  EXPECT_FALSE(read_hlo({"text", "as it is"}));
}

// 2 m n k; the bytes of operands and result.
TEST_P(Hlo, CountsAProduct) {
  const Executable::Program program = Executable::compile(client(), R"(
func.func @main(%a: tensor<64x32xf32>, %b: tensor<32x16xf32>) -> tensor<64x16xf32> {
  %0 = stablehlo.dot_general %a, %b, contracting_dims = [1] x [0] : (tensor<64x32xf32>, tensor<32x16xf32>) -> tensor<64x16xf32>
  return %0 : tensor<64x16xf32>
})")
                                          .optimized_program();
  const auto module = read_hlo(program);
  ASSERT_TRUE(module);
  EXPECT_EQ(cost_of(*module).flops, 2.0 * 64 * 16 * 32);
  EXPECT_GE(cost_of(*module).bytes_accessed, 4.0 * (64 * 32 + 32 * 16 + 64 * 16));
}

// 2 x results x window x input features.
TEST_P(Hlo, CountsAConvolution) {
  const Executable::Program program = Executable::compile(client(), R"(
func.func @main(%a: tensor<2x8x8x3xf32>, %b: tensor<3x3x3x5xf32>) -> tensor<2x6x6x5xf32> {
  %0 = stablehlo.convolution(%a, %b) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window = {} {batch_group_count = 1 : i64, feature_group_count = 1 : i64} : (tensor<2x8x8x3xf32>, tensor<3x3x3x5xf32>) -> tensor<2x6x6x5xf32>
  return %0 : tensor<2x6x6x5xf32>
})")
                                          .optimized_program();
  const auto module = read_hlo(program);
  ASSERT_TRUE(module);
  EXPECT_NEAR(cost_of(*module).flops, 2.0 * 2 * 6 * 6 * 5 * 3 * 3 * 3, 200);
}

INSTANTIATE_TEST_SUITE_P(Cpu, Hlo, testing::ValuesIn(test::cpu_plugins()), test::plugin_test_name);

}  // namespace
}  // namespace hilo::pjrt
