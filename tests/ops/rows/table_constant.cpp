// Rows of hilo/ops/constant.h, hilo/ops/convert.h, hilo/ops/custom_gradient.h and hilo/ops/barrier.h.
#include "hilo/ops/constant.h"

#include <cmath>
#include <cstring>

#include "hilo/ops/barrier.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/unary.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

const DTypes kEverything = kBoolean + kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers;

template <class T>
Tensor<T> counted(const Dims& dims, std::size_t axis) {
  return generate<T>(dims, [axis](const Index& index) { return static_cast<T>(static_cast<double>(index[axis])); });
}

// The first operand gives the dtype: rows are functions.
void add_constants(std::vector<Row>& rows) {
  for (int axis = -2; axis < 2; ++axis) {
    Row row("iota " + std::to_string(axis), {{}}, {3, 4}, [axis](Value x) { return iota({x.dtype(), {3, 4}}, axis); });
    row.is(numbers([axis]<class T>(const Tensors<T>&) { return counted<T>({3, 4}, static_cast<std::size_t>(axis & 1)); }));
    if (axis == 1) row.on(kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers);
    rows.push_back(row);
  }
  const auto all_of = [](double v) { return numbers([v]<class T>(const Tensors<T>&) { return generate<T>({2, 3}, [v](const Index&) { return static_cast<T>(v); }); }); };
  rows.push_back(Row("zeros", {{}}, {2, 3}, [](Value x) { return zeros({x.dtype(), {2, 3}}); }).on(kEverything).is(all_of(0)));
  rows.push_back(Row("ones", {{}}, {2, 3}, [](Value x) { return ones({x.dtype(), {2, 3}}); }).on(kEverything).is(all_of(1)));
  rows.push_back(Row("full", {{}}, {2, 3}, [](Value x) { return full({x.dtype(), {2, 3}}, 1); }).on(kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers).is(all_of(1)));
  rows.push_back(Row("full of a Value", {{}}, {2, 3}, [](Value x) { return full({x.dtype(), {2, 3}}, x); })
                     .is(numbers([]<class T>(const Tensors<T>& in) { return generate<T>({2, 3}, [&](const Index&) { return in[0].data[0]; }); })));
  rows.push_back(Row("constant", {{2, 2}}, {2, 2}, [](Value x) { return x * constant(Array::of<float>({2, 2}, {1, 2, -3, 0.5F})); }).in({kF32})
                     .is(floats([](const Tensors<double>& in) {
                       return Tensor<double>{{2, 2}, {in[0].data[0], 2 * in[0].data[1], -3 * in[0].data[2], 0.5 * in[0].data[3]}};
                     })));
}

// Numbers that survive every conversion, and some that are cut off.
void add_conversions(std::vector<Row>& rows) {
  for (DType to : kEverything) {
    Row row("convert to " + std::string(name(to)), {Input{6}.of({0, 1, 1, 0, 1, 1})}, {6}, [to](Value x) { return convert(x, to); });
    row.on(kEverything).to(to).order(0).is(numbers([](const auto& in) { return in[0]; }));
    rows.push_back(row);
  }
  const auto all = [](std::vector<double> v, DType from, DType to, std::vector<double> want) {
    const auto n = static_cast<Dim>(v.size());
    return Row("convert " + std::string(name(from)) + " to " + std::string(name(to)), {vector(std::move(v)).as(from)}, {n}, [to](Value x) { return x.as(to); })
        .to(to).in({kF32}).order(0).is(floats([want](const Tensors<double>& in) { return Tensor<double>{in[0].dims, want}; }));
  };
  rows.push_back(all({1.9, -1.9, 0.5, -0.5}, kF32, kI32, {1, -1, 0, 0}));
  rows.push_back(all({1.9, 200, 0.5}, kF64, kU8, {1, 200, 0}));
  rows.push_back(all({0.5, 0, -3, std::nan("")}, kF32, kI1, {1, 0, 1, 1}));
  rows.push_back(all({300, -1, 5}, kI32, kU8, {44, 255, 5}));
  rows.push_back(all({-1, 127}, kI8, kI64, {-1, 127}));
  rows.push_back(all({1.00390625, 1.01171875}, kF32, kBF16, {1, 1.015625}));     // ties to even
  rows.push_back(all({1 + 0x1p-11, 1 + 3 * 0x1p-11}, kF32, kF16, {1, 1 + 4 * 0x1p-11}));
  rows.push_back(all({0.1}, kF64, kF32, {static_cast<double>(0.1F)}));
  rows.push_back(all({16777217, -16777217}, kI32, kF32, {16777216, -16777216}));
  // Gradients between dtypes that have one.
  rows.push_back(Row("convert there and back", {{4}}, {4}, [](Value x) { return convert(convert(x, kC128), kF64); }).in({kF64}).is(floats(map([](double x) { return x; }))));
  rows.push_back(Row("convert to complex", {{4}}, {4}, [](Value x) { return convert(x, kC128) * convert(x, kC128); }).to(kC128).in({kF64}).is(floats(map([](double x) { return x * x; }))));
  rows.push_back(Row("convert of a complex", {{4}}, {4}, [](Value x) { return convert(x * x, kF64); }).to(kF64).in({kC128})
                     .is({.complex = floats_and_complexes(map([](auto x) { return decltype(x)(std::real(x * x)); })).complex}));
  rows.push_back(Row("as", {{4}}, {4}, [](Value x) { return x.as(kF64); }).to(kF64).in({kF32, kF64}).is(floats(map([](double x) { return x; }))));
  rows.push_back(Row("no gradient through integers", {vector({1.5, 2.5})}, {2}, [](Value x) { return x.as(kI32).as(x.dtype()) * x; })
                     .gradients({{1, 2}}).is(floats(map([](double x) { return std::trunc(x) * x; }))));
}

// The bytes of the operand as another dtype.
Row bits(DType from, DType to, Dims in, Dims out) {
  const std::string title = "bitcast_convert " + std::string(name(from)) + " to " + std::string(name(to)) + " " + to_string(in);
  return Row(title, {Input(std::move(in)).as(from).between(-100, 100)}, std::move(out), [to](Value x) { return bitcast_convert(x, to); })
      .to(to).in({kF32}).order(0);
}
template <class From, class To>
Row with_bits(DType from, DType to, Dims in, Dims out) {
  Row row = bits(from, to, std::move(in), out);
  return row.is(floats([out](const Tensors<double>& x) {
    std::vector<From> values;
    for (double v : x[0].data) values.push_back(static_cast<From>(v));
    std::vector<To> read(values.size() * sizeof(From) / sizeof(To));
    std::memcpy(read.data(), values.data(), read.size() * sizeof(To));
    return Tensor<double>{out, {read.begin(), read.end()}};
  }));
}

void add_bitcasts(std::vector<Row>& rows) {
  rows.push_back(with_bits<float, std::int32_t>(kF32, kI32, {4}, {4}));
  rows.push_back(with_bits<float, std::uint32_t>(kF32, kU32, {2, 2}, {2, 2}));
  rows.push_back(with_bits<double, std::int32_t>(kF64, kI32, {3}, {3, 2}));
  rows.push_back(with_bits<float, std::uint8_t>(kF32, kU8, {2, 3}, {2, 3, 4}));
  rows.push_back(with_bits<std::int16_t, std::uint8_t>(kI16, kU8, {}, {2}));
  rows.push_back(with_bits<std::int8_t, std::int32_t>(kI8, kI32, {3, 4}, {3}));
  rows.push_back(with_bits<std::int16_t, std::int16_t>(kI16, kI16, {3}, {3}));
  rows.push_back(with_bits<std::int32_t, float>(kI32, kF32, {0}, {0}));
  rows.push_back(bits(DType::kF8E4M3FN, kU8, {4}, {4}));
  rows.push_back(bits(kBF16, kU16, {4}, {4}));
  rows.push_back(bits(kF16, kU16, {4}, {4}));
  rows.push_back(bits(kF64, kU64, {3}, {3}));
  rows.push_back(bits(DType::kI4, DType::kU4, {4}, {4}));
}

void add_gradients_of_ones_own(std::vector<Row>& rows) {
  rows.push_back(Row("stop_gradient", {{3}}, {3}, [](Value x) { return stop_gradient(x) * x; }).order(0).is(floats(map([](double x) { return x * x; }))));
  rows.push_back(Row("stop_gradient, its gradient", {vector({2, 3})}, {2}, [](Value x) { return stop_gradient(x) * x; }).gradients({{2, 3}}));
  rows.push_back(Row("stop_gradient alone", {{3}}, {3}, [](Value x) { return stop_gradient(x); }).on(kEverything).order(0).is(numbers([](const auto& in) { return in[0]; })));
  rows.push_back(Row("custom_gradient", {{3}, {3}}, {3}, [](Value a, Value b) {
    return custom_gradient({a, b}, [](In x) { return std::vector{x[0] * x[0] * x[1]}; },
                           [](In x, In, In d) { return std::vector{2 * x[0] * x[1] * d[0], x[0] * x[0] * d[0]}; });
  }).is(floats(map([](double a, double b) { return a * a * b; }))));
  rows.push_back(Row("custom_gradient of one's own", {vector({1, 2})}, {2}, [](Value a) {
    return custom_gradient({a}, [](In x) { return std::vector{x[0]}; }, [](In, In, In d) { return std::vector{10 * d[0]}; });
  }).gradients({{10, 10}}));
  rows.push_back(Row("custom_gradient of none", {vector({1, 2})}, {2}, [](Value a) {
    return custom_gradient({a}, [](In x) { return std::vector{x[0]}; }, [](In, In, In) { return std::vector{Value()}; });
  }).gradients({{0, 0}}));
  rows.push_back(Row("custom_derivative", {Input{3}.between(0.5, 2)}, {3}, [](Value x) {
    return custom_derivative(x, [](Value v) { return v * v * v; }, [](Value v, Value, Value d) { return 3 * v * v * d; });
  }).is(floats(map([](double x) { return x * x * x; }))));
  rows.push_back(Row("optimization_barrier", {{3}, {2}}, {3}, [](Value a, Value b) { return optimization_barrier({a, b}); })
                     .and_result({2}).on(kEverything).is(numbers([](const auto& in) { return in; })));
  rows.push_back(Row("optimization_barrier of one", {{3}}, {3}, [](Value a) { return optimization_barrier(a * a); }).is(floats(map([](double a) { return a * a; }))));
}

void add_drawn(std::vector<Drawn>& drawn) {
  drawn.push_back({"convert", [](Draw& draw) {
                     return Row({Input(draw.dims())}, [](Value x) {
                       const Value z = convert(x, x.dtype() == kF64 ? kC128 : DType::kC64);
                       return convert(z * z, x.dtype());
                     });
                   }});
  drawn.push_back({"hilo.stop_gradient", [](Draw& draw) {
                     return Row({Input(draw.dims())}, [](Value x) { return stop_gradient(x); }).derivative_of([](Value x) { return zeros_like(x); });
                   }});
  drawn.push_back({"optimization_barrier", [](Draw& draw) {
                     return Row({Input(draw.dims()), Input(draw.dims())}, [](Value a, Value b) { return optimization_barrier({a * a, b}); }).in(kSweptDTypes);
                   }});
}

}  // namespace

Family constant_rows() {
  Family family{.name = "constant", .rows = {}};
  add_constants(family.rows);
  add_conversions(family.rows);
  add_bitcasts(family.rows);
  add_gradients_of_ones_own(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
