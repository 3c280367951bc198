#include <algorithm>

#include "hilo/graph/read_attribute.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/dynamic_slice.h"
#include "hilo/ops/eigh.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/lu.h"
#include "hilo/ops/qr.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/select.h"
#include "hilo/ops/triangular.h"
#include "hilo/ops/unary.h"
#include "hilo/ops/value_lists.h"
#include "hilo/stablehlo/importer.h"

// What JAX calls on a CPU: targets, attributes and results are those of jaxlib's lapack_kernels.h. Letters that LAPACK
// takes come as numbers (`uplo = 76 : ui8` is 'L').
namespace hilo::stablehlo {
namespace {

using In = std::span<const Value>;
using Out = std::vector<Value>;

class LapackCall {
 public:
  LapackCall(const Importer& importer, const ir::Operation& op) : importer_(importer), op_(op) {}

  /// The letter that the call has under that name. Throws OpError if it is none of `known`.
  [[nodiscard]] char letter(std::string_view name, std::string_view known) const {
    const AttributeValue* config = op_.attribute("mhlo.backend_config");
    const auto* members = config == nullptr ? nullptr : std::get_if<DictionaryAttribute>(config);
    const AttributeValue* given = members == nullptr ? nullptr : find_attribute(members->members, name);
    std::int64_t code = 0;
    if (given != nullptr && read_attribute(*given, code) && code > 0 && code < 128 && known.find(static_cast<char>(code)) != std::string_view::npos) {
      return static_cast<char>(code);
    }
    throw OpError({.problem = "no letter '" + std::string(name) + "' of LAPACK", .expected = "one of " + std::string(known) + " in mhlo.backend_config"});
  }
  /// The declared shape of a result.
  [[nodiscard]] Shape result(std::size_t i) const {
    if (i >= op_.results.size()) throw OpError({.problem = "a call of LAPACK has too few results"});
    return importer_.type(op_.results[i]);
  }

 private:
  const Importer& importer_;
  const ir::Operation& op_;
};

// LAPACK's `info`: 0, and where the factorisation broke down 1 (it would say the column).
Value info(Value is_broken) { return convert(is_broken, kI32); }
Value has_nan(Value x) { return any(not_equal(x, x), {-2, -1}); }
Value fine(Value x) { return zeros({kI32, Dims(x.dims().begin(), x.dims().end() - 2)}); }

Out potrf(const LapackCall& call, In in) {
  const bool is_lower = call.letter("uplo", "LU") == 'L';
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

Out syevd(const LapackCall& call, In in) {
  const bool is_lower = call.letter("uplo", "LU") == 'L', has_vectors = call.letter("mode", "NV") == 'V';
  const Value half = is_lower ? tril(in[0], -1) : triu(in[0], 1);
  const Eigh e = eigh(half + adjoint(half) + diagonal_part(in[0]));
  return {has_vectors ? e.vectors : in[0], e.values, info(has_nan(e.vectors))};
}

Out gesdd(const LapackCall& call, In in) {
  const char mode = call.letter("mode", "ASN");
  const Svd f = svd(in[0], mode == 'A');
  const Value broken = info(any(not_equal(f.s, f.s), {-1}));
  if (mode == 'N') return {in[0], f.s, zeros(call.result(2)), zeros(call.result(3)), broken};  // which LAPACK leaves unset
  return {in[0], f.s, f.u, f.vt, broken};
}

struct Routine {
  std::string_view name;
  std::size_t operands;
  Out (*import)(const LapackCall&, In);
};
constexpr Routine kRoutines[] = {
    {"potrf", 1, potrf}, {"getrf", 1, getrf}, {"trsm", 2, trsm},   {"geqrf", 1, geqrf}, {"orgqr", 2, orgqr},
    {"ungqr", 2, orgqr}, {"syevd", 1, syevd}, {"heevd", 1, syevd}, {"gesdd", 1, gesdd},
};

}  // namespace

std::optional<Out> import_lapack(Importer& importer, const ir::Operation& op, std::string_view target, In operands) {
  constexpr std::string_view kBefore = "lapack_", kBehind = "_ffi";
  if (!target.starts_with(kBefore) || !target.ends_with(kBehind)) return {};
  target.remove_prefix(kBefore.size());
  target.remove_suffix(std::min(target.size(), kBehind.size()));
  if (target.empty() || std::string_view("sdcz").find(target[0]) == std::string_view::npos) return {};
  for (const Routine& r : kRoutines) {
    if (target.substr(1) != r.name) continue;
    if (operands.size() != r.operands) {
      throw OpError({.problem = "wrong number of operands", .got = shapes_of(operands), .expected = std::to_string(r.operands)});
    }
    return r.import(LapackCall(importer, op), operands);
  }
  return {};
}

}  // namespace hilo::stablehlo
