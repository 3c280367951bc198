#include <array>
#include <map>
#include <set>
#include <string_view>

#include "hilo/pjrt/hlo.h"

namespace hilo::pjrt {
namespace {

// What moves numbers, and computes none.
const std::set<std::string_view> kMoves = {"parameter",
                                           "constant",
                                           "tuple",
                                           "get-tuple-element",
                                           "bitcast",
                                           "bitcast-convert",
                                           "copy",
                                           "copy-start",
                                           "copy-done",
                                           "reshape",
                                           "broadcast",
                                           "transpose",
                                           "slice",
                                           "dynamic-slice",
                                           "dynamic-update-slice",
                                           "concatenate",
                                           "pad",
                                           "gather",
                                           "iota",
                                           "reverse",
                                           "after-all",
                                           "fusion",
                                           "call",
                                           "while",
                                           "conditional",
                                           "custom-call",
                                           "opt-barrier",
                                           "rng-bit-generator"};
// What takes no time: names for what is there.
const std::set<std::string_view> kFree = {"parameter",         "constant", "tuple",
                                          "get-tuple-element", "bitcast",  "after-all"};

double elements(const HloShape& shape) {
  double count = shape.parts.empty() ? 1 : 0;
  for (const std::uint64_t dim : shape.dims) count *= static_cast<double>(dim);
  for (const HloShape& part : shape.parts) count += elements(part);
  return count;
}

// XLA's PrimitiveType; 8-bit and smaller floats are all that come behind.
double bytes_of(const HloShape& shape) {
  constexpr std::array<double, 20> kBytes = {0, 1, 1, 2, 4, 8, 1, 2, 4, 8,
                                             2, 4, 8, 0, 0, 8, 8, 2, 0, 16};
  if (!shape.parts.empty()) {
    double sum = 0;
    for (const HloShape& part : shape.parts) sum += bytes_of(part);
    return sum;
  }
  return elements(shape) * (shape.type < kBytes.size() ? kBytes.at(shape.type) : 1);
}

using ById = std::map<std::uint64_t, const HloInstruction*>;

double dim(const HloShape& shape, std::uint64_t axis) {
  return axis < shape.dims.size() ? static_cast<double>(shape.dims[axis]) : 1;
}

const HloShape* operand(const HloInstruction& i, std::size_t k, const ById& all) {
  const auto found = k < i.operands.size() ? all.find(i.operands[k]) : all.end();
  return found == all.end() ? nullptr : &found->second->shape;
}

double flops_of(const HloInstruction& i, const ById& all) {
  if (kMoves.contains(i.opcode)) return 0;
  const HloShape *left = operand(i, 0, all), *right = operand(i, 1, all);
  if (i.opcode == "dot" && left != nullptr) {
    double inner = 1;
    for (const std::uint64_t axis : i.contracting) inner *= dim(*left, axis);
    return 2 * elements(i.shape) * inner;
  }
  if (i.opcode == "convolution" && right != nullptr) {
    const double features = dim(*right, i.kernel_features);
    return features > 0 ? 2 * elements(i.shape) * elements(*right) / features : 0;
  }
  const bool is_reduction =
      i.opcode.starts_with("reduce") || i.opcode == "sort" || i.opcode == "scatter";
  return is_reduction && left != nullptr ? elements(*left) : elements(i.shape);
}

}  // namespace

HloCost cost_of(const HloModule& module) {
  // Computations that stand for one step of their caller: bodies of fusions move nothing, those of
  // reductions are counted by what they reduce.
  std::set<std::uint64_t> fused, applied;
  for (const HloComputation& c : module.computations) {
    for (const HloInstruction& i : c.instructions) {
      const bool is_flow = i.opcode == "while" || i.opcode == "conditional" || i.opcode == "call" ||
                           i.opcode == "async-start";
      if (!is_flow)
        (i.opcode == "fusion" ? fused : applied).insert(i.called.begin(), i.called.end());
    }
  }
  HloCost cost;
  for (const HloComputation& c : module.computations) {
    if (applied.contains(c.id)) continue;
    ById all;
    for (const HloInstruction& i : c.instructions) all[i.id] = &i;
    for (const HloInstruction& i : c.instructions) {
      cost.flops += flops_of(i, all);
      if (fused.contains(c.id) || kFree.contains(i.opcode)) continue;
      cost.bytes_accessed += bytes_of(i.shape);
      for (std::size_t k = 0; k < i.operands.size(); ++k) {
        if (const HloShape* shape = operand(i, k, all)) cost.bytes_accessed += bytes_of(*shape);
      }
    }
  }
  return cost;
}

}  // namespace hilo::pjrt
