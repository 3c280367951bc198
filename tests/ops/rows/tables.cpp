#include "tests/ops/rows/rows.h"

namespace hilo::test {

// One line a file of rows.
Family activation_rows();
Family arrange_rows();
Family attention_rows();
Family batch_norm_rows();
Family binary_rows();
Family choices_rows();
Family collective_rows();
Family compare_rows();
Family complex_rows();
Family constant_rows();
Family construct_rows();
Family convolution_rows();
Family cumulative_rows();
Family curves_rows();
Family custom_call_rows();
Family differences_rows();
Family distribution_rows();
Family dot_rows();
Family dynamic_rows();
Family einsum_rows();
Family fft_rows();
Family gather_rows();
Family index_rows();
Family linear_rows();
Family loop_rows();
Family map_rows();
Family masked_rows();
Family math_rows();
Family numeric_rows();
Family products_rows();
Family quantize_rows();
Family random_rows();
Family reduce_rows();
Family resize_rows();
Family scatter_rows();
Family searching_rows();
Family shape_rows();
Family sharding_rows();
Family slice_rows();
Family sort_rows();
Family statistics_rows();
Family token_rows();
Family transform_rows();
Family special_rows();
Family unary_rows();
Family window_rows();

void add_attention_refusals(std::vector<Refused>&);
void add_dynamic_refusals(std::vector<Refused>&);
void add_elementwise_refusals(std::vector<Refused>&);
void add_index_refusals(std::vector<Refused>&);
void add_linear_refusals(std::vector<Refused>&);
void add_loop_refusals(std::vector<Refused>&);
void add_parts_refusals(std::vector<Refused>&);
void add_numpy_refusals(std::vector<Refused>&);
void add_random_refusals(std::vector<Refused>&);
void add_rule_refusals(std::vector<Refused>&);
void add_sharding_refusals(std::vector<Refused>&);
void add_shape_refusals(std::vector<Refused>&);
void add_stablehlo_refusals(std::vector<Refused>&);
void add_transform_refusals(std::vector<Refused>&);
void add_window_refusals(std::vector<Refused>&);

const std::vector<Family>& families() {
  static const auto& all = *new std::vector<Family>{
      activation_rows(),
      arrange_rows(),
      attention_rows(),
      batch_norm_rows(),
      binary_rows(),
      choices_rows(),
      collective_rows(),
      compare_rows(),
      complex_rows(),
      constant_rows(),
      construct_rows(),
      convolution_rows(),
      cumulative_rows(),
      curves_rows(),
      custom_call_rows(),
      differences_rows(),
      distribution_rows(),
      dot_rows(),
      dynamic_rows(),
      einsum_rows(),
      fft_rows(),
      gather_rows(),
      index_rows(),
      linear_rows(),
      loop_rows(),
      map_rows(),
      masked_rows(),
      math_rows(),
      numeric_rows(),
      products_rows(),
      quantize_rows(),
      random_rows(),
      reduce_rows(),
      resize_rows(),
      scatter_rows(),
      searching_rows(),
      shape_rows(),
      sharding_rows(),
      slice_rows(),
      sort_rows(),
      statistics_rows(),
      token_rows(),
      transform_rows(),
      special_rows(),
      unary_rows(),
      window_rows(),
  };
  return all;
}

const std::vector<Refused>& refusals() {
  static const auto& all = *[] {
    auto* list = new std::vector<Refused>;
    for (const auto add : {add_attention_refusals, add_dynamic_refusals, add_elementwise_refusals, add_index_refusals,
                           add_linear_refusals, add_loop_refusals, add_parts_refusals, add_numpy_refusals, add_random_refusals, add_rule_refusals,
                           add_sharding_refusals, add_shape_refusals, add_stablehlo_refusals, add_transform_refusals, add_window_refusals}) {
      add(*list);
    }
    return list;
  }();
  return all;
}

}  // namespace hilo::test
