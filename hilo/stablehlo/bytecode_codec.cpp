#include "hilo/stablehlo/bytecode_codec.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "hilo/core/error.h"
#include "hilo/stablehlo/bytecode_sharding.h"

namespace hilo::stablehlo::bytecode {
namespace {

using Ints = std::vector<std::int64_t>;

double real_of(std::uint64_t bits) { return std::bit_cast<double>(bits); }

// The low `width` bits, which is what a number of that width has.
std::uint64_t low_bits(std::uint64_t v, int width) {
  return width >= 64 ? v : v & ((std::uint64_t{1} << width) - 1);
}

std::int64_t sign_extended(std::uint64_t v, int width) {
  const int unused = 64 - width;
  return static_cast<std::int64_t>(v << unused) >> unused;
}

Array scalar_of(DType dtype, std::uint64_t bits) {
  Array result(Shape{dtype, {}});
  std::memcpy(result.mutable_bytes().data(), &bits, result.bytes().size());
  return result;
}

AttributeValue number_from(const Type& type, std::uint64_t bits) {
  const DType dtype = type.shape.dtype;
  if (type.kind != Type::Kind::kElement || !has_elements(dtype))
    throw Error("a number whose type is no element type");
  const int width = hilo::bits(dtype);
  switch (dtype) {
    case kI1:
      return (bits & 1) != 0;
    case kI64:
      return static_cast<std::int64_t>(bits);
    case kI32:
      return Int32Attribute{static_cast<std::int32_t>(bits)};
    case kF32:
      return Float32Attribute{std::bit_cast<float>(static_cast<std::uint32_t>(bits))};
    case kF64:
      return real_of(bits);
    default:
      break;
  }
  return scalar_of(dtype, is_signed(dtype) ? static_cast<std::uint64_t>(
                                                 sign_extended(low_bits(bits, width), width))
                                           : low_bits(bits, width));
}

AttributeValue struct_from(const Code& code, Fields& fields) {
  StructAttribute result{std::string(code.name), {}};
  const std::vector<std::string_view> names = words(code.names);
  for (std::size_t i = 0; i < code.layout.size(); ++i) {
    Field& f = fields[i];
    AttributeValue value;
    switch (code.layout[i]) {
      case 's':
        value = static_cast<std::int64_t>(f.number);
        break;
      case 'b':
        value = f.number != 0;
        break;
      case 'D':
        value = real_of(f.number);
        break;
      case 'I':
        value = std::move(f.ints);
        break;
      case 'S':
        value = std::string(f.bytes);
        break;
      case 'p':
        if (f.ints.empty()) continue;
        value = f.ints[0];
        break;
      case 'A':
        value = ListAttribute{std::move(f.attributes)};
        break;
      case 't':
        value = f.types[0].kind == Type::Kind::kWord
                    ? f.types[0].word
                    : std::string(mlir_name(f.types[0].shape.dtype));
        break;
      default:
        if (f.attributes.empty()) continue;
        value = std::move(f.attributes[0]);
    }
    result.members.push_back({std::string(names[i]), std::move(value)});
  }
  if (code.name ==
      "replica_group_mesh_axes") {  // VHLO has the symbol as a string, and the list inside
    AttributeValue& mesh = result.members.at(0).value;
    if (const auto* name = std::get_if<std::string>(&mesh)) mesh = SymbolAttribute{*name};
  }
  check_struct(result);
  return result;
}

}  // namespace

void check_struct(const StructAttribute& s) {
  if (s.mnemonic != "conv") return;
  for (const std::size_t first : {0U, 3U, 6U}) {  // of input, kernel, output
    Ints axes = std::get<Ints>(s.members.at(first + 2).value);
    for (const std::size_t i : {first, first + 1})
      axes.push_back(std::get<std::int64_t>(s.members[i].value));
    std::ranges::sort(axes);
    for (std::size_t i = 0; i < axes.size(); ++i) {
      if (axes[i] != static_cast<std::int64_t>(i))
        throw Error("dimension numbers of a convolution that do not name each axis once");
    }
  }
}

namespace {

AttributeValue dictionary_from(Field& f) {
  DictionaryAttribute result;
  for (std::size_t i = 0; i + 1 < f.attributes.size(); i += 2) {
    auto* name = std::get_if<std::string>(&f.attributes[i]);
    if (name == nullptr) throw Error("a dictionary whose key is no string");
    result.members.push_back({std::move(*name), std::move(f.attributes[i + 1])});
  }
  return result;
}

AttributeValue symbol_from(Fields& fields) {
  std::string name;
  const auto append = [&](const AttributeValue& part) {
    if (!name.empty()) name += "::@";
    if (const auto* text = std::get_if<std::string>(&part))
      name += *text;
    else if (const auto* symbol = std::get_if<SymbolAttribute>(&part))
      name += symbol->name;
    else
      throw Error("a symbol whose name is no string");
  };
  for (const Field& f : fields) {
    for (const AttributeValue& part : f.attributes) append(part);
  }
  return SymbolAttribute{std::move(name)};
}

// `array<i64: 1, 2>`.
AttributeValue array_from(const Fields& fields) {
  const DType dtype = fields[0].types[0].shape.dtype;
  const std::string_view raw = fields[2].bytes;
  if (!has_elements(dtype) || fields[0].types[0].kind != Type::Kind::kElement ||
      raw.size() / static_cast<std::size_t>(bytes(dtype)) != fields[1].number ||
      raw.size() % static_cast<std::size_t>(bytes(dtype)) != 0) {
    throw Error("an array of " + std::to_string(fields[1].number) + " numbers in " +
                std::to_string(raw.size()) + " bytes");
  }
  Array array(Shape{dtype, {static_cast<Dim>(fields[1].number)}});
  if (!raw.empty()) std::memcpy(array.mutable_bytes().data(), raw.data(), raw.size());
  if (dtype == kI64)
    return Ints(array.data<std::int64_t>().begin(), array.data<std::int64_t>().end());
  if (dtype != kI1) return array;
  std::vector<bool> result;
  for (char c : raw) result.push_back(c != 0);
  return result;
}

Quantization quantization_from(const Code& code, const Fields& fields) {
  Quantization q;
  q.storage = fields[1].types[0].shape.dtype;
  q.expressed = fields[2].types[0].shape.dtype;
  const bool is_signed_storage = (fields[0].number & 1) != 0;
  if (!is_integer(q.storage) || bits(q.storage) > 32 || !is_float(q.expressed))
    throw Error("a quantized type that does not store integers for floats");
  std::size_t bounds = 5;
  if (code.layout[3] == 'D') {
    q.scales = {real_of(fields[3].number)};
    q.zero_points = {static_cast<std::int64_t>(fields[4].number)};
  } else {
    bounds = 4;
    if (fields[3].number > 1'000'000)
      throw Error("a quantized axis " + std::to_string(fields[3].number));
    q.axis = static_cast<int>(fields[3].number);
    q.scales = fields[6].reals;
    q.zero_points = fields[7].ints;
    if (q.scales.size() != q.zero_points.size())
      throw Error("a quantized type with as many scales as zero points; counts differ");
  }
  const int width = bits(q.storage);
  if (!is_signed_storage && is_signed(q.storage)) {
    q.storage = *dtype_from_name("u" + std::to_string(width));
  }
  const auto low = static_cast<std::int64_t>(fields[bounds].number);
  const auto high = static_cast<std::int64_t>(fields[bounds + 1].number);
  if (low != static_cast<std::int64_t>(min_finite(q.storage))) q.storage_min = low;
  if (high != static_cast<std::int64_t>(max_finite(q.storage))) q.storage_max = high;
  return q;
}

Shape ranked_from(const Code& code, const Fields& fields) {
  const bool has_encoding = code.layout.size() == 3;
  const Type& element = fields.back().types[0];
  if (element.kind != Type::Kind::kElement) throw Error("a tensor of what is no element type");
  Dims dims = fields[fields.size() - 2].ints;
  for (const Dim d : dims) {
    if (d < 0 && d != kDynamic) throw Error("a negative length " + std::to_string(d));
  }
  if (!has_encoding)
    return element.shape.dtype == DType::kQuantized
               ? Shape::quantized(*element.shape.quantization(), std::move(dims))
               : Shape{element.shape.dtype, std::move(dims)};
  const auto* extensions = std::get_if<StructAttribute>(&fields[0].attributes[0]);
  const auto* bounds = extensions == nullptr || extensions->mnemonic != "type_extensions"
                           ? nullptr
                           : std::get_if<Ints>(&extensions->members.at(0).value);
  if (bounds == nullptr) throw Error("a tensor type with an encoding other than bounds");
  if (bounds->size() != dims.size()) throw Error("bounds of another rank than the tensor's");
  return Shape::bounded(element.shape.dtype, std::move(dims), *bounds);
}

std::vector<Shape> shapes_of(const std::vector<Type>& types) {
  std::vector<Shape> result;
  for (const Type& t : types) {
    if (t.kind != Type::Kind::kValue)
      throw Error("a value whose type is neither tensor, token nor tuple");
    result.push_back(t.shape);
  }
  return result;
}

}  // namespace

Type Type::of(const TypeAttribute& type) {
  if (!type.is_function) return type.results.empty() ? Type{Kind::kNone} : value(type.results[0]);
  return {Kind::kFunction, {}, type.inputs, type.results};
}

TypeAttribute Type::attribute() const {
  switch (kind) {
    case Kind::kFunction:
      return {inputs, results, true};
    case Kind::kElement:
    case Kind::kValue:
      return {{}, {shape}, false};
    default:
      return {};
  }
}

AttributeValue tensor_from(Shape shape, std::string_view raw) {
  if (!shape.is_static() || !has_elements(shape.dtype))
    throw Error("a constant of a type that no array has: " + to_string(shape));
  const auto count = static_cast<std::uint64_t>(checked_size(shape.dims));
  const auto width = static_cast<std::size_t>(bytes(shape.dtype));
  std::string unpacked;
  if (is_bool(shape.dtype)) {
    const bool is_splat = raw.size() == 1 && (raw[0] == '\xFF' || (raw[0] == 0 && count > 8));
    if (is_splat && count > 0) {
      unpacked = raw[0] == 0 ? '\0' : '\1';
    } else if (raw.size() == (count + 7) / 8) {
      unpacked.resize(count);
      for (std::size_t i = 0; i < count; ++i)
        unpacked[i] = static_cast<char>(static_cast<unsigned char>(raw[i / 8]) >> (i % 8) & 1);
    } else {
      unpacked = raw;
      for (char& c : unpacked) c = c != 0;
    }
    raw = unpacked;
  } else if (bits(shape.dtype) < 8 && is_signed(shape.dtype)) {
    unpacked = raw;
    for (char& c : unpacked)
      c = static_cast<char>(sign_extended(static_cast<unsigned char>(c), bits(shape.dtype)));
    raw = unpacked;
  }
  if (count == 0) return Array(std::move(shape));
  if (raw.size() != width && (raw.size() % width != 0 || raw.size() / width != count)) {
    throw Error(std::to_string(raw.size()) + " bytes for " + to_string(shape));
  }
  const bool is_uniform =
      std::equal(raw.begin() + static_cast<std::ptrdiff_t>(width), raw.end(), raw.begin());
  Array array(count > 1 && is_uniform ? Shape{shape.dtype, {}} : shape);
  std::memcpy(array.mutable_bytes().data(), raw.data(), array.bytes().size());
  if (count > 1 && is_uniform) return SplatAttribute{std::move(shape), std::move(array)};
  return array;
}

AttributeValue attribute_from(const Code& code, Fields& fields) {
  switch (code.form) {
    case Form::kList:
      return ListAttribute{std::move(fields[0].attributes)};
    case Form::kBool:
      return fields[0].number != 0;
    case Form::kDictionary:
      return dictionary_from(fields[0]);
    case Form::kEnum: {
      const std::vector<std::string_view> names = words(code.names);
      const std::uint64_t v = fields[0].number;
      if (v >= names.size() || names[v] == "-")
        throw Error("a " + std::string(code.name) + " of value " + std::to_string(v));
      return EnumAttribute{std::string(code.name), std::string(names[v])};
    }
    case Form::kFloat:
    case Form::kInteger:
      return number_from(fields[0].types[0], fields[1].number);
    case Form::kArray:
      return array_from(fields);
    case Form::kString:
      return std::string(fields[0].bytes);
    case Form::kStruct:
      return struct_from(code, fields);
    case Form::kSymbol:
      return symbol_from(fields);
    case Form::kResource:
    case Form::kTensor:
      return tensor_from(fields[0].types[0].shape, fields[1].bytes);
    case Form::kTypeOf:
      if (fields[0].types[0].kind == Type::Kind::kWord) return fields[0].types[0].word;
      return fields[0].types[0].attribute();
    case Form::kUnit:
      return UnitAttribute{};
    case Form::kMesh:
      return mesh_from(fields);
    case Form::kSharding:
      return sharding_from(fields);
    case Form::kShardings:
      return shardings_from(fields[0]);
    default:
      throw Error("an attribute that Hilo does not know: " + std::string(code.name));
  }
}

Type type_from(const Code& code, Fields& fields) {
  switch (code.form) {
    case Form::kElement:
      return code.dtype == DType::kToken ? Type::value({DType::kToken, {}})
                                         : Type::element(code.dtype);
    case Form::kSized: {
      const std::uint64_t width = fields[0].number >> 2;
      const std::string name = (fields[0].number & 3) == 2 ? "u" : "i";
      const auto dtype = width > 64 ? std::nullopt : dtype_from_name(name + std::to_string(width));
      if (!dtype) throw Error("an integer of " + std::to_string(width) + " bits");
      return Type::element(*dtype);
    }
    case Form::kComplex: {
      const auto dtype = complex_dtype(fields[0].types[0].shape.dtype);
      if (!dtype)
        throw Error("complex numbers of " + std::string(mlir_name(fields[0].types[0].shape.dtype)));
      return Type::element(*dtype);
    }
    case Form::kFunction:
      return {Type::Kind::kFunction, {}, shapes_of(fields[0].types), shapes_of(fields[1].types)};
    case Form::kRanked:
      return Type::value(ranked_from(code, fields));
    case Form::kTuple:
      return Type::value(Shape::tuple(shapes_of(fields[0].types)));
    case Form::kQuantized:
      return {Type::Kind::kElement, Shape::quantized(quantization_from(code, fields), {})};
    case Form::kNone:
      return {Type::Kind::kNone};
    case Form::kWord:
      return {.kind = Type::Kind::kWord, .word = std::string(code.name)};
    default:
      throw Error("a type that Hilo has nothing for: " + std::string(code.name));
  }
}

}  // namespace hilo::stablehlo::bytecode
