#include "hilo/formats/safetensors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <numbers>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "tests/formats/edge_cases.h"

namespace hilo::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string with_length(const std::string& header, const std::string& data = "") {
  const std::uint64_t length = header.size();
  std::string file(sizeof length, '\0');
  std::memcpy(file.data(), &length, sizeof length);
  return file + header + data;
}

std::string refusal(const std::string& bytes) {
  static const ScratchFolder folder;
  write_bytes(folder / "x.safetensors", bytes);
  try {
    SafetensorsFile::open(folder / "x.safetensors");
  } catch (const FormatError& error) {
    const std::string text = error.what();
    EXPECT_THAT(text, HasSubstr("x.safetensors: offset "));
    return text.substr(text.find("offset "));
  }
  return "read";
}

TEST(Safetensors, WhatIsWrittenIsRead) {
  const ScratchFolder folder;
  const NamedArrays tensors = {{"byte", Array::of<std::uint8_t>({3}, {1, 2, 3})},
                               {"weights/w", Array::of<float>({2, 2}, {1, 2, 3, 4})},
                               {"scalar", Array::scalar(std::numbers::pi)},
                               {"flags", Array::of<bool>({2}, {true, false})},
                               {"none", Array(Shape{kBF16, {0, 7}})},
                               {"\"odd\"\n\u00e9", Array::of<std::complex<float>>({1}, {{1, -2}})}};
  const Metadata metadata = {{"format", "hilo"}, {"step", "7"}};
  write_safetensors(folder / "a.safetensors", tensors, metadata);
  const SafetensorsFile file = SafetensorsFile::open(folder / "a.safetensors");
  EXPECT_EQ(file.metadata(), metadata);
  EXPECT_THAT(file.names(),
              ElementsAre("byte", "weights/w", "scalar", "flags", "none", "\"odd\"\n\u00e9"));
  EXPECT_EQ(file.all(), tensors);
  EXPECT_EQ(file.shape("weights/w"), (Shape{kF32, {2, 2}}));
  EXPECT_TRUE(file.contains("none"));
  EXPECT_FALSE(file.contains("None"));

  write_safetensors(folder / "b.safetensors", tensors, metadata);
  EXPECT_EQ(read_file(folder / "a.safetensors"), read_file(folder / "b.safetensors"));
}

TEST(Safetensors, EveryDTypeOfTheFormat) {
  const ScratchFolder folder;
  NamedArrays tensors;
  for (const DType dtype : {kI1, kU8, kI8, kU16, kI16, kU32, kI32, kU64, kI64, kF16, kBF16, kF32,
                            kF64, kC64, DType::kF8E4M3FN, DType::kF8E4M3FNUZ, DType::kF8E5M2,
                            DType::kF8E5M2FNUZ, DType::kF8E8M0FNU}) {
    Array array(Shape{dtype, {3}});
    for (std::size_t i = 0; i < array.bytes().size(); ++i) array.mutable_bytes()[i] = std::byte{1};
    tensors.emplace_back(name(dtype), array);
  }
  write_safetensors(folder / "a.safetensors", tensors);
  EXPECT_EQ(SafetensorsFile::open(folder / "a.safetensors").all(), tensors);
}

TEST(Safetensors, TensorsViewTheFileAndOutliveIt) {
  const ScratchFolder folder;
  write_safetensors(folder / "a.safetensors",
                    {{"b", Array::of<std::uint8_t>({1}, {9})}, {"w", Array::scalar(2.5)}});
  Array first, second;
  {
    const SafetensorsFile file = SafetensorsFile::open(folder / "a.safetensors");
    first = file.at("w");
    second = file.at("w");
  }
  EXPECT_EQ(first.bytes().data(),
            second.bytes().data());  // no copy: the wider dtype is laid out first, so it is aligned
  EXPECT_EQ(first.data<double>()[0], 2.5);
}

TEST(Safetensors, AnUnalignedTensorIsCopied) {
  const ScratchFolder folder;
  const std::string header = R"({"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} )";
  std::string data(4, '\0');
  const float value = 1.5F;
  std::memcpy(data.data(), &value, sizeof value);
  ASSERT_NE((header.size() + 8) % 4, 0U);
  write_bytes(folder / "a.safetensors", with_length(header, data));
  const SafetensorsFile file = SafetensorsFile::open(folder / "a.safetensors");
  EXPECT_NE(file.at("w").bytes().data(), file.at("w").bytes().data());
  EXPECT_EQ(file.at("w").data<float>()[0], 1.5F);
}

TEST(Safetensors, AnyByteButZeroIsTrue) {
  const ScratchFolder folder;
  write_bytes(folder / "a.safetensors",
              with_length(R"({"m":{"dtype":"BOOL","shape":[3],"data_offsets":[0,3]}})",
                          {'\2', '\0', '\xff'}));
  EXPECT_EQ(SafetensorsFile::open(folder / "a.safetensors").at("m"),
            Array::of<bool>({3}, {true, false, true}));
}

TEST(Safetensors, AMissingNameListsNearOnes) {
  const ScratchFolder folder;
  write_safetensors(folder / "a.safetensors", {{"dense/kernel", Array::scalar(1.0F)}});
  try {
    static_cast<void>(SafetensorsFile::open(folder / "a.safetensors").at("dense/kernal"));
    FAIL() << "read";
  } catch (const FormatError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("no tensor named \"dense/kernal\"; did you mean dense/kernel?"));
  }
}

TEST(Safetensors, PackedElementsAreRefusedByName) {
  const ScratchFolder folder;
  write_bytes(folder / "a.safetensors",
              with_length(R"({"p":{"dtype":"F4","shape":[4],"data_offsets":[0,2]},)"
                          R"("q":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}})",
                          "abc"));
  const SafetensorsFile file = SafetensorsFile::open(folder / "a.safetensors");
  EXPECT_EQ(file.at("q"), Array::of<std::uint8_t>({1}, {'c'}));
  try {
    static_cast<void>(file.at("p"));
    FAIL() << "read";
  } catch (const FormatError& error) {
    EXPECT_THAT(error.what(), HasSubstr("tensor \"p\" is f4e2m1fn, packed below a byte"));
  }
}

TEST(Safetensors, RefusalsOfTheWriter) {
  const ScratchFolder folder;
  const Array one = Array::scalar(1.0F);
  const std::pair<NamedArrays, std::string> rows[] = {
      {{{"a", one}, {"a", one}}, "the name \"a\" is given twice"},
      {{{"__metadata__", one}}, "\"__metadata__\" is no name"},
      {{{"\xff", one}}, "the name \"\\xff\" is not UTF-8"},
      {{{"a", Array(Shape{kC128, {2}})}}, "tensor \"a\" is c128[2], a dtype that the format lacks"},
      {{{"a", Array(Shape{DType::kI4, {2}})}},
       "tensor \"a\" is i4[2], a dtype that the format lacks"}};
  for (const auto& [tensors, expected] : rows) {
    try {
      write_safetensors(folder / "a.safetensors", tensors);
      ADD_FAILURE() << "written; expected: " << expected;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(expected));
    }
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

// Offsets are those of the file: the header begins at 8.
TEST(Safetensors, RefusalsOfTheReader) {
  const std::string ok = R"("shape":[1],"data_offsets":[0,4]})";
  const std::pair<std::string, std::string> rows[] = {
      {"", "offset 0: 0 bytes; expected the 8 of a header length"},
      {with_length("{}").substr(0, 9), "offset 0: header length 2; expected at most 1"},
      {with_length(""), "offset 8: the header begins with \"\"; expected \"{\""},
      {with_length("[]"), "offset 8: the header begins with \"[\"; expected \"{\""},
      {with_length(std::string("{}\0x", 4)), "offset 10: a zero byte in the header"},
      {with_length("{} x"), "the header is no JSON: syntax error"},
      {with_length(R"({"a":1})"), "\"a\" is a number; expected an object"},
      {with_length(R"({"a":[[)"), "\"a\" is an array; expected an object"},
      {with_length(R"({"a":{"dtype":"F32"}})"), "tensor \"a\" lacks shape"},
      {with_length(R"({"a":{"dtype":"F31",)" + ok + "}"),
       "tensor \"a\" has the unknown dtype \"F31\""},
      {with_length(R"({"a":{"dtype":3,)" + ok + "}"),
       "tensor \"a\": dtype is a number; expected a string"},
      {with_length(R"({"a":{"dtype":"F32","stride":[1],)" + ok + "}"),
       "has the unknown field \"stride\""},
      {with_length(R"({"a":{"dtype":"F32","dtype":"F32",)" + ok + "}"),
       "tensor \"a\" has dtype twice"},
      {with_length(R"({"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}})"),
       "shape is a negative number"},
      {with_length(R"({"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}})"),
       "shape is the number 1.0"},
      {with_length(R"({"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}})"),
       "shape is an array; expected numbers"},
      {with_length(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}})"),
       "has 1 data_offsets; expected 2"},
      {with_length(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}})"),
       "expected 8 bytes for f32[2]"},
      {with_length(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}})"),
       "is too large"},
      {with_length(R"({"a":{"dtype":"F32","shape":[0,9223372036854775808],"data_offsets":[0,0]}})"),
       "is too large"},
      {with_length(R"({"a":{"dtype":"F4","shape":[3],"data_offsets":[0,1]}})"),
       "ends within a byte"},
      {with_length(R"({"__metadata__":{"k":1}})"), "metadata \"k\" is a number; expected a string"},
      {with_length(R"({"__metadata__":{"k":"1","k":"2"}})"), "metadata key \"k\" stands twice"},
      {with_length(R"({"a":{"dtype":"F32",)" + ok + R"(,"a":{"dtype":"F32",)" + ok + "}", "abcd"),
       "the name \"a\" stands twice"},
      {with_length(R"({"a":{"dtype":"F32",)" + ok + "}", "abc"), "3 bytes of data; expected 4"},
      {with_length(R"({"a":{"dtype":"F32",)" + ok + "}", "abcde"), "5 bytes of data; expected 4"},
      {with_length(R"({"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})", "abcdefgh"),
       "begins at data offset 4; expected 0"},
  };
  for (const auto& [bytes, expected] : rows)
    EXPECT_THAT(refusal(bytes), HasSubstr(expected)) << bytes;
  std::string dims = "[1";
  for (int i = 0; i < 32; ++i) dims += ",1";
  EXPECT_THAT(refusal(with_length(
                  R"({"a":{"dtype":"U8","shape":)" + dims + R"(],"data_offsets":[0,1]}})", "a")),
              HasSubstr("more than 32 numbers in shape"));
  const ScratchFolder folder;
  EXPECT_THROW(SafetensorsFile::open(folder / "none.safetensors"), FormatError);
  EXPECT_THROW(SafetensorsFile::open(folder.path()), FormatError);
}

// Every prefix of a good file, and every file with one byte changed, is read or refused; never
// anything else.
TEST(Safetensors, CutAndChangedFilesAreReadOrRefused) {
  const ScratchFolder folder;
  write_safetensors(folder / "a.safetensors",
                    {{"b", Array::of<std::uint8_t>({3}, {1, 2, 3})}, {"w", Array::scalar(2.5)}},
                    {{"k", "v"}});
  const std::string good = read_text(folder / "a.safetensors");
  for (std::size_t length = 0; length < good.size(); ++length)
    EXPECT_NE(refusal(good.substr(0, length)), "read");
  int read = 0, refused = 0;
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char change : {'\0', '9', '"', '}', '\xff'}) {
      std::string bad = good;
      bad[i] = change;
      ++(refusal(bad) == "read" ? read : refused);
    }
  }
  EXPECT_GT(refused, read);
}

TEST(Safetensors, EdgeFixtures) {
  if (fixtures().empty()) GTEST_SKIP() << "HILO_FIXTURES is not set";
  for (const auto& row : edge_cases("safetensors")) {
    const auto path = fixtures() / "edge" / row.at("file");
    const std::string verdict = row.at("verdict");
    try {
      const SafetensorsFile file = SafetensorsFile::open(path);
      EXPECT_NE(verdict, "reject") << path << ": " << row.at("why");
      EXPECT_EQ(file.all().size(), file.names().size());
      if (!row.contains("tensors")) continue;
      EXPECT_EQ(file.names().size(), row.at("tensors").size()) << path;
      for (const auto& [name, tensor] : row.at("tensors").items()) {
        EXPECT_EQ(nlohmann::json(file.shape(name).dims), tensor.at("shape")) << path << ' ' << name;
        if (tensor.contains("values")) {
          EXPECT_EQ(nlohmann::json(file.at(name).to_doubles()), tensor.at("values"))
              << path << ' ' << name;
        }
        if (tensor.contains("raw_hex")) {
          EXPECT_TRUE(std::ranges::equal(file.at(name).bytes(), bytes_of_hex(tensor.at("raw_hex"))))
              << path << ' ' << name;
        }
      }
    } catch (const FormatError& error) {
      EXPECT_NE(verdict, "accept") << error.what();
      EXPECT_THAT(error.what(), HasSubstr(path.filename().string() + ": offset "));
    }
  }
}

}  // namespace
}  // namespace hilo::formats
