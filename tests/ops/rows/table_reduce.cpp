// Rows of hilo/ops/reduce.h.
#include "hilo/ops/reduce.h"

#include <cmath>
#include <limits>

#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/reducer.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

using ReduceFn = Value (*)(Operand, Axes, bool);

const DTypes kNumbers = kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers;
const DTypes kOrdered = kBoolean + kIntegers + kSmallFloats + kPlainFloats;

// Every set of axes of a rank of 3, some counted from the back.
std::vector<Axes> sets_of_axes() { return {{}, {0}, {1}, {2}, {-1}, {-2}, {-3}, {0, 1}, {0, 2}, {2, 1}, {-1, 0}, {0, 1, 2}}; }

Dims dims_after(const Dims& dims, const Axes& axes, bool keeps_dims) {
  const Tensor<double> x = generate<double>(dims, [](const Index&) { return 0; });
  return summed(x, axes, keeps_dims).dims;
}

// The same reduction over every set of axes, with and without the axes kept.
void add_over_axes(std::vector<Row>& rows, const std::string& name, ReduceFn f, const Input& input,
                   const std::function<Reference(Axes, bool)>& reference, const DTypes& dtypes, double terms = 16) {
  for (const Axes& axes : sets_of_axes()) {
    for (const bool keeps_dims : {false, true}) {
      Row row(name + " over " + to_string(axes) + (keeps_dims ? ", kept" : ""), {input}, dims_after(input.dims, axes, keeps_dims),
              [=](Value x) { return f(x, axes, keeps_dims); });
      row.terms(terms).is(reference(axes, keeps_dims));
      if (axes == Axes{1} && !keeps_dims) dtypes.empty() ? row.in(kPlainFloats + kComplexNumbers) : row.on(dtypes);
      rows.push_back(std::move(row));
    }
  }
}

Reference mean_of(Axes axes, bool keeps_dims) {
  return floats_and_complexes([=](const auto& in) {
    auto total = summed(in[0], axes, keeps_dims);
    for (auto& v : total.data) v /= static_cast<double>(in[0].data.size()) / static_cast<double>(total.data.size());
    return total;
  });
}

Reference variance_of(Axes axes, bool keeps_dims, int ddof, bool is_root) {
  return floats([=](const Tensors<double>& in) {
    const Tensor<double>& x = in[0];
    Tensor<double> total = summed(x, axes, keeps_dims), squares = total;
    const double count = static_cast<double>(x.data.size()) / static_cast<double>(total.data.size());
    Tensor<double> square = x;
    for (double& v : square.data) v *= v;
    squares = summed(square, axes, keeps_dims);
    for (std::size_t i = 0; i < total.data.size(); ++i) {
      const double mean = total.data[i] / count, variance = (squares.data[i] - count * mean * mean) / (count - ddof);
      total.data[i] = is_root ? std::sqrt(variance) : variance;
    }
    return total;
  });
}

void add_named(std::vector<Row>& rows) {
  const Input x = Input{2, 3, 4}, apart = Input{2, 3, 4}.distinct();
  add_over_axes(rows, "sum", sum, x, [](Axes axes, bool keeps) { return numbers([=](const auto& in) { return summed(in[0], axes, keeps); }); }, kNumbers, 32);
  add_over_axes(rows, "prod", prod, Input{2, 3, 4}.between(0.5, 1.5), [](Axes axes, bool keeps) {
    return numbers([=]<class T>(const Tensors<T>& in) { return reduced(in[0], axes, keeps, T(1), [](T a, T b) { return a * b; }); });
  }, kNumbers, 64);
  const double infinity = std::numeric_limits<double>::infinity();
  add_over_axes(rows, "max", max, apart, [=](Axes axes, bool keeps) {
    return reals([=]<class T>(const Tensors<T>& in) {
      return reduced(in[0], axes, keeps, std::is_integral_v<T> ? std::numeric_limits<T>::min() : static_cast<T>(-infinity), [](T a, T b) { return std::max(a, b); });
    });
  }, kOrdered);
  add_over_axes(rows, "min", min, apart, [=](Axes axes, bool keeps) {
    return reals([=]<class T>(const Tensors<T>& in) {
      return reduced(in[0], axes, keeps, std::is_integral_v<T> ? std::numeric_limits<T>::max() : static_cast<T>(infinity), [](T a, T b) { return std::min(a, b); });
    });
  }, kOrdered);
  add_over_axes(rows, "mean", mean, x, mean_of, {}, 32);
}

void add_bits(std::vector<Row>& rows) {
  for (const Axes& axes : sets_of_axes()) {
    const auto row = [&](std::string name, ReduceFn f, std::int64_t start, auto fold) {
      Row r(name + " over " + to_string(axes), {{2, 3, 4}}, dims_after({2, 3, 4}, axes, false), [=](Value x) { return f(x, axes, false); });
      r.in({kI1}).order(0).is(integers([=](const Tensors<std::int64_t>& in) { return reduced(in[0], axes, false, start, fold); }));
      if (axes == Axes{1}) r.on(kBoolean + kIntegers);
      rows.push_back(std::move(r));
    };
    row("all", all, -1, [](std::int64_t a, std::int64_t b) { return a & b; });
    row("any", any, 0, [](std::int64_t a, std::int64_t b) { return a | b; });
  }
}

void add_statistics(std::vector<Row>& rows) {
  for (const Axes& axes : sets_of_axes()) {
    const Dims dims = dims_after({2, 3, 4}, axes, false);
    rows.push_back(Row("variance over " + to_string(axes), {{2, 3, 4}}, dims, [=](Value x) { return variance(x, axes); }).terms(64).is(variance_of(axes, false, 0, false)));
  }
  rows.push_back(Row("variance, kept, ddof", {{3, 4}}, {3, 1}, [](Value x) { return variance(x, {1}, true, 1); }).in(kPlainFloats).terms(64).is(variance_of({1}, true, 1, false)));
  rows.push_back(Row("standard_deviation", {{3, 4}}, {3}, [](Value x) { return standard_deviation(x, {1}); }).in(kPlainFloats).terms(64).is(variance_of({1}, false, 0, true)));
  rows.push_back(Row("standard_deviation, ddof", {{3, 4}}, {1, 1}, [](Value x) { return standard_deviation(x, {}, true, 1); }).terms(64).is(variance_of({}, true, 1, true)));
  rows.push_back(Row("mean of i32", {vector({1, 2, 4}).as(kI32)}, {}, [](Value x) { return mean(x); }).to(kF32).in({kF32}).order(0).terms(8)
                     .is(floats([](const Tensors<double>&) { return Tensor<double>{{}, {7.0 / 3}}; })));
  rows.push_back(Row("mean of i1", {vector({1, 0, 1, 1}).as(kI1)}, {}, [](Value x) { return mean(x); }).to(kF32).in({kF32}).order(0)
                     .is(floats([](const Tensors<double>&) { return Tensor<double>{{}, {0.75}}; })));
  rows.push_back(Row("variance of u8", {vector({1, 3}).as(kU8)}, {}, [](Value x) { return variance(x); }).to(kF32).in({kF32}).order(0)
                     .is(floats([](const Tensors<double>&) { return Tensor<double>{{}, {1}}; })));
}

// Position of the first best element of a lane; a NaN is best.
template <class T>
T best(const std::vector<T>& lane, bool is_max) {
  std::size_t best = 0;
  for (std::size_t i = 1; i < lane.size(); ++i) {
    if (lane[best] != lane[best]) break;
    if (lane[i] != lane[i] || (is_max ? lane[i] > lane[best] : lane[i] < lane[best])) best = i;
  }
  return static_cast<T>(best);
}

void add_positions(std::vector<Row>& rows) {
  for (const bool is_max : {true, false}) {
    const std::string name = is_max ? "argmax" : "argmin";
    const auto f = is_max ? argmax : argmin;
    const auto positions = [is_max](int axis) {
      return reals([=]<class T>(const Tensors<T>& in) {
        Tensor<T> kept = along(in[0], axis, [&](std::vector<T> lane) { return std::vector<T>{best(lane, is_max)}; });
        kept.dims.erase(kept.dims.begin() + (axis < 0 ? axis + static_cast<int>(kept.dims.size()) : axis));
        return kept;
      });
    };
    for (int axis = -3; axis < 3; ++axis) {
      const Dims dims = dims_after({2, 3, 4}, {axis}, false);
      Row row(name + " along " + std::to_string(axis), {{2, 3, 4}}, dims, [=](Value x) { return f(x, axis, false); });
      row.to(kI32).order(0).is(positions(axis));
      if (axis == 1) row.on(from_bits(8, kOrdered));
      rows.push_back(std::move(row));
    }
    rows.push_back(Row(name + ", kept", {{2, 3}}, {2, 1}, [=](Value x) { return f(x, 1, true); }).to(kI32).order(0));
    rows.push_back(Row(name + " of ties", {Input{2, 4}.of({1, 3, 3, 1, 2, 2, 2, 2})}, {2}, [=](Value x) { return f(x, 1, false); }).to(kI32).order(0).is(positions(1)));
    const double inf = HUGE_VAL, nan = std::nan("");
    rows.push_back(Row(name + " of NaN", {Input{4, 3}.of({1, nan, nan, nan, 1, 2, inf, -inf, nan, -inf, -inf, -inf})}, {4}, [=](Value x) { return f(x, 1, false); })
                       .to(kI32).in(kPlainFloats).order(0).is(positions(1)));
    rows.push_back(Row(name + " has no gradient", {{3}}, {3}, [=](Value x) { return x * f(x, 0, false).as(x.dtype()); }).order(0));
  }
}

Function adding(DType dtype) { return scalar_reducer(add, dtype); }

void add_general(std::vector<Row>& rows) {
  rows.push_back(Row("reduce from a start value", {{2, 3}, {}}, {2}, [](Value x, Value start) { return reduce(std::vector{x}, std::vector{start}, {1}, adding(x.dtype())); })
                     .terms(8).no_batching("a start value may not be batched", 1)
                     .is(floats([](const Tensors<double>& in) { return reduced(in[0], {1}, false, in[1].data[0], [](double a, double b) { return a + b; }); })));
  rows.push_back(Row("reduce two inputs", {{2, 3}, {2, 3}}, {2}, [](Value a, Value b) {
    const std::vector<Shape> scalars(4, Shape{a.dtype(), {}});
    const Function body = trace([](In p) { return std::vector{p[0] + p[2], maximum(p[1], p[3])}; }, scalars);
    return reduce(std::vector{a, b}, std::vector{zeros({a.dtype(), {}}), full({a.dtype(), {}}, -9)}, {1}, body);
  }).and_result({2}).order(0).terms(8).is(floats([](const Tensors<double>& in) {
    return Tensors<double>{summed(in[0], {1}), reduced(in[1], {1}, false, -9.0, [](double a, double b) { return std::max(a, b); })};
  })));
  rows.push_back(Row("reduce by a body of one's own", {{2, 3}}, {2}, [](Value x) {
    const Function body = trace([](In p) { return std::vector{p[0] + p[1] * 2}; }, std::vector<Shape>(2, Shape{x.dtype(), {}}));
    return reduce(std::vector{x}, std::vector{zeros({x.dtype(), {}})}, {1}, body);
  }).order(1).unpredictable().no_reverse("no gradient of this body is known").no_forward("no gradient of this body is known"));
  rows.push_back(Row("reduce by maximum from a parameter", {{2, 3}, {}}, {2}, [](Value x, Value start) {
    return reduce(std::vector{x}, std::vector{start}, {1}, scalar_reducer(maximum, x.dtype()));
  }).order(1).no_reverse("no gradient to a start value that is no constant").no_forward("no gradient to a start value that is no constant")
                     .no_batching("a start value may not be batched", 1)
                     .is(floats([](const Tensors<double>& in) { return reduced(in[0], {1}, false, in[1].data[0], [](double a, double b) { return std::max(a, b); }); })));
}

void add_edges(std::vector<Row>& rows) {
  const double inf = HUGE_VAL, nan = std::nan("");
  rows.push_back(Row("max at ties", {vector({1, 3, 3, 2})}, {}, [](Value x) { return max(x); }).gradients({{0, 0.5, 0.5, 0}}));
  rows.push_back(Row("min at ties", {vector({1, 1, 1, 2})}, {}, [](Value x) { return min(x); }).gradients({{1.0 / 3, 1.0 / 3, 1.0 / 3, 0}}));
  rows.push_back(Row("prod of one zero", {vector({2, 0, 3})}, {}, [](Value x) { return prod(x); }).gradients({{0, 6, 0}}));
  rows.push_back(Row("prod of two zeros", {vector({0, 2, 0})}, {}, [](Value x) { return prod(x); }).gradients({{0, 0, 0}}));
  const auto nothing = [&](std::string name, ReduceFn f, double want) {
    rows.push_back(Row(name + " of nothing", {{0, 2}}, {2}, [=](Value x) { return f(x, {0}, false); }).in(kPlainFloats)
                       .order(std::isfinite(want) ? 2 : 0)  // differences of infinities say nothing
                       .is(floats([=](const Tensors<double>&) { return Tensor<double>{{2}, {want, want}}; })));
    rows.push_back(Row(name + " over another axis of nothing", {{0, 2}}, {0}, [=](Value x) { return f(x, {1}, false); }));
  };
  nothing("sum", sum, 0);
  nothing("prod", prod, 1);
  nothing("max", max, -inf);
  nothing("min", min, inf);
  nothing("mean", mean, nan);
  const auto scalar = [&](std::string name, ReduceFn f) {
    rows.push_back(Row(name + " of a scalar", {{}}, {}, [=](Value x) { return f(x, {}, false); }).is(floats([](const Tensors<double>& in) { return in[0]; })));
  };
  scalar("sum", sum);
  scalar("prod", prod);
  scalar("max", max);
  scalar("mean", mean);
  const auto nans = [&](std::string name, ReduceFn f) {
    rows.push_back(Row(name + " of NaN", {Input{2, 3}.of({1, nan, 2, nan, nan, nan})}, {2}, [=](Value x) { return f(x, {1}, false); }).in(kPlainFloats).order(0)
                       .is(floats([=](const Tensors<double>&) { return Tensor<double>{{2}, {nan, nan}}; })));
  };
  nans("max", max);
  nans("min", min);
  nans("sum", sum);
  rows.push_back(Row("max of the smallest integers", {vector({-128, -128}).as(kI8)}, {}, [](Value x) { return max(x); }).to(kI8).in({kF32}).order(0)
                     .is(floats([](const Tensors<double>&) { return Tensor<double>{{}, {-128}}; })));
  rows.push_back(Row("narrow sums are wide", {Input{4096}.of(std::vector<double>(4096, 1))}, {}, [](Value x) { return sum(x); }).in({kF16, kBF16}).order(0)
                     .is(floats([](const Tensors<double>&) { return Tensor<double>{{}, {4096}}; })));
}

// Any axes; of `has_elements`, none along which there is nothing.
Axes drawn_axes(Draw& draw, const Dims& dims, bool has_elements) {
  Axes axes = draw.order(dims.size());
  axes.resize(static_cast<std::size_t>(draw.between(0, static_cast<Dim>(dims.size()))));
  if (has_elements) std::erase_if(axes, [&](std::int64_t a) { return dims[static_cast<std::size_t>(a)] == 0; });
  return axes;
}

void add_drawn(std::vector<Drawn>& drawn) {
  const auto over = [&](const std::string& name, auto f, const Input& kind, bool has_elements, const DTypes& dtypes) {
    drawn.push_back({name, [=](Draw& draw) {
                       Input x = kind;
                       x.dims = draw.dims();
                       const Axes axes = drawn_axes(draw, x.dims, has_elements);
                       const bool keeps = draw.coin();
                       // No axes would stand for all of them.
                       return Row({x}, [=](Value v) { return axes.empty() ? v : f(v, axes, keeps); }).in(dtypes);
                     }});
  };
  const DTypes real = {kF64, kF32, kBF16};
  over("sum", sum, Input{}, false, kSweptDTypes);
  over("prod", prod, Input{}.between(0.5, 1.5), false, kSweptDTypes);
  over("max", max, Input{}.distinct(), true, real);
  over("min", min, Input{}.distinct(), true, real);
  over("mean", mean, Input{}, true, kSweptDTypes);
  over("variance", [](Value x, const Axes& axes, bool keeps) { return variance(x, axes, keeps); }, Input{}, true, real);
  over("reduce", [](Value x, const Axes& axes, bool) {
    return hilo::reduce(std::vector{x}, std::vector{zeros({x.dtype(), {}})}, axes, scalar_reducer(add, x.dtype()))[0];
  }, Input{}, false, kSweptDTypes);
}

}  // namespace

Family reduce_rows() {
  Family family{.name = "reduce", .rows = {}};
  add_named(family.rows);
  add_bits(family.rows);
  add_statistics(family.rows);
  add_positions(family.rows);
  add_general(family.rows);
  add_edges(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
