#include <array>
#include <map>

#include "hilo/pjrt/hlo.h"

namespace hilo::pjrt {
namespace {

using Names = std::map<std::uint64_t, std::string>;

std::string name_of(const Names& names, std::uint64_t id) {
  const auto found = names.find(id);
  return found == names.end() ? "#" + std::to_string(id) : found->second;
}

std::string type_name(std::uint64_t number) {
  constexpr std::array<const char*, 21> kNames = {
      "?",   "pred", "s8",    "s16",    "s32", "s64", "u8",   "u16",   "u32",  "u64",   "f16",
      "f32", "f64",  "tuple", "opaque", "?",   "c64", "bf16", "token", "c128", "f8e5m2"};
  return number < kNames.size() ? kNames.at(number) : "type" + std::to_string(number);
}

std::string text_of(const HloShape& shape) {
  std::string text;
  if (!shape.parts.empty()) {
    for (const HloShape& part : shape.parts) text += (text.empty() ? "" : ", ") + text_of(part);
    return "(" + text + ")";
  }
  for (const std::uint64_t dim : shape.dims)
    text += (text.empty() ? "" : ",") + std::to_string(dim);
  return type_name(shape.type) + "[" + text + "]";
}

std::string line_of(const HloInstruction& i, const Names& instructions, const Names& computations,
                    bool is_root) {
  std::string text =
      (is_root ? "  ROOT " : "  ") + i.name + " = " + text_of(i.shape) + " " + i.opcode + "(";
  if (i.opcode == "parameter") text += std::to_string(i.parameter);
  for (std::size_t k = 0; k < i.operands.size(); ++k)
    text += (k > 0 ? ", " : "") + name_of(instructions, i.operands[k]);
  text += ")";
  for (std::size_t k = 0; k < i.called.size(); ++k)
    text += (k > 0 ? ", " : " calls ") + name_of(computations, i.called[k]);
  if (!i.target.empty()) text += " target " + i.target;
  if (!i.where.empty()) text += "  // " + i.where;
  return text + "\n";
}

}  // namespace

std::string to_string(const HloModule& module) {
  Names computations;
  for (const HloComputation& c : module.computations) computations[c.id] = c.name;
  std::string text = "HloModule " + module.name + "\n";
  for (const HloComputation& c : module.computations) {
    Names instructions;
    for (const HloInstruction& i : c.instructions) instructions[i.id] = i.name;
    text += (c.id == module.entry ? "\nENTRY " : "\n") + c.name + " {\n";
    for (const HloInstruction& i : c.instructions)
      text += line_of(i, instructions, computations, i.id == c.root);
    text += "}\n";
  }
  return text;
}

}  // namespace hilo::pjrt
