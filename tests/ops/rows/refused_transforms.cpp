// What rules of one's own refuse.
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/reduce.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {

void add_transform_refusals(std::vector<Refused>& r) {
  const auto twice = [](In x) { return std::vector{x[0] * 2}; };
  const auto forward = [](In x) { return WithResiduals{{x[0] * 2}, {x[0]}}; };
  r.push_back({"custom_vjp",
               {f32({3})},
               [=](Value x) {
                 return custom_vjp(
                     {x}, [](In p) { return std::vector{sum(p[0])}; }, forward,
                     [](In, In d) { return std::vector{d[0]}; });
               },
               "f and forward give other outputs",
               "f32[]"});
  r.push_back({"custom_vjp",
               {f32({3})},
               [=](Value x) {
                 return custom_vjp({x}, twice, forward,
                                   [](In, In d) { return std::vector{sum(d[0])}; });
               },
               "the cotangents do not fit the inputs",
               "f32[3]"});
  r.push_back({"custom_jvp",
               {f32({3})},
               [=](Value x) {
                 return custom_jvp({x}, twice, [](In, In, In t) { return std::vector{sum(t[0])}; });
               },
               "the tangents do not fit the outputs",
               "f32[3]"});
}

}  // namespace hilo::test
