#include "tests/tools/pictures.h"

#include <cstdio>
// jpeglib.h wants FILE first
#include <jpeglib.h>
#include <png.h>
#include <unistd.h>
#include <webp/encode.h>

#include <fstream>

#include "hilo/core/file.h"
#include "hilo/data/sources.h"

namespace hilo::tools::test {
namespace {

namespace fs = std::filesystem;

// Small, and the same everywhere.
std::uint32_t scrambled(std::uint64_t x) {
  x = (x ^ (x >> 31)) * 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 29)) * 0xBF58476D1CE4E5B9ULL;
  return static_cast<std::uint32_t>(x >> 32);
}

void write_idx(const fs::path& file, const Dims& dims, const std::vector<std::uint8_t>& bytes) {
  std::string text = {'\0', '\0', '\x08', static_cast<char>(dims.size())};
  for (Dim d : dims) {
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>((d >> shift) & 0xFF);
  }
  text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  write_file_atomically(file, text);
}

void write_fashion_part(const fs::path& folder, const std::string& stem, std::int64_t count, std::int64_t first) {
  std::vector<std::uint8_t> pixels, labels;
  for (std::int64_t i = 0; i < count; ++i) {
    const Array picture = bar_picture(fashion_label(i), 10, first + i, 28, 28, 1);
    const auto data = picture.data<std::uint8_t>();
    pixels.insert(pixels.end(), data.begin(), data.end());
    labels.push_back(static_cast<std::uint8_t>(fashion_label(i)));
  }
  write_idx(folder / (stem + "-images-idx3-ubyte"), {count, 28, 28}, pixels);
  write_idx(folder / (stem + "-labels-idx1-ubyte"), {count}, labels);
}

constexpr std::int64_t kFirstTest = 1'000'000;  // other noise than the training pictures

}  // namespace

void write_png(const fs::path& file, const Array& picture) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.height = static_cast<png_uint_32>(picture.shape().dim(0));
  image.width = static_cast<png_uint_32>(picture.shape().dim(1));
  image.format = picture.shape().dim(2) == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  png_image_write_to_file(&image, file.c_str(), 0, picture.bytes().data(), 0, nullptr);
}

void write_jpeg(const fs::path& file, const Array& picture) {
  jpeg_compress_struct jpeg{};
  jpeg_error_mgr errors{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_compress(&jpeg);
  std::FILE* out = std::fopen(file.c_str(), "wb");
  jpeg_stdio_dest(&jpeg, out);
  jpeg.image_height = static_cast<JDIMENSION>(picture.shape().dim(0));
  jpeg.image_width = static_cast<JDIMENSION>(picture.shape().dim(1));
  jpeg.input_components = static_cast<int>(picture.shape().dim(2));
  jpeg.in_color_space = jpeg.input_components == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(&jpeg);
  jpeg_set_quality(&jpeg, 95, TRUE);
  jpeg_start_compress(&jpeg, TRUE);
  Array copy = picture;
  const auto pixels = copy.mutable_data<std::uint8_t>();
  while (jpeg.next_scanline < jpeg.image_height) {
    JSAMPROW row = pixels.data() + static_cast<std::size_t>(jpeg.next_scanline) * jpeg.image_width * static_cast<std::size_t>(jpeg.input_components);
    jpeg_write_scanlines(&jpeg, &row, 1);
  }
  jpeg_finish_compress(&jpeg);
  jpeg_destroy_compress(&jpeg);
  std::fclose(out);
}

void write_webp(const fs::path& file, const Array& picture) {
  const int height = static_cast<int>(picture.shape().dim(0)), width = static_cast<int>(picture.shape().dim(1));
  std::uint8_t* packed = nullptr;
  const std::size_t bytes = WebPEncodeLosslessRGB(picture.data<std::uint8_t>().data(), width, height, 3 * width, &packed);
  write_file_atomically(file, std::string_view(reinterpret_cast<const char*>(packed), bytes));
  WebPFree(packed);
}

Array bar_picture(std::int64_t label, std::int64_t classes, std::int64_t number, Dim height, Dim width, Dim channels) {
  Array picture(Shape{kU8, {height, width, channels}});
  const auto pixels = picture.mutable_data<std::uint8_t>();
  std::size_t at = 0;
  for (Dim y = 0; y < height; ++y) {
    const bool is_bar = y * classes / height == label;
    for (Dim x = 0; x < width * channels; ++x, ++at) {
      const std::uint32_t noise = scrambled(static_cast<std::uint64_t>(number) * 100'003 + at) % 60;
      const bool is_lit = channels == 1 || x % channels == label % channels;
      pixels[at] = static_cast<std::uint8_t>((is_bar && is_lit ? 190 : 20) + noise);
    }
  }
  return picture;
}

fs::path write_fashion(const fs::path& folder, std::int64_t train_count, std::int64_t test_count) {
  fs::create_directories(folder);
  write_fashion_part(folder, "train", train_count, 0);
  write_fashion_part(folder, "t10k", test_count, kFirstTest);
  return folder;
}

Array fashion_test_picture(std::int64_t i) { return bar_picture(fashion_label(i), 10, kFirstTest + i, 28, 28, 1); }

const std::vector<std::string>& fashion_classes() {
  static const std::vector<std::string> names = [] {
    const fs::path folder = fs::temp_directory_path() / ("hilo-names-" + std::to_string(::getpid()));
    const std::vector<std::string> result = data::fashion_mnist(write_fashion(folder, 10, 10)).train.class_names();
    fs::remove_all(folder);
    return result;
  }();
  return names;
}

fs::path write_class_folders(const fs::path& folder, std::int64_t per_class, std::int64_t test_per_class) {
  std::int64_t number = 0;
  for (const auto& [part, count] : {std::pair{"train", per_class}, {"test", test_per_class}}) {
    for (std::int64_t label = 0; label < 3; ++label) {
      const fs::path parent = folder / part / std::vector<std::string>{"blue", "green", "red"}[static_cast<std::size_t>(label)];
      fs::create_directories(parent);
      for (std::int64_t i = 0; i < count; ++i, ++number) {
        const Array picture = bar_picture(2 - label, 3, number, 20 + number % 9, 24, 3);
        const std::string stem = std::to_string(i);
        if (i % 3 == 0) write_png(parent / (stem + ".png"), picture);
        if (i % 3 == 1) write_jpeg(parent / (stem + ".jpg"), picture);
        if (i % 3 == 2) write_webp(parent / (stem + ".webp"), picture);
      }
    }
  }
  return folder;
}

}  // namespace hilo::tools::test
