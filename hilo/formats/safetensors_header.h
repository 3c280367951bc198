#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hilo/core/shape.h"
#include "hilo/formats/safetensors.h"

namespace hilo::formats {

/// One tensor of a header. Its bytes are `begin` to `end` of the data that follows the header;
/// their number is right for the shape.
struct SafetensorsEntry {
  Shape shape;
  std::uint64_t begin = 0, end = 0;
  bool is_packed = false;  ///< F4 or F6: elements below a byte, which an Array does not hold
};

struct SafetensorsHeader {
  std::vector<std::pair<std::string, SafetensorsEntry>> entries;  ///< in the header's order
  Metadata metadata;
};

/// Reads the JSON of a header. `offset` is where `text` stands in `file`, for messages.
/// Throws:  FormatError for anything but an object of entries with exactly dtype, shape and
/// data_offsets.
SafetensorsHeader parse_safetensors_header(std::string_view text, const std::string& file,
                                           std::uint64_t offset);

/// The format's name of a dtype, "F32"; empty if the format lacks it.
std::string_view safetensors_name(DType dtype);

}  // namespace hilo::formats
