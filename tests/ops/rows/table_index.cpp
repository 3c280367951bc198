// Rows of hilo/ops/index.h and hilo/ops/construct.h.
#include "hilo/ops/index.h"

#include "hilo/ops/construct.h"
#include "hilo/ops/slice.h"
#include "tests/ops/rows/numpy_goldens.h"

namespace hilo::test {
namespace {

void add_boxes(std::vector<Row>& rows) {
  rows.push_back(golden("index numbers and ranges", [](Value x) {
    return index(x, {0, kAll, Slice{1, -1}});
  }));
  rows.push_back(golden("index with fewer entries", [](Value x) { return index(x, {1}); }));
  rows.push_back(golden("index with an ellipsis", [](Value x) {
    return index(x, {kEllipsis, 2});
  }));
  rows.push_back(golden("index with steps", [](Value x) {
    return index(x, {Slice{.step = 2}, Slice{.start = 1, .step = 2}, Slice{-4, 4, 3}});
  }));
  rows.push_back(golden("index backwards", [](Value x) {
    return index(x, {Slice{.step = -1}, Slice{3, 0, -2}, Slice{.start = -2, .step = -3}});
  }));
  rows.push_back(golden("index with new axes", [](Value x) {
    return index(x, {kNewAxis, 0, kEllipsis, kNewAxis, Slice{1, 3}});
  }));
  rows.push_back(golden("index of nothing", [](Value x) {
    return index(x, {Slice{2, 1}, Slice{9}, Slice{.stop = -9}});
  }));
  rows.push_back(golden("index beyond", [](Value x) {
    return index(x, {Slice{-9, 2}, Slice{1, 99}, Slice{99, 1, -1}});
  }));
  rows.push_back(golden("index everything", [](Value x) { return index(x, {}); }));
}

void add_look_ups(std::vector<Row>& rows) {
  rows.push_back(golden("index by a tensor", [](Value x, Value i) { return index(x, {i}); }));
  rows.push_back(golden("index by a tensor in the middle", [](Value x, Value i) {
    return index(x, {kAll, i, Slice{1, 3}});
  }));
  rows.push_back(golden("index by two tensors", [](Value x, Value i, Value j) {
    return index(x, {i, j});
  }));
  rows.push_back(golden("index by two tensors apart", [](Value x, Value i, Value j) {
    return index(x, {i, kAll, j});
  }));
  rows.push_back(golden("index by tensors behind", [](Value x, Value i, Value j) {
    return index(x, {Slice{1}, i, j});
  }));
  rows.push_back(golden("index by a tensor and a number", [](Value x, Value i) {
    return index(x, {i, 1});
  }));
  rows.push_back(golden("index by a tensor and a number apart", [](Value x, Value i) {
    return index(x, {0, Slice{.step = -1}, i});
  }));
  rows.push_back(golden("index by a tensor and a new axis", [](Value x, Value i) {
    return index(x, {kAll, kNewAxis, i, kNewAxis});
  }));
  rows.push_back(golden("index by tensors around a new axis", [](Value x, Value i, Value j) {
    return index(x, {kAll, i, kNewAxis, j});
  }));
  rows.push_back(golden("index by a scalar tensor", [](Value x, Value k) {
    return index(x, {Slice{1}, k});
  }));
  rows.push_back(golden("index by three tensors", [](Value x, Value i, Value j) {
    return index(x, {i, j, i});
  }));
  rows.push_back(golden("index by bytes", [](Value x, Value i) { return index(x, {kAll, i}); }));
}

void add_updates(std::vector<Row>& rows) {
  const std::pair<const char*, IndexEntries> places[] = {
      {" a box", {Slice{1, 3}, Slice{2}}},
      {" a number", {1}},
      {" backwards", {Slice{.step = -1}, Slice{3, 0, -1}}},
      {" nothing", {Slice{3, 1}}}};
  for (const auto& [name, place] : places) {
    rows.push_back(golden(std::string("index_set") + name,
                          [p = place](Value x, Value u) { return index_set(x, p, u); }));
    rows.push_back(golden(std::string("index_add") + name,
                          [p = place](Value x, Value u) { return index_add(x, p, u); }));
  }
  const IndexEntries steps = {Slice{.step = 2}, Slice{.start = 1, .step = 2}};
  rows.push_back(
      golden("index_set steps", [=](Value x, Value u) { return index_set(x, steps, u); }));
  rows.push_back(
      golden("index_add steps", [=](Value x, Value u) { return index_add(x, steps, u); }));
  rows.push_back(golden("index_multiply steps",
                        [=](Value x, Value u) { return index_multiply(x, steps, u); }));
  rows.push_back(
      golden("index_max steps", [=](Value x, Value u) { return index_max(x, steps, u); }));
  rows.push_back(
      golden("index_min steps", [=](Value x, Value u) { return index_min(x, steps, u); }));
  rows.push_back(golden("index_set of a number", [](Value x) {
    return index_set(x, {1, Slice{2}}, 7);
  }));
  rows.push_back(golden("index_add broadcast", [](Value x, Value u) {
    return index_add(x, {kAll, Slice{1, 3}}, u);
  }));
  rows.push_back(golden("index_set by a tensor", [](Value x, Value i, Value u) {
    return index_set(x, {i, Slice{1}}, u);
  }));
  rows.push_back(golden("index_add by a tensor", [](Value x, Value i, Value u) {
    return index_add(x, {i, Slice{1}}, u);
  }));
  rows.push_back(golden("index_multiply by a tensor", [](Value x, Value i, Value u) {
    return index_update(x, {i, Slice{1}}, u, Update::kMultiply);
  }));
  rows.push_back(golden("index_add by repeating tensors", [](Value x, Value i, Value j, Value u) {
    return index_add(x, {kAll, i, j}, u);
  }));
  rows.push_back(golden("index_add by tensors apart", [](Value x, Value i, Value j, Value u) {
    return index_add(x, {i, Slice{1, 3}, j}, u);
  }));
  rows.push_back(golden("index_max by a tensor",
                        [](Value x, Value i, Value u) { return index_max(x, {i}, u); }));
  rows.push_back(golden("index_min by a tensor", [](Value x, Value, Value u) {
    return index_min(x, {Slice{.step = -1}}, u);
  }));
  rows.push_back(
      golden("index_set dropping", [](Value x, Value i, Value u) { return index_set(x, {i}, u); }));
}

void add_grids(std::vector<Row>& rows) {
  rows.push_back(golden("arange", [] {
    return std::vector{arange(5), arange(2, 9, 3), arange(5, 0, -2), arange(3, 1)};
  }));
  rows.push_back(golden("arange of fractions", [] {
    return std::vector{arange(0, 1, 0.25), arange(1, 4, 1, kF32)};
  }));
  rows.push_back(golden("linspace", [] {
    return std::vector{linspace(0, 2, 5), linspace(1, 2, 4, {.includes_stop = false})};
  }));
  rows.push_back(golden("linspace of tensors", [](Value a, Value b) { return linspace(a, b, 4); }));
  rows.push_back(golden("linspace of few", [](Value a) {
    return std::vector{linspace(a, 3, 1), linspace(a, 3, 0),
                       linspace(a, 3, 1, {.includes_stop = false})};
  }));
  rows.push_back(golden("logspace", [](Value a) { return logspace(a, 2.5, 5); }));
  rows.push_back(golden("logspace of another base",
                        [](Value a) { return logspace(a, 3, 5, {.includes_stop = false}, 2); }));
  rows.push_back(golden("geomspace", [](Value a, Value b) { return geomspace(a, b, 5); }));
  rows.push_back(golden("geomspace below zero", [](Value a, Value b) {
    return geomspace(a, b, 4, {.includes_stop = false});
  }));
  rows.push_back(golden("full_like", [](Value x) {
    return std::vector{full_like(x, 3), full_like(x, index(x, {0, 0}))};
  }));
  rows.push_back(golden("tri", [] { return std::vector{tri(3, kF32, 4, 1), tri(3, kI32)}; }));
  rows.push_back(golden("vander", [](Value x) {
    return std::vector{vander(x), vander(x, 2), vander(x, 4, true)};
  }));
  rows.push_back(golden("meshgrid", [](Value a, Value b, Value c) { return meshgrid({a, b, c}); }));
  rows.push_back(golden("meshgrid of rows", [](Value a, Value b) {
    return meshgrid({a, b}, true);
  }));
  rows.push_back(golden("indices", [] { return indices({2, 3}); }));
  const auto joined = [](std::vector<Value> a, const std::vector<Value>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
  };
  rows.push_back(
      golden("tril_indices", [=] { return joined(tril_indices(3), tril_indices(3, 1, 4)); }));
  rows.push_back(
      golden("triu_indices", [=] { return joined(triu_indices(3), triu_indices(3, -1, 2)); }));
  rows.push_back(golden("diag_indices", [] { return diag_indices(3); }));
  rows.push_back(golden("unravel_index", [](Value p) { return unravel_index(p, {2, 3, 4}); }));
  rows.push_back(golden("unravel_index beyond", [](Value p) { return unravel_index(p, {2, 3}); }));
  rows.push_back(golden("ravel_multi_index", [](Value a, Value b) {
    return ravel_multi_index({a, b}, {3, 4});
  }));
  rows.push_back(golden("ravel_multi_index wrapping", [](Value a, Value b) {
    return ravel_multi_index({a, b}, {3, 4}, true);
  }));
}

}  // namespace

Family index_rows() {
  Family family{.name = "index", .rows = {}};
  add_boxes(family.rows);
  add_look_ups(family.rows);
  add_updates(family.rows);
  return family;
}

Family construct_rows() {
  Family family{.name = "construct", .rows = {}};
  add_grids(family.rows);
  return family;
}

}  // namespace hilo::test
