#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hilo/core/array.h"
#include "hilo/core/file.h"

namespace hilo::formats {

/// Tensors with their names, in order.
using NamedArrays = std::vector<std::pair<std::string, Array>>;
/// The `__metadata__` of a safetensors file.
using Metadata = std::map<std::string, std::string>;

/// A safetensors file, open for reading: the header is checked whole, the tensors stay on disk
/// until they are touched. Copies share the mapping.
/// Limits:  a header of at most 100 MB; rank at most 32; no hole, overlap or byte that no tensor
///          covers; no name twice.
/// Source:  the format's README, "Format" (huggingface/safetensors).
class SafetensorsFile {
 public:
  /// Throws:  FormatError with file, byte offset, what was found and what was expected.
  static SafetensorsFile open(const std::filesystem::path& path);
  /// The same from memory that `owner` keeps alive; `path` is for messages.
  static SafetensorsFile parse(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                               const std::filesystem::path& path);

  /// In the order of the header.
  [[nodiscard]] const std::vector<std::string>& names() const;
  [[nodiscard]] bool contains(std::string_view name) const;
  [[nodiscard]] const Metadata& metadata() const;
  [[nodiscard]] const std::filesystem::path& path() const;

  /// The shape of a tensor, from the header alone. Throws FormatError with near names if there is
  /// no such tensor.
  [[nodiscard]] Shape shape(std::string_view name) const;
  /// The tensor. It views the mapping (and keeps it alive) where the bytes are aligned for its
  /// dtype, else it is a copy.
  /// Throws:  FormatError with near names if there is none; for F4 and F6_*, which pack several
  ///          elements into a byte.
  [[nodiscard]] Array at(std::string_view name) const;
  /// Gives back the memory of a tensor, which is read from the file again when it is asked for.
  void forget(std::string_view name) const;
  /// Every tensor, in the order of `names()`.
  [[nodiscard]] NamedArrays all() const;

 private:
  struct State;
  explicit SafetensorsFile(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  static std::shared_ptr<State> read(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                                     const std::filesystem::path& path);
  std::shared_ptr<const State> state_;
};

/// Writes a safetensors file, whole or not at all (AtomicFile). Equal input gives equal bytes: no
/// time, no padding noise. The header lists the tensors in the order given; their bytes are laid
/// out wider dtypes first, so that each is aligned.
/// Throws:  Error for a name twice, the name "__metadata__", or a dtype that the format lacks; what
///          AtomicFile throws.
void write_safetensors(const std::filesystem::path& path, const NamedArrays& tensors,
                       const Metadata& metadata = {});

/// The same tensor by tensor: `make(i)` is called once for each of `tensors`, when its bytes are
/// due, and has to give that shape. So no more than one is in memory.
void write_safetensors(const std::filesystem::path& path,
                       const std::vector<std::pair<std::string, Shape>>& tensors,
                       const Metadata& metadata, const std::function<Array(std::size_t)>& make);

}  // namespace hilo::formats
