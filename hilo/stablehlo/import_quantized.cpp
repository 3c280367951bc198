#include <algorithm>

#include "hilo/ops/quantize.h"
#include "hilo/stablehlo/importer.h"

// Ops on quantised tensors are what StableHLO says they mean: of the numbers that the operands
// stand for, quantised as the result's type says ("dequantize_op_quantize"). A product with one
// quantised operand and a float result rounds nothing; what is only moved is exact.
// Source:  StableHLO spec, "Quantized operations".
namespace hilo::stablehlo {
namespace {

// Ops that take quantised tensors as what they are, those with regions among them that do no
// arithmetic.
constexpr std::string_view kAsTheyAre =
    " uniform_quantize uniform_dequantize tuple get_tuple_element custom_call composite "
    "optimization_barrier while case if ";

bool is_quantized(const Shape& s) { return s.quantization() != nullptr; }

Shape expressed_shape(const Shape& s) {
  return is_quantized(s) ? Shape{s.quantization()->expressed, s.dims} : s;
}

// Ops that take a scale for each index of an axis.
constexpr std::string_view kPerAxis =
    " add bitcast_convert broadcast_in_dim case composite constant convolution "
    "custom_call dot_general dynamic_broadcast_in_dim dynamic_conv get_dimension_size "
    "get_tuple_element if infeed outfeed recv reshape send transpose tuple "
    "uniform_dequantize uniform_quantize while ";
// Ops whose result has the elements of the first quantised operand.
constexpr std::string_view kMoving =
    " all_gather all_to_all broadcast_in_dim collective_broadcast collective_permute "
    "concatenate dynamic_broadcast_in_dim dynamic_gather dynamic_pad dynamic_reshape "
    "dynamic_slice dynamic_update_slice gather pad real_dynamic_slice reshape reverse "
    "select slice transpose ";
// Ops whose storage may grow or shrink.
constexpr std::string_view kRestoring = " dot_general convolution dynamic_conv convert ";

bool is_among(std::string_view words, std::string_view name) {
  return words.find(" " + std::string(name) + " ") != std::string_view::npos;
}

[[noreturn]] void refuse_quantized(std::string problem, std::vector<Shape> got,
                                   std::string expected) {
  throw OpError(
      {.problem = std::move(problem), .got = std::move(got), .expected = std::move(expected)});
}

void expect_alike(bool may_store_anew, const Shape& a, const Shape& b) {
  const Quantization &p = *a.quantization(), &q = *b.quantization();
  if (p.expressed != q.expressed || (p.storage != q.storage && !may_store_anew))
    refuse_quantized("quantised tensors differ", {a, b},
                     "one dtype in store, and one that it stands for");
}

// Elements that are moved keep scales and zero points; one that is repeated has its own wherever it
// goes.
void expect_moved(const ir::Operation& op, std::string_view name, const Shape& from,
                  const Shape& to) {
  const Quantization &p = *from.quantization(), &q = *to.quantization();
  bool is_kept = p.axis.has_value() == q.axis.has_value();
  for (std::size_t i = 0; is_kept && i < q.scales.size(); ++i) {
    const std::size_t k = p.scales.size() == 1 ? 0 : i;
    is_kept = (p.scales.size() == 1 || p.scales.size() == q.scales.size()) &&
              p.scales[k] == q.scales[i] && p.zero_points[k] == q.zero_points[i];
  }
  if (!is_kept)
    refuse_quantized("scales or zero points change", {from, to}, "those of the operand (C1)");
  Axes axes;
  const char* const attribute = name == "transpose"                  ? "permutation"
                                : name.ends_with("broadcast_in_dim") ? "broadcast_dimensions"
                                                                     : nullptr;
  const AttributeValue* given = attribute != nullptr ? op.attribute(attribute) : nullptr;
  if (!p.axis || given == nullptr || !read_attribute(*given, axes)) return;
  const int key = name == "transpose" ? *q.axis : *p.axis,
            other = name == "transpose" ? *p.axis : *q.axis;
  const bool is_there =
      key >= 0 && key < std::ssize(axes) && axes[static_cast<std::size_t>(key)] == other;
  if (!is_there)
    refuse_quantized("the scales' axis changes", {from, to}, "the axis that the operand's becomes");
}

}  // namespace

std::optional<std::vector<Value>> Importer::quantized_of(const ir::Operation& op,
                                                         std::string_view name,
                                                         std::span<const Value> operands) {
  std::vector<Shape> quantized, results;
  for (const Value& v : operands) {
    if (is_quantized(v.shape())) quantized.push_back(v.shape());
  }
  for (ir::ValueId id : op.results) results.push_back(type(id));
  std::ranges::copy_if(results, std::back_inserter(quantized), is_quantized);
  if (quantized.empty()) return {};
  for (const Shape& s : quantized) {
    const bool is_left =
        &s == quantized.data() &&
        (name == "dot_general" || name.ends_with("conv") || name == "convolution") &&
        is_quantized(operands[0].shape());
    if (s.quantization()->axis && (is_left || !is_among(kPerAxis, name)))
      refuse_quantized("a scale for each index of an axis", {s}, "one scale for the whole tensor");
  }
  if (is_among(kAsTheyAre, name)) return {};
  const bool may_store_anew = !op.regions.empty() || is_among(kRestoring, name);
  for (std::size_t k = 0; k < results.size() && k < operands.size(); ++k) {
    if (is_quantized(results[k]) && is_quantized(operands[k].shape()))
      expect_alike(may_store_anew, operands[k].shape(), results[k]);
  }
  if (results.size() == 1) {
    for (const Shape& s : quantized) expect_alike(may_store_anew, quantized[0], s);
    if (is_among(kMoving, name) && is_quantized(results[0]))
      expect_moved(op, name, quantized[0], results[0]);
  }
  if (name == "bitcast_convert" && operands.size() == 1 &&
      results == std::vector{operands[0].shape()})
    return std::vector{operands[0]};
  std::vector<Value> plain;
  for (const Value& v : operands)
    plain.push_back(is_quantized(v.shape()) ? uniform_dequantize(v) : v);
  std::vector<ir::ValueId> ids = op.results;
  for (const ir::Region& region : op.regions)
    ids.insert(ids.end(), region.arguments.begin(), region.arguments.end());
  std::map<ir::ValueId, Shape> outer = expressed_;
  for (ir::ValueId id : ids) expressed_[id] = expressed_shape(type(id));
  std::vector<Value> values = results_of(op, name, plain);
  expressed_ = std::move(outer);
  for (std::size_t k = 0; k < results.size() && k < values.size(); ++k) {
    if (is_quantized(results[k]))
      values[k] = uniform_quantize(values[k], *results[k].quantization());
  }
  return values;
}

Value Importer::without_quantization(const ir::Region& region, Value result) const {
  const bool is_expressed = std::ranges::any_of(
      region.arguments, [&](ir::ValueId id) { return expressed_.contains(id); });
  return is_expressed && is_quantized(result.shape()) ? uniform_dequantize(result) : result;
}

}  // namespace hilo::stablehlo
