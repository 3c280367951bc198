// Rows of hilo/ops/slice.h, concatenate.h, pad.h, reverse.h, dynamic_slice.h and diagonal.h.
#include "hilo/ops/slice.h"

#include "hilo/ops/binary.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/dynamic_slice.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/reverse.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

const DTypes kEverything = kBoolean + kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers;

// Element `from(index)` of the operand at each index.
template <class F>
Reference picked(Dims dims, F from) {
  return numbers([=]<class T>(const Tensors<T>& in) { return generate<T>(dims, [&](const Index& index) { return in[0].at(from(index)); }); });
}

void add_slices(std::vector<Row>& rows) {
  rows.push_back(Row("slice", {{4, 5}}, {2, 3}, [](Value x) { return slice(x, {1, 2}, {3, 5}); }).on(kEverything).is(picked({2, 3}, [](const Index& i) { return Index{i[0] + 1, i[1] + 2}; })));
  rows.push_back(Row("slice, strided", {{4, 5}}, {2, 2}, [](Value x) { return slice(x, {0, 1}, {4, 5}, {3, 2}); }).is(picked({2, 2}, [](const Index& i) { return Index{3 * i[0], 1 + 2 * i[1]}; })));
  rows.push_back(Row("slice, one stride too far", {{7}}, {3}, [](Value x) { return slice(x, {1}, {7}, {2}); }).is(picked({3}, [](const Index& i) { return Index{1 + 2 * i[0]}; })));
  rows.push_back(Row("slice of nothing", {{4, 5}}, {0, 5}, [](Value x) { return slice(x, {2, 0}, {2, 5}); }));
  rows.push_back(Row("slice of all", {{4, 5}}, {4, 5}, [](Value x) { return slice(x, {0, 0}, {4, 5}); }).is(picked({4, 5}, [](const Index& i) { return i; })));
  rows.push_back(Row("slice of a scalar", {{}}, {}, [](Value x) { return slice(x, {}, {}); }).is(picked({}, [](const Index& i) { return i; })));
  for (int axis = -2; axis < 2; ++axis) {
    const bool is_first = (axis & 1) == 0;
    const auto at = [=](Dim by, Dim stride) { return [=](Index i) { Dim& d = i[is_first ? 0 : 1]; d = by + stride * d; return i; }; };
    const std::string suffix = " " + std::to_string(axis);
    rows.push_back(Row("slice_axis" + suffix, {{5, 6}}, is_first ? Dims{3, 6} : Dims{5, 3}, [=](Value x) { return slice_axis(x, axis, 1, 4); }).is(picked(is_first ? Dims{3, 6} : Dims{5, 3}, at(1, 1))));
    rows.push_back(Row("slice_axis to the end" + suffix, {{5, 6}}, is_first ? Dims{2, 6} : Dims{5, 2}, [=](Value x) { return slice_axis(x, axis, -2, kEnd); }).is(picked(is_first ? Dims{2, 6} : Dims{5, 2}, at(is_first ? 3 : 4, 1))));
    rows.push_back(Row("slice_axis, strided" + suffix, {{5, 6}}, is_first ? Dims{2, 6} : Dims{5, 3}, [=](Value x) { return slice_axis(x, axis, 0, -1, 2); }).is(picked(is_first ? Dims{2, 6} : Dims{5, 3}, at(0, 2))));
    rows.push_back(Row("index_axis" + suffix, {{5, 6}}, is_first ? Dims{6} : Dims{5}, [=](Value x) { return index_axis(x, axis, -1); })
                       .is(picked(is_first ? Dims{6} : Dims{5}, [=](const Index& i) { return is_first ? Index{4, i[0]} : Index{i[0], 5}; })));
  }
  rows.push_back(Row("slice_axis backwards is nothing", {{5}}, {0}, [](Value x) { return slice_axis(x, 0, 4, 2); }));
  rows.push_back(Row("split", {{4, 6}}, {4, 3}, [](Value x) { return split(x, 2, 1); }).and_result({4, 3})
                     .is(numbers([]<class T>(const Tensors<T>& in) {
                       const auto part = [&](Dim from) { return generate<T>({4, 3}, [&](const Index& i) { return in[0].at({i[0], i[1] + from}); }); };
                       return Tensors<T>{part(0), part(3)};
                     })));
  rows.push_back(Row("split by lengths", {{6, 2}}, {1, 2}, [](Value x) { return split(x, {1, 0, 5}, -2); }).and_result({0, 2}).and_result({5, 2})
                     .is(numbers([]<class T>(const Tensors<T>& in) {
                       const auto part = [&](Dim from, Dim n) { return generate<T>({n, 2}, [&](const Index& i) { return in[0].at({i[0] + from, i[1]}); }); };
                       return Tensors<T>{part(0, 1), part(1, 0), part(1, 5)};
                     })));
}

// Tensors one behind the other.
template <class T>
Tensor<T> joined(const Tensors<T>& in, std::size_t axis) {
  Dims dims = in[0].dims;
  dims[axis] = 0;
  for (const Tensor<T>& t : in) dims[axis] += t.dims[axis];
  return generate<T>(dims, [&](Index index) {
    std::size_t k = 0;
    while (index[axis] >= in[k].dims[axis]) index[axis] -= in[k++].dims[axis];
    return in[k].at(index);
  });
}

void add_joins(std::vector<Row>& rows) {
  const auto by = [](std::size_t axis) { return numbers([axis](const auto& in) { return joined(in, axis); }); };
  for (int axis = -3; axis < 3; ++axis) {
    const auto a = static_cast<std::size_t>((axis + 3) % 3);
    Dims first = {2, 3, 2}, second = first, out = first;
    second[a] = 1;
    out[a] += 1;
    Row row("concatenate " + std::to_string(axis), {Input(first), Input(second)}, out, [axis](Value p, Value q) { return concatenate({p, q}, axis); });
    if (axis == 1) row.on(from_bits(4, kEverything));
    rows.push_back(row.is(by(a)));
    Dims with_two = {2, 3};
    with_two.insert(with_two.begin() + static_cast<std::ptrdiff_t>(a), 2);
    rows.push_back(Row("stack " + std::to_string(axis), {{2, 3}, {2, 3}}, with_two, [axis](Value p, Value q) { return stack({p, q}, axis); })
                       .is(numbers([=]<class T>(const Tensors<T>& in) {
                         return generate<T>(with_two, [&](Index index) {
                           const auto which = static_cast<std::size_t>(index[a]);
                           index.erase(index.begin() + static_cast<std::ptrdiff_t>(a));
                           return in[which].at(index);
                         });
                       })));
  }
  rows.push_back(Row("concatenate one", {{2, 3}}, {2, 3}, [](In x) { return concatenate(x, 0); }).is(by(0)));
  rows.push_back(Row("concatenate four", {{2}, {1}, {0}, {3}}, {6}, [](In x) { return concatenate(x, 0); }).is(by(0)));
  rows.push_back(Row("concatenate with itself", {{2, 2}}, {2, 4}, [](Value x) { return concatenate({x, x}, 1); }).is(numbers([](const auto& in) { return joined(std::vector{in[0], in[0]}, 1); })));
  const auto modulo = [](Dims dims, Dims own) { return picked(std::move(dims), [own](Index i) { for (std::size_t k = 0; k < own.size(); ++k) i[k] %= own[k]; return i; }); };
  rows.push_back(Row("tile", {{2, 3}}, {4, 9}, [](Value x) { return tile(x, {2, 3}); }).is(modulo({4, 9}, {2, 3})));
  rows.push_back(Row("tile once", {{2, 3}}, {2, 3}, [](Value x) { return tile(x, {1, 1}); }).is(modulo({2, 3}, {2, 3})));
  rows.push_back(Row("tile to nothing", {{2, 3}}, {2, 0}, [](Value x) { return tile(x, {1, 0}); }));
  for (int axis = -2; axis < 2; ++axis) {
    const std::size_t a = static_cast<std::size_t>(axis & 1);
    const Dims dims = a == 0 ? Dims{6, 3} : Dims{2, 9};
    rows.push_back(Row("repeat " + std::to_string(axis), {{2, 3}}, dims, [axis](Value x) { return repeat(x, 3, axis); }).is(picked(dims, [a](Index i) { i[a] /= 3; return i; })));
  }
}

// What lax.pad does, place by place.
Reference padded(Padding p, bool value_is_operand, double number) {
  return numbers([=]<class T>(const Tensors<T>& in) {
    Dims dims;
    for (std::size_t i = 0; i < in[0].dims.size(); ++i) {
      const Dim n = in[0].dims[i];
      dims.push_back(p.low[i] + n + std::max<Dim>(n - 1, 0) * p.interior[i] + p.high[i]);
    }
    return generate<T>(dims, [&](Index index) {
      bool is_inside = true;
      for (std::size_t i = 0; i < index.size(); ++i) {
        index[i] -= p.low[i];
        is_inside = is_inside && index[i] >= 0 && index[i] % (p.interior[i] + 1) == 0;
        index[i] /= p.interior[i] + 1;
      }
      if (is_inside && in[0].holds(index)) return in[0].at(index);
      return value_is_operand ? in[1].data[0] : static_cast<T>(number);
    });
  });
}

void add_paddings(std::vector<Row>& rows) {
  const auto row = [&](const std::string& name, Dims in, Dims out, Padding p) -> Row& {
    return rows.emplace_back(Row(name, {Input(std::move(in)), Input{}}, std::move(out), [p](Value x, Value v) { return pad(x, v, p); }).is(padded(p, true, 0)));
  };
  row("pad", {2, 3}, {4, 6}, {.low = {1, 0}, .high = {1, 3}, .interior = {0, 0}}).on(kEverything);
  row("pad between", {3, 2}, {5, 4}, {.low = {0, 0}, .high = {0, 0}, .interior = {1, 2}});
  row("pad by less than nothing", {4, 5}, {3, 2}, {.low = {-1, 0}, .high = {0, -3}, .interior = {0, 0}});
  row("pad in all ways", {4, 5}, {7, 12}, {.low = {-1, 0}, .high = {1, -1}, .interior = {1, 2}});
  row("pad cutting between", {3}, {4}, {.low = {-1}, .high = {-2}, .interior = {2}});
  row("pad of nothing", {0, 2}, {3, 2}, {.low = {1, 0}, .high = {2, 0}, .interior = {4, 0}});
  row("pad of a scalar", {}, {}, {});
  rows.push_back(Row("pad by a number", {{2, 3}}, {2, 5}, [](Value x) { return pad(x, 2, {.low = {0, 1}, .high = {0, 1}}); }).is(padded({.low = {0, 1}, .high = {0, 1}, .interior = {0, 0}}, false, 2)));
  rows.push_back(Row("pad by nothing", {{2, 3}}, {2, 3}, [](Value x) { return pad(x, 2, {}); }).is(padded({.low = {0, 0}, .high = {0, 0}, .interior = {0, 0}}, false, 2)));
  rows.push_back(Row("pad_axis", {{2, 3}}, {2, 8}, [](Value x) { return pad_axis(x, 0, -1, 2, 1, 1); }).is(padded({.low = {0, 2}, .high = {0, 1}, .interior = {0, 1}}, false, 0)));
  const auto reflected = [](Dim i, Dim n) { return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i; };
  const auto held = [](Dim i, Dim n) { return std::clamp<Dim>(i, 0, n - 1); };
  rows.push_back(Row("pad_reflect", {{3, 4}}, {5, 9}, [](Value x) { return pad_reflect(x, {1, 3}, {1, 2}); }).is(picked({5, 9}, [=](const Index& i) { return Index{reflected(i[0] - 1, 3), reflected(i[1] - 3, 4)}; })));
  rows.push_back(Row("pad_edge", {{3, 2}}, {6, 5}, [](Value x) { return pad_edge(x, {2, 0}, {1, 3}); }).is(picked({6, 5}, [=](const Index& i) { return Index{held(i[0] - 2, 3), held(i[1], 2)}; })));
}

void add_turns(std::vector<Row>& rows) {
  for (const Axes& axes : std::vector<Axes>{{0}, {1}, {-1}, {-2}, {0, 1}, {-1, 0}, {}}) {
    Row row("reverse " + to_string(axes), {{3, 4}}, {3, 4}, [axes](Value x) { return reverse(x, axes); });
    if (axes == Axes{1}) row.on(kEverything);
    rows.push_back(row.is(picked({3, 4}, [axes](Index i) {
      for (std::int64_t a : axes) { Dim& d = i[static_cast<std::size_t>(a & 1)]; d = ((a & 1) == 0 ? 2 : 3) - d; }
      return i;
    })));
  }
  rows.push_back(Row("reverse one axis", {{3, 4}}, {3, 4}, [](Value x) { return reverse(x, 0); }).is(picked({3, 4}, [](const Index& i) { return Index{2 - i[0], i[1]}; })));
  for (const Dim shift : {Dim{0}, Dim{1}, Dim{-1}, Dim{6}, Dim{-5}}) {
    for (const int axis : {0, 1, -1, -2}) {
      const std::size_t a = static_cast<std::size_t>(axis & 1);
      rows.push_back(Row("roll by " + std::to_string(shift) + " along " + std::to_string(axis), {{3, 4}}, {3, 4}, [=](Value x) { return roll(x, shift, axis); })
                         .is(picked({3, 4}, [=](Index i) { const Dim n = a == 0 ? 3 : 4; i[a] = ((i[a] - shift) % n + n) % n; return i; })));
    }
  }
  rows.push_back(Row("roll of nothing", {{0, 2}}, {0, 2}, [](Value x) { return roll(x, 1, 0); }));
}

Dim clamped(double start, Dim length, Dim size) { return std::clamp<Dim>(static_cast<Dim>(start), 0, length - size); }

// The box at the starts that operands 1 and 2 hold, moved inside.
Reference boxed(Dims dims, Dims sizes) {
  return floats([=](const Tensors<double>& in) {
    const Dim a = clamped(in[1].data[0], dims[0], sizes[0]), b = clamped(in[2].data[0], dims[1], sizes[1]);
    return generate<double>(sizes, [&](const Index& i) { return in[0].at({i[0] + a, i[1] + b}); });
  });
}

void add_moving(std::vector<Row>& rows) {
  const auto take_box = [](Value x, Value a, Value b) { return dynamic_slice(x, {a, b}, {2, 3}); };
  for (DType d : kIntegers) {
    if (hilo::bits(d) < 8) continue;
    rows.push_back(Row("dynamic_slice by " + std::string(name(d)), {{4, 5}, Input{}.as(d).of({1}), Input{}.as(d).of({2})}, {2, 3}, take_box).in({kF32, kF64}).is(boxed({4, 5}, {2, 3})));
  }
  rows.push_back(Row("dynamic_slice, moved inside", {{4, 5}, Input{}.as(kI32).of({-3}), Input{}.as(kI32).of({9})}, {2, 3}, take_box).is(boxed({4, 5}, {2, 3})));
  rows.push_back(Row("dynamic_slice at random", {{4, 5}, Input{}.as(kI32).between(-1, 3), Input{}.as(kI32).between(-1, 3)}, {2, 3}, take_box).is(boxed({4, 5}, {2, 3})));
  rows.push_back(Row("dynamic_slice at numbers", {{4, 5}}, {2, 5}, [](Value x) { return dynamic_slice(x, {1, 0}, {2, 5}); }).on(kEverything)
                     .is(picked({2, 5}, [](const Index& i) { return Index{i[0] + 1, i[1]}; })));
  const auto replaced = floats([](const Tensors<double>& in) {
    const Dim a = clamped(in[2].data[0], 4, 2), b = clamped(in[3].data[0], 5, 3);
    return generate<double>({4, 5}, [&](const Index& i) {
      const Index from = {i[0] - a, i[1] - b};
      return in[1].holds(from) ? in[1].at(from) : in[0].at(i);
    });
  });
  const auto put_box = [](Value x, Value u, Value a, Value b) { return dynamic_update_slice(x, u, {a, b}); };
  for (DType d : {kI32, kI64, kU8, kU32}) {
    rows.push_back(Row("dynamic_update_slice by " + std::string(name(d)), {{4, 5}, {2, 3}, Input{}.as(d).between(0, 3), Input{}.as(d).between(0, 5)}, {4, 5}, put_box).is(replaced));
  }
  rows.push_back(Row("dynamic_update_slice, moved inside", {{4, 5}, {2, 3}, Input{}.as(kI32).of({-3}), Input{}.as(kI32).of({9})}, {4, 5}, put_box).is(replaced));
  rows.push_back(Row("dynamic_update_slice at numbers", {{4, 5}, {2, 3}}, {4, 5}, [](Value x, Value u) { return dynamic_update_slice(x, u, {1, 2}); }).on(kEverything)
                     .is(numbers([]<class T>(const Tensors<T>& in) {
                       return generate<T>({4, 5}, [&](const Index& i) { const Index from = {i[0] - 1, i[1] - 2}; return in[1].holds(from) ? in[1].at(from) : in[0].at(i); });
                     })));
  for (int axis = -2; axis < 2; ++axis) {
    const bool is_first = (axis & 1) == 0;
    const Dims dims = is_first ? Dims{2, 5} : Dims{4, 2};
    rows.push_back(Row("dynamic_slice_axis " + std::to_string(axis), {{4, 5}, Input{}.as(kI32).of({1})}, dims, [=](Value x, Value a) { return dynamic_slice_axis(x, axis, a, 2); })
                       .is(picked(dims, [=](Index i) { i[is_first ? 0 : 1] += 1; return i; })));
    rows.push_back(Row("dynamic_index_axis " + std::to_string(axis), {{4, 5}, Input{}.as(kI32).of({2})}, is_first ? Dims{5} : Dims{4}, [=](Value x, Value a) { return dynamic_index_axis(x, axis, a); })
                       .is(picked(is_first ? Dims{5} : Dims{4}, [=](const Index& i) { return is_first ? Index{2, i[0]} : Index{i[0], 2}; })));
    rows.push_back(Row("dynamic_update_slice_axis " + std::to_string(axis), {{4, 5}, Input(dims), Input{}.as(kI32).of({1})}, {4, 5}, [=](Value x, Value u, Value a) { return dynamic_update_slice_axis(x, u, axis, a); })
                       .is(numbers([=]<class T>(const Tensors<T>& in) {
                         return generate<T>({4, 5}, [&](const Index& i) { Index from = i; from[is_first ? 0 : 1] -= 1; return in[1].holds(from) ? in[1].at(from) : in[0].at(i); });
                       })));
  }
  rows.push_back(Row("dynamic_slice of nothing", {{4}, Input{}.as(kI32).of({2})}, {0}, [](Value x, Value a) { return dynamic_slice(x, {a}, {0}); }));
}

void add_diagonals(std::vector<Row>& rows) {
  for (const Dim offset : {Dim{0}, Dim{1}, Dim{-1}, Dim{-2}}) {
    const std::string suffix = " " + std::to_string(offset);
    const auto kept = [=](bool is_lower) {
      return numbers([=]<class T>(const Tensors<T>& in) {
        return generate<T>(in[0].dims, [&](const Index& i) { const Dim d = i[2] - i[1]; return (is_lower ? d <= offset : d >= offset) ? in[0].at(i) : T{}; });
      });
    };
    rows.push_back(Row("tril" + suffix, {{2, 3, 4}}, {2, 3, 4}, [=](Value x) { return tril(x, offset); }).is(kept(true)));
    rows.push_back(Row("triu" + suffix, {{2, 3, 4}}, {2, 3, 4}, [=](Value x) { return triu(x, offset); }).is(kept(false)));
    const Dim below = std::max<Dim>(-offset, 0), right = std::max<Dim>(offset, 0), n = std::min(3 - below, 4 - right);
    rows.push_back(Row("diagonal" + suffix, {{2, 3, 4}}, {2, n}, [=](Value x) { return diagonal(x, offset); })
                       .is(picked({2, n}, [=](const Index& i) { return Index{i[0], i[1] + below, i[1] + right}; })));
    rows.push_back(Row("eye" + suffix, {{}}, {3, 4}, [=](Value x) { return eye(3, x.dtype(), 4, offset); })
                       .is(numbers([=]<class T>(const Tensors<T>&) { return generate<T>({3, 4}, [&](const Index& i) { return i[1] - i[0] == offset ? T(1) : T(0); }); })));
  }
  rows.push_back(Row("eye", {{}}, {3, 3}, [](Value x) { return eye(3, x.dtype()); }).on(kEverything)
                     .is(numbers([]<class T>(const Tensors<T>&) { return generate<T>({3, 3}, [&](const Index& i) { return i[1] == i[0] ? T(1) : T(0); }); })));
  rows.push_back(Row("diagonal_matrix", {{2, 3}}, {2, 3, 3}, [](Value x) { return diagonal_matrix(x); }).on(kEverything)
                     .is(numbers([]<class T>(const Tensors<T>& in) { return generate<T>({2, 3, 3}, [&](const Index& i) { return i[1] == i[2] ? in[0].at({i[0], i[1]}) : T{}; }); })));
}

// Where along one axis a slice begins, ends, and how far its elements are apart.
struct Cut {
  Dim start, limit, stride;
};
Cut cut(Draw& draw, Dim length) {
  const Dim start = draw.between(0, length), limit = draw.between(start, length);
  return {start, limit, draw.between(1, 3)};
}

void add_drawn(std::vector<Drawn>& drawn) {
  drawn.push_back({"slice", [](Draw& draw) {
                     const Dims dims = draw.dims();
                     Dims start, limit, stride;
                     for (Dim d : dims) {
                       const Cut c = cut(draw, d);
                       start.push_back(c.start), limit.push_back(c.limit), stride.push_back(c.stride);
                     }
                     return Row({Input(dims)}, [=](Value x) { return slice(x, start, limit, stride); }).in(kSweptDTypes);
                   }});
  drawn.push_back({"concatenate", [](Draw& draw) {
                     const Dims dims = draw.dims(1);
                     const int axis = draw.axis(dims);
                     std::vector<Input> inputs;
                     for (Dim i = draw.between(1, 3); i >= 0; --i) {
                       Dims own = dims;
                       own[static_cast<std::size_t>(axis)] = draw.between(0, 3);
                       inputs.emplace_back(own);
                     }
                     return Row(inputs, [axis](In x) { return concatenate(x, axis); }).in(kSweptDTypes);
                   }});
  drawn.push_back({"pad", [](Draw& draw) {
                     const Dims dims = draw.dims();
                     Padding p;
                     for (Dim d : dims) {
                       p.interior.push_back(draw.between(0, 2));
                       p.low.push_back(draw.between(-1, 2));
                       p.high.push_back(std::max(draw.between(-1, 2), -(p.low.back() + d + std::max<Dim>(d - 1, 0) * p.interior.back())));
                     }
                     return Row({Input(dims), Input{}}, [p](Value x, Value v) { return pad(x, v, p); }).in(kSweptDTypes);
                   }});
  drawn.push_back({"reverse", [](Draw& draw) {
                     const Dims dims = draw.dims();
                     Axes axes = draw.order(dims.size());
                     axes.resize(static_cast<std::size_t>(draw.between(0, static_cast<Dim>(dims.size()))));
                     return Row({Input(dims)}, [axes](Value x) { return reverse(x, axes); }).in(kSweptDTypes);
                   }});
  // Starts may lie outside: boxes are moved inside.
  const auto box = [](Draw& draw, const Dims& dims) {
    Dims sizes;
    for (Dim d : dims) sizes.push_back(draw.between(0, d));
    return sizes;
  };
  drawn.push_back({"dynamic_slice", [box](Draw& draw) {
                     const Dims dims = draw.dims(), sizes = box(draw, dims);
                     std::vector<Input> inputs = {Input(dims)};
                     for (std::size_t i = 0; i < dims.size(); ++i) inputs.push_back(Input{}.as(kI32).between(-2, 9));
                     return Row(inputs, [sizes](In p) { return dynamic_slice(p[0], {p.begin() + 1, p.end()}, sizes); }).in(kSweptDTypes);
                   }});
  drawn.push_back({"dynamic_update_slice", [box](Draw& draw) {
                     const Dims dims = draw.dims(), sizes = box(draw, dims);
                     std::vector<Input> inputs = {Input(dims), Input(sizes)};
                     for (std::size_t i = 0; i < dims.size(); ++i) inputs.push_back(Input{}.as(kI32).between(-2, 9));
                     return Row(inputs, [](In p) { return dynamic_update_slice(p[0], p[1], {p.begin() + 2, p.end()}); }).in(kSweptDTypes);
                   }});
}

}  // namespace

Family slice_rows() {
  Family family{.name = "slice", .rows = {}};
  add_slices(family.rows);
  add_joins(family.rows);
  add_paddings(family.rows);
  add_turns(family.rows);
  add_moving(family.rows);
  add_diagonals(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
