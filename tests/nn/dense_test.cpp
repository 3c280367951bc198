#include "hilo/nn/dense.h"

#include <gmock/gmock.h>

#include "tests/nn/try_model.h"

namespace hilo::nn {
namespace {

using test::f32;
using test::refused;
using test::try_model;
using testing::AllOf;
using testing::HasSubstr;

TEST(Dense, IsAMatrixAndABias) {
  const auto tried = try_model(
      [](Scope scope, Value x) { return dense(scope / "hidden", x, 2); },
      f32({2, 3}, {1, 2, 3, 4, 5, 6}),
      {{"hidden/kernel", f32({3, 2}, {1, 0, 0, 1, 1, 1})}, {"hidden/bias", f32({2}, {10, 20})}});
  EXPECT_EQ(tried.results[0].shape(), (Shape{kF32, {2, 2}}));
  test::expect_near(tried.results[0], {14, 25, 20, 31}, 1e-5);
  EXPECT_EQ(tried.store.element_count(), 8);
}

struct Row {
  const char* name;
  Shape x, y;
  bool bias;
  std::int64_t parameters;
};

TEST(Dense, ShapesAndParameters) {
  const Row rows[] = {
      {"matrix", {kF32, {8, 784}}, {kF32, {8, 10}}, true, 7850},
      {"no bias", {kF32, {8, 784}}, {kF32, {8, 10}}, false, 7840},
      {"a vector", {kF32, {4}}, {kF32, {10}}, true, 50},
      {"rank 3", {kF32, {2, 5, 4}}, {kF32, {2, 5, 10}}, true, 50},
      {"bf16", {kBF16, {2, 4}}, {kBF16, {2, 10}}, true, 50},
      {"f64", {kF64, {2, 4}}, {kF64, {2, 10}}, true, 50},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.name);
    Store store;
    const Function f = declare(
        store, [&](Scope scope, Value x) { return dense(scope / "d", x, 10, {.bias = row.bias}); },
        row.x);
    EXPECT_EQ(f.results()[0].shape(), row.y);
    EXPECT_EQ(store.element_count(), row.parameters);
    EXPECT_EQ(store.at("d/kernel").shape.dtype, row.x.dtype);
    EXPECT_EQ(store.contains("d/bias"), row.bias);
  }
}

TEST(Dense, InitializersAreOptions) {
  const auto tried = try_model(
      [](Scope scope, Value x) {
        return dense(scope / "d", x, 1,
                     {.kernel_initializer = constant(2), .bias_initializer = constant(-1)});
      },
      f32({1, 2}, {3, 4}));
  test::expect_near(tried.results[0], {13}, 1e-5);
}

TEST(Dense, NodesCarryTheUsersLineAndScope) {
  Store store;
  const Function f =
      declare(store, [](Scope scope, Value x) { return dense(scope / "block" / "d", x, 3); },
              {kF32, {2, 4}});
  const Site site = f.graph().node_of(f.results()[0].id()).site;
  EXPECT_EQ(site.scope, "/block/d");
  EXPECT_THAT(site.file, HasSubstr("dense_test.cpp"));
}

TEST(Dense, Refusals) {
  const auto layer = [](Dim features) {
    return [=](Scope scope, Value x) { return dense(scope / "hidden", x, features); };
  };
  EXPECT_THAT(refused(layer(3), {kU8, {2, 4}}),
              AllOf(HasSubstr("dense: x is no float"), HasSubstr("got:      u8[2,4]"),
                    HasSubstr("hint:     x.as(kF32)"), HasSubstr("dense_test.cpp"),
                    HasSubstr("(scope /hidden)")));
  EXPECT_THAT(refused(layer(3), {kF32, {}}), HasSubstr("dense: x has too few axes"));
  EXPECT_THAT(refused(layer(0), {kF32, {2, 4}}), HasSubstr("features is 0"));
}

}  // namespace
}  // namespace hilo::nn
