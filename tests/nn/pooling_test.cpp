#include "hilo/nn/pooling.h"

#include <gmock/gmock.h>

#include "hilo/nn/flatten.h"
#include "tests/nn/try_model.h"

namespace hilo::nn {
namespace {

using test::f32;
using test::refused;
using test::try_model;
using testing::AllOf;
using testing::HasSubstr;

struct Row {
  const char* name;
  Model model;
  Dims dims;
  std::vector<double> values;
};

TEST(Pooling, Values) {
  const Row rows[] = {
      {"max", [](Scope s, Value x) { return max_pool(s / "p", x, 2); }, {1, 1, 2, 1}, {6, 8}},
      {"min", [](Scope s, Value x) { return min_pool(s / "p", x, 2); }, {1, 1, 2, 1}, {1, 3}},
      {"avg", [](Scope s, Value x) { return avg_pool(s / "p", x, 2); }, {1, 1, 2, 1}, {3.5, 5.5}},
      {"window of two lengths",
       [](Scope s, Value x) {
         return max_pool(s / "p", x, {1, 2}, {.strides = 1});
       },
       {1, 2, 3, 1},
       {2, 3, 4, 6, 7, 8}},
      {"same",
       [](Scope s, Value x) { return avg_pool(s / "p", x, 3, {.padding = "same"}); },
       {1, 1, 2, 1},
       {3.5, 5.5}},
      {"global max", [](Scope s, Value x) { return global_max_pool(s / "p", x); }, {1, 1}, {8}},
      {"global avg", [](Scope s, Value x) { return global_avg_pool(s / "p", x); }, {1, 1}, {4.5}},
      {"global, kept",
       [](Scope s, Value x) { return global_avg_pool(s / "p", x, true); },
       {1, 1, 1, 1},
       {4.5}},
      {"flatten",
       [](Scope s, Value x) { return flatten(s / "p", x); },
       {1, 8},
       {1, 2, 3, 4, 5, 6, 7, 8}},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    const auto tried = try_model(row.model, f32({1, 2, 4, 1}, {1, 2, 3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(tried.results[0].shape().dims, row.dims);
    test::expect_near(tried.results[0], row.values, 1e-6);
    Store store;
    const Function f = declare(store, row.model, {kF32, {1, 2, 4, 1}});
    EXPECT_EQ(f.graph().node_of(f.results()[0].id()).site.scope, "/p");
  }
}

TEST(Pooling, RefusalsCarryTheScope) {
  EXPECT_THAT(refused(
                  [](Scope s, Value x) {
                    return max_pool(s / "p", x, {2, 2, 2});
                  },
                  {kF32, {1, 2, 4, 1}}),
              AllOf(HasSubstr("max_pool"), HasSubstr("(scope /p)"), HasSubstr("pooling_test.cpp")));
}

}  // namespace
}  // namespace hilo::nn
