#include "hilo/stablehlo/result_rules.h"

#include <map>

#include "hilo/ops/all_ops.h"

namespace hilo::stablehlo {

std::string_view rule_of_result(std::string_view op) {
  static const std::map<std::string_view, std::string_view> rules = {
      {"all_gather", "C6"}, {"all_reduce", "C6, C7"}, {"all_to_all", "C9"}, {"batch_norm_grad", "C4"}, {"batch_norm_inference", "C7"},
      {"batch_norm_training", "C5-C7"}, {"bitcast_convert", "C1, C2"}, {"broadcast_in_dim", "C1, C5"}, {"case", "C4"}, {"cholesky", "C1"},
      {"clamp", "C4"}, {"collective_broadcast", "C3"}, {"collective_permute", "C5"}, {"compare", "C2"}, {"complex", "C2, C3"},
      {"composite", "C4"}, {"concatenate", "C5, C6"}, {"convert", "C1"}, {"convolution", "C25-C27"}, {"dot_general", "C12, C13"},
      {"dynamic_slice", "C5"}, {"dynamic_update_slice", "C1"}, {"fft", "C4, C5"}, {"gather", "C22, C23"}, {"get_tuple_element", "C2"},
      {"if", "C2"}, {"imag", "C1, C2"}, {"infeed", "C2, C3"}, {"is_finite", "C1"}, {"map", "C4"}, {"optimization_barrier", "C1"},
      {"pad", "C4"}, {"real", "C1, C2"}, {"recv", "C3, C4"}, {"reduce", "C3, C7, C8"}, {"reduce_precision", "C1"}, {"reduce_scatter", "C8, C9"},
      {"reduce_window", "C14-C16"}, {"reshape", "C1, C2"}, {"reverse", "C1"}, {"rng", "C1, C3"}, {"rng_bit_generator", "C1"},
      {"scatter", "C24, C25"}, {"select", "C2"}, {"select_and_scatter", "C11, C12"}, {"slice", "C1, C5"}, {"sort", "C2"},
      {"transpose", "C1, C3, C4"}, {"triangular_solve", "C7"}, {"tuple", "C1"}, {"uniform_dequantize", "C1, C2"},
      {"uniform_quantize", "C1, C2"}, {"while", "C3"}};
  const auto found = rules.find(op);
  if (found != rules.end()) return found->second;
  return all_ops().find(op) != nullptr && op.find('.') == std::string_view::npos ? "C1" : "";  // op by element: the operands' shape
}

}  // namespace hilo::stablehlo
