// Linear algebra against jax.numpy.linalg (linalg_goldens.py): values and gradients in f64, by the CPU's kernels and by
// the graph that stands for them on other platforms.
#include <gtest/gtest.h>

#include "hilo/formats/npz.h"
#include "hilo/hilo.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/stablehlo/emit.h"
#include "tests/ops/on_cpu.h"

namespace hilo::test {
namespace {

using In = std::span<const Value>;
using Values = std::vector<Value>;

struct Case {
  const char* name;
  BuildFn f;
};

Values values_and_squares(const Eigh& e) { return {e.values, square(e.vectors)}; }
Values values_and_squares(const Svd& f) { return {f.s, square(f.u)}; }

std::vector<Case> cases() {
  std::vector<Case> all = {
      {"cholesky", [](In x) { return Values{cholesky(matmul(x[0], matrix_transpose(x[0])) + eye(5, kF64) * 2)}; }},
      {"solve", [](In x) { return Values{solve(x[0], x[1])}; }},
      {"inv", [](In x) { return Values{inv(x[0])}; }},
      {"det", [](In x) { return Values{det(x[0])}; }},
      {"slogdet", [](In x) { return Values{slogdet(x[0]).log_abs}; }},
      {"qr", [](In x) { return Values{qr(x[0]).q, qr(x[0]).r}; }},
      {"qr_square", [](In x) { return Values{qr(x[0]).q, qr(x[0]).r}; }},
      {"eigh", [](In x) { return values_and_squares(eigh(x[0])); }},
      {"svd_tall", [](In x) { return values_and_squares(svd(x[0])); }},
      {"svd_wide", [](In x) { return values_and_squares(svd(x[0])); }},
      {"polar", [](In x) { return Values{matmul(svd(x[0]).u, svd(x[0]).vt)}; }},
      {"pinv_tall", [](In x) { return Values{pinv(x[0])}; }},
      {"pinv_wide", [](In x) { return Values{pinv(x[0])}; }},
      {"lstsq", [](In x) { return Values{lstsq(x[0], x[1]).solution}; }},
      {"expm", [](In x) { return Values{expm(x[0])}; }},
      {"expm_large", [](In x) { return Values{expm(x[0] * 12)}; }},
      {"matrix_power", [](In x) { return Values{matrix_power(x[0], 5)}; }},
      {"matrix_power_negative", [](In x) { return Values{matrix_power(x[0], -3)}; }},
      {"multi_dot", [](In x) { return Values{multi_dot(x)}; }},
      {"vector_norm", [](In x) { return Values{vector_norm(x[0], 2, {1})}; }},
      {"vector_norm_3", [](In x) { return Values{vector_norm(x[0], 3, {0})}; }},
      {"vector_norm_inf", [](In x) { return Values{vector_norm(x[0], HUGE_VAL, {0})}; }},
      {"vector_norm_minus_inf", [](In x) { return Values{vector_norm(x[0], -HUGE_VAL, {0})}; }},
      {"vector_norm_1", [](In x) { return Values{vector_norm(x[0], 1, {1})}; }},
  };
  const std::pair<const char*, MatrixNorm> orders[] = {
      {"frobenius", MatrixNorm::kFrobenius}, {"nuclear", MatrixNorm::kNuclear}, {"one", MatrixNorm::kOne}, {"minus_one", MatrixNorm::kMinusOne},
      {"two", MatrixNorm::kTwo}, {"minus_two", MatrixNorm::kMinusTwo}, {"inf", MatrixNorm::kInf}, {"minus_inf", MatrixNorm::kMinusInf}};
  static std::vector<std::string> names;
  names.reserve(std::size(orders));
  for (const auto& [name, order] : orders) {
    all.push_back({names.emplace_back("matrix_norm_" + std::string(name)).c_str(), [order](In x) { return Values{matrix_norm(x[0], order)}; }});
  }
  return all;
}

const formats::NpzFile& goldens() {
  static const formats::NpzFile file = formats::NpzFile::open(std::string(HILO_SOURCE_DIR) + "/tests/ops/linalg_goldens.npz");
  return file;
}

std::vector<Array> goldens(const std::string& name, char kind) {
  std::vector<Array> result;
  while (goldens().contains(name + "/" + kind + std::to_string(result.size()))) {
    result.push_back(goldens().at(name + "/" + kind + std::to_string(result.size())));
  }
  return result;
}

// (x.., w..) -> (y.., gradients of sum(w y)..)
Function with_gradients(const BuildFn& f, const std::vector<Array>& x, const std::vector<Array>& w) {
  std::vector<Shape> shapes;
  for (const auto* list : {&x, &w}) {
    for (const Array& a : *list) shapes.push_back(a.shape());
  }
  return trace([&](In p) {
    Values y = f(p.first(x.size()));
    const Values d = vjp(y, p.subspan(x.size()), p.first(x.size()));
    y.insert(y.end(), d.begin(), d.end());
    return y;
  }, shapes);
}

void expect_golden(const Case& c, bool by_kernels, double tolerance) {
  SCOPED_TRACE(c.name);
  std::vector<Array> arguments = goldens(c.name, 'x'), want = goldens(c.name, 'y');
  const std::vector<Array> w = goldens(c.name, 'w'), d = goldens(c.name, 'd');
  ASSERT_FALSE(arguments.empty());
  const Function f = with_gradients(c.f, arguments, w);
  const Program program = by_kernels ? Program::compile(client(), f, {}, {.cache = nullptr})
                                     : Program::compile_text(client(), stablehlo::emit(f, {}), {.cache = nullptr});
  arguments.insert(arguments.end(), w.begin(), w.end());
  want.insert(want.end(), d.begin(), d.end());
  const std::vector<Array> got = program.run(arguments);
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t k = 0; k < got.size(); ++k) expect_close(got[k], want[k], tolerance);
}

TEST(Linalg, KernelsGiveTheValuesAndGradientsOfJax) {
  for (const Case& c : cases()) expect_golden(c, true, 1e-9);
}

TEST(Linalg, SoDoesTheGraph) {
  for (const Case& c : cases()) {
    const std::string name = c.name;
    if (name.find("norm") == std::string::npos && name.find("multi") == std::string::npos) expect_golden(c, false, 1e-9);
  }
}

// Larger matrices: what the factors multiply to, by both.
TEST(Linalg, LargeMatrices) {
  const Shape shape{kF32, {70, 70}};
  const Function f = trace([&](In p) {
    const Value x = normal(p[0], shape), symmetric = x + transpose(x);
    const Eigh e = eigh(symmetric);
    const Svd s = svd(x);
    const Qr q = qr(x);
    const auto error = [](Value a, Value b) { return max(abs(a - b)); };
    return Values{error(matmul(e.vectors * e.values, transpose(e.vectors)), symmetric), error(matmul(s.u * s.s, s.vt), x),
                  error(matmul(q.q, q.r), x), error(matmul(x, inv(x)), eye(70)), error(matmul(transpose(s.u), s.u), eye(70))};
  }, std::vector{Shape{kU64, {2}}});
  const std::vector<Array> key = {Array::of({2}, std::vector<std::uint64_t>{1, 2})};
  for (const Program& program : {Program::compile(client(), f, {}, {.cache = nullptr}), Program::compile_text(client(), stablehlo::emit(f, {}), {.cache = nullptr})}) {
    for (const Array& error : program.run(key)) EXPECT_LT(error.to_doubles()[0], 5e-4);
  }
}

TEST(Linalg, WhatIsNotFiniteGivesNaN) {
  const double nan = std::nan("");
  for (const auto& f : {+[](Value x) { return svdvals(x); }, +[](Value x) { return eigvalsh(x); }}) {
    const Array y = run([&](In x) { return Values{f(x[0])}; }, {Array::of({2, 2}, std::vector<double>{1, nan, nan, 2})})[0];
    for (double v : y.to_doubles()) EXPECT_TRUE(std::isnan(v));
  }
}

TEST(Linalg, RankAndResiduals) {
  const std::vector<Array> a = {Array::of({3, 2}, std::vector<double>{1, 2, 2, 4, 3, 6}), Array::of({3}, std::vector<double>{1, 2, 4})};
  const std::vector<Array> y = run([](In x) {
    const LeastSquares l = lstsq(x[0], x[1]);
    return Values{l.solution, l.residuals, l.rank, matrix_rank(x[0]), condition_number(eye(2, kF64) * 3)};
  }, a);
  expect_close(y[0], Array::of({2}, std::vector<double>{17.0 / 70, 17.0 / 35}), 1e-12);
  expect_close(y[1], Array::of({1}, std::vector<double>{21 - 17.0 * 17 / 14}), 1e-12);
  EXPECT_EQ(y[2].to_doubles()[0], 1);
  EXPECT_EQ(y[3].to_doubles()[0], 1);
  expect_close(y[4], Array::of({}, std::vector<double>{1}), 1e-12);
}

}  // namespace
}  // namespace hilo::test
