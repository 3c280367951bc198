// Rows of hilo/ops/dynamic_shape.h.
#include "hilo/ops/dynamic_shape.h"

#include <cmath>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/unary.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

const DTypes kEverything = kBoolean + kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers;
constexpr Dim kAny = kDynamic;

Value list(std::vector<std::int64_t> numbers) {
  return constant(Array::of({static_cast<Dim>(numbers.size())}, numbers));
}

void add_static(std::vector<Row>& rows) {
  rows.push_back(Row("dynamic_reshape", {{2, 6}}, {3, 4},
                     [](Value x) {
                       return dynamic_reshape(x, list({3, 4}));
                     })
                     .on(kEverything)
                     .is(numbers([](const auto& in) {
                       return reshaped(in[0], {3, 4});
                     })));
  rows.push_back(
      Row("dynamic_reshape by lengths", {{2, 3, 4}}, {4, 6}, [](Value x) {
        const Value last = reshape(get_dimension_size(x, -1).as(kI64), {1});
        return dynamic_reshape(
            x, concatenate({last, broadcast_to(constant(Array::scalar(std::int64_t{6})), {1})}, 0));
      }).is(numbers([](const auto& in) {
        return reshaped(in[0], {4, 6});
      })));
  rows.push_back(Row("dynamic_reshape to one unknown length", {{2, 6}, Input{1}.as(kI64).of({4})},
                     {4, 3},
                     [](Value x, Value n) {
                       return dynamic_reshape(x, concatenate({n, list({3})}, 0));
                     })
                     .is(numbers([](const auto& in) {
                       return reshaped(in[0], {4, 3});
                     })));
  rows.push_back(
      Row("dynamic_broadcast_in_dim", {{1, 3}}, {4, 2, 3},
          [](Value x) {
            return dynamic_broadcast_in_dim(x, list({4, 2, 3}), {1, 2},
                                            {.expanding = Axes{0}, .nonexpanding = Axes{1}});
          })
          .on(kEverything)
          .is(numbers([]<class T>(const Tensors<T>& in) {
            return generate<T>({4, 2, 3}, [&](const Index& i) { return in[0].at({0, i[2]}); });
          })));
  rows.push_back(Row("dynamic_iota", {{2, 3}}, {2, 3},
                     [](Value x) {
                       return x + dynamic_iota(list({2, 3}), x.dtype(), -1);
                     })
                     .in({kI32, kU8, kF32, kF64, kC64})
                     .is(numbers([]<class T>(const Tensors<T>& in) {
                       return generate<T>({2, 3}, [&](const Index& i) {
                         return in[0].at(i) + static_cast<T>(static_cast<double>(i[1]));
                       });
                     })));
  rows.push_back(Row("dynamic_pad", {{2, 3}, {}}, {3, 7},
                     [](Value x, Value v) {
                       return dynamic_pad(x, v, list({0, 2}), list({1, 0}), list({0, 1}));
                     })
                     .on(kEverything)
                     .is(numbers([]<class T>(const Tensors<T>& in) {
                       return generate<T>({3, 7}, [&](const Index& i) {
                         const bool is_inside = i[0] < 2 && i[1] >= 2 && i[1] % 2 == 0;
                         return is_inside ? in[0].at({i[0], i[1] / 2 - 1}) : in[1].data[0];
                       });
                     })));
  rows.push_back(Row("real_dynamic_slice", {{4, 6}}, {2, 3},
                     [](Value x) {
                       return real_dynamic_slice(x, list({1, 0}), list({3, 6}), list({1, 2}));
                     })
                     .on(kEverything)
                     .is(numbers([]<class T>(const Tensors<T>& in) {
                       return generate<T>({2, 3}, [&](const Index& i) {
                         return in[0].at({i[0] + 1, 2 * i[1]});
                       });
                     })));
  const GatherDimensionNumbers rows_of{.offset_dims = {1},
                                       .collapsed_slice_dims = {0},
                                       .start_index_map = {0},
                                       .index_vector_dim = 1};
  rows.push_back(Row("dynamic_gather", {{5, 3}, Input{2}.as(kI32).of({4, 1})}, {2, 3},
                     [=](Value x, Value at) {
                       return dynamic_gather(x, at, list({1, 3}), rows_of);
                     })
                     .in({kI32, kF32, kF64})
                     .is(numbers([]<class T>(const Tensors<T>& in) {
                       return generate<T>({2, 3}, [&](const Index& i) {
                         return in[0].at({i[0] == 0 ? 4 : 1, i[1]});
                       });
                     })));
  rows.push_back(
      Row("dynamic_conv", {{1, 4, 4, 1}, {1, 2, 1, 1}}, {1, 4, 5, 1}, [](Value x, Value k) {
        return dynamic_conv(x, k,
                            constant(Array::of({2, 2}, std::vector<std::int64_t>{0, 0, 1, 1})));
      }).is(floats([](const Tensors<double>& in) {
        return generate<double>({1, 4, 5, 1}, [&](const Index& i) {
          double total = 0;
          for (Dim t = 0; t < 2; ++t) {
            const Index from = {0, i[1], i[2] + t - 1, 0};
            if (in[0].holds(from)) total += in[0].at(from) * in[1].at({0, t, 0, 0});
          }
          return total;
        });
      })));
}

void add_sizes(std::vector<Row>& rows) {
  rows.push_back(
      Row("get_dimension_size", {{2, 5}}, {}, [](Value x) { return get_dimension_size(x, -1); })
          .to(kI32)
          .order(0)
          .is(numbers([]<class T>(const Tensors<T>&) {
            return Tensor<T>{{}, {T(5)}};
          })));
  // What is cut off does not count; the rest is as static as it was.
  rows.push_back(Row("set_dimension_size", {{4, 3}, Input{}.as(kI32).of({2})}, {},
                     [](Value x, Value n) {
                       const Value cut = exp(set_dimension_size(x, n, 0));
                       return std::vector{sum(cut), get_dimension_size(cut, 0).as(x.dtype())};
                     })
                     .and_result({})
                     .no_reverse("a length of the result is dynamic")
                     .no_forward("a length that is set when the program runs has no gradient rule")
                     .no_batching("a batch would have a length for each element")
                     .is(floats([](const Tensors<double>& in) {
                       double total = 0;
                       for (std::size_t i = 0; i < 6; ++i) total += std::exp(in[0].data[i]);
                       return Tensors<double>{{{}, {total}}, {{}, {2}}};
                     })));
  rows.push_back(Row("dynamic_reshape within bounds", {{2, 3}, Input{1}.as(kI32).of({6})}, {},
                     [](Value x, Value n) { return sum(dynamic_reshape(x, n, {6})); })
                     .no_reverse("a length of the result is dynamic")
                     .no_forward("the lengths are known only when the program runs")
                     .no_batching("the lengths are known only when the program runs")
                     .is(floats([](const Tensors<double>& in) { return summed(in[0]); })));
}

// Unknown lengths: the rest is worked out, and what needs them refused before XLA sees it.
void add_unknown(std::vector<Row>& rows) {
  const auto row = [&](const std::string& name, std::vector<Input> inputs, Dims dims, auto f,
                       const std::string& refusal) {
    rows.push_back(Row(name + " of unknown lengths", std::move(inputs), std::move(dims), f)
                       .in({kF32})
                       .not_run(refusal));
  };
  const Input x = {2, 3}, two = Input{2}.as(kI64), one = Input{1}.as(kI64);
  const auto cannot = [](const std::string& op) {
    return op + ": a length of the result cannot be worked out before the program runs";
  };
  row(
      "dynamic_reshape", {x, two}, {kAny, kAny},
      [](Value a, Value n) { return dynamic_reshape(a, n); }, cannot("dynamic_reshape"));
  row(
      "dynamic_broadcast_in_dim", {x, one}, {kAny, 2, 3},
      [](Value a, Value n) {
        return dynamic_broadcast_in_dim(a, concatenate({n, list({2, 3})}, 0), {1, 2});
      },
      cannot("dynamic_broadcast_in_dim"));
  row(
      "dynamic_iota", {one}, {kAny, 3},
      [](Value n) {
        return dynamic_iota(concatenate({n, list({3})}, 0), kF32, 1);
      },
      cannot("dynamic_iota"));
  row(
      "dynamic_pad", {x, one}, {kAny, 7},
      [](Value a, Value n) {
        return dynamic_pad(a, 0, concatenate({n, list({1})}, 0), list({0, 1}), list({0, 1}));
      },
      cannot("dynamic_pad"));
  row(
      "real_dynamic_slice", {x, one}, {kAny, 2},
      [](Value a, Value n) {
        return real_dynamic_slice(a, list({0, 0}), concatenate({n, list({3})}, 0), list({1, 2}));
      },
      cannot("real_dynamic_slice"));
  const GatherDimensionNumbers numbers_of{
      .offset_dims = {1, 2}, .start_index_map = {0}, .index_vector_dim = 1};
  row(
      "dynamic_gather", {x, Input{4}.as(kI32), one}, {4, 1, kAny},
      [=](Value a, Value at, Value n) {
        return dynamic_gather(a, at, concatenate({list({1}), n}, 0), numbers_of);
      },
      cannot("dynamic_gather"));
  row(
      "dynamic_conv", {{1, 4, 4, 1}, {1, 2, 1, 6}, Input{2, 2}.as(kI64)}, {1, kAny, kAny, 6},
      [](Value a, Value k, Value p) { return dynamic_conv(a, k, p); }, cannot("dynamic_conv"));
}

void add_drawn(std::vector<Drawn>& drawn) {
  drawn.push_back({"dynamic_reshape", [](Draw& draw) {
                     const Dims dims = draw.dims();
                     Dims other = dims;
                     std::ranges::reverse(other);
                     return Row({Input(dims)}, [other](Value x) { return dynamic_reshape(x, list(other)); }).in(kSweptDTypes);
                   }});
  drawn.push_back({"dynamic_broadcast_in_dim", [](Draw& draw) {
                     const Dims dims = draw.dims(0, 4), own = draw.broadcasting(dims);
                     Axes axes;
                     for (std::size_t i = dims.size() - own.size(); i < dims.size(); ++i) axes.push_back(static_cast<std::int64_t>(i));
                     return Row({Input(own)}, [=](Value x) { return dynamic_broadcast_in_dim(x, list(dims), axes); }).in(kSweptDTypes);
                   }});
  drawn.push_back({"dynamic_iota", [](Draw& draw) {
                     const Dims dims = draw.dims(1);
                     return Row({Input(dims)}, [dims, axis = draw.axis(dims)](Value x) { return x * dynamic_iota(list(dims), x.dtype(), axis); }).in(kSweptDTypes);
                   }});
  drawn.push_back({"dynamic_pad", [](Draw& draw) {
                     const Dims dims = draw.dims();
                     Dims low, high, interior;
                     for (std::size_t i = 0; i < dims.size(); ++i) {
                       low.push_back(draw.between(0, 2)), high.push_back(draw.between(0, 2)), interior.push_back(draw.between(0, 1));
                     }
                     return Row({Input(dims), Input{}}, [=](Value x, Value v) { return dynamic_pad(x, v, list(low), list(high), list(interior)); }).in(kSweptDTypes);
                   }});
  drawn.push_back({"real_dynamic_slice", [](Draw& draw) {
                     const Dims dims = draw.dims();
                     Dims start, limit, strides;
                     for (Dim d : dims) {
                       start.push_back(draw.between(0, d)), limit.push_back(draw.between(start.back(), d)), strides.push_back(draw.between(1, 3));
                     }
                     return Row({Input(dims)}, [=](Value x) { return real_dynamic_slice(x, list(start), list(limit), list(strides)); }).in(kSweptDTypes);
                   }});
  drawn.push_back({"dynamic_gather", [](Draw& draw) {
                     const Dim width = draw.length_or_none(), n = draw.length(5);
                     return Row({Input{draw.length(5), width}, Input{n}.as(kI32).between(-1, 5)}, [width](Value x, Value at) {
                              return dynamic_gather(x, at, list({1, width}), {.offset_dims = {1}, .collapsed_slice_dims = {0}, .start_index_map = {0}, .index_vector_dim = 1});
                            }).in(kSweptDTypes);
                   }});
  drawn.push_back({"dynamic_conv", [](Draw& draw) {
                     const Dim in = draw.between(1, 3);
                     std::vector<std::int64_t> padding;
                     for (int i = 0; i < 4; ++i) padding.push_back(draw.between(0, 2));
                     return Row({Input{draw.length_or_none(2), draw.length(5), draw.length(5), in}, Input{1, draw.between(1, 2), in, draw.between(1, 2)}},
                                [padding](Value x, Value k) { return dynamic_conv(x, k, constant(Array::of({2, 2}, padding))); }).in(kSweptDTypes);
                   }});
}

}  // namespace

Family dynamic_rows() {
  Family family{.name = "dynamic", .rows = {}};
  add_static(family.rows);
  add_sizes(family.rows);
  add_unknown(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
