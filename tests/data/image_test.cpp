#include "hilo/data/image.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/formats/npz.h"

namespace hilo::data {
namespace {

using testing::HasSubstr;

const std::filesystem::path kHere = std::filesystem::path(HILO_SOURCE_DIR) / "tests" / "data";

const formats::NpzFile& goldens() {
  static const formats::NpzFile file = formats::NpzFile::open(kHere / "goldens.npz");
  return file;
}

std::filesystem::path picture(const std::string& name) { return kHere / "pictures" / name; }

int largest_difference(const Array& a, const Array& b) {
  EXPECT_EQ(a.shape(), b.shape());
  int largest = 0;
  for (std::size_t i = 0; i < a.bytes().size() && a.shape() == b.shape(); ++i) {
    largest = std::max(largest, std::abs(a.data<std::uint8_t>()[i] - b.data<std::uint8_t>()[i]));
  }
  return largest;
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

// Levels of 255 that a decoder may differ by: JPEG and lossy WebP leave room to round; the others
// are exact.
struct Row {
  std::string file;
  int tolerance;
};

class Picture : public testing::TestWithParam<Row> {};

TEST_P(Picture, DecodesAsPillowDoes) {
  const auto& [file, tolerance] = GetParam();
  EXPECT_LE(largest_difference(read_image(picture(file)), goldens().at(file + "/rgb")), tolerance);
  EXPECT_LE(
      largest_difference(read_image(picture(file), {.channels = 1}), goldens().at(file + "/grey")),
      tolerance);
}

// Whatever the bytes, a picture or a FormatError comes back. What is cut off is never taken for a
// whole picture.
TEST_P(Picture, CutAndChangedBytesAreReadOrRefused) {
  const std::vector<std::byte> good = read_file(picture(GetParam().file));
  const auto outcome = [](std::span<const std::byte> bytes) {
    return refusal([&] { decode_image(bytes, {}, "x"); });
  };
  ASSERT_EQ(outcome(good), "no error");
  for (std::size_t length = 0; length < good.size() - 2;
       ++length) {  // the last two bytes of a JPEG only mark its end
    EXPECT_THAT(outcome(std::span(good).first(length)), HasSubstr("x: ")) << length;
  }
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const int change : {0x00, 0x7F, 0xFF}) {
      std::vector<std::byte> bad = good;
      bad[i] = static_cast<std::byte>(change);
      outcome(bad);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, Picture,
    testing::Values(Row{"baseline.jpg", 2}, Row{"progressive.jpg", 2}, Row{"full_chroma.jpg", 1},
                    Row{"grey.jpg", 1}, Row{"cmyk.jpg", 1}, Row{"rgb.png", 0}, Row{"grey.png", 0},
                    Row{"one_bit.png", 0}, Row{"palette.png", 0}, Row{"palette_hole.png", 0},
                    Row{"rgba.png", 0}, Row{"grey_alpha.png", 0}, Row{"grey_16.png", 0},
                    Row{"rgb_16.png", 0}, Row{"interlaced.png", 0}, Row{"lossy.webp", 1},
                    Row{"lossless.webp", 0}, Row{"alpha.webp", 0}),
    [](const auto& row) {
      std::string name = row.param.file;
      std::replace(name.begin(), name.end(), '.', '_');
      return name;
    });

TEST(Image, TransparentPixelsShowTheBackground) {
  EXPECT_EQ(read_image(picture("rgba.png"), {.background = {255, 255, 255}}),
            goldens().at("rgba.png/over_white"));
}

TEST(Image, ExifTurnsItUpright) {
  for (const std::string suffix : {"png", "webp"}) {
    for (int orientation = 1; orientation <= 8; ++orientation) {
      const std::string file = "turned_" + std::to_string(orientation) + "." + suffix;
      EXPECT_EQ(read_image(picture(file)), goldens().at("upright")) << file;
    }
  }
  EXPECT_LE(largest_difference(read_image(picture("turned_6.jpg")), goldens().at("upright")),
            40);  // lossy
  EXPECT_LE(
      largest_difference(read_image(picture("turned_6.jpg"), {.keeps_exif_orientation = true}),
                         goldens().at("turned_6.jpg/stored")),
      1);
}

TEST(Image, TheContentCountsNotTheName) {
  EXPECT_THAT(refusal([] { read_image(picture("other.gif")); }),
              HasSubstr("other.gif: a GIF file; expected a JPEG, PNG or WebP picture"));
  EXPECT_THAT(refusal([] { read_image(picture("animated.webp")); }),
              HasSubstr("an animated WebP; expected a still"));
  EXPECT_THAT(refusal([] { read_image(kHere / "goldens.py"); }),
              HasSubstr("goldens.py: offset 0: no picture, it begins"));
  EXPECT_THAT(refusal([] { read_image(kHere / "none.png"); }), HasSubstr("none.png: cannot open"));
  EXPECT_THAT(refusal([] { decode_image({}, {}, "x"); }), HasSubstr("x: offset 0: no picture"));
  EXPECT_THAT(refusal([] { read_image(picture("rgb.png"), {.channels = 4}); }),
              HasSubstr("expected 1 or 3"));
}

TEST(Image, TooManyPixelsAreRefusedBeforeMemoryIsTaken) {
  EXPECT_THAT(refusal([] { read_image(picture("rgb.png"), {.max_pixels = 279}); }),
              HasSubstr("a picture of 20 x 14 pixels; expected 1 to 279"));
  EXPECT_EQ(read_image(picture("rgb.png"), {.max_pixels = 280}).shape(), (Shape{kU8, {14, 20, 3}}));
  // A header that claims 8192 x 8192 pixels, with the bytes of a small picture behind it.
  std::vector<std::byte> jpeg = read_file(picture("baseline.jpg"));
  const auto start =
      std::search(jpeg.begin(), jpeg.end(), std::begin("\xff\xc0"), std::end("\xff\xc0") - 1,
                  [](std::byte b, char c) { return b == static_cast<std::byte>(c); });
  ASSERT_NE(start, jpeg.end());
  start[5] = start[7] = std::byte{32};
  start[6] = start[8] = std::byte{0};
  EXPECT_THAT(refusal([&] { decode_image(jpeg, {}, "x"); }),
              HasSubstr("x: a picture of 8192 x 8192 pixels in 771 bytes"));
}

TEST(Image, ResizesAsPillowDoes) {
  const Array noise = goldens().at("noise");
  for (const std::string& name : goldens().names()) {
    if (!name.starts_with("resize/") || name == "resize/grey_9x9") continue;
    const Array expected = goldens().at(name);
    EXPECT_EQ(resize(noise, expected.shape().dims[0], expected.shape().dims[1]), expected) << name;
  }
  Array grey(Shape{kU8, {23, 37, 1}});
  for (std::size_t i = 0; i < 23 * 37; ++i)
    grey.mutable_data<std::uint8_t>()[i] = noise.data<std::uint8_t>()[3 * i];
  EXPECT_EQ(resize(grey, 9, 9), goldens().at("resize/grey_9x9"));
}

TEST(Image, CoversAsTorchvisionDoes) {
  const Array wide = goldens().at("noise");
  Array tall(Shape{kU8, {37, 23, 3}});
  for (std::size_t y = 0; y < 23; ++y) {
    for (std::size_t x = 0; x < 37 * 3; ++x) {
      tall.mutable_data<std::uint8_t>()[(x / 3 * 23 + y) * 3 + x % 3] =
          wide.data<std::uint8_t>()[y * 37 * 3 + x];
    }
  }
  for (const int side : {8, 23, 32}) {
    EXPECT_EQ(cover(wide, side, side), goldens().at("cover/wide_" + std::to_string(side)));
    EXPECT_EQ(cover(tall, side, side), goldens().at("cover/tall_" + std::to_string(side)));
  }
  EXPECT_EQ(cover(wide, 23, 37).bytes().data(),
            wide.bytes().data());  // nothing to do: the same bytes
  EXPECT_EQ(cover(wide, 4, 30).shape(), (Shape{kU8, {4, 30, 3}}));
  EXPECT_EQ(cover(wide, 30, 4).shape(), (Shape{kU8, {30, 4, 3}}));
  // Only the window is computed: the whole would be 32 x 3,200,000.
  EXPECT_EQ(cover(Array(Shape{kU8, {1, 100'000, 3}}), 32, 32).shape(), (Shape{kU8, {32, 32, 3}}));
}

TEST(Image, CenterCrop) {
  EXPECT_EQ(center_crop(goldens().at("noise"), 9, 8), goldens().at("crop/9x8"));
  EXPECT_EQ(center_crop(goldens().at("noise"), 23, 37), goldens().at("noise"));
  EXPECT_THAT(refusal([] { center_crop(goldens().at("noise"), 24, 8); }),
              HasSubstr("u8[23,37,3] is smaller than 24 x 8"));
}

TEST(Image, SizesAndDTypesAreChecked) {
  const Array noise = goldens().at("noise");
  EXPECT_THAT(refusal([&] { resize(noise, 0, 8); }), HasSubstr("resize: u8[23,37,3] to 0 x 8"));
  EXPECT_THAT(refusal([&] { cover(to_tensor(noise), 8, 8); }),
              HasSubstr("cover: f32[23,37,3] to 8 x 8; expected u8[H,W,C]"));
  EXPECT_THAT(refusal([&] {
                center_crop(Array(Shape{kU8, {0, 4, 3}}), 1, 1);
              }),
              HasSubstr("with a pixel"));
}

TEST(Image, ToTensorAndNormalize) {
  const Array image = Array::of<std::uint8_t>({1, 2, 3}, {0, 51, 255, 102, 153, 204});
  const Array tensor = to_tensor(image);
  EXPECT_EQ(tensor, Array::of<float>({1, 2, 3}, {0.0F, 0.2F, 1.0F, 0.4F, 0.6F, 0.8F}));
  const double mean[] = {0.0, 0.5, 1.0}, std[] = {1.0, 0.5, 0.25};
  EXPECT_EQ(normalize(tensor, mean, std),
            Array::of<float>({1, 2, 3}, {0.0F, (0.2F - 0.5F) / 0.5F, 0.0F, 0.4F,
                                         (0.6F - 0.5F) / 0.5F, (0.8F - 1.0F) / 0.25F}));
  EXPECT_THAT(refusal([&] { normalize(tensor, std::span(mean).first(2), std); }),
              HasSubstr("2 means and 3 deviations"));
  const double none[] = {1.0, 0.0, 1.0};
  EXPECT_THAT(refusal([&] { normalize(tensor, mean, none); }), HasSubstr("not positive"));
}

}  // namespace
}  // namespace hilo::data
