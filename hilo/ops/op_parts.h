#pragma once
#include <memory>
#include <string>

#include "hilo/graph/op.h"
#include "hilo/graph/read_attribute.h"

namespace hilo {

/// What a program says of an op, from which `make_op` builds its struct.
struct OpParts {
  std::span<const NamedAttribute> attributes;
  std::span<const Function> regions;
  std::span<const Value> operands;
  std::span<const Shape> results;  ///< as declared; lengths may be unknown

  /// Null if there is none of that name.
  [[nodiscard]] const AttributeValue* attribute(std::string_view name) const {
    for (const NamedAttribute& a : attributes) {
      if (a.name == name) return &a.value;
    }
    return nullptr;
  }
  /// Throws OpError if there are not so many.
  [[nodiscard]] const Shape& result(std::size_t k = 0) const;
  [[nodiscard]] Value operand(std::size_t k) const;
};

namespace detail {
template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
[[noreturn]] void refuse_attribute(std::string_view name);
/// Throws OpError unless programs may leave the attribute out, as those of StableHLO with a default.
void expect_optional(std::string_view name);
[[noreturn]] void refuse_regions(std::size_t got, std::size_t expected);
}  // namespace detail

/// The op that `parts` describe: each of its `fields` from the attribute of that name, what the program reads off
/// operands and types by the op's `void complete(const OpParts&)`, where it has one.
/// Throws:  OpError if an attribute is of the wrong kind or the number of regions is wrong. The shape rule is not asked.
template <OpRules Op>
std::shared_ptr<const AnyOp> make_op(const OpParts& parts) {
  Op op{};
  std::size_t region = 0;
  bool takes_all = false;
  Op::fields([&](std::string_view name, auto member) {
    using Member = std::remove_cvref_t<decltype(op.*member)>;
    if constexpr (std::is_same_v<Member, Function>) {
      if (region < parts.regions.size()) op.*member = parts.regions[region];
      ++region;
    } else if constexpr (std::is_same_v<Member, std::vector<Function>>) {
      op.*member = {parts.regions.begin(), parts.regions.end()};
      takes_all = true;
    } else if (const AttributeValue* value = parts.attribute(name)) {
      if (!read_attribute(*value, op.*member)) detail::refuse_attribute(name);
    } else if constexpr (!detail::kIsOptional<Member>) {
      detail::expect_optional(name);
    }
  });
  if (!takes_all && region != parts.regions.size()) detail::refuse_regions(parts.regions.size(), region);
  if constexpr (requires { op.complete(parts); }) op.complete(parts);
  return std::make_shared<Erased<Op>>(std::move(op));
}

}  // namespace hilo
