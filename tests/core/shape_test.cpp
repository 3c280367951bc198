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
