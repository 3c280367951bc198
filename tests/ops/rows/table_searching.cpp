// Rows of hilo/ops/searching.h, and of the sorts by several keys.
#include "hilo/ops/searching.h"

#include "hilo/ops/sort.h"
#include "tests/ops/rows/numpy_goldens.h"

namespace hilo::test {
namespace {

void add_sorts(std::vector<Row>& rows) {
  rows.push_back(golden("lexsort", [](Value a, Value b) { return lexsort({a, b}); }));
  rows.push_back(golden("lexsort of three", [](Value a, Value b, Value c) {
    return lexsort({a, b, c}, 0);
  }));
  const auto by_two = [](Value a, Value b, Value c) { return sort_by_keys({a, b, c}, 2); };
  rows.push_back(golden("sort_by_keys", by_two));
  rows.push_back(golden("sort_by_keys smooth", by_two));
  rows.push_back(golden("partition", [](Value x) { return partition(x, 2, 0); }));
  rows.push_back(golden("argpartition", [](Value x) { return argpartition(x, -1); }));
}

void add_searches(std::vector<Row>& rows) {
  for (const bool goes_behind : {false, true}) {
    for (const bool compares_all : {false, true}) {
      const std::string name = std::string("searchsorted ") + (goes_behind ? "right " : "left ") +
                               (compares_all ? "compare_all" : "scan");
      const auto f = [=](Value s, Value v) {
        return searchsorted(s, v, {.goes_behind = goes_behind, .compares_all = compares_all});
      };
      rows.push_back(golden(name, f));
      rows.push_back(golden(name + " in nan", f));
    }
  }
  rows.push_back(
      golden("searchsorted of whole numbers", [](Value s, Value v) { return searchsorted(s, v); }));
  rows.push_back(
      golden("searchsorted of one", [](Value s, Value v) { return searchsorted(s, v); }));
  rows.push_back(golden("searchsorted of a number",
                        [](Value s) { return searchsorted(s, 0.5, {.goes_behind = true}); }));
  rows.push_back(
      golden("searchsorted in nothing", [](Value s, Value v) { return searchsorted(s, v); }));
  for (const char* direction : {"up", "down"}) {
    rows.push_back(golden(std::string("digitize ") + direction + " False",
                          [](Value x, Value b) { return digitize(x, b); }));
    rows.push_back(golden(std::string("digitize ") + direction + " True",
                          [](Value x, Value b) { return digitize(x, b, true); }));
  }
  rows.push_back(golden("isin", [](Value x, Value c) { return isin(x, c); }));
  rows.push_back(golden("isin of nothing", [](Value x, Value c) { return isin(x, c); }));
}

void add_counts(std::vector<Row>& rows) {
  for (const Dim size : {0, 2, 3, 5}) {
    const std::string suffix = " " + std::to_string(size);
    rows.push_back(golden("flatnonzero" + suffix, [=](Value x) { return flatnonzero(x, size); }));
    rows.push_back(golden("nonzero" + suffix, [=](Value x) { return nonzero(x, size, -1); }));
    rows.push_back(golden("argwhere" + suffix, [=](Value x) { return argwhere(x, size, 7); }));
  }
  rows.push_back(
      Row("flatnonzero of nothing", {{0, 2}}, {2}, [](Value x) { return flatnonzero(x, 2, 3); })
          .to(kI32)
          .order(0)
          .is(floats([](const Tensors<double>&) {
            return Tensor<double>{{2}, {3, 3}};
          })));
  rows.push_back(golden("flatnonzero of booleans", [](Value x) { return flatnonzero(x, 4, 9); }));
  rows.push_back(golden("extract", [](Value c, Value x) { return extract(c, x, 4, -3); }));
  rows.push_back(golden("extract of more", [](Value c, Value x) { return extract(c, x, 2); }));
  rows.push_back(golden("compress", [](Value c, Value x) { return compress(c, x, 3, 1, 9); }));
  const auto all = [](const Unique& u) {
    return std::vector{u.values, u.indices, u.inverse, u.counts};
  };
  for (const Dim size : {2, 3, 5}) {
    const std::string name = "unique " + std::to_string(size);
    rows.push_back(golden(name, [=](Value x) { return all(unique(x, size)); }));
    rows.push_back(golden(name + " filled", [=](Value x) { return all(unique(x, size, -1)); }));
  }
  rows.push_back(golden("unique of nan", [=](Value x) { return all(unique(x, 4, 9)); }));
  rows.push_back(golden("unique of whole numbers", [](Value x) {
    const Unique u = unique(x, 6, 0);
    return std::vector{u.values, u.counts};
  }));
  rows.push_back(Row("how many are unique", {vector({3, 1, 3, 2, 1})}, {},
                     [](Value x) { return unique(x, 1).count; })
                     .to(kI32)
                     .order(0)
                     .is(floats([](const Tensors<double>&) {
                       return Tensor<double>{{}, {3}};
                     })));
  rows.push_back(
      Row("unique of nothing", {{0}}, {2}, [](Value x) { return unique(x, 2, 5).values; })
          .order(0)
          .is(floats([](const Tensors<double>&) {
            return Tensor<double>{{2}, {5, 5}};
          })));
  rows.push_back(golden("bincount", [](Value x) { return bincount(x, 5); }));
  rows.push_back(
      golden("bincount with weights", [](Value x, Value w) { return bincount(x, 4, w); }));
  const auto both = [](const Histogram& h) { return std::vector{h.counts, h.edges}; };
  rows.push_back(golden("histogram", [=](Value x) { return both(histogram(x, 4)); }));
  rows.push_back(golden("histogram of a range", [=](Value x) {
    return both(histogram(x, 5, {.range = {{0.5, 3}}}));
  }));
  rows.push_back(
      golden("histogram of edges", [=](Value x, Value e) { return both(histogram(x, e)); }));
  rows.push_back(golden("histogram of a density",
                        [=](Value x) { return both(histogram(x, 3, {.is_density = true})); }));
  rows.push_back(golden("histogram with weights",
                        [=](Value x, Value w) { return both(histogram(x, 3, {.weights = w})); }));
  rows.push_back(golden("histogram of a point", [=](Value x) { return both(histogram(x, 2)); }));
  rows.push_back(
      golden("histogram of whole numbers", [](Value x) { return histogram(x, 3).counts; }));
}

}  // namespace

Family searching_rows() {
  Family family{.name = "searching", .rows = {}};
  add_sorts(family.rows);
  add_searches(family.rows);
  add_counts(family.rows);
  return family;
}

}  // namespace hilo::test
