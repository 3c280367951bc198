// Rows of hilo/ops/triangular.h, lu.h, qr.h and eigh.h: systems and factors against the schoolbook's loops, and against
// what defines them.
#include <cmath>

#include "hilo/ops/binary.h"
#include "hilo/ops/complex.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/eigh.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/linalg.h"
#include "hilo/ops/lu.h"
#include "hilo/ops/qr.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/triangular.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/reverse.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

const DTypes kMatrixDTypes = {kF32, kF64, DType::kC64, DType::kC128};

template <class T>
T conjugate(T x) {
  if constexpr (std::is_same_v<T, Complex>) return std::conj(x);
  else return x;
}

template <class T>
Tensor<T> matrix_product(const Tensor<T>& a, const Tensor<T>& b) {
  return products("ik,kj->ij", Tensors<T>{a, b});
}
template <class T>
Tensor<T> adjoint_of(const Tensor<T>& a) {
  return generate<T>({a.dims[1], a.dims[0]}, [&](const Index& i) { return conjugate(a.at({i[1], i[0]})); });
}
template <class T>
Tensor<T> plus_identity(Tensor<T> a, double by) {
  for (Dim i = 0; i < a.dims[0]; ++i) a.at({i, i}) += by;
  return a;
}

// a x = b by Gauss and Jordan with the largest pivot; `determinant` if asked for.
template <class T>
Tensor<T> eliminated(Tensor<T> a, Tensor<T> b, T* determinant = nullptr) {
  const Dim n = a.dims[0], k = b.dims[1];
  T product = 1;
  for (Dim c = 0; c < n; ++c) {
    Dim pivot = c;
    for (Dim r = c; r < n; ++r) pivot = std::abs(a.at({r, c})) > std::abs(a.at({pivot, c})) ? r : pivot;
    if (pivot != c) product = -product;
    for (Dim j = 0; j < n; ++j) std::swap(a.at({c, j}), a.at({pivot, j}));
    for (Dim j = 0; j < k; ++j) std::swap(b.at({c, j}), b.at({pivot, j}));
    product *= a.at({c, c});
    for (Dim r = 0; r < n; ++r) {
      if (r == c) continue;
      const T factor = a.at({r, c}) / a.at({c, c});
      for (Dim j = 0; j < n; ++j) a.at({r, j}) -= factor * a.at({c, j});
      for (Dim j = 0; j < k; ++j) b.at({r, j}) -= factor * b.at({c, j});
    }
  }
  for (Dim r = 0; r < n; ++r) {
    for (Dim j = 0; j < k; ++j) b.at({r, j}) /= a.at({r, r});
  }
  if (determinant != nullptr) *determinant = product;
  return b;
}

template <class T>
Tensor<T> cholesky_of(const Tensor<T>& a) {
  const Dim n = a.dims[0];
  Tensor<T> l = generate<T>(a.dims, [](const Index&) { return T{}; });
  for (Dim i = 0; i < n; ++i) {
    for (Dim j = 0; j <= i; ++j) {
      T rest = a.at({i, j});
      for (Dim k = 0; k < j; ++k) rest -= l.at({i, k}) * conjugate(l.at({j, k}));
      l.at({i, j}) = i == j ? T(std::sqrt(std::abs(rest))) : rest / l.at({j, j});
    }
  }
  return l;
}

// The triangle that a solve reads, as a whole matrix.
template <class T>
Tensor<T> triangle_of(const Tensor<T>& a, const TriangularSolveOptions& o) {
  const Tensor<T> t = generate<T>(a.dims, [&](const Index& i) {
    if (i[0] == i[1]) return o.has_unit_diagonal ? T(1) : a.at(i);
    return (i[0] > i[1]) == o.is_lower ? a.at(i) : T{};
  });
  if (o.transpose_a == Transposition::kNone) return t;
  Tensor<T> turned = adjoint_of(t);
  if (o.transpose_a == Transposition::kTranspose) {
    for (T& v : turned.data) v = conjugate(v);
  }
  return turned;
}

// These dims, of one number.
auto map_to(Dims dims, double number) {
  return [dims, number](const Tensors<double>&) { return generate<double>(dims, [&](const Index&) { return number; }); };
}

// Far enough from singular.
Value dominant(Value x, double by = 4) { return x + eye(x.dim(-1), x.dtype()) * by; }
Value positive(Value x) { return dominant(matmul(x, adjoint(x)), 3); }

void add_cholesky(std::vector<Row>& rows) {
  const auto reference = [](bool is_lower) {
    return floats_and_complexes([is_lower]<class T>(const Tensors<T>& in) {
      const Tensor<T> l = cholesky_of(plus_identity(matrix_product(in[0], adjoint_of(in[0])), 3));
      return is_lower ? l : adjoint_of(l);
    });
  };
  rows.push_back(Row("cholesky", {{4, 4}}, {4, 4}, [](Value x) { return cholesky(positive(x)); }).in(kMatrixDTypes).terms(64).is(reference(true)));
  rows.push_back(Row("cholesky, upper", {{3, 3}}, {3, 3}, [](Value x) { return cholesky(positive(x), false); }).in(kMatrixDTypes).terms(64).is(reference(false)));
  rows.push_back(Row("cholesky of what is not symmetric", {Input{2, 2}.of({4, 100, 2, 3})}, {2, 2}, [](Value x) { return cholesky(x); })
                     .is(floats([](const Tensors<double>& in) { return cholesky_of(in[0]); })));
  rows.push_back(Row("cholesky of a batch", {{2, 3, 3}}, {2, 3, 3}, [](Value x) { return cholesky(positive(x)); }).order(1));
  rows.push_back(Row("cholesky of nothing", {{0, 0}}, {0, 0}, [](Value x) { return cholesky(x); }).order(1));
  rows.push_back(Row("cholesky of negative", {Input{2, 2}.of({1, 0, 0, -1})}, {2, 2}, [](Value x) { return cholesky(x); }).order(0)
                     .is(floats([](const Tensors<double>& in) { return Tensor<double>{in[0].dims, {NAN, 0, NAN, NAN}}; })));
}

void add_triangular(std::vector<Row>& rows) {
  const auto row = [&](std::string name, TriangularSolveOptions o, Dims b) {
    rows.push_back(Row("triangular_solve" + name, {{3, 3}, Input(b)}, b, [o](Value x, Value y) { return triangular_solve(dominant(x), y, o); })
                       .in(kMatrixDTypes).terms(256).is(floats_and_complexes([o]<class T>(const Tensors<T>& in) {
      const Tensor<T> a = triangle_of(plus_identity(in[0], 4), o);
      if (o.is_left) return eliminated(a, in[1]);
      Tensor<T> turned = eliminated(permuted(a, {1, 0}), permuted(in[1], {1, 0}));
      return permuted(turned, {1, 0});
    })));
  };
  row("", {}, {3, 2});
  row(", upper", {.is_lower = false}, {3, 1});
  row(", right", {.is_left = false}, {2, 3});
  row(", unit diagonal", {.has_unit_diagonal = true}, {3, 2});
  row(", transposed", {.transpose_a = Transposition::kTranspose}, {3, 2});
  row(", adjoint, upper, right", {.is_left = false, .is_lower = false, .transpose_a = Transposition::kAdjoint}, {2, 3});
  rows.push_back(Row("triangular_solve, broadcast", {{3, 3}, {2, 3, 2}}, {2, 3, 2}, [](Value a, Value b) { return triangular_solve(dominant(a), b); }).order(1));
  rows.push_back(Row("triangular_solve of nothing", {{0, 0}, {0, 2}}, {0, 2}, [](Value a, Value b) { return triangular_solve(a, b); }).order(1));
}

// The product of the factors, in the order of the rows of x.
std::vector<Value> factors(Value x) {
  const Lu f = lu(x);
  return {lower_factor(f), upper_factor(f), f.parity};
}
template <class T>
Tensors<T> factors_of(const Tensor<T>& x) {
  Tensor<T> a = x;
  const Dim m = a.dims[0], n = a.dims[1], k = std::min(m, n);
  T parity = 1;
  for (Dim c = 0; c < k; ++c) {
    Dim pivot = c;
    for (Dim r = c; r < m; ++r) pivot = std::abs(a.at({r, c})) > std::abs(a.at({pivot, c})) ? r : pivot;
    if (pivot != c) parity = -parity;
    for (Dim j = 0; j < n; ++j) std::swap(a.at({c, j}), a.at({pivot, j}));
    for (Dim r = c + 1; r < m; ++r) {
      a.at({r, c}) /= a.at({c, c});
      for (Dim j = c + 1; j < n; ++j) a.at({r, j}) -= a.at({r, c}) * a.at({c, j});
    }
  }
  const Tensor<T> l = generate<T>({m, k}, [&](const Index& i) { return i[0] == i[1] ? T(1) : i[0] > i[1] ? a.at(i) : T{}; });
  const Tensor<T> u = generate<T>({k, n}, [&](const Index& i) { return i[0] <= i[1] ? a.at(i) : T{}; });
  return {l, u, Tensor<T>{{}, {parity}}};
}

void add_lu(std::vector<Row>& rows) {
  for (const Dims& dims : {Dims{4, 4}, Dims{4, 2}, Dims{2, 4}, Dims{1, 1}}) {
    const Dim k = std::min(dims[0], dims[1]);
    rows.push_back(Row("lu of " + to_string(dims), {Input(dims)}, {dims[0], k}, factors).and_result({k, dims[1]}).and_result({}).in(kMatrixDTypes).terms(256)
                       .is(floats_and_complexes([]<class T>(const Tensors<T>& in) { return factors_of(in[0]); })));
  }
  rows.push_back(Row("lu of a batch", {{2, 3, 3}}, {2, 3, 3}, factors).and_result({2, 3, 3}).and_result({2}).order(1));
  rows.push_back(Row("lu of no rows", {{2, 0, 3}}, {2, 0, 0}, factors).and_result({2, 0, 3}).and_result({2}));
  rows.push_back(Row("lu of zeros", {Input{2, 2}.of({0, 0, 0, 1})}, {2, 2}, [](Value x) { return lu(x).packed; }).order(0)
                     .is(floats([](const Tensors<double>& in) { return in[0]; })));
}

void add_systems(std::vector<Row>& rows) {
  rows.push_back(Row("solve", {{4, 4}, {4, 2}}, {4, 2}, [](Value a, Value b) { return solve(dominant(a), b); }).in(kMatrixDTypes).terms(256)
                     .is(floats_and_complexes([]<class T>(const Tensors<T>& in) { return eliminated(plus_identity(in[0], 4), in[1]); })));
  rows.push_back(Row("solve for a vector", {{3, 3}, {3}}, {3}, [](Value a, Value b) { return solve(dominant(a), b); }).terms(256)
                     .is(floats([](const Tensors<double>& in) { return reshaped(eliminated(plus_identity(in[0], 4), reshaped(in[1], {3, 1})), {3}); })));
  rows.push_back(Row("solve, broadcast", {{3, 3}, {2, 3, 1}}, {2, 3, 1}, [](Value a, Value b) { return solve(dominant(a), b); }).order(1));
  rows.push_back(Row("inv", {{4, 4}}, {4, 4}, [](Value x) { return inv(dominant(x)); }).in(kMatrixDTypes).terms(256)
                     .is(floats_and_complexes([]<class T>(const Tensors<T>& in) {
    return eliminated(plus_identity(in[0], 4), plus_identity(generate<T>(in[0].dims, [](const Index&) { return T{}; }), 1));
  })));
  for (Dim n : {1, 2, 3, 4}) {
    rows.push_back(Row("det of " + std::to_string(n), {{n, n}}, {}, [](Value x) { return det(x); }).in(kMatrixDTypes).terms(256)
                       .is(floats_and_complexes([]<class T>(const Tensors<T>& in) {
      T determinant = 0;
      eliminated(in[0], in[0], &determinant);
      return Tensor<T>{{}, {determinant}};
    })));
  }
  rows.push_back(Row("det of nothing", {{2, 0, 0}}, {2}, [](Value x) { return det(x); }).order(0).is(floats(map_to({2}, 1))));
  rows.push_back(Row("det of a singular matrix", {Input{2, 2}.of({1, 2, 2, 4})}, {}, [](Value x) { return det(x); }).gradients({{4, -2, -2, 1}}));
  const Reference zero = floats(map_to({}, 0));  // jax.grad(jnp.linalg.det) of these
  rows.push_back(Row("det of a singular matrix of 4", {Input{4, 4}.of({2, 1, 0, 3, 1, 4, 1, 2, 0, 2, 5, 1, 3, 7, 6, 6})}, {}, [](Value x) { return det(x); })
                     .gradients({{45, 3, 5, -31, 45, 3, 5, -31, 45, 3, 5, -31, -45, -3, -5, 31}}).terms(256).is(zero));
  rows.push_back(Row("det whose first pivot is zero", {Input{4, 4}.of({0, 1, 2, 3, 0, 4, 1, 2, 0, 2, 5, 1, 0, 7, 6, 5})}, {}, [](Value x) { return det(x); })
                     .gradients({std::vector<double>(16)}).is(zero));
  rows.push_back(Row("slogdet", {{4, 4}}, {}, [](Value x) {
    const SignAndLog d = slogdet(x);
    return std::vector{d.sign, d.log_abs};
  }).and_result({}).terms(256).is(floats([](const Tensors<double>& in) {
    double determinant = 0;
    eliminated(in[0], in[0], &determinant);
    return Tensors<double>{{{}, {determinant < 0 ? -1.0 : 1.0}}, {{}, {std::log(std::abs(determinant))}}};
  })));
  rows.push_back(Row("slogdet of singular", {Input{2, 2}.of({1, 2, 2, 4})}, {}, [](Value x) {
    const SignAndLog d = slogdet(x);
    return std::vector{d.sign, d.log_abs};
  }).and_result({}).order(0).is(floats([](const Tensors<double>&) { return Tensors<double>{{{}, {0}}, {{}, {-HUGE_VAL}}}; })));
  rows.push_back(Row("slogdet of nothing", {{0, 0}}, {}, [](Value x) { return slogdet(x).sign; }).order(0).is(floats(map_to({}, 1))));
}

template <class T>
Tensor<T> identity(Dim n) {
  return plus_identity(generate<T>({n, n}, [](const Index&) { return T{}; }), 1);
}

// q r, which is x, and q^H q, which is 1.
std::vector<Value> product_and_gram(const Qr& f) { return {matmul(f.q, f.r), matmul(adjoint(f.q), f.q)}; }

void add_qr(std::vector<Row>& rows) {
  const auto reference = [](Dim k) {
    return floats_and_complexes([k]<class T>(const Tensors<T>& in) { return Tensors<T>{in[0], identity<T>(k)}; });
  };
  for (const Dims& dims : {Dims{4, 4}, Dims{5, 3}, Dims{2, 4}, Dims{1, 1}}) {
    const Dim k = std::min(dims[0], dims[1]);
    rows.push_back(Row("qr of " + to_string(dims), {Input(dims)}, dims, [](Value x) { return product_and_gram(qr(x)); }).and_result({k, k}).in(kMatrixDTypes)
                       .terms(64).is(reference(k)));
    rows.push_back(Row("q and r of " + to_string(dims), {Input(dims)}, {dims[0], k}, [](Value x) {
      const Qr f = qr(x);
      return std::vector{f.q, f.r};
    }).and_result({k, dims[1]}).in(kMatrixDTypes).terms(256));
  }
  for (const Dims& dims : {Dims{4, 3}, Dims{3, 3}, Dims{2, 3, 2}}) {  // in LAPACK's form
    const Dim n = dims.back();
    rows.push_back(Row("householder of " + to_string(dims), {Input(dims)}, dims, [n](Value x) {
      const Householder h = householder(x);
      return matmul(householder_product(h.packed, h.taus), triu(slice_axis(h.packed, -2, 0, n)));
    }).in(kMatrixDTypes).order(1).terms(64).is(floats_and_complexes([]<class T>(const Tensors<T>& in) { return Tensors<T>{in[0]}; })));
  }
  rows.push_back(Row("qr, full", {{4, 2}}, {4, 2}, [](Value x) { return product_and_gram(qr(x, true)); }).and_result({4, 4}).in(kMatrixDTypes).order(0).terms(64).is(reference(4)));
  rows.push_back(Row("qr, full, has no derivative", {{4, 2}}, {4, 4}, [](Value x) { return qr(x, true).q; }).order(1)
                     .no_reverse("the columns of q beyond those of x have no derivative").no_forward("is_full = false"));
  rows.push_back(Row("qr of a triangle", {Input{2, 2}.of({-2, 3, 0, 4})}, {2, 2}, [](Value x) { return qr(x).r; }).order(0).is(floats([](const Tensors<double>& in) { return in[0]; })));
  rows.push_back(Row("qr of zeros", {Input{3, 2}.of({0, 0, 0, 0, 0, 0})}, {3, 2}, [](Value x) { return product_and_gram(qr(x)); }).and_result({2, 2}).order(0).is(reference(2)));
  rows.push_back(Row("qr of a batch", {{2, 3, 2}}, {2, 3, 2}, [](Value x) { return qr(x).q; }).order(1));
  rows.push_back(Row("qr of nothing", {{0, 2}}, {0, 0}, [](Value x) { return qr(x).q; }).order(1));
}

// v diag(w) v^H and v^H v.
std::vector<Value> recomposed(Value x) {
  const Eigh e = eigh(x);
  const Value scaled = e.vectors * expand_dims(e.values.as(x.dtype()), -2);
  return {matmul(scaled, adjoint(e.vectors)), matmul(adjoint(e.vectors), e.vectors)};
}
// u diag(s) vt, u^H u and vt vt^H.
std::vector<Value> recomposed_svd(Value x, bool is_full) {
  const Svd f = svd(x, is_full);
  const Dim k = f.s.dim(-1);
  const Value scaled = slice_axis(f.u, -1, 0, k) * expand_dims(f.s.as(x.dtype()), -2);
  return {matmul(scaled, slice_axis(f.vt, -2, 0, k)), matmul(adjoint(f.u), f.u), matmul(f.vt, adjoint(f.vt))};
}

void add_eigh(std::vector<Row>& rows) {
  for (Dim n : {1, 2, 3, 4, 5, 8}) {
    const std::string of = " of " + std::to_string(n);
    rows.push_back(Row("eigh" + of, {{n, n}}, {n, n}, recomposed).and_result({n, n}).in(kMatrixDTypes).order(n <= 4 ? 2 : 0).terms(256)
                       .is(floats_and_complexes([]<class T>(const Tensors<T>& in) {
      const Tensor<T> turned = adjoint_of(in[0]);
      Tensor<T> half = in[0];
      for (std::size_t i = 0; i < half.data.size(); ++i) half.data[i] = (half.data[i] + turned.data[i]) * 0.5;
      return Tensors<T>{half, identity<T>(half.dims[0])};
    })));
  }
  rows.push_back(Row("eigenvectors", {{4, 4}}, {4}, [](Value x) {
    const Eigh e = eigh(x);
    return std::vector{e.values, e.vectors * e.vectors};
  }).and_result({4, 4}).terms(1024));
  rows.push_back(Row("eigenvectors of complex", {{3, 3}}, {3}, [](Value x) {
    const Eigh e = eigh(x);
    return std::vector{e.values, square_abs(e.vectors)};
  }).to(kF64).and_result({3, 3}, kF64).in({DType::kC128}).terms(1024));
  rows.push_back(Row("eigvalsh of what repeats", {Input{3, 3}.of({2, 0, 0, 0, 2, 0, 0, 0, 1})}, {3}, eigvalsh).gradients({{1, 0, 0, 0, 1, 0, 0, 0, 1}})
                     .is(floats([](const Tensors<double>&) { return Tensor<double>{{3}, {1, 2, 2}}; })));
  rows.push_back(Row("eigh of a batch", {{2, 3, 3}}, {2, 3, 3}, [](Value x) { return recomposed(x)[0]; }).order(1));
  rows.push_back(Row("eigh of nothing", {{0, 0}}, {0}, eigvalsh).order(1));
}

void add_svd(std::vector<Row>& rows) {
  for (const Dims& dims : {Dims{4, 4}, Dims{5, 3}, Dims{2, 4}, Dims{1, 1}, Dims{3, 1}}) {
    const Dim k = std::min(dims[0], dims[1]);
    const auto reference = [](Dim left, Dim right) {
      return floats_and_complexes([left, right]<class T>(const Tensors<T>& in) { return Tensors<T>{in[0], identity<T>(left), identity<T>(right)}; });
    };
    rows.push_back(Row("svd of " + to_string(dims), {Input(dims)}, dims, [](Value x) { return recomposed_svd(x, false); }).and_result({k, k}).and_result({k, k})
                       .in(kMatrixDTypes).terms(256).is(reference(k, k)));
    rows.push_back(Row("svd, full, of " + to_string(dims), {Input(dims)}, dims, [](Value x) { return recomposed_svd(x, true); })
                       .and_result({dims[0], dims[0]}).and_result({dims[1], dims[1]}).in(kMatrixDTypes).order(0).terms(256).is(reference(dims[0], dims[1])));
    rows.push_back(Row("polar factor of " + to_string(dims), {Input(dims)}, dims, [](Value x) {
      const Svd f = svd(x);
      return matmul(f.u, f.vt);
    }).in(kMatrixDTypes).terms(1024));
  }
  rows.push_back(Row("singular values and vectors", {{4, 3}}, {3}, [](Value x) {
    const Svd f = svd(x);
    return std::vector{f.s, f.u * f.u, f.vt * f.vt};
  }).and_result({4, 3}).and_result({3, 3}).terms(1024));
  rows.push_back(Row("svd of rank one", {Input{3, 3}.of({1, 2, 3, 2, 4, 6, 3, 6, 9})}, {3, 3}, [](Value x) { return recomposed_svd(x, false); })
                     .and_result({3, 3}).and_result({3, 3}).order(0).terms(256)
                     .is(floats([](const Tensors<double>& in) { return Tensors<double>{in[0], identity<double>(3), identity<double>(3)}; })));
  rows.push_back(Row("svd, full, has no derivative", {{4, 2}}, {4, 4}, [](Value x) { return svd(x, true).u; }).order(1)
                     .no_reverse("the columns of u and vt beyond the singular values have no derivative").no_forward("is_full = false"));
  rows.push_back(Row("svdvals of a batch", {{2, 3, 2}}, {2, 2}, svdvals).order(1).terms(256));
  rows.push_back(Row("svd of nothing", {{3, 0}}, {0}, svdvals).order(1));
}

void add_more(std::vector<Row>& rows) {
  for (const Dims& dims : {Dims{4, 2}, Dims{2, 3}}) {
    rows.push_back(Row("pinv of " + to_string(dims), {Input(dims)}, {dims[1], dims[0]}, [](Value x) { return pinv(x); }).in(kMatrixDTypes).terms(1024)
                       .is(floats_and_complexes([]<class T>(const Tensors<T>& in) {  // (x^H x)^-1 x^H, or x^H (x x^H)^-1
      const Tensor<T>& x = in[0];
      const Tensor<T> turned = adjoint_of(x);
      if (x.dims[0] > x.dims[1]) return eliminated(matrix_product(turned, x), turned);
      return adjoint_of(eliminated(matrix_product(x, turned), x));
    })));
  }
  rows.push_back(Row("expm", {{3, 3}}, {3, 3}, expm).in(kMatrixDTypes).terms(1024).is(floats_and_complexes([]<class T>(const Tensors<T>& in) {
    Tensor<T> term = identity<T>(3), total = term;
    for (int n = 1; n < 60; ++n) {
      term = matrix_product(term, in[0]);
      for (std::size_t i = 0; i < term.data.size(); ++i) total.data[i] += term.data[i] /= n;
    }
    return total;
  })));
  rows.push_back(Row("expm of what is too large", {Input{1, 1}.of({1e7})}, {1, 1}, expm).order(0).is(floats(map([](double) { return std::nan(""); }))));
  rows.push_back(Row("matrix_power", {{3, 3}}, {3, 3}, [](Value x) { return matrix_power(x, 3); }).in(kMatrixDTypes).terms(64)
                     .is(floats_and_complexes([]<class T>(const Tensors<T>& in) { return matrix_product(in[0], matrix_product(in[0], in[0])); })));
  rows.push_back(Row("matrix_power 0", {{2, 3, 3}}, {2, 3, 3}, [](Value x) { return matrix_power(x, 0); }).order(0));
  for (double order : {0.0, 1.0, 2.0, 3.0, HUGE_VAL, -HUGE_VAL}) {
    rows.push_back(Row("vector_norm " + std::to_string(order), {Input{2, 3}.avoiding({0}).distinct()}, {2, 1}, [=](Value x) { return vector_norm(x, order, {1}, true); }).terms(64).order(std::isinf(order) || order < 2 ? 1 : 2)
                       .is(floats([=](const Tensors<double>& in) {
      return along(in[0], 1, [=](const std::vector<double>& lane) {
        double total = order < 0 ? HUGE_VAL : 0;
        for (double v : lane) {
          const double a = std::abs(v);
          if (std::isinf(order)) total = order > 0 ? std::max(total, a) : std::min(total, a);
          else total += order == 0 ? (a != 0) : std::pow(a, order);
        }
        return std::vector{order == 0 || std::isinf(order) ? total : std::pow(total, 1 / order)};
      });
    })));
  }
  rows.push_back(Row("vector_norm at 0", {Input{2}.of({0, 0})}, {}, [](Value x) { return vector_norm(x); }).gradients({{NAN, NAN}}));
  rows.push_back(Row("vector_norm of nothing", {{0}}, {}, [](Value x) { return vector_norm(x, HUGE_VAL); }).order(0).is(floats(map_to({}, 0))));
  rows.push_back(Row("matrix_norm of complex", {{2, 3}}, {1, 1}, [](Value x) { return matrix_norm(x, MatrixNorm::kTwo, true); }).to(kF64).in({DType::kC128}).terms(64));
  rows.push_back(Row("lstsq", {{4, 2}, {4}}, {2}, [](Value a, Value b) { return lstsq(a, b).solution; }).terms(1024)
                     .is(floats([](const Tensors<double>& in) {
    const Tensor<double> turned = adjoint_of(in[0]);
    return reshaped(eliminated(matrix_product(turned, in[0]), matrix_product(turned, reshaped(in[1], {4, 1}))), {2});
  })));
}

// Batched matrices, far from singular and with singular values far apart: a diagonal of 2, 4, 6, .. and something small.
Dims drawn_batch(Draw& draw) {
  Dims result;
  for (int i = draw.number() % 3; i > 0; --i) result.push_back(draw.between(1, 3));
  return result;
}
Input drawn_matrix(Draw& draw, Dims batch, Dim rows, Dim columns) {
  batch.push_back(draw.is_empty() ? 0 : rows), batch.push_back(columns);
  return Input(batch).between(-0.4, 0.4);
}
Value with_steps(Value x) {
  const Dim m = x.dim(-2), n = x.dim(-1);
  std::vector<double> steps(static_cast<std::size_t>(m * n));
  for (Dim i = 0; i < std::min(m, n); ++i) steps[static_cast<std::size_t>(i * n + i)] = static_cast<double>(2 * i + 2);
  return x + constant(from_doubles({kF64, {m, n}}, steps)).as(x.dtype());
}

void add_drawn(std::vector<Drawn>& drawn) {
  // `f` is given what with_steps gives: square matrices, or of any lengths.
  const auto of = [&](const std::string& name, bool is_square, auto f) {
    drawn.push_back({name, [=](Draw& draw) {
                       const Dim n = draw.length(5), m = is_square ? n : draw.length(5);
                       const Dim columns = is_square && draw.is_empty() ? 0 : n;
                       return Row({drawn_matrix(draw, drawn_batch(draw), m, columns)}, [f](Value x) { return f(with_steps(x)); }).in(kMatrixDTypes);
                     }});
  };
  of("cholesky", true, [](Value x) { return cholesky((x + adjoint(x)) * 0.5); });
  of("hilo.lu", false, [](Value x) { return lu(reverse(x, -2)).packed; });
  of("det", true, [](Value x) { return det(x); });
  of("hilo.qr", false, [](Value x) {
    const Qr f = qr(x);
    return std::vector{f.q, f.r};
  });
  of("hilo.eigh", true, [](Value x) {
    const Eigh e = eigh(x);
    return std::vector{e.values, is_complex(x.dtype()) ? square_abs(e.vectors) : e.vectors * e.vectors};
  });
  of("hilo.svd", false, [](Value x) {
    const Svd f = svd(x);
    if (is_complex(x.dtype())) return std::vector{f.s, square_abs(f.u), square_abs(f.vt)};
    return std::vector{f.s, f.u * f.u, f.vt * f.vt};
  });
  of("hilo.pinv", false, [](Value x) { return pinv(x); });
  const auto system = [&](const std::string& name, auto f) {
    drawn.push_back({name, [=](Draw& draw) {
                       const Dim n = draw.length(5);
                       const Dims batch = drawn_batch(draw);
                       const Input a = drawn_matrix(draw, batch, n, draw.is_empty() ? 0 : n);
                       return Row({a, drawn_matrix(draw, batch, n, draw.length(3))}, [f, kind = draw.between(0, 23)](Value x, Value b) { return f(with_steps(x), b, kind); }).in(kMatrixDTypes);
                     }});
  };
  system("hilo.solve", [](Value a, Value b, Dim) { return solve(reverse(a, -2), b); });
  system("triangular_solve", [](Value a, Value b, Dim kind) {
    const TriangularSolveOptions o{.is_left = kind % 2 == 0, .is_lower = kind / 2 % 2 == 0, .has_unit_diagonal = kind / 4 % 2 == 0,
                                   .transpose_a = static_cast<Transposition>(kind / 8)};
    return triangular_solve(a, o.is_left ? b : matrix_transpose(b), o);
  });
}

}  // namespace

Family linear_rows() {
  Family family{.name = "linear", .rows = {}};
  add_cholesky(family.rows);
  add_triangular(family.rows);
  add_lu(family.rows);
  add_systems(family.rows);
  add_qr(family.rows);
  add_eigh(family.rows);
  add_svd(family.rows);
  add_more(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
