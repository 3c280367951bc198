#include "hilo/formats/tar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hilo/core/error.h"
#include "tests/formats/edge_cases.h"
#include "tests/formats/tar_maker.h"

namespace hilo::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::string pax(const std::string& key, const std::string& value) {
  std::size_t length = key.size() + value.size() + 3;
  length += std::to_string(length + std::to_string(length).size()).size();
  return std::to_string(length) + ' ' + key + '=' + value + '\n';
}

using Files = std::vector<std::pair<std::string, std::string>>;

Files files_of(const std::string& archive, std::uint64_t max_entry_bytes = 1 << 20) {
  static const ScratchFolder folder;
  write_bytes(folder / "x.tar", archive);
  Files files;
  read_tar(
      folder / "x.tar",
      [&](TarEntry e) {
        files.emplace_back(e.name, std::string(reinterpret_cast<const char*>(e.contents.data()),
                                               e.contents.size()));
      },
      max_entry_bytes);
  return files;
}

std::string refusal(const std::string& archive, std::uint64_t max_entry_bytes = 1 << 20) {
  try {
    files_of(archive, max_entry_bytes);
  } catch (const FormatError& error) {
    EXPECT_THAT(error.what(), HasSubstr("x.tar: offset "));
    return error.what();
  }
  return "read";
}

TEST(Tar, FilesInOrderFoldersAndLinksPassedOver) {
  const std::string big(3'000'000, 'b');
  const std::string archive = entry("train/", "", '5') + entry("./train//cat/1.jpg", "one") +
                              entry("link", "", '2') + entry("empty", "") +
                              entry("2.jpg", big, '0', "a/long/prefix") + entry("old", "v7", '\0');
  const auto expected = ElementsAre(Pair("train/cat/1.jpg", "one"), Pair("empty", ""),
                                    Pair("a/long/prefix/2.jpg", big), Pair("old", "v7"));
  const std::uint64_t most = 1 << 22;
  EXPECT_THAT(files_of(archive + kEnd, most), expected);
  EXPECT_THAT(files_of(archive, most), expected);  // some writers leave the end mark out
  EXPECT_THAT(files_of(zstd(archive + kEnd), most), expected);
  EXPECT_THAT(files_of(gzip(archive + kEnd), most), expected);
  // Several frames, or members, are one stream.
  EXPECT_THAT(files_of(zstd(archive.substr(0, 700)) + zstd(archive.substr(700) + kEnd), most),
              expected);
  EXPECT_THAT(files_of(gzip(archive.substr(0, 700)) + gzip(archive.substr(700) + kEnd), most),
              expected);
}

TEST(Tar, LongNames) {
  const std::string longer = std::string(150, 'd') + "/" + std::string(150, 'f');
  EXPECT_THAT(files_of(entry("././@LongLink", longer + '\0', 'L') + entry("short", "x") +
                       entry("next", "y") + kEnd),
              ElementsAre(Pair(longer, "x"), Pair("next", "y")));
  EXPECT_THAT(files_of(entry("p", pax("mtime", "1.5") + pax("path", longer), 'x') +
                       entry("short", "x") + kEnd),
              ElementsAre(Pair(longer, "x")));
  EXPECT_THAT(files_of(entry("g", pax("comment", "hi"), 'g') + entry("p", pax("size", "2"), 'x') +
                       entry("s", "xy", '0', "", octal(0, 11)) + entry("next", "y") + kEnd),
              ElementsAre(Pair("s", "xy"), Pair("next", "y")));
  // A size in base 256, as GNU tar writes beyond 8 GiB.
  EXPECT_THAT(
      files_of(entry("b", "xyz", '0', "", std::string("\x80\0\0\0\0\0\0\0\0\0\0\3", 12)) + kEnd),
      ElementsAre(Pair("b", "xyz")));
}

TEST(Tar, Refusals) {
  std::string bad_sum = entry("a", "x");
  bad_sum[0] = 'b';
  const std::string good = entry("a/b", "xyz") + kEnd;
  std::string bad_zstd = zstd(good), bad_gzip = gzip(good);
  bad_zstd.back() = static_cast<char>(bad_zstd.back() ^ 1);  // the check sum of the content
  bad_gzip[bad_gzip.size() - 8] = static_cast<char>(bad_gzip[bad_gzip.size() - 8] ^ 1);
  const std::pair<std::string, std::string> rows[] = {
      {"", "empty; expected a tar archive"},
      {"not a tar", "the archive ends within a block"},
      {std::string(600, 'x'), "the check sum of a header is \"xxxxxxxx\"; expected octal digits"},
      {bad_sum, "the check sum of a header is wrong"},
      {entry("/etc/passwd", "x"), "the name \"/etc/passwd\" is absolute"},
      {entry("a/../../b", "x"), "leaves the archive"},
      {entry("..", "x"), "leaves the archive"},
      {entry("./", "x"), "an entry without a name"},
      {entry("a", "x", '0', "", "9"), "a size is \"9\"; expected octal digits"},
      {entry("a", "x", '0', "", "77777777777"), "has 8589934591 bytes; expected at most 1048576"},
      {entry("a", "x", '0', "",
             std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 12)),
       "a size is too large"},
      {entry("a", "x", 'S'), "\"a\" is of type \"S\""},
      {entry("a", std::string(600, 'x')).substr(0, 1000),
       "the archive ends within an entry of 600 bytes"},
      {entry("a", std::string(700, 'x')).substr(0, 1300), "the archive ends within an entry"},
      {entry("p", "99 path=x\n", 'x'), "a damaged pax record"},
      {entry("p", "0 \n", 'x'), "a damaged pax record"},
      {entry("p", pax("size", "-1"), 'x'), "a damaged pax size"},
      {entry("p", "", 'x', "", octal(1 << 21, 11)),
       "a header of 2097152 bytes; expected at most 1048576"},
      {entry("L", std::string(5000, 'n'), 'L') + entry("a", "x"), "a name of 5000 bytes"},
      {zstd(good).substr(0, 20), "zstd data ends too early"},
      {gzip(good).substr(0, 20), "gzip data ends too early"},
      {gzip(good) + "xxxx", "damaged gzip data"},
      {bad_zstd, "damaged zstd data"},
      {bad_gzip, "damaged gzip data"},
      {good + entry("more", ""), "bytes after the end of the archive"},
      {zstd(good + std::string(2 << 20, '\0')), "bytes after the end of the archive"},
  };
  for (const auto& [archive, expected] : rows) EXPECT_THAT(refusal(archive), HasSubstr(expected));
  EXPECT_THAT(refusal(entry("a", "12345"), 4), HasSubstr("\"a\" has 5 bytes; expected at most 4"));
  const ScratchFolder folder;
  EXPECT_THROW(read_tar(folder / "none.tar", [](const TarEntry&) {}), FormatError);
}

// A tiny file that unpacks to gigabytes is refused at the first entry that is too large, with no
// such memory taken.
TEST(Tar, ABombIsRefused) {
  std::string archive =
      entry("a", "", '0', "", octal(std::uint64_t{1} << 30, 11)) + std::string(1 << 26, '\0');
  EXPECT_THAT(refusal(zstd(archive)), HasSubstr("expected at most 1048576"));
}

TEST(Tar, CutArchivesAreReadOrRefused) {
  const std::string packed = zstd(entry("a", "xyz") + entry("b", std::string(700, 'x')) + kEnd);
  for (std::size_t length = 0; length < packed.size(); ++length)
    EXPECT_NE(refusal(packed.substr(0, length)), "read");
}

}  // namespace
}  // namespace hilo::formats
