// The derivatives of every row, in f64 and c128: reverse and forward against central differences of the value, second
// order against central differences of the first; in f32 against f64.
//
// For complex numbers the derivative of the real number Re(sum(w f(x))) is taken along real and imaginary steps; a
// gradient g stands for d -> Re(sum(g d)), as JAX has it.
#include <algorithm>
#include <cmath>
#include <map>

#include "hilo/autodiff/autodiff.h"
#include "tests/ops/rows/trial.h"

namespace hilo::test {
namespace {

constexpr double kStep = 1e-5, kTolerance = 2e-6;

class Gradient : public EachFamily {};
HILO_EACH_FAMILY(Gradient);

std::vector<Value> picked(std::span<const Value> values, const std::vector<std::size_t>& which) {
  std::vector<Value> result;
  for (std::size_t i : which) result.push_back(values[i]);
  return result;
}

// (x.., w..) -> gradients of Re(sum(w f(x))) with respect to the active operands.
std::vector<Value> reverse(const Trial& t, std::span<const Value> x, std::span<const Value> w) {
  const std::vector<Value> y = t.row->f(x);
  return vjp(picked(y, t.active_results), w, picked(x, t.active_operands));
}

// The tangents `d` of the active operands, none for the others.
std::vector<Value> spread(const Trial& t, std::span<const Value> d) {
  std::vector<Value> result(t.operands.size());
  for (std::size_t k = 0; k < d.size(); ++k) result[t.active_operands[k]] = d[k];
  return result;
}

Module values_of(const std::vector<Trial>& all) {
  Module module;
  for (const Trial& t : all) module.add(t.row->f, t.shapes());
  compile_all(module, all, "value");
  return module;
}

Module gradients_of(const std::vector<Trial>& all) {
  Module module;
  for (const Trial& t : all) {
    const std::size_t n = t.operands.size();
    module.add([&t, n](std::span<const Value> p) { return reverse(t, p.first(n), p.subspan(n)); },
               joined(t.shapes(), t.cotangent_shapes()));
  }
  module.compile();
  return module;
}

using Arguments = std::vector<std::vector<Array>>;

// Every row's active operands moved by `step` along its direction.
Arguments moved_operands(const std::vector<Trial>& all, double step, const Arguments& directions) {
  Arguments result;
  for (std::size_t i = 0; i < all.size(); ++i) {
    result.push_back(all[i].operands);
    for (std::size_t k = 0; k < directions[i].size(); ++k) {
      Array& x = result[i][all[i].active_operands[k]];
      x = moved(x, step, directions[i][k]);
    }
  }
  return result;
}

// (f(x + h d) - f(x - h d)) / 2h for the results that `which` names of every row.
Arguments differences(const Module& module, const std::vector<Trial>& all, const Arguments& directions, const Arguments& rest,
                      const std::function<std::vector<std::size_t>(const Trial&)>& which) {
  Arguments forward = moved_operands(all, kStep, directions), backward = moved_operands(all, -kStep, directions);
  for (std::size_t i = 0; i < rest.size(); ++i) {
    forward[i] = joined(std::move(forward[i]), rest[i]);
    backward[i] = joined(std::move(backward[i]), rest[i]);
  }
  const Arguments a = module.run(forward), b = module.run(backward);
  Arguments result(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (a[i].empty()) continue;
    for (std::size_t k : which(all[i])) {
      Tensor<Complex> slope = decode<Complex>(a[i][k]);
      const Tensor<Complex> other = decode<Complex>(b[i][k]);
      for (std::size_t e = 0; e < slope.data.size(); ++e) slope.data[e] = (slope.data[e] - other.data[e]) / (2 * kStep);
      result[i].push_back(encode(slope, a[i][k].shape().dtype));
    }
  }
  return result;
}

Arguments operands_with(const std::vector<Trial>& all, const std::function<std::vector<Array>(const Trial&)>& more) {
  Arguments result;
  for (const Trial& t : all) result.push_back(joined(t.operands, more(t)));
  return result;
}

// The rows that can be differentiated `order` times in `dtype`.
std::vector<Trial> differentiable(const Family& family, DType dtype, int order) {
  std::vector<Trial> result = trials(family, dtype);
  std::erase_if(result, [&](const Trial& t) {
    return t.row->derivative_order < order || t.active_operands.empty() || t.active_results.empty();
  });
  return result;
}

void expect_near_all(const Trial& t, std::string_view what, const std::vector<Array>& got, const std::vector<Array>& want, double tolerance) {
  if (got.size() != want.size()) return fail(*t.row, what, std::to_string(got.size()) + " results, not " + std::to_string(want.size()));
  for (std::size_t k = 0; k < got.size(); ++k) {
    expect_near(*t.row, std::string(what) + " " + std::to_string(k), decode<Complex>(got[k]), decode<Complex>(want[k]), tolerance);
  }
}

// Reports parts that failed although no reason was given beforehand; those with one must fail with it.
bool is_usable(const Trial& t, std::string_view what, const Module& module, std::size_t part, const std::string& refusal) {
  if (!refusal.empty()) {
    if (module.failure(part).find(refusal) == std::string::npos) fail(*t.row, what, "is not refused as said: " + module.failure(part));
    return false;
  }
  if (!module.failure(part).empty()) fail(*t.row, what, module.failure(part));
  return module.failure(part).empty();
}

// Re(sum(w y)) over the active results.
double weighted(const Trial& t, const std::vector<Array>& y, const std::vector<Array>& w) {
  double total = 0;
  for (std::size_t k = 0; k < w.size(); ++k) {
    const std::vector<Complex> a = decode<Complex>(y[t.active_results[k]]).data, b = decode<Complex>(w[k]).data;
    for (std::size_t e = 0; e < a.size(); ++e) total += (a[e] * b[e]).real();
  }
  return total;
}

// One component of the active operands: which operand, element, and whether its imaginary part.
struct Component {
  std::size_t operand, element;
  bool is_imaginary;
};
std::vector<Component> components(const Trial& t) {
  std::vector<Component> result;
  for (std::size_t k = 0; k < t.active_operands.size(); ++k) {
    const Shape& shape = t.operands[t.active_operands[k]].shape();
    for (std::size_t e = 0; e < static_cast<std::size_t>(shape.size()); ++e) {
      result.push_back({k, e, false});
      if (is_complex(shape.dtype)) result.push_back({k, e, true});
    }
  }
  return result;
}

// Directions that move the n-th component of every row by one.
Arguments unit_directions(const std::vector<Trial>& all, std::size_t n) {
  Arguments result;
  for (const Trial& t : all) {
    std::vector<Tensor<Complex>> d;
    for (const Shape& s : t.tangent_shapes()) d.push_back({s.dims, std::vector<Complex>(static_cast<std::size_t>(s.size()))});
    const std::vector<Component> own = components(t);
    if (n < own.size()) d[own[n].operand].data[own[n].element] = own[n].is_imaginary ? Complex(0, 1) : Complex(1, 0);
    result.emplace_back();
    for (std::size_t k = 0; k < d.size(); ++k) result.back().push_back(encode(d[k], t.operands[t.active_operands[k]].shape().dtype));
  }
  return result;
}

// The gradient of Re(sum(w f(x))) by central differences, component by component, in all rows at once.
Arguments gradients_by_differences(const Module& module, const std::vector<Trial>& all) {
  std::vector<std::vector<Tensor<Complex>>> g(all.size());
  std::size_t most = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (const Shape& s : all[i].tangent_shapes()) g[i].push_back({s.dims, std::vector<Complex>(static_cast<std::size_t>(s.size()))});
    most = std::max(most, components(all[i]).size());
  }
  for (std::size_t n = 0; n < most; ++n) {
    const Arguments d = unit_directions(all, n);
    const Arguments up = module.run(moved_operands(all, kStep, d)), down = module.run(moved_operands(all, -kStep, d));
    for (std::size_t i = 0; i < all.size(); ++i) {
      const std::vector<Component> own = components(all[i]);
      if (n >= own.size() || up[i].empty()) continue;
      const std::vector<Array> w = all[i].cotangents();
      const double slope = (weighted(all[i], up[i], w) - weighted(all[i], down[i], w)) / (2 * kStep);
      g[i][own[n].operand].data[own[n].element] += own[n].is_imaginary ? Complex(0, -slope) : Complex(slope, 0);
    }
  }
  Arguments result(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    for (std::size_t k = 0; k < g[i].size(); ++k) result[i].push_back(encode(g[i][k], all[i].tangent_shapes()[k].dtype));
  }
  return result;
}

TEST_P(Gradient, reverse_agrees_with_differences) {
  for (DType dtype : {kF64, kC128}) {
    const std::vector<Trial> all = differentiable(family(), dtype, 1);
    const Module values = values_of(all), gradients = gradients_of(all);
    const Arguments want = gradients_by_differences(values, all);
    const Arguments got = gradients.run(operands_with(all, [](const Trial& t) { return t.cotangents(); }));
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!is_usable(all[i], "gradient", gradients, i, all[i].row->reverse_refusal)) continue;
      if (values.failure(i).empty()) expect_near_all(all[i], "gradient", got[i], want[i], kTolerance);
    }
  }
}

TEST_P(Gradient, forward_agrees_with_differences) {
  for (DType dtype : {kF64, kC128}) {
    const std::vector<Trial> all = differentiable(family(), dtype, 1);
    const Module values = values_of(all);
    Module forward;
    Arguments directions;
    for (const Trial& t : all) {
      const std::size_t n = t.operands.size();
      forward.add([&t, n](std::span<const Value> p) {
        const std::vector<Value> y = t.row->f(p.first(n));
        return jvp(picked(y, t.active_results), p.first(n), spread(t, p.subspan(n)));
      }, joined(t.shapes(), t.tangent_shapes()));
      directions.push_back(t.tangents());
    }
    forward.compile();
    const Arguments want = differences(values, all, directions, {}, [](const Trial& t) { return t.active_results; });
    const Arguments got = forward.run(operands_with(all, [](const Trial& t) { return t.tangents(); }));
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!is_usable(all[i], "tangent", forward, i, all[i].row->forward_refusal)) continue;
      if (values.failure(i).empty()) expect_near_all(all[i], "tangent", got[i], want[i], kTolerance);
    }
  }
}

// The derivative of the gradient along v, twice: forward over reverse, and (the second derivative being symmetric)
// reverse over reverse with v as the cotangent.
TEST_P(Gradient, second_order_agrees_with_differences) {
  for (DType dtype : {kF64, kC128}) {
    std::vector<Trial> all = differentiable(family(), dtype, 2);
    std::erase_if(all, [](const Trial& t) { return !t.row->reverse_refusal.empty(); });
    const Module gradients = gradients_of(all);
    Module twice, mixed;
    Arguments v, w;
    for (const Trial& t : all) {
      const std::size_t n = t.operands.size(), m = t.active_results.size();
      const std::vector<Shape> shapes = joined(joined(t.shapes(), t.cotangent_shapes()), t.tangent_shapes());
      twice.add([&t, n, m](std::span<const Value> p) {
        const std::vector<Value> g = reverse(t, p.first(n), p.subspan(n, m));
        return vjp(g, p.subspan(n + m), picked(p, t.active_operands));
      }, shapes);
      mixed.add([&t, n, m](std::span<const Value> p) {
        const std::vector<Value> g = reverse(t, p.first(n), p.subspan(n, m));
        return jvp(g, p.first(n), spread(t, p.subspan(n + m)));
      }, shapes);
      v.push_back(t.tangents(2));
      w.push_back(t.cotangents());
    }
    twice.compile();
    mixed.compile();
    const Arguments want = differences(gradients, all, v, w, [](const Trial& t) {
      std::vector<std::size_t> every(t.active_operands.size());
      for (std::size_t k = 0; k < every.size(); ++k) every[k] = k;
      return every;
    });
    const Arguments arguments = operands_with(all, [](const Trial& t) { return joined(t.cotangents(), t.tangents(2)); });
    const Arguments by_reverse = twice.run(arguments), by_forward = mixed.run(arguments);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!gradients.failure(i).empty()) continue;  // reported above
      if (is_usable(all[i], "gradient of gradient", twice, i, "")) expect_near_all(all[i], "gradient of gradient", by_reverse[i], want[i], kTolerance);
      if (!is_usable(all[i], "tangent of gradient", mixed, i, all[i].row->forward_refusal)) continue;
      expect_near_all(all[i], "tangent of gradient", by_forward[i], want[i], kTolerance);
    }
  }
}

TEST_P(Gradient, f32_agrees_with_f64) {
  std::vector<Trial> single, twice;
  for (Trial& t : differentiable(family(), kF32, 1)) {
    if (!t.row->reverse_refusal.empty() || !t.row->is_predictable || std::ranges::find(t.row->dtypes, kF64) == t.row->dtypes.end()) continue;
    twice.emplace_back(*t.row, kF64);
    single.push_back(std::move(t));
  }
  const auto cotangents = [](const Trial& t) { return t.cotangents(); };
  const Module a = gradients_of(single), b = gradients_of(twice);
  const Arguments got = a.run(operands_with(single, cotangents)), want = b.run(operands_with(twice, cotangents));
  for (std::size_t i = 0; i < single.size(); ++i) {
    if (!is_usable(single[i], "gradient in f32", a, i, "") || want[i].empty()) continue;
    expect_near_all(single[i], "gradient in f32", got[i], want[i], 16 * single[i].row->rounding_terms * epsilon(kF32));
  }
}

// At kinks and ties, where differences say nothing, rows give their gradients, for cotangents of one.
TEST_P(Gradient, given_gradients) {
  for (DType dtype : {kF32, kF64}) {
    std::vector<Trial> all = trials(family(), dtype);
    std::erase_if(all, [](const Trial& t) { return t.row->given_gradients.empty(); });
    const Module gradients = gradients_of(all);
    const Arguments got = gradients.run(operands_with(all, [](const Trial& t) {
      std::vector<Array> ones;
      for (const Shape& s : t.cotangent_shapes()) ones.push_back(from_doubles(s, std::vector<double>(static_cast<std::size_t>(s.size()), 1)));
      return ones;
    }));
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!is_usable(all[i], "given gradient", gradients, i, "")) continue;
      std::vector<Array> want;
      for (std::size_t k = 0; k < got[i].size(); ++k) want.push_back(from_doubles(got[i][k].shape(), all[i].row->given_gradients[k]));
      expect_near_all(all[i], "given gradient", got[i], want, 2 * all[i].row->rounding_terms * epsilon(dtype));
    }
  }
}

}  // namespace
}  // namespace hilo::test
