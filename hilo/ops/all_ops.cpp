#include "hilo/ops/all_ops.h"

namespace hilo {

// One line a family: its file defines the function.
void list_barrier_ops(OpTable&);
void list_batch_norm_ops(OpTable&);
void list_bessel_ops(OpTable&);
void list_binary_ops(OpTable&);
void list_broadcast_ops(OpTable&);
void list_collective_ops(OpTable&);
void list_collective_reduce_ops(OpTable&);
void list_compare_ops(OpTable&);
void list_complex_ops(OpTable&);
void list_composite_ops(OpTable&);
void list_concatenate_ops(OpTable&);
void list_constant_ops(OpTable&);
void list_convert_ops(OpTable&);
void list_convolution_ops(OpTable&);
void list_custom_call_ops(OpTable&);
void list_custom_gradient_ops(OpTable&);
void list_dot_ops(OpTable&);
void list_dynamic_shape_ops(OpTable&);
void list_dynamic_slice_ops(OpTable&);
void list_dynamic_window_ops(OpTable&);
void list_eigh_ops(OpTable&);
void list_elementwise_ops(OpTable&);
void list_fft_ops(OpTable&);
void list_gamma_function_ops(OpTable&);
void list_gather_ops(OpTable&);
void list_linalg_ops(OpTable&);
void list_incomplete_beta_ops(OpTable&);
void list_incomplete_gamma_ops(OpTable&);
void list_lu_ops(OpTable&);
void list_map_ops(OpTable&);
void list_math_ops(OpTable&);
void list_pad_ops(OpTable&);
void list_qr_ops(OpTable&);
void list_quantize_ops(OpTable&);
void list_random_gamma_ops(OpTable&);
void list_reduce_ops(OpTable&);
void list_reduce_precision_ops(OpTable&);
void list_reduce_window_ops(OpTable&);
void list_remat_ops(OpTable&);
void list_reshape_ops(OpTable&);
void list_reverse_ops(OpTable&);
void list_rng_bit_generator_ops(OpTable&);
void list_rng_ops(OpTable&);
void list_scan_ops(OpTable&);
void list_scatter_ops(OpTable&);
void list_select_and_scatter_ops(OpTable&);
void list_select_ops(OpTable&);
void list_sharding_ops(OpTable&);
void list_slice_ops(OpTable&);
void list_sort_ops(OpTable&);
void list_switch_case_ops(OpTable&);
void list_token_ops(OpTable&);
void list_triangular_ops(OpTable&);
void list_tuple_ops(OpTable&);
void list_unary_ops(OpTable&);
void list_while_loop_ops(OpTable&);

const OpTable& all_ops() {
  static const OpTable table = [] {
    OpTable t;
    for (const auto list : {
             list_barrier_ops,
             list_batch_norm_ops,
             list_bessel_ops,
             list_binary_ops,
             list_broadcast_ops,
             list_collective_ops,
             list_collective_reduce_ops,
             list_compare_ops,
             list_complex_ops,
             list_composite_ops,
             list_concatenate_ops,
             list_constant_ops,
             list_convert_ops,
             list_convolution_ops,
             list_custom_call_ops,
             list_custom_gradient_ops,
             list_dot_ops,
             list_dynamic_shape_ops,
             list_dynamic_slice_ops,
             list_dynamic_window_ops,
             list_eigh_ops,
             list_elementwise_ops,
             list_fft_ops,
             list_gamma_function_ops,
             list_gather_ops,
             list_linalg_ops,
             list_incomplete_beta_ops,
             list_incomplete_gamma_ops,
             list_lu_ops,
             list_map_ops,
             list_math_ops,
             list_pad_ops,
             list_qr_ops,
             list_quantize_ops,
             list_random_gamma_ops,
             list_reduce_ops,
             list_reduce_precision_ops,
             list_reduce_window_ops,
             list_remat_ops,
             list_reshape_ops,
             list_reverse_ops,
             list_rng_bit_generator_ops,
             list_rng_ops,
             list_scan_ops,
             list_scatter_ops,
             list_select_and_scatter_ops,
             list_select_ops,
             list_sharding_ops,
             list_slice_ops,
             list_sort_ops,
             list_switch_case_ops,
             list_token_ops,
             list_triangular_ops,
             list_tuple_ops,
             list_unary_ops,
             list_while_loop_ops,
         }) {
      list(t);
    }
    return t;
  }();
  return table;
}

std::vector<Value> apply_parts(const OpEntry& entry, const OpParts& parts, std::source_location where) {
  const Site site = CallSite::current(where);
  try {
    return current_graph(entry.name, site).add(entry.make(parts), parts.operands, site);
  } catch (const OpError& e) {
    Refusal refusal = e.refusal();
    refusal.op = entry.name;
    if (refusal.got.empty()) {
      for (const Value& v : parts.operands) refusal.got.push_back(v.shape());
    }
    throw OpError(std::move(refusal), site);
  }
}

const OpEntry* OpTable::find(std::string_view name) const {
  for (const OpEntry& entry : entries_) {
    if (entry.name == name) return &entry;
  }
  return nullptr;
}

}  // namespace hilo
