// Rows of hilo/ops/custom_gradient.h (rules of one's own) and hilo/ops/remat.h.
#include <cmath>

#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/remat.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/unary.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

using Doubles = const Tensors<double>&;

// sin(x) y and x y^2, whose residuals are cos(x), x and y.
std::vector<Value> pair_of(In p) { return {sin(p[0]) * p[1], p[0] * p[1] * p[1]}; }
std::vector<Value> pair_with_residuals(In p) {
  return custom_vjp(
      {p[0], p[1]}, pair_of,
      [](In x) {
        return WithResiduals{pair_of(x), {cos(x[0]), sin(x[0]), x[0], x[1]}};
      },
      [](In r, In d) {
        return std::vector{d[0] * r[0] * r[3] + d[1] * r[3] * r[3],
                           d[0] * r[1] + d[1] * 2 * r[2] * r[3]};
      });
}
Reference reference_of_pair() {
  return floats([](Doubles in) {
    Tensor<double> a = in[0], b = in[0];
    for (std::size_t i = 0; i < a.data.size(); ++i) {
      const double x = in[0].data[i], y = in[1].data[i];
      a.data[i] = std::sin(x) * y;
      b.data[i] = x * y * y;
    }
    return Tensors<double>{a, b};
  });
}

void add_rules_of_ones_own(std::vector<Row>& rows) {
  rows.push_back(Row("custom_vjp", {{3}, {3}}, {3},
                     [](Value x, Value y) {
                       return pair_with_residuals(std::vector{x, y});
                     })
                     .and_result({3})
                     .terms(8)
                     .is(reference_of_pair()));
  rows.push_back(Row("custom_vjp of one's own", {vector({1, 2})}, {2}, [](Value x) {
                   return custom_vjp(
                       {x}, [](In p) { return std::vector{p[0] * 2}; },
                       [](In p) {
                         return WithResiduals{{p[0] * 2}, {p[0]}};
                       },
                       [](In r, In d) { return std::vector{10 * r[0] * d[0]}; });
                 }).gradients({{10, 20}}));
  rows.push_back(Row("custom_vjp in a scan", {{}, {4}}, {},
                     [](Value c, Value x) {
                       return scan(c, x,
                                   [](Value s, Value v) {
                                     const auto y = pair_with_residuals(std::vector{s, v});
                                     return std::pair{y[0], y[1]};
                                   })
                           .first;
                     })
                     .terms(32)
                     .is(floats([](Doubles in) {
                       double s = in[0].data[0];
                       for (double v : in[1].data) s = std::sin(s) * v;
                       return Tensor<double>{{}, {s}};
                     })));
  rows.push_back(Row("custom_jvp", {{3}, {3}}, {3},
                     [](Value x, Value y) {
                       return custom_jvp({x, y}, pair_of, [](In p, In, In t) {
                         return std::vector{t[0] * cos(p[0]) * p[1] + sin(p[0]) * t[1],
                                            t[0] * p[1] * p[1] + 2 * p[0] * p[1] * t[1]};
                       });
                     })
                     .and_result({3})
                     .terms(8)
                     .is(reference_of_pair()));
  rows.push_back(Row("custom_jvp of one's own", {vector({1, 2})}, {2}, [](Value x) {
                   return custom_jvp(
                       {x}, [](In p) { return std::vector{p[0] * 2}; },
                       [](In p, In y, In t) { return std::vector{(p[0] + y[0]) * t[0]}; });
                 }).gradients({{3, 6}}));
  rows.push_back(Row("custom_jvp of a sum", {{2, 3}}, {2}, [](Value x) {
                   return custom_jvp(
                       {x}, [](In p) { return std::vector{sum(exp(p[0]), {1})}; },
                       [](In p, In, In t) { return std::vector{sum(exp(p[0]) * t[0], {1})}; });
                 }).terms(8));
  rows.push_back(Row("custom_jvp of none", {vector({1, 2})}, {2}, [](Value x) {
                   return custom_jvp(
                       {x}, [](In p) { return std::vector{p[0] * 2}; },
                       [](In, In, In) { return std::vector{Value()}; });
                 }).gradients({{0, 0}}));
}

// Two layers, the second with a named value between.
std::vector<Value> layers(In p) {
  const Value hidden = checkpoint_name(tanh(matmul(p[0], p[1])), "hidden");
  return {sin(matmul(hidden, p[1])) + hidden, sum(hidden * hidden)};
}
Reference reference_of_layers() {
  return floats([](Doubles in) {
    const auto product = [&](const Tensor<double>& a) {
      return generate<double>({2, 2}, [&](const Index& i) {
        return a.at({i[0], 0}) * in[1].at({0, i[1]}) + a.at({i[0], 1}) * in[1].at({1, i[1]});
      });
    };
    Tensor<double> hidden = product(in[0]);
    for (double& v : hidden.data) v = std::tanh(v);
    Tensor<double> y = product(hidden);
    double squares = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      y.data[i] = std::sin(y.data[i]) + hidden.data[i];
      squares += hidden.data[i] * hidden.data[i];
    }
    return Tensors<double>{y, Tensor<double>{{}, {squares}}};
  });
}

void add_remats(std::vector<Row>& rows) {
  const std::vector<std::pair<std::string, RematPolicy>> policies = {
      {"nothing", nothing_saveable},
      {"everything", everything_saveable},
      {"dots", dots_saveable},
      {"a name", save_only_these_names({"hidden"})},
      {"tanh", [](const Saveable& s) { return s.op.name() == "tanh" && s.out.rank() == 2; }}};
  for (const auto& [name, policy] : policies) {
    rows.push_back(Row("remat that saves " + name, {{2, 2}, {2, 2}}, {2, 2},
                       [policy = policy](Value x, Value w) {
                         return remat({x, w}, layers, {.policy = policy});
                       })
                       .and_result({})
                       .terms(32)
                       .is(reference_of_layers()));
  }
  rows.push_back(Row("remat that reads from outside, within a scan", {{}, {3}, {}}, {},
                     [](Value c, Value x, Value w) {
                       return scan(c, x,
                                   [w](Value s, Value v) {
                                     const auto step =
                                         remat([&](Value h) { return tanh(h * w + v); },
                                               {.prevents_cse = false});
                                     return std::pair{step(s), v};
                                   })
                           .first;
                     })
                     .terms(32)
                     .is(floats([](Doubles in) {
                       double s = in[0].data[0];
                       for (double v : in[1].data) s = std::tanh(s * in[2].data[0] + v);
                       return Tensor<double>{{}, {s}};
                     })));
  rows.push_back(Row("checkpoint_name", {{3}}, {3}, [](Value x) {
                   return checkpoint_name(x * x, "square");
                 }).is(floats(map([](double x) { return x * x; }))));
}

void add_drawn(std::vector<Drawn>& drawn) {
  const auto pair = [&](const std::string& name, auto f) {
    drawn.push_back({name, [f](Draw& draw) {
                       const Dims dims = draw.dims();
                       return Row({Input(dims), Input(dims)}, [f](Value x, Value y) { return f(x, y); });
                     }});
  };
  pair("hilo.custom_vjp", [](Value x, Value y) { return pair_with_residuals(std::vector{x, y}); });
  pair("hilo.custom_jvp", [](Value x, Value y) {
    return custom_jvp({x, y}, pair_of, [](In p, In, In t) {
      return std::vector{t[0] * cos(p[0]) * p[1] + sin(p[0]) * t[1],
                         t[0] * p[1] * p[1] + 2 * p[0] * p[1] * t[1]};
    });
  });
  pair("hilo.checkpoint_name", [](Value x, Value y) {
    return std::vector{checkpoint_name(x * y, "product")};
  });
  for (const auto& policy : {std::pair{"hilo.remat", RematPolicy(nothing_saveable)},
                             std::pair{"hilo.remat that saves a name", save_only_these_names({"hidden"})}}) {
    drawn.push_back({policy.first, [policy = policy.second](Draw& draw) {
                       const Dim n = draw.length_or_none(5), k = draw.length(5);
                       return Row({Input{n, k}, Input{k, k}.between(-1, 1)}, [policy](Value x, Value w) {
                         return remat({x, w}, layers, {.policy = policy});
                       });
                     }});
  }
}

}  // namespace

Family transform_rows() {
  Family family{.name = "transforms", .rows = {}};
  add_rules_of_ones_own(family.rows);
  add_remats(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
