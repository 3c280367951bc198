#include "hilo/ops/hessenberg.h"

#include <algorithm>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/dynamic_slice.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/qr.h"
#include "hilo/ops/reflections.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"

namespace hilo {

PackedHessenberg packed_hessenberg(Operand x) {
  const CallSite site(x.where);
  const Value a = matrix_of("hessenberg", x, true);
  const Dim n = a.dim(-1), rounds = std::max<Dim>(n - 1, 0);
  Dims taus(a.dims().begin(), a.dims().end() - 2);
  taus.push_back(rounds);
  const Value none = zeros({a.dtype(), taus});
  if (rounds == 0) return {a, none};
  const Value rows = iota({kI32, {n, 1}}), columns = iota({kI32, {n}});
  const std::vector<Value> done = fori_loop(0, rounds, {a, none}, [&](Value i, std::span<const Value> s) {
    const auto [v, tau] = reflection(dynamic_index_axis(s[0], -1, i), i + 1);
    const Value left = select(greater_equal(columns, i), reflected(s[0], v, conj(tau)), s[0]);  // columns before hold vectors
    const Value both = adjoint(reflected(adjoint(left), v, conj(tau)));
    const Value is_vector = logical_and(equal(columns, i), greater(rows, i + 1));
    return std::vector{select(is_vector, expand_dims(v, -1), both), dynamic_update_slice_axis(s[1], expand_dims(tau, -1), -1, i)};
  });
  return {done[0], done[1]};
}

Hessenberg hessenberg(Operand x) {
  const CallSite site(x.where);
  const auto [packed, taus] = packed_hessenberg(x);
  const Dim n = packed.dim(-1);
  if (n < 2) return {packed, identity_like(packed, n)};
  const Value inner = householder_product(slice_axis(slice_axis(packed, -2, 1, n), -1, 0, n - 1), taus);  // leaves the first axis as it is
  const Value q = pad_axis(pad_axis(inner, 0, -1, 1, 0), 0, -2, 1, 0);
  const Value first = logical_and(equal(iota({kI32, {n, 1}}), 0), equal(iota({kI32, {n}}), 0));
  return {triu(packed, -1), select(first, ones_like(q), q)};
}

Tridiagonal tridiagonal(Operand x) {
  const CallSite site(x.where);
  const Value a = matrix_of("tridiagonal", x, true), below = tril(a, -1);
  const auto [packed, taus] = packed_hessenberg(below + adjoint(below) + diagonal_part(convert(real(a), a.dtype())));
  const auto on = [&](Dim offset) {  // a diagonal, which a small matrix may not have
    Shape none = taus.shape();
    none.dims.back() = 0;
    return real(a.dim(-1) > -offset ? diagonal(packed, offset) : zeros(none));
  };
  return {tril(packed) + triu(a, 1), on(0), on(-1), taus};
}

}  // namespace hilo
