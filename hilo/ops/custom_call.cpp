#include "hilo/ops/custom_call.h"

#include <algorithm>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/value_lists.h"

namespace hilo {
namespace {

struct CustomCall {
  static constexpr std::string_view kName = "custom_call";
  std::string call_target_name;
  bool has_side_effect = false;
  AttributeValue backend_config = DictionaryAttribute{};  // text for handlers of older interfaces
  Int32Attribute api_version{4};  // the typed FFI
  std::optional<Layouts> operand_layouts{}, result_layouts{};
  std::optional<ListAttribute> output_operand_aliases{};
  std::optional<ListAttribute> called_computations{};  // functions of the program that it came in: it cannot be printed
  CustomOp rules{};

  static void fields(auto&& field) {
    field("call_target_name", &CustomCall::call_target_name);
    field("has_side_effect", &CustomCall::has_side_effect);
    field("backend_config", &CustomCall::backend_config);
    field("api_version", &CustomCall::api_version);
    field("operand_layouts", &CustomCall::operand_layouts);
    field("result_layouts", &CustomCall::result_layouts);
    field("output_operand_aliases", &CustomCall::output_operand_aliases);
    field("called_computations", &CustomCall::called_computations);
  }
  // A call in a program says its results; that it has rules besides is unknown.
  void complete(const OpParts& parts) {
    if (parts.attribute("api_version") == nullptr) api_version.value = 1;
    if (parts.attribute("backend_config") == nullptr) backend_config = std::string();
    if (const AttributeValue* of_mhlo = parts.attribute("mhlo.backend_config")) {  // as JAX's artifacts have it
      backend_config = *of_mhlo;
      if (std::holds_alternative<DictionaryAttribute>(backend_config)) api_version.value = 4;
    }
    if (called_computations && called_computations->items.empty()) called_computations.reset();
    rules.name = call_target_name;
    rules.infer = [results = std::vector<Shape>(parts.results.begin(), parts.results.end())](Shapes) { return results; };
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    if (!rules.infer) throw OpError({.problem = "no shape rule", .expected = "CustomOp::infer"});
    std::vector<Shape> out = rules.infer(in);
    const bool is_typed = std::holds_alternative<DictionaryAttribute>(backend_config);
    const auto* text = std::get_if<std::string>(&backend_config);
    if (api_version.value == 4 ? text != nullptr && !text->empty() : is_typed) {
      throw OpError({.problem = "backend_config does not fit api_version = " + std::to_string(api_version.value),
                     .expected = "a dictionary for 4, text for those before"});
    }
    expect_layouts(in, out);
    if (output_operand_aliases) {
      for (const AttributeValue& alias : output_operand_aliases->items) expect_alias(in, out, alias);
    }
    return out;
  }
  // A layout is said for all operands and results, or for none; a tuple has one for each element.
  void expect_layouts(Shapes in, Shapes out) const {
    if (!operand_layouts && !result_layouts) return;
    const auto expect = [&](Shapes shapes, const std::optional<Layouts>& layouts, std::string_view each) {
      bool fits = layouts && layouts->minor_to_major.size() == shapes.size();
      for (std::size_t k = 0; fits && k < shapes.size(); ++k) {
        Axes order = layouts->minor_to_major[k];
        std::ranges::sort(order);
        fits = shapes[k].dtype != DType::kTuple && std::ssize(order) == (has_elements(shapes[k].dtype) ? shapes[k].rank() : 0);
        for (std::size_t i = 0; fits && i < order.size(); ++i) fits = order[i] == static_cast<std::int64_t>(i);
      }
      if (!fits) {
        throw OpError({.problem = "the layouts of " + std::string(each) + "s do not fit", .got = {shapes.begin(), shapes.end()},
                       .expected = "operand_layouts and result_layouts, for each its axes in some order"});
      }
    };
    expect(in, operand_layouts, "operand");
    expect(out.size() == 1 && out[0].dtype == DType::kTuple ? Shapes(out[0].elements()) : out, result_layouts, "result");
  }
  // The part of a value that the indices lead to; null if they lead nowhere.
  static const Shape* part(const Shape* shape, const Axes& indices, std::size_t first) {
    for (std::size_t i = first; i < indices.size(); ++i) {
      if (indices[i] < 0 || indices[i] >= std::ssize(shape->elements())) return nullptr;
      shape = &shape->elements()[static_cast<std::size_t>(indices[i])];
    }
    return shape;
  }
  static void expect_alias(Shapes in, Shapes out, const AttributeValue& alias) {
    Axes of_output, of_operand;
    std::int64_t operand = -1;
    if (const auto* members = std::get_if<StructAttribute>(&alias)) {
      for (const NamedAttribute& m : members->members) {
        if (m.name == "output_tuple_indices") read_attribute(m.value, of_output);
        if (m.name == "operand_tuple_indices") read_attribute(m.value, of_operand);
        if (m.name == "operand_index") read_attribute(m.value, operand);
      }
    }
    const bool is_list = out.size() > 1;  // results are counted as if they were a tuple
    const bool is_result = is_list ? !of_output.empty() && of_output[0] >= 0 && of_output[0] < std::ssize(out) : out.size() == 1;
    const bool is_operand = operand >= 0 && operand < std::ssize(in);
    const Shape* from = is_operand ? part(&in[static_cast<std::size_t>(operand)], of_operand, 0) : nullptr;
    const Shape* to = is_result ? part(&out[is_list ? static_cast<std::size_t>(of_output[0]) : 0], of_output, is_list ? 1 : 0) : nullptr;
    if (from != nullptr && to != nullptr && is_compatible(*from, *to)) return;
    throw OpError({.problem = "an output_operand_alias does not fit", .expected = "a part of a result and one of an operand, of one shape"});
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    if (rules.vjp) return cotangents(v);
    if (!rules.jvp) throw missing("gradient", "CustomOp::vjp or jvp, or stop_gradient on what goes in");
    const Function linear = traced(v.in, v.outs, v.in, [&](std::span<const Value> in, std::span<const Value> outs,
                                                           std::span<const Value> d_in) {
      return materialized(tangents({.in = in, .outs = outs, .d_in = d_in, .out = first(outs), .transforms = v.transforms}), outs);
    });
    return of_differentiable(transposed(linear, joined({v.in, v.outs}), materialized(v.d_outs, v.outs), v.transforms), v.in);
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    if (rules.jvp) return tangents(v);
    if (!rules.vjp) throw missing("forward derivative", "CustomOp::jvp or vjp, or stop_gradient on what goes in");
    const Function linear = traced(v.in, v.outs, v.outs, [&](std::span<const Value> in, std::span<const Value> outs,
                                                             std::span<const Value> d_outs) {
      return materialized(cotangents({.in = in, .outs = outs, .d_outs = d_outs, .out = first(outs), .d_out = first(d_outs),
                                      .transforms = v.transforms}), in);
    });
    return of_differentiable(transposed(linear, joined({v.in, v.outs}), materialized(v.d_in, v.in), v.transforms), v.outs);
  }
  // Without a rule, one call for each element of the batch.
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    if (rules.batch) return rules.batch(b);
    std::vector<std::vector<Value>> results;
    for (Dim i = 0; i < b.size; ++i) {
      std::vector<Value> in;
      for (std::size_t k = 0; k < b.in.size(); ++k)
        in.push_back(b.is_batched[k] ? index_axis(b.in[k], 0, i) : b.in[k]);
      const std::vector<Value> out = apply_all(CustomCall(*this), in);
      results.resize(out.size());
      for (std::size_t k = 0; k < out.size(); ++k) results[k].push_back(out[k]);
    }
    std::vector<Value> stacked;
    for (std::vector<Value>& parts : results) stacked.push_back(stack(std::move(parts)));
    return stacked;
  }

  [[nodiscard]] OpError missing(std::string_view what, std::string expected) const {
    return OpError({.problem = call_target_name + " has no " + std::string(what),
                    .expected = std::move(expected)});
  }
  static Value first(std::span<const Value> values) { return values.empty() ? Value() : values[0]; }
  // A user's rule as a function of its own, to be transposed: (in.., outs.., d..) -> derivatives.
  template <class Rule>
  static Function traced(std::span<const Value> in, std::span<const Value> outs, std::span<const Value> d, const Rule& rule) {
    return trace(
        [&](std::span<const Value> p) {
          return rule(p.first(in.size()), p.subspan(in.size(), outs.size()), p.subspan(in.size() + outs.size()));
        },
        shapes_of(joined({in, outs, d})));
  }

  [[nodiscard]] std::vector<Value> cotangents(const Vjp& v) const {
    return checked(rules.vjp(v), v.in, "cotangents", "operand");
  }
  [[nodiscard]] std::vector<Value> tangents(const Jvp& v) const {
    return checked(rules.jvp(v), v.outs, "tangents", "result");
  }
  // What a user's rule returned, if it fits.
  [[nodiscard]] std::vector<Value> checked(std::vector<Value> d, std::span<const Value> like,
                                           std::string_view what, std::string_view each) const {
    bool fits = d.size() == like.size();
    std::vector<Shape> got, wanted;
    for (const Value& v : like) wanted.push_back(v.shape());
    for (std::size_t k = 0; k < d.size(); ++k) {
      if (!d[k]) continue;
      got.push_back(d[k].shape());
      fits = fits && k < wanted.size() && got.back() == wanted[k];
    }
    if (fits) return d;
    throw OpError(
        {.problem =
             "the " + std::string(what) + " that " + call_target_name + "'s rule gave do not fit",
         .got = std::move(got),
         .expected = "one like each " + std::string(each) + ": " + to_string(Shapes(wanted))});
  }
};

}  // namespace

namespace {

std::optional<ListAttribute> aliases_of(const CustomOp& op, std::span<const Value> operands) {
  if (op.in_place.empty() || !op.infer) return std::nullopt;
  const bool is_tuple = op.infer(shapes_of(operands)).size() > 1;  // results are counted as if they were one
  ListAttribute aliases;
  for (const CustomOp::InPlace& one : op.in_place) {
    aliases.items.push_back(StructAttribute{
        "output_operand_alias",
        {{"output_tuple_indices", is_tuple ? Axes{one.result} : Axes{}},
         {"operand_index", one.operand},
         {"operand_tuple_indices", Axes{}}}});
  }
  return aliases;
}

}  // namespace

void list_custom_call_ops(OpTable& table) { table.add<CustomCall>(); }

std::vector<Value> custom_call(const CustomOp& op, Operands operands,
                               const std::vector<CallAttribute>& attributes) {
  CustomCall call;
  call.call_target_name = op.name;
  call.has_side_effect = op.has_side_effect;
  DictionaryAttribute config;
  for (const CallAttribute& a : attributes) config.members.push_back(a.attribute);
  call.backend_config = std::move(config);
  call.output_operand_aliases = aliases_of(op, operands.values);
  call.rules = op;
  return apply_all(std::move(call), operands.values, operands.where);
}

}  // namespace hilo
