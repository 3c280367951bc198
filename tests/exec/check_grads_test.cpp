// check_grads accepts right derivatives, and says where wrong ones are wrong.
#include "hilo/exec/check_grads.h"

#include <gtest/gtest.h>

#include <complex>

#include "hilo/ops/binary.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/unary.h"
#include "tests/exec/client.h"

namespace hilo {
namespace {

using In = std::span<const Value>;
using Values = std::vector<Value>;

const Array kMatrix = Array::of<float>({2, 3}, {0.5F, -1, 2, 0.25F, 1, -0.75F});
const Array kVector = Array::of<float>({3}, {1, 2, -0.5F});

TEST(CheckGrads, AcceptsWhatIsRight) {
  const GradsReport r = check_grads(
      cpu(),
      [](In p) {
        return Values{sin(matmul(p[0], p[1])), sum(p[1] * p[2].as(p[1].dtype()))};
      },
      std::vector{kMatrix, kVector, Array::of<std::int32_t>({3}, {1, 2, 3})});
  EXPECT_TRUE(r.passes) << r.text();
  EXPECT_GT(r.worst_error, 0);
  EXPECT_LT(r.worst_error, 1e-8);
  EXPECT_EQ(r.argument, -1);
}

TEST(CheckGrads, AcceptsComplexNumbers) {
  const Array z = Array::of<std::complex<float>>({2}, {{1, 2}, {-0.5F, 0.25F}});
  const GradsReport r = check_grads(
      cpu(), [](In p) { return Values{exp(p[0] * p[0]) * p[0]}; }, std::vector{z});
  EXPECT_TRUE(r.passes) << r.text();
}

// 2 sin(x), with a gradient that is wrong for the elements beyond 1.5.
Values with_wrong_gradient(In p) {
  return custom_gradient(
      {p[0]}, [](In x) { return Values{2 * sin(x[0])}; },
      [](In x, In, In d) {
        const Value wrong = maximum(x[0] - 1.5, 0);
        return Values{d[0] * (2 * cos(x[0]) + wrong)};
      });
}

TEST(CheckGrads, NamesArgumentAndElement) {
  const GradsReport r = check_grads(
      cpu(), [](In p) { return Values{matmul(p[0], with_wrong_gradient(p.subspan(1))[0])}; },
      std::vector{kMatrix, kVector}, {.order = 1, .forward = false});
  EXPECT_FALSE(r.passes);
  EXPECT_GT(r.worst_error, 1e-3);
  EXPECT_EQ(r.derivative, "reverse");
  EXPECT_EQ(r.argument, 1);
  EXPECT_EQ(r.element, 1);
  EXPECT_NE(r.text().find("reverse derivative differs: error"), std::string::npos) << r.text();
  EXPECT_NE(r.text().find("element 1 of argument 1"), std::string::npos) << r.text();
}

TEST(CheckGrads, LooksAtSecondOrder) {
  // x^2 with the right first derivative, which is itself not differentiated rightly.
  const auto half_right = [](In p) {
    return custom_gradient(
        {p[0]}, [](In x) { return Values{x[0] * x[0]}; },
        [](In x, In, In d) { return Values{d[0] * (x[0] + stop_gradient(x[0]))}; });
  };
  EXPECT_TRUE(check_grads(cpu(), half_right, std::vector{kVector}, {.order = 1}).passes);
  const GradsReport r = check_grads(cpu(), half_right, std::vector{kVector});
  EXPECT_FALSE(r.passes);
  EXPECT_NE(r.derivative.find(" of "), std::string::npos) << r.derivative;
  EXPECT_EQ(r.argument, 0);
}

TEST(CheckGrads, SeesTheImaginaryPart) {
  const Array z = Array::of<std::complex<float>>({1}, {{1, 2}});
  const auto conjugated = [](In p) {  // its gradient has the wrong sign along the imaginary axis
    return custom_gradient(
        {p[0]}, [](In x) { return Values{x[0].as(kF64)}; },
        [](In x, In, In d) { return Values{d[0].as(kC128) + x[0] - x[0].as(kF64).as(kC128)}; });
  };
  const GradsReport r =
      check_grads(cpu(), conjugated, std::vector{z}, {.order = 1, .forward = false});
  EXPECT_FALSE(r.passes);
  EXPECT_TRUE(r.is_imaginary);
}

TEST(CheckGrads, TellsOfRulesThatThereAreNot) {
  EXPECT_THROW(check_grads(
                   cpu(), [](In p) { return Values{p[0] + p[1]}; },
                   std::vector{kMatrix, Array::of<float>({2}, {1, 2})}),
               OpError);
}

}  // namespace
}  // namespace hilo
