#include <algorithm>
#include <bit>
#include <cstring>

#include "hilo/core/error.h"
#include "hilo/stablehlo/bytecode_codec.h"

namespace hilo::stablehlo::bytecode {
namespace {

const Code* find(const std::vector<Code>& codes, std::string_view dialect, Form form,
                 std::string_view name = {}) {
  const auto found = std::ranges::find_if(codes, [&](const Code& c) {
    return c.dialect == dialect && c.form == form && c.name == name;
  });
  return found == codes.end() ? nullptr : &*found;
}

std::string_view text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// Elements as MLIR has them; `count` is how many the tensor has, which a splat says with one.
void set_elements(Field& f, DType dtype, std::string_view raw, std::uint64_t count,
                  std::string_view dialect) {
  const int width = bits(dtype);
  f.bytes = raw;
  if (is_bool(dtype)) {
    const bool is_splat = raw.size() == 1 && (count > 1 || dialect == "builtin");
    f.owned.assign(is_splat ? 1 : (raw.size() + 7) / 8, '\0');
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] != 0)
        f.owned[i / 8] = static_cast<char>(
            is_splat ? 0xFF : static_cast<unsigned char>(f.owned[i / 8]) | 1U << (i % 8));
    }
  } else if (width < 8 && is_signed(dtype)) {
    f.owned = raw;
    for (char& c : f.owned)
      c = static_cast<char>(static_cast<unsigned char>(c) & ((1U << width) - 1));
  } else {
    return;
  }
  f.bytes = f.owned;
}

struct AttributeFields {
  std::string_view dialect;
  Spelling spelling;
  Fields& fields;

  [[nodiscard]] const Code* code(Form form, std::string_view name = {}) const {
    return find(attribute_codes(), dialect, form, name);
  }

  const Code* number(Form form, DType dtype, std::uint64_t bits) const {
    fields.resize(2);
    fields[0].types = {Type::element(dtype)};
    fields[1].number = bits;
    return code(form);
  }
  const Code* tensor(const Shape& shape, std::string_view raw) const {
    fields.resize(2);
    Type type = Type::value(shape);
    type.is_index = spelling.is_index;
    fields[0].types = {std::move(type)};
    set_elements(fields[1], shape.dtype, raw, static_cast<std::uint64_t>(shape.size()), dialect);
    return code(Form::kTensor);
  }
  // `array<i64: ..>` where the dialect has it, else a constant with one axis.
  template <class T>
  const Code* array(DType dtype, const std::vector<T>& values) const {
    std::string raw(values.size() * sizeof(T), '\0');
    if (!values.empty()) std::memcpy(raw.data(), values.data(), raw.size());
    const Code* array_code = code(Form::kArray);
    if (array_code == nullptr) {
      const Shape shape{dtype, {static_cast<Dim>(values.size())}};
      const bool is_splat =
          values.size() > 1 && std::ranges::all_of(values, [&](T v) { return v == values[0]; });
      if (is_splat) raw.resize(sizeof(T));
      const Code* result = tensor(shape, raw);
      if (fields[1].owned.empty()) fields[1].owned = raw;
      fields[1].bytes = fields[1].owned;
      return result;
    }
    fields.resize(3);
    fields[0].types = {Type::element(dtype)};
    fields[1].number = values.size();
    fields[2].owned = std::move(raw);
    fields[2].bytes = fields[2].owned;
    return array_code;
  }

  const Code* operator()(bool v) const {
    if (const Code* own = code(Form::kBool)) {
      fields.resize(1);
      fields[0].number = v ? 1 : 0;
      return own;
    }
    return number(Form::kInteger, kI1, v ? 1 : 0);
  }
  const Code* operator()(std::int64_t v) const {
    return number(Form::kInteger, kI64, static_cast<std::uint64_t>(v));
  }
  const Code* operator()(const Int32Attribute& v) const {
    return number(Form::kInteger, kI32, static_cast<std::uint32_t>(v.value));
  }
  const Code* operator()(double v) const {
    return number(Form::kFloat, kF64, std::bit_cast<std::uint64_t>(v));
  }
  const Code* operator()(const Float32Attribute& v) const {
    return number(Form::kFloat, kF32, std::bit_cast<std::uint32_t>(v.value));
  }
  const Code* operator()(const std::string& v) const {
    fields.resize(1);
    fields[0].bytes = v;
    return code(Form::kString);
  }
  const Code* operator()(const std::vector<std::int64_t>& v) const { return array(kI64, v); }
  const Code* operator()(const std::vector<bool>& v) const {
    return array(kI1, std::vector<char>(v.begin(), v.end()));
  }
  const Code* operator()(const Int64Pairs& v) const {
    std::vector<std::int64_t> flat;
    for (const auto& pair : v) flat.insert(flat.end(), pair.begin(), pair.end());
    return (*this)(AttributeValue(tensor_from(
        {kI64, {static_cast<Dim>(v.size()), 2}},
        {reinterpret_cast<const char*>(flat.data()), flat.size() * sizeof(std::int64_t)})));
  }
  const Code* operator()(const AttributeValue& v) const {
    const Code* result = std::visit(*this, v);
    if (fields.size() == 2 && fields[1].owned.empty()) fields[1].owned = fields[1].bytes;
    if (fields.size() == 2) fields[1].bytes = fields[1].owned;
    return result;
  }
  const Code* operator()(const Array& v) const {
    if (spelling.is_typed && v.shape().is_scalar() &&
        (is_integer(v.shape().dtype) || is_float(v.shape().dtype))) {
      std::uint64_t raw = 0;
      std::memcpy(&raw, v.bytes().data(), v.bytes().size());
      const int width = bits(v.shape().dtype);
      if (width < 64) raw &= (std::uint64_t{1} << width) - 1;
      return number(is_float(v.shape().dtype) ? Form::kFloat : Form::kInteger, v.shape().dtype,
                    raw);
    }
    return tensor(v.shape(), text_of(v.bytes()));
  }
  const Code* operator()(const SplatAttribute& v) const {
    return tensor(v.shape, text_of(v.element.bytes()));
  }
  const Code* operator()(const UnitAttribute&) const { return code(Form::kUnit); }
  const Code* operator()(const EnumAttribute& v) const {
    const Code* found = code(Form::kEnum, v.type);
    if (found == nullptr) return nullptr;
    const std::vector<std::string_view> names = words(found->names);
    const auto at = std::ranges::find(names, std::string_view(v.value));
    if (at == names.end()) return nullptr;
    fields.resize(1);
    fields[0].number = static_cast<std::uint64_t>(at - names.begin());
    return found;
  }
  const Code* operator()(const StructAttribute& v) const {
    const Code* found = code(Form::kStruct, v.mnemonic);
    if (found == nullptr) return nullptr;
    const std::vector<std::string_view> names = words(found->names);
    fields.resize(names.size());
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto member = std::ranges::find(v.members, names[i], &NamedAttribute::name);
      if (member == v.members.end()) continue;
      Field& f = fields[i];
      if (const auto* ints = std::get_if<std::vector<std::int64_t>>(&member->value))
        f.ints = *ints;
      else if (const auto* real = std::get_if<double>(&member->value))
        f.number = std::bit_cast<std::uint64_t>(*real);
      else if (const auto* whole = std::get_if<std::int64_t>(&member->value))
        f.number = static_cast<std::uint64_t>(*whole);
      else if (const auto* symbol = std::get_if<SymbolAttribute>(&member->value))
        f.attributes = {symbol->name};
      else
        f.attributes = {member->value};
    }
    return found;
  }
  const Code* operator()(const DictionaryAttribute& v) const {
    fields.resize(1);
    for (const NamedAttribute& m : v.members) {
      fields[0].attributes.push_back(m.name);
      fields[0].attributes.push_back(m.value);
    }
    return code(Form::kDictionary);
  }
  const Code* operator()(const SymbolAttribute& v) const {
    const Code* found = code(Form::kSymbol);
    if (found == nullptr || v.name.find("::@") != std::string::npos) return nullptr;
    fields.resize(1);
    fields[0].attributes = {v.name};
    return found;
  }
  const Code* operator()(const TypeAttribute& v) const {
    fields.resize(1);
    fields[0].types = {Type::of(v)};
    return code(Form::kTypeOf);
  }
  const Code* operator()(const ListAttribute& v) const {
    fields.resize(1);
    fields[0].attributes = v.items;
    return code(Form::kList);
  }
  const Code* operator()(const Mesh&) const { return nullptr; }
  const Code* operator()(const Sharding&) const { return nullptr; }
  const Code* operator()(const ShardingsAttribute&) const { return nullptr; }
};

std::vector<Type> types_of(const std::vector<Shape>& shapes) {
  std::vector<Type> result;
  for (const Shape& s : shapes) result.push_back(Type::value(s));
  return result;
}

const Code* quantized_fields(const Quantization& q, std::string_view dialect, Fields& fields) {
  const std::string_view layout = q.axis ? "vttvssEI" : "vttDsss";
  const auto found = std::ranges::find_if(
      type_codes(), [&](const Code& c) { return c.dialect == dialect && c.layout == layout; });
  if (found == type_codes().end()) return nullptr;
  const int width = bits(q.storage);
  const bool is_signed_storage = is_signed(q.storage);
  const std::size_t bounds = q.axis ? 4 : 5;
  fields.resize(layout.size());
  fields[0].number = is_signed_storage ? 1 : 0;
  // The flag says whether the storage is signed; its type is signless.
  fields[1].types = {Type::element(*dtype_from_name("i" + std::to_string(width)))};
  fields[2].types = {Type::element(q.expressed)};
  const auto least = static_cast<std::int64_t>(min_finite(q.storage));
  const auto largest = static_cast<std::int64_t>(max_finite(q.storage));
  fields[bounds].number = static_cast<std::uint64_t>(q.storage_min.value_or(least));
  fields[bounds + 1].number = static_cast<std::uint64_t>(q.storage_max.value_or(largest));
  if (q.axis) {
    fields[3].number = static_cast<std::uint64_t>(*q.axis);
    fields[6].reals = q.scales;
    fields[7].ints = q.zero_points;
  } else {
    fields[3].number = std::bit_cast<std::uint64_t>(q.scales.at(0));
    fields[4].number = static_cast<std::uint64_t>(q.zero_points.at(0));
  }
  return &*found;
}

const Code* element_fields(const Type& type, std::string_view dialect, Fields& fields) {
  const DType dtype = type.shape.dtype;
  if (const Quantization* q = type.shape.quantization())
    return quantized_fields(*q, dialect, fields);
  if (is_complex(dtype)) {
    fields.resize(1);
    fields[0].types = {Type::element(real_dtype(dtype))};
    return find(type_codes(), dialect, Form::kComplex);
  }
  const Code* sized = find(type_codes(), dialect, Form::kSized);
  if (sized != nullptr && !type.is_index && (is_bool(dtype) || is_integer(dtype))) {
    fields.resize(1);
    fields[0].number = static_cast<std::uint64_t>(bits(dtype)) << 2 | (is_unsigned(dtype) ? 2 : 0);
    return sized;
  }
  const auto found = std::ranges::find_if(type_codes(), [&](const Code& c) {
    return c.dialect == dialect && c.form == Form::kElement && c.dtype == dtype &&
           (c.name == "index") == type.is_index;
  });
  return found == type_codes().end() ? nullptr : &*found;
}

}  // namespace

const Code* fields_of(const AttributeValue& value, std::string_view dialect, Spelling spelling,
                      Fields& fields) {
  return std::visit(AttributeFields{dialect, spelling, fields}, value);
}

const Code* fields_of(const Type& type, std::string_view dialect, Fields& fields) {
  switch (type.kind) {
    case Type::Kind::kElement:
      return element_fields(type, dialect, fields);
    case Type::Kind::kFunction:
      fields.resize(2);
      fields[0].types = types_of(type.inputs);
      fields[1].types = types_of(type.results);
      return find(type_codes(), dialect, Form::kFunction);
    case Type::Kind::kNone:
      return find(type_codes(), dialect, Form::kNone);
    case Type::Kind::kWord:
      return find(type_codes(), dialect, Form::kWord, type.word);
    case Type::Kind::kValue:
      break;
  }
  const Shape& shape = type.shape;
  if (shape.dtype == DType::kToken) return element_fields(type, dialect, fields);
  if (shape.dtype == DType::kTuple) {
    fields.resize(1);
    fields[0].types = types_of(shape.elements());
    return find(type_codes(), dialect, Form::kTuple);
  }
  Type element = shape.quantization()
                     ? Type{Type::Kind::kElement, Shape::quantized(*shape.quantization(), {})}
                     : Type::element(shape.dtype);
  element.is_index = type.is_index;
  const bool has_bounds = !shape.bounds().empty();
  fields.resize(has_bounds ? 3 : 2);
  if (has_bounds)
    fields[0].attributes = {StructAttribute{"type_extensions", {{"bounds", shape.bounds()}}}};
  fields[fields.size() - 2].ints = shape.dims;
  fields.back().types = {std::move(element)};
  const auto found = std::ranges::find_if(type_codes(), [&](const Code& c) {
    return c.dialect == dialect && c.form == Form::kRanked && c.layout.size() == fields.size();
  });
  return found == type_codes().end() ? nullptr : &*found;
}

}  // namespace hilo::stablehlo::bytecode
