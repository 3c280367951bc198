#include "hilo/data/sources.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/data/batches.h"
#include "hilo/data/image.h"
#include "tests/formats/edge_cases.h"
#include "tests/formats/tar_maker.h"

namespace hilo::data {
namespace {

namespace fs = std::filesystem;
using formats::entry;
using formats::kEnd;
using formats::ScratchFolder;
using formats::write_bytes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const fs::path kPictures = fs::path(HILO_SOURCE_DIR) / "tests" / "data" / "pictures";

std::string bytes_of(const std::string& picture) { return read_text(kPictures / picture); }

// A path within a folder, and the picture that stands there.
using Tree = std::vector<std::pair<std::string, std::string>>;

void plant(const ScratchFolder& folder, const Tree& tree) {
  for (const auto& [path, picture] : tree) {
    fs::create_directories((folder / path).parent_path());
    write_bytes(folder / path, bytes_of(picture));
  }
}

std::string archive_of(const Tree& tree) {
  std::string archive;
  for (const auto& [path, picture] : tree) archive += entry(path, bytes_of(picture));
  return archive + kEnd;
}

std::vector<std::int32_t> labels_of(const Dataset& set) {
  std::vector<std::int32_t> labels;
  for (std::int64_t k = 0; k < set.size(); ++k)
    labels.push_back(set.label(k).data<std::int32_t>()[0]);
  return labels;
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

const Tree kSplits = {{"train/dog/2.png", "rgb.png"},          {"train/dog/10.JPG", "baseline.jpg"},
                      {"train/cat/deep/1.webp", "lossy.webp"}, {"train/cat/0.jpeg", "cmyk.jpg"},
                      {"test/dog/1.png", "grey_16.png"},       {"other/readme.png", "rgb.png"}};

// Every example is `cover` of its picture, in the order of class and name.
void expect_splits(const Split& split, Dim height = 8, Dim width = 9) {
  EXPECT_THAT(split.train.class_names(), ElementsAre("cat", "dog"));
  EXPECT_THAT(labels_of(split.train), ElementsAre(0, 0, 1, 1));
  EXPECT_EQ(split.train.input_shape(), (Shape{kU8, {height, width, 3}}));
  const char* const expected[] = {"cmyk.jpg", "lossy.webp", "baseline.jpg", "rgb.png"};
  for (std::int64_t k = 0; k < 4; ++k) {
    EXPECT_EQ(split.train.input(k), cover(read_image(kPictures / expected[k]), height, width))
        << expected[k];
  }
  EXPECT_THAT(split.test.class_names(), ElementsAre("cat", "dog"));
  EXPECT_THAT(labels_of(split.test), ElementsAre(1));
  EXPECT_EQ(split.test.input(0), cover(read_image(kPictures / "grey_16.png"), height, width));
  EXPECT_THAT(split.train.skipped(), IsEmpty());
}

TEST(ImageFolder, FoldersInMemoryAndDecodedAtEveryUse) {
  const ScratchFolder folder;
  plant(folder, kSplits);
  for (const int threads : {1, 3}) {
    expect_splits(
        image_folder(folder.path(), {.height = 8, .width = 9, .load = {.threads = threads}}));
  }
  const Split lazy = image_folder(folder.path(), {.height = 8, .width = 9, .memory_bytes = 10});
  EXPECT_TRUE(lazy.train.source().is_slow());
  expect_splits(lazy);
}

TEST(ImageFolder, Archives) {
  const ScratchFolder folder;
  Tree in_a_folder;
  for (const auto& [path, picture] : kSplits) {
    if (!path.starts_with("other")) in_a_folder.emplace_back("set/" + path, picture);
  }
  const std::pair<std::string, std::string> archives[] = {
      {"a.tar.zst", formats::zstd(archive_of(kSplits))},
      {"a.tar.gz", formats::gzip(archive_of(kSplits))},
      {"a.tar", archive_of(kSplits)},
      {"b.tar", archive_of(in_a_folder)}};
  for (const auto& [name, bytes] : archives) {
    write_bytes(folder / name, bytes);
    expect_splits(image_folder(folder / name, {.height = 8, .width = 9}));
    // Larger decoded than allowed: the packed pictures are kept, and decoded at every use.
    const Split lazy =
        image_folder(folder / name, {.height = 64, .width = 60, .memory_bytes = 4000});
    EXPECT_TRUE(lazy.train.source().is_slow());
    expect_splits(lazy, 64, 60);
  }
  EXPECT_THAT(
      refusal(
          [&] { image_folder(folder / "a.tar", {.height = 8, .width = 9, .memory_bytes = 100}); }),
      HasSubstr("a.tar: holds more than the 100 bytes of memory that are allowed; unpack it"));
}

TEST(ImageFolder, WithoutSplitsAllIsTrain) {
  const ScratchFolder folder;
  plant(folder, {{"b/1.png", "rgb.png"}, {"a/1.png", "rgb.png"}, {"train/1.png", "rgb.png"}});
  const Split split = image_folder(folder.path(), {.height = 4, .width = 4, .channels = 1});
  EXPECT_THAT(split.train.class_names(), ElementsAre("a", "b", "train"));
  EXPECT_EQ(split.train.input_shape(), (Shape{kU8, {4, 4, 1}}));
  EXPECT_EQ(split.test.size(), 0);
  EXPECT_EQ(split.test.input_shape(), (Shape{kU8, {4, 4, 1}}));
}

TEST(ImageFolder, OnlyTestAndVal) {
  const ScratchFolder folder;
  plant(folder, {{"test/a/1.png", "rgb.png"}});
  const Split only = image_folder(folder.path(), {.height = 4, .width = 4});
  EXPECT_EQ(only.train.size(), 0);
  EXPECT_EQ(only.test.size(), 1);
  EXPECT_THAT(only.test.class_names(), ElementsAre("a"));
  const ScratchFolder other;
  plant(other,
        {{"train/a/1.png", "rgb.png"}, {"val/a/1.png", "rgb.png"}, {"val/a/2.png", "rgb.png"}});
  EXPECT_EQ(image_folder(other.path(), {.height = 4, .width = 4}).test.size(), 2);
}

TEST(ImageFolder, LabelsFollowGivenClassNames) {
  const ScratchFolder folder;
  plant(folder, {{"dog/1.png", "rgb.png"}});
  const Split split =
      image_folder(folder.path(), {.height = 4, .width = 4, .class_names = {"cat", "cow", "dog"}});
  EXPECT_THAT(labels_of(split.train), ElementsAre(2));
  EXPECT_THAT(split.train.class_names(), ElementsAre("cat", "cow", "dog"));
  EXPECT_THAT(
      refusal([&] {
        image_folder(folder.path(), {.height = 4, .width = 4, .class_names = {"cat", "cow"}});
      }),
      HasSubstr("the folder \"dog\" is none of the classes; expected cat, cow"));
}

TEST(ImageFolder, BadPicturesAreRefusedOrLeftOutByName) {
  const ScratchFolder folder;
  plant(folder, {{"a/1.png", "rgb.png"},
                 {"a/3.png", "other.gif"},
                 {"b/1.jpg", "baseline.jpg"},
                 {"a/notes.txt", "rgb.png"}});
  write_bytes(folder / "a/2.jpg", bytes_of("baseline.jpg").substr(0, 500));
  write_bytes(folder / "a/.hidden.png", "x");
  for (const std::int64_t memory_bytes : {std::int64_t{1} << 20, std::int64_t{1}}) {
    const ImageFolderOptions refuse{.height = 4, .width = 4, .memory_bytes = memory_bytes};
    EXPECT_THAT(refusal([&] {
                  const Split split = image_folder(folder.path(), refuse);
                  for (const Batch& batch : split.train.batches(4)) ASSERT_GT(batch.size(), 0);
                }),
                HasSubstr("a/2.jpg: damaged JPEG: "));
    ImageFolderOptions skip = refuse;
    skip.load.on_bad = OnBad::kSkip;
    const Dataset set = image_folder(folder.path(), skip).train;
    EXPECT_THAT(labels_of(set), ElementsAre(0, 1));
    EXPECT_EQ(set.input(1), cover(read_image(kPictures / "baseline.jpg"), 4, 4));
    ASSERT_EQ(set.skipped().size(), 3U);
    EXPECT_THAT(set.skipped()[0].file, HasSubstr("a/notes.txt"));
    EXPECT_THAT(set.skipped()[0].reason, HasSubstr("its name is not"));
    EXPECT_THAT(set.skipped()[1].file, HasSubstr("a/2.jpg"));
    EXPECT_THAT(set.skipped()[1].reason, HasSubstr("damaged JPEG"));
    EXPECT_THAT(set.skipped()[2].reason, HasSubstr("a/3.png: a GIF file"));
  }
  const std::string archive = archive_of({{"a/1.png", "rgb.png"}, {"a/2.png", "rgb.png"}});
  write_bytes(folder / "cut.tar", archive.substr(0, 1300));
  EXPECT_THAT(refusal([&] { image_folder(folder / "cut.tar", {.height = 4, .width = 4}); }),
              HasSubstr("cut.tar: offset"));
  const Dataset rest =
      image_folder(folder / "cut.tar", {.height = 4, .width = 4, .load = {.on_bad = OnBad::kSkip}})
          .train;
  EXPECT_EQ(rest.size(), 1);
  ASSERT_EQ(rest.skipped().size(), 1U);
  EXPECT_THAT(rest.skipped()[0].reason, HasSubstr("the archive ends within"));
}

TEST(ImageFolder, AFileThatGoesAwayIsNamed) {
  const ScratchFolder folder;
  plant(folder, {{"a/1.png", "rgb.png"}, {"a/2.png", "rgb.png"}});
  const Dataset set =
      image_folder(folder.path(), {.height = 4, .width = 4, .memory_bytes = 1}).train;
  fs::remove(folder / "a/2.png");
  EXPECT_EQ(set.input(0).shape(), (Shape{kU8, {4, 4, 3}}));
  EXPECT_THAT(refusal([&] { static_cast<void>(set.input(1)); }), HasSubstr("a/2.png: cannot open"));
}

TEST(ImageFolder, ALoopOfLinksEnds) {
  const ScratchFolder folder;
  plant(folder, {{"real/1.png", "rgb.png"}});
  fs::create_directory_symlink(folder.path(), folder / "real/loop");
  fs::create_directory_symlink(folder / "real", folder / "linked");  // a linked class folder counts
  const Dataset set = image_folder(folder.path(), {.height = 4, .width = 4}).train;
  EXPECT_THAT(set.class_names(), ElementsAre("linked", "real"));
}

TEST(ImageFolder, Refusals) {
  const ScratchFolder folder;
  const ImageFolderOptions options{.height = 4, .width = 4};
  EXPECT_THAT(refusal([&] { image_folder(folder.path(), options); }),
              HasSubstr("no folder of pictures; expected one a class"));
  EXPECT_THAT(refusal([&] { image_folder(folder / "none", options); }),
              HasSubstr("none: cannot open"));
  EXPECT_THAT(refusal([&] { image_folder(folder.path(), {}); }),
              HasSubstr("expected a height and a width"));
  plant(folder, {{"a/1.png", "rgb.png"}});
  fs::create_directories(folder / "b");
  EXPECT_THAT(refusal([&] { image_folder(folder.path(), options); }),
              HasSubstr("the class folder \"b\" has no picture"));
}

TEST(ImageFolder, ProgressCountsBothSets) {
  const ScratchFolder folder;
  plant(folder, kSplits);
  std::int64_t last = 0;
  const auto on_progress = [&](std::int64_t done, std::int64_t total) {
    EXPECT_GE(done, last);
    EXPECT_EQ(total, 5);
    last = done;
  };
  image_folder(folder.path(), {.height = 4, .width = 4, .load = {.on_progress = on_progress}});
  EXPECT_EQ(last, 5);
}

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
