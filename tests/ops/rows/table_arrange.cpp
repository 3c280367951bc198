// Rows of hilo/ops/arrange.h, hilo/ops/products.h, of diagonals, and of what chooses among tensors.
#include "hilo/ops/arrange.h"

#include "hilo/ops/concatenate.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/products.h"
#include "hilo/ops/select.h"
#include "tests/ops/rows/numpy_goldens.h"

namespace hilo::test {
namespace {

std::vector<Value> joined(std::vector<Value> a, const std::vector<Value>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

void add_axes(std::vector<Row>& rows) {
  rows.push_back(golden("flip", [](Value x) {
    return std::vector{flip(x), flip(x, {1}), flip(x, {0, -1})};
  }));
  rows.push_back(golden("rot90", [](Value x) {
    return std::vector{rot90(x), rot90(x, 2), rot90(x, -1), rot90(x, 4), rot90(x, 1, {2, 0})};
  }));
  rows.push_back(golden("moveaxis", [](Value x) {
    return std::vector{moveaxis(x, {0}, {-1}), moveaxis(x, {0, 1}, {-1, 0}),
                       moveaxis(x, {-1}, {0})};
  }));
  rows.push_back(golden("swapaxes", [](Value x) { return swapaxes(x, 0, -1); }));
  rows.push_back(golden("atleast", [](Value s, Value v, Value m) {
    std::vector<Value> all;
    for (const auto f : {atleast_1d, atleast_2d, atleast_3d}) {
      for (const Value& x : {s, v, m}) all.push_back(f(x));
    }
    return all;
  }));
}

void add_joins(std::vector<Row>& rows) {
  const std::pair<const char*, Value (*)(Operands)> joins[] = {
      {"hstack", hstack}, {"vstack", vstack}, {"dstack", dstack}, {"column_stack", column_stack}};
  for (const auto& [name, f] : joins) {
    const auto call = [f = f](Value a, Value b) { return f({a, b}); };
    rows.push_back(golden(std::string(name) + " of vectors", call));
    rows.push_back(golden(std::string(name) + " of matrices", call));
  }
  rows.push_back(golden("hstack of scalars", [](Value a, Value b) { return hstack({a, b}); }));
  rows.push_back(golden("block", [](Value a, Value b, Value c, Value d) {
    return block({{a, b}, {c, d}});
  }));
  rows.push_back(golden("array_split",
                        [](Value x) { return joined(array_split(x, 3), array_split(x, 4, 1)); }));
  rows.push_back(golden("split_at", [](Value x) {
    return joined(split_at(x, {2, 2, -1}), split_at(x, {1}, 1));
  }));
  rows.push_back(golden("unstack", [](Value x) { return unstack(x, 1); }));
  rows.push_back(golden("insert", [](Value x, Value v) {
    return std::vector{insert(x, 1, v, 1), insert(x, -1, 7)};
  }));
  rows.push_back(golden("insert a part", [](Value x, Value v) { return insert(x, 2, v); }));
  rows.push_back(golden("delete_at", [](Value x) {
    return std::vector{delete_at(x, {0, -1}), delete_at(x, {})};
  }));
  rows.push_back(golden("delete_at of columns", [](Value x) { return delete_at(x, {1}, 1); }));
  rows.push_back(golden("pad_wrap", [](Value x) {
    return std::vector{pad_wrap(x, {1, 5}, {0, 4}), pad_wrap(x, {0, 0}, {0, 2})};
  }));
  rows.push_back(golden("pad_symmetric", [](Value x) {
    return std::vector{pad_symmetric(x, {1, 5}, {0, 4}), pad_symmetric(x, {0, 0}, {0, 2})};
  }));
}

void add_products(std::vector<Row>& rows) {
  rows.push_back(golden("outer", outer));
  rows.push_back(golden("inner", inner));
  rows.push_back(golden("inner of scalars", inner));
  rows.push_back(golden("tensordot", [](Value a, Value b) {
    return std::vector{tensordot(a, b), tensordot(a, b, {0, 2}, {2, 1})};
  }));
  rows.push_back(
      golden("tensordot of no axes", [](Value a, Value b) { return tensordot(a, b, 0); }));
  rows.push_back(golden("vdot", vdot));
  rows.push_back(golden("cross", [](Value a, Value b) { return cross(a, b); }));
  rows.push_back(
      golden("cross along the first axis", [](Value a, Value b) { return cross(a, b, 0); }));
  rows.push_back(golden("kron", kron));
  rows.push_back(golden("kron of a vector and a matrix", kron));
}

void add_diagonals(std::vector<Row>& rows) {
  rows.push_back(golden("diag", [](Value v, Value m) {
    return std::vector{diag(v), diag(v, 1), diag(v, -2), diag(m), diag(m, 1)};
  }));
  rows.push_back(golden("diagflat", [](Value x) { return diagflat(x, 1); }));
  rows.push_back(golden("trace", [](Value x) { return std::vector{trace(x), trace(x, 1)}; }));
  for (const char* n : {"2", "3", "4"}) {
    rows.push_back(golden(std::string("fill_diagonal ") + n, [](Value x, Value v) {
      return std::vector{fill_diagonal(x, 7), fill_diagonal(x, v)};
    }));
  }
}

void add_choices(std::vector<Row>& rows) {
  rows.push_back(golden("select_first", [](Value a, Value b, Value x, Value y) {
    return select_first({a, b}, {x, y}, 9);
  }));
  rows.push_back(golden("choose", [](Value i, Value a, Value b, Value c) {
    return choose(i, {a, b, c});
  }));
  const std::pair<const char*, OutOfRange> modes[] = {{"take clip", OutOfRange::kClip},
                                                      {"take wrap", OutOfRange::kWrap},
                                                      {"take fill", OutOfRange::kFill}};
  for (const auto& [name, mode] : modes) {
    rows.push_back(
        golden(name, [m = mode](Value x, Value i) { return take(x, i, {.axis = 1, .mode = m}); }));
    rows.push_back(golden(std::string(name) + " of whole numbers",
                          [m = mode](Value x, Value i) { return take(x, i, {.mode = m}); }));
  }
  rows.push_back(golden("take filling", [](Value x, Value i) {
    return take(x, i, {.mode = OutOfRange::kFill, .fill_value = 7});
  }));
}

}  // namespace

Family arrange_rows() {
  Family family{.name = "arrange", .rows = {}};
  add_axes(family.rows);
  add_joins(family.rows);
  return family;
}

Family products_rows() {
  Family family{.name = "products", .rows = {}};
  add_products(family.rows);
  add_diagonals(family.rows);
  return family;
}

Family choices_rows() {
  Family family{.name = "choices", .rows = {}};
  add_choices(family.rows);
  return family;
}

}  // namespace hilo::test
