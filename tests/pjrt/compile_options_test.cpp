#include "hilo/pjrt/compile_options.h"

#include <gtest/gtest.h>

#include <string>

#include "hilo/core/error.h"

namespace hilo::pjrt {
namespace {

std::string hex(const std::string& bytes) {
  static constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    text += {kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return text;
}

struct Row {
  const char* name;
  CompileOptions options;
  std::string bytes;  // as protoc would write them, fields in the order of their numbers
};

class Serialized : public testing::TestWithParam<Row> {};

TEST_P(Serialized, IsTheProtoOfXla) {
  EXPECT_EQ(hex(GetParam().options.serialize()), GetParam().bytes);
}

// 08 ff.. is device_ordinal = -1; 20 and 28 are num_replicas and num_partitions; 620100 and
// 92010100 hold one false.
INSTANTIATE_TEST_SUITE_P(
    Rows, Serialized,
    testing::Values(
        Row{"nothing_said", {}, "1a1608ffffffffffffffffff012001280162010092010100"},
        Row{"one_device",
            {.device_ids = {5}},
            "1a2108ffffffffffffffffff01200128014a09080110011a030a0105"
            "62010092010100"},
        Row{"two_by_two",
            {.replicas = 2, .partitions = 2, .device_ids = {0, 1, 2, 3}},
            "1a2808ffffffffffffffffff01200228024a10080210021a040a0200021a040a020103"
            "62010092010100"},
        Row{"sharded",
            {.partitions = 4, .uses_spmd = true, .uses_shardy = true},
            "1a1b08ffffffffffffffffff012001280430016201009201010098"
            "0101"},
        Row{"portable",
            {.is_portable = true},
            "1a1608ffffffffffffffffff0120012801620100920101002001"},
        Row{"propagates",
            {.propagates_to_results = {true, false}, .propagates_to_parameters = {true}},
            "1a1708ffffffffffffffffff01200128016202010092010101"},
        Row{"flags",
            {.flags = {{"a", true}, {"b", std::int64_t{300}}, {"c", 0.5}, {"d", std::string("x")}}},
            "1a1608ffffffffffffffffff012001280162010092010100"
            "3a070a01611202"
            "1001"
            "3a080a0162120318ac02"
            "3a0e0a01631209"
            "21000000000000e03f"
            "3a080a01641203"
            "0a0178"}),
    [](const auto& of) { return std::string(of.param.name); });

TEST(CompileOptions, NonsenseIsRefused) {
  EXPECT_THROW(static_cast<void>(CompileOptions{.replicas = 0}.serialize()), DeviceError);
  EXPECT_THROW(static_cast<void>(CompileOptions{.partitions = -1}.serialize()), DeviceError);
  EXPECT_THROW(static_cast<void>((CompileOptions{.replicas = 2, .device_ids = {0}}.serialize())),
               DeviceError);
  EXPECT_THROW(
      static_cast<void>((CompileOptions{.device_ids = {0}, .is_portable = true}.serialize())),
      DeviceError);
}

}  // namespace
}  // namespace hilo::pjrt
