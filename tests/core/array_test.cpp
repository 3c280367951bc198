#include "hilo/core/array.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "hilo/core/error.h"

namespace hilo {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Array, StartsAsZerosOnACacheLine) {
  const Array array(Shape{kF32, {3, 5}});
  EXPECT_EQ(array.size(), 15);
  EXPECT_EQ(array.bytes().size(), 60u);
  EXPECT_THAT(array.data<float>(), testing::Each(0.0F));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(array.bytes().data()) % 64, 0u);
  EXPECT_EQ(Array().shape(), (Shape{kF32, {0}}));
}

TEST(Array, CopiesShareUntilOneIsWritten) {
  Array first = Array::of<std::int32_t>({2, 2}, {1, 2, 3, 4});
  Array second = first;
  EXPECT_EQ(second.bytes().data(), first.bytes().data());
  second.mutable_data<std::int32_t>()[0] = 9;
  EXPECT_THAT(first.data<std::int32_t>(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(second.data<std::int32_t>(), ElementsAre(9, 2, 3, 4));
  const std::byte* own = second.bytes().data();
  second.mutable_data<std::int32_t>()[1] = 8;
  EXPECT_EQ(second.bytes().data(), own) << "alone by now";
}

TEST(Array, MappedBytesAreNeverWritten) {
  const auto file = std::make_shared<std::vector<float>>(4, 1.0F);
  Array array(Shape{kF32, {4}}, file, std::as_bytes(std::span(*file)));
  EXPECT_EQ(array.bytes().data(), reinterpret_cast<const std::byte*>(file->data()));
  array.mutable_data<float>()[0] = 5;
  EXPECT_EQ((*file)[0], 1.0F);
  EXPECT_EQ(array.data<float>()[0], 5.0F);
}

TEST(Array, SizesMustAgree) {
  EXPECT_THROW(Array::of<float>({2, 2}, {1, 2, 3}), Error);
  EXPECT_THROW(Array(Shape{kF32, {4}}, nullptr, std::span<const std::byte>()), Error);
  EXPECT_THROW(Array(Shape{kF64, {Dim{1} << 61}}, nullptr, std::span<const std::byte>()), Error)
      << "more than 63 bits";
  EXPECT_THROW(Array(Shape{kF64, {Dim{1} << 61}}), Error);
  EXPECT_THROW(Array(Shape{kF32, {kDynamic}}), Error);
  EXPECT_THROW(static_cast<void>(Array(Shape{kF32, {6}}).reshaped({4})), Error);
  EXPECT_EQ(Array(Shape{kF32, {6}}).reshaped({2, 3}).shape(), (Shape{kF32, {2, 3}}));
}

TEST(Array, IsReadAsItsDTypeOnly) {
  const Array array(Shape{kF32, {2}});
  try {
    static_cast<void>(array.data<double>());
    FAIL() << "read";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), AllOf(HasSubstr("f32[2]"), HasSubstr("f64"), HasSubstr("as()")));
  }
}

TEST(Array, EqualityIsOfBytes) {
  const Array nan = Array::of<double>({1}, {kNaN});
  EXPECT_EQ(nan, nan.reshaped({1}));
  EXPECT_NE(Array::scalar(0.0F), Array::scalar(-0.0F));
  EXPECT_NE(Array::scalar(std::int32_t{1}), Array::scalar(std::uint32_t{1}));
}

struct Conversion {
  std::vector<double> from;
  DType to;
  std::vector<double> expected;
};

class Converts : public testing::TestWithParam<Conversion> {};

TEST_P(Converts, AsXlaDoes) {
  const Conversion& row = GetParam();
  const Array array = Array::of<double>({static_cast<Dim>(row.from.size())}, row.from).as(row.to);
  EXPECT_EQ(array.shape().dtype, row.to);
  EXPECT_EQ(array.to_doubles(), row.expected);
  EXPECT_EQ(from_doubles(array.shape(), row.from), array);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, Converts,
    testing::Values(
        Conversion{{2.9, -2.9, 1e10, -1e10, kNaN}, kI32, {2, -2, 2147483647.0, -2147483648.0, 0}},
        Conversion{{255.9, 256, -1, kInfinity}, kU8, {255, 255, 0, 255}},
        Conversion{{1e30, -1e30}, kI64, {9223372036854775807.0, -9223372036854775808.0}},
        Conversion{{0, -0.0, 0.5, kNaN}, kI1, {0, 0, 1, 1}},
        Conversion{
            {1.0 + 0x1p-8, 1.0 + 0x1p-8 + 0x1p-40, 1e40}, kBF16, {1.0, 1.0 + 0x1p-7, kInfinity}},
        Conversion{{1.0 + 0x1p-11, 1.0 + 0x1p-11 + 0x1p-50, 65520, -1e6},
                   kF16,
                   {1.0, 1.0 + 0x1p-10, kInfinity, -kInfinity}},
        Conversion{{0.1, 1e-50}, kF32, {static_cast<double>(0.1F), 0}},
        Conversion{{1.5, -2}, kC64, {1.5, -2}}));

TEST(Array, ConversionsThatAreNoneAreRefused) {
  EXPECT_THROW(static_cast<void>(Array::scalar(1.0F).as(DType::kToken)), Error);
  EXPECT_THROW(from_doubles(Shape{kF32, {2}}, std::vector<double>{1}), Error);
}

}  // namespace
}  // namespace hilo
