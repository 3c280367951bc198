#include "hilo/stablehlo/jax_export.h"

#include <cstdint>
#include <cstring>
#include <string>

#include "hilo/core/error.h"

namespace hilo::stablehlo {
namespace {

// A flatbuffer: offsets from where they stand, little endian. A table begins with the distance back
// to its list of field offsets, which begins with its own length and the table's.
class Flatbuffer {
 public:
  Flatbuffer(std::string_view bytes, std::string_view file) : bytes_(bytes), file_(file) {}

  template <class T>
  [[nodiscard]] T number(std::uint64_t at) const {
    if (at > bytes_.size() || bytes_.size() - at < sizeof(T)) {
      throw FormatError(file_, at,
                        "ends early; expected a number of " + std::to_string(sizeof(T)) + " bytes");
    }
    T value;
    std::memcpy(&value, bytes_.data() + at, sizeof value);
    return value;
  }
  /// Where a field of the table at `table` stands; 0: it is not there.
  [[nodiscard]] std::uint64_t field(std::uint64_t table, std::uint16_t slot) const {
    const std::int64_t fields = static_cast<std::int64_t>(table) - number<std::int32_t>(table);
    if (fields < 0) throw FormatError(file_, table, "a table whose fields stand before the file");
    const auto at = static_cast<std::uint64_t>(fields);
    if (slot >= number<std::uint16_t>(at)) return 0;
    const auto offset = number<std::uint16_t>(at + slot);
    return offset == 0 ? 0 : table + offset;
  }
  [[nodiscard]] std::string_view bytes_at(std::uint64_t reference) const {
    const std::uint64_t at = reference + number<std::uint32_t>(reference);
    const auto size = number<std::uint32_t>(at);
    if (size > bytes_.size() - at - 4) {
      throw FormatError(file_, at,
                        std::to_string(size) + " bytes; expected at most " +
                            std::to_string(bytes_.size() - at - 4));
    }
    return bytes_.substr(at + 4, size);
  }

 private:
  std::string_view bytes_, file_;
};

constexpr std::uint16_t kVersionSlot = 4, kModuleSlot = 30;

}  // namespace

std::optional<std::string_view> artifact_of_jax_export(std::string_view bytes,
                                                       std::string_view file) {
  const Flatbuffer buffer(bytes, file);
  // There are no first bytes of its own: an offset into the file, where text has four letters, says
  // that it is one.
  if (bytes.size() < 8) return std::nullopt;
  const auto root = buffer.number<std::uint32_t>(0);
  if (root >= bytes.size() || root < 4 || (bytes[2] != 0 && bytes[3] != 0)) return std::nullopt;
  if (buffer.field(root, kVersionSlot) == 0)
    throw FormatError(file, root, "a flatbuffer that is not of jax.export; expected its version");
  const std::uint64_t module = buffer.field(root, kModuleSlot);
  if (module == 0) throw FormatError(file, root, "a file of jax.export without a module");
  return buffer.bytes_at(module);
}

}  // namespace hilo::stablehlo
