#include "tests/ops/rows/rows.h"

namespace hilo::test {

// One line a file of rows.
Family activation_rows();
Family binary_rows();
Family compare_rows();
Family constant_rows();
Family dot_rows();
Family math_rows();
Family reduce_rows();
Family shape_rows();
Family unary_rows();

const std::vector<Family>& families() {
  static const auto& all = *new std::vector<Family>{
      activation_rows(),
      binary_rows(),
      compare_rows(),
      constant_rows(),
      dot_rows(),
      math_rows(),
      reduce_rows(),
      shape_rows(),
      unary_rows(),
  };
  return all;
}

}  // namespace hilo::test
