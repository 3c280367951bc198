#include "tools/op_label.h"

#include <fmt/format.h>

#include "hilo/stablehlo/attribute_text.h"

namespace hilo::tools {
namespace {

namespace ir = stablehlo::ir;

constexpr std::size_t kMostTipBytes = 400;

std::string short_name(const std::string& name) {
  for (const std::string_view dialect : {"stablehlo.", "func."}) {
    if (name.starts_with(dialect)) return name.substr(dialect.size());
  }
  return name;
}

std::string name_of(const ir::Operation& op) {
  std::string name = short_name(op.name);
  for (const char* told : {"callee", "call_target_name", "decomposition", "comparison_direction"}) {
    const AttributeValue* value = op.attribute(told);
    if (value == nullptr) continue;
    if (const auto* symbol = std::get_if<SymbolAttribute>(value)) name += " @" + symbol->name;
    if (const auto* text = std::get_if<std::string>(value)) name += " @" + *text;
    if (const auto* word = std::get_if<EnumAttribute>(value)) name += " " + word->value;
  }
  if (is_told_by_label(op)) name += " (" + short_name(op.regions[0].operations[0].name) + ")";
  return name;
}

std::string types_of(const ir::Program& program, const ir::Operation& op, std::size_t most) {
  std::string text;
  for (const ir::ValueId result : op.results) {
    if (text.size() > most) break;
    if (!text.empty()) text += ", ";
    text += to_string(program.types[static_cast<std::size_t>(result)]);
  }
  return shortened(std::move(text), most);
}

std::string tip_of(const ir::Program& program, const ir::Operation& op) {
  std::string tip = op.name;
  for (const NamedAttribute& a : op.attributes) {
    const bool is_large = std::holds_alternative<Array>(a.value);
    if (is_large || std::holds_alternative<UnitAttribute>(a.value)) continue;
    if (tip.size() > kMostTipBytes) break;
    tip += "\n" + a.name + " = ";
    stablehlo::append_attribute(tip, a.value);
  }
  tip = shortened(std::move(tip), kMostTipBytes) + "\n" + types_of(program, op, kMostTipBytes);
  return op.site.line == 0 ? tip : tip + fmt::format("\n{}:{}", op.site.file, op.site.line);
}

}  // namespace

OpLabel label_of(const ir::Program& program, const ir::Operation& op) {
  return {shortened(name_of(op)), types_of(program, op, kMostLetters), tip_of(program, op)};
}

OpLabel constant_label(const ir::Program& program, const ir::Operation& op) {
  OpLabel label{types_of(program, op, kMostLetters), {}, tip_of(program, op)};
  const AttributeValue* value = op.attribute("value");
  const Array* number = value == nullptr ? nullptr : std::get_if<Array>(value);
  const auto* splat = value == nullptr ? nullptr : std::get_if<SplatAttribute>(value);
  if (splat != nullptr) number = &splat->element;
  if (number == nullptr || number->size() != 1 || is_complex(number->shape().dtype)) return label;
  label.name = fmt::format("{:g}", number->to_doubles()[0]);
  return label;
}

bool is_told_by_label(const ir::Operation& op) {
  return op.regions.size() == 1 && op.regions[0].operations.size() == 2;
}

std::string shortened(std::string text, std::size_t most) {
  if (text.size() <= most) return text;
  while (most > 0 && (text[most] & 0xC0) == 0x80) --most;
  return text.substr(0, most) + "..";
}

}  // namespace hilo::tools
