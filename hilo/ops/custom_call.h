#pragma once
#include <concepts>
#include <functional>
#include <string>
#include <vector>

#include "hilo/graph/op.h"

namespace hilo {

/// A named setting of a custom call, in the type that its handler asks for: `.Attr<float>("eps")`
/// takes {"eps", 1e-5F},
/// `.Attr<ffi::Span<const std::int32_t>>("axes")` a std::vector<std::int32_t>.
struct CallAttribute {
  template <class T>
  requires(std::same_as<T, bool> || std::same_as<T, double> || std::same_as<T, std::int64_t>)
      CallAttribute(std::string name, T value)
      : attribute{std::move(name), value} {}
  CallAttribute(std::string name, std::int32_t value)
      : attribute{std::move(name), Int32Attribute{value}} {}
  CallAttribute(std::string name, float value) : attribute{std::move(name), Array::scalar(value)} {}
  CallAttribute(std::string name, std::string value)
      : attribute{std::move(name), std::move(value)} {}
  CallAttribute(std::string name, const char* value)
      : attribute{std::move(name), std::string(value)} {}
  template <class T>
  requires kHasDType<T> CallAttribute(std::string name, const std::vector<T>& values)
      : attribute{std::move(name), Array::of({static_cast<Dim>(values.size())}, values)} {}
  explicit CallAttribute(NamedAttribute given) : attribute(std::move(given)) {}

  NamedAttribute attribute;
};

/// An op of one's own: a handler that is registered with XLA (hilo/custom_call.h), and its rules.
/// The rules are given what those of Hilo's ops are (hilo/graph/op.h) and are written with public
/// ops. One of `vjp` and `jvp` is enough: the other is its transpose.
/// Example:
///   const CustomOp scale{.name = "my_scale", .infer = [](Shapes in) { return std::vector{in[0]}; }};
///   Value y = custom_call(scale, {x}, {{"by", 2.0F}})[0];
struct CustomOp {
  /// The name that the handler is registered under.
  std::string name;
  /// Shapes of the results. Throws OpError, without op, operands and site, for operands that do not
  /// fit.
  std::function<std::vector<Shape>(Shapes)> infer;
  /// A cotangent for each operand, linear in `d_outs`; an empty Value is zero. Without it and `jvp`,
  /// differentiating the op is refused.
  std::function<std::vector<Value>(const Vjp&)> vjp{};
  /// A tangent for each result, linear in `d_in`; an empty Value is zero.
  std::function<std::vector<Value>(const Jvp&)> jvp{};
  /// Without it, a batch of n becomes n calls.
  std::function<std::vector<Value>(const Batch&)> batch{};
  /// Whether the call does something that its results do not show, so that equal calls must not be
  /// merged, and one whose results nobody uses, or that has none, is not left out.
  bool has_side_effect = false;
  /// A result that takes the place of an operand of its shape: the handler is given one memory for both. XLA copies
  /// an operand first that is read elsewhere too.
  struct InPlace {
    std::int64_t result, operand;
  };
  std::vector<InPlace> in_place{};
};

/// Calls the handler of `op` when the program runs.
/// Throws:  OpError if `infer` refuses the operands. A handler that is not registered is refused
///          when the program is compiled.
/// Source:  StableHLO spec, custom_call, with XLA's typed FFI (api_version 4).
std::vector<Value> custom_call(const CustomOp& op, Operands operands,
                               const std::vector<CallAttribute>& attributes = {});

}  // namespace hilo
