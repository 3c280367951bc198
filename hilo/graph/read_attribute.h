#pragma once
#include <algorithm>
#include <limits>
#include <type_traits>

#include "hilo/graph/attribute.h"

// The way back from AttributeValue to a C++ member: what `to_attribute` of hilo/graph/attribute.h made of it, and the
// other spellings that programs of any age have for the same. All return false where the value is of another kind.
namespace hilo {

namespace detail {

/// The longest list that `dense<1> : tensor<Nxi64>` may be as an attribute: more than any op has axes.
inline constexpr Dim kMostInSplat = 4096;

/// A dense attribute as an array of `rank` axes; none if it is no such.
inline std::optional<Array> dense_of(const AttributeValue& v, DType dtype, int rank) {
  const auto fits = [&](const Shape& s) { return s.dtype == dtype && s.rank() == rank && s.is_static(); };
  if (const auto* array = std::get_if<Array>(&v)) return fits(array->shape()) ? std::optional(*array) : std::nullopt;
  const auto* splat = std::get_if<SplatAttribute>(&v);
  if (splat == nullptr || !fits(splat->shape) || splat->shape.size() > kMostInSplat) return {};
  Array all(splat->shape);
  const std::span<std::byte> to = all.mutable_bytes();
  const std::span<const std::byte> one = splat->element.bytes();
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = one[i % one.size()];
  return all;
}

}  // namespace detail

/// The attribute of that name; null if there is none.
inline const AttributeValue* find_attribute(const std::vector<NamedAttribute>& attributes, std::string_view name) {
  const auto found = std::ranges::find(attributes, name, &NamedAttribute::name);
  return found == attributes.end() ? nullptr : &found->value;
}

/// A whole number of any width: `3 : i64`, `3 : i32`, `3 : ui8`.
inline bool read_attribute(const AttributeValue& v, std::int64_t& to) {
  if (const auto* i = std::get_if<std::int64_t>(&v)) return to = *i, true;
  if (const auto* i = std::get_if<Int32Attribute>(&v)) return to = i->value, true;
  const auto* array = std::get_if<Array>(&v);
  if (array == nullptr || !array->shape().is_scalar() || !is_integer(array->shape().dtype)) return false;
  return to = array->as(DType::kI64).data<std::int64_t>()[0], true;
}
inline bool read_attribute(const AttributeValue& v, Int32Attribute& to) {
  std::int64_t wide = 0;
  if (!read_attribute(v, wide) || wide < std::numeric_limits<std::int32_t>::min() || wide > std::numeric_limits<std::int32_t>::max()) return false;
  return to.value = static_cast<std::int32_t>(wide), true;
}
inline bool read_attribute(const AttributeValue& v, std::vector<std::int64_t>& to) {
  if (const auto* list = std::get_if<std::vector<std::int64_t>>(&v)) return to = *list, true;
  if (const auto array = detail::dense_of(v, DType::kI64, 1)) {
    const auto data = array->data<std::int64_t>();
    return to.assign(data.begin(), data.end()), true;
  }
  const auto* list = std::get_if<ListAttribute>(&v);
  if (list == nullptr) return false;
  to.assign(list->items.size(), 0);
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (!read_attribute(list->items[i], to[i])) return false;
  }
  return true;
}
inline bool read_attribute(const AttributeValue& v, std::vector<bool>& to) {
  if (const auto* list = std::get_if<std::vector<bool>>(&v)) return to = *list, true;
  const auto array = detail::dense_of(v, DType::kI1, 1);
  if (!array) return false;
  to.clear();
  for (std::byte b : array->bytes()) to.push_back(b != std::byte{0});
  return true;
}
inline bool read_attribute(const AttributeValue& v, Int64Pairs& to) {
  if (const auto* pairs = std::get_if<Int64Pairs>(&v)) return to = *pairs, true;
  const auto array = detail::dense_of(v, DType::kI64, 2);
  if (!array || (array->shape().dims[1] != 2 && array->size() != 0)) return false;
  to.assign(static_cast<std::size_t>(array->size()) / 2, {});
  const auto data = array->data<std::int64_t>();
  for (std::size_t i = 0; i < to.size(); ++i) to[i] = {data[2 * i], data[2 * i + 1]};
  return true;
}
/// A dense attribute; one that is a splat is written out up to a length that lists of axes and ids have.
inline bool read_attribute(const AttributeValue& v, Array& to) {
  if (const auto* array = std::get_if<Array>(&v)) return to = *array, true;
  const auto* splat = std::get_if<SplatAttribute>(&v);
  if (splat == nullptr) return false;
  auto all = detail::dense_of(v, splat->shape.dtype, splat->shape.rank());
  if (all) to = std::move(*all);
  return all.has_value();
}
inline bool read_attribute(const AttributeValue& v, Layouts& to) {
  if (const auto* layouts = std::get_if<Layouts>(&v)) return to = *layouts, true;
  const auto* list = std::get_if<ListAttribute>(&v);
  if (list == nullptr) return false;
  to.minor_to_major.assign(list->items.size(), {});
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    if (!read_attribute(list->items[i], to.minor_to_major[i])) return false;
  }
  return true;
}
inline bool read_attribute(const AttributeValue& v, std::string& to) {
  if (const auto* symbol = std::get_if<SymbolAttribute>(&v)) return to = symbol->name, true;
  const auto* text = std::get_if<std::string>(&v);
  return text != nullptr && (to = *text, true);
}
inline bool read_attribute(const AttributeValue& v, AttributeValue& to) { return to = v, true; }
template <class T>
  requires std::same_as<T, bool> || std::same_as<T, double> || std::same_as<T, Float32Attribute> || std::same_as<T, UnitAttribute> ||
           std::same_as<T, DictionaryAttribute> || std::same_as<T, ListAttribute> || std::same_as<T, StructAttribute> || std::same_as<T, Sharding>
bool read_attribute(const AttributeValue& v, T& to) {
  const T* value = std::get_if<T>(&v);
  return value != nullptr && (to = *value, true);
}
template <class E>
  requires std::is_enum_v<E>
bool read_attribute(const AttributeValue& v, E& to) {
  const auto* word = std::get_if<EnumAttribute>(&v);
  const EnumWords known = words_of(to);
  if (word == nullptr || word->type != known.type) return false;
  const auto at = std::ranges::find(known.words, word->value);
  if (at == known.words.end()) return false;
  return to = static_cast<E>(at - known.words.begin()), true;
}
/// A struct with `kMnemonic`: members that are not said are empty or 0.
template <class T>
  requires requires { T::kMnemonic; }
bool read_attribute(const AttributeValue& v, T& to) {
  const auto* given = std::get_if<StructAttribute>(&v);
  if (given == nullptr || given->mnemonic != T::kMnemonic) return false;
  std::size_t known = 0;
  bool is_good = true;
  T::fields([&](std::string_view name, auto member) {
    to.*member = {};
    for (const NamedAttribute& m : given->members) {
      if (m.name != name) continue;
      is_good = is_good && read_attribute(m.value, to.*member);
      ++known;
    }
  });
  return is_good && known == given->members.size();
}
template <class T>
bool read_attribute(const AttributeValue& v, std::optional<T>& to) {
  T value{};
  return read_attribute(v, value) && (to = std::move(value), true);
}

}  // namespace hilo
