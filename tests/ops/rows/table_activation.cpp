// Rows of hilo/ops/activation.h and hilo/ops/softmax.h.
#include "hilo/ops/activation.h"

#include <cmath>

#include "hilo/ops/softmax.h"
#include "tests/ops/rows/reference_ops.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

using UnaryFn = Value (*)(Operand);

double sigmoid_of(double x) { return 1 / (1 + std::exp(-x)); }
double softplus_of(double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); }
double relu6_of(double x) { return std::min(std::max(x, 0.0), 6.0); }

template <class F, class R>
Row activation(std::string name, F f, R reference, std::vector<double> kinks = {}, double low = -3, double high = 3) {
  return Row(std::move(name), {Input{3, 4}.between(low, high).avoiding(std::move(kinks))}, {3, 4}, f).on(kPlainFloats).terms(32).is(floats(map(reference)));
}

void add_activations(std::vector<Row>& rows) {
  rows.push_back(activation("relu", relu, [](double x) { return std::max(x, 0.0); }, {0}).on(kIntegers + kSmallFloats + kPlainFloats)
                     .is(reals(map([](auto x) { return std::max(x, decltype(x)(0)); }))));
  rows.push_back(activation("relu6", relu6, relu6_of, {0, 6}, -3, 9).on(kIntegers + kSmallFloats + kPlainFloats));
  rows.pop_back();
  rows.push_back(activation("relu6", relu6, relu6_of, {0, 6}, -3, 9).in(kPlainFloats));
  rows.back().is_exact = false;
  rows.push_back(activation("leaky_relu", [](Value x) { return leaky_relu(x); }, [](double x) { return x < 0 ? 0.01 * x : x; }, {0}));
  rows.push_back(activation("leaky_relu of slope", [](Value x) { return leaky_relu(x, 0.2); }, [](double x) { return x < 0 ? 0.2 * x : x; }, {0}));
  rows.push_back(activation("elu", [](Value x) { return elu(x); }, [](double x) { return x < 0 ? std::expm1(x) : x; }, {0}));
  rows.push_back(activation("elu of alpha", [](Value x) { return elu(x, 0.7); }, [](double x) { return x < 0 ? 0.7 * std::expm1(x) : x; }, {0}));
  rows.push_back(activation("selu", selu, [](double x) { return 1.0507009873554804934 * (x < 0 ? 1.6732632423543772848 * std::expm1(x) : x); }, {0}));
  rows.push_back(activation("celu", [](Value x) { return celu(x); }, [](double x) { return x < 0 ? std::expm1(x) : x; }, {0}));
  rows.push_back(activation("celu of alpha", [](Value x) { return celu(x, 1.3); }, [](double x) { return x < 0 ? 1.3 * std::expm1(x / 1.3) : x; }, {0}));
  rows.push_back(activation("sigmoid", sigmoid, sigmoid_of));
  rows.back().is_exact = false;  // complex numbers too
  rows.push_back(activation("log_sigmoid", log_sigmoid, [](double x) { return -softplus_of(-x); }));
  rows.push_back(activation("softplus", softplus, softplus_of));
  rows.push_back(activation("softsign", softsign, [](double x) { return x / (1 + std::abs(x)); }, {0}));
  rows.push_back(activation("gelu", gelu, [](double x) { return x * 0.5 * std::erfc(-x * std::sqrt(0.5)); }));
  rows.push_back(activation("gelu_tanh", gelu_tanh, [](double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::acos(-1.0)) * (x + 0.044715 * x * x * x))); }));
  rows.push_back(activation("silu", silu, [](double x) { return x * sigmoid_of(x); }));
  rows.push_back(activation("mish", mish, [](double x) { return x * std::tanh(softplus_of(x)); }));
  rows.push_back(activation("hard_tanh", hard_tanh, [](double x) { return std::min(std::max(x, -1.0), 1.0); }, {-1, 1}));
  rows.push_back(activation("hard_sigmoid", hard_sigmoid, [](double x) { return relu6_of(x + 3) / 6; }, {-3, 3}, -5, 5));
  rows.push_back(activation("hard_swish", hard_swish, [](double x) { return x * relu6_of(x + 3) / 6; }, {-3, 3}, -5, 5));
  rows.push_back(activation("softcap", [](Value x) { return softcap(x, 5); }, [](double x) { return 5 * std::tanh(x / 5); }));
  for (const char* name : {"silu", "softsign", "gelu_tanh", "hard_tanh", "softcap"}) {
    for (Row& row : rows) {
      if (row.name == name) row.is_exact = false;
    }
  }
  for (int axis = -2; axis < 2; ++axis) {
    rows.push_back(Row("glu " + std::to_string(axis), {{4, 6}}, (axis & 1) == 0 ? Dims{2, 6} : Dims{4, 3}, [axis](Value x) { return glu(x, axis); }).terms(32)
                       .is(floats([axis](const Tensors<double>& in) {
                         return along(in[0], axis, [](const std::vector<double>& lane) {
                           std::vector<double> half;
                           for (std::size_t i = 0; i < lane.size() / 2; ++i) half.push_back(lane[i] * sigmoid_of(lane[i + lane.size() / 2]));
                           return half;
                         });
                       })));
  }
}

Reference softmax_of(Axes axes, bool is_log) {
  return floats([=](const Tensors<double>& in) {
    Tensor<double> e = in[0];
    for (double& v : e.data) v = std::exp(v);
    const Tensor<double> total = summed(e, axes, true);
    return generate<double>(e.dims, [&](const Index& index) {
      const double y = e.at(index) / broadcast_at(total, index);
      return is_log ? std::log(y) : y;
    });
  });
}

void add_softmaxes(std::vector<Row>& rows) {
  for (const Axes& axes : std::vector<Axes>{{-1}, {-2}, {-3}, {0}, {1}, {2}, {0, 2}, {1, -1}, {0, 1, 2}}) {
    Row plain("softmax " + to_string(axes), {{2, 3, 4}}, {2, 3, 4}, [axes](Value x) { return softmax(x, axes); });
    Row logarithm("log_softmax " + to_string(axes), {{2, 3, 4}}, {2, 3, 4}, [axes](Value x) { return log_softmax(x, axes); });
    plain.terms(16).is(softmax_of(axes, false));
    logarithm.terms(32).is(softmax_of(axes, true));
    if (axes == Axes{-1}) plain.on(kPlainFloats), logarithm.on(kPlainFloats);
    rows.push_back(plain);
    rows.push_back(logarithm);
  }
  for (const Axes& axes : std::vector<Axes>{{}, {0}, {-1}, {0, 2}}) {
    for (const bool keeps : {false, true}) {
      const auto want = floats([=](const Tensors<double>& in) {
        Tensor<double> e = in[0];
        for (double& v : e.data) v = std::exp(v);
        e = summed(e, axes, keeps);
        for (double& v : e.data) v = std::log(v);
        return e;
      });
      Dims dims = summed(generate<double>({2, 3, 4}, [](const Index&) { return 0; }), axes, keeps).dims;
      Row row("logsumexp " + to_string(axes) + (keeps ? ", kept" : ""), {{2, 3, 4}}, dims, [=](Value x) { return logsumexp(x, axes, keeps); });
      row.terms(32).is(want);
      if (axes == Axes{-1} && !keeps) row.on(kPlainFloats);
      rows.push_back(row);
    }
  }
}

void add_edges(std::vector<Row>& rows) {
  const double inf = HUGE_VAL, nan = std::nan("");
  const auto values = [](std::vector<double> want) { return floats([want](const Tensors<double>& in) { return Tensor<double>{in[0].dims, want}; }); };
  rows.push_back(Row("relu at zero", {vector({-1, 0, 2})}, {3}, relu).gradients({{0, 0, 1}}));
  rows.push_back(Row("relu of NaN", {vector({nan, -inf, inf})}, {3}, relu).in(kPlainFloats).order(0).is(values({nan, 0, inf})));
  rows.push_back(Row("relu6 at the corners", {vector({0, 6, 3})}, {3}, relu6).gradients({{0, 0, 1}}));
  rows.push_back(Row("leaky_relu at zero", {vector({-1, 0, 2})}, {3}, [](Value x) { return leaky_relu(x, 0.1); }).gradients({{0.1, 1, 1}}));
  rows.push_back(Row("elu of very negative", {vector({-1000, 1000})}, {2}, [](Value x) { return elu(x); }).gradients({{0, 1}}).is(values({-1, 1000})));
  rows.push_back(Row("softplus of large", {vector({-1000, 0, 1000})}, {3}, softplus).gradients({{0, 0.5, 1}}).is(values({0, std::log(2), 1000})).terms(2048));
  rows.push_back(Row("log_sigmoid of large", {vector({-1000, 1000})}, {2}, log_sigmoid).gradients({{1, 0}}).is(values({-1000, 0})));
  rows.push_back(Row("softmax of large", {vector({1000, 1000, -inf})}, {3}, [](Value x) { return softmax(x); }).gradients({{0, 0, 0}}).is(values({0.5, 0.5, 0})));
  rows.push_back(Row("softmax of -inf alone", {vector({-inf, -inf})}, {2}, [](Value x) { return softmax(x); }).order(0).is(values({nan, nan})));
  rows.push_back(Row("log_softmax of large", {vector({1000, 0})}, {2}, [](Value x) { return log_softmax(x); }).gradients({{-1, 1}}).is(values({0, -1000})));
  rows.push_back(Row("logsumexp of -inf", {vector({-inf, -inf})}, {}, [](Value x) { return logsumexp(x); }).order(0)
                     .is(floats([=](const Tensors<double>&) { return Tensor<double>{{}, {-inf}}; })));
  rows.push_back(Row("logsumexp of large", {vector({1000, 1000})}, {}, [](Value x) { return logsumexp(x); }).gradients({{0.5, 0.5}}).terms(2048)
                     .is(floats([](const Tensors<double>&) { return Tensor<double>{{}, {1000 + std::log(2)}}; })));
  rows.push_back(Row("softmax of nothing", {{0, 3}}, {0, 3}, [](Value x) { return softmax(x); }));
}

}  // namespace

Family activation_rows() {
  Family family{.name = "activation", .rows = {}};
  add_activations(family.rows);
  add_softmaxes(family.rows);
  add_edges(family.rows);
  return family;
}

}  // namespace hilo::test
