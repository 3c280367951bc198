#include "hilo/data/picture_source.h"

#include <algorithm>
#include <mutex>
#include <optional>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/data/image.h"
#include "hilo/data/parallel_for.h"

namespace hilo::data {
namespace {

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 30;

Shape shape_of(const ImageFolderOptions& options) {
  return {kU8, {options.height, options.width, options.channels}};
}

Array decode(const Picture& picture, const ImageFolderOptions& options) {
  const DecodeOptions how{.channels = options.channels};
  const Array image = picture.contents != nullptr
                          ? decode_image(*picture.contents, how, picture.name)
                          : decode_image(read_file(picture.file, kMaxFileBytes), how, picture.name);
  return cover(image, options.height, options.width);
}

// Pictures that are decoded at every use.
class PictureSource : public Source {
 public:
  PictureSource(std::vector<Picture> pictures, ImageFolderOptions options)
      : pictures_(std::move(pictures)), options_(std::move(options)) {}

  [[nodiscard]] std::int64_t size() const override {
    return static_cast<std::int64_t>(pictures_.size());
  }
  [[nodiscard]] Shape input_shape() const override { return shape_of(options_); }

  void read(std::int64_t i, std::span<std::byte> input, std::span<std::byte> label) const override {
    const Picture& picture = pictures_[static_cast<std::size_t>(i)];
    const Array image = decode(picture, options_);
    std::copy(image.bytes().begin(), image.bytes().end(), input.begin());
    const auto class_index = std::as_bytes(std::span(&picture.label, 1));
    std::copy(class_index.begin(), class_index.end(), label.begin());
  }

 private:
  std::vector<Picture> pictures_;
  ImageFolderOptions options_;
};

// Why each picture that cannot be decoded is bad; where bad ones are refused, the first one throws.
class BadPictures {
 public:
  BadPictures(std::size_t count, OnBad on_bad) : reasons_(count), on_bad_(on_bad) {}

  // Calls `decode`; true if it went well.
  template <class F>
  void run(std::size_t i, F decode) {
    try {
      decode();
    } catch (const FormatError& error) {
      if (on_bad_ == OnBad::kRefuse) throw;
      reasons_[i] = error.what();  // each thread writes elements of its own
    }
  }

  [[nodiscard]] bool is_good(std::size_t i) const { return reasons_[i].empty(); }

  void report(const std::vector<Picture>& pictures, std::vector<SkippedFile>& skipped) const {
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      if (!is_good(i)) skipped.push_back({pictures[i].name, reasons_[i]});
    }
  }

 private:
  std::vector<std::string> reasons_;
  OnBad on_bad_;
};

Dataset in_memory(const std::vector<Picture>& pictures, const std::vector<std::string>& class_names,
                  std::vector<SkippedFile> skipped, const ImageFolderOptions& options) {
  Array inputs(Shape{
      kU8, {static_cast<Dim>(pictures.size()), options.height, options.width, options.channels}});
  const auto bytes = inputs.mutable_bytes();
  const auto stride = static_cast<std::size_t>(shape_of(options).size());
  BadPictures bad(pictures.size(), options.load.on_bad);
  const auto load = [&](std::int64_t index) {
    const auto i = static_cast<std::size_t>(index);
    bad.run(i, [&] {
      std::ranges::copy(decode(pictures[i], options).bytes(),
                        bytes.begin() + static_cast<std::ptrdiff_t>(i * stride));
    });
  };
  parallel_for(static_cast<std::int64_t>(pictures.size()), options.load.threads, load,
               options.load.on_progress);
  bad.report(pictures, skipped);
  std::vector<std::int32_t> labels;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    if (!bad.is_good(i)) continue;
    const std::size_t to = labels.size();
    if (to != i)
      std::ranges::copy(bytes.subspan(i * stride, stride),
                        bytes.begin() + static_cast<std::ptrdiff_t>(to * stride));
    labels.push_back(pictures[i].label);
  }
  const auto count = static_cast<Dim>(labels.size());
  if (count != inputs.shape().dims[0]) {
    Array good(Shape{kU8, {count, options.height, options.width, options.channels}});
    std::ranges::copy(bytes.first(good.bytes().size()), good.mutable_bytes().begin());
    inputs = std::move(good);
  }
  return Dataset::from_arrays(std::move(inputs), Array::of<std::int32_t>({count}, labels),
                              class_names, std::move(skipped));
}

}  // namespace

Dataset picture_dataset(std::vector<Picture> pictures, const std::vector<std::string>& class_names,
                        std::vector<SkippedFile> skipped, const ImageFolderOptions& options) {
  Dim bytes = 0;
  const bool fits = !__builtin_mul_overflow(shape_of(options).size(),
                                            static_cast<Dim>(pictures.size()), &bytes) &&
                    bytes <= options.memory_bytes;
  if (fits) return in_memory(pictures, class_names, std::move(skipped), options);
  if (options.load.on_bad ==
      OnBad::kSkip) {  // later no picture may fail: the number of examples is fixed
    BadPictures bad(pictures.size(), OnBad::kSkip);
    const auto check = [&](std::int64_t i) {
      bad.run(static_cast<std::size_t>(i),
              [&] { decode(pictures[static_cast<std::size_t>(i)], options); });
    };
    parallel_for(static_cast<std::int64_t>(pictures.size()), options.load.threads, check,
                 options.load.on_progress);
    bad.report(pictures, skipped);
    std::vector<Picture> good;
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      if (bad.is_good(i)) good.push_back(std::move(pictures[i]));
    }
    pictures = std::move(good);
  }
  return Dataset(std::make_shared<PictureSource>(std::move(pictures), options), class_names,
                 std::move(skipped));
}

}  // namespace hilo::data
