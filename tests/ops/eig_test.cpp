// Decompositions of matrices that are not symmetric, put together again; and what others give for some.
#include "hilo/ops/eig.h"

#include <algorithm>
#include <complex>

#include "hilo/autodiff/autodiff.h"
#include "hilo/exec/check_grads.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/eigh.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/hessenberg.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/qr.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/slice.h"
#include "tests/ops/on_cpu.h"

namespace hilo::test {
namespace {

using In = std::span<const Value>;

// Two matrices of that length, neither symmetric nor defective; some eigenvalues of the real ones come in pairs.
Array matrices(DType dtype, Dim n) {
  std::vector<double> numbers;
  for (Dim k = 0; k < 2 * n * n; ++k) numbers.push_back(static_cast<double>((k * 37 + 11) % 29) / 7 - 2);
  const Array real = from_doubles({kF64, {2, n, n}}, numbers);
  return run([&](In p) { return std::vector{is_complex(dtype) ? complex(p[0], p[0] * p[0] - 1).as(dtype) : p[0].as(dtype)}; }, {real})[0];
}

double tolerance(DType dtype) { return dtype == kF64 || dtype == kC128 ? 1e-11 : 2e-4; }
Value parts(Value x) { return is_complex(x.dtype()) ? concatenate({real(x), imag(x)}, 0) : x; }

struct Case {
  const char* name;
  std::vector<Value> (*f)(Value x);  // pairs of what is to be equal
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

std::vector<Case> cases() {
  return {
      {"Eig", [](Value x) {
         const Eig e = eig(x);
         return std::vector{exact_matmul(convert(x, e.vectors.dtype()), e.vectors), e.vectors * expand_dims(e.values, -2),
                            sum(square_abs(e.vectors), {-2}), ones_like(sum(square_abs(e.vectors), {-2}))};
       }},
      {"Schur", [](Value x) {
         const Schur f = schur(x);
         return std::vector{exact_matmul(f.z, exact_matmul(f.t, adjoint(f.z))), x, exact_matmul(adjoint(f.z), f.z), identity_like(x, x.dim(-1)),
                            tril(f.t, -2), zeros_like(x)};
       }},
      {"Hessenberg", [](Value x) {
         const Hessenberg f = hessenberg(x);
         return std::vector{exact_matmul(f.q, exact_matmul(f.h, adjoint(f.q))), x, exact_matmul(adjoint(f.q), f.q), identity_like(x, x.dim(-1)),
                            tril(f.h, -2), zeros_like(x)};
       }},
      {"Tridiagonal", [](Value x) {
         const Value below_it = tril(x, -1), symmetric = below_it + adjoint(below_it) + diagonal_part(convert(real(x), x.dtype()));
         const Tridiagonal t = tridiagonal(x);
         if (x.dim(-1) == 0) return std::vector{t.diagonal, eigvalsh(symmetric)};
         const Value below = pad_axis(pad_axis(diagonal_matrix(t.off_diagonal), 0, -2, 1, 0), 0, -1, 0, 1);
         const Value form = diagonal_matrix(t.diagonal) + below + adjoint(below);
         return std::vector{eigvalsh(form), eigvalsh(symmetric), triu(t.packed, 1), triu(x, 1)};
       }},
  };
}

class Decomposed : public testing::TestWithParam<Case> {};

TEST_P(Decomposed, IsPutTogetherAgain) {
  for (DType dtype : {kF32, kF64, kC64, kC128}) {
    for (Dim n : {0, 1, 2, 3, 6}) {
      SCOPED_TRACE(std::string(name(dtype)) + " " + std::to_string(n));
      const auto both = [&](In p) {
        std::vector<Value> result;
        for (const Value& v : GetParam().f(p[0])) result.push_back(parts(v));
        return result;
      };
      const std::vector<Array> got = run(both, {matrices(dtype, n)});
      for (std::size_t k = 0; k < got.size(); k += 2) expect_close(got[k], got[k + 1], tolerance(dtype));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Matrices, Decomposed, testing::ValuesIn(cases()), [](const auto& row) { return std::string(row.param.name); });

// A pair of conjugate eigenvalues has equal elements on the diagonal of its block, and the others no block.
TEST(Schur, BlocksOfRealMatrices) {
  const std::vector<Array> out = run([](In p) { const Schur f = schur(p[0]); return std::vector{f.t, eigvals(p[0])}; }, {Array::of<double>({3, 3}, {0, -2, 0, 1, 0.5, 0, 3, 1, 4})});
  const std::vector<double> t = out[0].to_doubles();
  int blocks = 0;
  for (int k = 0; k < 2; ++k) {
    if (t[static_cast<std::size_t>((k + 1) * 3 + k)] == 0) continue;
    ++blocks;
    EXPECT_DOUBLE_EQ(t[static_cast<std::size_t>(k * 3 + k)], t[static_cast<std::size_t>((k + 1) * 3 + k + 1)]);
  }
  EXPECT_EQ(blocks, 1);
}

// The roots of (x - 1) (x - 2) (x - 3) and of x^2 + 1, by the companion matrices.
TEST(Eig, RootsOfPolynomials) {
  const auto roots = [](const std::vector<double>& matrix, Dim n) {
    const Array w = run([](In p) { return std::vector{eigvals(p[0])}; }, {Array::of<double>({n, n}, matrix)})[0];
    std::vector<std::complex<double>> all(w.data<std::complex<double>>().begin(), w.data<std::complex<double>>().end());
    std::ranges::sort(all, {}, [](std::complex<double> z) { return std::pair(z.real(), z.imag()); });
    return all;
  };
  const auto three = roots({6, -11, 6, 1, 0, 0, 0, 1, 0}, 3), two = roots({0, -1, 1, 0}, 2);
  for (int k = 0; k < 3; ++k) EXPECT_LT(std::abs(three[static_cast<std::size_t>(k)] - (k + 1.0)), 1e-12);
  EXPECT_LT(std::abs(two[0] - std::complex(0.0, -1.0)) + std::abs(two[1] - std::complex(0.0, 1.0)), 1e-14);
}

TEST(Eig, WhatHasNoneIsNaN) {
  const Array x = Array::of<float>({2, 2, 2}, {1, 2, 3, 4, 1, std::nanf(""), 0, 1});
  const std::vector<Array> out = run([](In p) { return std::vector{real(eigvals(p[0])), schur(p[0]).t}; }, {x});
  EXPECT_FALSE(std::isnan(out[0].to_doubles()[0]));
  EXPECT_TRUE(std::isnan(out[0].to_doubles()[2]) && std::isnan(out[1].to_doubles()[4]));
}

// Gradients of what does not depend on the vectors' directions; and examples of a batch are matrices of their own.
TEST(Eig, DerivativesAreThoseOfDifferences) {
  const BuildFn f = [](In p) {
    const Eig e = eig(p[0]);
    return std::vector{real(e.values), imag(e.values), square_abs(e.vectors)};
  };
  for (DType dtype : {kF64, kC128}) {
    const Array x = run([](In p) { return std::vector{slice_axis(p[0], 0, 0, 1)}; }, {matrices(dtype, 3)})[0];
    const GradsReport report = check_grads(client(), f, std::vector{x}, {.tolerance = 1e-5});
    EXPECT_TRUE(report.passes) << report.text();
  }
  const std::vector<Array> out = run([&](In p) {
    const Value one = eig(p[0]).values;
    return std::vector{parts(one), parts(vmap([](In q) { return std::vector{eig(q[0]).values}; }, p)[0])};
  }, {matrices(kF64, 4)});
  expect_close(out[0], out[1], 1e-14);
}

// scipy.linalg.hessenberg (SciPy 1.17): LAPACK's signs.
TEST(Hessenberg, IsThatOfLapack) {
  const Array x = Array::of<double>({4, 4}, {4, 1, -2, 5, 1, 2, 0, 1, -2, 0, 3, -2, 2, 1, -2, -1});
  const std::vector<Array> out = run([](In p) { const Hessenberg f = hessenberg(p[0]); return std::vector{f.h, f.q}; }, {x});
  const double third = 1.0 / 3;
  expect_close(out[0], Array::of<double>({4, 4}, {4, -5, -2.2, 0.4, -3, 10 * third, -5 * third, 0, 0, -5 * third, -1.32, 0.906666666666667, 0, 0, 0.906666666666667, 1.986666666666667}), 1e-12);
  expect_close(out[1], Array::of<double>({4, 4}, {1, 0, 0, 0, 0, -third, 0.4 * third, -2.8 * third, 0, 2 * third, -2 * third, -third, 0, -2 * third, -2.2 * third, 0.4 * third}), 1e-12);
}

TEST(Eig, RefusesWhatIsNoSquareMatrix) {
  for (auto f : {+[](Value x) { return eig(x).values; }, +[](Value x) { return schur(x).t; }, +[](Value x) { return hessenberg(x).h; }, +[](Value x) { return tridiagonal(x).packed; }}) {
    for (const Shape& shape : {Shape{kF32, {2, 3}}, Shape{kF32, {3}}, Shape{kI32, {3, 3}}, Shape{kBF16, {3, 3}}}) {
      EXPECT_THROW((void)trace([&](In p) { return std::vector{f(p[0])}; }, std::vector{shape}), OpError) << to_string(shape);
    }
  }
}

}  // namespace
}  // namespace hilo::test
