#pragma once
#include <cstdint>
#include <filesystem>
#include <vector>

#include "hilo/core/array.h"

namespace hilo::tools::test {

/// Pictures u8[H,W,1 or 3] as files.
void write_png(const std::filesystem::path& file, const Array& picture);
void write_jpeg(const std::filesystem::path& file, const Array& picture);
void write_webp(const std::filesystem::path& file, const Array& picture);

/// A picture of class `label`, of which there are as many as rows: a bright bar at a height of its own, and noise.
Array bar_picture(std::int64_t label, std::int64_t classes, std::int64_t number, Dim height, Dim width, Dim channels);

/// The four idx files of Fashion-MNIST's form, with such pictures, 28x28, ten classes.
std::filesystem::path write_fashion(const std::filesystem::path& folder, std::int64_t train_count, std::int64_t test_count);
/// Test picture `i` of it, and its class.
Array fashion_test_picture(std::int64_t i);
inline std::int64_t fashion_label(std::int64_t i) { return i % 10; }
/// The names that Fashion-MNIST gives its classes.
const std::vector<std::string>& fashion_classes();

/// train/ and test/ with a folder of such pictures a class: red, green and blue ones, of several sizes and formats.
std::filesystem::path write_class_folders(const std::filesystem::path& folder, std::int64_t per_class, std::int64_t test_per_class);

}  // namespace hilo::tools::test
