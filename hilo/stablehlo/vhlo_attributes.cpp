#include "hilo/stablehlo/vhlo_attributes.h"

#include <algorithm>
#include <map>

#include "hilo/core/error.h"
#include "hilo/graph/read_attribute.h"
#include "hilo/stablehlo/bytecode_encoder.h"

namespace hilo::stablehlo::bytecode {
namespace {

using Kind = VhloAttribute::Kind;
using Ints = std::vector<std::int64_t>;
constexpr Dim kMaxList = 4096;  // an entry an axis

[[noreturn]] void refuse(std::string_view name, std::string_view expected) {
  throw Error("an attribute \"" + std::string(name) + "\" that is not " + std::string(expected));
}

// The elements of a constant with one axis.
template <class T>
std::vector<T> list_from(std::string_view name, const AttributeValue& value) {
  if (const auto* list = std::get_if<std::vector<T>>(&value)) return *list;
  if (const auto* array = std::get_if<Array>(&value);
      array != nullptr && array->shape().rank() == 1 && array->shape().dtype == dtype_of<T>) {
    return {array->data<T>().begin(), array->data<T>().end()};
  }
  if (const auto* splat = std::get_if<SplatAttribute>(&value);
      splat != nullptr && splat->shape.rank() == 1 && splat->shape.dtype == dtype_of<T> &&
      splat->shape.size() <= kMaxList) {
    return std::vector<T>(static_cast<std::size_t>(splat->shape.size()),
                          splat->element.data<T>()[0]);
  }
  refuse(name, "a list of numbers, one an axis");
}

// Whether it has an element, and all are `element`.
template <class T>
bool is_all(const AttributeValue& value, T element) {
  if (const auto* list = std::get_if<std::vector<T>>(&value))
    return !list->empty() && std::ranges::all_of(*list, [&](T v) { return v == element; });
  const auto* splat = std::get_if<SplatAttribute>(&value);
  const Array* array = splat != nullptr ? &splat->element : std::get_if<Array>(&value);
  if (array == nullptr || array->shape().dtype != dtype_of<T> || array->size() == 0) return false;
  return std::ranges::all_of(array->data<T>(), [&](T v) { return v == element; });
}

bool is_empty(const AttributeValue& value) {
  if (const auto* list = std::get_if<Ints>(&value)) return list->empty();
  const auto* array = std::get_if<Array>(&value);
  return array != nullptr && array->size() == 0;
}

StructAttribute default_accuracy() {
  return {"result_accuracy",
          {{"atol", 0.0},
           {"rtol", 0.0},
           {"ulps", std::int64_t{0}},
           {"mode", EnumAttribute{"result_accuracy_mode", "DEFAULT"}}}};
}

// Whether StableHLO leaves an attribute of this value out.
bool is_absent(const VhloAttribute& how, const AttributeValue& value) {
  const std::string_view a = how.absent;
  if (a.empty() || a[0] == '=') return false;
  if (a == "false") return value == AttributeValue(false);
  if (a == "falses") return is_all(value, false);
  if (a == "ones") return is_all(value, std::int64_t{1});
  if (a == "zeros") return is_all(value, std::int64_t{0});
  if (a == "empty") return is_empty(value);
  if (a == "[]") return value == AttributeValue(ListAttribute{});
  if (a == "{}") return value == AttributeValue(DictionaryAttribute{});
  if (a == "\"\"")
    return value == AttributeValue(std::string()) || value == AttributeValue(DictionaryAttribute{});
  if (a == "accuracy") return value == AttributeValue(default_accuracy());
  if (a == "NOTYPE") return value == AttributeValue(EnumAttribute{"comparison_type", "NOTYPE"});
  if (a == "API_VERSION_ORIGINAL")
    return value == AttributeValue(EnumAttribute{"custom_call_api_version", std::string(a)});
  if (a == "DEFAULT") {
    const auto* list = std::get_if<ListAttribute>(&value);
    return list != nullptr && std::ranges::all_of(list->items, [](const AttributeValue& v) {
             return v == AttributeValue(EnumAttribute{"precision", "DEFAULT"});
           });
  }
  const auto* wide = std::get_if<std::int64_t>(&value);
  const auto* narrow = std::get_if<Int32Attribute>(&value);
  return (wide != nullptr && std::to_string(*wide) == a) ||
         (narrow != nullptr && std::to_string(narrow->value) == a);
}

const Code& enum_code(std::string_view name) {
  return *std::ranges::find_if(attribute_codes(), [&](const Code& c) {
    return c.dialect == "vhlo" && c.form == Form::kEnum && c.name == name;
  });
}

std::string symbol_of(std::string_view name, const AttributeValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  refuse(name, "a string");
}

// The struct's members in their order; lists that older versions lack are empty.
StructAttribute complete(std::string_view mnemonic,
                         std::map<std::string_view, AttributeValue>& members) {
  const auto code = std::ranges::find_if(attribute_codes(), [&](const Code& c) {
    return c.dialect == "stablehlo" && c.form == Form::kStruct && c.name == mnemonic;
  });
  StructAttribute result{std::string(mnemonic), {}};
  const std::vector<std::string_view> names = words(code->names);
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto found = members.find(names[i]);
    if (found != members.end())
      result.members.push_back({std::string(names[i]), std::move(found->second)});
    else if (code->layout[i] == 'I')
      result.members.push_back({std::string(names[i]), Ints{}});
    else
      result.members.push_back({std::string(names[i]), std::int64_t{0}});
  }
  check_struct(result);
  return result;
}

AttributeValue algorithm_member(std::string_view name, const AttributeValue& value) {
  if (const auto* type = std::get_if<TypeAttribute>(&value)) {
    if (type->is_function || type->results.size() != 1) refuse(name, "an element type");
    return std::string(mlir_name(type->results[0].dtype));
  }
  return value;
}

}  // namespace

std::vector<NamedAttribute> from_vhlo(std::string_view op, std::vector<NamedAttribute> attributes) {
  std::vector<NamedAttribute> result;
  struct Group {
    std::string_view mnemonic{};
    std::map<std::string_view, AttributeValue> members{};
  };
  std::map<std::string_view, Group> groups;
  for (NamedAttribute& a : attributes) {
    const VhloAttribute how = vhlo_attribute(op, a.name);
    if (how.kind == Kind::kDropped || is_absent(how, a.value)) continue;
    const auto add = [&](AttributeValue value) {
      result.push_back({std::string(how.name), std::move(value)});
    };
    const auto add_member = [&](AttributeValue value) {
      Group& group = groups[how.name];
      group.mnemonic = how.mnemonic;
      group.members[how.member] = std::move(value);
    };
    switch (how.kind) {
      case Kind::kInts:
        add(list_from<std::int64_t>(a.name, a.value));
        break;
      case Kind::kBools:
        add(list_from<bool>(a.name, a.value));
        break;
      case Kind::kUnit:
        add(UnitAttribute{});
        break;
      case Kind::kSymbol:
        add(SymbolAttribute{symbol_of(a.name, a.value)});
        break;
      case Kind::kSymbols: {
        const auto* list = std::get_if<ListAttribute>(&a.value);
        if (list == nullptr) refuse(a.name, "a list");
        ListAttribute symbols;
        for (const AttributeValue& item : list->items)
          symbols.items.push_back(SymbolAttribute{symbol_of(a.name, item)});
        add(std::move(symbols));
        break;
      }
      case Kind::kApiVersion: {
        const auto* version = std::get_if<EnumAttribute>(&a.value);
        if (version == nullptr) refuse(a.name, "a version of the custom call API");
        const auto names = words(enum_code("custom_call_api_version").names);
        add(Int32Attribute{static_cast<std::int32_t>(
            std::ranges::find(names, std::string_view(version->value)) - names.begin())});
        break;
      }
      case Kind::kMember:
        if (!std::holds_alternative<std::int64_t>(a.value)) refuse(a.name, "a whole number");
        add_member(std::move(a.value));
        break;
      case Kind::kMemberInts:
        add_member(list_from<std::int64_t>(a.name, a.value));
        break;
      case Kind::kAlgorithm:
        if (const auto* type = std::get_if<TypeAttribute>(&a.value);
            type != nullptr && !type->is_function && type->results.empty())
          break;
        add_member(algorithm_member(a.name, a.value));
        break;
      default:
        add(std::move(a.value));
    }
  }
  for (auto& [name, group] : groups)
    result.push_back({std::string(name), complete(group.mnemonic, group.members)});
  return result;
}

namespace {

// How many axes lists that are left out are for.
std::size_t window_axes(const ir::Operation& op) {
  if (const AttributeValue* window = op.attribute("window_dimensions"))
    return list_from<std::int64_t>("window_dimensions", *window).size();
  const auto* numbers = std::get_if<StructAttribute>(op.attribute("dimension_numbers"));
  if (numbers == nullptr || numbers->members.size() < 3) return 0;
  return list_from<std::int64_t>("input_spatial_dimensions", numbers->members[2].value).size();
}

AttributeValue default_of(const VhloAttribute& how, const ir::Operation& op) {
  const std::string_view a = how.absent.starts_with('=') ? how.absent.substr(1) : how.absent;
  if (a == "false") return false;
  if (a == "falses") return std::vector<bool>(window_axes(op), false);
  if (a == "ones") return Ints(window_axes(op), 1);
  if (a == "zeros") return Int64Pairs(window_axes(op), {0, 0});
  if (a == "empty") return Ints{};
  if (a == "[]") return ListAttribute{};
  if (a == "{}") return DictionaryAttribute{};
  if (a == "\"\"") return std::string();
  if (a == "accuracy") return default_accuracy();
  if (a == "NOTYPE") return EnumAttribute{"comparison_type", "NOTYPE"};
  if (a == "API_VERSION_ORIGINAL") return EnumAttribute{"custom_call_api_version", std::string(a)};
  if (a == "DEFAULT")
    return ListAttribute{std::vector<AttributeValue>(2, EnumAttribute{"precision", "DEFAULT"})};
  return a == "-1" ? std::int64_t{-1} : std::int64_t{0};
}

[[noreturn]] void refuse_op(const ir::Operation& op, std::string problem, std::string expected) {
  throw OpError({.op = op.name, .problem = std::move(problem), .expected = std::move(expected)},
                op.site);
}

const AttributeValue* member_of(const AttributeValue* value, std::string_view name) {
  const auto* s = std::get_if<StructAttribute>(value);
  return s == nullptr ? nullptr : find_attribute(s->members, name);
}

std::string symbol_text(const ir::Operation& op, std::string_view name,
                        const AttributeValue& value) {
  const auto* symbol = std::get_if<SymbolAttribute>(&value);
  if (symbol == nullptr) refuse_op(op, "attribute " + std::string(name) + " is no symbol", "@name");
  return symbol->name;
}

// The value that VHLO has for a member of dot_algorithm, or for its absence.
void set_algorithm(VhloValue& v, const AttributeValue* member) {
  if (member == nullptr) {
    v.type = Type{Type::Kind::kNone};
  } else if (const auto* word = std::get_if<std::string>(member)) {
    const auto dtype = dtype_from_name(*word);
    v.type = dtype ? Type::element(*dtype) : Type{.kind = Type::Kind::kWord, .word = *word};
  } else {
    v.value = *member;
  }
}

VhloValue vhlo_value(const ir::Operation& op, std::string_view name) {
  const VhloAttribute how = vhlo_attribute(op.name, name);
  const AttributeValue* given = how.kind == Kind::kDropped ? nullptr : op.attribute(how.name);
  VhloValue v{.name = name};
  if (how.kind == Kind::kAlgorithm) {
    set_algorithm(v, member_of(given, how.member));
    return v;
  }
  if (given != nullptr && !how.member.empty()) given = member_of(given, how.member);
  if (given == nullptr) {
    if (how.absent.empty())
      refuse_op(op, "there is no attribute " + std::string(how.name),
                std::string(how.name) + ", which a portable artifact has to have");
    v.value = default_of(how, op);
    const AttributeValue* api = op.attribute("api_version");
    if (name == "backend_config" && api != nullptr && *api == AttributeValue(Int32Attribute{4}))
      v.value = DictionaryAttribute{};
    return v;
  }
  switch (how.kind) {
    case Kind::kUnit:
      v.value = true;
      break;
    case Kind::kSymbol:
      v.value = symbol_text(op, name, *given);
      break;
    case Kind::kSymbols: {
      ListAttribute texts;
      if (const auto* list = std::get_if<ListAttribute>(given)) {
        for (const AttributeValue& item : list->items)
          texts.items.push_back(symbol_text(op, name, item));
      }
      v.value = std::move(texts);
      break;
    }
    case Kind::kApiVersion: {
      const auto* number = std::get_if<Int32Attribute>(given);
      const auto names = words(enum_code("custom_call_api_version").names);
      if (number == nullptr || number->value < 0 ||
          static_cast<std::size_t>(number->value) >= names.size()) {
        refuse_op(op, "api_version is none that is known",
                  "0 to " + std::to_string(names.size() - 1) + " as an i32");
      }
      v.value = EnumAttribute{"custom_call_api_version",
                              std::string(names[static_cast<std::size_t>(number->value)])};
      break;
    }
    case Kind::kLayouts:
      v.spelling.is_index = true;
      [[fallthrough]];
    default:
      v.value = *given;
  }
  return v;
}

// Whether a version without this attribute says the same.
bool is_default(const AttributeValue& value, const OpRow& row, std::string_view name,
                std::string_view op) {
  for (const OpVersion& version : row.versions) {
    for (const std::string_view a : version.attributes) {
      const VhloAttribute how = vhlo_attribute(op, a);
      if (how.name == name && how.member.empty()) return is_absent(how, value);
    }
  }
  return false;
}

bool has_attribute(const OpVersion& version, std::string_view op, std::string_view name,
                   std::string_view member) {
  return std::ranges::any_of(version.attributes, [&](std::string_view a) {
    const VhloAttribute how = vhlo_attribute(op, a);
    return how.name == name && (member.empty() || how.member == member);
  });
}

[[noreturn]] void refuse_later(const ir::Operation& op, const OpRow& row, std::string_view name,
                               std::string_view member) {
  const auto first = std::ranges::find_if(
      row.versions, [&](const OpVersion& v) { return has_attribute(v, op.name, name, member); });
  refuse_op(op,
            "attribute " + std::string(member.empty() ? name : member) +
                (first == row.versions.end() ? " has no form in a portable artifact"
                                             : " came with StableHLO " + to_string(first->since)),
            "");
}

}  // namespace

std::vector<VhloValue> to_vhlo(const ir::Operation& op, const OpRow& row,
                               const OpVersion& version) {
  std::vector<VhloValue> result;
  const auto has = [&](std::string_view name, std::string_view member) {
    return has_attribute(version, op.name, name, member);
  };
  for (const std::string_view name : version.attributes) result.push_back(vhlo_value(op, name));
  for (const NamedAttribute& a : op.attributes) {
    const bool is_own = std::ranges::find(row.attributes, std::string_view(a.name),
                                          &OpRow::Attribute::name) != row.attributes.end();
    if (!is_own) {
      result.push_back(
          {.name = a.name, .value = a.value, .spelling = {.is_typed = true}, .is_own = false});
    } else if (!has(a.name, "")) {
      if (!is_default(a.value, row, a.name, op.name)) refuse_later(op, row, a.name, "");
    } else if (const auto* s = std::get_if<StructAttribute>(&a.value)) {
      for (const NamedAttribute& m : s->members) {
        const auto* list = std::get_if<Ints>(&m.value);
        if (list != nullptr && !list->empty() && !has(a.name, m.name))
          refuse_later(op, row, a.name, m.name);
      }
    }
  }
  return result;
}

}  // namespace hilo::stablehlo::bytecode
