// Rows of hilo/ops/reduce_window.h, select_and_scatter.h and pooling.h.
#include "hilo/ops/reduce_window.h"

#include <cmath>
#include <numeric>

#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/pooling.h"
#include "hilo/ops/select_and_scatter.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

const DTypes kNumbers = kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers;
const DTypes kOrdered = kBoolean + kIntegers + kSmallFloats + kPlainFloats;

std::vector<Slide> slides_of(const Window& w, std::size_t rank) {
  std::vector<Slide> result(rank);
  for (std::size_t i = 0; i < rank; ++i) {
    if (!w.dimensions.empty()) result[i].size = w.dimensions[i];
    if (!w.strides.empty()) result[i].stride = w.strides[i];
    if (!w.base_dilations.empty()) result[i].base_dilation = w.base_dilations[i];
    if (!w.window_dilations.empty()) result[i].window_dilation = w.window_dilations[i];
    if (!w.padding.empty()) result[i].low = w.padding[i][0], result[i].high = w.padding[i][1];
  }
  return result;
}

Dims counts_of(const Window& w, const Dims& dims) {
  Dims result;
  const std::vector<Slide> slides = slides_of(w, dims.size());
  for (std::size_t i = 0; i < dims.size(); ++i) result.push_back(slides[i].count(dims[i]));
  return result;
}

template <class F>
Reference folded(const Window& w, std::size_t rank, double neutral, F fold) {
  return reals([=]<class T>(const Tensors<T>& in) { return windowed(in[0], slides_of(w, rank), static_cast<T>(neutral), fold); });
}

struct Shaped {
  std::string name;
  Dims dims;
  Window window;
};

std::vector<Shaped> windows() {
  return {{"apart", {4, 6}, {.dimensions = {2, 3}, .strides = {2, 3}}},
          {"overlapping", {4, 5}, {.dimensions = {3, 2}}},
          {"with gaps", {5, 7}, {.dimensions = {1, 2}, .strides = {2, 3}}},
          {"padded", {4, 5}, {.dimensions = {2, 3}, .strides = {2, 2}, .padding = {{1, 0}, {1, 2}}}},
          {"cut", {5, 6}, {.dimensions = {2, 2}, .padding = {{-1, 0}, {0, -2}}}},
          {"dilated", {6, 5}, {.dimensions = {2, 3}, .window_dilations = {3, 1}}},
          {"of dilated elements", {3, 4}, {.dimensions = {2, 2}, .base_dilations = {2, 3}}},
          {"in all ways", {4, 5}, {.dimensions = {2, 2}, .strides = {2, 1}, .base_dilations = {1, 2}, .window_dilations = {2, 1}, .padding = {{1, 1}, {0, 2}}}},
          {"of one", {3, 2}, {}},
          {"too large", {2, 2}, {.dimensions = {3, 3}}},
          {"of nothing", {0, 3}, {.dimensions = {2, 2}, .padding = {{1, 1}, {0, 0}}}}};
}

void add_windows(std::vector<Row>& rows) {
  for (const Shaped& s : windows()) {
    const Window w = s.window;
    const Dims out = counts_of(w, s.dims);
    const auto row = [&](const std::string& name, Input input, BinaryOp op) {
      return Row("reduce_window " + name + ", " + s.name, {std::move(input)}, out, [=](Value x) { return reduce_window(x, op, w); });
    };
    Row add_row = row("add", Input(s.dims), add), max_row = row("maximum", Input(s.dims).distinct(), maximum),
        min_row = row("minimum", Input(s.dims).distinct(), minimum), product = row("multiply", Input(s.dims).between(0.5, 1.5), multiply);
    add_row.terms(16).is(numbers([=]<class T>(const Tensors<T>& in) { return windowed(in[0], slides_of(w, 2), T{}, [](T a, T b) { return a + b; }); }));
    // A window of nothing gives an infinity, of which differences say nothing: these rows hold it at 9.
    if (s.name != "apart") {
      max_row.f = build_fn([=](Value x) { return maximum(reduce_window(x, maximum, w), -9); });
      min_row.f = build_fn([=](Value x) { return minimum(reduce_window(x, minimum, w), 9); });
    }
    max_row.is(folded(w, 2, -9, [](auto a, auto b) { return std::max(a, b); }));
    min_row.is(folded(w, 2, 9, [](auto a, auto b) { return std::min(a, b); }));
    product.terms(16).is(numbers([=]<class T>(const Tensors<T>& in) { return windowed(in[0], slides_of(w, 2), T(1), [](T a, T b) { return a * b; }); }));
    if (s.name == "apart") {
      add_row.on(kBoolean + kNumbers);
      product.on(kBoolean + kNumbers);
      max_row.on(kOrdered).is(reals([=]<class T>(const Tensors<T>& in) { return windowed(in[0], slides_of(w, 2), static_cast<T>(-9), [](T a, T b) { return std::max(a, b); }); }));
      min_row.on(kOrdered).is(reals([=]<class T>(const Tensors<T>& in) { return windowed(in[0], slides_of(w, 2), static_cast<T>(9), [](T a, T b) { return std::min(a, b); }); }));
    }
    rows.push_back(add_row);
    rows.push_back(max_row);
    rows.push_back(min_row);
    rows.push_back(product);
  }
  for (const BinaryOp op : {logical_and, logical_or}) {
    rows.push_back(Row(op == logical_and ? "reduce_window and" : "reduce_window or", {{6}}, {3}, [op](Value x) { return reduce_window(x, op, {.dimensions = {2}, .strides = {2}}); })
                       .on(kBoolean + kIntegers).order(0)
                       .is(integers([op](const Tensors<std::int64_t>& in) {
                         return windowed(in[0], {Slide{.size = 2, .stride = 2}}, std::int64_t{op == logical_and ? -1 : 0}, [op](std::int64_t a, std::int64_t b) { return op == logical_and ? a & b : a | b; });
                       })));
  }
  rows.push_back(Row("reduce_window maximum, many elements", {Input{9, 9}.distinct()}, {1, 1}, [](Value x) { return reduce_window(x, maximum, {.dimensions = {9, 9}}); })
                     .is(folded({.dimensions = {9, 9}}, 2, -HUGE_VAL, [](auto a, auto b) { return std::max(a, b); })));
}

void add_general(std::vector<Row>& rows) {
  rows.push_back(Row("reduce_window of two inputs", {Input{6}.distinct(), {6}}, {3}, [](Value a, Value b) {
    const std::vector<Shape> scalars(4, Shape{a.dtype(), {}});
    const Function body = trace([](In p) { return std::vector{maximum(p[0], p[2]), p[1] + p[3]}; }, scalars);
    return reduce_window(std::vector{a, b}, std::vector{full({a.dtype(), {}}, -9), zeros({a.dtype(), {}})}, {.dimensions = {2}, .strides = {2}}, body);
  }).and_result({3}).no_reverse("no gradient of this body is known").is(floats([](const Tensors<double>& in) {
    const std::vector<Slide> s = {Slide{.size = 2, .stride = 2}};
    return Tensors<double>{windowed(in[0], s, -9.0, [](double p, double q) { return std::max(p, q); }), windowed(in[1], s, 0.0, [](double p, double q) { return p + q; })};
  })));
  rows.push_back(Row("reduce_window from a start value", {{4}, {}}, {3}, [](Value x, Value start) {
    return reduce_window(std::vector{x}, std::vector{start}, {.dimensions = {2}}, scalar_reducer(add, x.dtype()));
  }).order(1).no_reverse("no gradient to a start value that is no constant").no_forward("no gradient to a start value that is no constant")
                     .no_batching("a start value may not be batched", 1));
  // Of equal elements the first one gets the gradient, as in pooling everywhere.
  rows.push_back(Row("reduce_window maximum at ties", {vector({1, 1, 2, 2})}, {2}, [](Value x) { return reduce_window(x, maximum, {.dimensions = {2}, .strides = {2}}); }).gradients({{1, 0, 1, 0}}));
  rows.push_back(Row("reduce_window maximum at ties, overlapping", {vector({1, 1, 1})}, {2}, [](Value x) { return reduce_window(x, maximum, {.dimensions = {2}}); }).gradients({{1, 1, 0}}));
  rows.push_back(Row("reduce_window multiply at zeros", {vector({0, 3, 0, 0})}, {2}, [](Value x) { return reduce_window(x, multiply, {.dimensions = {2}, .strides = {2}}); }).gradients({{3, 0, 0, 0}}));
  const auto larger = [](DType d) { return trace([](In p) { return std::vector{greater_equal(p[0], p[1])}; }, std::vector<Shape>(2, Shape{d, {}})); };
  rows.push_back(Row("select_and_scatter", {Input{4, 4}.distinct(), {2, 2}, {}}, {4, 4}, [larger](Value x, Value source, Value init) {
    return select_and_scatter(x, source, init, {.dimensions = {2, 2}, .strides = {2, 2}}, larger(x.dtype()), scalar_reducer(add, x.dtype()));
  }).is(floats([](const Tensors<double>& in) {
    Tensor<double> y = generate<double>({4, 4}, [&](const Index&) { return in[2].data[0]; });
    for_each_index({2, 2}, [&](const Index& w) {
      Index best = {2 * w[0], 2 * w[1]};
      for (Dim k = 1; k < 4; ++k) {
        const Index at = {2 * w[0] + k / 2, 2 * w[1] + k % 2};
        if (in[0].at(at) > in[0].at(best)) best = at;
      }
      y.at(best) += in[1].at(w);
    });
    return y;
  })).no_batching("the start value may not be batched", 2));
  rows.push_back(Row("select_and_scatter of a scalar", {{}, {}, {}}, {}, [larger](Value x, Value source, Value init) {
    return select_and_scatter(x, source, init, {}, larger(x.dtype()), scalar_reducer(add, x.dtype()));
  }).no_batching("the start value may not be batched", 2).is(floats(map([](double, double source, double init) { return source + init; }))));
  rows.push_back(Row("select_and_scatter, padded", {Input{3}.distinct(), {3}}, {3}, [larger](Value x, Value source) {
    return select_and_scatter(x, source, zeros({x.dtype(), {}}), {.dimensions = {2}, .strides = {1}, .padding = {{1, 0}}}, larger(x.dtype()), scalar_reducer(add, x.dtype()));
  }));
}

struct Pool {
  std::string name;
  Value (*f)(Operand, PerAxis, PoolOptions);
};

// What a pool of the spatial axes 1.. of [B,..,C] gives.
Reference pooled(const std::string& name, std::vector<Slide> spatial, bool counts_padding) {
  return floats([=](const Tensors<double>& in) {
    std::vector<Slide> all = {Slide{}};
    all.insert(all.end(), spatial.begin(), spatial.end());
    all.push_back(Slide{});
    const double start = name == "max_pool" ? -HUGE_VAL : name == "min_pool" ? HUGE_VAL : 0;
    Tensor<double> y = windowed(in[0], all, start, [&](double a, double b) { return name == "max_pool" ? std::max(a, b) : name == "min_pool" ? std::min(a, b) : a + b; });
    if (name != "avg_pool") return y;
    Tensor<double> ones = in[0];
    for (double& v : ones.data) v = 1;
    const Tensor<double> counts = windowed(ones, all, 0.0, [](double a, double b) { return a + b; });
    Dim size = 1;
    for (const Slide& s : spatial) size *= s.size;
    for (std::size_t i = 0; i < y.data.size(); ++i) y.data[i] /= counts_padding ? static_cast<double>(size) : counts.data[i];
    return y;
  });
}

void add_pools(std::vector<Row>& rows) {
  for (const Pool& pool : {Pool{"max_pool", max_pool}, Pool{"min_pool", min_pool}, Pool{"sum_pool", sum_pool}, Pool{"avg_pool", avg_pool}}) {
    const auto f = pool.f;
    const auto row = [&](const std::string& what, Dims in, Dims out, PerAxis window, PoolOptions options, std::vector<Slide> spatial) -> Row& {
      return rows.emplace_back(Row(pool.name + " " + what, {Input(std::move(in)).distinct()}, std::move(out), [=](Value x) { return f(x, window, options); })
                                   .terms(16).is(pooled(pool.name, std::move(spatial), options.counts_padding)));
    };
    row("by 2", {1, 4, 6, 2}, {1, 2, 3, 2}, 2, {}, {{.size = 2, .stride = 2}, {.size = 2, .stride = 2}}).in(kPlainFloats);
    row("of an odd length", {1, 5, 3, 1}, {1, 2, 1, 1}, 2, {}, {{.size = 2, .stride = 2}, {.size = 2, .stride = 2}});
    row("3x2 by 1x2", {1, 4, 5, 1}, {1, 2, 2, 1}, {3, 2}, {.strides = {1, 2}}, {{.size = 3}, {.size = 2, .stride = 2}});
    row("same", {1, 5, 4, 1}, {1, 3, 2, 1}, 3, {.strides = 2, .padding = "same"}, {{.size = 3, .stride = 2, .low = 1, .high = 1}, {.size = 3, .stride = 2, .low = 0, .high = 1}});
    row("padded", {1, 4, 4, 1}, {1, 3, 3, 1}, 2, {.strides = 2, .padding = {{1, 1}, {1, 1}}}, {{.size = 2, .stride = 2, .low = 1, .high = 1}, {.size = 2, .stride = 2, .low = 1, .high = 1}});
    row("padded, counted", {1, 4, 4, 1}, {1, 3, 3, 1}, 2, {.strides = 2, .padding = {{1, 1}, {1, 1}}, .counts_padding = true}, {{.size = 2, .stride = 2, .low = 1, .high = 1}, {.size = 2, .stride = 2, .low = 1, .high = 1}});
    row("dilated", {1, 5, 5, 1}, {1, 3, 3, 1}, 2, {.strides = 1, .dilations = 2}, {{.size = 2, .window_dilation = 2}, {.size = 2, .window_dilation = 2}});
    row("of one axis", {2, 6, 2}, {2, 3, 2}, 2, {}, {{.size = 2, .stride = 2}});
    row("of three axes", {1, 2, 4, 2, 2}, {1, 1, 2, 1, 2}, 2, {}, {{.size = 2, .stride = 2}, {.size = 2, .stride = 2}, {.size = 2, .stride = 2}});
    rows.push_back(Row(pool.name + " of channels in front", {Input{1, 2, 4, 4}.distinct()}, {1, 2, 2, 2}, [=](Value x) { return f(x, 2, {.layout = Layout::kChannelsFirst}); }).terms(16)
                       .is(floats([r = pooled(pool.name, {{.size = 2, .stride = 2}, {.size = 2, .stride = 2}}, false).real](const Tensors<double>& in) {
                         return permuted(r({permuted(in[0], {0, 2, 3, 1})}, kF64)[0], {0, 3, 1, 2});
                       })));
  }
  rows.push_back(Row("avg_pool of integers", {Input{1, 2, 2, 1}.as(kU8).of({1, 2, 3, 5})}, {1, 1, 1, 1}, [](Value x) { return avg_pool(x, 2); }).to(kF32).in({kF32}).order(0)
                     .is(floats([](const Tensors<double>&) { return Tensor<double>{{1, 1, 1, 1}, {2.75}}; })));
  for (const bool keeps : {false, true}) {
    const Dims out = keeps ? Dims{2, 1, 1, 2} : Dims{2, 2};
    const std::string suffix = keeps ? ", kept" : "";
    rows.push_back(Row("global_max_pool" + suffix, {Input{2, 3, 2, 2}.distinct()}, out, [=](Value x) { return global_max_pool(x, keeps); })
                       .is(floats([=](const Tensors<double>& in) { return reduced(in[0], {1, 2}, keeps, -HUGE_VAL, [](double a, double b) { return std::max(a, b); }); })));
    rows.push_back(Row("global_avg_pool" + suffix, {{2, 3, 2, 2}}, out, [=](Value x) { return global_avg_pool(x, keeps); }).terms(16)
                       .is(floats([=](const Tensors<double>& in) { Tensor<double> y = summed(in[0], {1, 2}, keeps); for (double& v : y.data) v /= 6; return y; })));
  }
  rows.push_back(Row("global_avg_pool of channels in front", {{2, 2, 3, 2}}, {2, 2}, [](Value x) { return global_avg_pool(x, false, Layout::kChannelsFirst); }).terms(16)
                     .is(floats([](const Tensors<double>& in) { Tensor<double> y = summed(in[0], {2, 3}); for (double& v : y.data) v /= 6; return y; })));
  rows.push_back(Row("global_max_pool of channels in front", {Input{2, 2, 3}.distinct()}, {2, 2}, [](Value x) { return global_max_pool(x, false, Layout::kChannelsFirst); })
                     .is(floats([](const Tensors<double>& in) { return reduced(in[0], {2}, false, -HUGE_VAL, [](double a, double b) { return std::max(a, b); }); })));
}

// Windows that hold an element each, and where `is_dilated` anything that fits.
Window drawn_window(Draw& draw, const Dims& dims, bool is_dilated) {
  Window w;
  for (Dim d : dims) {
    const Dim size = draw.between(1, std::clamp<Dim>(d, 1, 3));
    w.dimensions.push_back(size);
    w.strides.push_back(draw.between(1, 3));
    w.base_dilations.push_back(is_dilated ? draw.between(1, 2) : 1);
    w.window_dilations.push_back(is_dilated ? draw.between(1, 2) : 1);
    w.padding.push_back({draw.between(is_dilated && d > 1 ? -1 : 0, size - 1), draw.between(0, size - 1)});
  }
  return w;
}

void add_drawn(std::vector<Drawn>& drawn) {
  const auto over = [&](const std::string& name, BinaryOp op, const Input& kind, bool is_dilated, const DTypes& dtypes) {
    drawn.push_back({name, [=](Draw& draw) {
                       Input x = kind;
                       x.dims = draw.dims(0, 4);
                       const Window w = drawn_window(draw, x.dims, is_dilated);
                       return Row({x}, [=](Value v) { return reduce_window(v, op, w); }).in(dtypes);
                     }});
  };
  const DTypes real = {kF64, kF32, kBF16};
  over("reduce_window", add, Input{}, true, kSweptDTypes);
  over("reduce_window multiply", multiply, Input{}.between(0.5, 1.5), true, real);
  over("reduce_window maximum", maximum, Input{}.distinct(), false, real);
  over("reduce_window minimum", minimum, Input{}.distinct(), false, real);
  drawn.push_back({"select_and_scatter", [](Draw& draw) {
                     const Dims dims = draw.dims(0, 3);
                     const Window w = drawn_window(draw, dims, false);
                     return Row({Input(dims).distinct(), Input(counts_of(w, dims)), Input{}}, [w](Value x, Value source, Value init) {
                       const Function larger = trace([](In p) { return std::vector{greater_equal(p[0], p[1])}; }, std::vector<Shape>(2, Shape{x.dtype(), {}}));
                       return select_and_scatter(x, source, init, {.dimensions = w.dimensions, .strides = w.strides, .padding = w.padding}, larger, scalar_reducer(add, x.dtype()));
                     });
                   }});
}

}  // namespace

Family window_rows() {
  Family family{.name = "window", .rows = {}};
  add_windows(family.rows);
  add_general(family.rows);
  add_pools(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
