#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hilo/formats/gguf_blocks.h"
#include "hilo/formats/gguf_value.h"

namespace hilo::formats {

/// One tensor of a GGUF file, as its header says it.
struct GgufTensor {
  const BlockTraits* traits = nullptr;
  Dims dims{};               ///< row-major: the last axis is the one whose elements are neighbours
  std::uint64_t offset = 0;  ///< in the file
  std::span<const std::byte> bytes{};
};

/// A GGUF file of version 2 or 3, open for reading: the header is checked whole, tensors and
/// metadata stay on disk until they are touched. Copies share the mapping.
/// Limits:  100,000 keys, 100,000 tensors, rank at most 4; no key or name twice; no overlap.
///          A big-endian file is refused by name.
/// Source:  ggml/docs/gguf.md.
class GgufFile {
 public:
  /// Throws:  FormatError with file, byte offset, what was found and what was expected.
  static GgufFile open(const std::filesystem::path& path);
  /// The same from memory that `owner` keeps alive; `path` is for messages.
  static GgufFile parse(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                        const std::filesystem::path& path);

  [[nodiscard]] const std::filesystem::path& path() const;
  [[nodiscard]] std::uint32_t version() const;
  [[nodiscard]] std::uint64_t alignment() const;

  /// Every key with its value, in the file's order. They live as long as a copy of this file.
  [[nodiscard]] const GgufMetadata& metadata() const;
  /// The value of a key; null if there is none.
  [[nodiscard]] const GgufValue* find(std::string_view key) const;
  /// The value of a key as what the caller needs; none if the key is not there.
  /// Throws:  FormatError naming the key if its value is something else.
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key) const;
  [[nodiscard]] std::optional<double> number(std::string_view key) const;
  [[nodiscard]] std::optional<bool> boolean(std::string_view key) const;
  [[nodiscard]] std::optional<std::string_view> text(std::string_view key) const;
  [[nodiscard]] std::optional<std::vector<std::int64_t>> integers(std::string_view key) const;
  [[nodiscard]] std::optional<std::vector<double>> numbers(std::string_view key) const;
  [[nodiscard]] std::optional<std::vector<std::string_view>> texts(std::string_view key) const;

  /// Gives back the memory of what stands before the tensors, which is read again when it is asked for: a vocabulary
  /// takes megabytes, and is needed once.
  void forget_metadata() const;
  /// The same of a tensor.
  void forget(std::string_view name) const;

  /// Names of the tensors, in the file's order.
  [[nodiscard]] const std::vector<std::string>& names() const;
  [[nodiscard]] bool contains(std::string_view name) const;
  /// Throws FormatError with near names if there is no such tensor.
  [[nodiscard]] const GgufTensor& tensor(std::string_view name) const;
  /// A tensor of plain numbers (F32, F16, BF16, F64, I8 to I64). It views the mapping (and keeps it
  /// alive) where the bytes are aligned for its dtype, else it is a copy.
  /// Throws:  FormatError if it is quantised.
  [[nodiscard]] Array array(std::string_view name) const;
  /// A tensor in its blocks, which view the mapping and keep it alive.
  /// Throws:  FormatError naming the type if Hilo does not read it.
  [[nodiscard]] BlockArray blocks(std::string_view name) const;

 private:
  struct State;
  explicit GgufFile(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  static std::shared_ptr<State> read(std::span<const std::byte> bytes, std::shared_ptr<const void> owner,
                                     const std::filesystem::path& path);
  std::shared_ptr<const State> state_;
};

/// What `GgufWriter` has to know of a tensor before it writes the first.
struct GgufTensorSpec {
  std::string name;
  Dims dims;
  BlockType type;  ///< F32, F16, BF16, Q8_0 or Q4_0
};

/// Writes a GGUF file of version 3, tensor by tensor, whole or not at all (AtomicFile).
/// Example:
///     GgufWriter file(path, {{"general.architecture", GgufValue::of("gemma2")}}, specs);
///     for (const auto& spec : specs) file.write(source->read(spec.name));
///     file.commit();
class GgufWriter {
 public:
  /// Throws:  Error for a name or key twice, a type that is not written, a row that is no whole
  ///          number of blocks, a rank over 4.
  GgufWriter(const std::filesystem::path& path, const GgufMetadata& metadata,
             std::vector<GgufTensorSpec> tensors);
  ~GgufWriter();
  GgufWriter(const GgufWriter&) = delete;
  GgufWriter& operator=(const GgufWriter&) = delete;

  /// Appends the next tensor, converted to its type: by way of f32, as ggml does.
  /// Throws:  Error unless it has the dims of the next spec.
  void write(const Array& tensor);
  /// Appends the next tensor, which is in blocks of its type already.
  void write(const BlockArray& tensor);
  /// Throws:  Error if tensors are missing.
  void commit();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hilo::formats
