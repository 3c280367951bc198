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

TEST(OptionsForProgram, AreReadFromItsText) {
  struct Case {
    const char* text;
    int devices, replicas, partitions;
    bool uses_shardy;
  };
  const std::vector<Case> rows = {
      {"module @m {}", 0, 1, 1, false},
      {"module @m {}", 4, 1, 4, false},
      {"module @m attributes {mhlo.num_partitions = 4 : i32, mhlo.num_replicas = 2 : i32} {}", 0, 2, 4, false},
      {"module @m attributes {mhlo.num_partitions = 4 : i32} { sdy.mesh @mesh = <[\"x\"=4]> }", 4, 1, 4, true},
      {"module @m { sdy.mesh @mesh = <[\"x\"=2, \"y\"=4]> }", 0, 1, 8, true},
      {"\"sdy.mesh\"() <{mesh = #sdy.mesh<[\"x\"=2]>, sym_name = \"m\"}> : () -> ()", 0, 1, 2, true},
      {"sdy.mesh @empty = <[]>", 0, 1, 1, true},
      {"sdy.mesh @huge = <[\"x\"=99999999999999]>", 0, 1, 1, true},
      {"mhlo.num_partitions", 0, 1, 1, false},
      {"mhlo.num_partitions = -3", 0, 1, 1, false},
  };
  for (const Case& row : rows) {
    const CompileOptions options = options_for_program(row.text, row.devices);
    EXPECT_EQ(options.replicas, row.replicas) << row.text;
    EXPECT_EQ(options.partitions, row.partitions) << row.text;
    EXPECT_EQ(options.uses_spmd, row.partitions > 1) << row.text;
    EXPECT_EQ(options.uses_shardy, row.uses_shardy) << row.text;
  }
  try {
    options_for_program(rows[2].text, 4);
    FAIL() << "4 devices for 8";
  } catch (const DeviceError& e) {
    EXPECT_STREQ(e.what(), "the program is for 8 devices (2 replicas x 4 partitions); got 4");
  }
}

}  // namespace
}  // namespace hilo::pjrt
