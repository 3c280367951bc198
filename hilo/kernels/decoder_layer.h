#pragma once

namespace hilo::kernels {

/// hilo_rms_norm (x f32[..,c], scale f32[c]) -> x's shape: "epsilon", "scale_offset" f64.
///
/// hilo_likeliest f32[b,n] -> i32[b], f32[b]: where each row is highest, and log_softmax there.
///
/// hilo_attention_step (q f32[b,t,n,h], k v f32[b,t,kh,h], keys values f32[b,kh,s,h], start i32[], padding i32[b],
/// frequencies f32[h/2], then scales f32[h] of the norms of q and k, or neither) -> (f32[b,t,n,h], keys, values), the
/// caches in the place of the operands. The attributes are those of the op in hilo/models/gemma/attention_step.cpp.
void register_decoder_layer();

}  // namespace hilo::kernels
