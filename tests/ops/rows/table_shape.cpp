// Rows of hilo/ops/reshape.h and hilo/ops/broadcast.h.
#include "hilo/ops/reshape.h"

#include "hilo/ops/broadcast.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

const DTypes kEverything = kBoolean + kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers;

Reference same_elements(Dims dims) {
  return numbers([dims](const auto& in) { return reshaped(in[0], dims); });
}

void add_reshapes(std::vector<Row>& rows) {
  rows.push_back(Row("reshape", {{2, 6}}, {3, 4}, [](Value x) { return reshape(x, {3, 4}); }).on(kEverything).is(same_elements({3, 4})));
  rows.push_back(Row("reshape, one open", {{2, 6}}, {4, 3}, [](Value x) { return reshape(x, {-1, 3}); }).is(same_elements({4, 3})));
  rows.push_back(Row("reshape to a scalar", {{1, 1}}, {}, [](Value x) { return reshape(x, {}); }).is(same_elements({})));
  rows.push_back(Row("reshape of a scalar", {{}}, {1, 1}, [](Value x) { return reshape(x, {1, 1}); }).is(same_elements({1, 1})));
  rows.push_back(Row("reshape of nothing", {{0, 3}}, {7, 0}, [](Value x) { return reshape(x, {7, 0}); }).is(same_elements({7, 0})));
  rows.push_back(Row("reshape to itself", {{2, 3}}, {2, 3}, [](Value x) { return reshape(x, {2, 3}); }).is(same_elements({2, 3})));
  rows.push_back(Row("squeeze", {{1, 3, 1, 2}}, {3, 2}, [](Value x) { return squeeze(x); }).is(same_elements({3, 2})));
  rows.push_back(Row("squeeze one", {{1, 3, 1, 2}}, {1, 3, 2}, [](Value x) { return squeeze(x, {-2}); }).is(same_elements({1, 3, 2})));
  rows.push_back(Row("squeeze two", {{1, 3, 1, 2}}, {3, 2}, [](Value x) { return squeeze(x, {0, 2}); }).is(same_elements({3, 2})));
  for (int axis = -3; axis < 3; ++axis) {
    Dims dims = {2, 3};
    dims.insert(dims.begin() + (axis < 0 ? axis + 3 : axis), 1);
    rows.push_back(Row("expand_dims " + std::to_string(axis), {{2, 3}}, dims, [axis](Value x) { return expand_dims(x, axis); }).is(same_elements(dims)));
  }
  rows.push_back(Row("expand_dims, two", {{2, 3}}, {1, 2, 3, 1}, [](Value x) { return expand_dims(x, Axes{0, -1}); }).is(same_elements({1, 2, 3, 1})));
  rows.push_back(Row("flatten", {{2, 3, 4}}, {2, 12}, [](Value x) { return flatten(x); }).is(same_elements({2, 12})));
  rows.push_back(Row("flatten from the first", {{2, 3, 2}}, {12}, [](Value x) { return flatten(x, 0); }).is(same_elements({12})));
  rows.push_back(Row("flatten from the last", {{2, 3}}, {2, 3}, [](Value x) { return flatten(x, 1); }).is(same_elements({2, 3})));
  rows.push_back(Row("flatten beyond the last", {{2, 3}}, {2, 3, 1}, [](Value x) { return flatten(x, 2); }).is(same_elements({2, 3, 1})));
}

void add_transposes(std::vector<Row>& rows) {
  Axes axes = {0, 1, 2};
  do {
    const Dims in = {2, 3, 4};
    Dims dims;
    for (std::int64_t a : axes) dims.push_back(in[static_cast<std::size_t>(a)]);
    Row row("transpose " + to_string(axes), {Input(in)}, dims, [axes](Value x) { return transpose(x, axes); });
    row.is(numbers([axes](const auto& x) { return permuted(x[0], axes); }));
    if (axes == Axes{1, 2, 0}) row.on(kEverything);
    rows.push_back(row);
  } while (std::ranges::next_permutation(axes).found);
  rows.push_back(Row("transpose by negative axes", {{2, 3, 4}}, {4, 2, 3}, [](Value x) { return transpose(x, {-1, 0, -2}); })
                     .is(numbers([](const auto& x) { return permuted(x[0], {2, 0, 1}); })));
  rows.push_back(Row("transpose, reversed", {{2, 3, 4}}, {4, 3, 2}, [](Value x) { return transpose(x); })
                     .is(numbers([](const auto& x) { return permuted(x[0], {2, 1, 0}); })));
  rows.push_back(Row("transpose of a scalar", {{}}, {}, [](Value x) { return transpose(x); }).is(same_elements({})));
  rows.push_back(Row("transpose of nothing", {{0, 3}}, {3, 0}, [](Value x) { return transpose(x); }).is(same_elements({3, 0})));
}

// x's axis i is axis axes[i] of the result.
Reference stretched(Dims dims, Axes axes) {
  return numbers([=]<class T>(const Tensors<T>& in) {
    return generate<T>(dims, [&](const Index& index) {
      Index from;
      for (std::size_t i = 0; i < axes.size(); ++i) from.push_back(in[0].dims[i] == 1 ? 0 : index[static_cast<std::size_t>(axes[i])]);
      return in[0].at(from);
    });
  });
}

void add_broadcasts(std::vector<Row>& rows) {
  const auto row = [&](const std::string& name, Dims in, Dims dims, Axes axes) -> Row& {
    return rows.emplace_back(Row(name, {Input(std::move(in))}, dims, [=](Value x) { return broadcast_in_dim(x, dims, axes); }).is(stretched(dims, axes)));
  };
  row("broadcast_in_dim", {3}, {2, 3}, {1}).on(kEverything);
  row("broadcast_in_dim of a scalar", {}, {2, 3}, {});
  row("broadcast_in_dim in front", {2}, {2, 3}, {0});
  row("broadcast_in_dim, stretched", {2, 1}, {2, 3}, {0, 1});
  row("broadcast_in_dim, turned", {3, 2}, {2, 3}, {1, 0});
  row("broadcast_in_dim, turned and stretched", {1, 2}, {4, 2, 3}, {2, 1});
  row("broadcast_in_dim, turned among more", {3, 2}, {2, 4, 3}, {2, 0});
  row("broadcast_in_dim to nothing", {1}, {0, 1}, {1});
  row("broadcast_in_dim of nothing", {0}, {2, 0}, {1});
  rows.push_back(Row("broadcast_to", {{2, 1}}, {3, 2, 4}, [](Value x) { return broadcast_to(x, {3, 2, 4}); }).is(stretched({3, 2, 4}, {1, 2})));
  rows.push_back(Row("broadcast_to itself", {{2, 3}}, {2, 3}, [](Value x) { return broadcast_to(x, {2, 3}); }).is(stretched({2, 3}, {0, 1})));
}

void add_drawn(std::vector<Drawn>& drawn) {
  drawn.push_back({"reshape", [](Draw& draw) {
                     const Dims dims = draw.dims();
                     Dims other = draw.coin() ? Dims{Shape{kF32, dims}.size()} : dims;
                     std::ranges::reverse(other);
                     return Row({Input(dims)}, [other](Value x) { return reshape(x, other); }).in(kSweptDTypes);
                   }});
  drawn.push_back({"transpose", [](Draw& draw) {
                     const Dims dims = draw.dims();
                     const Axes axes = draw.order(dims.size());
                     return Row({Input(dims)}, [axes](Value x) { return transpose(x, axes); }).in(kSweptDTypes);
                   }});
  drawn.push_back({"broadcast_in_dim", [](Draw& draw) {
                     const Dims dims = draw.dims(0, 4);  // of the result
                     Axes axes = draw.order(dims.size());
                     axes.resize(static_cast<std::size_t>(draw.between(0, static_cast<Dim>(dims.size()))));
                     Dims own;
                     for (std::int64_t a : axes) own.push_back(draw.coin() ? 1 : dims[static_cast<std::size_t>(a)]);
                     return Row({Input(own)}, [=](Value x) { return broadcast_in_dim(x, dims, axes); }).in(kSweptDTypes);
                   }});
}

}  // namespace

Family shape_rows() {
  Family family{.name = "shape", .rows = {}};
  add_reshapes(family.rows);
  add_transposes(family.rows);
  add_broadcasts(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
