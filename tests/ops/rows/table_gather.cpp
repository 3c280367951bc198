// Rows of hilo/ops/gather.h, scatter.h and indexing.h.
#include "hilo/ops/gather.h"

#include <algorithm>
#include <cmath>

#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/scatter.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

const DTypes kEverything = kBoolean + kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers;
const DTypes kIndexTypes = {kI8, kI16, kI32, kI64, kU8, kU16, kU32, kU64};

bool contains(const Axes& axes, std::size_t a) { return std::ranges::find(axes, static_cast<std::int64_t>(a)) != axes.end(); }

double real_part(double v) { return v; }
double real_part(Complex v) { return v.real(); }
double real_part(std::int64_t v) { return static_cast<double>(v); }

// Where an element of the result of a gather comes from, by the words of the StableHLO spec.
struct Windows {
  GatherDimensionNumbers n;
  Dims sizes;

  // Splits an index of the result into that of the index row and that inside the window, per axis of x.
  template <class T>
  std::pair<Index, Index> split(const Tensor<T>& x, const Tensor<T>& indices, const Index& at) const {
    Index row, offset;
    for (std::size_t d = 0; d < at.size(); ++d) (contains(n.offset_dims, d) ? offset : row).push_back(at[d]);
    Index start(x.dims.size(), 0), inside(x.dims.size(), 0);
    for (std::size_t k = 0; k < n.start_index_map.size(); ++k) {
      Index from = row;
      if (static_cast<std::size_t>(n.index_vector_dim) < indices.dims.size()) from.insert(from.begin() + n.index_vector_dim, static_cast<Dim>(k));
      start[static_cast<std::size_t>(n.start_index_map[k])] = static_cast<Dim>(real_part(indices.at(from)));
    }
    std::size_t next = 0;
    for (std::size_t d = 0; d < x.dims.size(); ++d) {
      if (!contains(n.collapsed_slice_dims, d) && !contains(n.operand_batching_dims, d)) inside[d] = offset[next++];
    }
    for (std::size_t k = 0; k < n.operand_batching_dims.size(); ++k) {
      auto axis = n.start_indices_batching_dims[k];
      if (n.index_vector_dim < axis) --axis;
      inside[static_cast<std::size_t>(n.operand_batching_dims[k])] = row[static_cast<std::size_t>(axis)];
    }
    return {start, inside};
  }
};

Reference gathered(Windows w, Dims out) {
  return numbers([=]<class T>(const Tensors<T>& in) {
    return generate<T>(out, [&](const Index& at) {
      auto [start, inside] = w.split(in[0], in[1], at);
      for (std::size_t d = 0; d < start.size(); ++d) {
        if (contains(w.n.start_index_map, d)) start[d] = std::clamp<Dim>(start[d], 0, in[0].dims[d] - w.sizes[d]);
        start[d] += inside[d];
      }
      return in[0].at(start);
    });
  });
}

// x with windows of updates folded in, one after the other; a window that sticks out is dropped.
template <class F>
auto scatter_loop(Windows w, F fold) {
  return [=]<class T>(const Tensors<T>& in) {
    Tensor<T> y = in[0];
    for_each_index(in[2].dims, [&](const Index& at) {
      auto [start, inside] = w.split(in[0], in[1], at);
      bool fits = true;
      for (std::size_t d = 0; d < start.size(); ++d) {
        if (contains(w.n.start_index_map, d)) fits = fits && start[d] >= 0 && start[d] + w.sizes[d] <= in[0].dims[d];
        start[d] += inside[d];
      }
      if (fits) y.at(start) = fold(y.at(start), in[2].at(at));
    });
    return y;
  };
}
template <class F>
Reference scattered(Windows w, F fold) {
  return reals(scatter_loop(std::move(w), fold));
}

struct Pattern {
  std::string name;
  Dims x, indices, out;
  Windows w;
};

// Every way in which windows and index rows can lie.
std::vector<Pattern> patterns() {
  return {
      {"of rows", {4, 3}, {2, 1}, {2, 3}, {{.offset_dims = {1}, .collapsed_slice_dims = {0}, .start_index_map = {0}, .index_vector_dim = 1}, {1, 3}}},
      {"of columns", {3, 4}, {2, 1}, {3, 2}, {{.offset_dims = {0}, .collapsed_slice_dims = {1}, .start_index_map = {1}, .index_vector_dim = 1}, {3, 1}}},
      {"of boxes", {4, 5}, {3, 2}, {3, 2, 3}, {{.offset_dims = {1, 2}, .start_index_map = {0, 1}, .index_vector_dim = 1}, {2, 3}}},
      {"of boxes, index rows turned", {4, 5}, {2, 3}, {3, 2, 3}, {{.offset_dims = {1, 2}, .start_index_map = {1, 0}, .index_vector_dim = 0}, {2, 3}}},
      {"of elements", {4, 5}, {3, 2}, {3}, {{.collapsed_slice_dims = {0, 1}, .start_index_map = {0, 1}, .index_vector_dim = 1}, {1, 1}}},
      {"by bare numbers", {4, 3}, {2, 2}, {2, 2, 3}, {{.offset_dims = {2}, .collapsed_slice_dims = {0}, .start_index_map = {0}, .index_vector_dim = 2}, {1, 3}}},
      {"by one number", {4, 3}, {}, {3}, {{.offset_dims = {0}, .collapsed_slice_dims = {0}, .start_index_map = {0}, .index_vector_dim = 0}, {1, 3}}},
      {"windows in front", {4, 5}, {3, 2}, {2, 3, 3}, {{.offset_dims = {0, 2}, .start_index_map = {0, 1}, .index_vector_dim = 1}, {2, 3}}},
      {"paired", {2, 4, 3}, {2, 2, 1}, {2, 2, 3}, {{.offset_dims = {2}, .collapsed_slice_dims = {1}, .operand_batching_dims = {0}, .start_indices_batching_dims = {0}, .start_index_map = {1}, .index_vector_dim = 2}, {1, 1, 3}}},
      {"paired crosswise", {3, 4, 2}, {2, 1, 3}, {2, 3}, {{.collapsed_slice_dims = {1}, .operand_batching_dims = {0, 2}, .start_indices_batching_dims = {2, 0}, .start_index_map = {1}, .index_vector_dim = 1}, {1, 1, 1}}},
      {"by no index", {4, 3}, {0, 1}, {0, 3}, {{.offset_dims = {1}, .collapsed_slice_dims = {0}, .start_index_map = {0}, .index_vector_dim = 1}, {1, 3}}},
      {"whole axes", {2, 3}, {2, 1}, {2, 2, 3}, {{.offset_dims = {1, 2}, .start_index_map = {0}, .index_vector_dim = 1}, {2, 3}}},
  };
}

void add_gathers(std::vector<Row>& rows) {
  for (const Pattern& p : patterns()) {
    Row row("gather " + p.name, {Input(p.x), Input(p.indices).as(kI32).between(0, 3)}, p.out, [p](Value x, Value i) { return gather(x, i, p.w.n, p.w.sizes); });
    row.is(gathered(p.w, p.out));
    if (p.name == "of rows") row.on(kEverything);
    rows.push_back(row);
  }
  const Pattern p = patterns()[0];
  for (DType d : kIndexTypes) {
    rows.push_back(Row("gather by " + std::string(name(d)), {Input(p.x), Input(p.indices).as(d).between(0, 3)}, p.out, [p](Value x, Value i) { return gather(x, i, p.w.n, p.w.sizes); }).is(gathered(p.w, p.out)));
  }
  rows.push_back(Row("gather from outside", {{4, 5}, Input{3, 2}.as(kI32).of({-3, 9, 2, 3, 100, -100})}, {3, 2, 3}, [p = patterns()[2]](Value x, Value i) { return gather(x, i, p.w.n, p.w.sizes); }).is(gathered(patterns()[2].w, {3, 2, 3})));
  rows.push_back(Row("gather, sorted", {{4, 3}, Input{2, 1}.as(kI32).of({1, 1}).constant()}, {2, 3}, [p](Value x, Value i) { return gather(x, i, p.w.n, p.w.sizes, true); }).is(gathered(p.w, p.out)));
}

void add_scatters(std::vector<Row>& rows) {
  const auto last = [](auto, auto u) { return u; };
  const auto sum = [](auto x, auto u) { return x + u; };
  const auto product = [](auto x, auto u) { return x * u; };
  const auto larger = [](auto x, auto u) { return std::max(x, u); };
  const auto smaller = [](auto x, auto u) { return std::min(x, u); };
  const auto add_row = [&](const Pattern& p, const std::string& what, Update update, const Reference& reference, ScatterOptions options = {}) -> Row& {
    const ScatterDimensionNumbers n{p.w.n.offset_dims, p.w.n.collapsed_slice_dims, p.w.n.operand_batching_dims, p.w.n.start_indices_batching_dims, p.w.n.start_index_map, p.w.n.index_vector_dim};
    return rows.emplace_back(Row("scatter " + what + " " + p.name, {Input(p.x), Input(p.indices).as(kI32).between(0, 3), Input(p.out)}, p.x,
                                 [=](Value x, Value i, Value u) { return scatter(x, i, u, n, update, options); }).terms(16).is(reference));
  };
  for (const Pattern& p : patterns()) {
    Row& s = add_row(p, "set", Update::kSet, scattered(p.w, last));
    if (p.name == "of rows") s.on(kEverything).is(numbers(scatter_loop(p.w, last)));
    Row& a = add_row(p, "add", Update::kAdd, scattered(p.w, sum));
    if (p.name == "of boxes") a.in(kIntegers + kPlainFloats);
    Row& m = add_row(p, "multiply", Update::kMultiply, scattered(p.w, product));
    if (p.name == "of boxes") m.in(kIntegers + kPlainFloats);
    Row& x = add_row(p, "maximum", Update::kMaximum, scattered(p.w, larger));
    if (p.name == "of boxes") x.in(kBoolean + kIntegers + kPlainFloats);
    Row& y = add_row(p, "minimum", Update::kMinimum, scattered(p.w, smaller));
    if (p.name == "of boxes") y.in(kBoolean + kIntegers + kPlainFloats);
  }
  const Pattern p = patterns()[0];
  const auto unique = [&](const std::string& what, Update update, const Reference& r) {
    Row& row = add_row(p, what + " unique", update, r, {.unique_indices = true});
    row.inputs[1].of({2, 0});
  };
  unique("set", Update::kSet, scattered(p.w, last));
  unique("add", Update::kAdd, scattered(p.w, sum));
  unique("multiply", Update::kMultiply, scattered(p.w, product));
  unique("maximum", Update::kMaximum, scattered(p.w, larger));
  Row& sorted = add_row(p, "add sorted", Update::kAdd, scattered(p.w, sum), {.indices_are_sorted = true});
  sorted.inputs[1].of({1, 1});
  for (const Update update : {Update::kSet, Update::kAdd, Update::kMultiply, Update::kMaximum}) {
    const Reference r = update == Update::kSet ? scattered(patterns()[2].w, last) : update == Update::kAdd ? scattered(patterns()[2].w, sum)
                        : update == Update::kMultiply ? scattered(patterns()[2].w, product) : scattered(patterns()[2].w, larger);
    Row& outside = add_row(patterns()[2], "from outside " + std::to_string(static_cast<int>(update)), update, r);
    outside.inputs[1].of({-3, 9, 2, 2, 3, 0});
  }
  for (DType d : kIndexTypes) {
    Row& by = add_row(p, "add by " + std::string(name(d)), Update::kAdd, scattered(p.w, sum));
    by.inputs[1].as(d);
  }
  rows.push_back(Row("scatter two inputs", {{3}, {3}, Input{2, 1}.as(kI32).of({2, 0}), {2}}, {3}, [](Value a, Value b, Value i, Value u) {
    const Function body = trace([](In q) { return std::vector{q[0] + q[2], q[3]}; }, std::vector<Shape>(4, Shape{a.dtype(), {}}));
    return scatter(std::vector{a, b}, i, std::vector{u, u}, {.inserted_window_dims = {0}, .scatter_dims_to_operand_dims = {0}, .index_vector_dim = 1}, body, {.unique_indices = true});
  }).and_result({3}).order(1).no_reverse("no gradient of this body is known").no_forward("no gradient of this body is known").is(floats([](const Tensors<double>& in) {
    Tensors<double> y = {in[0], in[1]};
    for (std::size_t k = 0; k < 2; ++k) {
      const auto at = static_cast<std::size_t>(in[2].data[k]);
      y[0].data[at] += in[3].data[k];
      y[1].data[at] = in[3].data[k];
    }
    return y;
  })));
}

// The edges: what repeats, what ties, what is zero.
void add_edges(std::vector<Row>& rows) {
  const auto along_first = ScatterDimensionNumbers{.inserted_window_dims = {0}, .scatter_dims_to_operand_dims = {0}, .index_vector_dim = 1};
  const auto at = [](std::vector<double> i) { const auto n = static_cast<Dim>(i.size()); return Input{n, 1}.of(std::move(i)).as(kI32); };
  const auto put = [=](Update update) { return [=](Value x, Value i, Value u) { return scatter(x, i, u, along_first, update); }; };
  rows.push_back(Row("scatter set, repeated", {vector({1, 2}), at({0, 0}), vector({3, 4})}, {2}, put(Update::kSet)).gradients({{0, 1}, {0, 1}})
                     .is(floats([](const Tensors<double>&) { return Tensor<double>{{2}, {4, 2}}; })));
  rows.push_back(Row("scatter add, repeated", {vector({1, 2}), at({0, 0}), vector({3, 4})}, {2}, put(Update::kAdd)).gradients({{1, 1}, {1, 1}}));
  rows.push_back(Row("scatter multiply by zero", {vector({5, 2}), at({0, 0, 1}), vector({0, 4, 0})}, {2}, put(Update::kMultiply)).gradients({{0, 0}, {20, 0, 2}}));
  rows.push_back(Row("scatter multiply by two zeros", {vector({5, 2}), at({0, 0}), vector({0, 0})}, {2}, put(Update::kMultiply)).gradients({{0, 1}, {0, 0}}));
  rows.push_back(Row("scatter maximum at ties", {vector({3, 2}), at({0, 0, 1}), vector({3, 1, 2})}, {2}, put(Update::kMaximum)).gradients({{0.5, 0.5}, {0.5, 0, 0.5}}));
  rows.push_back(Row("scatter minimum at ties", {vector({3, 2}), at({0, 0, 1}), vector({3, 4, 5})}, {2}, put(Update::kMinimum)).gradients({{0.5, 1}, {0.5, 0, 0}}));
}

// Element of x at position `i` along the axis; negative ones count from the back.
Reference taken(int axis, Dims out, Dims indices) {
  return numbers([=]<class T>(const Tensors<T>& in) {
    const auto a = static_cast<std::size_t>(axis < 0 ? axis + static_cast<int>(in[0].dims.size()) : axis);
    return generate<T>(out, [&](const Index& at) {
      const auto first = at.begin() + static_cast<std::ptrdiff_t>(a), last = first + static_cast<std::ptrdiff_t>(indices.size());
      auto i = static_cast<Dim>(real_part(in[1].at(Index(first, last))));
      Index from(at.begin(), first);
      from.push_back(i < 0 ? i + in[0].dims[a] : i);
      from.insert(from.end(), last, at.end());
      return in[0].at(from);
    });
  });
}

void add_takes(std::vector<Row>& rows) {
  for (int axis = -3; axis < 3; ++axis) {
    const auto a = static_cast<std::size_t>((axis + 3) % 3);
    const Dims x = {2, 3, 4};
    for (const Dims& indices : std::vector<Dims>{{}, {2}, {2, 2}}) {
      Dims out(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(a));
      out.insert(out.end(), indices.begin(), indices.end());
      out.insert(out.end(), x.begin() + static_cast<std::ptrdiff_t>(a) + 1, x.end());
      const auto n = static_cast<double>(x[a]);
      Row row("take " + std::to_string(axis) + " by " + to_string(indices), {Input(x), Input(indices).as(kI32).between(-n, n - 1)}, out, [axis](Value v, Value i) { return take(v, i, axis); });
      row.is(taken(axis, out, indices));
      if (axis == 1 && indices.size() == 1) row.on(kEverything);
      rows.push_back(row);
    }
    Dims fewer = x;
    fewer[a] = 2;
    const auto n = static_cast<double>(x[a]);
    const Reference picks = numbers([a, fewer]<class T>(const Tensors<T>& in) {
      return generate<T>(fewer, [&](const Index& at) {
        Index from = at;
        from[a] = static_cast<Dim>(real_part(in[1].at(at)));
        if (from[a] < 0) from[a] += in[0].dims[a];
        return in[0].at(from);
      });
    });
    rows.push_back(Row("take_along_axis " + std::to_string(axis), {Input(x), Input(fewer).as(kI32).between(-n, n - 1)}, fewer, [axis](Value v, Value i) { return take_along_axis(v, i, axis); }).is(picks));
    for (const Update update : {Update::kSet, Update::kAdd, Update::kMultiply, Update::kMaximum, Update::kMinimum}) {
      rows.push_back(Row("put_along_axis " + std::to_string(axis) + " " + std::to_string(static_cast<int>(update)), {Input(x), Input(fewer).as(kI32).between(-n, n - 1), Input(fewer)}, x,
                         [=](Value v, Value i, Value u) { return put_along_axis(v, i, u, update, axis); })
                         .terms(16).is(floats([a, update](const Tensors<double>& in) {
                           Tensor<double> y = in[0];
                           for_each_index(in[1].dims, [&](const Index& at) {
                             Index to = at;
                             to[a] = static_cast<Dim>(in[1].at(at));
                             if (to[a] < 0) to[a] += in[0].dims[a];
                             double& v = y.at(to);
                             const double u = in[2].at(at);
                             v = update == Update::kSet ? u : update == Update::kAdd ? v + u : update == Update::kMultiply ? v * u : update == Update::kMaximum ? std::max(v, u) : std::min(v, u);
                           });
                           return y;
                         })));
    }
  }
  for (DType d : kIndexTypes) {
    rows.push_back(Row("take by " + std::string(name(d)), {{3, 2}, Input{2}.as(d).between(0, 2)}, {2, 2}, [](Value v, Value i) { return take(v, i); }).is(taken(0, {2, 2}, {2})));
  }
  rows.push_back(Row("take by a number", {{3, 2}}, {2}, [](Value v) { return take(v, -1); }).is(numbers([]<class T>(const Tensors<T>& in) { return generate<T>({2}, [&](const Index& i) { return in[0].at({2, i[0]}); }); })));
  rows.push_back(Row("take by constants", {{3, 2}}, {2, 2}, [](Value v) { return take(v, constant(Array::of<std::int32_t>({2}, {-1, 0}))); })
                     .is(numbers([]<class T>(const Tensors<T>& in) { return generate<T>({2, 2}, [&](const Index& i) { return in[0].at({i[0] == 0 ? 2 : 0, i[1]}); }); })));
  rows.push_back(Row("take from outside", {{3}, Input{4}.as(kI32).of({-9, 9, 3, -3})}, {4}, [](Value v, Value i) { return take(v, i); })
                     .is(floats([](const Tensors<double>& in) { const auto& x = in[0].data; return Tensor<double>{{4}, {x[0], x[2], x[2], x[0]}}; })));
  rows.back().inputs[1].is_constant = true;
  rows.push_back(Row("take_along_axis, broadcast", {{1, 3}, Input{2, 1}.as(kI32).of({2, 0})}, {2, 1}, [](Value v, Value i) { return take_along_axis(v, i, 1); })
                     .is(floats([](const Tensors<double>& in) {
                       return generate<double>({2, 1}, [&](const Index& at) { return in[0].at({0, static_cast<Dim>(in[1].at(at))}); });
                     })));
}

void add_one_hots(std::vector<Row>& rows) {
  for (int axis = -2; axis < 2; ++axis) {
    const bool is_last = axis == 1 || axis == -1;
    const Dims out = is_last ? Dims{3, 4} : Dims{4, 3};
    rows.push_back(Row("one_hot " + std::to_string(axis), {Input{3}.as(kI32).of({2, -1, 9})}, out, [axis](Value i) { return one_hot(i, 4, kF64, axis); }).to(kF64).in({kF64}).order(0)
                       .is(floats([=](const Tensors<double>& in) {
                         return generate<double>(out, [&](const Index& at) { return in[0].data[static_cast<std::size_t>(at[is_last ? 0 : 1])] == static_cast<double>(at[is_last ? 1 : 0]) ? 1 : 0; });
                       })));
  }
  rows.push_back(Row("one_hot in all dtypes", {{}, Input{3}.as(kI32).of({2, 0, 9})}, {3, 3}, [](Value x, Value i) { return one_hot(i, 3, x.dtype()); }).on(kEverything).order(0)
                     .is(numbers([]<class T>(const Tensors<T>& in) {
                       return generate<T>({3, 3}, [&](const Index& at) { return real_part(in[1].data[static_cast<std::size_t>(at[0])]) == static_cast<double>(at[1]) ? T(1) : T(0); });
                     })));
  for (DType d : kIndexTypes) {
    rows.push_back(Row("one_hot of " + std::string(name(d)), {Input{3}.as(d).of({2, 0, 1})}, {3, 300}, [](Value i) { return one_hot(i, 300); }).to(kF32).in({kF32}).order(0)
                       .is(floats([](const Tensors<double>& in) {
                         return generate<double>({3, 300}, [&](const Index& at) { return in[0].data[static_cast<std::size_t>(at[0])] == static_cast<double>(at[1]) ? 1 : 0; });
                       })));
  }
  rows.push_back(Row("one_hot of no depth", {Input{3}.as(kI32)}, {3, 0}, [](Value i) { return one_hot(i, 0); }).to(kF32).in({kF32}).order(0));
}

void add_scatter_forms(std::vector<Row>& rows) {
  using ScatterFn = Value (*)(Operand, Operand, Operand, int, ScatterOptions);
  struct Form {
    std::string name;
    ScatterFn f;
    std::function<double(double, double)> fold;
  };
  for (const Form& form : {Form{"scatter_set", scatter_set, [](double, double u) { return u; }}, Form{"scatter_add", scatter_add, [](double x, double u) { return x + u; }},
                           Form{"scatter_multiply", scatter_multiply, [](double x, double u) { return x * u; }}, Form{"scatter_max", scatter_max, [](double x, double u) { return std::max(x, u); }},
                           Form{"scatter_min", scatter_min, [](double x, double u) { return std::min(x, u); }}}) {
    for (int axis = -2; axis < 2; ++axis) {
      const bool is_first = (axis & 1) == 0;
      const Dims updates = is_first ? Dims{2, 4} : Dims{3, 2};
      const auto f = form.f;
      const auto fold = form.fold;
      const Reference r = floats([=](const Tensors<double>& in) {
        Tensor<double> y = in[0];
        for_each_index(updates, [&](Index at) {
          const double u = broadcast_at(in[2], at);
          Dim& i = at[is_first ? 0 : 1];
          i = static_cast<Dim>(in[1].data[static_cast<std::size_t>(i)]);
          if (i < 0) i += y.dims[is_first ? 0 : 1];
          y.at(at) = fold(y.at(at), u);
        });
        return y;
      });
      rows.push_back(Row(form.name + " " + std::to_string(axis), {{3, 4}, Input{2}.as(kI32).of({-1, 0}), Input(updates)}, {3, 4}, [=](Value x, Value i, Value u) { return f(x, i, u, axis, {}); }).terms(16).is(r));
      if (axis == 0) {
        rows.push_back(Row(form.name + " of a broadcast update", {{3, 4}, Input{2}.as(kI32).of({2, 1}), Input{4}}, {3, 4}, [=](Value x, Value i, Value u) { return f(x, i, u, 0, {.unique_indices = true}); }).terms(16).is(r));
        rows.push_back(Row(form.name + " of a number", {{3, 4}, Input{2}.as(kI32).of({2, 1})}, {3, 4}, [=](Value x, Value i) { return f(x, i, 2, 0, {}); }));
      }
    }
  }
}

// Windows of any kind: which axes of x the index rows speak of, which of those the result leaves out, which one is paired
// with an axis of the indices, where the index rows and the windows' axes lie.
Pattern drawn_pattern(Draw& draw) {
  Pattern p{.name = {}, .x = draw.dims(1, 4), .indices = {}, .out = {}, .w = {.n = {}, .sizes = {}}};
  GatherDimensionNumbers& n = p.w.n;
  p.w.sizes = p.x;
  Dims batch;
  for (Dim i = draw.between(0, 2); i > 0; --i) batch.push_back(draw.between(1, 3));
  Axes order = draw.order(p.x.size());
  std::optional<Dim> paired;  // its place in the batch
  if (order.size() > 1 && draw.coin()) {
    const auto axis = static_cast<std::size_t>(order.back());
    order.pop_back();
    paired = draw.between(0, static_cast<Dim>(batch.size()));
    batch.insert(batch.begin() + *paired, p.x[axis]);
    n.operand_batching_dims = {static_cast<std::int64_t>(axis)};
    p.w.sizes[axis] = std::min<Dim>(p.x[axis], 1);
  }
  order.resize(static_cast<std::size_t>(draw.between(1, static_cast<Dim>(order.size()))));
  for (std::int64_t axis : order) {
    Dim& size = p.w.sizes[static_cast<std::size_t>(axis)];
    n.start_index_map.push_back(axis);
    const bool is_left_out = size > 0 && draw.coin();
    size = is_left_out ? 1 : draw.between(0, size);
    if (is_left_out) n.collapsed_slice_dims.push_back(axis);
  }
  std::ranges::sort(n.collapsed_slice_dims);
  p.indices = batch;
  n.index_vector_dim = draw.between(0, static_cast<Dim>(batch.size()));
  if (order.size() > 1 || draw.coin()) p.indices.insert(p.indices.begin() + n.index_vector_dim, static_cast<Dim>(order.size()));
  else n.index_vector_dim = static_cast<std::int64_t>(batch.size());
  if (paired) n.start_indices_batching_dims = {*paired + (n.index_vector_dim <= *paired ? 1 : 0)};
  Dims window;
  for (std::size_t a = 0; a < p.x.size(); ++a) {
    if (!contains(n.collapsed_slice_dims, a) && !contains(n.operand_batching_dims, a)) window.push_back(p.w.sizes[a]);
  }
  n.offset_dims = draw.order(batch.size() + window.size());
  n.offset_dims.resize(window.size());
  std::ranges::sort(n.offset_dims);
  auto of_window = window.begin(), of_batch = batch.begin();
  for (std::size_t i = 0; i < batch.size() + window.size(); ++i) p.out.push_back(contains(n.offset_dims, i) ? *of_window++ : *of_batch++);
  return p;
}

void add_drawn_gathers(std::vector<Drawn>& drawn) {
  drawn.push_back({"gather", [](Draw& draw) {
                     const Pattern p = drawn_pattern(draw);
                     return Row({Input(p.x), Input(p.indices).as(kI32).between(-1, 5)}, [p](Value x, Value i) { return gather(x, i, p.w.n, p.w.sizes); }).in(kSweptDTypes);
                   }});
  drawn.push_back({"take", [](Draw& draw) {
                     const Dims dims = draw.dims(1);
                     Dims x = dims;
                     const int axis = draw.axis(dims);
                     Dim& length = x[static_cast<std::size_t>(axis)];
                     length = std::max<Dim>(length, 1);
                     const auto n = static_cast<double>(length);
                     return Row({Input(x), Input(draw.dims(0, 2)).as(kI32).between(-n, n - 1)}, [axis](Value v, Value i) { return take(v, i, axis); });
                   }});
}

void add_drawn_scatters(std::vector<Drawn>& drawn) {
  const auto by = [&](const std::string& name, Update update, const DTypes& dtypes) {
    drawn.push_back({name, [=](Draw& draw) {
                       const Pattern p = drawn_pattern(draw);
                       const ScatterDimensionNumbers n{p.w.n.offset_dims, p.w.n.collapsed_slice_dims, p.w.n.operand_batching_dims, p.w.n.start_indices_batching_dims, p.w.n.start_index_map, p.w.n.index_vector_dim};
                       constexpr double kStep = 1.0 / 64;  // updates tie neither with elements nor with each other
                       return Row({Input(p.x).multiples_of(kStep), Input(p.indices).as(kI32).between(-1, 5), Input(p.out).distinct().multiples_of(kStep, kStep / 2)},
                                  [=](Value x, Value i, Value u) { return scatter(x, i, u, n, update); }).in(dtypes);
                     }});
  };
  const DTypes real = {kF64, kF32, kBF16};
  by("scatter", Update::kAdd, kSweptDTypes);
  by("scatter set", Update::kSet, kSweptDTypes);
  by("scatter multiply", Update::kMultiply, real);
  by("scatter maximum", Update::kMaximum, real);
  by("scatter minimum", Update::kMinimum, real);
}

}  // namespace

Family gather_rows() {
  Family family{.name = "gather", .rows = {}};
  add_gathers(family.rows);
  add_takes(family.rows);
  add_one_hots(family.rows);
  add_drawn_gathers(family.drawn);
  return family;
}

Family scatter_rows() {
  Family family{.name = "scatter", .rows = {}};
  add_scatters(family.rows);
  add_edges(family.rows);
  add_scatter_forms(family.rows);
  add_drawn_scatters(family.drawn);
  return family;
}

}  // namespace hilo::test
