#include "hilo/ops/custom_call.h"

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
  CustomOp rules{};

  static void fields(auto&& field) {
    field("call_target_name", &CustomCall::call_target_name);
    field("has_side_effect", &CustomCall::has_side_effect);
    field("backend_config", &CustomCall::backend_config);
    field("api_version", &CustomCall::api_version);
    field("operand_layouts", &CustomCall::operand_layouts);
    field("result_layouts", &CustomCall::result_layouts);
    field("output_operand_aliases", &CustomCall::output_operand_aliases);
  }
  // A call in a program says its results; that it has rules besides is unknown.
  void complete(const OpParts& parts) {
    if (parts.attribute("api_version") == nullptr) api_version.value = 1;
    if (parts.attribute("backend_config") == nullptr) backend_config = std::string();
    if (const AttributeValue* of_mhlo = parts.attribute("mhlo.backend_config")) backend_config = *of_mhlo;
    rules.name = call_target_name;
    rules.infer = [results = std::vector<Shape>(parts.results.begin(), parts.results.end())](Shapes) { return results; };
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    if (!rules.infer) throw OpError({.problem = "no shape rule", .expected = "CustomOp::infer"});
    return rules.infer(in);
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

void list_custom_call_ops(OpTable& table) { table.add<CustomCall>(); }

std::vector<Value> custom_call(const CustomOp& op, Operands operands,
                               const std::vector<CallAttribute>& attributes) {
  CustomCall call;
  call.call_target_name = op.name;
  call.has_side_effect = op.has_side_effect;
  DictionaryAttribute config;
  for (const CallAttribute& a : attributes) config.members.push_back(a.attribute);
  call.backend_config = std::move(config);
  call.rules = op;
  return apply_all(std::move(call), operands.values, operands.where);
}

}  // namespace hilo
