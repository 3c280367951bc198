#include <optional>

#include "hilo/core/error.h"
#include "hilo/data/sources.h"
#include "hilo/formats/idx.h"

namespace hilo::data {
namespace {

namespace fs = std::filesystem;

constexpr Dim kSide = 28, kClasses = 10;

// Source: the README of github.com/zalandoresearch/fashion-mnist, "Labels".
const std::vector<std::string> kClassNames = {"T-shirt/top", "Trouser",   "Pullover", "Dress",
                                              "Coat",        "Sandal",    "Shirt",    "Sneaker",
                                              "Bag",         "Ankle boot"};

fs::path file_named(const fs::path& dir, const std::string& name) {
  std::error_code code;
  for (const std::string& file : {name, name + ".gz"}) {
    if (fs::exists(dir / file, code)) return dir / file;
  }
  throw FormatError(
      (dir / name).string(),
      "no such file, and none with .gz; expected Fashion-MNIST, as in Debian's package "
      "dataset-fashion-mnist");
}

Dataset read_set(const fs::path& dir, const std::string& prefix) {
  const fs::path image_file = file_named(dir, prefix + "-images-idx3-ubyte");
  const fs::path label_file = file_named(dir, prefix + "-labels-idx1-ubyte");
  const Array images = formats::read_idx(image_file), labels = formats::read_idx(label_file);
  const Shape& shape = images.shape();
  if (shape.dtype != kU8 || shape.rank() != 3 || shape.dims[1] != kSide || shape.dims[2] != kSide) {
    throw FormatError(image_file.string(), "holds " + to_string(shape) + "; expected u8[n,28,28]");
  }
  if (labels.shape() != Shape{kU8, {shape.dims[0]}}) {
    throw FormatError(label_file.string(), "holds " + to_string(labels.shape()) + "; expected " +
                                               to_string(Shape{kU8, {shape.dims[0]}}) +
                                               ", a label a picture");
  }
  for (const std::uint8_t label : labels.data<std::uint8_t>()) {
    if (label >= kClasses)
      throw FormatError(label_file.string(),
                        "a label of " + std::to_string(label) + "; expected 0 to 9");
  }
  return Dataset::from_arrays(images.reshaped({shape.dims[0], kSide, kSide, 1}), labels.as(kI32),
                              kClassNames);
}

}  // namespace

Split fashion_mnist(const fs::path& dir) {
  Dataset train = read_set(dir, "train");
  return {std::move(train), read_set(dir, "t10k")};
}

}  // namespace hilo::data
