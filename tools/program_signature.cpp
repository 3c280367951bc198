#include "tools/program_signature.h"

#include <array>

#include "hilo/core/error.h"

namespace hilo::tools {
namespace {

// Numbers of fields, of xla/service/hlo.proto and xla/xla_data.proto.
constexpr std::uint64_t kModule = 1, kProgramShape = 4, kParameters = 1, kElementType = 2, kDimensions = 3;

// A protocol buffer, read field by field.
class Fields {
 public:
  explicit Fields(std::string_view bytes) : bytes_(bytes) {}

  // False at the end, or where the bytes make no sense.
  bool next() {
    std::uint64_t key = 0;
    if (bytes_.empty() || is_bad_ || !varint(bytes_, key)) return false;
    number = key >> 3;
    switch (key & 7) {
      case 0: return check(varint(bytes_, value));
      case 1: return check(skip(8));
      case 5: return check(skip(4));
      case 2: {
        std::uint64_t size = 0;
        if (!check(varint(bytes_, size) && size <= bytes_.size())) return false;
        content = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return true;
      }
      default: return check(false);
    }
  }

  static bool varint(std::string_view& bytes, std::uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return true;
    }
    return false;
  }

  [[nodiscard]] bool is_bad() const { return is_bad_; }

  std::uint64_t number = 0;
  std::uint64_t value = 0;      // of a number
  std::string_view content{};   // of a message, text or packed numbers

 private:
  bool check(bool is_good) {
    is_bad_ = !is_good;
    return is_good;
  }
  bool skip(std::size_t size) {
    if (size > bytes_.size()) return false;
    bytes_.remove_prefix(size);
    return true;
  }

  std::string_view bytes_;
  bool is_bad_ = false;
};

// The last field of that number that holds bytes.
std::optional<std::string_view> field(std::string_view bytes, std::uint64_t number) {
  std::optional<std::string_view> found;
  Fields fields(bytes);
  while (fields.next()) {
    if (fields.number == number) found = fields.content;
  }
  return fields.is_bad() ? std::nullopt : found;
}

// XLA's PrimitiveType.
std::optional<DType> dtype_of_number(std::uint64_t number) {
  constexpr std::array<const char*, 19> kNames = {"", "i1", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64",
                                                  "f16", "f32", "f64", "", "", "c64", "bf16", "", "c128"};
  if (number >= kNames.size() || *kNames.at(number) == '\0') return {};
  return dtype_from_name(kNames.at(number));
}

std::optional<Shape> shape_in(std::string_view bytes) {
  Fields fields(bytes);
  std::optional<DType> dtype;
  Dims dims;
  while (fields.next()) {
    if (fields.number == kElementType) dtype = dtype_of_number(fields.value);
    if (fields.number != kDimensions) continue;
    for (std::string_view packed = fields.content; !packed.empty();) {
      std::uint64_t length = 0;
      if (!Fields::varint(packed, length)) return {};
      dims.push_back(static_cast<Dim>(length));
    }
  }
  if (fields.is_bad() || !dtype) return {};
  return Shape{*dtype, std::move(dims)};
}

}  // namespace

std::optional<std::vector<Shape>> arguments_in_hlo(std::string_view bytes, bool has_config) {
  std::optional<std::string_view> module = bytes;
  if (has_config) module = field(bytes, kModule);
  if (!module) return {};
  const auto program = field(*module, kProgramShape);
  if (!program) return {};
  std::vector<Shape> shapes;
  Fields fields(*program);
  while (fields.next()) {
    if (fields.number != kParameters) continue;
    std::optional<Shape> shape = shape_in(fields.content);
    if (!shape) return {};
    shapes.push_back(std::move(*shape));
  }
  if (fields.is_bad()) return {};
  return shapes;
}

std::optional<std::vector<Shape>> arguments_of(const pjrt::Executable& executable) {
  try {
    const pjrt::Executable::Program program = executable.optimized_program();
    if (program.format != "hlo" && program.format != "hlo_with_config") return {};
    return arguments_in_hlo(program.code, program.format == "hlo_with_config");
  } catch (const Error&) {  // not every plugin keeps it
    return {};
  }
}

}  // namespace hilo::tools
