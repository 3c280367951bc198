// Rows of hilo/ops/numeric.h.
#include "hilo/ops/numeric.h"

#include <bit>
#include <cmath>

#include "hilo/ops/binary.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/slice.h"
#include "tests/ops/rows/numpy_goldens.h"

namespace hilo::test {
namespace {

std::vector<Value> both(const std::pair<Value, Value>& p) { return {p.first, p.second}; }

void add_divisions(std::vector<Row>& rows) {
  for (const char* kind : {"", " of whole numbers", " of counts"}) {
    const std::string suffix = kind;
    rows.push_back(golden("floor_divide" + suffix, floor_divide));
    rows.push_back(golden("mod" + suffix, mod));
    rows.push_back(golden("divmod" + suffix, [](Value a, Value b) { return both(divmod(a, b)); }));
    rows.push_back(golden("fmod" + suffix, fmod));
  }
  rows.push_back(golden("gcd", gcd));
  rows.push_back(golden("lcm", lcm));
}

void add_rounding(std::vector<Row>& rows) {
  rows.push_back(golden("trunc", trunc));
  rows.push_back(golden("trunc gradient", trunc));
  rows.push_back(golden("rint", rint));
  rows.push_back(golden("round", [](Value x) {
    return std::vector{round(x), round(x, 1), round(x, -1)};
  }));
  rows.push_back(golden("round of whole numbers", [](Value x) { return round(x, 2); }));
  for (const char* kind : {"", " at ties"}) {
    rows.push_back(golden(std::string("fmax") + kind, fmax));
    rows.push_back(golden(std::string("fmin") + kind, fmin));
  }
  rows.push_back(golden("heaviside", heaviside));
  rows.push_back(golden("deg2rad", deg2rad));
  rows.push_back(golden("rad2deg", rad2deg));
  rows.push_back(golden("logaddexp2", logaddexp2));
}

void add_float_parts(std::vector<Row>& rows) {
  rows.push_back(golden("isnan", isnan));
  rows.push_back(golden("isinf", isinf));
  rows.push_back(golden("isposinf", isposinf));
  rows.push_back(golden("isneginf", isneginf));
  rows.push_back(golden("signbit", signbit));
  rows.push_back(golden("isnan of whole numbers", isnan));
  rows.push_back(golden("signbit of whole numbers", signbit));
  rows.push_back(golden("isclose", [](Value a, Value b) { return isclose(a, b); }));
  rows.push_back(golden("isclose with nan", [](Value a, Value b) {
    return isclose(a, b, {.rtol = 1e-3, .atol = 0, .equal_nan = true});
  }));
  rows.push_back(golden("allclose", [](Value a, Value b) {
    return std::vector{allclose(a, a), allclose(a, b), array_equal(a, a), array_equal(a, b),
                       array_equal(a, slice_axis(a, 0, 0, 2))};
  }));
  rows.push_back(golden("nan_to_num", [](Value x) {
    return std::vector{nan_to_num(x.as(kF32)), nan_to_num(x.as(kF32), 3)};
  }));
  rows.push_back(golden("nan_to_num gradient", [](Value x) { return nan_to_num(x); }));
  rows.push_back(golden("copysign", copysign));
  rows.push_back(golden("copysign of zeros", copysign));
  rows.push_back(golden("ldexp", ldexp));
  rows.push_back(golden("ldexp far", [](Value x, Value n) { return ldexp(x.as(kF32), n); }));
}

// The bits, since neighbours are nearer than what rounding is allowed.
void add_neighbours(std::vector<Row>& rows) {
  const double inf = HUGE_VAL;
  const Input from = vector({1, 1, -2, 0, 0, inf, 0.1, -7, 3}), to = vector({2, -1, -3, 1, -1, 0, 0.2, inf, 3});
  rows.push_back(Row("nextafter", {from, to}, {9}, [](Value a, Value b) { return bitcast_convert(nextafter(a, b), kI32); })
                     .in({kF32}).to(kI32).order(0).is(floats(map([](double a, double b) {
    return static_cast<double>(std::bit_cast<std::int32_t>(std::nextafter(static_cast<float>(a), static_cast<float>(b))));
  }))));
  rows.push_back(Row("nextafter in f64", {Input{3, 4}, Input{4}}, {3, 4}, [](Value a, Value b) { return (nextafter(a, b) - a) * 0x1p52; })
                     .in({kF64}).order(0).is(floats(map([](double a, double b) { return (std::nextafter(a, b) - a) * 0x1p52; }))));
  rows.push_back(Row("nextafter in f16", {vector({1, -2, 0}), vector({0, 2, -1})}, {3}, [](Value a, Value b) { return bitcast_convert(nextafter(a, b), kI16); })
                     .in({kF16}).to(kI16).order(0).is(floats(map([](double a, double) { return a == 1 ? 0x3bff : a == 0 ? -0x7fff : -0x4001; }))));
  rows.push_back(Row("nextafter where it stays", {vector({1, 3}), vector({2, 3})}, {2}, nextafter).gradients({{0, 0}, {0, 0}})
                     .is(floats(map([](double a, double) { return a; }))));
}

}  // namespace

Family numeric_rows() {
  Family family{.name = "numeric", .rows = {}};
  add_divisions(family.rows);
  add_rounding(family.rows);
  add_float_parts(family.rows);
  add_neighbours(family.rows);
  return family;
}

}  // namespace hilo::test
