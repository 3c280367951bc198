#include <algorithm>

#include "hilo/graph/read_attribute.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/dynamic_slice.h"
#include "hilo/ops/known_integers.h"
#include "hilo/ops/lu.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reduce_window.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rng_bit_generator.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/sort.h"
#include "hilo/ops/tuple.h"
#include "hilo/ops/value_lists.h"
#include "hilo/stablehlo/import_handlers.h"

// Calls that JAX writes besides those of LAPACK: parts of its factorisations and of its random
// numbers that have a kernel on GPUs or a TPU, and ops whose lengths are operands in programs of
// open lengths.
namespace hilo::stablehlo {
namespace {

// The function that the call names first, on scalars of these dtypes.
Function called(Importer& importer, const ir::Operation& op, const std::vector<DType>& parameters) {
  const auto names = Importer::required<ListAttribute>(op, "called_computations");
  const auto* name = names.items.empty() ? nullptr : std::get_if<SymbolAttribute>(&names.items[0]);
  if (name == nullptr) throw OpError({.problem = "no function in called_computations"});
  std::vector<Shape> shapes;
  for (DType dtype : parameters) shapes.push_back({dtype, {}});
  return trace([&](std::span<const Value> p) { return importer.call(name->name, p, op); }, shapes);
}

// The order of rows that these swaps, counted from 0, lead to; with a row that there is not nothing
// is swapped.
std::optional<Out> permutation_of(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  if (op.results.empty() || in[0].rank() == 0)
    throw OpError({.problem = "no list of swaps, or no result",
                   .got = shapes_of(in),
                   .expected = "i32[.., k]"});
  const Shape& result = importer.type(op.results[0]);
  const Dim steps = in[0].dim(-1);
  if (!is_known(result.dims) || !in[0].shape().is_static()) return {};
  const Value places = iota({kI32, {result.dims.back()}});
  const Value start = broadcast_to(places, result.dims);
  if (steps == 0) return Out{start};
  return fori_loop(0, steps, {start}, [&](Value k, std::span<const Value> s) {
    const Value other = expand_dims(dynamic_index_axis(in[0], -1, k), -1);  // [.., 1]
    const Value is_other = equal(places, other);
    const Value at_k = expand_dims(dynamic_index_axis(s[0], -1, k), -1);
    const Value found = sum(select(is_other, s[0], zeros(s[0].shape())), {-1}, true);
    const Value at_other = select(any(is_other, {-1}, true), found, at_k);
    return std::vector{select(equal(places, k), at_other, select(is_other, at_k, s[0]))};
  });
}

// The TPU's factorisation, whose results older programs have as a tuple.
std::optional<Out> lu_decomposition(Importer&, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  const Lu f = lu(in[0]);
  const Value swaps = pivots_from(f.permutation, std::min(f.packed.dim(-2), f.packed.dim(-1)));
  if (op.results.size() == 1) return Out{tuple({f.packed, swaps, f.permutation})};
  return Out{f.packed, swaps, f.permutation};
}

// Source: Salmon et al.: Parallel random numbers: as easy as 1, 2, 3, 2011; Threefry of two words,
// 20 rounds.
std::optional<Out> threefry(Importer&, const ir::Operation&, In in) {
  expect_operands(in, 4);
  for (Value v : in) {
    if (v.dtype() != kU32 || v.dims() != in[0].dims())
      throw OpError({.problem = "the words do not fit",
                     .got = shapes_of(in),
                     .expected = "u32 of one shape"});
  }
  constexpr int kRotations[2][4] = {{13, 15, 26, 6}, {17, 29, 16, 24}};
  const Value keys[3] = {in[0], in[1], bitwise_xor(bitwise_xor(in[0], in[1]), 0x1BD11BDA)};
  Value a = in[2] + keys[0], b = in[3] + keys[1];
  for (int block = 0; block < 5; ++block) {
    for (int rotation : kRotations[block % 2]) {
      a = a + b;
      b = bitwise_xor(a,
                      bitwise_or(shift_left(b, rotation), shift_right_logical(b, 32 - rotation)));
    }
    a = a + keys[(block + 1) % 3];
    b = b + keys[(block + 2) % 3] + (block + 1);
  }
  return Out{a, b};
}

// Of a TPU, where it need not be exact; here it is.
std::optional<Out> approximate_top_k(Importer& importer, const ir::Operation& op, In in) {
  if (in.size() < 4 || op.results.size() != 2)
    throw OpError({.problem = "wrong number of operands or results",
                   .got = shapes_of(in),
                   .expected = "values, positions and their two starts; two results"});
  const auto config = Importer::required<DictionaryAttribute>(op, "mhlo.backend_config");
  const AttributeValue* given = find_attribute(config.members, "reduction_dim");
  std::int64_t axis = -1;
  if (given == nullptr || !read_attribute(*given, axis) || axis < 0 || axis >= in[0].rank()) {
    throw OpError({.problem = "no reduction_dim that fits",
                   .got = shapes_of(in),
                   .expected = "an axis in mhlo.backend_config"});
  }
  Dims dims = importer.type(op.results[0]).dims;
  if (in.size() > 5)
    dims = known_dims(in[5], dims);  // shapes of the results are operands, behind k
  if (!is_known(dims) || !in[0].shape().is_static()) return {};
  const Function comes_first =
      called(importer, op, {in[0].dtype(), in[0].dtype(), in[1].dtype(), in[1].dtype()});
  Out sorted = sort({in[0], in[1]}, static_cast<int>(axis), comes_first);
  for (Value& v : sorted) v = slice(v, Dims(dims.size(), 0), dims);
  return sorted;
}

std::optional<Out> dynamic_top_k(Importer&, const ir::Operation&, In in) {
  expect_operands(in, 2);
  const Dims k = known_integers(in[1]);
  if (k.size() != 1 || !is_known(k) || !in[0].shape().is_static()) return {};
  const TopK top = top_k(in[0], k[0]);
  return Out{top.values, top.indices};
}

std::optional<Out> dynamic_random_bits(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 2);
  if (op.results.size() != 2)
    throw OpError({.problem = "wrong number of results", .expected = "a state and bits"});
  const Shape& declared = importer.type(op.results[1]);
  const Dims dims = known_dims(in[1], declared.dims);
  if (!is_known(dims)) return {};
  const RandomState r = rng_bit_generator(in[0], {declared.dtype, dims},
                                          Importer::required<RngAlgorithm>(op, "rng_algorithm"));
  return Out{r.state, r.bits};
}

std::optional<Out> dynamic_reduce_window(Importer& importer, const ir::Operation& op, In in) {
  constexpr std::size_t kLists = 5;  // size, strides, dilations of x and of the window, padding
  if (in.size() < kLists + 2 || (in.size() - kLists) % 2 != 0) {
    throw OpError({.problem = "wrong number of operands",
                   .got = shapes_of(in),
                   .expected = "inputs, as many starts, and five lists"});
  }
  const std::size_t inputs = (in.size() - kLists) / 2;
  std::vector<Dims> lists;
  for (Value list : in.subspan(2 * inputs)) {
    lists.push_back(known_integers(list));
    if (!is_known(lists.back())) return {};
  }
  Window window{.dimensions = lists[0],
                .strides = lists[1],
                .base_dilations = lists[2],
                .window_dilations = lists[3]};
  if (lists[4].size() % 2 != 0)
    throw OpError({.problem = "padding does not fit", .expected = "two numbers an axis"});
  for (std::size_t i = 0; i < lists[4].size(); i += 2)
    window.padding.push_back({lists[4][i], lists[4][i + 1]});
  std::vector<DType> scalars;
  for (int turn = 0; turn < 2; ++turn) {
    for (Value x : in.first(inputs)) {
      if (!x.shape().is_static()) return {};
      scalars.push_back(x.dtype());
    }
  }
  return reduce_window(in.first(inputs), in.subspan(inputs, inputs), window,
                       called(importer, op, scalars));
}

struct Call {
  std::string_view target;
  std::optional<Out> (*import)(Importer&, const ir::Operation&, In);
};
constexpr Call kCalls[] = {
    {"ApproxTopK", approximate_top_k},
    {"LuDecomposition", lu_decomposition},
    {"cu_lu_pivots_to_permutation", permutation_of},
    {"cu_threefry2x32_ffi", threefry},
    {"hip_lu_pivots_to_permutation", permutation_of},
    {"hip_threefry2x32_ffi", threefry},
    {"stablehlo.dynamic_approx_top_k", approximate_top_k},
    {"stablehlo.dynamic_reduce_window", dynamic_reduce_window},
    {"stablehlo.dynamic_rng_bit_generator", dynamic_random_bits},
    {"stablehlo.dynamic_top_k", dynamic_top_k},
};

}  // namespace

std::optional<Out> import_jax_call(Importer& importer, const ir::Operation& op,
                                   std::string_view target, In operands) {
  const auto* found = std::ranges::find(kCalls, target, &Call::target);
  return found == std::end(kCalls) ? std::nullopt : found->import(importer, op, operands);
}

}  // namespace hilo::stablehlo
