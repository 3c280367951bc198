#include "hilo/stablehlo/normal.h"

#include <algorithm>
#include <array>

namespace hilo::stablehlo::ir {
namespace {

// Attributes that are lists of whole numbers (array<i64: ..>) and were dense<..> before StableHLO
// 0.17.
constexpr std::array<std::string_view, 20> kLists = {"base_dilations",
                                                     "broadcast_dimensions",
                                                     "broadcast_sizes",
                                                     "dimensions",
                                                     "edge_padding_high",
                                                     "edge_padding_low",
                                                     "fft_length",
                                                     "interior_padding",
                                                     "known_expanding_dimensions",
                                                     "known_nonexpanding_dimensions",
                                                     "lhs_dilation",
                                                     "limit_indices",
                                                     "permutation",
                                                     "rhs_dilation",
                                                     "slice_sizes",
                                                     "start_indices",
                                                     "strides",
                                                     "window_dilations",
                                                     "window_dimensions",
                                                     "window_strides"};
constexpr Dim kMaxList = 4096;  // an axis each; a longer splat stays one

// The elements of an attribute as a list of T; none if it is no list of them.
template <class T>
std::optional<std::vector<T>> list_of(const AttributeValue& value) {
  if (const auto* array = std::get_if<Array>(&value)) {
    if (array->shape().rank() != 1 || array->shape().dtype != dtype_of<T>) return std::nullopt;
    const auto data = array->data<T>();
    return std::vector<T>(data.begin(), data.end());
  }
  const auto* splat = std::get_if<SplatAttribute>(&value);
  if (splat == nullptr || splat->shape.rank() != 1 || splat->shape.dtype != dtype_of<T> ||
      splat->shape.size() > kMaxList) {
    return std::nullopt;
  }
  return std::vector<T>(static_cast<std::size_t>(splat->shape.size()), splat->element.data<T>()[0]);
}

bool is_default_flag(const NamedAttribute& a) {
  const auto* flag = std::get_if<EnumAttribute>(&a.value);
  return flag != nullptr && flag->value == "none" && flag->type.starts_with("arith.");
}

// `arg_attrs = [{}, {}]` says nothing.
bool says_nothing(const NamedAttribute& a) {
  const auto* list = std::get_if<ListAttribute>(&a.value);
  if (list == nullptr || (a.name != "arg_attrs" && a.name != "res_attrs")) return false;
  return std::ranges::all_of(list->items, [](const AttributeValue& item) {
    const auto* one = std::get_if<DictionaryAttribute>(&item);
    return one != nullptr && one->members.empty();
  });
}

}  // namespace

void normalise(Operation& op) {
  std::ranges::stable_sort(op.attributes, {}, &NamedAttribute::name);
  if (op.name.starts_with("arith.")) std::erase_if(op.attributes, is_default_flag);
  if (op.name == "func.func") std::erase_if(op.attributes, says_nothing);
  if (op.name == "sdy.mesh") {
    for (NamedAttribute& a : op.attributes) {
      auto* mesh = std::get_if<Mesh>(&a.value);
      const AttributeValue* name = op.attribute("sym_name");
      if (mesh != nullptr && name != nullptr && std::holds_alternative<std::string>(*name))
        mesh->name = std::get<std::string>(*name);
    }
  }
  if (!op.name.starts_with("stablehlo.") && !op.name.starts_with("chlo.")) return;
  for (NamedAttribute& a : op.attributes) {
    if (std::ranges::binary_search(kLists, a.name)) {
      if (auto list = list_of<std::int64_t>(a.value)) a.value = std::move(*list);
    } else if (a.name == "window_reversal") {
      if (auto list = list_of<bool>(a.value)) a.value = std::move(*list);
    }
  }
}

}  // namespace hilo::stablehlo::ir
