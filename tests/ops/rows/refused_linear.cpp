// What Fourier transforms, complex numbers and matrices refuse.
#include "hilo/ops/complex.h"
#include "hilo/ops/eigh.h"
#include "hilo/ops/fft.h"
#include "hilo/ops/linalg.h"
#include "hilo/ops/lu.h"
#include "hilo/ops/qr.h"
#include "hilo/ops/ragged_dot.h"
#include "hilo/ops/triangular.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

const Shape kSpectrum{DType::kC64, {2, 4}}, kMatrix = f32({2, 3}), kSquare = f32({3, 3});

void add_transforms(std::vector<Refused>& r) {
  r.push_back({"fft", {kSpectrum}, [](Value x) { return fft(x, FftType::kFft, {}); }, "cannot transform axes of lengths []", "one to three lengths, all above 0"});
  r.push_back({"fft", {kSpectrum}, [](Value x) { return fft(x, FftType::kFft, {3}); }, "the last axes are not those to transform", "[.., 3]"});
  r.push_back({"fft", {kSpectrum}, [](Value x) { return fft(x, FftType::kIrfft, {2, 4}); }, "the last axes are not those to transform", "[.., 2,3]"});
  r.push_back({"fft", {kSpectrum}, [](Value x) { return fft(x, FftType::kRfft, {4}); }, "dtype c64 is not accepted", "floating operands"});
  r.push_back({"rfft", {kSpectrum}, [](Value x) { return rfft(x); }, "dtype c64 is not accepted", "floating operands"});
  r.push_back({"fft", {i32({4})}, [](Value x) { return fft(x); }, "dtype i32 is not accepted", "floating, complex operands", "x.as(kF32)"});
  r.push_back({"fftn", {kSpectrum}, [](Value x) { return fftn(x, {.lengths = {0, 4}}); }, "cannot transform [0,1] to lengths [0,4]", "at least one axis, and for each a length above 0"});
  r.push_back({"fftn", {Shape{kF64, {}}}, [](Value x) { return fftn(x); }, "cannot transform [] to lengths []", "at least one axis, and for each a length above 0"});
  r.push_back({"complex", {Shape{kBF16, {2}}}, [](Value x) { return complex(x, x); }, "dtype bf16 is not accepted", "floating operands of 32 bits or more", "x.as(kF32)"});
}

// Of [4, 2] and [3, 2, 5], as it is right but for `change`.
template <class F>
auto ragged(F change) {
  return [change](Value a, Value b, Value sizes) {
    RaggedDotDimensionNumbers n{.lhs_contracting_dimensions = {1}, .rhs_contracting_dimensions = {1}, .lhs_ragged_dimensions = {0}, .rhs_group_dimensions = {0}};
    change(n);
    return ragged_dot_general(a, b, sizes, n);
  };
}

void add_ragged_products(std::vector<Refused>& r) {
  using Numbers = RaggedDotDimensionNumbers;
  const std::vector<Shape> right = {f32({4, 2}), f32({3, 2, 5}), i32({3})};
  const auto right_but = [&](const Shape& sizes) { return std::vector{right[0], right[1], sizes}; };
  const auto same = ragged([](Numbers&) {});
  r.push_back({"ragged_dot", right, ragged([](Numbers& n) { n.lhs_ragged_dimensions = {2}; }), "no ragged axis", "one axis of the first operand"});
  r.push_back({"ragged_dot", right_but(f32({3})), same, "group sizes do not fit", "whole numbers [g]"});
  r.push_back({"ragged_dot", right, ragged([](Numbers& n) { n.rhs_group_dimensions.clear(); }), "the group axes do not fit", "one group axis of the second operand"});
  r.push_back({"ragged_dot", right, ragged([](Numbers& n) { n.lhs_ragged_dimensions = {1}; }), "the group axes do not fit", "no group axis where the ragged one is batching or contracting"});
  r.push_back({"ragged_dot", right_but(i32({4})), same, "the groups do not fit", "a slice of the second operand for each group"});
}

void add_matrices(std::vector<Refused>& r) {
  r.push_back({"cholesky", {kMatrix}, [](Value x) { return cholesky(x); }, "the matrix is not square", "[.., n, n]"});
  r.push_back({"cholesky", {f32({3})}, [](Value x) { return cholesky(x); }, "x is no matrix", "[.., n, n]"});
  r.push_back({"cholesky", {Shape{kBF16, {2, 2}}}, [](Value x) { return cholesky(x); }, "dtype bf16 is not accepted", "floating, complex operands of 32 bits or more", "x.as(kF32)"});
  r.push_back({"triangular_solve", {kSquare, kMatrix}, [](Value a, Value b) { return triangular_solve(a, b); }, "b does not fit a", "[.., n, n] and [.., n, k] of one dtype"});
  r.push_back({"triangular_solve", {kSquare, f32({3, 2})}, [](Value a, Value b) { return triangular_solve(a, b, {.is_left = false}); }, "b does not fit a", "[.., n, n] and [.., k, n] of one dtype"});
  r.push_back({"hilo.lu", {f32({3})}, [](Value x) { return lu(x).packed; }, "x is no matrix", "[.., m, n]"});
  r.push_back({"inv", {kMatrix}, [](Value x) { return inv(x); }, "the matrix is not square", "[.., n, n]"});
  r.push_back({"det", {i32({2, 2})}, [](Value x) { return det(x); }, "dtype i32 is not accepted", "floating, complex operands", "x.as(kF32)"});
  r.push_back({"eigh", {kMatrix}, [](Value x) { return eigh(x).values; }, "the matrix is not square", "[.., n, n]"});
  r.push_back({"hilo.qr", {f32({3})}, [](Value x) { return qr(x).q; }, "x is no matrix", "[.., m, n]"});
  r.push_back({"householder_product", {kMatrix, f32({3})}, [](Value a, Value t) { return householder_product(a, t); }, "taus do not fit", "[.., m, n] and [.., k] of one dtype, k <= n <= m"});
  r.push_back({"hilo.svd", {i32({3, 3})}, [](Value x) { return svd(x).s; }, "dtype i32 is not accepted", "floating, complex operands", "x.as(kF32)"});
  r.push_back({"pinv", {f32({3})}, [](Value x) { return pinv(x); }, "x is no matrix", "[.., m, n]"});
  r.push_back({"vector_norm", {i32({3})}, [](Value x) { return vector_norm(x); }, "dtype i32 is not accepted", "floating, complex operands", "x.as(kF32)"});
  r.push_back({"lstsq", {kMatrix, f32({3})}, [](Value a, Value b) { return lstsq(a, b).rank; }, "b does not fit a", "[m, n] and [m, k] (or [m]) of one dtype"});
  r.push_back({"multi_dot", {}, [] { return multi_dot(std::vector<Value>{}); }, "no matrices", "at least one"});
  r.push_back({"multi_dot", {kMatrix, kMatrix}, [](Value a, Value b) { return multi_dot({a, b}); }, "matrix 1 does not fit", "[a, b], [b, c], [c, d], .."});
  r.push_back({"hilo.solve", {kSquare, kMatrix}, [](Value a, Value b) { return solve(a, b); }, "b does not fit a", "[.., n, n] and [.., n, k] (or [n]) of one dtype"});
}

}  // namespace

void add_linear_refusals(std::vector<Refused>& r) {
  add_transforms(r);
  add_matrices(r);
  add_ragged_products(r);
}

}  // namespace hilo::test
