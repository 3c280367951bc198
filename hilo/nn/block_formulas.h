#pragma once
#include "hilo/formats/gguf_blocks.h"
#include "hilo/graph/value.h"

namespace hilo::nn {

/// What a program has for decode_blocks where there is no kernel: the formulas of
/// hilo/formats/gguf_blocks.h in ops. `blocks` u8[count,bytes of one] -> f32[count,elements].
Value decoded_by_formula(Value blocks, formats::BlockType type);

}  // namespace hilo::nn
