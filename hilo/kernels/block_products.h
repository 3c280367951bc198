#pragma once
#include "hilo/formats/gguf_blocks.h"

namespace hilo::kernels {

/// hilo_block_dot (x f32[..,k], matrices u8[n,bytes] ..) -> f32[..,n] ..: products of x with weights in
/// blocks, quantised ones with x rounded to 8 bits by groups of 32; "types" i64[], the number of a
/// formats::BlockType for each matrix. hilo_gated_block_dot (x, gate, up) -> f32[..,n]: gelu(x times
/// gate) * (x times up); "types" of the two. hilo_decode_blocks u8[..,bytes] -> f32[..,k]: the
/// weights; "type" i64.
void register_block_products();

/// Whether this CPU has a kernel of the type for many vectors, which costs less than decoding the
/// weights and multiplying those.
bool multiplies_many(formats::BlockType type);

}  // namespace hilo::kernels
