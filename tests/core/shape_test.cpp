#include "hilo/core/shape.h"

#include <gmock/gmock.h>

#include "hilo/core/error.h"

namespace hilo {
namespace {

using testing::AllOf;
using testing::HasSubstr;

TEST(Shape, PrintsAsPeopleWriteIt) {
  EXPECT_EQ(to_string(Shape{kF32, {8, 128}}), "f32[8,128]");
  EXPECT_EQ(to_string(Shape{kI1, {}}), "i1[]");
  EXPECT_EQ(to_string(Shape{kU8, {kDynamic, 3}}), "u8[?,3]");
  const std::vector<Shape> two = {{kF32, {2}}, {kI32, {}}};
  EXPECT_EQ(to_string(Shapes(two)), "f32[2], i32[]");
  EXPECT_EQ(to_string(Dims{4, 5}), "[4,5]");
}

TEST(Shape, KnowsItsSizes) {
  const Shape shape{kBF16, {2, 3, 4}};
  EXPECT_EQ(shape.rank(), 3);
  EXPECT_EQ(shape.size(), 24);
  EXPECT_EQ(shape.byte_size(), 48);
  EXPECT_EQ(shape.dim(0), 2);
  EXPECT_EQ(shape.dim(-1), 4);
  EXPECT_FALSE(shape.is_scalar());
  EXPECT_TRUE(shape.is_static());
  EXPECT_EQ(shape.with(kF32), (Shape{kF32, {2, 3, 4}}));
  EXPECT_EQ((Shape{kF64, {}}).size(), 1);
  EXPECT_EQ((Shape{DType::kI4, {3}}).byte_size(), 3) << "a byte an element on the host";
  EXPECT_FALSE((Shape{kF32, {2, kDynamic}}).is_static());
  EXPECT_EQ(strides({2, 3, 4}), (Dims{12, 4, 1}));
  EXPECT_EQ(strides({}), Dims{});
}

TEST(Shape, SaysWhatDtypeAndDimsDoNot) {
  const Shape bounded = Shape::bounded(kF32, {kDynamic, 3}, {8, kDynamic});
  EXPECT_EQ(to_string(bounded), "f32[?<=8,3]");
  EXPECT_EQ(bounded, Shape::bounded(kF32, {kDynamic, 3}, {8, kDynamic})) << "equal numbers, not the same memory";
  EXPECT_NE(bounded, (Shape{kF32, {kDynamic, 3}}));
  EXPECT_NE(bounded, Shape::bounded(kF32, {kDynamic, 3}, {9, kDynamic}));
  EXPECT_EQ(bounded.with(kI1), Shape::bounded(kI1, {kDynamic, 3}, {8, kDynamic}));
  EXPECT_EQ(bounded.size(), kDynamic);
  EXPECT_EQ(bounded.byte_size(), kDynamic);

  const Shape tuple = Shape::tuple({{kF32, {2}}, {DType::kToken, {}}});
  EXPECT_EQ(to_string(tuple), "(f32[2], token[])");
  EXPECT_EQ(tuple.elements().size(), 2U);
  EXPECT_NE(tuple, Shape::tuple({{kF32, {2}}}));
  EXPECT_TRUE((Shape{kF32, {2}}).elements().empty());

  const Shape quantized = Shape::quantized({.scales = {0.5}}, {4});
  EXPECT_EQ(to_string(quantized), "quantized<i8:f32>[4]");
  EXPECT_NE(quantized, Shape::quantized({.scales = {0.25}}, {4}));
  EXPECT_EQ(quantized.quantization()->scales, std::vector{0.5});
  EXPECT_EQ(tuple.quantization(), nullptr);
  EXPECT_EQ(quantized.with(kF32), (Shape{kF32, {4}}));
}

TEST(Shape, AxisOutOfRangeIsRefused) {
  for (const int axis : {2, -3}) {
    try {
      static_cast<void>((Shape{kF32, {8, 4}}).dim(axis));
      FAIL() << axis;
    } catch (const OpError& e) {
      EXPECT_THAT(e.what(), AllOf(HasSubstr("axis " + std::to_string(axis)), HasSubstr("f32[8,4]"),
                                  HasSubstr("-rank <= axis")));
    }
  }
}

TEST(CheckedSize, RefusesWhatDoesNotFit) {
  EXPECT_EQ(checked_size(Dims{3, 0, 5}), 0);
  EXPECT_EQ(checked_size(Dims{}), 1);
  EXPECT_THROW(checked_size(Dims{Dim{1} << 32, Dim{1} << 32}), Error);
  EXPECT_THROW(checked_size(Dims{2, -1}), Error);
  EXPECT_THROW(checked_size(Dims{kDynamic}), Error);
}

}  // namespace
}  // namespace hilo
