#include <algorithm>

#include "hilo/ops/convert.h"
#include "hilo/ops/known_integers.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/value_lists.h"
#include "hilo/stablehlo/importer.h"

// Forms of an op that Hilo's op of that name does not have, as those that it has.
namespace hilo::stablehlo {
namespace {

// Numbers of two dtypes, none of them quantized.
bool are_mixed(std::span<const Value> operands) {
  const auto is_number = [](Value v) { return is_integer(v.dtype()) || is_float(v.dtype()); };
  return operands.size() == 2 && operands[0].dtype() != operands[1].dtype() &&
         std::ranges::all_of(operands, is_number);
}

bool is_weakly_ordered(const ir::Operation& op) {
  const AttributeValue* type = op.attribute("compare_type");
  const auto* order = type == nullptr ? nullptr : std::get_if<EnumAttribute>(type);
  return order != nullptr && order->value == "WEAKORDER";
}

// Whether every number of one dtype is one of the other, which is longer.
bool is_promotable(DType from, DType to) {
  return bits(to) > bits(from) &&
         ((is_integer(from) && kind(from) == kind(to)) || (is_float(from) && is_float(to)) ||
          (is_complex(from) && is_complex(to)));
}

}  // namespace

// A body may add in a longer dtype than its op is given.
std::optional<std::vector<Value>> Importer::promoted(const ir::Operation& op, std::string_view name,
                                                     std::span<const Value> operands) const {
  const bool is_scatter = name == "scatter",
             is_pairwise = name == "reduce" || name == "reduce_window" || is_scatter;
  if (!is_pairwise && name != "all_reduce" && name != "reduce_scatter") return {};
  if (is_pairwise && operands.size() < 2) return {};
  const std::size_t n = operands.size() / 2;  // inputs
  for (std::size_t k = 0; is_pairwise && k < n; ++k) {
    if (operands[k].dtype() != operands[operands.size() - n + k].dtype())
      return {};  // which the op refuses
  }
  std::vector<Value> wider(operands.begin(), operands.end());
  bool is_wider = false;
  for (std::size_t k = 0; k < wider.size() && op.regions.size() == 1; ++k) {
    if (is_scatter && k == n) continue;  // the indices
    const std::size_t in_body = !is_pairwise ? 0 : is_scatter && k > n ? k - n - 1 : k % n;
    if (in_body >= op.regions[0].arguments.size()) return {};
    const DType dtype = type(op.regions[0].arguments[in_body]).dtype;
    if (!is_promotable(wider[k].dtype(), dtype)) continue;
    wider[k] = convert(wider[k], dtype);
    is_wider = true;
  }
  return is_wider ? std::optional(std::move(wider)) : std::nullopt;
}

// What is under a name of CHLO is its decomposition by the word of who wrote it; the op has better
// gradients.
std::optional<std::vector<Value>> Importer::as_chlo(const ir::Operation& op,
                                                    std::span<const Value> operands) {
  ir::Operation same{
      .name = required<std::string>(op, "name"), .results = op.results, .at = op.at};
  const AttributeValue* version = op.attribute("version");
  std::int64_t number = 0;
  if (version == nullptr || !read_attribute(*version, number) || number != 1) return {};
  if (!same.name.starts_with("chlo.") ||
      (!handlers().contains(same.name) && all_ops().find(same.name) == nullptr))
    return {};
  if (const AttributeValue* given = op.attribute("composite_attributes")) {
    const auto* members = std::get_if<DictionaryAttribute>(given);
    if (members == nullptr) return {};
    same.attributes = members->members;
  }
  std::vector<Value> results;
  try {
    results = results_of(same, same.name, operands);
  } catch (const OpError&) {
    return {};  // another meaning of the name: the decomposition has it
  }
  const auto is_declared = [&](const Value& v, ir::ValueId id) { return is_compatible(v.shape(), type(id)); };
  if (!std::ranges::equal(results, op.results, is_declared)) return {};
  const auto decomposition = required<std::string>(op, "decomposition");
  const auto body = [&](std::span<const Value> p) { return call(decomposition, p, op); };
  const Function parts = trace(body, shapes_of(operands));  // it has to be right all the same
  return parts.result_shapes() == shapes_of(results) ? std::optional(results) : std::nullopt;
}

std::optional<std::vector<Value>> Importer::variant_of(const ir::Operation& op,
                                                       std::string_view name,
                                                       std::span<const Value> operands) {
  if (std::optional<Array> groups = groups_by_axes(op)) {
    ir::Operation same = op;
    std::ranges::find(same.attributes, "replica_groups", &NamedAttribute::name)->value =
        std::move(*groups);
    return results_of(same, name, operands);
  }
  if (auto quantized = quantized_of(op, name, operands)) return quantized;
  if (auto wider = promoted(op, name, operands)) return results_of(op, name, *wider);
  if ((name == "all_gather" || name == "all_to_all") && operands.size() > 1) {  // each by itself
    if (op.results.size() != operands.size()) {
      throw OpError({.problem = std::to_string(op.results.size()) + " results",
                     .expected = "one for each operand"});
    }
    std::vector<Value> results;
    for (std::size_t k = 0; k < operands.size(); ++k) {
      ir::Operation one = op;
      one.operands = {op.operands[k]};
      one.results = {op.results[k]};
      results.push_back(results_of(one, name, operands.subspan(k, 1)).front());
    }
    return results;
  }
  // As TensorFlow has them: a length set to what it is, and a view of open lengths as they are.
  if (name == "set_dimension_size" && operands.size() == 2 && op.results.size() == 1 && type(op.results[0]).is_static()) {
    const auto axis = required<std::int64_t>(op, "dimension");
    const Dims size = operands[1].rank() == 0 ? known_integers(operands[1]) : Dims();
    if (axis >= 0 && axis < operands[0].rank() && size == Dims{operands[0].dims()[static_cast<std::size_t>(axis)]})
      return std::vector{operands[0]};
  }
  if (name == "reshape" && operands.size() == 1 && op.results.size() == 1 && !operands[0].shape().is_static() &&
      operands[0].shape() == type(op.results[0]))
    return std::vector{operands[0]};
  if (name == "compare" && is_weakly_ordered(op))
    return results_of(op, "compare WEAKORDER", operands);
  // One with regions says by its decomposition alone what it computes.
  if (name == "composite" && !op.regions.empty())
    return call(required<std::string>(op, "decomposition"), operands, op);
  if (name == "composite") {
    if (auto same = as_chlo(op, operands)) return same;
  }
  if (name == "dot_general" && op.results.size() == 1 && are_mixed(operands)) {
    const DType both = type(op.results[0]).dtype;  // which JAX has the TPU convert to
    const Value same[] = {convert(operands[0], both), convert(operands[1], both)};
    return results_of(op, name, same);
  }
  return {};
}

}  // namespace hilo::stablehlo
