#include "hilo/stablehlo/ir_text.h"

#include <algorithm>

#include "hilo/stablehlo/attribute_text.h"
#include "hilo/stablehlo/type_text.h"

namespace hilo::stablehlo::ir {
namespace {

class Printer {
 public:
  explicit Printer(const Program& program) : program_(program), names_(program.types.size(), -1) {}

  std::string text() {
    append(program_.module, "");
    return std::move(text_);
  }

 private:
  void append(const Operation& op, const std::string& indent) {
    text_ += indent;
    append_list(op.results, [&](ValueId v) { append_definition(v); });
    if (!op.results.empty()) text_ += " = ";
    append_quoted(text_, op.name);
    text_ += "(";
    append_list(op.operands, [&](ValueId v) { append_name(v); });
    text_ += ')';
    append_regions(op, indent);
    append_attributes(op);
    text_ += " : (";
    append_list(op.operands, [&](ValueId v) { append_type(v); });
    text_ += op.results.size() == 1 ? ") -> " : ") -> (";
    append_list(op.results, [&](ValueId v) { append_type(v); });
    text_ += op.results.size() == 1 ? "\n" : ")\n";
  }

  void append_regions(const Operation& op, const std::string& indent) {
    if (op.regions.empty()) return;
    text_ += " (";
    for (std::size_t i = 0; i < op.regions.size(); ++i) {
      const Region& region = op.regions[i];
      text_ += i == 0 ? "{\n" : ", {\n";
      if (!region.arguments.empty()) {
        text_ += indent + "^bb0(";
        append_list(region.arguments, [&](ValueId v) {
          append_definition(v);
          text_ += ": ";
          append_type(v);
        });
        text_ += "):\n";
      }
      for (const Operation& inner : region.operations) append(inner, indent + "  ");
      text_ += indent + "}";
    }
    text_ += ')';
  }

  void append_attributes(const Operation& op) {
    if (op.attributes.empty()) return;
    std::vector<const NamedAttribute*> sorted;
    for (const NamedAttribute& a : op.attributes) sorted.push_back(&a);
    std::ranges::stable_sort(sorted, {}, &NamedAttribute::name);
    text_ += " {";
    append_list(sorted, [&](const NamedAttribute* a) {
      append_attribute_name(text_, a->name);
      if (std::holds_alternative<UnitAttribute>(a->value)) return;
      text_ += " = ";
      append_attribute(text_, a->value);
    });
    text_ += '}';
  }

  void append_list(const auto& list, auto append_one) {
    bool is_first = true;
    for (const auto& item : list) {
      if (!is_first) text_ += ", ";
      is_first = false;
      append_one(item);
    }
  }

  void append_definition(ValueId v) {
    names_[static_cast<std::size_t>(v)] = next_name_++;
    append_name(v);
  }
  void append_name(ValueId v) {
    text_ += '%';
    text_ += std::to_string(names_[static_cast<std::size_t>(v)]);
  }
  void append_type(ValueId v) { text_ += type_text(program_.types[static_cast<std::size_t>(v)]); }

  const Program& program_;
  std::vector<std::int32_t> names_;  // by value
  std::int32_t next_name_ = 0;
  std::string text_;
};

}  // namespace

std::string to_text(const Program& program) { return Printer(program).text(); }

}  // namespace hilo::stablehlo::ir
