#pragma once
// Tests of what takes weights as files have them have a row for each type.
#include <gtest/gtest.h>

#include <string>

#include "hilo/formats/gguf_blocks.h"

namespace hilo::test {

inline auto types_in_place() {
  using enum formats::BlockType;
  return testing::Values(kF16, kBF16, kQ4_0, kQ4_1, kQ5_0, kQ5_1, kQ8_0, kQ2_K, kQ3_K, kQ4_K, kQ5_K, kQ6_K,
                         kIQ4_NL);
}

inline std::string type_name(const testing::TestParamInfo<formats::BlockType>& row) {
  return std::string(formats::block_traits(row.param).name);
}

}  // namespace hilo::test
