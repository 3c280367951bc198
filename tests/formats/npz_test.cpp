#include "hilo/formats/npz.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "tests/formats/edge_cases.h"

namespace hilo::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

// A version 1 file.
std::string npy(std::string header, const std::string& data) {
  header += '\n';
  return std::string("\x93NUMPY\1\0", 8) + static_cast<char>(header.size()) + '\0' + header + data;
}

template <class F>
std::string refusal(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::vector<Array> arrays_of(const std::filesystem::path& path) {
  if (path.extension() == ".npy") return {read_npy(path)};
  const NpzFile archive = NpzFile::open(path);
  std::vector<Array> arrays;
  for (const std::string& name : archive.names()) arrays.push_back(archive.at(name));
  return arrays;
}

TEST(Npy, WhatIsWrittenIsRead) {
  const ScratchFolder folder;
  const Array rows[] = {
      Array::of<float>({2, 3}, {1, 2, 3, 4, 5, 6}),    Array::scalar(2.5),
      Array::of<bool>({3}, {true, false, true}),       Array::of<std::int64_t>({1}, {-7}),
      Array::of<std::complex<double>>({1}, {{1, -2}}), Array(Shape{kF16, {0, 3}}),
      Array::of<std::uint8_t>({1, 1, 2, 1}, {3, 4})};
  for (const Array& array : rows) {
    write_npy(folder / "a.npy", array);
    EXPECT_EQ(read_npy(folder / "a.npy"), array) << to_string(array.shape());
    EXPECT_EQ((read_file(folder / "a.npy").size() - array.bytes().size()) % 64,
              0U);  // as NumPy aligns the data
  }
  EXPECT_THAT(read_text(folder / "a.npy"),
              HasSubstr("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 2, 1), }"));
  EXPECT_THAT(refusal([&] {
                write_npy(folder / "a.npy", Array(Shape{kBF16, {1}}));
              }),
              HasSubstr("npy: bf16[1] has a dtype that NumPy lacks"));
}

TEST(Npy, FortranOrderAndBigEndianAreTurnedRound) {
  const std::string fortran =
      npy("{'shape': (2, 3,), \"descr\": '|u1', 'fortran_order': True}", "\1\4\2\5\3\6");
  EXPECT_EQ(parse_npy(bytes_of(fortran), "f"), Array::of<std::uint8_t>({2, 3}, {1, 2, 3, 4, 5, 6}));
  const std::string big = npy("{'descr': '>i2', 'fortran_order': False, 'shape': (2,)}",
                              std::string("\1\2\xff\xfe", 4));
  EXPECT_EQ(parse_npy(bytes_of(big), "b"), Array::of<std::int16_t>({2}, {0x102, -2}));
  const std::string both = npy("{'descr': '>u4', 'fortran_order': True, 'shape': (1, 2)}",
                               std::string("\0\0\0\1\0\0\0\2", 8));
  EXPECT_EQ(parse_npy(bytes_of(both), "b"), Array::of<std::uint32_t>({1, 2}, {1, 2}));
  const std::string bools =
      npy("{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", std::string("\2\0", 2));
  EXPECT_EQ(parse_npy(bytes_of(bools), "b"), Array::of<bool>({2}, {true, false}));
}

TEST(Npy, Refusals) {
  const std::string end = ", 'fortran_order': False, 'shape': (1,)}";
  const std::pair<std::string, std::string> rows[] = {
      {"", "x.npy: offset 0: no .npy file"},
      {"\x93NUMPY", "offset 6: version of 1 bytes; expected at most 0"},
      {std::string("\x93NUMPY\4\0\1\0x", 11), "offset 6: version 4; expected 1 to 3"},
      {std::string("\x93NUMPY\1\0\xff\xff", 10), "the header of 65535 bytes; expected at most 0"},
      {npy("{'descr': '<f4'" + end, "abc"), "3 bytes of data; expected 4 for f32[1]"},
      {npy("{'descr': '<f4'" + end, "abcde"), "5 bytes of data; expected 4 for f32[1]"},
      {npy("{'descr': '|O'" + end, "abcd"), "objects (pickles) are never loaded"},
      {npy("{'descr': '<U1'" + end, "abcd"), "\"<U1\" is none"},
      {npy("{'descr': ''" + end, "abcd"), "\"\" is none"},
      {npy("{'descr': [('a', '<f4')]" + end, "abcd"), "a plain dtype, not a structure"},
      {npy("{'descr': '<f4', 'descr': '<f4'" + end, "abcd"), "\"descr\" stands twice"},
      {npy("{'descr': '<f4', 'x': 1}", "abcd"), "\"x\" is none"},
      {npy("{'descr': '<f4'}", "abcd"), "the keys descr, fortran_order and shape"},
      {npy("{'descr': '<f4', 'fortran_order': 1, 'shape': (1,)}", "abcd"), "True or False"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}", "abcd"),
       "a length of 0 to 2^63-1"},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': 1}", "abcd"), "expected \"(\""},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1 2)}", "abcd"), "expected \")\""},
      {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (8589934592, 8589934592)}", ""),
       "more than 2^63"},
      {npy("{'descr': '<f4" + end, "abcd"), "in the header; expected"},
      {npy("__import__('os').system('id')", "abcd"), "found \"__import__"},
      {npy("{'descr': '<f4'" + end + " x", "abcd"), "the end of the header"},
  };
  for (const auto& [bytes, expected] : rows) {
    EXPECT_THAT(refusal([&] { parse_npy(bytes_of(bytes), "x.npy"); }), HasSubstr(expected))
        << bytes;
  }
}

TEST(Npz, WhatIsWrittenIsRead) {
  const ScratchFolder folder;
  const Array x = Array::of<float>({2}, {1, 2}), y = Array::of<std::int64_t>({1}, {-7});
  write_npz(folder / "a.npz", {{"x", x}, {"deep/y", y}});
  const NpzFile file = NpzFile::open(folder / "a.npz");
  EXPECT_THAT(file.names(), ElementsAre("x", "deep/y"));
  EXPECT_EQ(file.at("x"), x);
  EXPECT_EQ(file.at("deep/y"), y);
  EXPECT_TRUE(file.contains("x"));
  EXPECT_FALSE(file.contains("x.npy"));
  EXPECT_THAT(refusal([&] { static_cast<void>(file.at("z")); }),
              HasSubstr("no array named \"z\"; did you mean x?"));
  write_npz(folder / "b.npz", {{"x", x}, {"deep/y", y}});
  EXPECT_EQ(read_file(folder / "a.npz"), read_file(folder / "b.npz"));
  write_npz(folder / "none.npz", {});
  EXPECT_TRUE(NpzFile::open(folder / "none.npz").names().empty());
  EXPECT_THAT(refusal([&] {
                write_npz(folder / "c.npz", {{"x", x}, {"x", x}});
              }),
              HasSubstr("\"x\" is given twice"));
}

// Every prefix of a good archive, and every archive with one byte changed, is read or refused;
// never anything else. What is read is right: a CRC stands over it.
TEST(Npz, CutAndChangedFilesAreReadOrRefused) {
  const ScratchFolder folder;
  const Array x = Array::of<float>({2}, {1, 2});
  write_npz(folder / "a.npz", {{"x", x}});
  const std::string good = read_text(folder / "a.npz");
  const auto outcome = [&](const std::string& bytes) {
    write_bytes(folder / "b.npz", bytes);
    return refusal([&] {
      const NpzFile file = NpzFile::open(folder / "b.npz");
      for (const std::string& name : file.names()) EXPECT_EQ(file.at(name), x);
    });
  };
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_NE(outcome(good.substr(0, length)), "no error");
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char change : {'\0', '9', '\xff'}) {
      std::string bad = good;
      bad[i] = change;
      outcome(bad);
    }
  }
}

TEST(Npz, EdgeFixtures) {
  if (fixtures().empty()) GTEST_SKIP() << "HILO_FIXTURES is not set";
  for (const auto& row : edge_cases("npz")) {
    const auto path = fixtures() / "edge" / row.at("file");
    const std::string verdict = row.at("verdict");
    try {
      const std::vector<Array> arrays = arrays_of(path);
      EXPECT_NE(verdict, "reject") << path << ": " << row.at("why");
      if (row.contains("shape")) {
        EXPECT_EQ(nlohmann::json(arrays.at(0).shape().dims), row.at("shape")) << path;
      }
      if (row.contains("values")) {
        EXPECT_EQ(nlohmann::json(arrays.at(0).to_doubles()), row.at("values")) << path;
      }
    } catch (const FormatError& error) {
      EXPECT_TRUE(verdict.starts_with("reject") || verdict == "accept_or_limit") << error.what();
      EXPECT_THAT(error.what(), HasSubstr(path.filename().string()));
      EXPECT_THAT(error.what(), HasSubstr(": offset "));
    }
  }
}

TEST(Npz, EveryGoldenOfTheOpsIsRead) {
  if (fixtures().empty()) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const NpzFile file = NpzFile::open(fixtures() / "ops" / "ops.npz");
  EXPECT_GT(file.names().size(), 1000U);
  for (const std::string& name : file.names())
    EXPECT_EQ(file.at(name).size(), checked_size(file.at(name).shape().dims));
}

}  // namespace
}  // namespace hilo::formats
