#include "hilo/formats/idx.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "hilo/core/error.h"
#include "tests/formats/edge_cases.h"

namespace hilo::formats {
namespace {

using testing::HasSubstr;

std::string idx(char type, std::initializer_list<char> dims, const std::string& data) {
  std::string text = {'\0', '\0', type, static_cast<char>(dims.size())};
  for (const char dim : dims) text += std::string(3, '\0') + dim;
  return text + data;
}

TEST(Idx, EveryTypeInThisMachinesOrder) {
  const std::pair<std::string, Array> rows[] = {
      {idx(8, {2, 2}, "\1\2\3\4"), Array::of<std::uint8_t>({2, 2}, {1, 2, 3, 4})},
      {idx(9, {1}, "\xff"), Array::of<std::int8_t>({1}, {-1})},
      {idx(11, {2}, std::string("\1\2\xff\xfe", 4)), Array::of<std::int16_t>({2}, {0x102, -2})},
      {idx(12, {1}, std::string("\0\0\1\0", 4)), Array::of<std::int32_t>({1}, {256})},
      {idx(13, {1}, std::string("\x3f\xc0\0\0", 4)), Array::of<float>({1}, {1.5F})},
      {idx(14, {1}, std::string("\x3f\xf8\0\0\0\0\0\0", 8)), Array::of<double>({1}, {1.5})},
      {idx(8, {0, 3}, ""), Array(Shape{kU8, {0, 3}})},
  };
  const ScratchFolder folder;
  for (const auto& [bytes, expected] : rows) {
    write_bytes(folder / "a.idx", bytes);
    EXPECT_EQ(read_idx(folder / "a.idx"), expected);
    const gzFile file = gzopen((folder / "b.idx").c_str(), "wb");
    ASSERT_EQ(gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size())),
              static_cast<int>(bytes.size()));
    gzclose(file);
    EXPECT_EQ(read_idx(folder / "b.idx"), expected);
  }
}

TEST(Idx, Refusals) {
  const std::pair<std::string, std::string> rows[] = {
      {"", "offset 0: no idx file"},
      {"\x89PNG....", "no idx file"},
      {idx(10, {1}, "x"), "a type of 8 to 14"},
      {idx(8, {1, 1, 1, 1, 1, 1, 1, 1, 1}, "x"), "a rank of at most 8"},
      {idx(8, {2, 2}, "xyz"), "offset 15: 3 bytes of data; expected 4 for u8[2,2]"},
      {idx(8, {2}, "xyz"), "more than 2 bytes of data; expected 2 for u8[2]"},
      {idx(8, {2, 2}, "").substr(0, 9), "offset 8: the file ends within its header"},
      {std::string("\0\0\x0e\3", 4) + std::string(12, '\xff'), "too large"},
      {std::string("\0\0\x08\1\xff\xff\xff\xff", 8), "0 bytes of data; expected 4294967295"},
  };
  const ScratchFolder folder;
  for (const auto& [bytes, expected] : rows) {
    write_bytes(folder / "a.idx", bytes);
    try {
      read_idx(folder / "a.idx");
      ADD_FAILURE() << "read; expected: " << expected;
    } catch (const FormatError& error) {
      EXPECT_THAT(error.what(), HasSubstr("a.idx: offset "));
      EXPECT_THAT(error.what(), HasSubstr(expected));
    }
  }
}

}  // namespace
}  // namespace hilo::formats
