#include "tests/ops/rows/rows.h"

namespace hilo::test {

// One line a file of rows.
Family activation_rows();
Family binary_rows();
Family compare_rows();
Family constant_rows();
Family convolution_rows();
Family cumulative_rows();
Family dot_rows();
Family einsum_rows();
Family gather_rows();
Family math_rows();
Family random_rows();
Family reduce_rows();
Family scatter_rows();
Family shape_rows();
Family slice_rows();
Family sort_rows();
Family unary_rows();
Family window_rows();

const std::vector<Family>& families() {
  static const auto& all = *new std::vector<Family>{
      activation_rows(),
      binary_rows(),
      compare_rows(),
      constant_rows(),
      convolution_rows(),
      cumulative_rows(),
      dot_rows(),
      einsum_rows(),
      gather_rows(),
      math_rows(),
      random_rows(),
      reduce_rows(),
      scatter_rows(),
      shape_rows(),
      slice_rows(),
      sort_rows(),
      unary_rows(),
      window_rows(),
  };
  return all;
}

}  // namespace hilo::test
