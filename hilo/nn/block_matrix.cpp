#include "hilo/nn/block_matrix.h"

#include "hilo/kernels/block_products.h"
#include "hilo/nn/block_formulas.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/reshape.h"

namespace hilo::nn {
namespace {

using formats::BlockTraits;
using formats::BlockType;

// What an op on blocks knows of them.
struct BlockOp {
  std::int64_t type = 0;  // of BlockType
  static void fields(auto&& field) { field("type", &BlockOp::type); }

  [[nodiscard]] const BlockTraits& traits() const {
    return formats::block_traits(static_cast<BlockType>(type));
  }
  // Numbers in the last axis of blocks.
  [[nodiscard]] Dim length(const Shape& blocks) const {
    const BlockTraits& t = traits();
    if (t.decode == nullptr || t.elements == 1)
      throw OpError({.problem = std::string(t.name) + " is no quantised type that can be decoded"});
    if (blocks.dtype != kU8 || blocks.dims.empty() || blocks.dim(-1) % t.bytes != 0) {
      throw OpError({.problem = "these are no blocks of " + std::string(t.name),
                     .got = {blocks},
                     .expected = "u8[..," + std::to_string(t.bytes) + " n]"});
    }
    return blocks.dim(-1) / t.bytes * t.elements;
  }
};

struct DecodeBlocks : BlockOp {
  static constexpr std::string_view kName = "hilo.decode_blocks";
  static constexpr ZeroGradient vjp{}, jvp{};

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    Shape result{kF32, in[0].dims};
    const Dim last = length(in[0]);
    result.dims.back() = last;
    return {result};
  }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return trace(
        [&](std::span<const Value> p) {
          const BlockTraits& t = traits();
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

struct BlockDot : BlockOp {
  static constexpr std::string_view kName = "hilo.block_dot";

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 2);
    const Dim k = length(in[1]);
    if (in[0].dtype != kF32 || in[0].dims.empty() || in[0].dim(-1) != k || in[1].rank() != 2) {
      throw OpError({.problem = "x does not fit the blocks",
                     .got = {in.begin(), in.end()},
                     .expected = "f32[..," + std::to_string(k) + "] and u8[n,bytes]"});
    }
    Shape result = in[0];
    result.dims.back() = in[1].dim(0);
    return {result};
  }
  // In plain numbers.
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const {
    return trace(
        [&](std::span<const Value> p) {
          const Value w = apply(DecodeBlocks{{type}}, {p[1]});  // [n,k]
          return std::vector{dot_general(p[0], w,
                                         {.lhs_contracting_dimensions = {p[0].rank() - 1},
                                          .rhs_contracting_dimensions = {1}})};
        },
        in);
  }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    if (in[0].size() / std::max<Dim>(in[0].dim(-1), 1) > kMostRoundedVectors &&
        in[1].size() <= kMostDecodedBytes &&
        !kernels::multiplies_many(static_cast<BlockType>(type)))
      return {};
    return kernel_for(platform, "hilo_block_dot", in, infer(in), {{"type", type}});
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {  // d_out: [..,n]
    const Value w = apply(DecodeBlocks{{type}}, {v.in[1]});   // [n,k]
    return {dot_general(v.d_out, w,
                        {.lhs_contracting_dimensions = {v.d_out.rank() - 1},
                         .rhs_contracting_dimensions = {0}}),  // [..,k]
            Value()};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    return {v.d_in[0] ? apply(*this, {v.d_in[0], v.in[1]}) : Value()};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    if (b.is_batched[1]) throw OpError({.problem = "a batch of matrices in blocks"});
    return {apply(*this, {b.in[0], b.in[1]})};
  }

  // Decoded they are up to eight times as large, for as long as the product takes.
  static constexpr Dim kMostDecodedBytes = 64 << 20;
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
  return apply(DecodeBlocks{{static_cast<std::int64_t>(type)}}, {blocks.value}, blocks.where);
}

Value block_dot(Operand x, Operand blocks, BlockType type) {
  return apply(BlockDot{{static_cast<std::int64_t>(type)}}, {x.value, blocks.value}, x.where);
}

}  // namespace hilo::nn
