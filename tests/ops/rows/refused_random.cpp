// What random tensors and special functions refuse.
#include "hilo/ops/binary.h"
#include "hilo/ops/elementwise.h"
#include "hilo/ops/entropy.h"
#include "hilo/ops/gamma_function.h"
#include "hilo/ops/incomplete_beta.h"
#include "hilo/ops/incomplete_gamma.h"
#include "hilo/ops/normal_distribution.h"
#include "hilo/ops/random_choice.h"
#include "hilo/ops/random_continuous.h"
#include "hilo/ops/random_counts.h"
#include "hilo/ops/random_gamma.h"
#include "hilo/ops/reduce.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

void add_special(std::vector<Refused>& r) {
  r.push_back({"hilo.elementwise", {f32({3})}, [](Value x) { return elementwise({x}, [](In p) { return std::vector{sum(p[0])}; }); }, "f does not keep the shape", "one result of the operands' shape"});
  r.push_back({"elementwise", {f32({3}), f32({2})}, [](Value x, Value y) { return elementwise({x, y}, [](In p) { return std::vector{p[0] + p[1]}; }); }, "shapes do not broadcast", "equal lengths or 1, axis by axis from the last"});
  r.push_back({"multigammaln", {f32({3})}, [](Value x) { return multigammaln(x, 0); }, "no matrices of size 0", "d >= 1"});
  r.push_back({"entr", {i32({3})}, [](Value x) { return entr(x); }, "dtype i32 is not accepted", "floating operands", "x.as(kF32)"});
  r.push_back({"igamma_grad_a", {i32({3})}, [](Value x) { return igamma_grad_a(x, x); }, "dtype i32 is not accepted", "floating operands", "x.as(kF32)"});
  r.push_back({"hilo.betainc", {i32({3})}, [](Value x) { return betainc(x, x, x); }, "dtype i32 is not accepted", "floating operands", "x.as(kF32)"});
}

void add_random(std::vector<Refused>& r) {
  const Shape key{kU64, {2}}, integers = i32({3});
  const std::string floats = "f64, f32, f16 or bf16", axis = "a shape of at least one axis";
  r.push_back({"laplace", {key}, [=](Value k) { return laplace(k, integers); }, "no random numbers of this dtype", floats});
  r.push_back({"random_gamma", {key}, [=](Value k) { return random_gamma(k, integers, 1.0); }, "no random numbers of this dtype", floats});
  r.push_back({"rademacher", {key}, [](Value k) { return rademacher(k, {kU8, {3}}); }, "-1 is no number of this dtype", "signed numbers of 8 bits or more"});
  r.push_back({"dirichlet", {key}, [](Value k) { return dirichlet(k, f32({}), 1.0); }, "no axis for the vectors", axis});
  r.push_back({"ball", {key}, [](Value k) { return ball(k, f32({})); }, "no axis for the vectors", axis});
  r.push_back({"poisson", {key}, [](Value k) { return poisson(k, {kI1, {3}}, 1.0); }, "no counts of this dtype", "integers of 8 bits or more, or f64, f32, f16 or bf16"});
  r.push_back({"multinomial", {key}, [](Value k) { return multinomial(k, i32({}), 3, 1.0); }, "no axis for the outcomes", axis});
  const std::string enough = "at least one element, or as many as are drawn";
  r.push_back({"choice", {key}, [](Value k) { return choice(k, 0, {2}); }, "cannot draw 2 of 0", enough});
  r.push_back({"choice", {key}, [](Value k) { return choice(k, 3, {2, 2}, {.replaces = false}); }, "cannot draw 4 of 3", enough});
  r.push_back({"choice", {key, f32({4})}, [](Value k, Value p) { return choice(k, 3, {2}, {.p = p}); }, "p does not fit", "floats [3]"});
  r.push_back({"choice", {key, integers}, [](Value k, Value p) { return choice(k, 3, {2}, {.p = p}); }, "p does not fit", "floats [3]"});
  r.push_back({"multivariate_normal", {key, f32({3, 2})}, [](Value k, Value c) { return multivariate_normal(k, f32({3}), 0.0, c); }, "the covariance does not fit", "[.., n] and [.., n, n]"});
}

}  // namespace

void add_random_refusals(std::vector<Refused>& r) {
  add_special(r);
  add_random(r);
}

}  // namespace hilo::test
