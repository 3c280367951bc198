#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "hilo/data/dataset.h"

namespace hilo::data {

/// What happens to a missing, truncated or corrupt file: the dataset is refused, naming it, or it
/// is left out and listed in `Dataset::skipped()`.
enum class OnBad : std::uint8_t { kRefuse, kSkip };

struct LoadOptions {
  OnBad on_bad = OnBad::kRefuse;
  int threads = 0;  ///< that decode; 0: one a core
  /// Told how many pictures are decoded, by the caller's thread. What it throws ends the loading.
  std::function<void(std::int64_t done, std::int64_t total)> on_progress{};
};

/// CIFAR-10: u8[32,32,3], ten classes. `dir` holds one of these, looked for in this order:
///   - cifar-10-binary.tar.gz, the official archive (`dir` may also be its own path);
///   - data_batch_1.bin .. test_batch.bin, its files, or cifar-10-batches-bin/ that holds them;
///   - train/ and test/ with a folder of pictures a class;
///   - cifar10-train.tar.zst and cifar10-test.tar.zst with the same inside (or .tar.gz, .tar).
///
/// Of folders and archives of pictures one of train and test is enough; the other is empty then.
/// Throws:  FormatError naming the file; naming all of the above if there is none of it.
Split cifar10(const std::filesystem::path& dir, const LoadOptions& options = {});

/// Fashion-MNIST: u8[28,28,1], ten classes. `dir` holds train-images-idx3-ubyte,
/// train-labels-idx1-ubyte and the two of t10k, each as it is or with .gz, as in Debian's
/// dataset-fashion-mnist.
/// Throws:  FormatError naming the file.
Split fashion_mnist(const std::filesystem::path& dir = "/usr/share/datasets/fashion-mnist");

struct ImageFolderOptions {
  Dim height = 0, width = 0;  ///< of every example; pictures of other sizes go through `cover`
  int channels = 3;           ///< 3 or 1
  /// Labels follow this list, where it is given; folders must be among them.
  std::vector<std::string> class_names{};
  /// Pictures are decoded once and kept if they fit in this, else they are decoded at every use.
  std::int64_t memory_bytes = std::int64_t{4} << 30;
  LoadOptions load{};
};

/// Pictures (JPEG, PNG, WebP) in a folder a class: DIR/cat/*.jpg, at any depth below. `path` may
/// also be a .tar.zst, .tar.gz or .tar of such folders. With folders train and test (or val) at the
/// top these are the two sets; else all is `train`, and `test` is empty.
/// Order:   by class, then by file name. Classes are the folder names of train, sorted by their
///          bytes, or `class_names`.
/// Limits:  files whose names are not .jpg, .jpeg, .png or .webp are left out and listed in
///          `skipped()`; names that begin with a dot are left out. The files of an archive are held
///          in memory while it is read, within `memory_bytes`.
/// Cost:    with OnBad::kSkip every picture is decoded once on opening, also where memory does not
///          hold them all.
/// Throws:  FormatError naming the file, if there is no class folder, or a class has no picture;
///          Error for sizes not given, and for an archive beyond `memory_bytes`.
Split image_folder(const std::filesystem::path& path, const ImageFolderOptions& options);

}  // namespace hilo::data
