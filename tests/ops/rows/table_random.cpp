// Rows of hilo/ops/random.h, random_bits.h and rng_bit_generator.h. Distributions are tested in random_test.cpp; here each
// function runs in every dtype and under vmap, and keeps to its range.
#include "hilo/ops/random.h"

#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rng.h"
#include "hilo/ops/rng_bit_generator.h"
#include "hilo/ops/sort.h"
#include "hilo/ops/unary.h"
#include "tests/ops/rows/reference_ops.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

Input key() { return Input{2}.as(kU64).between(0, 1e6); }

Reference always() {
  return numbers([]<class T>(const Tensors<T>&) { return Tensor<T>{{}, {T(1)}}; });
}

// The first operand gives the dtype; the result says whether all numbers lie where they must.
template <class F>
Row within(std::string name, F f) {
  return Row(std::move(name), {{}, key()}, {}, [f](Value x, Value k) { return all(f(x.dtype(), k)); }).to(kI1).on(kPlainFloats).order(0).is(always());
}

void add_floats(std::vector<Row>& rows) {
  rows.push_back(within("uniform", [](DType d, Value k) { const Value u = uniform(k, {d, {64}}); return (u >= 0) & (u < 1); }));
  rows.push_back(within("uniform between", [](DType d, Value k) { const Value u = uniform(k, {d, {64}}, -3, 5); return (u >= -3) & (u <= 5); }));
  rows.push_back(within("normal", [](DType d, Value k) { const Value u = normal(k, {d, {64}}); return abs(u) < 9; }));
  rows.push_back(within("truncated_normal", [](DType d, Value k) { const Value u = truncated_normal(k, {d, {64}}); return abs(u) <= 2; }));
  rows.push_back(within("truncated_normal between", [](DType d, Value k) { const Value u = truncated_normal(k, {d, {64}}, 0.5, 1); return (u >= 0.5) & (u <= 1); }));
  rows.push_back(within("exponential", [](DType d, Value k) { const Value u = exponential(k, {d, {64}}); return (u >= 0) & (u < 50); }));
  rows.push_back(within("gumbel", [](DType d, Value k) { const Value u = gumbel(k, {d, {64}}); return (u > -6) & (u < 50); }));
  rows.push_back(Row("uniform between Values", {{3}, Input{3}.between(3, 4), key()}, {3}, [](Value low, Value high, Value k) { return uniform(k, {low.dtype(), {3}}, low, high); }).unpredictable());
  rows.push_back(Row("uniform in two dims", {{}, key()}, {2, 3}, [](Value x, Value k) { return uniform(k, {x.dtype(), {2, 3}}) + x * 0; }).order(1));
  rows.push_back(Row("normal of nothing", {{}, key()}, {0, 3}, [](Value x, Value k) { return normal(k, {x.dtype(), {0, 3}}); }).order(0));
  rows.push_back(Row("truncated_normal of Values", {Input{3}.between(-2, -1), Input{3}.between(1, 2), key()}, {3}, [](Value low, Value high, Value k) {
    return truncated_normal(k, {low.dtype(), {3}}, low, high);
  }).in({kF32, kF64}).unpredictable());
  rows.push_back(Row("categorical", {{2, 5}, key()}, {}, [](Value x, Value k) { const Value c = categorical(k, x); return all((c >= 0) & (c < 5)); }).to(kI1).in(kPlainFloats).order(0).is(always()));
  for (const int axis : {0, 1, -1, -2}) {
    rows.push_back(Row("categorical along " + std::to_string(axis), {{4, 5}, key()}, {(axis & 1) == 0 ? 5 : 4}, [axis](Value x, Value k) { return categorical(k, x, axis); }).to(kI32).order(0));
  }
}

void add_integers(std::vector<Row>& rows) {
  for (DType d : kIntegers) {
    if (hilo::bits(d) < 8) continue;
    rows.push_back(Row("randint of " + std::string(name(d)), {key()}, {}, [d](Value k) { const Value r = randint(k, {d, {64}}, 3, 90); return all((r >= 3) & (r < 90)); }).to(kI1).in({kF32}).order(0).is(always()));
  }
  for (DType d : {kU8, kU16, kU32, kU64}) {
    for (const Dims& dims : std::vector<Dims>{{}, {5}, {3, 7}, {0}}) {
      rows.push_back(Row("random_bits of " + std::string(name(d)) + to_string(dims), {key()}, dims, [=](Value k) { return random_bits(k, {d, dims}); }).to(d).in({kF32}).order(0));
    }
  }
  rows.push_back(Row("bernoulli of a number", {key()}, {4, 8}, [](Value k) { return bernoulli(k, 0.3, {4, 8}); }).to(kI1).in({kF32}).order(0));
  rows.push_back(Row("bernoulli of 0", {key()}, {}, [](Value k) { return any(bernoulli(k, 0.0, {64})); }).to(kI1).in({kF32}).order(0).is(floats([](const Tensors<double>&) { return Tensor<double>{{}, {0}}; })));
  rows.push_back(Row("bernoulli of 1", {key()}, {}, [](Value k) { return all(bernoulli(k, 1.0, {64})); }).to(kI1).in({kF32}).order(0).is(always()));
  rows.push_back(Row("bernoulli of a tensor", {Input{8}.of({0, 1, 0, 1, 1, 0, 0, 1}), key()}, {2, 8}, [](Value p, Value k) { return bernoulli(k, p, {2, 8}); }).to(kI1).in(kPlainFloats).order(0)
                     .is(floats([](const Tensors<double>& in) { return generate<double>({2, 8}, [&](const Index& i) { return in[0].at({i[1]}); }); })));
  rows.push_back(Row("permutation", {key()}, {}, [](Value k) { const Value p = sort(permutation(k, 20)); return all(equal(p, iota({kI32, {20}}))); }).to(kI1).in({kF32}).order(0).is(always()));
  rows.push_back(Row("shuffle", {Input{6}.of({5, 1, 2, 4, 0, 3}), key()}, {6}, [](Value x, Value k) { return sort(shuffle(k, x)); }).order(0).is(floats([](const Tensors<double>&) { return Tensor<double>{{6}, {0, 1, 2, 3, 4, 5}}; })));
  for (const int axis : {0, 1, -1, -2}) {
    rows.push_back(Row("shuffle along " + std::to_string(axis), {{4, 3}, key()}, {4, 3}, [axis](Value x, Value k) { return shuffle(k, x, axis); }));
  }
}

void add_keys(std::vector<Row>& rows) {
  rows.push_back(Row("random_key", {Input{}.as(kU32).of({7})}, {2}, [](Value s) { return random_key(s); }).to(kU64).in({kF32}).order(0));
  rows.push_back(Row("random_key of a number", {{}}, {2}, [](Value) { return random_key(42); }).to(kU64).in({kF32}).order(0));
  rows.push_back(Row("fold_in", {key(), Input{}.as(kI32)}, {2}, [](Value k, Value i) { return fold_in(k, i); }).to(kU64).in({kF32}).order(0));
  rows.push_back(Row("fold_in of several", {key(), Input{3, 2}.as(kI64)}, {3, 2, 2}, [](Value k, Value i) { return fold_in(k, i); }).to(kU64).in({kF32}).order(0));
  rows.push_back(Row("fold_in of a number", {key()}, {2}, [](Value k) { return fold_in(k, 3); }).to(kU64).in({kF32}).order(0));
  rows.push_back(Row("split_key", {key()}, {3, 2}, [](Value k) { return split_key(k, 3); }).to(kU64).in({kF32}).order(0));
}

void add_generators(std::vector<Row>& rows) {
  const auto row = [&](std::string name, RngAlgorithm algorithm, Dim words, DType d) {
    rows.push_back(Row("rng_bit_generator " + name, {Input{words}.as(kU64).between(0, 1e6)}, {words}, [=](Value s) {
      const RandomState r = rng_bit_generator(s, {d, {3, 2}}, algorithm);
      return std::vector{r.state, r.bits};
    }).to(kU64).and_result({3, 2}, d).in({kF32}).order(0));
  };
  row("Philox", RngAlgorithm::kPhilox, 2, kU32);
  row("Philox of three words", RngAlgorithm::kPhilox, 3, kU32);
  row("ThreeFry", RngAlgorithm::kThreeFry, 2, kU32);
  row("default", RngAlgorithm::kDefault, 2, kU32);
  for (DType d : {kU8, kU16, kU32, kU64}) row("of " + std::string(name(d)), RngAlgorithm::kPhilox, 2, d);
}

void add_rng(std::vector<Row>& rows) {
  const DTypes wide = {kI32, kI64, kU32, kU64};
  rows.push_back(Row("rng", {Input{}.of({1}), Input{}.of({5})}, {}, [](Value a, Value b) { const Value r = rng(a, b, {8, 8}); return all((r >= a) & (r <= b)); })
                     .to(kI1).on(kPlainFloats + wide).order(0).is(always()));
  rows.push_back(Row("rng of a normal distribution", {Input{}.of({1}), Input{}.of({0.25})}, {}, [](Value a, Value b) { return all(abs(rng(a, b, {8, 8}, RngDistribution::kNormal) - a) < 3); })
                     .to(kI1).on(kPlainFloats).order(0).is(always()));
  const std::string why = "the op does not say what it drew; uniform and normal with a key do";
  rows.push_back(Row("rng has no gradient", {{}, Input{}.between(3, 4)}, {2, 3}, [](Value a, Value b) { return rng(a, b, {2, 3}); }).unpredictable().no_reverse(why).no_forward(why));
}

}  // namespace

Family random_rows() {
  Family family{.name = "random", .rows = {}};
  add_floats(family.rows);
  add_integers(family.rows);
  add_keys(family.rows);
  add_generators(family.rows);
  add_rng(family.rows);
  return family;
}

}  // namespace hilo::test
