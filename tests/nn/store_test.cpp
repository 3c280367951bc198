#include "hilo/nn/store.h"

#include <gmock/gmock.h>

#include "tests/nn/run_on_cpu.h"

namespace hilo::nn {
namespace {

using test::f32;
using test::refusal;
using testing::AllOf;
using testing::HasSubstr;

const Shape kMatrix{kF32, {3, 4}};

Store two_kernels() {
  Store store;
  store.declare("b/kernel", kMatrix, Role::kTrainable, glorot_uniform());
  store.declare("a/kernel", kMatrix, Role::kTrainable, glorot_uniform());
  store.declare("a/mean", {kF32, {4}}, Role::kState, zeros());
  return store;
}

TEST(Store, HoldsSpecificationsInOrderOfPath) {
  const Store store = two_kernels();
  std::vector<std::string> paths;
  for (const auto& [path, variable] : store.variables()) {
    paths.push_back(path);
    EXPECT_FALSE(variable.value);
  }
  EXPECT_THAT(paths, testing::ElementsAre("a/kernel", "a/mean", "b/kernel"));
  EXPECT_EQ(store.element_count(), 24);
  EXPECT_EQ(store.element_count(Role::kState), 4);
  EXPECT_EQ(store.element_count(Role::kOptimizer), 0);
}

TEST(Store, ValuesDependOnSeedAndPathAlone) {
  Store one = two_kernels(), more = two_kernels(), other = two_kernels();
  more.declare("c/kernel", {kF32, {9}}, Role::kTrainable, normal(1));
  one.materialize(test::cpu(), 7);
  more.materialize(test::cpu(), 7);
  other.materialize(test::cpu(), 8);
  for (const char* path : {"a/kernel", "b/kernel"}) {
    EXPECT_EQ(one.at(path).value.array(), more.at(path).value.array()) << path;
    EXPECT_NE(one.at(path).value.array(), other.at(path).value.array()) << path;
  }
  EXPECT_NE(one.at("a/kernel").value.array(), one.at("b/kernel").value.array());
}

TEST(Store, MaterializeKeepsWhatIsSet) {
  Store store = two_kernels();
  store.set("a/mean", f32({4}, {1, 2, 3, 4}));
  store.materialize(test::cpu(), 7);
  EXPECT_EQ(store.at("a/mean").value.array(), f32({4}, {1, 2, 3, 4}));
  const Array before = store.at("a/kernel").value.array();
  store.materialize(test::cpu(), 99);  // nothing is missing
  EXPECT_EQ(store.at("a/kernel").value.array(), before);
}

TEST(Store, TakeLeavesTheVariableWithoutValue) {
  Store store = two_kernels();
  store.set("a/mean", f32({4}, {1, 2, 3, 4}));
  EXPECT_EQ(store.take("a/mean").array(), f32({4}, {1, 2, 3, 4}));
  EXPECT_FALSE(store.at("a/mean").value);
  EXPECT_TRUE(store.contains("a/mean"));
}

TEST(Store, DeclaringTheSameAgainIsNothing) {
  Store store = two_kernels();
  store.declare("a/mean", {kF32, {4}}, Role::kState, ones());
  EXPECT_EQ(store.variables().size(), 3U);
  EXPECT_EQ(store.at("a/mean").initializer.name, "zeros");
}

TEST(Store, Refusals) {
  Store store = two_kernels();
  EXPECT_THAT(refusal([&] {
                store.declare("a/mean", {kF32, {5}}, Role::kState, zeros());
              }),
              AllOf(HasSubstr("a/mean is declared with another shape or role"), HasSubstr("f32[5]"),
                    HasSubstr("f32[4], as before")));
  EXPECT_THAT(refusal([&] {
                store.declare("a/mean", {kF32, {4}}, Role::kTrainable, zeros());
              }),
              HasSubstr("shape or role"));
  EXPECT_THAT(refusal([&] {
                store.set("a/mean", f32({2}, {1, 2}));
              }),
              HasSubstr("variable a/mean: got f32[2], expected f32[4]"));
  EXPECT_THAT(refusal([&] { (void)store.at("a/mena"); }),
              HasSubstr("no variable a/mena; did you mean a/mean"));
  EXPECT_EQ(refusal([&] { (void)store.at("something/else"); }), "no variable something/else");
}

TEST(Store, PathHashIsTheSameEverywhere) {
  EXPECT_EQ(path_hash(""), 0xCBF29CE484222325U);
  EXPECT_EQ(path_hash("a"), 0xAF63DC4C8601EC8CU);
  EXPECT_EQ(path_hash("foobar"), 0x85944171F73967E8U);  // of the FNV-1a reference
}

}  // namespace
}  // namespace hilo::nn
