// Rows of hilo/ops/compare.h and hilo/ops/select.h.
#include "hilo/ops/compare.h"

#include <cmath>
#include <limits>

#include "hilo/ops/binary.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"
#include "tests/ops/rows/drawn.h"

namespace hilo::test {
namespace {

using CompareFn = Value (*)(Operand, Operand);

const DTypes kOrdered = kBoolean + kIntegers + kSmallFloats + kPlainFloats;
const DTypes kEverything = kOrdered + kComplexNumbers;

template <class F>
void add_comparison(std::vector<Row>& rows, std::string name, CompareFn f, F reference) {
  const Reference r = reals(map([reference](auto a, auto b) { return static_cast<decltype(a)>(reference(a, b)); }));
  rows.push_back(Row(name, {Input{12}.between(-2, 2), Input{12}.between(-2, 2)}, {12}, f).to(kI1).on(kOrdered).order(0).is(r));
  const double inf = HUGE_VAL, nan = std::nan("");
  rows.push_back(Row(name + " of equals", {vector({1, 2, 3, 0, inf, nan, nan}), vector({1, 3, 2, -0.0, inf, nan, 1})}, {7}, f)
                     .to(kI1).in(kPlainFloats).order(0).is(r));
  rows.push_back(Row(name + " broadcast", {{2, 3}, {3}}, {2, 3}, f).to(kI1).order(0).is(r));
}

void add_comparisons(std::vector<Row>& rows) {
  add_comparison(rows, "less", less, [](auto a, auto b) { return a < b; });
  add_comparison(rows, "less_equal", less_equal, [](auto a, auto b) { return a <= b; });
  add_comparison(rows, "greater", greater, [](auto a, auto b) { return a > b; });
  add_comparison(rows, "greater_equal", greater_equal, [](auto a, auto b) { return a >= b; });
  for (const bool is_equal : {true, false}) {
    rows.push_back(Row(is_equal ? "equal" : "not_equal", {Input{12}.between(-1, 1), Input{12}.between(-1, 1)}, {12}, is_equal ? equal : not_equal)
                       .to(kI1).on(kEverything).order(0)
                       .is(numbers(map([is_equal](auto a, auto b) { return static_cast<decltype(a)>((a == b) == is_equal); }))));
    rows.push_back(Row(is_equal ? "equal of NaN" : "not_equal of NaN", {vector({std::nan(""), 1, -0.0}), vector({std::nan(""), 1, 0})}, {3}, is_equal ? equal : not_equal)
                       .to(kI1).in(kPlainFloats).order(0)
                       .is(floats(map([is_equal](double a, double b) { return (a == b) == is_equal ? 1.0 : 0.0; }))));
  }
  rows.push_back(Row("comparison operators", {{8}, {8}}, {8}, [](Value a, Value b) { return ((a < b) & (a <= b)) | ((a > b) & (a >= b)); })
                     .to(kI1).order(0).is(floats(map([](double a, double b) { return a != b ? 1.0 : 0.0; }))));
  const double inf = HUGE_VAL, nan = std::nan("");
  rows.push_back(Row("less_total_order", {vector({-0.0, 0.0, -inf, inf, nan, -1, 2}), vector({0.0, -0.0, -1, nan, inf, 1, 2})}, {7}, less_total_order)
                     .to(kI1).on(kPlainFloats).order(0)
                     .is(floats([](const Tensors<double>& in) {
                       return Tensor<double>{in[0].dims, {1, 0, 1, 1, 0, 1, 0}};
                     })));
}

void add_selections(std::vector<Row>& rows) {
  const auto choose = numbers(map([](auto c, auto a, auto b) { return c != decltype(c)(0) ? a : b; }));
  rows.push_back(Row("select", {Input{2, 3}.as(kI1), {2, 3}, {2, 3}}, {2, 3}, select).on(kEverything).is(choose));
  rows.push_back(Row("select by a scalar", {Input{}.as(kI1), {2, 3}, {2, 3}}, {2, 3}, select).is(choose));
  rows.push_back(Row("select, broadcast", {Input{2, 1}.as(kI1), {3}, {2, 3}}, {2, 3}, select).is(choose));
  rows.push_back(Row("select of a number", {Input{4}.as(kI1), {4}}, {4}, [](Value c, Value a) { return select(c, a, 0); })
                     .is(floats(map([](double c, double a) { return c != 0 ? a : 0; }))));
  rows.push_back(Row("where", {Input{4}.as(kI1), {4}, {4}}, {4}, where).is(choose));
  rows.push_back(Row("select keeps NaN out", {vector({0, 4})}, {2}, [](Value x) { return select(greater(x, 0), log(x), 0); })
                     .gradients({{std::nan(""), 0.25}}).is(floats(map([](double x) { return x > 0 ? std::log(x) : 0; }))));
  rows.push_back(Row("select of what is safe", {vector({0, 4})}, {2}, [](Value x) {
    const Value is_positive = greater(x, 0);
    return select(is_positive, log(select(is_positive, x, 1)), 0);
  }).gradients({{0, 0.25}}));
  rows.push_back(Row("select drops NaN", {vector({std::nan(""), 4}), vector({1, 2})}, {2}, [](Value a, Value b) { return select(equal(a, a), a, b); })
                     .gradients({{0, 1}, {1, 0}}));
}

void add_clamps(std::vector<Row>& rows) {
  const auto held = reals(map([](auto low, auto x, auto high) { return std::min(std::max(x, low), high); }));
  const DTypes dtypes = kIntegers + kSmallFloats + kPlainFloats;
  rows.push_back(Row("clamp", {Input{12}.between(-2, -1).distinct(), Input{12}.between(-3, 3).distinct(), Input{12}.between(1, 2).distinct()}, {12}, clamp)
                     .on(dtypes).is(held));
  rows.push_back(Row("clamp, scalar bounds", {Input{}.between(-1, -1), Input{2, 6}.between(-3, 3).avoiding({-1, 1}), Input{}.between(1, 1)}, {2, 6}, clamp).is(held));
  rows.push_back(Row("clamp between numbers", {Input{12}.between(-3, 3).avoiding({-1, 2})}, {12}, [](Value x) { return clamp(-1, x, 2); })
                     .is(floats(map([](double x) { return std::min(std::max(x, -1.0), 2.0); }))));
  rows.push_back(Row("clip", {Input{12}.between(-3, 3).avoiding({-1, 2})}, {12}, [](Value x) { return clip(x, -1, 2); })
                     .is(floats(map([](double x) { return std::min(std::max(x, -1.0), 2.0); }))));
  rows.push_back(Row("clamp at the bounds", {vector({0, 0, 0}), vector({0, 1, 2}), vector({1, 1, 1})}, {3}, clamp)
                     .gradients({{0, 0, 0}, {0, 0, 0}, {0, 0, 1}}));
  rows.push_back(Row("clamp by crossed bounds", {vector({2}), vector({0}), vector({1})}, {1}, clamp)
                     .gradients({{0}, {0}, {1}}).is(floats(map([](double, double, double high) { return high; }))));
  rows.push_back(Row("clamp of NaN", {vector({0}), vector({std::nan("")}), vector({1})}, {1}, clamp).in(kPlainFloats).order(0)
                     .is(floats(map([](double, double x, double) { return x; }))));
}

void add_drawn(std::vector<Drawn>& drawn) {
  drawn.push_back({"select", [](Draw& draw) {
                     const Dims dims = draw.dims();
                     return Row({Input(draw.broadcasting(dims)).as(kI1), Input(dims), Input(draw.broadcasting(dims))},
                                [](Value c, Value a, Value b) { return select(c, a, b); }).in(kSweptDTypes);
                   }});
  drawn.push_back({"clamp", [](Draw& draw) {
                     const Dims dims = draw.dims(), bounds = draw.coin() ? dims : Dims{};
                     return Row({Input(bounds).between(-2, 0).multiples_of(0.125, 0.0625), Input(dims).between(-3, 3).multiples_of(0.125),
                                 Input(bounds).between(0.5, 2).multiples_of(0.125, 0.0625)},
                                [](Value low, Value x, Value high) { return clamp(low, x, high); });
                   }});
}

}  // namespace

Family compare_rows() {
  Family family{.name = "compare", .rows = {}};
  add_comparisons(family.rows);
  add_selections(family.rows);
  add_clamps(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
