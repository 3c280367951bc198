#include "hilo/pjrt/buffer.h"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "hilo/core/error.h"
#include "tests/pjrt/cpu_plugins.h"

namespace hilo::pjrt {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Every bit pattern of one element that is a number of that dtype, over and over.
Array patterns(DType dtype, Dims dims) {
  Array array(Shape{dtype, std::move(dims)});
  const std::span<std::byte> bytes = array.mutable_bytes();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto value = static_cast<int>(i * 37 % 256);
    if (dtype == DType::kI1) value %= 2;
    if (bits(dtype) < 8 && dtype != DType::kI1) value %= 1 << bits(dtype);
    if (is_signed(dtype) && bits(dtype) < 8) value -= 1 << (bits(dtype) - 1);
    bytes[i] = static_cast<std::byte>(value);
  }
  return array;
}

class BufferTest : public test::OnEachPlugin {
 protected:
  [[nodiscard]] Device device() const { return client().default_device(); }
};

TEST_P(BufferTest, EveryDTypeComesBackAsItWent) {
  for (int i = 0; i < kDTypeCount; ++i) {
    const auto dtype = static_cast<DType>(i);
    if (!holds_dtype(client().plugin(), dtype)) continue;
    for (const HostUse use : {HostUse::kShare, HostUse::kGive, HostUse::kCopy}) {
      for (const Dims& dims : {Dims{3, 7}, Dims{}, Dims{0, 4}, Dims{129}, Dims{2, 1, 3, 2}}) {
        const Array array = patterns(dtype, dims);
        const Buffer buffer = Buffer::from_host(array, device(), use);
        EXPECT_EQ(buffer.shape(), array.shape());
        EXPECT_EQ(buffer.to_host(), array) << to_string(array.shape());
      }
    }
  }
}

TEST_P(BufferTest, SubByteNumbersArePackedOnTheDevice) {
  EXPECT_EQ(Buffer::from_host(patterns(DType::kI4, {6}), device()).device_bytes(), 3u);
  EXPECT_EQ(Buffer::from_host(patterns(DType::kU2, {8}), device()).device_bytes(), 2u);
}

TEST_P(BufferTest, DTypeThatThePluginLacksIsRefused) {
  for (DType none : {DType::kToken, DType::kTuple, DType::kQuantized}) EXPECT_FALSE(holds_dtype(client().plugin(), none));
  const Shape shape{DType::kF6E2M3FN, {2}};
  if (holds_dtype(client().plugin(), shape.dtype)) GTEST_SKIP() << "this plugin has all of them";
  try {
    Buffer::from_host(Array(shape), device());
    FAIL() << "accepted";
  } catch (const DeviceError& e) {
    EXPECT_THAT(e.what(),
                AllOf(HasSubstr("f6e2m3fn[2]"), HasSubstr(GetParam()), HasSubstr("PJRT 0.")));
  }
}

TEST_P(BufferTest, SharedArrayIsReadInPlaceAndKeptAlive) {
  // An array's memory is aligned as plugins want it.
  auto owner = std::make_shared<Array>(Array::of<float>({3}, {1, 2, 3}));
  const std::weak_ptr<Array> watch = owner;
  const std::span<const std::byte> bytes = owner->bytes();
  Array view(Shape{kF32, {3}}, std::move(owner), bytes);
  Buffer buffer = Buffer::from_host(std::move(view), device());
  EXPECT_EQ(buffer.unsafe_pointer(), reinterpret_cast<std::uintptr_t>(bytes.data()));
  EXPECT_FALSE(watch.expired()) << "the device reads it";
  EXPECT_EQ(buffer.to_host(), Array::of<float>({3}, {1, 2, 3}));
  buffer = Buffer();
  for (int i = 0; i < 5000 && !watch.expired(); ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_TRUE(watch.expired()) << "the buffer is gone";
}

TEST_P(BufferTest, SharedArrayMayBeChangedAfterwards) {
  Array array = Array::of<float>({4}, {1, 2, 3, 4});
  const Buffer buffer = Buffer::from_host(array, device());
  array.mutable_data<float>()[0] = 100;  // makes the bytes the handle's own first
  EXPECT_EQ(buffer.to_host(), Array::of<float>({4}, {1, 2, 3, 4}));
}

TEST_P(BufferTest, GivenArrayIsTakenOver) {
  Array array = Array::of<float>({4}, {1, 2, 3, 4});
  const Array other_handle = array;
  const Buffer shared = Buffer::from_host(array, device(), HostUse::kGive);
  EXPECT_NE(shared.unsafe_pointer(), reinterpret_cast<std::uintptr_t>(other_handle.bytes().data()));
  Array alone = Array::of<float>({4}, {1, 2, 3, 4});
  const auto address = reinterpret_cast<std::uintptr_t>(alone.bytes().data());
  const Buffer given = Buffer::from_host(std::move(alone), device(), HostUse::kGive);
  EXPECT_EQ(given.unsafe_pointer(), address);
}

TEST_P(BufferTest, CopiedArrayIsFreeAtOnce) {
  auto bytes = std::make_shared<std::vector<float>>(64, 2.0F);
  const std::weak_ptr<std::vector<float>> watch = bytes;
  const Buffer buffer = Buffer::from_host(
      Array(Shape{kF32, {64}}, bytes, std::as_bytes(std::span(*bytes))), device(), HostUse::kCopy);
  std::fill(bytes->begin(), bytes->end(), 9.0F);
  bytes.reset();
  EXPECT_TRUE(watch.expired());
  EXPECT_EQ(buffer.to_host().data<float>()[63], 2.0F);
}

TEST_P(BufferTest, ReadingNeedNotWait) {
  const Array array = patterns(kF32, {1 << 16});
  const Buffer buffer = Buffer::from_host(array, device());
  HostCopy copy = buffer.to_host_async();
  { const HostCopy dropped = buffer.to_host_async(); }
  EXPECT_EQ(std::move(copy).get(), array);
  buffer.ready().await();
  EXPECT_TRUE(buffer.ready().is_ready());
}

TEST_P(BufferTest, DiscardedBufferSaysSo) {
  const Buffer buffer = Buffer::from_host(Array::of<float>({2}, {1, 2}), device());
  const Buffer copy = buffer;
  EXPECT_FALSE(copy.is_deleted());
  buffer.discard();
  EXPECT_TRUE(copy.is_deleted());
  EXPECT_EQ(copy.shape(), (Shape{kF32, {2}}));
  EXPECT_THROW(static_cast<void>(copy.to_host()), PluginError);
  EXPECT_THROW(static_cast<void>(copy.unsafe_pointer()), PluginError);
}

TEST_P(BufferTest, CopiesGoToOtherDevices) {
  const Client many = client(4);
  const Buffer first = Buffer::from_host(Array::of<std::int32_t>({3}, {7, 8, 9}), many.device(0));
  const Buffer third = first.copy_to(many.device(2));
  EXPECT_EQ(third.device(), many.device(2));
  EXPECT_EQ(third.to_host(), first.to_host());
  EXPECT_EQ(first.copy_to(many.device(0)).unsafe_pointer(), first.unsafe_pointer())
      << "it is there already";
}

TEST_P(BufferTest, ThreadsMayShareIt) {
  const Array array = patterns(kI64, {1000});
  const Buffer buffer = Buffer::from_host(array, device());
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int k = 0; k < 50; ++k) good += buffer.to_host() == array ? 1 : 0;
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(good, 200);
}

INSTANTIATE_TEST_SUITE_P(Cpu, BufferTest, testing::ValuesIn(test::cpu_plugins()),
                         test::plugin_test_name);

TEST(Buffer, EmptyHandleIsRefused) {
  const Buffer none;
  EXPECT_FALSE(none);
  EXPECT_THROW(static_cast<void>(none.shape()), DeviceError);
  EXPECT_THROW(static_cast<void>(none.to_host()), DeviceError);
}

}  // namespace
}  // namespace hilo::pjrt
