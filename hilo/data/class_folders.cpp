#include "hilo/data/class_folders.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/formats/tar.h"

namespace hilo::data {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxDepth = 16;

// Something with a name like "train/cat/1.jpg". A folder has no picture.
struct Found {
  std::vector<std::string> parts{};
  Picture picture{};
  bool is_folder = false;
};

std::vector<std::string> parts_of(std::string_view name) {
  std::vector<std::string> parts;
  while (!name.empty()) {
    const std::size_t slash = std::min(name.find('/'), name.size());
    parts.emplace_back(name.substr(0, slash));
    name.remove_prefix(std::min(slash + 1, name.size()));
  }
  return parts;
}

// Links to folders are followed where splits and classes stand, not below, so a loop of links ends.
void list_folder(const fs::path& folder, const std::vector<std::string>& parts,
                 std::vector<Found>& found) {
  std::error_code code;
  fs::directory_iterator entry(folder, code);
  for (; !code && entry != fs::directory_iterator(); entry.increment(code)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with('.')) continue;
    std::vector<std::string> its_parts = parts;
    its_parts.push_back(name);
    std::error_code ignored;
    const bool is_link = entry->is_symlink(ignored);
    if (entry->is_directory(ignored)) {
      if (parts.size() >= kMaxDepth || (is_link && parts.size() >= 2)) continue;
      list_folder(entry->path(), its_parts, found);
      found.push_back({.parts = std::move(its_parts), .is_folder = true});
    } else {
      found.push_back(
          {std::move(its_parts), {.name = entry->path().string(), .file = entry->path()}});
    }
  }
  if (code) throw FormatError(folder.string(), "cannot list: " + code.message());
}

// Where bad files are left out and the archive is damaged, what came before the damage counts.
void list_archive(const fs::path& archive, const ImageFolderOptions& options,
                  std::vector<Found>& found, std::vector<SkippedFile>& skipped) {
  std::int64_t bytes = 0;
  const auto add = [&](formats::TarEntry entry) {
    Found file{.parts = parts_of(entry.name),
               .picture = {.name = archive.string() + ":" + entry.name}};
    if (std::ranges::any_of(file.parts,
                            [](const std::string& part) { return part.starts_with('.'); }))
      return;
    bytes += static_cast<std::int64_t>(entry.contents.size());
    if (bytes > options.memory_bytes) {
      throw Error(archive.string() + ": holds more than the " +
                  std::to_string(options.memory_bytes) +
                  " bytes of memory that are allowed; unpack it, and give the folder");
    }
    file.picture.contents =
        std::make_shared<const std::vector<std::byte>>(std::move(entry.contents));
    found.push_back(std::move(file));
  };
  try {
    formats::read_tar(archive, add);
  } catch (const FormatError& error) {
    if (options.load.on_bad == OnBad::kRefuse || found.empty()) throw;
    skipped.push_back({archive.string(), error.what()});
  }
}

bool is_picture_name(const std::string& name) {
  std::string suffix = fs::path(name).extension().string();
  std::ranges::transform(suffix, suffix.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return suffix == ".jpg" || suffix == ".jpeg" || suffix == ".png" || suffix == ".webp";
}

// Takes away folders at the top that hold everything: an archive of one folder of class folders.
void strip_common_top(std::vector<Found>& found) {
  const auto is_below = [&](const Found& f) {
    return f.parts.size() >= 3 && f.parts[0] == found.front().parts[0];
  };
  while (!found.empty() && std::ranges::all_of(found, is_below) &&
         found.front().parts[0] != "train" && found.front().parts[0] != "test" &&
         found.front().parts[0] != "val") {
    for (Found& f : found) f.parts.erase(f.parts.begin());
  }
}

// "cat" -> what stands in it, sorted by name.
using Classes = std::map<std::string, std::vector<Found>>;

// Groups by the folder at `depth`; files that stand in no such folder are left out.
Classes group(std::vector<Found> found, std::size_t depth) {
  Classes classes;
  for (Found& f : found) {
    if (f.parts.size() == depth + 1 && f.is_folder) classes[f.parts[depth]];
    if (f.parts.size() > depth + 1 && !f.is_folder) classes[f.parts[depth]].push_back(std::move(f));
  }
  for (auto& [name, files] : classes) {
    std::ranges::sort(files, {}, &Found::parts);
  }
  return classes;
}

std::string listing(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Pictures label(const std::string& path, Classes classes, const std::vector<std::string>& names) {
  Pictures result;
  for (auto& [name, files] : classes) {
    const auto at = std::ranges::find(names, name);
    if (at == names.end()) {
      throw FormatError(path, "the folder " + quote(name) + " is none of the classes; expected " +
                                  listing(names));
    }
    for (Found& file : files) {
      if (is_picture_name(file.parts.back())) {
        file.picture.label = static_cast<std::int32_t>(at - names.begin());
        result.pictures.push_back(std::move(file.picture));
      } else {
        result.skipped.push_back({file.picture.name, "its name is not .jpg, .jpeg, .png or .webp"});
      }
    }
  }
  return result;
}

// The classes that the folders name, each with a picture.
std::vector<std::string> names_of(const std::string& path, const Classes& classes) {
  std::vector<std::string> names;
  for (const auto& [name, files] : classes) {
    if (std::ranges::none_of(files,
                             [](const Found& f) { return is_picture_name(f.parts.back()); })) {
      throw FormatError(path, "the class folder " + quote(name) + " has no picture");
    }
    names.push_back(name);
  }
  if (names.empty())
    throw FormatError(path, "no folder of pictures; expected one a class, as in cat/1.jpg");
  return names;
}

}  // namespace

ClassFolders find_class_folders(const fs::path& path, const ImageFolderOptions& options) {
  std::vector<Found> found;
  ClassFolders result;
  std::vector<SkippedFile> damaged;
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    list_folder(path, {}, found);
  } else {
    list_archive(path, options, found, damaged);
    strip_common_top(found);
  }
  std::map<std::string, std::vector<Found>> tops;
  for (const Found& f : found) {
    if (f.parts.size() >= 3 && !f.is_folder) tops[f.parts[0]];
  }
  const auto has = [&](const std::string& name) { return tops.contains(name); };
  const std::string test_name = has("test") ? "test" : "val";
  const bool has_splits =
      (has("train") && has(test_name)) || (tops.size() == 1 && (has("train") || has(test_name)));
  Classes train, test;
  if (has_splits) {
    for (Found& f : found) tops[f.parts[0]].push_back(std::move(f));
    train = group(std::move(tops["train"]), 1);
    test = group(std::move(tops[test_name]), 1);
  } else {
    train = group(std::move(found), 0);
  }
  const std::string name = path.string();
  result.class_names = !options.class_names.empty() ? options.class_names
                                                    : names_of(name, train.empty() ? test : train);
  result.train = label(name, std::move(train), result.class_names);
  result.test = label(name, std::move(test), result.class_names);
  if (result.train.pictures.empty() && result.test.pictures.empty())
    throw FormatError(name, "no picture in any class folder");
  auto& skipped = result.train.pictures.empty() ? result.test.skipped : result.train.skipped;
  skipped.insert(skipped.end(), damaged.begin(), damaged.end());
  return result;
}

Split load(ClassFolders folders, const ImageFolderOptions& options) {
  const auto train_count = static_cast<std::int64_t>(folders.train.pictures.size());
  const std::int64_t total = train_count + static_cast<std::int64_t>(folders.test.pictures.size());
  const auto load_set = [&](Pictures set, std::int64_t before) {
    ImageFolderOptions its_options = options;
    if (options.load.on_progress) {
      its_options.load.on_progress = [&, before](std::int64_t done, std::int64_t) {
        options.load.on_progress(before + done, total);
      };
    }
    return picture_dataset(std::move(set.pictures), folders.class_names, std::move(set.skipped),
                           its_options);
  };
  Dataset train = load_set(std::move(folders.train), 0);
  return {std::move(train), load_set(std::move(folders.test), train_count)};
}

Split image_folder(const fs::path& path, const ImageFolderOptions& options) {
  if (options.height < 1 || options.width < 1 || (options.channels != 1 && options.channels != 3)) {
    throw Error("image_folder: examples of " + std::to_string(options.height) + " x " +
                std::to_string(options.width) + " x " + std::to_string(options.channels) +
                "; expected a height and a width, and 1 or 3 channels");
  }
  return load(find_class_folders(path, options), options);
}

}  // namespace hilo::data
