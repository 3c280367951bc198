#pragma once
#include <cstdint>

// What a transformer does between its products with matrices, for a CPU: few large kernels where
// XLA has many small ones. Declared for the sources of this room.
namespace hilo::kernels {

/// hilo_rms_norm (x f32[..,c], scale f32[c]) -> x's shape: "epsilon", "scale_offset" f64.
/// hilo_likeliest f32[b,n] -> i32[b], f32[b]: where each row is highest, and log_softmax there.
void register_row_kernels();

/// hilo_attention_step (q f32[b,t,n,h], k v f32[b,t,kh,h], keys values f32[b,kh,s,h], start count
/// i32[], padding i32[b], frequencies f32[h/2], then scales f32[h] of the norms of q and k, or
/// neither) -> (f32[b,t,n,h], keys, values), the caches in the place of the operands. The
/// attributes are those of the op in hilo/models/gemma/attention_step.cpp.
void register_attention_step();

/// x / sqrt(mean(x^2) + epsilon) * (scale + offset) -> y, of `count` numbers.
void rms_norm(const float* x, const float* scale, std::int64_t count, float epsilon, float offset,
              float* y);

/// gelu(gate) * up -> y, with gelu in its approximation by tanh: `rows` rows of `count` numbers, of
/// which the next begins `stride` behind, of y `y_stride`.
void gelu_times(const float* gate, const float* up, std::int64_t rows, std::int64_t count,
                std::int64_t stride, float* y, std::int64_t y_stride);

}  // namespace hilo::kernels
