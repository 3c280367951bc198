// Rows of hilo/ops/sort.h.
#include "hilo/ops/sort.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

const DTypes kOrdered = kBoolean + kIntegers + kSmallFloats + kPlainFloats;

// Positions that sort a lane; a NaN is the largest.
template <class T>
std::vector<std::size_t> order_of(const std::vector<T>& lane, bool is_descending) {
  std::vector<std::size_t> order(lane.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    const T x = lane[is_descending ? b : a], y = lane[is_descending ? a : b];
    return x < y || (x == x && y != y);
  });
  return order;
}

Reference sorted(int axis, bool is_descending, bool gives_positions) {
  return reals([=]<class T>(const Tensors<T>& in) {
    return along(in[0], axis, [&](const std::vector<T>& lane) {
      std::vector<T> result;
      for (std::size_t i : order_of(lane, is_descending)) result.push_back(gives_positions ? static_cast<T>(i) : lane[i]);
      return result;
    });
  });
}

void add_sorts(std::vector<Row>& rows) {
  for (int axis = -3; axis < 3; ++axis) {
    for (const bool is_descending : {false, true}) {
      for (const bool is_stable : {true, false}) {
        const SortOptions o{.is_descending = is_descending, .is_stable = is_stable};
        const std::string suffix = " " + std::to_string(axis) + (is_descending ? ", descending" : "") + (is_stable ? "" : ", not stable");
        Row plain("sort" + suffix, {Input{2, 4, 3}.distinct()}, {2, 4, 3}, [=](Value x) { return sort(x, axis, o); });
        Row positions("argsort" + suffix, {Input{2, 4, 3}.distinct()}, {2, 4, 3}, [=](Value x) { return argsort(x, axis, o); });
        plain.is(sorted(axis, is_descending, false));
        positions.to(kI32).order(0).is(sorted(axis, is_descending, true));
        if (axis == 1 && is_stable) plain.on(from_bits(8, kOrdered)), positions.on(from_bits(8, kOrdered));
        rows.push_back(plain);
        rows.push_back(positions);
      }
    }
  }
  const double inf = HUGE_VAL, nan = std::nan("");
  rows.push_back(Row("sort of NaN", {vector({nan, 1, -inf, inf, nan, -1})}, {6}, [](Value x) { return sort(x); }).in(kPlainFloats).order(0).is(sorted(0, false, false)));
  rows.push_back(Row("argsort of NaN, descending", {vector({nan, 1, -inf, inf, nan, -1})}, {6}, [](Value x) { return argsort(x, 0, {.is_descending = true}); }).to(kI32).in(kPlainFloats).order(0).is(sorted(0, true, true)));
  rows.push_back(Row("argsort of ties", {vector({1, 0, 1, -0.0, 0, 1})}, {6}, [](Value x) { return argsort(x); }).to(kI32).in(kPlainFloats).order(0).is(sorted(0, false, true)));
  rows.push_back(Row("argsort of ties, descending", {vector({1, 0, 1, -0.0, 0, 1})}, {6}, [](Value x) { return argsort(x, 0, {.is_descending = true}); }).to(kI32).in(kPlainFloats).order(0).is(sorted(0, true, true)));
  rows.push_back(Row("sort at ties", {vector({2, 1, 1})}, {3}, [](Value x) { return sort(x) * sort(x); }).gradients({{4, 2, 2}}));
  rows.push_back(Row("sort of nothing", {{0, 2}}, {0, 2}, [](Value x) { return sort(x, 0); }));
}

void add_general(std::vector<Row>& rows) {
  rows.push_back(Row("sort_by_first", {Input{2, 3}.distinct(), {2, 3}}, {2, 3}, [](Value a, Value b) { return sort_by_first({a, b}); }).and_result({2, 3})
                     .is(floats([](const Tensors<double>& in) {
                       Tensors<double> y = in;
                       for (std::size_t r = 0; r < 2; ++r) {
                         const auto first = in[0].data.begin() + static_cast<std::ptrdiff_t>(3 * r);
                         const std::vector<std::size_t> order = order_of(std::vector<double>(first, first + 3), false);
                         for (std::size_t i = 0; i < 3; ++i) {
                           for (std::size_t k = 0; k < 2; ++k) y[k].data[3 * r + i] = in[k].data[3 * r + order[i]];
                         }
                       }
                       return y;
                     })));
  rows.push_back(Row("sort by a comparator of two operands", {vector({-1, 0.5, 2, 3.2}), vector({0.3, -1, 0.7, 1.5})}, {4}, [](Value a, Value b) {
    const Function comparator = trace([](In p) { return std::vector{greater(p[0] + p[2], p[1] + p[3])}; }, std::vector<Shape>(4, Shape{a.dtype(), {}}));
    return sort({a, b}, 0, comparator);
  }).and_result({4}).is(floats([](const Tensors<double>& in) {
    std::vector<double> sums;
    for (std::size_t i = 0; i < 4; ++i) sums.push_back(in[0].data[i] + in[1].data[i]);
    Tensors<double> y = in;
    const std::vector<std::size_t> order = order_of(sums, true);
    for (std::size_t i = 0; i < 4; ++i) y[0].data[i] = in[0].data[order[i]], y[1].data[i] = in[1].data[order[i]];
    return y;
  })));
  for (const Dim k : {Dim{0}, Dim{1}, Dim{3}, Dim{5}}) {
    Row row("top_k " + std::to_string(k), {Input{2, 5}.distinct()}, {2, k}, [k](Value x) { const TopK t = top_k(x, k); return std::vector{t.values, t.indices}; });
    row.and_result({2, k}, kI32).is(reals([k]<class T>(const Tensors<T>& in) {
      Tensors<T> y = {{{2, k}, {}}, {{2, k}, {}}};
      for (std::size_t r = 0; r < 2; ++r) {
        const auto first = in[0].data.begin() + static_cast<std::ptrdiff_t>(5 * r);
        const std::vector<T> lane(first, first + 5);
        const std::vector<std::size_t> order = order_of(lane, true);
        for (std::size_t i = 0; i < static_cast<std::size_t>(k); ++i) y[0].data.push_back(lane[order[i]]), y[1].data.push_back(static_cast<T>(order[i]));
      }
      return y;
    }));
    if (k == 3) row.on(kBoolean + from_bits(8, kIntegers + kSmallFloats + kPlainFloats));
    rows.push_back(row);
  }
  rows.push_back(Row("top_k of ties", {vector({2, 3, 3, 1})}, {2}, [](Value x) { const TopK t = top_k(x, 2); return std::vector{t.values, t.indices}; }).and_result({2}, kI32).gradients({{0, 1, 1, 0}})
                     .is(floats([](const Tensors<double>&) { return Tensors<double>{{{2}, {3, 3}}, {{2}, {1, 2}}}; })));
}

void add_drawn(std::vector<Drawn>& drawn) {
  drawn.push_back({"sort", [](Draw& draw) {
                     const Dims dims = draw.dims(1);
                     const SortOptions o{.is_descending = draw.coin(), .is_stable = draw.coin()};
                     return Row({Input(dims).distinct(), Input(dims)}, [o, axis = draw.axis(dims)](Value a, Value b) { return sort_by_first({a, b}, axis, o); });
                   }});
  drawn.push_back({"chlo.top_k", [](Draw& draw) {
                     const Dims dims = draw.dims(1);
                     return Row({Input(dims).distinct()}, [k = draw.between(0, dims.back())](Value x) { return top_k(x, k).values; });
                   }});
}

}  // namespace

Family sort_rows() {
  Family family{.name = "sort", .rows = {}};
  add_sorts(family.rows);
  add_general(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
