#include <algorithm>
#include <span>

#include "hilo/graph/read_attribute.h"
#include "hilo/ops/arrange.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/dynamic_slice.h"
#include "hilo/ops/eig.h"
#include "hilo/ops/eigh.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/hessenberg.h"
#include "hilo/ops/lu.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/qr.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/triangular.h"
#include "hilo/ops/unary.h"
#include "hilo/ops/value_lists.h"
#include "hilo/stablehlo/importer.h"

// What JAX calls on a CPU (targets, attributes and results are those of jaxlib's lapack_kernels.h) and on GPUs (its
// solver_kernels_ffi.h). Letters that LAPACK takes come as numbers (`uplo = 76 : ui8` is 'L'); a GPU's calls have flags.
namespace hilo::stablehlo {
namespace {

using In = std::span<const Value>;
using Out = std::vector<Value>;

class LapackCall {
 public:
  LapackCall(const Importer& importer, const ir::Operation& op) : importer_(importer), op_(op) {}

  /// The letter that the call has under that name. Throws OpError if it is none of `known`.
  [[nodiscard]] char letter(std::string_view name, std::string_view known) const {
    const AttributeValue* given = find(name);
    std::int64_t code = 0;
    if (given != nullptr && read_attribute(*given, code) && code > 0 && code < 128 && known.find(static_cast<char>(code)) != std::string_view::npos) {
      return static_cast<char>(code);
    }
    throw OpError({.problem = "no letter '" + std::string(name) + "' of LAPACK", .expected = "one of " + std::string(known) + " in mhlo.backend_config"});
  }
  /// The flag that a GPU's call has under that name.
  [[nodiscard]] bool flag(std::string_view name) const {
    const AttributeValue* given = find(name);
    if (given == nullptr || !std::holds_alternative<bool>(*given)) {
      throw OpError({.problem = "no flag '" + std::string(name) + "' of a solver", .expected = "true or false in mhlo.backend_config"});
    }
    return std::get<bool>(*given);
  }
  [[nodiscard]] std::int64_t number(std::string_view name) const {
    const AttributeValue* given = find(name);
    std::int64_t value = 0;
    if (given != nullptr && read_attribute(*given, value)) return value;
    throw OpError({.problem = "no number '" + std::string(name) + "' of LAPACK", .expected = "a whole number in mhlo.backend_config"});
  }
  [[nodiscard]] bool is_lower() const { return find("lower") != nullptr ? flag("lower") : letter("uplo", "LU") == 'L'; }
  /// The declared shape of a result.
  [[nodiscard]] Shape result(std::size_t i) const {
    if (i >= op_.results.size()) throw OpError({.problem = "a call of LAPACK has too few results"});
    return importer_.type(op_.results[i]);
  }

 private:
  [[nodiscard]] const AttributeValue* find(std::string_view name) const {
    const AttributeValue* config = op_.attribute("mhlo.backend_config");
    if (config == nullptr) config = op_.attribute("backend_config");
    const auto* members = config == nullptr ? nullptr : std::get_if<DictionaryAttribute>(config);
    return members == nullptr ? nullptr : find_attribute(members->members, name);
  }

  const Importer& importer_;
  const ir::Operation& op_;
};

// LAPACK's `info`: 0, and where the factorisation broke down 1 (it would say the column).
Value info(Value is_broken) { return convert(is_broken, kI32); }
Value has_nan(Value x) { return any(not_equal(x, x), {-2, -1}); }
Value fine(Value x) { return zeros({kI32, Dims(x.dims().begin(), x.dims().end() - 2)}); }

Out potrf(const LapackCall& call, In in) {
  const bool is_lower = call.is_lower();
  const Value factor = cholesky(in[0], is_lower);
  return {is_lower ? factor + triu(in[0], 1) : factor + tril(in[0], -1), info(has_nan(factor))};
}

// The row that each step swapped its own with, counted from 1: steps of elimination gave rows this order.
Value pivots_of(Value permutation, Dim steps) {
  Dims dims = permutation.dims();
  dims.back() = steps;
  const Value none = zeros({kI32, dims});
  if (steps == 0) return none;
  const Value places = iota({kI32, {permutation.dim(-1)}});
  const Value start = broadcast_to(places, permutation.dims());
  return fori_loop(0, steps, {start, none}, [&](Value k, std::span<const Value> s) {
    const Value row = dynamic_index_axis(permutation, -1, k);  // [..], the row that is to come to place k
    const Value is_there = equal(s[0], expand_dims(row, -1));
    const Value place = argmax(is_there, -1);
    const Value at_k = dynamic_index_axis(s[0], -1, k);
    const Value order = select(equal(places, k), expand_dims(row, -1), select(is_there, expand_dims(at_k, -1), s[0]));
    return std::vector{order, dynamic_update_slice_axis(s[1], expand_dims(place + 1, -1), -1, k)};
  })[1];
}

Out getrf(const LapackCall&, In in) {
  const Lu f = lu(in[0]);
  return {f.packed, pivots_of(f.permutation, std::min(f.packed.dim(-2), f.packed.dim(-1))), fine(in[0])};
}

Out trsm(const LapackCall& call, In in) {
  const char trans = call.letter("trans_x", "NTC");
  return {triangular_solve(in[0], in[1], {.is_left = call.letter("side", "LR") == 'L',
                                          .is_lower = call.letter("uplo", "LU") == 'L',
                                          .has_unit_diagonal = call.letter("diag", "UN") == 'U',
                                          .transpose_a = trans == 'N' ? Transposition::kNone : trans == 'T' ? Transposition::kTranspose : Transposition::kAdjoint})};
}

Out geqrf(const LapackCall&, In in) {
  const Householder h = householder(in[0]);
  return {h.packed, h.taus};
}

Out orgqr(const LapackCall&, In in) { return {householder_product(in[0], in[1])}; }

// A GPU's call always has vectors.
Out syevd_of(const LapackCall& call, Value x, bool has_vectors) {
  const Value half = call.is_lower() ? tril(x, -1) : triu(x, 1);
  const Eigh e = eigh(half + adjoint(half) + diagonal_part(x));
  return {has_vectors ? e.vectors : x, e.values, info(has_nan(e.vectors))};
}
Out syevd(const LapackCall& call, In in) { return syevd_of(call, in[0], call.letter("mode", "NV") == 'V'); }
Out gpu_syevd(const LapackCall& call, In in) { return syevd_of(call, in[0], true); }

// Without vectors their places are left unset by LAPACK.
Out without_vectors(const LapackCall& call, Value x, const Svd& f, Value broken) {
  return {x, f.s, zeros(call.result(2)), zeros(call.result(3)), broken};
}
Value broken(const Svd& f) { return info(any(not_equal(f.s, f.s), {-1})); }

Out gesdd(const LapackCall& call, In in) {
  const char mode = call.letter("mode", "ASN");
  const Svd f = svd(in[0], mode == 'A');
  return mode == 'N' ? without_vectors(call, in[0], f, broken(f)) : Out{in[0], f.s, f.u, f.vt, broken(f)};
}
// A wide matrix is given with its axes swapped, and its factors come in the other order.
Out gpu_gesvd(const LapackCall& call, In in) {
  const Svd f = svd(in[0], call.flag("full_matrices"));
  if (!call.flag("compute_uv")) return without_vectors(call, in[0], f, broken(f));
  return call.flag("transposed") ? Out{in[0], f.s, f.vt, f.u, broken(f)} : Out{in[0], f.s, f.u, f.vt, broken(f)};
}
Out gpu_gesvdj(const LapackCall& call, In in) {
  const Svd f = svd(in[0], call.flag("full_matrices"));
  if (!call.flag("compute_uv")) return without_vectors(call, in[0], f, broken(f));
  return {in[0], f.s, f.u, adjoint(f.vt), broken(f)};
}

// x of a matrix of three diagonals, by elimination with the larger of two rows as pivot (LAPACK's gtsv): the row of a step
// has up to three unknowns. With it, whether a pivot is 0.
struct Solution {
  Value x, is_singular;
};
Solution tridiagonal_solve(Value below, Value diagonal, Value above, Value b) {  // [.., n], and [.., n, k]
  const Dim n = b.rank() < 2 ? 0 : b.dim(-2);
  for (Value v : {below, diagonal, above}) {
    Dims dims = v.dims();
    if (n > 0) dims.push_back(b.dim(-1));
    if (n == 0 || dims != b.dims() || v.dtype() != b.dtype()) {
      throw OpError({.problem = "the diagonals do not fit", .got = {below.shape(), diagonal.shape(), above.shape(), b.shape()}, .expected = "[.., n] three times and [.., n, k], n > 0"});
    }
  }
  std::vector<Value> rows;
  for (Value v : {below, diagonal, above}) rows.push_back(moveaxis(expand_dims(v, -1), {-2}, {0}));  // [n, .., 1]
  rows.push_back(moveaxis(b, {-2}, {0}));                                                           // [n, .., k]
  const auto first = [](Value v) { return index_axis(v, 0, 0); };
  std::vector<Value> later;
  for (Value v : rows) {
    Dims from(v.dims().size(), 0);
    from[0] = 1;
    later.push_back(slice(v, from, v.dims()));
  }
  const Carried down = scan({first(rows[1]), first(rows[2]), first(rows[3])}, later, [](In row, In next) {
    const Value swaps = greater(abs(next[0]), abs(row[0]));
    const auto either = [&](Value yes, Value no) { return select(broadcast_to(swaps, yes.dims()), yes, no); };
    const Value none = zeros_like(row[0]);
    const Value u = either(next[0], row[0]), v = either(next[1], row[1]), w = either(next[2], none), r = either(next[3], row[2]);
    const Value factor = either(row[0], next[0]) / u;
    return Carried{{either(row[1], next[1]) - factor * v, either(none, next[2]) - factor * w, either(row[2], next[3]) - factor * r}, {u, v, w, r}};
  }, {.length = n - 1});
  const Value last = down.carry[2] / down.carry[0];
  const Carried up = scan({last, zeros_like(last)}, down.ys, [](In x, In row) {
    const Value here = (row[3] - row[1] * x[0] - row[2] * x[1]) / row[0];
    return Carried{{here, x[0]}, {here}};
  }, {.is_reversed = true, .length = n - 1});
  const Value pivots = concatenate({down.ys[0], expand_dims(down.carry[0], 0)}, 0);  // [n, .., 1]
  return {moveaxis(concatenate({up.ys[0], expand_dims(last, 0)}, 0), {0}, {-2}), any(equal(pivots, 0), {0, -1})};
}
// The three diagonals come back as they were, though LAPACK leaves its factors there.
Out gtsv(const LapackCall&, In in) {
  const Solution s = tridiagonal_solve(in[0], in[1], in[2], in[3]);
  return {in[0], in[1], in[2], s.x, info(s.is_singular)};
}
Out gpu_gtsv(const LapackCall&, In in) { return {tridiagonal_solve(in[0], in[1], in[2], in[3]).x}; }

// Vectors that are not asked for are left unset by LAPACK.
Out geev(const LapackCall& call, In in) {
  const Eig e = eig(in[0]);
  const bool has_left = call.letter("compute_left", "NV") == 'V', has_right = call.letter("compute_right", "NV") == 'V';
  const Value none = zeros_like(e.vectors);
  Value left = none;
  if (has_left && e.vectors.size() > 0) {  // x^H u = u diag(conj(w)): the rows of the inverse of the right ones
    left = adjoint(solve(e.vectors, identity_like(e.vectors, e.vectors.dim(-1))));
    left = left / convert(sqrt(sum(square_abs(left), {-2}, true)), left.dtype());
  }
  const Value right = has_right ? e.vectors : none, failed = info(any(not_equal(e.values, e.values), {-1}));
  if (is_complex(in[0].dtype())) return {e.values, left, right, failed};
  return {real(e.values), imag(e.values), left, right, failed};
}

Out gees(const LapackCall& call, In in) {
  const bool has_vectors = call.letter("mode", "NV") == 'V';
  static_cast<void>(call.letter("sort", "N"));
  const Schur f = schur(in[0]);
  if (f.t.dim(-1) == 0) throw OpError({.problem = "the Schur form of a matrix of length 0", .expected = "at least 1"});
  const Value w = diagonal(f.t), none = fine(in[0]), z = has_vectors ? f.z : zeros_like(f.z), failed = info(has_nan(f.t));
  if (is_complex(in[0].dtype())) return {f.t, z, w, none, failed};
  if (f.t.dim(-1) == 1) return {f.t, z, w, zeros_like(w), none, failed};
  const Value below = diagonal(f.t, -1), size = sqrt(abs(below)) * sqrt(abs(diagonal(f.t, 1)));  // of a pair's imaginary part
  return {f.t, z, w, pad_axis(size, 0, -1, 0, 1) - pad_axis(size, 0, -1, 1, 0), none, failed};
}

Out gehrd(const LapackCall& call, In in) {
  const std::int64_t n = in[0].rank() < 2 ? 0 : in[0].dim(-1);
  if (call.number("low") != 1 || call.number("high") != n) throw OpError({.problem = "part of a matrix to Hessenberg form", .expected = "low = 1, high = " + std::to_string(n)});
  const PackedHessenberg h = packed_hessenberg(in[0]);
  return {h.packed, h.taus, fine(in[0])};
}

Out sytrd(const LapackCall& call, In in) {
  if (!call.is_lower()) throw OpError({.problem = "the upper triangle to three diagonals", .expected = "the lower one"});
  const Tridiagonal t = tridiagonal(in[0]);
  return {t.packed, t.diagonal, t.off_diagonal, t.taus, fine(in[0])};
}

struct Routine {
  std::string_view name;
  std::size_t operands;
  Out (*import)(const LapackCall&, In);
};
constexpr Routine kOfCpu[] = {
    {"potrf", 1, potrf}, {"getrf", 1, getrf}, {"trsm", 2, trsm},   {"geqrf", 1, geqrf}, {"orgqr", 2, orgqr},
    {"ungqr", 2, orgqr}, {"syevd", 1, syevd}, {"heevd", 1, syevd}, {"gesdd", 1, gesdd},
    {"gtsv", 4, gtsv},   {"geev", 1, geev},   {"gees", 1, gees},   {"gehrd", 1, gehrd}, {"sytrd", 1, sytrd},
    {"hetrd", 1, sytrd},
};
constexpr Routine kOfGpu[] = {
    {"potrf", 1, potrf},     {"getrf", 1, getrf},     {"geqrf", 1, geqrf},       {"orgqr", 2, orgqr},
    {"syevd", 1, gpu_syevd}, {"gesvd", 1, gpu_gesvd}, {"gesvdj", 1, gpu_gesvdj}, {"gesvdp", 1, gpu_gesvdj},
    {"gesdd", 1, gpu_gesvd}, {"gtsv2", 4, gpu_gtsv}, {"sytrd", 1, sytrd},
};

// The routine of a target: `lapack_sgetrf_ffi`, with a letter for the dtype, or `cusolver_getrf_ffi`.
const Routine* routine_of(std::string_view target) {
  constexpr std::string_view kBehind = "_ffi";
  if (!target.ends_with(kBehind)) return nullptr;
  target.remove_suffix(kBehind.size());
  const auto among = [](std::span<const Routine> all, std::string_view name) {
    const auto found = std::ranges::find(all, name, &Routine::name);
    return found == all.end() ? nullptr : &*found;
  };
  for (const std::string_view before : {"cusolver_", "hipsolver_", "cusparse_", "hipsparse_"}) {
    if (target.starts_with(before)) return among(kOfGpu, target.substr(before.size()));
  }
  constexpr std::string_view kBefore = "lapack_";
  if (!target.starts_with(kBefore) || target.size() == kBefore.size()) return nullptr;
  target.remove_prefix(kBefore.size());
  return std::string_view("sdcz").find(target[0]) == std::string_view::npos ? nullptr : among(kOfCpu, target.substr(1));
}

// Without the shapes of results, which JAX has as operands where lengths are open: the ops know theirs.
std::vector<Value> without_shapes(const ir::Operation& op, In in) {
  Dims shapes;
  if (const AttributeValue* given = op.attribute("indices_of_shape_operands")) (void)read_attribute(*given, shapes);
  std::vector<Value> own;
  for (std::size_t i = 0; i < in.size(); ++i) {
    if (std::ranges::count(shapes, static_cast<Dim>(i)) == 0) own.push_back(in[i]);
  }
  return own;
}

}  // namespace

std::optional<Out> import_lapack(Importer& importer, const ir::Operation& op, std::string_view target, In operands) {
  const Routine* r = routine_of(target);
  if (r == nullptr) return {};
  const std::vector<Value> own = without_shapes(op, operands);
  if (own.size() != r->operands) {
    throw OpError({.problem = "wrong number of operands", .got = shapes_of(operands), .expected = std::to_string(r->operands)});
  }
  if (!std::ranges::all_of(own, [](const Value& v) { return v.shape().is_static(); })) return {};  // the ops count
  return r->import(LapackCall(importer, op), own);
}

Value pivots_from(Value permutation, Dim steps) { return pivots_of(permutation, steps) - 1; }

}  // namespace hilo::stablehlo
