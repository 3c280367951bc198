#pragma once
#include "hilo/formats/gguf_blocks.h"
#include "hilo/graph/value.h"

// Weights that stay as their file has them while a model runs: in the blocks of GGUF, or in bf16 and
// f16, whose blocks are single numbers. A program has them as u8: the last axis holds the blocks of a
// row, one behind the other.
namespace hilo::nn {

/// The shape of a variable that holds numbers of `dims` in blocks.
/// Throws:  OpError if the last axis is no whole number of blocks.
Shape blocks_shape(Dims dims, formats::BlockType type);

/// The numbers that blocks stand for; of any type but f32.
/// Shapes:  u8[..,bytes] -> f32[..,k].
/// Throws:  OpError for another dtype, type or length.
/// Gradient: none.
Value decode_blocks(Operand blocks, formats::BlockType type);

/// x times the rows of a matrix in blocks. On a CPU the blocks are multiplied as they are, and for
/// quantised ones x is rounded to 8 bits by groups of 32. For more than `kMostRoundedVectors` vectors
/// on a CPU without AVX2, and on other platforms, the blocks are decoded in the program and x is not
/// rounded.
/// Shapes:  f32[..,k], u8[n,bytes] -> f32[..,n].
/// Throws:  OpError for shapes that do not fit.
/// Gradient: to x as if it were not rounded; none to the blocks.
/// Cost:    for few vectors that of reading the blocks once.
Value block_dot(Operand x, Operand blocks, formats::BlockType type);

/// A matrix in blocks: u8[n,bytes].
struct BlockMatrix {
  Value blocks;
  formats::BlockType type;
};
/// The products of x with several matrices, which are read together.
/// Shapes:  f32[..,k] -> f32[..,n] of each matrix.
std::vector<Value> block_dots(Operand x, const std::vector<BlockMatrix>& matrices);

/// gelu_tanh(x times gate) * (x times up), the inner vectors of a gated MLP.
/// Shapes:  f32[..,k] -> f32[..,n], for matrices of as many rows.
Value gated_block_dot(Operand x, const BlockMatrix& gate, const BlockMatrix& up);

/// From here on decoding costs less than it saves, where no kernel takes many vectors.
inline constexpr Dim kMostRoundedVectors = 31;

}  // namespace hilo::nn
