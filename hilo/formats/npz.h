#pragma once
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hilo/core/array.h"

namespace hilo::formats {

/// A NumPy .npy file as a row-major array of this machine's byte order, versions 1 to 3. Bool,
/// integers, f16, f32, f64, c64 and c128 are read; Fortran order and big-endian data are turned
/// round.
/// Throws:  FormatError for anything else: objects (pickles are never loaded), structures, strings,
///          bytes missing or left over, a header that is no plain literal.
Array read_npy(const std::filesystem::path& path);
/// The same from memory; `name` is the file in messages.
Array parse_npy(std::span<const std::byte> bytes, std::string_view name);

/// A NumPy .npz archive, open for reading. Members are read (stored or deflated), and their CRC is
/// checked, when asked for.
/// Limits:  no allocation beyond what deflate can make of the bytes that are there (1032 to 1).
///          Names are only keys.
class NpzFile {
 public:
  /// Throws:  FormatError with file and byte offset.
  static NpzFile open(const std::filesystem::path& path);

  /// Member names without ".npy", in the archive's order.
  [[nodiscard]] const std::vector<std::string>& names() const;
  [[nodiscard]] bool contains(std::string_view name) const;
  /// Throws:  FormatError with near names if there is no such member, or if it is damaged.
  [[nodiscard]] Array at(std::string_view name) const;

 private:
  struct State;
  explicit NpzFile(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  std::shared_ptr<const State> state_;
};

/// Writes a .npy file (version 1), whole or not at all.
/// Throws:  Error for dtypes that NumPy lacks (bf16, f8, sub-byte).
void write_npy(const std::filesystem::path& path, const Array& array);
/// Writes a .npz archive of stored members, whole or not at all; equal input gives equal bytes.
/// Members and the archive stay under 4 GiB (safetensors has no such limit).
void write_npz(const std::filesystem::path& path,
               const std::vector<std::pair<std::string, Array>>& arrays);

}  // namespace hilo::formats
