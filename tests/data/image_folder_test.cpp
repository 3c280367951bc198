#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hilo/data/batches.h"
#include "hilo/data/image.h"
#include "hilo/data/sources.h"
#include "tests/data/picture_tree.h"

namespace hilo::data {
namespace {

namespace fs = std::filesystem;
using formats::ScratchFolder;
using formats::write_bytes;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

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

}  // namespace
}  // namespace hilo::data
