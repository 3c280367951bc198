// Zeros, ties, infinities, NaN, saturation: what JAX gives there, values and gradients in f64 (edges_goldens.py).
#include <gtest/gtest.h>

#include "hilo/formats/npz.h"
#include "hilo/hilo.h"
#include "tests/ops/on_cpu.h"

namespace hilo::test {
namespace {

using In = std::span<const Value>;
using Unary = Value (*)(Operand);
using Binary = Value (*)(Operand, Operand);

// Where Hilo's answer is another one on purpose, element by element of value (-1) or gradient k.
struct Deviation {
  std::string name;
  int gradient;
  std::string why;
};
const std::vector<Deviation> kDeviations = {
    {"digamma", -1, "-inf at 0 as SciPy has it, where JAX has NaN"},
    {"lgamma", 0, "so is the derivative of lgamma"},
    {"cumulative_prod", 0, "the order of products with infinities is another one: NaN, where JAX has infinity"},
    {"cumulative_max", 0, "ties are shared along another tree"},
    {"cumulative_min", 0, "ties are shared along another tree"},
};

struct Case {
  std::string name;
  std::vector<std::string> operands;
  BuildFn f;
};

std::vector<Case> cases() {
  std::vector<Case> all;
  const std::pair<const char*, Unary> unary[] = {
      {"abs", abs}, {"negative", negate}, {"exp", exp}, {"exp2", exp2}, {"expm1", expm1}, {"log", log}, {"log1p", log1p}, {"log2", log2},
      {"log10", log10}, {"sqrt", sqrt}, {"cbrt", cbrt}, {"square", square}, {"reciprocal", reciprocal}, {"sin", sin}, {"cos", cos}, {"tan", tan},
      {"arcsin", asin}, {"arccos", acos}, {"arctan", atan}, {"sinh", sinh}, {"cosh", cosh}, {"tanh", tanh}, {"arcsinh", asinh},
      {"arccosh", acosh}, {"arctanh", atanh}, {"sign", sign}, {"floor", floor}, {"ceil", ceil}, {"sinc", sinc}, {"sigmoid", sigmoid},
      {"log_sigmoid", log_sigmoid}, {"softplus", softplus}, {"soft_sign", softsign}, {"relu", relu}, {"relu6", relu6}, {"selu", selu},
      {"silu", silu}, {"mish", mish}, {"hard_sigmoid", hard_sigmoid}, {"hard_swish", hard_swish}, {"hard_tanh", hard_tanh}, {"gelu", gelu},
      {"gelu_tanh", gelu_tanh}, {"rsqrt", rsqrt}, {"erf", erf}, {"erfc", erfc}, {"erf_inv", erf_inv}, {"lgamma", lgamma},
      {"digamma", digamma}, {"logit", logit}, {"round", round_nearest_even}};
  for (const auto& [name, f] : unary) all.push_back({name, {"x"}, [f = f](In x) { return std::vector{f(x[0])}; }});
  const std::pair<const char*, std::function<Value(Value)>> more[] = {
      {"leaky_relu", [](Value x) { return leaky_relu(x); }}, {"elu", [](Value x) { return elu(x); }}, {"celu", [](Value x) { return celu(x); }},
      {"log_where", [](Value x) { return where(x > 0, log(where(x > 0, x, 1)), 0); }}, {"clip", [](Value x) { return clip(x, -1, 2); }},
      {"power_2", [](Value x) { return power(x, 2); }}, {"power_half", [](Value x) { return power(x, 0.5); }}, {"power_0", [](Value x) { return power(x, 0); }}};
  for (const auto& [name, f] : more) all.push_back({name, {"x"}, [f = f](In x) { return std::vector{f(x[0])}; }});
  const std::pair<const char*, Binary> binary[] = {
      {"add", add}, {"subtract", subtract}, {"multiply", multiply}, {"divide", divide}, {"power", power}, {"atan2", atan2}, {"maximum", maximum},
      {"minimum", minimum}, {"remainder", remainder}, {"logaddexp", logaddexp}, {"hypot", hypot}, {"xlogy", xlogy}, {"xlog1py", xlog1py}};
  for (const auto& [name, f] : binary) all.push_back({name, {"a", "b"}, [f = f](In x) { return std::vector{f(x[0], x[1])}; }});
  const std::pair<const char*, std::function<Value(Value)>> reductions[] = {
      {"sum", [](Value x) { return sum(x, {-1}); }}, {"prod", [](Value x) { return prod(x, {-1}); }}, {"max", [](Value x) { return max(x, {-1}); }},
      {"min", [](Value x) { return min(x, {-1}); }}, {"mean", [](Value x) { return mean(x, {-1}); }}, {"variance", [](Value x) { return variance(x, {-1}); }},
      {"standard_deviation", [](Value x) { return standard_deviation(x, {-1}); }}, {"logsumexp", [](Value x) { return logsumexp(x, {-1}); }},
      {"softmax", [](Value x) { return softmax(x, {-1}); }}, {"log_softmax", [](Value x) { return log_softmax(x, {-1}); }},
      {"norm", [](Value x) { return vector_norm(x, 2, {-1}); }}, {"cumulative_sum", [](Value x) { return cumulative_sum(x, -1); }},
      {"cumulative_prod", [](Value x) { return cumulative_prod(x, -1); }}, {"cumulative_max", [](Value x) { return cumulative_max(x, -1); }},
      {"cumulative_min", [](Value x) { return cumulative_min(x, -1); }}, {"cumulative_logsumexp", [](Value x) { return cumulative_logsumexp(x, -1); }},
      {"sort", [](Value x) { return sort(x, -1); }}};
  for (const auto& [name, f] : reductions) all.push_back({name, {"rows"}, [f = f](In x) { return std::vector{f(x[0])}; }});
  return all;
}

bool is_deviation(const std::string& name, int gradient) {
  return std::ranges::any_of(kDeviations, [&](const Deviation& d) { return d.name == name && d.gradient == gradient; });
}

// Element by element; says all that differ.
std::string differences(const Array& got, const Array& want, const std::vector<Array>& operands) {
  const std::vector<double> a = got.to_doubles(), b = want.to_doubles();
  std::string text;
  for (std::size_t i = 0; i < b.size(); ++i) {
    const bool is_same = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])) || std::abs(a[i] - b[i]) <= 1e-9 * (1 + std::abs(b[i]));
    if (is_same) continue;
    text += "\n  element " + std::to_string(i);
    for (const Array& x : operands) {
      if (x.shape().size() == want.shape().size()) text += " (" + std::to_string(x.to_doubles()[i]) + ")";
    }
    text += ": " + std::to_string(a[i]) + ", JAX " + std::to_string(b[i]);
  }
  return text;
}

TEST(Edges, AreThoseOfJax) {
  const formats::NpzFile goldens = formats::NpzFile::open(std::string(HILO_SOURCE_DIR) + "/tests/ops/edges_goldens.npz");
  Programs programs;
  for (const Case& c : cases()) {
    std::vector<Array> arguments;
    for (const std::string& o : c.operands) arguments.push_back(goldens.at(o));
    programs.add([&](In x) {
      std::vector<Value> y = c.f(x);
      const bool is_reduction = c.operands[0] == "rows";
      const Value count = reshape(iota({kI32, {y[0].size()}}) % 3, y[0].dims());
      const Value w = is_reduction ? (1 + count).as(kF64) : ones(y[0].shape());
      for (const Value& d : vjp(y, std::span(&w, 1), x)) y.push_back(d);
      return y;
    }, arguments);
  }
  const std::vector<std::vector<Array>> results = programs.run();
  for (std::size_t i = 0; const Case& c : cases()) {
    const std::vector<Array>& got = results[i++];
    std::vector<Array> operands;
    for (const std::string& o : c.operands) operands.push_back(goldens.at(o));
    for (std::size_t k = 0; k < got.size(); ++k) {
      const int gradient = static_cast<int>(k) - 1;
      const std::string found = differences(got[k], goldens.at(k == 0 ? c.name : c.name + "/d" + std::to_string(gradient)), operands);
      EXPECT_EQ(found.empty(), !is_deviation(c.name, gradient)) << c.name << (k == 0 ? "" : ", gradient " + std::to_string(gradient)) << found;
    }
  }
}

}  // namespace
}  // namespace hilo::test
