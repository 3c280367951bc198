#pragma once
// Tests of what takes weights in blocks have a row for each quantised type.
#include <gtest/gtest.h>

#include <string>

#include "hilo/formats/gguf_blocks.h"

namespace hilo::test {

inline auto quantised_types() {
  using enum formats::BlockType;
  return testing::Values(kQ4_0, kQ4_1, kQ5_0, kQ5_1, kQ8_0, kQ2_K, kQ3_K, kQ4_K, kQ5_K, kQ6_K,
                         kIQ4_NL);
}

inline std::string type_name(const testing::TestParamInfo<formats::BlockType>& row) {
  return std::string(formats::block_traits(row.param).name);
}

}  // namespace hilo::test
