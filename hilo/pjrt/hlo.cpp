// Reads HLO. Field numbers are those of xla/service/hlo.proto and xla/xla_data.proto.
#include "hilo/pjrt/hlo.h"

#include "hilo/pjrt/proto_reader.h"

namespace hilo::pjrt {
namespace {

constexpr int kDeepest = 32;  // tuples in tuples

// A repeated number is packed, or one field each.
void append(std::vector<std::uint64_t>& values, const ProtoReader& field) {
  if (field.content.empty()) values.push_back(field.value);
  std::uint64_t value = 0;
  for (std::string_view packed = field.content; !packed.empty();) {
    if (!ProtoReader::varint(packed, value)) return;
    values.push_back(value);
  }
}

HloShape read_shape(std::string_view bytes, int depth) {
  HloShape shape;
  ProtoReader fields(bytes);
  while (fields.next()) {
    if (fields.number == 2) shape.type = fields.value;
    if (fields.number == 3) append(shape.dims, fields);
    if (fields.number == 4 && depth < kDeepest)
      shape.parts.push_back(read_shape(fields.content, depth + 1));
  }
  return shape;
}

std::string read_metadata(std::string_view bytes) {
  ProtoReader fields(bytes);
  std::string name, file;
  std::uint64_t line = 0;
  while (fields.next()) {
    if (fields.number == 2) name = fields.content;
    if (fields.number == 3) file = fields.content;
    if (fields.number == 4) line = fields.value;
  }
  if (!file.empty()) name += (name.empty() ? "" : " at ") + file + ":" + std::to_string(line);
  return name;
}

HloInstruction read_instruction(std::string_view bytes) {
  HloInstruction i;
  ProtoReader fields(bytes);
  while (fields.next()) {
    switch (fields.number) {
      case 1:
        i.name = fields.content;
        break;
      case 2:
        i.opcode = fields.content;
        break;
      case 3:
        i.shape = read_shape(fields.content, 0);
        break;
      case 7:
        i.where = read_metadata(fields.content);
        break;
      case 9:
        i.parameter = fields.value;
        break;
      case 16: {  // the axes of a convolution
        ProtoReader axes(fields.content);
        while (axes.next()) {
          if (axes.number == 4) i.kernel_features = axes.value;
        }
        break;
      }
      case 28:
        i.target = fields.content;
        break;
      case 30: {  // the axes of a dot
        ProtoReader axes(fields.content);
        while (axes.next()) {
          if (axes.number == 1) append(i.contracting, axes);
        }
        break;
      }
      case 35:
        i.id = fields.value;
        break;
      case 36:
        append(i.operands, fields);
        break;
      case 38:
        append(i.called, fields);
        break;
      default:
        break;
    }
  }
  return i;
}

HloComputation read_computation(std::string_view bytes) {
  HloComputation c;
  ProtoReader fields(bytes);
  while (fields.next()) {
    if (fields.number == 1) c.name = fields.content;
    if (fields.number == 2) c.instructions.push_back(read_instruction(fields.content));
    if (fields.number == 5) c.id = fields.value;
    if (fields.number == 6) c.root = fields.value;
  }
  return c;
}

}  // namespace

std::optional<HloModule> read_hlo(const Executable::Program& program) {
  std::optional<std::string_view> bytes = program.code;
  if (program.format == "hlo_with_config")
    bytes = proto_field(program.code, 1);
  else if (program.format != "hlo")
    return {};
  if (!bytes) return {};
  HloModule module;
  ProtoReader fields(*bytes);
  while (fields.next()) {
    if (fields.number == 1) module.name = fields.content;
    if (fields.number == 3) module.computations.push_back(read_computation(fields.content));
    if (fields.number == 6) module.entry = fields.value;
  }
  if (fields.is_bad() || module.computations.empty()) return {};
  return module;
}

}  // namespace hilo::pjrt
