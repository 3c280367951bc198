// Rows of hilo/ops/map_elements.h and hilo/ops/composite.h.
#include "hilo/ops/map_elements.h"

#include <cmath>

#include "hilo/ops/binary.h"
#include "hilo/ops/composite.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/unary.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

void add_maps(std::vector<Row>& rows) {
  const auto product = numbers(map([](auto a, auto b) { return a * b + a; }));
  const auto f = [](In p) { return p[0] * p[1] + p[0]; };
  rows.push_back(Row("map", {{2, 3}, {2, 3}}, {2, 3}, [=](Value a, Value b) {
                   return map_elements({a, b}, f);
                 }).on(kBoolean + kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers));
  rows.push_back(Row("map of numbers", {{2, 3}, {2, 3}}, {2, 3},
                     [=](Value a, Value b) {
                       return map_elements({a, b}, f);
                     })
                     .in(from_bits(8, kIntegers) + kPlainFloats + kComplexNumbers)
                     .is(product));
  rows.push_back(Row("map of a scalar", {{}, {}}, {}, [=](Value a, Value b) {
                   return map_elements({a, b}, f);
                 }).is(product));
  rows.push_back(Row("map of nothing", {{0, 3}, {0, 3}}, {0, 3}, [=](Value a, Value b) {
                   return map_elements({a, b}, f);
                 }).is(product));
  rows.push_back(
      Row("map of two dtypes", {{2, 3}, Input{2, 3}.as(kI32)}, {2, 3}, [](Value a, Value n) {
        return map_elements({a, n}, [](In p) { return sin(p[0]) * p[1].as(p[0].dtype()); });
      }).is(floats(map([](double a, double b) { return std::sin(a) * b; }))));
  rows.push_back(
      Row("map to booleans", {{5}}, {5},
          [](Value a) { return map_elements({a}, [](In p) { return is_finite(p[0]); }); })
          .to(kI1)
          .order(0));
}

void add_composites(std::vector<Row>& rows) {
  const auto twice = [](Value a) {
    return composite(
        {.name = "mine.twice", .attributes = {{"by", 2.0F}, {"why", "it is"}}, .version = 1}, {a},
        [](In p) { return std::vector{p[0] + p[0]}; })[0];
  };
  rows.push_back(Row("composite", {{2, 3}}, {2, 3}, twice)
                     .on(kBoolean + kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers));
  rows.push_back(Row("composite of numbers", {{2, 3}}, {2, 3}, twice)
                     .in(kPlainFloats + kComplexNumbers)
                     .is(numbers(map([](auto a) { return a + a; }))));
  rows.push_back(Row("composite of composites", {{3}, {3}}, {3},
                     [=](Value a, Value b) {
                       const std::vector<Value> both =
                           composite({.name = "mine.both"}, {a, b}, [=](In p) {
                             return std::vector{twice(p[0]), twice(p[1]) * p[0]};
                           });
                       return std::vector{both[1], both[0]};
                     })
                     .and_result({3})
                     .is(numbers([]<class T>(const Tensors<T>& in) {
                       Tensor<T> first = in[0], second = in[0];
                       for (std::size_t i = 0; i < 3; ++i)
                         first.data[i] = T(2) * in[1].data[i] * in[0].data[i],
                         second.data[i] += in[0].data[i];
                       return Tensors<T>{first, second};
                     })));
}

void add_drawn(std::vector<Drawn>& drawn) {
  drawn.push_back({"map", [](Draw& draw) {
                     const Dims dims = draw.dims();
                     return Row({Input(dims), Input(dims)}, [](Value a, Value b) {
                              return map_elements({a, b}, [](In p) { return sin(p[0]) * p[1] + p[0]; });
                            }).in(kSweptDTypes);
                   }});
  drawn.push_back({"composite", [](Draw& draw) {
                     const Dims dims = draw.dims();
                     return Row({Input(dims), Input(draw.broadcasting(dims))}, [](Value a, Value b) {
                              return composite({.name = "mine.product"}, {a, b},
                                               [](In p) { return std::vector{p[0] * p[0] * p[1]}; });
                            }).in(kSweptDTypes);
                   }});
}

}  // namespace

Family map_rows() {
  Family family{.name = "map", .rows = {}};
  add_maps(family.rows);
  add_composites(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
