// What gather, scatter, sort, einsum and random numbers refuse.
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/einsum.h"
#include "hilo/ops/gather.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/random.h"
#include "hilo/ops/reducer.h"
#include "hilo/ops/rng_bit_generator.h"
#include "hilo/ops/scatter.h"
#include "hilo/ops/sort.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

const Shape kMatrix = f32({4, 3}), kRows = i32({2, 1});

// Rows of a matrix; a row below changes one thing.
GatherDimensionNumbers rows_of() {
  return {.offset_dims = {1}, .collapsed_slice_dims = {0}, .start_index_map = {0}, .index_vector_dim = 1};
}
template <class F>
GatherDimensionNumbers rows_but(F change) {
  GatherDimensionNumbers n = rows_of();
  change(n);
  return n;
}
using G = GatherDimensionNumbers;

void add_gathers(std::vector<Refused>& r) {
  const auto call = [](G n, Dims sizes = {1, 3}) { return [=](Value x, Value i) { return gather(x, i, n, sizes); }; };
  r.push_back({"gather", {kMatrix, kRows}, call(rows_of(), {1}), "slice_sizes = [1] does not fit the rank", "a length for each axis of x"});
  r.push_back({"gather", {kMatrix, kRows}, call(rows_of(), {1, 4}), "slice_sizes = [1,4] does not fit axis 1", "0 <= slice_sizes <= lengths of x"});
  r.push_back({"gather", {kMatrix, kRows}, call(rows_of(), {2, 3}), "the window is longer than 1 on axis 0", "length 1 on collapsed and batching axes"});
  r.push_back({"gather", {kMatrix, f32({2, 1})}, call(rows_of()), "indices are no integers", "integer indices"});
  r.push_back({"gather", {kMatrix, kRows}, call(rows_but([](G& n) { n.offset_dims = {}; })), "the rank of x is not divided up", "offset_dims, collapsed_slice_dims and operand_batching_dims with one entry per axis of x"});
  r.push_back({"gather", {kMatrix, kRows}, call(rows_but([](G& n) { n.index_vector_dim = 3; })), "index_vector_dim = 3 is out of range", "0 <= index_vector_dim <= rank of the indices"});
  r.push_back({"gather", {kMatrix, kRows}, call(rows_but([](G& n) { n.start_index_map = {0, 1}; })), "start_index_map has not one entry per index of a row", "1 entries"});
  r.push_back({"gather", {kMatrix, kRows}, call({.offset_dims = {1, 0}, .start_index_map = {0}, .index_vector_dim = 1}), "offset_dims = [1,0] is not ascending", "distinct, ascending axes"});
  r.push_back({"gather", {kMatrix, kRows}, call(rows_but([](G& n) { n.offset_dims = {2}; })), "offset_dims = [2] is out of range", "axes of the result"});
  r.push_back({"gather", {kMatrix, kRows}, call({.collapsed_slice_dims = {0, 0}, .start_index_map = {0}, .index_vector_dim = 1}), "collapsed_slice_dims and operand_batching_dims name an axis twice", "distinct axes"});
  r.push_back({"gather", {kMatrix, kRows}, call({.collapsed_slice_dims = {1, 0}, .start_index_map = {0}, .index_vector_dim = 1}), "collapsed_slice_dims = [1,0] is not ascending", "ascending axes"});
  r.push_back({"gather", {kMatrix, kRows}, call(rows_but([](G& n) { n.collapsed_slice_dims = {2}; })), "collapsed_slice_dims = [2] is out of range", "axes of x"});
  r.push_back({"gather", {kMatrix, kRows}, call({.operand_batching_dims = {1, 0}, .start_index_map = {0}, .index_vector_dim = 1}), "operand_batching_dims = [1,0] is not ascending", "ascending axes"});
  r.push_back({"gather", {kMatrix, kRows}, call({.offset_dims = {1}, .operand_batching_dims = {2}, .start_index_map = {0}, .index_vector_dim = 1}), "operand_batching_dims = [2] is out of range", "axes of x"});
  const auto paired = [](Axes in_x, Axes in_indices) { return G{.collapsed_slice_dims = {1}, .operand_batching_dims = std::move(in_x), .start_indices_batching_dims = std::move(in_indices), .start_index_map = {1}, .index_vector_dim = 1}; };
  const Shape four = i32({4, 1});
  r.push_back({"gather", {kMatrix, four}, call(paired({0}, {0, 0}), {1, 1}), "start_indices_batching_dims names an axis twice", "distinct axes"});
  r.push_back({"gather", {kMatrix, four}, call(paired({0}, {2}), {1, 1}), "start_indices_batching_dims = [2] is out of range", "axes of the indices"});
  r.push_back({"gather", {kMatrix, four}, call(paired({0}, {1}), {1, 1}), "start_indices_batching_dims names index_vector_dim", "other axes"});
  r.push_back({"gather", {kMatrix, four}, call(paired({0}, {}), {1, 1}), "operand_batching_dims and start_indices_batching_dims do not pair", "equal numbers of axes"});
  r.push_back({"gather", {kMatrix, kRows}, call(paired({0}, {0}), {1, 1}), "batching axes 0 and 0 differ in length", "equal lengths of paired axes"});
  r.push_back({"gather", {kMatrix, four}, call({.collapsed_slice_dims = {1}, .operand_batching_dims = {0}, .start_indices_batching_dims = {0}, .start_index_map = {0}, .index_vector_dim = 1}, {1, 1}),
               "start_index_map and operand_batching_dims name an axis twice", "distinct axes"});
  r.push_back({"gather", {kMatrix, kRows}, call(rows_but([](G& n) { n.start_index_map = {2}; })), "start_index_map = [2] is out of range", "axes of x"});
}

void add_scatters(std::vector<Refused>& r) {
  const ScatterDimensionNumbers n{.update_window_dims = {1}, .inserted_window_dims = {0}, .scatter_dims_to_operand_dims = {0}, .index_vector_dim = 1};
  const auto call = [](ScatterDimensionNumbers m) { return [m](Value x, Value i, Value u) { return scatter(x, i, u, m, Update::kAdd); }; };
  const auto general = [n](Function body) { return [=](Value x, Value i, Value u) { return scatter(std::vector{x}, i, std::vector{u}, n, body); }; };
  const Shape updates = f32({2, 3});
  r.push_back({"scatter", {kMatrix, kRows}, [n](Value x, Value i) { return scatter(std::vector{x}, i, std::vector<Value>{}, n, scalar_reducer(add, kF32)); }, "inputs and updates do not pair", "n inputs, indices, n updates"});
  r.push_back({"scatter", {kMatrix, f32({3, 3}), kRows, updates}, [n](Value x, Value y, Value i, Value u) { return scatter(std::vector{x, y}, i, std::vector{u, u}, n, scalar_reducer(add, kF32)); }, "inputs differ", "inputs of the same dims"});
  r.push_back({"scatter", {kMatrix, kRows, updates, f32({3, 3})}, [n](Value x, Value i, Value u, Value v) { return scatter(std::vector{x, x}, i, std::vector{u, v}, n, scalar_reducer(add, kF32)); }, "updates differ", "updates of the same dims"});
  r.push_back({"scatter", {kMatrix, kRows, i32({2, 3})}, general(scalar_reducer(add, kF32)), "an update's dtype differs", "its input's dtype"});
  r.push_back({"scatter", {kMatrix, kRows, updates}, general(scalar_reducer(add, kI32)), "the body does not fit", "a body from 2n scalars to n"});
  r.push_back({"scatter", {kMatrix, kRows, updates}, call({.update_window_dims = {2}, .inserted_window_dims = {0}, .scatter_dims_to_operand_dims = {0}, .index_vector_dim = 1}), "update_window_dims = [2] is out of range", "axes of the updates"});
  r.push_back({"scatter", {kMatrix, kRows, f32({3, 3})}, call(n), "the updates do not fit the indices and windows", "updates of dims [2,3]"});
  r.push_back({"scatter", {kMatrix, kRows, f32({2, 4})}, call(n), "a window of [1,4] is longer than axis 1", "windows inside of x"});
  r.push_back({"scatter", {kMatrix, f32({2, 1}), updates}, call(n), "indices are no integers", "integer indices"});
  r.push_back({"scatter", {kMatrix, kRows, updates}, call({.inserted_window_dims = {0}, .scatter_dims_to_operand_dims = {0}, .index_vector_dim = 1}), "the rank of x is not divided up",
               "update_window_dims, inserted_window_dims and input_batching_dims with one entry per axis of x"});
  r.push_back({"scatter", {kMatrix, kRows, updates}, call({.update_window_dims = {1}, .inserted_window_dims = {0}, .scatter_dims_to_operand_dims = {}, .index_vector_dim = 1}), "scatter_dims_to_operand_dims has not one entry per index of a row", "1 entries"});
  r.push_back({"scatter", {kMatrix, i32({4, 1}), f32({4})}, call({.inserted_window_dims = {1}, .input_batching_dims = {0}, .scatter_indices_batching_dims = {1}, .scatter_dims_to_operand_dims = {1}, .index_vector_dim = 1}),
               "scatter_indices_batching_dims names index_vector_dim", "other axes"});
}

void add_takes(std::vector<Refused>& r) {
  r.push_back({"take", {kMatrix, f32({2})}, [](Value x, Value i) { return take(x, i); }, "indices are no integers", "integer indices", "indices.as(kI32)"});
  r.push_back({"take", {}, [] { return take(zeros(kMatrix), 4); }, "index 4 is out of range", "-4 <= index < 4"});
  r.push_back({"take", {kMatrix, i32({2})}, [](Value x, Value i) { return take(x, i, 2); }, "axis 2 is out of range", "-2 <= axis < 2"});
  r.push_back({"take_along_axis", {kMatrix, i32({2})}, [](Value x, Value i) { return take_along_axis(x, i); }, "ranks differ", "equal ranks, and axes other than 1 that broadcast"});
  r.push_back({"take_along_axis", {kMatrix, i32({3, 1})}, [](Value x, Value i) { return take_along_axis(x, i); }, "axis 0 does not fit", "equal ranks, and axes other than 1 that broadcast"});
  r.push_back({"put_along_axis", {f32({1, 3}), i32({2, 1}), f32({2, 1})}, [](Value x, Value i, Value u) { return put_along_axis(x, i, u); }, "axis 0 does not fit", "equal ranks, and axes other than 1 that broadcast"});
  r.push_back({"one_hot", {f32({2})}, [](Value i) { return one_hot(i, 3); }, "indices are no integers", "integer indices, depth >= 0"});
  r.push_back({"one_hot", {i32({2})}, [](Value i) { return one_hot(i, -1); }, "a negative depth", "integer indices, depth >= 0"});
  r.push_back({"scatter_add", {i32({4}), i32({2}), f32({2})}, [](Value x, Value i, Value u) { return scatter_add(x, i, u); }, "the updates' dtype is not held by x's", "updates that convert to i32 without loss"});
  r.push_back({"scatter_set", {kMatrix, i32({2}), f32({2})}, [](Value x, Value i, Value u) { return scatter_set(x, i, u); }, "the updates do not fit", "updates that broadcast to [2,3]"});
}

void add_sorts(std::vector<Refused>& r) {
  const auto comparator = [](DType d) { return trace([](In p) { return std::vector{less(p[0], p[1])}; }, std::vector<Shape>(2, Shape{d, {}})); };
  r.push_back({"sort", {kMatrix}, [](Value x) { return sort(x, 2); }, "axis 2 is out of range", "0 <= axis < rank"});
  r.push_back({"argsort", {kMatrix}, [](Value x) { return argsort(x, 2); }, "axis 2 is out of range", "-2 <= axis < 2"});
  r.push_back({"sort", {kMatrix, f32({3, 3})}, [](Value x, Value y) { return sort_by_first({x, y}); }, "operands differ", "operands of the same dims"});
  r.push_back({"sort", {}, [=] { return sort(std::vector<Value>{}, 0, comparator(kF32)); }, "no operands", "at least one"});
  r.push_back({"sort", {kMatrix}, [=](Value x) { return sort({x}, 0, comparator(kI32)); }, "the comparator does not fit", "a comparator from 2n scalars to i1"});
  r.push_back({"chlo.top_k", {kMatrix}, [](Value x) { return top_k(x, 4).values; }, "cannot take 4 elements", "0 <= k <= length of the last axis"});
}

void add_einsums(std::vector<Refused>& r) {
  const auto call = [](std::string equation) { return [equation](In x) { return einsum(equation, x); }; };
  const Shape m = f32({2, 3});
  r.push_back({"einsum", {m}, call("ij,jk->ik"), "\"ij,jk->ik\" has 2 terms for 1 operands", "a term for each operand"});
  r.push_back({"einsum", {m}, call("i->i"), "the term \"i\" does not fit f32[2,3]", "a letter for each axis, or \"...\""});
  r.push_back({"einsum", {m}, call("ijk->i"), "the term \"ijk\" does not fit f32[2,3]", "a letter for each axis, or \"...\""});
  r.push_back({"einsum", {m}, call("i1->i"), "the term \"i1\" has \"1\" in it", "letters and \"...\""});
  r.push_back({"einsum", {m}, call("...i...->i"), "the term \"...i...\" has two ellipses", "at most one \"...\" a term"});
  r.push_back({"einsum", {m}, call("...i->i"), "the output \"i\" has no ellipsis", "\"...\" in the output, as in the terms"});
  r.push_back({"einsum", {m}, call("ij->ik"), "the output letter \"k\" is in no term", "letters of the terms"});
  r.push_back({"einsum", {m}, call("ij->ii"), "the output has \"i\" twice", "each letter once"});
  r.push_back({"einsum", {m}, call("ii->i"), "\"i\" is both 2 and 3 long", "one length for a letter"});
  r.push_back({"einsum", {f32({2, 3}), f32({3, 4})}, call("...i,...i->..."), "is both", "one length for a letter"});
}

void add_random(std::vector<Refused>& r) {
  const Shape key{kU64, {2}};
  r.push_back({"random_bits", {f32({2})}, [](Value k) { return uniform(k, f32({3})); }, "the key does not fit", "a key, u64[2]", "random_key(seed)"});
  r.push_back({"fold_in", {Shape{kU64, {3}}}, [](Value k) { return fold_in(k, 1); }, "the key does not fit", "a key, u64[2]", "random_key(seed)"});
  r.push_back({"fold_in", {key, f32({})}, [](Value k, Value i) { return fold_in(k, i); }, "not of integers", "integers"});
  r.push_back({"random_key", {i32({2})}, [](Value s) { return random_key(s); }, "the seed is no scalar", "one number"});
  r.push_back({"split_key", {key}, [](Value k) { return split_key(k, -1); }, "a negative count", "count >= 0"});
  r.push_back({"random_bits", {key}, [](Value k) { return random_bits(k, i32({3})); }, "no random bits of this dtype", "u8, u16, u32 or u64"});
  r.push_back({"normal", {key}, [](Value k) { return normal(k, i32({3})); }, "no random numbers of this dtype", "f64, f32, f16 or bf16"});
  r.push_back({"bernoulli", {}, [] { return bernoulli(random_key(0), 1.5, {3}); }, "the number 1.500000 is no probability", "0 <= p <= 1"});
  r.push_back({"randint", {key}, [](Value k) { return randint(k, f32({3}), 0, 3); }, "not of integers", "an integer dtype"});
  r.push_back({"randint", {key}, [](Value k) { return randint(k, i32({3}), 3, 3); }, "no numbers from 3 to 3", "low < high, both of the dtype"});
  r.push_back({"permutation", {}, [] { return permutation(random_key(0), -1); }, "a negative count", "count >= 0"});
  r.push_back({"rng_bit_generator", {Shape{kU64, {3}}}, [](Value s) { return rng_bit_generator(s, {kU32, {3}}, RngAlgorithm::kThreeFry).bits; }, "the state does not fit the algorithm", "u64[2]"});
  r.push_back({"rng_bit_generator", {Shape{kU64, {4}}}, [](Value s) { return rng_bit_generator(s, {kU32, {3}}).bits; }, "the state does not fit the algorithm", "u64[2] or u64[3]"});
}

}  // namespace

void add_index_refusals(std::vector<Refused>& r) {
  add_gathers(r);
  add_scatters(r);
  add_takes(r);
  add_sorts(r);
  add_einsums(r);
  add_random(r);
}

}  // namespace hilo::test
