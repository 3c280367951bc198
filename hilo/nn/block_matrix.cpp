#include "hilo/nn/block_matrix.h"

#include "hilo/kernels/block_products.h"
#include "hilo/nn/block_formulas.h"
#include "hilo/ops/activation.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/formula.h"
#include "hilo/ops/reshape.h"

namespace hilo::nn {
namespace {

using formats::BlockTraits;
using formats::BlockType;

// Numbers in the last axis of blocks.
Dim length_of(const Shape& blocks, BlockType type) {
  const BlockTraits& t = formats::block_traits(type);
  if (t.decode == nullptr || type == BlockType::kF32)
    throw OpError({.problem = std::string(t.name) + " is no type that can be decoded"});
  if (blocks.dtype != kU8 || blocks.dims.empty() || blocks.dim(-1) % t.bytes != 0) {
    throw OpError({.problem = "these are no blocks of " + std::string(t.name),
                   .got = {blocks},
                   .expected = "u8[..," + std::to_string(t.bytes) + " n]"});
  }
  return blocks.dim(-1) / t.bytes * t.elements;
}

struct DecodeBlocks {
  static constexpr std::string_view kName = "hilo.decode_blocks";
  static constexpr ZeroGradient vjp{}, jvp{};
  std::int64_t type = 0;  // of BlockType
  static void fields(auto&& field) { field("type", &DecodeBlocks::type); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    Shape result{kF32, in[0].dims};
    const Dim last = length_of(in[0], static_cast<BlockType>(type));
    result.dims.back() = last;
    return {result};
  }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return trace(
        [&](std::span<const Value> p) {
          const BlockTraits& t = formats::block_traits(static_cast<BlockType>(type));
          const Value blocks = reshape(p[0], {p[0].size() / t.bytes, t.bytes});
          return std::vector{
              reshape(decoded_by_formula(blocks, static_cast<BlockType>(type)), infer(in)[0].dims)};
        },
        in);
  }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    return kernel_for(platform, "hilo_decode_blocks", in, infer(in), {{"type", type}});
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const { return {apply(*this, {b.in[0]})}; }
};

// x, then matrices; a result for each.
struct BlockDot {
  static constexpr std::string_view kName = "hilo.block_dot";
  std::vector<std::int64_t> types{};  // of BlockType, a matrix
  static void fields(auto&& field) { field("types", &BlockDot::types); }

  [[nodiscard]] BlockType type(std::size_t i) const { return static_cast<BlockType>(types[i]); }
  // [n,k]
  [[nodiscard]] Value decoded(std::span<const Value> in, std::size_t i) const { return decode_blocks(in[i + 1], type(i)); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, types.size() + 1);
    std::vector<Shape> results(types.size(), in[0]);
    for (std::size_t i = 0; i < types.size(); ++i) {
      const Dim k = length_of(in[i + 1], type(i));
      if (in[0].dtype != kF32 || in[0].dims.empty() || in[0].dim(-1) != k || in[i + 1].rank() != 2) {
        throw OpError({.problem = "x does not fit the blocks",
                       .got = {in[0], in[i + 1]},
                       .expected = "f32[..," + std::to_string(k) + "] and u8[n,bytes]"});
      }
      results[i].dims.back() = in[i + 1].dim(0);
    }
    return results;
  }
  // In plain numbers.
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return trace([&](std::span<const Value> p) { return products(p[0], p); }, in);
  }
  [[nodiscard]] std::vector<Value> products(Value x, std::span<const Value> in) const {
    std::vector<Value> results;
    for (std::size_t i = 0; i < types.size(); ++i) {
      results.push_back(dot_general(
          x, decoded(in, i), {.lhs_contracting_dimensions = {x.rank() - 1}, .rhs_contracting_dimensions = {1}}));
    }
    return results;
  }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    const bool is_many = in[0].size() / std::max<Dim>(in[0].dim(-1), 1) > kMostRoundedVectors;
    for (std::size_t i = 0; is_many && i < types.size(); ++i) {
      if (in[i + 1].size() <= kMostDecodedBytes && !kernels::multiplies_many(type(i))) return {};
    }
    return kernel_for(platform, "hilo_block_dot", in, infer(in), {{"types", types}});
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {  // d_outs: [..,n]
    std::vector<Value> d(v.in.size());
    for (std::size_t i = 0; i < types.size(); ++i) {
      if (!v.d_outs[i]) continue;
      const Value own = dot_general(
          v.d_outs[i], decoded(v.in, i),
          {.lhs_contracting_dimensions = {v.d_outs[i].rank() - 1}, .rhs_contracting_dimensions = {0}});  // [..,k]
      d[0] = d[0] ? d[0] + own : own;
    }
    return d;
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    if (!v.d_in[0]) return std::vector<Value>(types.size());
    std::vector<Value> in(v.in.begin(), v.in.end());
    in[0] = v.d_in[0];
    return apply_all(*this, in);
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    for (std::size_t i = 1; i < b.is_batched.size(); ++i) {
      if (b.is_batched[i]) throw OpError({.problem = "a batch of matrices in blocks"});
    }
    return apply_all(*this, b.in);
  }

  // Decoded they are up to eight times as large, for as long as the product takes.
  static constexpr Dim kMostDecodedBytes = 64 << 20;
};

// x, gate and up.
struct GatedBlockDot : ByFormula<GatedBlockDot> {
  static constexpr std::string_view kName = "hilo.gated_block_dot";
  std::vector<std::int64_t> types{};  // of BlockType, a matrix
  static void fields(auto&& field) { field("types", &GatedBlockDot::types); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    const std::vector<Shape> products = BlockDot{types}.infer(in);
    if (products[0] != products[1]) {
      throw OpError({.problem = "gate and up differ", .got = {in[1], in[2]}, .expected = "as many rows in both"});
    }
    return {products[0]};
  }
  [[nodiscard]] Function formula(Shapes in) const {
    return trace(
        [&](std::span<const Value> p) {
          const std::vector<Value> y = apply_all(BlockDot{types}, p);
          return std::vector{gelu_tanh(y[0]) * y[1]};
        },
        in);
  }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const { return formula(in); }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    if (!BlockDot{types}.lowering(platform, in)) return {};
    return kernel_for(platform, "hilo_gated_block_dot", in, infer(in), {{"types", types}});
  }
};

}  // namespace

Shape blocks_shape(Dims dims, BlockType type) {
  const BlockTraits& t = formats::block_traits(type);
  if (dims.empty() || dims.back() % t.elements != 0) {
    throw OpError({.problem = "rows are no whole number of blocks of " + std::string(t.name),
                   .got = {Shape{kF32, dims}},
                   .expected = "[.." + std::to_string(t.elements) + " n]"});
  }
  dims.back() = dims.back() / t.elements * t.bytes;
  return {kU8, std::move(dims)};
}

Value decode_blocks(Operand blocks, BlockType type) {
  return apply(DecodeBlocks{static_cast<std::int64_t>(type)}, {blocks.value}, blocks.where);
}

Value block_dot(Operand x, Operand blocks, BlockType type) {
  return block_dots(x, {{blocks.value, type}})[0];
}

std::vector<Value> block_dots(Operand x, const std::vector<BlockMatrix>& matrices) {
  BlockDot op;
  std::vector<Value> in = {x.value};
  for (const BlockMatrix& m : matrices) {
    op.types.push_back(static_cast<std::int64_t>(m.type));
    in.push_back(m.blocks);
  }
  return apply_all(std::move(op), in, x.where);
}

Value gated_block_dot(Operand x, const BlockMatrix& gate, const BlockMatrix& up) {
  GatedBlockDot op;
  op.types = {static_cast<std::int64_t>(gate.type), static_cast<std::int64_t>(up.type)};
  return apply(std::move(op), {x.value, gate.blocks, up.blocks}, x.where);
}

}  // namespace hilo::nn
