// Constants reach the device bit for bit: every dtype, every size, numbers that have no decimal.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>

#include "hilo/exec/program.h"
#include "hilo/ops/constant.h"
#include "hilo/pjrt/client.h"
#include "hilo/stablehlo/emit.h"

namespace hilo::stablehlo {
namespace {

const pjrt::Client& client() {
  static const auto& one = *new pjrt::Client(pjrt::open("cpu"));
  return one;
}

// All of them in one program.
void expect_unchanged(const std::vector<Array>& arrays) {
  const Function f = trace([&](std::span<const Value>) {
    std::vector<Value> values;
    for (const Array& a : arrays) values.push_back(constant(a));
    return values;
  }, {});
  const std::vector<Array> got = evaluate(client(), f, {});
  ASSERT_EQ(got.size(), arrays.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(to_string(got[i].shape()), to_string(arrays[i].shape()));
    EXPECT_TRUE(got[i] == arrays[i]) << to_string(arrays[i].shape()) << ", array " << i;
  }
}

std::vector<DType> dtypes() {
  std::vector<DType> result;
  for (int i = 0; i < kDTypeCount; ++i) {
    const auto d = static_cast<DType>(i);
    const bool is_left_out = !has_elements(d) || bits(d) == 6;  // XLA:CPU knows no f6
    if (!is_left_out) result.push_back(d);
  }
  return result;
}

// Bytes that run through all values of the dtype, those of booleans and small integers inside of their range.
Array counted(DType d, Dims dims, unsigned start) {
  Array a(Shape{d, std::move(dims)});
  unsigned next = start;
  for (std::byte& b : a.mutable_bytes()) {
    unsigned value = next++ * 37 & 255;
    if (is_bool(d)) value &= 1;
    if (bits(d) < 8 && !is_bool(d)) {  // the unused bits of a signed number are its sign
      const unsigned mask = (1U << bits(d)) - 1;
      value &= mask;
      if (is_signed(d) && (value >> (bits(d) - 1)) != 0) value |= 255U & ~mask;
    }
    b = static_cast<std::byte>(value);
  }
  return a;
}

TEST(Constants, OfEveryDtypeAndShape) {
  for (DType d : dtypes()) {
    SCOPED_TRACE(name(d));
    std::vector<Array> arrays;
    for (const Dims& dims : std::vector<Dims>{{}, {1}, {7}, {2, 3}, {2, 0}, {2, 1, 3}, {256}}) arrays.push_back(counted(d, dims, 1));
    for (unsigned start = 0; start < 8; ++start) {  // splats of many values
      const Array one = counted(d, {}, start * 31);
      Array splat(Shape{d, {5}});
      const std::span<std::byte> to = splat.mutable_bytes();
      for (std::size_t i = 0; i < to.size(); ++i) to[i] = one.bytes()[i % one.bytes().size()];
      arrays.push_back(splat);
      arrays.push_back(one);
    }
    expect_unchanged(arrays);
  }
}

template <class T>
void expect_specials() {
  using Limits = std::numeric_limits<T>;
  const T nan = Limits::quiet_NaN();
  std::vector<T> values = {T(0), -T(0), Limits::infinity(), -Limits::infinity(), nan, -nan, Limits::denorm_min(), -Limits::denorm_min(),
                           Limits::min(), Limits::max(), Limits::lowest(), T(0.1), T(1) / 3, std::nextafter(T(1), T(2)), T(1e30), T(123456789)};
  std::vector<Array> arrays = {Array::of({static_cast<Dim>(values.size())}, values)};
  for (T v : values) {
    arrays.push_back(Array::scalar(v));
    arrays.push_back(Array::of({2}, std::vector<T>{v, v}));
  }
  expect_unchanged(arrays);
}

TEST(Constants, SpecialFloats) {
  expect_specials<float>();
  expect_specials<double>();
}

TEST(Constants, NanPayloads) {
  Array f32(Shape{kF32, {3}}), f64(Shape{kF64, {2}});
  const std::uint32_t words[] = {0x7FC00001, 0xFFC12345, 0x7FFFFFFF};
  const std::uint64_t doubles[] = {0x7FF8000000000001, 0xFFF8DEADBEEF0001};
  std::memcpy(f32.mutable_bytes().data(), words, sizeof words);
  std::memcpy(f64.mutable_bytes().data(), doubles, sizeof doubles);
  expect_unchanged({f32, f64});
}

TEST(Constants, EndsOfIntegers) {
  expect_unchanged({Array::scalar(std::numeric_limits<std::int64_t>::min()), Array::scalar(std::numeric_limits<std::uint64_t>::max()),
                    Array::scalar(std::numeric_limits<std::int8_t>::min()), Array::of<std::int64_t>({2}, {std::numeric_limits<std::int64_t>::min(), -1})});
}

TEST(Constants, Large) {
  expect_unchanged({counted(kF32, {300, 1000}, 3), counted(kI1, {1000, 30}, 0), counted(DType::kI4, {5000}, 0), counted(kU8, {100'000}, 0)});
}

TEST(Constants, BooleansOfManyBytes) {  // bytes that MLIR could take for packed bits
  for (const Dim n : {1, 7, 8, 9, 64}) {
    Array all(Shape{kI1, {n}}), one(Shape{kI1, {n}});
    for (std::byte& b : all.mutable_bytes()) b = std::byte{1};
    one.mutable_bytes().back() = std::byte{1};
    expect_unchanged({all, one});
  }
}

}  // namespace
}  // namespace hilo::stablehlo
