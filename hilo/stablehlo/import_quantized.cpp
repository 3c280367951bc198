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

// Ops that take quantised tensors as what they are.
constexpr std::array<std::string_view, 9> kAsTheyAre = {
    "uniform_quantize",  "uniform_dequantize", "constant",  "bitcast_convert",     "tuple",
    "get_tuple_element", "custom_call",        "composite", "optimization_barrier"};

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
  if (!op.regions.empty() || std::ranges::find(kAsTheyAre, name) != kAsTheyAre.end()) return {};
  std::vector<Shape> quantized;
  for (const Value& v : operands) {
    if (is_quantized(v.shape())) quantized.push_back(v.shape());
  }
  std::vector<Shape> results;
  for (ir::ValueId id : op.results) results.push_back(type(id));
  std::ranges::copy_if(results, std::back_inserter(quantized), is_quantized);
  if (quantized.empty()) return {};
  expect_one_kind(name, quantized);
  std::vector<Value> plain;
  for (const Value& v : operands)
    plain.push_back(is_quantized(v.shape()) ? uniform_dequantize(v) : v);
  for (std::size_t k = 0; k < results.size(); ++k)
    expressed_[op.results[k]] = expressed_shape(results[k]);
  std::vector<Value> values = results_of(op, name, plain);
  for (std::size_t k = 0; k < results.size(); ++k) {
    expressed_.erase(op.results[k]);
    if (k < values.size() && is_quantized(results[k]))
      values[k] = uniform_quantize(values[k], *results[k].quantization());
  }
  return values;
}

}  // namespace hilo::stablehlo
