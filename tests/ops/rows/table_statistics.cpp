// Rows of hilo/ops/statistics.h, hilo/ops/masked.h and hilo/ops/differences.h.
#include "hilo/ops/statistics.h"

#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/differences.h"
#include "hilo/ops/masked.h"
#include "tests/ops/rows/numpy_goldens.h"

namespace hilo::test {
namespace {

// These numbers in x's dtype.
Value shares(Value x, const std::vector<double>& numbers) {
  return constant(from_doubles({x.dtype(), {static_cast<Dim>(numbers.size())}}, numbers));
}

void add_quantiles(std::vector<Row>& rows) {
  const std::pair<const char*, QuantileMethod> methods[] = {
      {"linear", QuantileMethod::kLinear},
      {"lower", QuantileMethod::kLower},
      {"higher", QuantileMethod::kHigher},
      {"nearest", QuantileMethod::kNearest},
      {"midpoint", QuantileMethod::kMidpoint}};
  for (const auto& [name, method] : methods) {
    const std::string title = std::string("quantile ") + name;
    rows.push_back(golden(title, [m = method](Value x, Value q) {
      return quantile(x, q, {.axes = {1}, .method = m});
    }));
    rows.push_back(golden(title + " at places", [m = method](Value x, Value q) {
      return quantile(x, q, {.axes = {-2}, .method = m});
    }));
  }
  rows.push_back(golden("quantile of all", [](Value x) { return quantile(x, 0.3125); }));
  rows.push_back(golden("quantile over two axes", [](Value x, Value q) {
    return quantile(x, q, {.axes = {2, 0}, .keeps_dims = true});
  }));
  rows.push_back(golden("quantile keeping axes", [](Value x) {
    return quantile(x, 0.1875, {.axes = {1}, .keeps_dims = true});
  }));
  rows.push_back(golden("quantile of nan", [](Value x) {
    return quantile(x, shares(x, {0.5, 0.75}), {.axes = {1}});
  }));
  rows.push_back(golden("quantile of whole numbers", [](Value x) { return quantile(x, 0.5); }));
  rows.push_back(
      golden("percentile", [](Value x, Value q) { return percentile(x, q, {.axes = {0}}); }));
  rows.push_back(golden("median", [](Value x) { return median(x, {1}); }));
  rows.push_back(golden("median of even", [](Value x) { return median(x, {0}, true); }));
  rows.push_back(golden("median at ties", [](Value x) { return median(x); }));
  rows.push_back(golden("nanquantile", [](Value x) {
    return nanquantile(x, shares(x, {0.25, 0.5, 0.875}), {.axes = {1}});
  }));
  rows.push_back(golden("nanquantile smooth",
                        [](Value x, Value q) { return nanquantile(x, q, {.axes = {1}}); }));
  rows.push_back(golden("nanpercentile", [](Value x) {
    return nanpercentile(x, 62.5, {.axes = {0}, .keeps_dims = true});
  }));
  rows.push_back(golden("nanmedian", [](Value x) { return nanmedian(x, {1}); }));
}

void add_moments(std::vector<Row>& rows) {
  rows.push_back(golden("average", [](Value x, Value w) { return average(x, w, {1}); }));
  rows.push_back(
      golden("average with weights for all", [](Value x, Value w) { return average(x, w); }));
  rows.push_back(golden("ptp", [](Value x) { return ptp(x, {1}); }));
  rows.push_back(golden("count_nonzero", [](Value x) { return count_nonzero(x, {0}); }));
  rows.push_back(golden("cov", [](Value x) { return cov(x); }));
  rows.push_back(golden("cov of columns", [](Value x) {
    return cov(x, {.has_variables_in_columns = true, .ddof = 0});
  }));
  rows.push_back(
      golden("cov with weights", [](Value x, Value w) { return cov(x, {.weights = w}); }));
  rows.push_back(golden("cov of a vector", [](Value x) { return cov(x); }));
  rows.push_back(golden("corrcoef", [](Value x) { return corrcoef(x); }));
  rows.push_back(golden("corrcoef of a vector", [](Value x) { return corrcoef(x); }));
}

using Reduction = Value (*)(Operand, Axes, bool);
using MaskedReduction = Value (*)(Operand, Operand, Axes, bool);

void add_masked(std::vector<Row>& rows) {
  const std::pair<const char*, MaskedReduction> masked[] = {{"sum_where", sum_where},
                                                            {"prod_where", prod_where},
                                                            {"max_where", max_where},
                                                            {"min_where", min_where}};
  const Reduction nan_variance = [](Operand x, Axes axes, bool keeps) {
    return nanvar(x, std::move(axes), keeps);
  };
  const Reduction nan_deviation = [](Operand x, Axes axes, bool keeps) {
    return nanstd(x, std::move(axes), keeps);
  };
  const std::pair<const char*, Reduction> of_numbers[] = {
      {"nansum", nansum},   {"nanprod", nanprod},     {"nanmax", nanmax},       {"nanmin", nanmin},
      {"nanmean", nanmean}, {"nanvar", nan_variance}, {"nanstd", nan_deviation}};
  for (const auto& [suffix, axes] :
       {std::pair<const char*, Axes>{" None", {}}, {" 0", {0}}, {" 1", {-1}}}) {
    for (const auto& [name, f] : masked) {
      rows.push_back(golden(name + std::string(suffix), [f = f, axes = axes](Value x, Value m) {
        return f(x, m, axes, false);
      }));
    }
    for (const auto& [name, f] : of_numbers) {
      const auto call = [f = f, axes = axes](Value x) { return f(x, axes, false); };
      rows.push_back(golden(name + std::string(suffix), call));
      rows.push_back(golden(name + std::string(suffix) + " smooth", call));
    }
  }
  rows.push_back(golden("mean_where", [](Value x, Value m) { return mean_where(x, m, {1}); }));
  rows.push_back(
      golden("mean_where of a row", [](Value x, Value m) { return mean_where(x, m, {1}, true); }));
  rows.push_back(
      golden("mean_where of none", [](Value x, Value m) { return mean_where(x, m, {1}); }));
  rows.push_back(golden("variance_where",
                        [](Value x, Value m) { return variance_where(x, m, {1}, false, 1); }));
  rows.push_back(golden("standard_deviation_where",
                        [](Value x, Value m) { return standard_deviation_where(x, m, {1}); }));
  rows.push_back(
      golden("max_where of whole numbers", [](Value x, Value m) { return max_where(x, m, {1}); }));
  rows.push_back(golden("nanvar with ddof", [](Value x) { return nanvar(x, {1}, true, 2); }));
  rows.push_back(golden("nanmax of whole numbers", [](Value x) { return nanmax(x); }));
  rows.push_back(golden("nanargmax", [](Value x) { return nanargmax(x, 1); }));
  rows.push_back(golden("nanargmin", [](Value x) { return nanargmin(x, 0); }));
}

void add_differences(std::vector<Row>& rows) {
  rows.push_back(golden("diff", [](Value x) { return diff(x); }));
  rows.push_back(golden("diff twice", [](Value x) { return diff(x, {.order = 2, .axis = 0}); }));
  rows.push_back(golden("diff of too many", [](Value x) { return diff(x, {.order = 3}); }));
  rows.push_back(golden("diff with ends", [](Value x, Value a) {
    return diff(x, {.prepend = convert(0.5, x.dtype()), .append = a});
  }));
  rows.push_back(golden("diff of booleans", [](Value x) { return diff(x); }));
  rows.push_back(golden("ediff1d", [](Value x) { return ediff1d(x); }));
  rows.push_back(golden("gradient", [](Value x) { return gradient(x); }));
  rows.push_back(golden("gradient with spacing", [](Value x) { return gradient(x, 1, 0.5); }));
  rows.push_back(golden("gradient of two", [](Value x) { return gradient(x, 0); }));
  rows.push_back(
      golden("gradient at positions", [](Value x, Value p) { return gradient(x, 1, p); }));
  rows.push_back(golden("trapezoid", [](Value y) { return trapezoid(y, {.dx = 0.5}); }));
  rows.push_back(golden("trapezoid at positions",
                        [](Value y, Value x) { return trapezoid(y, {.x = x, .axis = 0}); }));
  rows.push_back(golden("trapezoid at positions of its own",
                        [](Value y, Value x) { return trapezoid(y, {.x = x}); }));
  rows.push_back(golden("unwrap", [](Value x) { return unwrap(x); }));
  rows.push_back(golden("unwrap with a period", [](Value x) { return unwrap(x, 0, 4); }));
}

}  // namespace

Family statistics_rows() {
  Family family{.name = "statistics", .rows = {}};
  add_quantiles(family.rows);
  add_moments(family.rows);
  return family;
}

Family masked_rows() {
  Family family{.name = "masked", .rows = {}};
  add_masked(family.rows);
  return family;
}

Family differences_rows() {
  Family family{.name = "differences", .rows = {}};
  add_differences(family.rows);
  return family;
}

}  // namespace hilo::test
