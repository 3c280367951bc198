#include <algorithm>
#include <map>
#include <optional>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/data/class_folders.h"
#include "hilo/data/sources.h"
#include "hilo/formats/tar.h"

namespace hilo::data {
namespace {

namespace fs = std::filesystem;

constexpr Dim kSide = 32, kChannels = 3;
constexpr std::size_t kPlane = kSide * kSide,
                      kRecord = 1 + kPlane * kChannels;  // a label, then red, green, blue

// In the order of the official labels.
const std::vector<std::string>& class_names() {
  static const std::vector<std::string> names = {
      "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
  return names;
}

const std::vector<std::string> kTrainFiles = {"data_batch_1.bin", "data_batch_2.bin",
                                              "data_batch_3.bin", "data_batch_4.bin",
                                              "data_batch_5.bin"};
const std::vector<std::string> kTestFiles = {"test_batch.bin"};

// The official files, by name; how they are got differs.
using ReadFile = std::function<std::vector<std::byte>(const std::string& name)>;

void check_records(const std::vector<std::byte>& bytes, const std::string& file) {
  if (bytes.empty() || bytes.size() % kRecord != 0) {
    throw FormatError(file, std::to_string(bytes.size()) + " bytes; expected pictures of " +
                                std::to_string(kRecord) + " bytes each");
  }
  for (std::size_t at = 0; at < bytes.size(); at += kRecord) {
    if (static_cast<std::size_t>(bytes[at]) >= class_names().size()) {
      throw FormatError(
          file, at,
          "a label of " + std::to_string(static_cast<int>(bytes[at])) + "; expected 0 to 9");
    }
  }
}

Dataset official_set(const std::vector<std::string>& files, const ReadFile& read, OnBad on_bad) {
  std::vector<std::byte> records;
  std::vector<SkippedFile> skipped;
  for (const std::string& file : files) {
    try {
      const std::vector<std::byte> bytes = read(file);
      check_records(bytes, file);
      records.insert(records.end(), bytes.begin(), bytes.end());
    } catch (const FormatError& error) {
      if (on_bad == OnBad::kRefuse) throw;
      skipped.push_back({file, error.what()});
    }
  }
  const std::size_t count = records.size() / kRecord;
  Array inputs(Shape{kU8, {static_cast<Dim>(count), kSide, kSide, kChannels}});
  std::vector<std::int32_t> labels(count);
  std::byte* to = inputs.mutable_bytes().data();
  for (std::size_t i = 0; i < count; ++i) {
    const std::byte* const record = records.data() + i * kRecord;
    labels[i] = static_cast<std::int32_t>(record[0]);
    for (std::size_t pixel = 0; pixel < kPlane; ++pixel) {  // [3,32,32] -> [32,32,3]
      for (std::size_t c = 0; c < kChannels; ++c) *to++ = record[1 + c * kPlane + pixel];
    }
  }
  return Dataset::from_arrays(std::move(inputs),
                              Array::of<std::int32_t>({static_cast<Dim>(count)}, labels),
                              class_names(), std::move(skipped));
}

Split official(const ReadFile& read, OnBad on_bad) {
  Dataset train = official_set(kTrainFiles, read, on_bad);
  return {std::move(train), official_set(kTestFiles, read, on_bad)};
}

Split official_folder(const fs::path& folder, OnBad on_bad) {
  return official(
      [&](const std::string& name) { return read_file(folder / name, std::uint64_t{1} << 30); },
      on_bad);
}

Split official_archive(const fs::path& archive, OnBad on_bad) {
  std::map<std::string, std::vector<std::byte>> files;
  std::optional<FormatError> damage;
  try {
    formats::read_tar(archive, [&](formats::TarEntry entry) {
      const std::string name = fs::path(entry.name).filename().string();
      if (name.ends_with(".bin")) files[name] = std::move(entry.contents);
    });
  } catch (const FormatError& error) {
    if (on_bad == OnBad::kRefuse) throw;
    damage = error;
  }
  const ReadFile read = [&](const std::string& name) {
    const auto found = files.find(name);
    if (found != files.end()) return std::move(found->second);
    throw damage ? *damage : FormatError(archive.string(), "has no " + name);
  };
  return official(read, on_bad);
}

// DIR/NAME.tar.zst, .tar.gz or .tar.
std::optional<fs::path> archive_named(const fs::path& dir, const std::string& name) {
  std::error_code code;
  for (const char* const suffix : {".tar.zst", ".tar.gz", ".tar"}) {
    if (fs::exists(dir / (name + suffix), code)) return dir / (name + suffix);
  }
  return std::nullopt;
}

// An archive of one set may have class folders at its top, or a folder train or test of them.
Pictures set_of(const std::optional<fs::path>& archive, const ImageFolderOptions& options) {
  if (!archive) return {};
  ClassFolders folders = find_class_folders(*archive, options);
  return std::move(folders.train.pictures.empty() ? folders.test : folders.train);
}

bool has_class_folders(const fs::path& dir) {
  std::error_code code;
  return std::ranges::any_of(
      class_names(), [&](const std::string& name) { return fs::is_directory(dir / name, code); });
}

}  // namespace

Split cifar10(const fs::path& dir, const LoadOptions& options) {
  const ImageFolderOptions folder_options{.height = kSide,
                                          .width = kSide,
                                          .channels = kChannels,
                                          .class_names = class_names(),
                                          .load = options};
  std::error_code code;
  if (fs::is_regular_file(dir, code)) return official_archive(dir, options.on_bad);
  if (const auto archive = archive_named(dir, "cifar-10-binary"))
    return official_archive(*archive, options.on_bad);
  for (const fs::path& folder : {dir, dir / "cifar-10-batches-bin"}) {
    if (fs::exists(folder / kTrainFiles[0], code) || fs::exists(folder / kTestFiles[0], code))
      return official_folder(folder, options.on_bad);
  }
  if (has_class_folders(dir) || has_class_folders(dir / "train") ||
      has_class_folders(dir / "test")) {
    return load(find_class_folders(dir, folder_options), folder_options);
  }
  const auto train = archive_named(dir, "cifar10-train"), test = archive_named(dir, "cifar10-test");
  if (train || test) {
    Pictures train_set = set_of(train, folder_options), test_set = set_of(test, folder_options);
    return load({class_names(), std::move(train_set), std::move(test_set)}, folder_options);
  }
  throw FormatError(
      dir.string(),
      fs::is_directory(dir, code)
          ? "no CIFAR-10 here; expected cifar-10-binary.tar.gz, data_batch_1.bin .. "
            "test_batch.bin, folders train "
            "and test of class folders, or cifar10-train.tar.zst and cifar10-test.tar.zst"
          : "no such folder; expected one that holds CIFAR-10");
}

}  // namespace hilo::data
