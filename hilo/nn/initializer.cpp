#include "hilo/nn/initializer.h"

#include <algorithm>
#include <cmath>

#include "hilo/autodiff/autodiff.h"
#include "hilo/core/error.h"
#include "hilo/graph/graph.h"
#include "hilo/nn/orthogonal.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/random.h"
#include "hilo/ops/reshape.h"

namespace hilo::nn {
namespace {

struct Fans {
  double in, out;
};

Fans fans_of(const Shape& shape) {
  if (shape.rank() == 0) return {1, 1};
  const auto out = static_cast<double>(std::max<Dim>(shape.dim(-1), 1));
  if (shape.rank() == 1) return {out, out};
  double field = 1;
  for (int i = 0; i + 2 < shape.rank(); ++i)
    field *= static_cast<double>(std::max<Dim>(shape.dim(i), 1));
  return {field * static_cast<double>(std::max<Dim>(shape.dim(-2), 1)), field * out};
}

// An initializer that draws in `draw`'s dtype: f64 for f64, else f32.
Initializer random(std::string name, std::function<Value(Value key, const Shape& draw)> build) {
  return {name, [name, build = std::move(build)](Value key, const Shape& shape) {
            if (!is_float(shape.dtype)) {
              throw OpError({.op = "initializer " + name,
                             .problem = "the variable is no float",
                             .got = {shape},
                             .expected = "a floating dtype"});
            }
            return convert(build(key, shape.with(shape.dtype == kF64 ? kF64 : kF32)), shape.dtype);
          }};
}

void expect(bool is_right, std::string_view initializer, std::string_view problem) {
  if (!is_right) throw UsageError(std::string(initializer) + ": " + std::string(problem));
}

// Even, of variance `variance(fans)`.
Initializer scaled_uniform(std::string name, double (*variance)(Fans)) {
  return random(std::move(name), [variance](Value key, const Shape& shape) {
    const double limit = std::sqrt(3 * variance(fans_of(shape)));
    return hilo::uniform(key, shape, -limit, limit);
  });
}

// A normal one cut off at two deviations, whose variance that makes smaller, widened back to
// `variance(fans)`.
Initializer scaled_normal(std::string name, double (*variance)(Fans)) {
  constexpr double kCutDeviation = 0.87962566103423978;  // of a standard normal between -2 and 2
  return random(std::move(name), [variance](Value key, const Shape& shape) {
    return hilo::truncated_normal(key, shape, -2, 2) *
           (std::sqrt(variance(fans_of(shape))) / kCutDeviation);
  });
}

double glorot_variance(Fans f) { return 2 / (f.in + f.out); }
double he_variance(Fans f) { return 2 / f.in; }
double lecun_variance(Fans f) { return 1 / f.in; }

}  // namespace

Initializer zeros() {
  return {"zeros", [](Value, const Shape& shape) { return hilo::zeros(shape); }};
}

Initializer ones() {
  return {"ones", [](Value, const Shape& shape) { return hilo::ones(shape); }};
}

Initializer constant(double value) {
  return {"constant", [value](Value, const Shape& shape) { return full(shape, value); }};
}

Initializer values(std::vector<double> numbers) {
  return {"values", [numbers = std::move(numbers)](Value, const Shape& shape) {
            if (shape.size() != static_cast<Dim>(numbers.size())) {
              throw OpError({.op = "initializer values",
                             .problem = std::to_string(numbers.size()) + " numbers",
                             .got = {shape},
                             .expected = "a number for each element"});
            }
            return hilo::constant(from_doubles(shape, numbers));
          }};
}

Initializer uniform(double low, double high) {
  expect(low < high, "uniform", "low is not less than high");
  return random("uniform", [=](Value key, const Shape& shape) {
    return hilo::uniform(key, shape, low, high);
  });
}

Initializer normal(double deviation, double mean) {
  expect(deviation >= 0, "normal", "the deviation is negative");
  return random("normal", [=](Value key, const Shape& shape) {
    return mean + deviation * hilo::normal(key, shape);
  });
}

Initializer truncated_normal(double deviation, double mean) {
  expect(deviation >= 0, "truncated_normal", "the deviation is negative");
  return random("truncated_normal", [=](Value key, const Shape& shape) {
    return mean + deviation * hilo::truncated_normal(key, shape, -2, 2);
  });
}

Initializer glorot_uniform() { return scaled_uniform("glorot_uniform", glorot_variance); }
Initializer glorot_normal() { return scaled_normal("glorot_normal", glorot_variance); }
Initializer he_uniform() { return scaled_uniform("he_uniform", he_variance); }
Initializer he_normal() { return scaled_normal("he_normal", he_variance); }
Initializer lecun_uniform() { return scaled_uniform("lecun_uniform", lecun_variance); }
Initializer lecun_normal() { return scaled_normal("lecun_normal", lecun_variance); }

Initializer orthogonal(double gain) {
  return random("orthogonal", [gain](Value key, const Shape& shape) {
    const Dim columns = shape.rank() == 0 ? 1 : std::max<Dim>(shape.dim(-1), 1);
    return gain * reshape(random_orthogonal(key, shape.dtype, shape.size() / columns, columns),
                          shape.dims);
  });
}

Initializer stacked(Initializer each) {
  return {each.name, [each](Value key, const Shape& shape) {
            if (shape.rank() == 0) {
              throw OpError({.op = "initializer " + each.name,
                             .problem = "nothing is stacked",
                             .got = {shape},
                             .expected = "a first axis of what is stacked"});
            }
            const Shape one{shape.dtype, {shape.dims.begin() + 1, shape.dims.end()}};
            if (shape.dim(0) == 0) return hilo::zeros(shape);
            return vmap(
                [&](std::span<const Value> k) { return std::vector{each.build(k[0], one)}; },
                std::vector{split_key(key, shape.dim(0))})[0];
          }};
}

}  // namespace hilo::nn
