#include "tools/program_signature.h"

#include <array>

#include "hilo/core/error.h"
#include "hilo/pjrt/proto_reader.h"

namespace hilo::tools {
namespace {

// Numbers of fields, of xla/service/hlo.proto and xla/xla_data.proto.
constexpr std::uint64_t kModule = 1, kProgramShape = 4, kParameters = 1, kElementType = 2, kDimensions = 3;

// XLA's PrimitiveType.
std::optional<DType> dtype_of_number(std::uint64_t number) {
  constexpr std::array<const char*, 19> kNames = {"", "i1", "i8", "i16", "i32", "i64", "u8", "u16", "u32", "u64",
                                                  "f16", "f32", "f64", "", "", "c64", "bf16", "", "c128"};
  if (number >= kNames.size() || *kNames.at(number) == '\0') return {};
  return dtype_from_name(kNames.at(number));
}

std::optional<Shape> shape_in(std::string_view bytes) {
  pjrt::ProtoReader fields(bytes);
  std::optional<DType> dtype;
  Dims dims;
  while (fields.next()) {
    if (fields.number == kElementType) dtype = dtype_of_number(fields.value);
    if (fields.number != kDimensions) continue;
    for (std::string_view packed = fields.content; !packed.empty();) {
      std::uint64_t length = 0;
      if (!pjrt::ProtoReader::varint(packed, length)) return {};
      dims.push_back(static_cast<Dim>(length));
    }
  }
  if (fields.is_bad() || !dtype) return {};
  return Shape{*dtype, std::move(dims)};
}

}  // namespace

std::optional<std::vector<Shape>> arguments_in_hlo(std::string_view bytes, bool has_config) {
  std::optional<std::string_view> module = bytes;
  if (has_config) module = pjrt::proto_field(bytes, kModule);
  if (!module) return {};
  const auto program = pjrt::proto_field(*module, kProgramShape);
  if (!program) return {};
  std::vector<Shape> shapes;
  pjrt::ProtoReader fields(*program);
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
