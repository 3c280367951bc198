#pragma once
#include <gtest/gtest.h>

#include "tests/ops/rows/module.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {

/// A row in one dtype: its operands as arrays, and which of them have gradients.
struct Trial {
  /// `sample` picks other numbers of the same kind.
  Trial(const Row& row, DType dtype, int sample = 0);

  [[nodiscard]] std::vector<Shape> shapes() const;
  [[nodiscard]] std::vector<Shape> result_shapes() const;
  /// Numbers of [-1, 1] in the shapes of the differentiable operands (tangents) or results (cotangents).
  [[nodiscard]] std::vector<Array> tangents(int sample = 0) const;
  [[nodiscard]] std::vector<Array> cotangents(int sample = 0) const;
  /// The tangents' shapes behind the operands' and so on.
  [[nodiscard]] std::vector<Shape> tangent_shapes() const;
  [[nodiscard]] std::vector<Shape> cotangent_shapes() const;

  const Row* row;
  DType dtype;
  std::vector<Array> operands;
  std::vector<std::size_t> active_operands, active_results;  // those that gradients flow through
};

/// Deterministic numbers of [0, 1): the same for the same name.
class Dice {
 public:
  explicit Dice(std::string_view name);
  double operator()();

 private:
  std::uint64_t state_;
};

/// The lists one behind the other.
std::vector<Array> joined(std::vector<Array> a, const std::vector<Array>& b);
std::vector<Shape> joined(std::vector<Shape> a, const std::vector<Shape>& b);

/// a + step * b, element by element; both of one shape, f64 or c128.
Array moved(const Array& a, double step, const Array& b);

/// Fails the test at the row's line unless got is near want: `tolerance` x (|want| + 1), NaN equal to NaN.
void expect_near(const Row& row, std::string_view what, const Tensor<Complex>& got, const Tensor<Complex>& want,
                 double tolerance);

/// Fails the test at the row's line.
void fail(const Row& row, std::string_view what, std::string_view message);

/// Compiles a module and reports the parts that failed.
void compile_all(Module& module, const std::vector<Trial>& trials, std::string_view what);

/// The rows of a family that are tried in `dtype`.
std::vector<Trial> trials(const Family& family, DType dtype);

/// One test a family, named after it.
class EachFamily : public testing::TestWithParam<std::size_t> {
 protected:
  [[nodiscard]] const Family& family() const { return families()[GetParam()]; }
};
std::string family_name(const testing::TestParamInfo<std::size_t>& info);

}  // namespace hilo::test

/// Makes the tests of a suite of families; one a source file.
#define HILO_EACH_FAMILY(suite)                                                                          \
  INSTANTIATE_TEST_SUITE_P(Ops, suite, testing::Range<std::size_t>(0, hilo::test::families().size()), \
                           hilo::test::family_name)
