// Special functions against JAX: special_goldens.py.
#include <algorithm>
#include <filesystem>

#include "hilo/autodiff/autodiff.h"
#include "hilo/formats/npz.h"
#include "hilo/ops/bessel.h"
#include "hilo/ops/entropy.h"
#include "hilo/ops/gamma_function.h"
#include "hilo/ops/incomplete_beta.h"
#include "hilo/ops/incomplete_gamma.h"
#include "hilo/ops/normal_distribution.h"
#include "hilo/ops/reduce.h"
#include "tests/ops/on_cpu.h"

namespace hilo::test {
namespace {

using In = std::span<const Value>;

struct Case {
  template <std::size_t... kIndex>
  static BuildFn spread(auto f, std::index_sequence<kIndex...>) {
    return [f](In p) { return std::vector{f(p[kIndex]...)}; };
  }
  Case(const char* name_, Value (*fn)(Operand), double tolerance_, double single_)
      : name(name_), f(spread(fn, std::make_index_sequence<1>())), tolerance(tolerance_), single(single_) {}
  Case(const char* name_, Value (*fn)(Operand, Operand), double tolerance_, double single_)
      : name(name_), f(spread(fn, std::make_index_sequence<2>())), tolerance(tolerance_), single(single_) {}
  Case(const char* name_, Value (*fn)(Operand, Operand, Operand), double tolerance_, double single_)
      : name(name_), f(spread(fn, std::make_index_sequence<3>())), tolerance(tolerance_), single(single_) {}

  std::string name;
  BuildFn f;
  double tolerance, single;  // relative, of f64 and f32
};

Value multigammaln_of_3(Operand x) { return multigammaln(x, 3); }

std::vector<Case> cases() {
  return {
      {"bessel_i0", bessel_i0, 1e-14, 2e-6},
      {"bessel_i1", bessel_i1, 1e-14, 2e-6},
      {"bessel_i0e", bessel_i0e, 1e-14, 2e-6},
      {"bessel_i1e", bessel_i1e, 2e-14, 2e-6},  // the gradient is a difference of numbers 400 times as large
      {"bessel_i0e_edges", bessel_i0e, 0, 0},
      {"igamma", igamma, 1e-11, 2e-3},  // exp(a log(x) - lgamma(a)) loses digits where a is large
      {"igammac", igammac, 1e-11, 2e-3},
      {"igamma_grad_a", igamma_grad_a, 1e-9, 1e-2},
      {"random_gamma_grad", random_gamma_grad, 1e-9, 1e-2},
      {"igamma_edges", igamma, 1e-14, 1e-6},
      {"igammac_edges", igammac, 1e-14, 1e-6},
      {"igamma_grad_a_edges", igamma_grad_a, 1e-14, 1e-6},
      {"random_gamma_grad_edges", random_gamma_grad, 1e-14, 1e-6},
      {"igamma_at_zero", igamma, 0, 0},
      {"betainc", betainc, 1e-11, 1e-3},
      {"betainc_edges", betainc, 1e-12, 0},
      {"ndtr", ndtr, 1e-13, 1e-5},
      {"log_ndtr", log_ndtr, 1e-9, 1e-5},  // of JAX's three terms of the asymptotic series
      {"log_ndtr_edges", log_ndtr, 1e-13, 1e-6},
      {"ndtri", ndtri, 1e-13, 0},
      {"ndtri_f32", ndtri, 1e-13, 2e-5},
      {"ndtri_edges", ndtri, 0, 0},
      {"entr", entr, 1e-14, 1e-6},
      {"entr_edges", entr, 0, 0},
      {"rel_entr", rel_entr, 1e-14, 1e-6},
      {"kl_div", kl_div, 1e-14, 1e-5},
      {"rel_entr_edges", rel_entr, 1e-14, 1e-6},
      {"kl_div_edges", kl_div, 1e-14, 1e-6},
      {"xlog1py", xlog1py, 1e-14, 1e-6},
      {"xlog1py_edges", xlog1py, 0, 0},
      {"gamma", gamma, 1e-12, 1e-5},
      {"gamma_edges", gamma, 0, 0},
      {"gammasgn", gammasgn, 0, 0},
      {"factorial", factorial, 1e-12, 1e-5},
      {"factorial_edges", factorial, 1e-12, 1e-5},
      {"comb", comb, 1e-12, 2e-5},
      {"betaln", betaln, 1e-12, 0},
      {"betaln_large", betaln, 1e-13, 0},
      {"beta", beta, 1e-12, 1e-4},
      {"beta_edges", beta, 1e-12, 1e-4},
      {"multigammaln", multigammaln_of_3, 1e-12, 1e-5},
      {"zeta", zeta, 1e-12, 1e-5},
      {"zeta_edges", zeta, 0, 0},
  };
}

const formats::NpzFile& goldens() {
  static const auto& file = *new formats::NpzFile(formats::NpzFile::open(
      std::filesystem::path(HILO_SOURCE_DIR) / "tests/ops/special_goldens.npz"));
  return file;
}

bool has(const std::string& member) {
  const auto names = goldens().names();
  return std::find(names.begin(), names.end(), member) != names.end();
}

// The operands of a case, in `dtype`.
std::vector<Array> operands(const Case& c, DType dtype) {
  std::vector<Array> x;
  for (int k = 0; has(c.name + "/x" + std::to_string(k)); ++k)
    x.push_back(goldens().at(c.name + "/x" + std::to_string(k)).as(dtype));
  return x;
}

void expect_relative(const Array& got, const Array& want, double tolerance, double smallest) {
  const std::vector<double> a = got.to_doubles(), b = want.to_doubles();
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool is_same = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]));
    EXPECT_TRUE(is_same || std::abs(a[i] - b[i]) <= tolerance * std::abs(b[i]) + smallest)
        << "element " << i << ": " << a[i] << ", expected " << b[i];
  }
}

TEST(Special, ValuesAndGradientsAreThoseOfJax) {
  Programs programs;
  const std::vector<Case> all = cases();
  for (const Case& c : all) {
    programs.add(
        [&](In p) {
          std::vector<Value> y = c.f(p);
          const Value total = sum(y[0]);
          for (std::size_t k = 0; k < p.size(); ++k) {
            if (has(c.name + "/d" + std::to_string(k))) y.push_back(grad(total, p[k]));
          }
          return y;
        },
        operands(c, kF64));
  }
  const auto got = programs.run();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Case& c = all[i];
    SCOPED_TRACE(c.name);
    expect_relative(got[i][0], goldens().at(c.name + "/y"), c.tolerance, 1e-300);
    std::size_t next = 1;
    for (int k = 0; k < 3; ++k) {
      const std::string member = c.name + "/d" + std::to_string(k);
      SCOPED_TRACE("gradient " + std::to_string(k));
      if (has(member)) expect_relative(got[i][next++], goldens().at(member), 10 * c.tolerance, 1e-290);
    }
    EXPECT_EQ(next, got[i].size());
  }
}

TEST(Special, SinglePrecision) {
  Programs programs;
  std::vector<Case> all = cases();
  std::erase_if(all, [](const Case& c) { return !has(c.name + "/y32"); });
  for (const Case& c : all) programs.add(c.f, operands(c, kF32));
  const auto got = programs.run();
  for (std::size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(all[i].name);
    EXPECT_EQ(got[i][0].shape().dtype, kF32);
    expect_relative(got[i][0], goldens().at(all[i].name + "/y32"), all[i].single, 1e-37);
  }
}

}  // namespace
}  // namespace hilo::test
