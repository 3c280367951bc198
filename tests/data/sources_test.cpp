#include "hilo/data/sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "hilo/data/image.h"
#include "tests/data/picture_tree.h"

namespace hilo::data {
namespace {

namespace fs = std::filesystem;
using formats::entry;
using formats::kEnd;
using formats::ScratchFolder;
using formats::write_bytes;
using testing::ElementsAre;
using testing::HasSubstr;

// Three pictures a file; pixel (y, x) of channel c of picture i is a mix of all four.
char official_pixel(std::size_t i, std::size_t c, std::size_t y, std::size_t x) {
  return static_cast<char>((i * 50 + c * 80 + y * 3 + x) % 256);
}

std::string official_file(std::size_t number) {
  std::string file;
  for (std::size_t i = 0; i < 3; ++i) {
    file += static_cast<char>((number + i) % 10);
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t y = 0; y < 32; ++y) {
        for (std::size_t x = 0; x < 32; ++x) file += official_pixel(i, c, y, x);
      }
    }
  }
  return file;
}

std::string official_archive() {
  std::string archive = entry("cifar-10-batches-bin/batches.meta.txt", "airplane\n");
  for (std::size_t n = 1; n <= 5; ++n) {
    archive +=
        entry("cifar-10-batches-bin/data_batch_" + std::to_string(n) + ".bin", official_file(n));
  }
  return archive + entry("cifar-10-batches-bin/test_batch.bin", official_file(9)) + kEnd;
}

void expect_official(const Split& split) {
  EXPECT_EQ(split.train.size(), 15);
  EXPECT_EQ(split.train.class_names()[9], "truck");
  EXPECT_EQ(split.train.input_shape(), (Shape{kU8, {32, 32, 3}}));
  EXPECT_THAT(labels_of(split.train), ElementsAre(1, 2, 3, 2, 3, 4, 3, 4, 5, 4, 5, 6, 5, 6, 7));
  EXPECT_THAT(labels_of(split.test), ElementsAre(9, 0, 1));
  const Array picture = split.train.input(13);
  for (std::size_t at = 0; at < 32 * 32 * 3; ++at) {
    ASSERT_EQ(picture.data<std::uint8_t>()[at],
              static_cast<std::uint8_t>(official_pixel(1, at % 3, at / 96, at / 3 % 32)));
  }
}

TEST(Cifar10, TheOfficialArchiveAndItsFiles) {
  const ScratchFolder archive, flat, nested;
  const std::string packed = formats::gzip(official_archive());
  write_bytes(archive / "cifar-10-binary.tar.gz", packed);
  expect_official(cifar10(archive.path()));
  expect_official(cifar10(archive / "cifar-10-binary.tar.gz"));
  fs::create_directory(nested / "cifar-10-batches-bin");
  for (std::size_t n = 1; n <= 6; ++n) {
    const std::string name = n == 6 ? "test_batch.bin" : "data_batch_" + std::to_string(n) + ".bin";
    write_bytes(flat / name, official_file(n == 6 ? 9 : n));
    write_bytes(nested / ("cifar-10-batches-bin/" + name), official_file(n == 6 ? 9 : n));
  }
  expect_official(cifar10(flat.path()));
  expect_official(cifar10(nested.path()));

  fs::remove(flat / "data_batch_3.bin");
  write_bytes(flat / "data_batch_4.bin", official_file(4).substr(1));
  std::string bad_label = official_file(5);
  bad_label[3073] = 10;
  write_bytes(flat / "data_batch_5.bin", bad_label);
  EXPECT_THAT(refusal([&] { cifar10(flat.path()); }), HasSubstr("data_batch_3.bin: cannot open"));
  const Dataset rest = cifar10(flat.path(), {.on_bad = OnBad::kSkip}).train;
  EXPECT_EQ(rest.size(), 6);
  ASSERT_EQ(rest.skipped().size(), 3U);
  EXPECT_THAT(rest.skipped()[1].reason,
              HasSubstr("data_batch_4.bin: 9218 bytes; expected pictures of 3073 bytes each"));
  EXPECT_THAT(rest.skipped()[2].reason,
              HasSubstr("data_batch_5.bin: offset 3073: a label of 10; expected 0 to 9"));

  write_bytes(archive / "cifar-10-binary.tar.gz", packed.substr(0, packed.size() / 2));
  EXPECT_THAT(refusal([&] { cifar10(archive.path()); }),
              HasSubstr("cifar-10-binary.tar.gz: offset"));
  EXPECT_GE(cifar10(archive.path(), {.on_bad = OnBad::kSkip}).train.skipped().size(), 1U);
}

TEST(Cifar10, ClassFoldersAndTheirArchives) {
  const ScratchFolder folder, archives;
  const Tree train = {{"train/truck/0.jpg", "baseline.jpg"}, {"train/airplane/0.jpg", "grey.jpg"}};
  const Tree test = {{"test/ship/0.png", "rgb.png"}};
  plant(folder, train);
  plant(folder, test);
  write_bytes(archives / "cifar10-train.tar.zst", formats::zstd(archive_of(train)));
  for (const fs::path& dir : {folder.path(), archives.path()}) {
    if (dir == archives.path()) {
      EXPECT_EQ(cifar10(dir).test.size(), 0);  // one archive is enough
      write_bytes(archives / "cifar10-test.tar.gz", formats::gzip(archive_of(test)));
    }
    const auto [train_set, test_set] = cifar10(dir);
    EXPECT_THAT(labels_of(train_set), ElementsAre(0, 9));
    EXPECT_THAT(labels_of(test_set), ElementsAre(8));
    EXPECT_EQ(train_set.input(1), cover(read_image(kPictures / "baseline.jpg"), 32, 32));
  }
  EXPECT_THAT(refusal([] { cifar10(kPictures); }),
              HasSubstr("no CIFAR-10 here; expected cifar-10-binary.tar.gz, data_batch_1"));
  EXPECT_THAT(refusal([] { cifar10("/none"); }), HasSubstr("/none: no such folder"));
}

// The real one, or the part of it that HILO_DATA_DIR holds.
TEST(Cifar10, RealPictures) {
  const char* const dir = std::getenv("HILO_DATA_DIR");
  if (dir == nullptr) GTEST_SKIP() << "HILO_DATA_DIR is not set";
  const auto [train, test] = cifar10(dir);
  EXPECT_GE(train.size(), 50'000);
  EXPECT_GE(test.size(), 5'000);
  std::map<std::int32_t, int> counts;
  for (const std::int32_t label : labels_of(test)) ++counts[label];
  EXPECT_EQ(counts.size(), 10U);
  const ChannelStatistics statistics = channel_statistics(train);
  const double mean[] = {0.4914, 0.4822, 0.4465},
               std[] = {0.2470, 0.2435, 0.2616};  // of CIFAR-10, as published
  for (std::size_t c = 0; c < 3; ++c) {
    EXPECT_NEAR(statistics.mean[c], mean[c], 0.005);
    EXPECT_NEAR(statistics.std[c], std[c], 0.005);
  }
}

std::string idx(char rank_of_dims, const std::vector<std::size_t>& dims, const std::string& data) {
  std::string text = {'\0', '\0', '\x08', rank_of_dims};
  for (const std::size_t dim : dims) text += std::string(3, '\0') + static_cast<char>(dim);
  return text + data;
}

TEST(FashionMnist, PlainAndPacked) {
  const ScratchFolder folder;
  const std::string images = idx(3, {2, 28, 28}, std::string(784, '\1') + std::string(784, '\2'));
  write_bytes(folder / "train-images-idx3-ubyte", images);
  write_bytes(folder / "train-labels-idx1-ubyte.gz", formats::gzip(idx(1, {2}, "\3\x09")));
  EXPECT_THAT(refusal([&] { fashion_mnist(folder.path()); }),
              HasSubstr("t10k-images-idx3-ubyte: no such file"));
  write_bytes(folder / "t10k-images-idx3-ubyte.gz", formats::gzip(images));
  write_bytes(folder / "t10k-labels-idx1-ubyte", idx(1, {2}, std::string("\0\1", 2)));
  const auto [train, test] = fashion_mnist(folder.path());
  EXPECT_EQ(train.input_shape(), (Shape{kU8, {28, 28, 1}}));
  EXPECT_THAT(labels_of(train), ElementsAre(3, 9));
  EXPECT_EQ(train.class_names()[9], "Ankle boot");
  EXPECT_EQ(test.input(1).data<std::uint8_t>()[783], 2);
  const std::pair<std::string, std::string> rows[] = {
      {idx(1, {3}, "\1\1\1"), "holds u8[3]; expected u8[2], a label a picture"},
      {idx(1, {2}, "\1\x0a"), "a label of 10; expected 0 to 9"}};
  for (const auto& [labels, expected] : rows) {
    write_bytes(folder / "t10k-labels-idx1-ubyte", labels);
    EXPECT_THAT(refusal([&] { fashion_mnist(folder.path()); }), HasSubstr(expected));
  }
  write_bytes(folder / "train-images-idx3-ubyte", idx(3, {2, 2, 1}, "abcd"));
  EXPECT_THAT(refusal([&] { fashion_mnist(folder.path()); }),
              HasSubstr("holds u8[2,2,1]; expected u8[n,28,28]"));
}

TEST(FashionMnist, RealPictures) {
  if (!fs::exists("/usr/share/datasets/fashion-mnist"))
    GTEST_SKIP() << "dataset-fashion-mnist is not installed";
  const auto [train, test] = fashion_mnist();
  EXPECT_EQ(train.size(), 60'000);
  EXPECT_EQ(test.size(), 10'000);
  EXPECT_NEAR(channel_statistics(train).mean[0], 0.2860, 1e-4);  // as published
}

}  // namespace
}  // namespace hilo::data
