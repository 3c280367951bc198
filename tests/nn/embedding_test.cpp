#include "hilo/nn/embedding.h"

#include <gmock/gmock.h>

#include <limits>

#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/reduce.h"
#include "tests/nn/try_model.h"

namespace hilo::nn {
namespace {

using test::f32;
using test::i32;
using test::refused;
using test::try_model;
using testing::AllOf;
using testing::HasSubstr;

const Model kModel = [](Scope scope, Value ids) { return embedding(scope / "e", ids, 3, 2); };
const Array kTable = f32({3, 2}, {1, 2, 3, 4, 5, 6});

TEST(Embedding, RowsByNumber) {
  const auto tried = try_model(kModel, i32({2, 2}, {2, 0, 1, 1}), {{"e/table", kTable}});
  EXPECT_EQ(tried.results[0].shape(), (Shape{kF32, {2, 2, 2}}));
  test::expect_near(tried.results[0], {5, 6, 1, 2, 3, 4, 3, 4}, 0);
  EXPECT_EQ(tried.store.element_count(), 6);
  test::expect_near(
      try_model(kModel, Array::of({1}, std::vector<std::uint8_t>{2}), {{"e/table", kTable}})
          .results[0],
      {5, 6}, 0);
}

TEST(Embedding, IdsOutOfRangeGiveNaN) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto tried = try_model(kModel, i32({3}, {3, -1, 2}), {{"e/table", kTable}});
  test::expect_near(tried.results[0], {nan, nan, nan, nan, 5, 6}, 0);
}

TEST(Embedding, GradientAddsUpForRepeatedIds) {
  const Model model = [](Scope scope, Value ids) {
    const Value y = kModel(scope, ids);
    return grad(sum(y), scope.shared("e").variable("table", {kF32, {3, 2}}, zeros()));
  };
  test::expect_near(try_model(model, i32({3}, {1, 1, 0}), {{"e/table", kTable}}).results[0],
                    {1, 1, 2, 2, 0, 0}, 0);
}

TEST(Embedding, Refusals) {
  EXPECT_THAT(refused(kModel, {kF32, {4}}),
              AllOf(HasSubstr("embedding: ids are no integers"), HasSubstr("ids.as(kI32)"),
                    HasSubstr("(scope /e)")));
  const auto sized = [](Dim count, Dim width, DType dtype) {
    return [=](Scope scope, Value ids) {
      return embedding(scope / "e", ids, count, width, {.dtype = dtype});
    };
  };
  EXPECT_THAT(refused(sized(0, 2, kF32), {kI32, {4}}), HasSubstr("count is 0"));
  EXPECT_THAT(refused(sized(2, -1, kF32), {kI32, {4}}), HasSubstr("width is -1"));
  EXPECT_THAT(refused(sized(2, 2, kI32), {kI32, {4}}), HasSubstr("the table's dtype is i32"));
}

}  // namespace
}  // namespace hilo::nn
