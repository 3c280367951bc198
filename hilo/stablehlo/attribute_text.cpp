#include "hilo/stablehlo/attribute_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstring>

#include "hilo/stablehlo/type_text.h"

namespace hilo::stablehlo {
namespace {

constexpr char kHex[] = "0123456789ABCDEF";

void append_hex_bytes(std::string& text, std::span<const std::byte> bytes) {
  text += "\"0x";
  const std::size_t start = text.size();
  text.resize(start + 2 * bytes.size());
  char* out = text.data() + start;
  for (std::byte b : bytes) {
    *out++ = kHex[std::to_integer<unsigned>(b) >> 4];
    *out++ = kHex[std::to_integer<unsigned>(b) & 15];
  }
  text += '"';
}

// A float literal that reads back to the same bits: shortest decimal, or hex for infinities and NaN.
template <class T, class Bits>
void append_float(std::string& text, T value) {
  char buffer[64];
  if (std::isfinite(value)) {
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr;
    std::string digits(buffer, end);
    if (digits.find('.') == std::string::npos) digits.insert(digits.find('e'), ".0");
    text += digits;
    return;
  }
  Bits bits;
  std::memcpy(&bits, &value, sizeof bits);
  text += "0x";
  for (int shift = static_cast<int>(sizeof(Bits)) * 8 - 4; shift >= 0; shift -= 4) text += kHex[(bits >> shift) & 15];
}

// One element of a dtype that the hex form does not serve: booleans and sub-byte integers.
void append_element(std::string& text, DType dtype, std::byte raw) {
  if (is_bool(dtype)) {
    text += raw == std::byte{0} ? "false" : "true";
  } else {
    text += std::to_string(is_signed(dtype) ? static_cast<int>(static_cast<signed char>(raw)) : std::to_integer<int>(raw));
  }
}

void append_list(std::string& text, const Array& a, std::size_t axis, std::size_t& next) {
  if (axis == a.shape().dims.size()) {
    append_element(text, a.shape().dtype, a.bytes()[next++]);
    return;
  }
  text += '[';
  for (Dim i = 0; i < a.shape().dims[axis]; ++i) {
    if (i > 0) text += ", ";
    append_list(text, a, axis + 1, next);
  }
  text += ']';
}

void append_splat(std::string& text, const Array& a, std::span<const std::byte> first) {
  const auto read = [&]<class T>(T value) {
    std::memcpy(&value, first.data(), sizeof value);
    return value;
  };
  switch (a.shape().dtype) {
    case DType::kF32: return append_float<float, std::uint32_t>(text, read(0.0F));
    case DType::kF64: return append_float<double, std::uint64_t>(text, read(0.0));
    case DType::kI8: text += std::to_string(read(std::int8_t{})); return;
    case DType::kI16: text += std::to_string(read(std::int16_t{})); return;
    case DType::kI32: text += std::to_string(read(std::int32_t{})); return;
    case DType::kI64: text += std::to_string(read(std::int64_t{})); return;
    case DType::kU8: text += std::to_string(read(std::uint8_t{})); return;
    case DType::kU16: text += std::to_string(read(std::uint16_t{})); return;
    case DType::kU32: text += std::to_string(read(std::uint32_t{})); return;
    case DType::kU64: text += std::to_string(read(std::uint64_t{})); return;
    default: break;
  }
  if (bytes(a.shape().dtype) == 1 && !is_float(a.shape().dtype)) return append_element(text, a.shape().dtype, first[0]);
  append_hex_bytes(text, first);
}

void append_dense(std::string& text, const Array& a) {
  text += "dense<";
  const auto width = static_cast<std::size_t>(bytes(a.shape().dtype));
  const std::span<const std::byte> all = a.bytes();
  const bool is_splat = !all.empty() && std::equal(all.begin() + static_cast<std::ptrdiff_t>(width), all.end(), all.begin());
  if (is_splat) {
    append_splat(text, a, all.first(width));
  } else if (!all.empty() && (is_bool(a.shape().dtype) || (bits(a.shape().dtype) < 8 && is_integer(a.shape().dtype)))) {
    std::size_t next = 0;
    append_list(text, a, 0, next);
  } else if (!all.empty()) {
    append_hex_bytes(text, all);
  }
  text += "> : " + type_text(a.shape());
}

template <class T>
void append_joined(std::string& text, const T& list, auto append) {
  bool is_first = true;
  for (const auto& item : list) {
    if (!is_first) text += ", ";
    is_first = false;
    append(item);
  }
}

void append_ints(std::string& text, const std::vector<std::int64_t>& v) {
  append_joined(text, v, [&](std::int64_t i) { text += std::to_string(i); });
}

// `[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]`: for each of input, kernel, output two letters and the spatial axes.
void append_convolution_numbers(std::string& text, const StructAttribute& s) {
  const auto one = [&](std::size_t first, char a, char b) {
    const auto axis_a = std::get<std::int64_t>(s.members[first].value);
    const auto axis_b = std::get<std::int64_t>(s.members[first + 1].value);
    const auto& spatial = std::get<std::vector<std::int64_t>>(s.members[first + 2].value);
    std::vector<std::string> place(spatial.size() + 2);
    place.at(static_cast<std::size_t>(axis_a)) = a;
    place.at(static_cast<std::size_t>(axis_b)) = b;
    for (std::size_t i = 0; i < spatial.size(); ++i) place.at(static_cast<std::size_t>(spatial[i])) = std::to_string(i);
    text += '[';
    append_joined(text, place, [&](const std::string& p) { text += p; });
    text += ']';
  };
  one(0, 'b', 'f');
  text += 'x';
  one(3, 'i', 'o');
  text += "->";
  one(6, 'b', 'f');
}

// In the words of XLA's FFI: `1.5 : f32` for a scalar, `array<f32: 1.5, 2.5>` for a list; what it has no word for as dense.
void append_typed(std::string& text, const Array& a) {
  const DType dtype = a.shape().dtype;
  if (a.shape().rank() > 1 || !(is_integer(dtype) || dtype == kF32 || dtype == kF64)) return append_dense(text, a);
  const auto width = static_cast<std::size_t>(bytes(dtype));
  if (a.shape().is_scalar()) {
    append_splat(text, a, a.bytes());
    text.append(" : ").append(mlir_name(a.shape().dtype));
    return;
  }
  text.append("array<").append(mlir_name(a.shape().dtype));
  for (std::size_t i = 0; i < static_cast<std::size_t>(a.size()); ++i) {
    text += i == 0 ? ": " : ", ";
    append_splat(text, a, a.bytes().subspan(i * width, width));
  }
  text += '>';
}

void append_axes(std::string& text, const std::vector<MeshAxis>& axes) {
  append_joined(text, axes, [&](const MeshAxis& axis) {
    append_quoted(text, axis.name);
    if (axis.size > 0) text.append(":(").append(std::to_string(axis.pre_size)).append(")").append(std::to_string(axis.size));
  });
}

void append_sharding(std::string& text, const Sharding& s) {
  text += '<';
  if (s.mesh && s.mesh->name.empty()) {  // a mesh that stands in the sharding itself
    text += "mesh";
    append_mesh(text, *s.mesh);
  } else {
    append_symbol(text, s.mesh ? s.mesh->name : s.mesh_name);
  }
  text += ", [";
  append_joined(text, s.dims, [&](const DimSharding& d) {
    text += '{';
    append_axes(text, d.axes);
    if (d.is_open) text += d.axes.empty() ? "?" : ", ?";
    text += '}';
    if (d.priority) text.append("p").append(std::to_string(*d.priority));
  });
  text += ']';
  for (const auto& [word, axes] : {std::pair{"replicated", &s.replicated}, {"unreduced", &s.unreduced}}) {
    if (axes->empty()) continue;
    text.append(", ").append(word).append("={");
    append_axes(text, *axes);
    text += '}';
  }
  text += '>';
}

struct Appender {
  std::string& text;

  void operator()(bool v) const { text += v ? "true" : "false"; }
  void operator()(std::int64_t v) const { text += std::to_string(v) + " : i64"; }
  void operator()(const Int32Attribute& v) const { text += std::to_string(v.value) + " : i32"; }
  void operator()(double v) const {
    append_float<double, std::uint64_t>(text, v);
    text += " : f64";
  }
  void operator()(const Float32Attribute& v) const {
    append_float<float, std::uint32_t>(text, v.value);
    text += " : f32";
  }
  void operator()(const UnitAttribute&) const { text += "unit"; }
  void operator()(const std::string& v) const { append_quoted(text, v); }
  void operator()(const Array& v) const { append_dense(text, v); }
  void operator()(const std::vector<std::int64_t>& v) const {
    text += v.empty() ? "array<i64" : "array<i64: ";
    append_ints(text, v);
    text += '>';
  }
  void operator()(const std::vector<bool>& v) const {
    text += v.empty() ? "array<i1" : "array<i1: ";
    append_joined(text, v, [&](bool b) { text += b ? "true" : "false"; });
    text += '>';
  }
  void operator()(const Int64Pairs& v) const {
    text += "dense<";
    if (!v.empty()) {
      text += '[';
      append_joined(text, v, [&](const auto& pair) {
        text.append("[").append(std::to_string(pair[0])).append(", ").append(std::to_string(pair[1])).append("]");
      });
      text += ']';
    }
    text += "> : tensor<" + std::to_string(v.size()) + "x2xi64>";
  }
  void operator()(const SplatAttribute& v) const {
    text += "dense<";
    append_splat(text, v.element, v.element.bytes());
    text += "> : " + type_text(v.shape);
  }
  void operator()(const SymbolAttribute& v) const { append_symbol(text, v.name); }
  void operator()(const TypeAttribute& v) const {
    if (!v.is_function) {
      text += v.results.empty() ? "none" : type_text(v.results[0]);
      return;
    }
    const auto append_types = [&](const std::vector<Shape>& shapes) {
      text += '(';
      append_joined(text, shapes, [&](const Shape& s) { text += type_text(s); });
      text += ')';
    };
    append_types(v.inputs);
    text += " -> ";
    append_types(v.results);
  }
  void operator()(const ListAttribute& v) const {
    text += '[';
    append_joined(text, v.items, [&](const AttributeValue& item) { append_attribute(text, item); });
    text += ']';
  }
  void operator()(const Layouts& v) const {
    text += '[';
    append_joined(text, v.minor_to_major, [&](const std::vector<std::int64_t>& axes) {
      text += "dense<";
      if (!axes.empty()) text += '[';
      append_ints(text, axes);
      if (!axes.empty()) text += ']';
      text += "> : tensor<" + std::to_string(axes.size()) + "xindex>";
    });
    text += ']';
  }
  void operator()(const Mesh& v) const {
    text += "#sdy.mesh";
    append_mesh(text, v);
  }
  void operator()(const Sharding& v) const {
    text += "#sdy.sharding";
    append_sharding(text, v);
  }
  void operator()(const ShardingsAttribute& v) const {
    text += "#sdy.sharding_per_value<[";
    append_joined(text, v.values, [&](const Sharding& s) { append_sharding(text, s); });
    text += "]>";
  }
  void operator()(const EnumAttribute& v) const {
    const auto [dialect, type] = split_dialect(v.type);
    text.append("#").append(dialect).append("<").append(type).append(" ").append(v.value).append(">");
  }
  void operator()(const StructAttribute& v) const {
    const auto [dialect, mnemonic] = split_dialect(v.mnemonic);
    if (v.members.size() == 1 && v.members[0].name.empty()) {  // kept as it was written: `<..>`, `[..]`, `{..}`
      const auto& body = std::get<std::string>(v.members[0].value);
      const bool is_closed = body.starts_with('<');
      text.append("#").append(dialect).append(is_closed ? "." : "<").append(mnemonic).append(body).append(is_closed ? "" : ">");
      return;
    }
    if (v.mnemonic == "sdy.manual_axes") {
      text += "#sdy<manual_axes{";
      append_joined(text, std::get<ListAttribute>(v.members.at(0).value).items, [&](const AttributeValue& item) { append_attribute(text, item); });
      text += "}>";
      return;
    }
    text.append("#").append(dialect).append(".").append(mnemonic).append("<");
    if (v.mnemonic == "conv") {
      append_convolution_numbers(text, v);
    } else {
      append_joined(text, v.members, [&](const NamedAttribute& m) {
        text += m.name + " = ";
        append_member(m.value, v.mnemonic == "dot_algorithm");
      });
    }
    text += '>';
  }
  // As it stands in a struct: numbers without their type. Strings are words without quotes in some.
  void append_member(const AttributeValue& value, bool has_words) const {
    if (const auto* ints = std::get_if<std::vector<std::int64_t>>(&value)) {
      text += '[';
      append_ints(text, *ints);
      text += ']';
    } else if (const auto* number = std::get_if<std::int64_t>(&value)) {
      text += std::to_string(*number);
    } else if (const auto* real = std::get_if<double>(&value)) {
      append_real(text, *real);
    } else if (const auto* word = std::get_if<std::string>(&value); word != nullptr && has_words) {
      text += *word;
    } else if (const auto* part = std::get_if<StructAttribute>(&value); part != nullptr && part->mnemonic == "sub_axis_info") {
      text += '(';
      append_member(part->members.at(0).value, false);
      text += ')';
      append_member(part->members.at(1).value, false);
    } else {
      append_attribute(text, value);
    }
  }
  // "chlo.precision" is chlo's; a name without a dot StableHLO's.
  static std::pair<std::string_view, std::string_view> split_dialect(std::string_view name) {
    const std::size_t dot = name.find('.');
    if (dot == std::string_view::npos) return {"stablehlo", name};
    return {name.substr(0, dot), name.substr(dot + 1)};
  }
  void operator()(const DictionaryAttribute& v) const {
    text += '{';
    append_joined(text, v.members, [&](const NamedAttribute& m) {
      append_quoted(text, m.name);
      text += " = ";
      if (const auto* array = std::get_if<Array>(&m.value)) append_typed(text, *array);
      else append_attribute(text, m.value);
    });
    text += '}';
  }
};

}  // namespace

void append_attribute_name(std::string& text, std::string_view name) {
  const auto is_letter = [](char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; };
  const auto is_plain = [&](char c) { return is_letter(c) || std::isdigit(static_cast<unsigned char>(c)) || c == '$' || c == '.'; };
  if (!name.empty() && is_letter(name[0]) && std::ranges::all_of(name, is_plain)) text += name;
  else append_quoted(text, name);
}

void append_symbol(std::string& text, std::string_view name) {
  for (std::size_t end = 0; end != std::string_view::npos; name.remove_prefix(end == std::string_view::npos ? 0 : end + 3)) {
    end = name.find("::@");
    text += '@';
    append_attribute_name(text, name.substr(0, end));
    if (end != std::string_view::npos) text += "::";
  }
}

void append_mesh(std::string& text, const Mesh& mesh) {
  text += "<[";
  append_joined(text, mesh.axes, [&](const Mesh::Axis& axis) {
    append_quoted(text, axis.name);
    text.append("=").append(std::to_string(axis.size));
  });
  text += ']';
  if (!mesh.device_ids.empty()) {
    text += ", device_ids=[";
    append_ints(text, mesh.device_ids);
    text += ']';
  }
  text += '>';
}

void append_real(std::string& text, double value) { append_float<double, std::uint64_t>(text, value); }

void append_attribute(std::string& text, const AttributeValue& value) { std::visit(Appender{text}, value); }

void append_quoted(std::string& text, std::string_view content) {
  text += '"';
  for (char c : content) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\' || byte < 0x20 || byte > 0x7E) {
      text += '\\';
      text += kHex[byte >> 4];
      text += kHex[byte & 15];
    } else {
      text += c;
    }
  }
  text += '"';
}

}  // namespace hilo::stablehlo
