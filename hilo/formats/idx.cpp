#include "hilo/formats/idx.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "hilo/core/error.h"
#include "hilo/formats/byte_stream.h"

namespace hilo::formats {
namespace {

constexpr std::size_t kMaxRank = 8;

std::optional<DType> dtype_of_code(std::byte code) {
  switch (static_cast<int>(code)) {
    case 0x08:
      return kU8;
    case 0x09:
      return kI8;
    case 0x0B:
      return kI16;
    case 0x0C:
      return kI32;
    case 0x0D:
      return kF32;
    case 0x0E:
      return kF64;
    default:
      return std::nullopt;
  }
}

}  // namespace

Array read_idx(const std::filesystem::path& path) {
  const std::string file = path.string();
  const auto stream = open_stream(path);
  std::array<std::byte, 4> magic{};
  if (stream->read(magic) != magic.size())
    throw FormatError(file, 0, "no idx file; expected a header of 4 bytes");
  const std::optional<DType> dtype = dtype_of_code(magic[2]);
  const auto rank = static_cast<std::size_t>(magic[3]);
  if (magic[0] != std::byte{0} || magic[1] != std::byte{0} || !dtype || rank > kMaxRank) {
    throw FormatError(file, 0,
                      "no idx file; expected 0, 0, a type of 8 to 14, and a rank of at most 8");
  }
  Shape shape{*dtype, {}};
  Dim count = bytes(*dtype);
  for (std::size_t i = 0; i < rank; ++i) {
    std::array<std::byte, 4> dim{};
    if (stream->read(dim) != dim.size())
      throw FormatError(file, 4 + 4 * i, "the file ends within its header");
    shape.dims.push_back(0);
    for (const std::byte b : dim) shape.dims.back() = shape.dims.back() << 8 | static_cast<Dim>(b);
    if (__builtin_mul_overflow(count, shape.dims.back(), &count)) {
      throw FormatError(file, 4 + 4 * i, "too large: " + to_string(shape.dims));
    }
  }
  constexpr std::size_t kStep = std::size_t{1} << 22;
  const auto size = static_cast<std::size_t>(count);
  auto data = std::make_shared<std::vector<std::byte>>();
  while (data->size() <= size) {  // one step more than the data, to see bytes left over
    const std::size_t before = data->size();
    data->resize(before + std::min(kStep, size - before + 1));
    const std::size_t got = stream->read(std::span(*data).subspan(before));
    data->resize(before + got);
    if (got == 0) break;
  }
  if (data->size() != size) {
    throw FormatError(
        file, 4 + 4 * rank + std::min(size, data->size()),
        (data->size() > size ? "more than " + std::to_string(size) : std::to_string(data->size())) +
            " bytes of data; expected " + std::to_string(size) + " for " + to_string(shape));
  }
  const auto width = static_cast<std::ptrdiff_t>(bytes(*dtype));
  for (auto at = data->begin(); width > 1 && at != data->end(); at += width)
    std::reverse(at, at + width);
  return Array(shape, data, *data);
}

}  // namespace hilo::formats
