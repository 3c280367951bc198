#include "hilo/nn/expect_shape.h"

#include <gmock/gmock.h>

#include "tests/nn/run_on_cpu.h"

namespace hilo::nn {
namespace {

using test::refusal;
using testing::AllOf;
using testing::HasSubstr;

std::string message(const Shape& shape, const std::vector<ShapeTerm>& terms) {
  return refusal([&] {
    test::build_only([&](std::span<const Value> p) { return expect_shape(p[0], terms); }, {shape});
  });
}

struct Row {
  Dims dims;
  std::vector<ShapeTerm> terms;
  std::string says;  // empty: it fits
};

TEST(ExpectShape, Rows) {
  const Row rows[] = {
      {{8, 32, 32, 3}, {"B", 32, 32, 3}, ""},
      {{8, 32, 32, 3}, {"B", "H", "H", 3}, ""},
      {{}, {}, ""},
      {{0}, {0}, ""},
      {{4, 5, 6}, {"..", 6}, ""},
      {{6}, {"..", 6}, ""},
      {{4, 5, 6}, {4, ".."}, ""},
      {{4, 5, 6, 4}, {"N", "..", "N"}, ""},
      {{4, 4}, {"N", "..", "N"}, ""},
      {{8, 28, 32, 3}, {"B", 32, 32, 3}, "axis 1 is 28"},
      {{8, 28, 32, 3}, {"B", "H", "H", 3}, "axis 2 is 32"},
      {{8, 32, 3}, {"B", 32, 32, 3}, "3 axes"},
      {{4, 5, 6}, {"..", 7}, "axis 2 is 6"},
      {{4, 5, 6}, {5, ".."}, "axis 0 is 4"},
      {{4, 5, 6}, {"N", "..", "N"}, "axis 2 is 6"},
      {{4}, {"N", "..", "N"}, "1 axes"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(to_string(row.dims) + " " + row.says);
    const std::string said = message({kF32, row.dims}, row.terms);
    if (row.says.empty()) {
      EXPECT_EQ(said, "");
    } else {
      EXPECT_THAT(said, HasSubstr("expect_shape: " + row.says + "\n"));
    }
  }
}

TEST(ExpectShape, ShowsShapeRuleLettersAndLine) {
  int line = 0;
  const auto build = [&](std::span<const Value> p) {
    line = __LINE__ + 1;
    return expect_shape(p[0], {"B", "H", "H", 3});
  };
  const std::string said = refusal([&] { test::build_only(build, {{kF32, {8, 28, 32, 3}}}); });
  EXPECT_EQ(said,
            "expect_shape: axis 2 is 32\n"
            "  got:      f32[8,28,32,3]\n"
            "  expected: [B,H,H,3], B = 8, H = 28\n"
            "  at:       " __FILE__ ":" +
                std::to_string(line));
}

TEST(ExpectShape, LettersHoldAcrossValues) {
  const Shape x{kF32, {8, 5, 64}}, y{kF32, {8, 7, 64}}, z{kBF16, {8, 7, 32}};
  test::build_only(
      [](std::span<const Value> p) {
        ShapeLetters shapes({{"D", 64}});
        shapes.expect(p[0], {"B", "T", "D"});
        shapes.expect(p[1], {"B", "S", "D"});
        EXPECT_EQ(shapes["B"], 8);
        EXPECT_EQ(shapes["S"], 7);
        EXPECT_THAT(refusal([&] {
                      shapes.expect(p[1], {"B", "T", "D"});
                    }),
                    AllOf(HasSubstr("axis 1 is 7"), HasSubstr("T = 5")));
        EXPECT_THAT(refusal([&] {
                      shapes.expect(p[2], {"B", "S", "D"});
                    }),
                    HasSubstr("axis 2 is 32"));
        EXPECT_THAT(refusal([&] {
                      shapes.expect(p[2], kF32, {"B", "S", 32});
                    }),
                    AllOf(HasSubstr("the dtype is bf16"), HasSubstr("f32[B,S,32]")));
        shapes.expect(p[2], kBF16, {"B", "S", 32});
        EXPECT_THAT(refusal([&] { (void)shapes["batch"]; }),
                    HasSubstr("no value bound the letter batch"));
        EXPECT_THAT(refusal([&] { expect_shape(1.0, {}); }), HasSubstr("there is no value"));
        return p[0];
      },
      {x, y, z});
}

TEST(ExpectShape, ReturnsTheValue) {
  const Function f = test::build_only(
      [](std::span<const Value> p) { return expect_shape(p[0], kF32, {"B"}); }, {{kF32, {3}}});
  EXPECT_TRUE(f.results()[0].is(f.parameters()[0]));
}

}  // namespace
}  // namespace hilo::nn
