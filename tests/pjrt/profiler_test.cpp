#include "hilo/pjrt/profiler.h"

#include <gmock/gmock.h>

#include <random>

#include "hilo/core/error.h"
#include "tests/pjrt/cpu_plugins.h"

namespace hilo::pjrt {
namespace {

// The wire format, by hand.
std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>((value & 0x7F) | 0x80);
  return bytes + static_cast<char>(value);
}
std::string number(int field, std::uint64_t value) {
  return varint(static_cast<std::uint64_t>(field) << 3) + varint(value);
}
std::string text(int field, const std::string& value) {
  return varint(static_cast<std::uint64_t>(field) << 3 | 2) + varint(value.size()) + value;
}
std::string named(int field, std::uint64_t id, const std::string& name) {
  return text(field, number(1, id) + text(2, number(1, id) + text(2, name)));
}

std::string one_kernel() {
  const std::string event = number(1, 7) + number(2, 2'000'000) + number(3, 5'000) +
                            text(4, number(1, 1) + text(5, "fusion.3")) +
                            text(4, number(1, 2) + number(7, 3)) +
                            text(4, number(1, 4) + number(4, static_cast<std::uint64_t>(-2)));
  const std::string line =
      text(2, "stream 1") + number(3, 1000) + text(4, event) + text(11, "stream 1 (compute)");
  // Names stand behind the lines, as they may.
  const std::string plane = text(2, "/device:GPU:0") + text(3, line) + named(4, 7, "kernel") +
                            named(5, 1, "hlo_op") + named(5, 2, "tf_op") +
                            named(5, 3, "dense/dot") + named(5, 4, "queue");
  return text(1, plane) + text(4, "host");
}

TEST(XSpace, IsRead) {
  const std::vector<ProfiledPlane> planes = read_xspace(one_kernel());
  ASSERT_EQ(planes.size(), 1U);
  EXPECT_EQ(planes[0].name, "/device:GPU:0");
  ASSERT_EQ(planes[0].lines.size(), 1U);
  EXPECT_EQ(planes[0].lines[0].name, "stream 1 (compute)");
  ASSERT_EQ(planes[0].lines[0].events.size(), 1U);
  const ProfiledEvent& event = planes[0].lines[0].events[0];
  EXPECT_EQ(event.name, "kernel");
  EXPECT_EQ(event.start_ns, 1000 + 2000);
  EXPECT_EQ(event.duration_ns, 5);
  EXPECT_THAT(event.details,
              testing::ElementsAre(std::pair("hlo_op", "fusion.3"), std::pair("tf_op", "dense/dot"),
                                   std::pair("queue", "-2")));
  EXPECT_TRUE(read_xspace("").empty());
}

TEST(XSpace, OtherBytesAreRefusedOrRead) {
  const std::string whole = one_kernel();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    try {
      static_cast<void>(read_xspace(whole.substr(0, size)));
      EXPECT_TRUE(size == 0 || size == whole.size() - 6) << size;  // between two fields
    } catch (const FormatError& e) {
      EXPECT_THAT(e.what(), testing::HasSubstr("expected an XSpace"));
    }
  }
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    std::string wrong = whole;
    for (int k = 0; k < 3; ++k) wrong[random() % wrong.size()] = static_cast<char>(random());
    try {
      static_cast<void>(read_xspace(wrong));
    } catch (const FormatError&) {
    }
  }
}

class ProfilerTest : public test::OnEachPlugin {};

TEST_P(ProfilerTest, CpuPluginsHaveNone) { EXPECT_FALSE(Profiler::start(client().plugin())); }

INSTANTIATE_TEST_SUITE_P(Cpu, ProfilerTest, testing::ValuesIn(test::cpu_plugins()),
                         test::plugin_test_name);

}  // namespace
}  // namespace hilo::pjrt
