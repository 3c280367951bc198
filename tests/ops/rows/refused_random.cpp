// What random tensors and special functions refuse.
#include "hilo/ops/binary.h"
#include "hilo/ops/elementwise.h"
#include "hilo/ops/entropy.h"
#include "hilo/ops/gamma_function.h"
#include "hilo/ops/incomplete_beta.h"
#include "hilo/ops/incomplete_gamma.h"
#include "hilo/ops/normal_distribution.h"
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

}  // namespace

void add_random_refusals(std::vector<Refused>& r) { add_special(r); }

}  // namespace hilo::test
