// Rows of hilo/ops/cumulative.h.
#include "hilo/ops/cumulative.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"
#include "tests/ops/rows/reference_ops.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

using CumulativeFn = Value (*)(Operand, int, CumulativeOptions);

// Element i folds what comes before it, and itself unless the total is exclusive; the first of those is `neutral`.
template <class F>
auto running(int axis, CumulativeOptions options, double neutral, F fold) {
  return [=]<class T>(const Tensors<T>& in) {
    return along(in[0], axis, [&](std::vector<T> lane) {
      if (options.is_reversed) std::ranges::reverse(lane);
      std::vector<T> result;
      for (std::size_t i = 0; i < lane.size(); ++i) {
        const std::size_t count = options.is_exclusive ? i : i + 1;
        T total = count == 0 ? static_cast<T>(neutral) : lane[0];
        for (std::size_t k = 1; k < count; ++k) total = fold(total, lane[k]);
        result.push_back(total);
      }
      if (options.is_reversed) std::ranges::reverse(result);
      return result;
    });
  };
}

using ReferenceOf = std::function<Reference(int axis, CumulativeOptions)>;

void add_all(std::vector<Row>& rows, const std::string& name, CumulativeFn f, const Input& input, const DTypes& dtypes,
             bool starts_infinite, const ReferenceOf& reference) {
  for (int axis = -3; axis < 3; ++axis) {
    for (int bits = 0; bits < 4; ++bits) {
      const CumulativeOptions options{.is_reversed = (bits & 1) != 0, .is_exclusive = (bits & 2) != 0};
      std::string title = name + " " + std::to_string(axis);
      if (options.is_reversed) title += ", reversed";
      if (options.is_exclusive) title += ", exclusive";
      Row row(title, {input}, input.dims, [=](Value x) { return f(x, axis, options); });
      row.terms(64).is(reference(axis, options));
      if (axis == 1 && !options.is_exclusive) row.on(dtypes);
      if (options.is_exclusive && starts_infinite) {  // differences of infinities say nothing
        row.order(0);
        rows.push_back(Row(title + ", its gradient", {input}, input.dims, [=](Value x) {
          const Value y = f(x, axis, options);
          return select(is_finite(y), y, 0);
        }));
      }
      rows.push_back(std::move(row));
    }
  }
}

}  // namespace

Family cumulative_rows() {
  Family family{.name = "cumulative", .rows = {}};
  std::vector<Row>& rows = family.rows;
  const DTypes arithmetic = kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers;
  const DTypes ordered = kBoolean + kIntegers + kSmallFloats + kPlainFloats;
  const Input x = Input{2, 5, 3}, apart = Input{2, 5, 3}.distinct();
  add_all(rows, "cumulative_sum", cumulative_sum, x, arithmetic, false, [](int axis, CumulativeOptions o) {
    return numbers(running(axis, o, 0, [](auto a, auto b) { return a + b; }));
  });
  add_all(rows, "cumulative_prod", cumulative_prod, x, arithmetic, false, [](int axis, CumulativeOptions o) {
    return numbers(running(axis, o, 1, [](auto a, auto b) { return a * b; }));
  });
  add_all(rows, "cumulative_max", cumulative_max, apart, ordered, true, [](int axis, CumulativeOptions o) {
    return reals(running(axis, o, -HUGE_VAL, [](auto a, auto b) { return std::max(a, b); }));
  });
  add_all(rows, "cumulative_min", cumulative_min, apart, ordered, true, [](int axis, CumulativeOptions o) {
    return reals(running(axis, o, HUGE_VAL, [](auto a, auto b) { return std::min(a, b); }));
  });
  add_all(rows, "cumulative_logsumexp", cumulative_logsumexp, x, kPlainFloats, true, [](int axis, CumulativeOptions o) {
    return floats(running(axis, o, -HUGE_VAL, [](double a, double b) { return std::log(std::exp(a) + std::exp(b)); }));
  });
  const auto list = [](std::vector<double> want) {
    return floats([want](const Tensors<double>& in) { return Tensor<double>{in[0].dims, want}; });
  };
  rows.push_back(Row("cumulative_max of i8 from nothing", {vector({3, 1}).as(kI8)}, {2}, [](Value v) {
    return cumulative_max(v, 0, {.is_exclusive = true});
  }).to(kI8).in({kF32}).order(0).is(list({-128, 3})));
  rows.push_back(Row("cumulative_min of u64 from nothing", {vector({3, 1}).as(kU64)}, {2}, [](Value v) {
    return cumulative_min(v, 0, {.is_exclusive = true}).as(kF64);
  }).to(kF64).in({kF32}).order(0).is(list({0x1p64, 3})));
  rows.push_back(Row("cumulative_prod at zeros", {vector({2, 0, 3, 0})}, {4}, [](Value v) { return cumulative_prod(v, 0); })
                     .gradients({{1, 8, 0, 0}}).is(list({2, 0, 0, 0})));
  rows.push_back(Row("cumulative_sum of nothing", {{0, 2}}, {0, 2}, [](Value v) { return cumulative_sum(v, 0); }));
  rows.push_back(Row("cumulative_sum of one", {{1, 2}}, {1, 2}, [](Value v) { return cumulative_sum(v, 0); }).is(floats([](const Tensors<double>& in) { return in[0]; })));
  return family;
}

}  // namespace hilo::test
