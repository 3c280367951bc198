#include <algorithm>
#include <array>

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
constexpr std::array<std::string_view, 10> kAsTheyAre = {"uniform_quantize",
                                                         "uniform_dequantize",
                                                         "tuple",
                                                         "get_tuple_element",
                                                         "custom_call",
                                                         "composite",
                                                         "optimization_barrier",
                                                         "while",
                                                         "case",
                                                         "if"};

bool is_quantized(const Shape& s) { return s.quantization() != nullptr; }

Shape expressed_shape(const Shape& s) {
  return is_quantized(s) ? Shape{s.quantization()->expressed, s.dims} : s;
}

// What all ops ask of their quantised operands and results.
void expect_one_kind(std::string_view name, std::span<const Shape> quantized) {
  for (const Shape& s : quantized) {
    const Quantization &a = *quantized.front().quantization(), &b = *s.quantization();
    if (a.expressed == b.expressed) continue;
    throw OpError(
        {.problem = "quantised tensors of " + std::string(name) + " stand for different dtypes",
         .got = {quantized.begin(), quantized.end()},
         .expected = "one expressed type"});
  }
}

}  // namespace

std::optional<std::vector<Value>> Importer::quantized_of(const ir::Operation& op,
                                                         std::string_view name,
                                                         std::span<const Value> operands) {
  if (std::ranges::find(kAsTheyAre, name) != kAsTheyAre.end()) return {};
  std::vector<Shape> quantized, results;
  for (const Value& v : operands) {
    if (is_quantized(v.shape())) quantized.push_back(v.shape());
  }
  for (ir::ValueId id : op.results) results.push_back(type(id));
  std::ranges::copy_if(results, std::back_inserter(quantized), is_quantized);
  if (quantized.empty()) return {};
  expect_one_kind(name, quantized);
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
