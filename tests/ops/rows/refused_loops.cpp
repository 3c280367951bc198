// What loops and branches refuse.
#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/switch_case.h"
#include "hilo/ops/while_loop.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {

void add_loop_refusals(std::vector<Refused>& r) {
  const auto goes_on = [](Value s) { return less(sum(s), 9); };
  r.push_back({"while",
               {f32({3})},
               [=](Value x) {
                 return while_loop(
                     x, [](Value s) { return s; }, [](Value s) { return s; });
               },
               "the condition does not fit the state",
               "a function of the state to i1[]"});
  r.push_back({"while",
               {f32({3})},
               [=](Value x) { return while_loop(x, goes_on, [](Value s) { return s.as(kF64); }); },
               "the body gives f64[3]",
               "the shapes of the state"});
  r.push_back(
      {"gradient of while",
       {f32({3})},
       [=](Value x) { return grad(sum(while_loop(x, goes_on, [](Value s) { return s * 2; })), x); },
       "a while loop runs for a number of steps that is not known beforehand",
       "a loop that counts between constants, or max_iterations",
       "fori_loop and scan have a gradient too"});
  r.push_back({"fori_loop",
               {f32({}), f32({3})},
               [](Value n, Value x) {
                 return fori_loop(0, n, x, [](Value, Value s) { return s * 2; });
               },
               "the bounds do not fit",
               "integer scalars of one dtype"});
  const auto step = [](Value c, Value x) { return std::pair{c + x, x}; };
  r.push_back(
      {"scan",
       {f32({}), f32({4})},
       [](Value c, Value x) {
         return scan(c, x, [](Value s, Value v) { return std::pair{(s + v).as(kF64), v}; }).first;
       },
       "the step changes the carry to f64[]",
       "the shapes of the carry"});
  r.push_back({"scan",
               {f32({}), f32({})},
               [=](Value c, Value x) { return scan(c, x, step).first; },
               "the lengths do not fit",
               "one first axis of a length for all"});
  r.push_back({"scan",
               {f32({}), f32({4})},
               [=](Value c, Value x) { return scan(c, x, step, {.length = 3}).first; },
               "the lengths do not fit",
               "one first axis of 3 for all"});
  r.push_back(
      {"scan",
       {},
       [] {
         return scan({zeros(f32({}))}, {}, [](In c, In) { return Carried{{c[0]}, {}}; }).carry;
       },
       "no number of steps, or unroll below 1",
       "xs, or options.length; unroll >= 1"});
  const auto one = [](Value v) { return [v] { return std::vector{v}; }; };
  r.push_back({"case",
               {f32({}), f32({3})},
               [=](Value i, Value x) { return switch_case(i, {one(x)}); },
               "the index is no integer",
               "an integer scalar"});
  r.push_back({"case",
               {i32({2}), f32({3})},
               [=](Value i, Value x) { return switch_case(i, {one(x)}); },
               "the index does not fit",
               "i32[]"});
  r.push_back({"case",
               {i32({})},
               [](Value i) { return switch_case(i, {}); },
               "no branches",
               "at least one"});
  r.push_back({"case",
               {i32({}), f32({3})},
               [=](Value i, Value x) {
                 return switch_case(i, {one(x), one(sum(x))});
               },
               "branches give f32[3] and f32[]",
               "branches with results of the same shapes"});
  r.push_back({"cond",
               {f32({3})},
               [](Value x) {
                 return cond(
                     greater(x, 0), [&] { return x; }, [&] { return x; });
               },
               "the predicate does not fit",
               "i1[]",
               "select"});
}

}  // namespace hilo::test
