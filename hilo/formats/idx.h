#pragma once
#include <filesystem>

#include "hilo/core/array.h"

namespace hilo::formats {

/// An idx file, the format of MNIST, as it is or packed with gzip or zstd (told by content).
/// Elements are u8, i8, i16, i32, f32 or f64, turned from the file's big-endian order into this
/// machine's.
/// Limits:  rank at most 8; memory grows only with the bytes that are there.
/// Throws:  FormatError with file and (unpacked) offset.
/// Source:  yann.lecun.com/exdb/mnist, "the IDX file format".
Array read_idx(const std::filesystem::path& path);

}  // namespace hilo::formats
