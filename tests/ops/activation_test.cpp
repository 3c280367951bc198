#include "hilo/ops/activation.h"

#include <cstdlib>
#include <filesystem>
#include <limits>
#include <numbers>

#include "hilo/autodiff/autodiff.h"
#include "hilo/formats/npz.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/einsum.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/math.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/softmax.h"
#include "hilo/ops/sort.h"
#include "hilo/ops/unary.h"
#include "tests/ops/on_cpu.h"

namespace hilo::test {
namespace {

using In = std::span<const Value>;
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// JAX's values and gradients of the cases of that name (HILO_FIXTURES/ops).
struct Fixture {
  const char* name;
  std::function<Value(In)> f;
};

Value positions(std::vector<std::int32_t> list) {
  return constant(Array::of({static_cast<Dim>(list.size())}, list));
}

std::vector<Fixture> fixtures() {
  return {
      {"exp2", [](In p) { return exp2(p[0]); }},
      {"log2", [](In p) { return log2(p[0]); }},
      {"log10", [](In p) { return log10(p[0]); }},
      {"square", [](In p) { return square(p[0]); }},
      {"reciprocal", [](In p) { return reciprocal(p[0]); }},
      {"asin", [](In p) { return asin(p[0]); }},
      {"acos", [](In p) { return acos(p[0]); }},
      {"atan", [](In p) { return atan(p[0]); }},
      {"sinh", [](In p) { return sinh(p[0]); }},
      {"cosh", [](In p) { return cosh(p[0]); }},
      {"asinh", [](In p) { return asinh(p[0]); }},
      {"acosh", [](In p) { return acosh(p[0]); }},
      {"atanh", [](In p) { return atanh(p[0]); }},
      {"sigmoid", [](In p) { return sigmoid(p[0]); }},
      {"log_sigmoid", [](In p) { return log_sigmoid(p[0]); }},
      {"softplus", [](In p) { return softplus(p[0]); }},
      {"softsign", [](In p) { return softsign(p[0]); }},
      {"relu", [](In p) { return relu(p[0]); }},
      {"relu6", [](In p) { return relu6(p[0] * 4); }},
      {"leaky_relu", [](In p) { return leaky_relu(p[0], 0.2); }},
      {"elu", [](In p) { return elu(p[0]); }},
      {"selu", [](In p) { return selu(p[0]); }},
      {"celu", [](In p) { return celu(p[0], 1.3); }},
      {"gelu_tanh", [](In p) { return gelu_tanh(p[0]); }},
      {"gelu_erf", [](In p) { return gelu(p[0]); }},
      {"silu", [](In p) { return silu(p[0]); }},
      {"mish", [](In p) { return mish(p[0]); }},
      {"hard_tanh", [](In p) { return hard_tanh(p[0] * 1.7); }},
      {"hard_sigmoid", [](In p) { return hard_sigmoid(p[0]); }},
      {"hard_swish", [](In p) { return hard_swish(p[0]); }},
      {"erfc", [](In p) { return erfc(p[0]); }},
      {"erf_inv", [](In p) { return erf_inv(p[0]); }},
      {"lgamma", [](In p) { return lgamma(p[0]); }},
      {"digamma", [](In p) { return digamma(p[0]); }},
      {"logit", [](In p) { return logit(p[0] * 0.5 + 0.5); }},
      {"sinc", [](In p) { return sinc(p[0]); }},
      {"logaddexp", [](In p) { return logaddexp(p[0], p[1]); }},
      {"hypot", [](In p) { return hypot(p[0], p[1]); }},
      {"xlogy", [](In p) { return xlogy(p[0], p[1]); }},
      {"logsumexp", [](In p) { return logsumexp(p[0], {1}); }},
      {"softmax", [](In p) { return softmax(p[0], {1}); }},
      {"log_softmax", [](In p) { return log_softmax(p[0], {1}); }},
      {"softcap", [](In p) { return softcap(p[0], 5); }},
      {"glu", [](In p) { return glu(p[0]); }},
      {"sort", [](In p) { return sort(p[0], 1); }},
      {"top_k", [](In p) { return top_k(p[0], 2).values; }},
      {"gather_rows",
       [](In p) {
         return take(p[0], positions({2, 0, 2}));
       }},
      {"take_along",
       [](In p) {
         return take_along_axis(p[0], broadcast_to(positions({1, 0, 1}), {4, 3}), 1);
       }},
      {"scatter_add",
       [](In p) {
         return scatter_add(p[0], positions({0, 2, 0}), p[1]);
       }},
      {"scatter_set",
       [](In p) {
         return scatter_set(p[0], positions({2, 0}), p[1]);
       }},
      {"scatter_mul",
       [](In p) {
         return scatter_multiply(p[0], positions({1, 2}), p[1], 0, {.unique_indices = true});
       }},
      {"embedding_onehot",
       [](In p) {
         return einsum("ij,jk", {one_hot(positions({1, 0, 2}), 4, kF64), p[0]});
       }},
      {"einsum_trace_outer",
       [](In p) {
         return einsum("ij,kl->ikjl", {p[0], p[1]});
       }},
      {"einsum_ellipsis",
       [](In p) {
         return einsum("...i,ij->...j", {p[0], p[1]});
       }},
      {"triu", [](In p) { return triu(p[0], 1); }},
      {"diag", [](In p) { return diagonal(p[0]); }},
  };
}

TEST(Elementwise, AgreesWithJax) {
  const char* folder = std::getenv("HILO_FIXTURES");
  if (folder == nullptr) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const auto file = formats::NpzFile::open(std::filesystem::path(folder) / "ops/ops.npz");
  const std::vector<Fixture> all = fixtures();
  Programs programs;
  for (const Fixture& x : all) {
    const std::string name = x.name;
    std::vector<Array> arguments = {file.at(name + "/cotangent").as(kF64)};
    for (int k = 0; file.contains(name + "/in" + std::to_string(k)); ++k) {
      arguments.push_back(file.at(name + "/in" + std::to_string(k)).as(kF64));
    }
    programs.add(
        [&x](In p) {
          std::vector<Value> y = {x.f(p.subspan(1))};
          for (const Value& d : vjp(y, p.first(1), p.subspan(1))) y.push_back(d);
          return y;
        },
        arguments);
  }
  const auto got = programs.run();
  for (std::size_t i = 0; i < all.size(); ++i) {
    SCOPED_TRACE(all[i].name);
    const std::string name = all[i].name;
    expect_close(got[i][0], file.at(name + "/out_f64"), 1e-9);
    for (std::size_t k = 1; k < got[i].size(); ++k) {
      expect_close(got[i][k], file.at(name + "/grad" + std::to_string(k - 1) + "_f64"), 1e-9);
    }
  }
}

// Values and slopes where formulas break: at 0, at corners, at infinities. Those of JAX.
TEST(Elementwise, Edges) {
  struct Row {
    const char* name;
    std::function<Value(Value)> f;
    std::vector<double> x, y, slope;
  };
  const std::vector<double> ends = {-kInfinity, 0, kInfinity, kNaN};
  const double ln2 = std::numbers::ln2;
  const std::vector<Row> rows = {
      {"relu", [](Value v) { return relu(v); }, ends, {0, 0, kInfinity, kNaN}, {0, 0, 1, 0}},
      {"relu6", [](Value v) { return relu6(v); }, {-1, 0, 6, 7}, {0, 0, 6, 6}, {0, 0, 0, 0}},
      {"leaky_relu", [](Value v) { return leaky_relu(v); }, {-1, 0}, {-0.01, 0}, {0.01, 1}},
      {"elu", [](Value v) { return elu(v); }, {-kInfinity, 0, 1e9}, {-1, 0, 1e9}, {0, 1, 1}},
      {"softplus",
       [](Value v) { return softplus(v); },
       ends,
       {0, ln2, kInfinity, kNaN},
       {0, 0.5, 1, kNaN}},
      {"log_sigmoid",
       [](Value v) { return log_sigmoid(v); },
       {-1000, 0, 1000},
       {-1000, -ln2, 0},
       {1, 0.5, 0}},
      {"hard_tanh", [](Value v) { return hard_tanh(v); }, {-9, 1, 9}, {-1, 1, 1}, {0, 1, 0}},
      {"hard_sigmoid", [](Value v) { return hard_sigmoid(v); }, {-3, 3}, {0, 1}, {0, 0}},
      {"sinc", [](Value v) { return sinc(v); }, {0, 1}, {1, 0}, {0, -1}},
      {"hypot", [](Value v) { return hypot(v, 0.0 * v); }, {0, 3e300}, {0, 3e300}, {0.5, 1}},
      {"logaddexp",
       [](Value v) { return logaddexp(v, -kInfinity); },
       {-kInfinity, 5, kInfinity},
       {-kInfinity, 5, kInfinity},
       {kNaN, 1, 1}},
      {"xlogy", [](Value v) { return xlogy(0.0, v); }, {-1, 0, 2}, {0, 0, 0}, {0, kNaN, 0}},
  };
  Programs programs;
  for (const Row& r : rows) {
    programs.add(
        [&r](In p) {
          const Value y = r.f(p[0]);
          return std::vector{y, grad(sum(y), p[0])};
        },
        {Array::of({static_cast<Dim>(r.x.size())}, r.x)});
  }
  const auto got = programs.run();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    SCOPED_TRACE(rows[i].name);
    const Dims dims = got[i][0].shape().dims;
    expect_close(got[i][0], Array::of(dims, rows[i].y), 1e-15);
    expect_close(got[i][1], Array::of(dims, rows[i].slope), 1e-15);
  }
}

TEST(Softmax, LargeAndInfinite) {
  const auto got = run(
      [](In p) {
        return std::vector{softmax(p[0]), log_softmax(p[0]), logsumexp(p[0], {1}),
                           grad(sum(logsumexp(p[0], {1})), p[0]), logsumexp(p[0], {1}, true)};
      },
      {Array::of<double>({3, 2}, {1000, 1000, -kInfinity, 0, -kInfinity, -kInfinity})});
  const double ln2 = std::numbers::ln2;
  expect_close(got[0], Array::of<double>({3, 2}, {0.5, 0.5, 0, 1, kNaN, kNaN}), 1e-15);
  expect_close(got[1], Array::of<double>({3, 2}, {-ln2, -ln2, -kInfinity, 0, kNaN, kNaN}), 1e-15);
  expect_close(got[2], Array::of<double>({3}, {1000 + ln2, 0, -kInfinity}), 1e-15);
  expect_close(got[3], Array::of<double>({3, 2}, {0.5, 0.5, 0, 1, kNaN, kNaN}), 1e-15);
  EXPECT_EQ(got[4].shape(), (Shape{kF64, {3, 1}}));
}

TEST(Softmax, OverSeveralAxes) {
  const auto got = run(
      [](In p) {
        const Value flat = reshape(transpose(p[0], {1, 0, 2}), {3, 8});
        return std::vector{softmax(p[0], {0, -1}),
                           transpose(reshape(softmax(flat), {3, 2, 4}), {1, 0, 2})};
      },
      {from_doubles({kF64, {2, 3, 4}}, std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9, 8, 7, 6,
                                                           5, 4, 3, 2, 1, 0, 1, 2, 3, 4, 5, 6})});
  expect_close(got[0], got[1], 1e-15);
}

TEST(Diagonals, ByHand) {
  const auto got = run(
      [](In p) {
        return std::vector{tril(p[0]),
                           triu(p[0], 1),
                           diagonal(p[0], 1),
                           diagonal(p[0], -1),
                           diagonal_matrix(diagonal(p[0])),
                           eye(2, kF64, 3, 1)};
      },
      {Array::of<double>({2, 3}, {1, 2, 3, 4, 5, 6})});
  expect_close(got[0], Array::of<double>({2, 3}, {1, 0, 0, 4, 5, 0}), 0);
  expect_close(got[1], Array::of<double>({2, 3}, {0, 2, 3, 0, 0, 6}), 0);
  expect_close(got[2], Array::of<double>({2}, {2, 6}), 0);
  expect_close(got[3], Array::of<double>({1}, {4}), 0);
  expect_close(got[4], Array::of<double>({2, 2}, {1, 0, 0, 5}), 0);
  expect_close(got[5], Array::of<double>({2, 3}, {0, 1, 0, 0, 0, 1}), 0);
}

TEST(Elementwise, Refusals) {
  const Shape x{kF32, {4, 6}}, whole{kI32, {4}}, odd{kF32, {3}};
  const std::vector<Misuse> misuses = {
      {"a number alone", {}, [](In) { relu(1.0); }, {"relu: no operand is a tensor"}},
      {"integers",
       {whole},
       [](In p) { sigmoid(p[0]); },
       {"logistic: dtype i32 is not accepted", "x.as(kF32)"}},
      {"glu",
       {odd},
       [](In p) { glu(p[0]); },
       {"glu: axis -1 cannot be halved", "f32[3]", "an even length"}},
      {"softmax of integers",
       {whole},
       [](In p) { softmax(p[0]); },
       {"softmax: dtype i32 is not accepted", "i32[4]"}},
      {"softmax axis",
       {x},
       [](In p) { softmax(p[0], {2}); },
       {"softmax: axis 2 is out of range", "f32[4,6]", "-2 <= axis < 2"}},
      {"logsumexp axes",
       {x},
       [](In p) {
         logsumexp(p[0], {0, -2});
       },
       {"logsumexp: axis -2 is named twice"}},
      {"log_softmax scalar",
       {{kF32, {}}},
       [](In p) { log_softmax(p[0]); },
       {"log_softmax: axis -1 is out of range"}},
      {"hypot",
       {x, odd},
       [](In p) { hypot(p[0], p[1]); },
       {"hypot: shapes do not broadcast", "f32[4,6], f32[3]"}},
      {"diagonal",
       {x},
       [](In p) { diagonal(p[0], 6); },
       {"diagonal: no element at offset 6", "-rows < offset < columns"}},
      {"tril", {odd}, [](In p) { tril(p[0]); }, {"tril: no matrix", "at least two axes"}},
  };
  for (const Misuse& m : misuses) expect_refused(m);
}

}  // namespace
}  // namespace hilo::test
