#include "hilo/core/error.h"

#include <gtest/gtest.h>

namespace hilo {
namespace {

TEST(OpError, HasTheFormOfARefusal) {
  Site site;
  site.file = "model.cpp";
  site.line = 41;
  site.scope = "/encoder/layer_3";
  const OpError error({.op = "matmul",
                       .problem = "inner sizes differ",
                       .got = {Shape{kF32, {8, 128}}, Shape{kF32, {64, 128}}},
                       .expected = "[m,k] x [k,n]",
                       .hint = "matmul(a, transpose(b)) would fit"},
                      site);
  EXPECT_STREQ(error.what(),
               "matmul: inner sizes differ\n"
               "  got:      f32[8,128], f32[64,128]\n"
               "  expected: [m,k] x [k,n]\n"
               "  hint:     matmul(a, transpose(b)) would fit\n"
               "  at:       model.cpp:41 (scope /encoder/layer_3)");
  EXPECT_EQ(error.refusal().op, "matmul");
}

TEST(OpError, LeavesEmptyLinesOut) {
  EXPECT_STREQ(OpError({.op = "tanh", .problem = "takes one operand"}).what(),
               "tanh: takes one operand");
  EXPECT_STREQ(OpError({.op = "tanh", .problem = "p"}, Site()).what(), "tanh: p")
      << "no line is known";
}

TEST(Site, IsTheCallersLine) {
  const Site site(std::source_location::current());
  EXPECT_EQ(to_string(site), std::string(site.file) + ":" + std::to_string(__LINE__ - 1));
}

TEST(FormatError, NamesFileAndOffset) {
  EXPECT_STREQ(FormatError("a.npy", 12, "wrong magic").what(), "a.npy: offset 12: wrong magic");
  EXPECT_STREQ(FormatError("a.npy", "no such file").what(), "a.npy: no such file");
}

TEST(Errors, AreKinds) {
  EXPECT_THROW(throw OpError({}), Error);
  EXPECT_THROW(throw FormatError("f", "p"), Error);
  EXPECT_THROW(throw DeviceError("d"), Error);
  EXPECT_THROW(throw UsageError("u"), std::runtime_error);
}

struct Near {
  const char* wrong;
  const char* text;
};

class NearNames : public testing::TestWithParam<Near> {};

TEST_P(NearNames, NearestFirst) {
  EXPECT_EQ(near_names(GetParam().wrong, {"tanh", "tan", "transpose", "train"}), GetParam().text);
}

INSTANTIATE_TEST_SUITE_P(Rows, NearNames,
                         testing::Values(Near{"tanj", "did you mean tan, tanh?"},
                                         Near{"transpoes", "did you mean transpose?"},
                                         Near{"zzzzzz", ""}));

}  // namespace
}  // namespace hilo
