#include <gmock/gmock.h>

#include "hilo/nn/batch_norm.h"
#include "hilo/nn/conv.h"
#include "hilo/nn/dense.h"
#include "hilo/nn/dropout.h"
#include "hilo/nn/flatten.h"
#include "hilo/nn/pooling.h"
#include "hilo/nn/scope.h"
#include "hilo/ops/activation.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/convert.h"

namespace hilo::nn {
namespace {

Value classify(Scope scope, Value images) {
  Value x = images.as(kF32) / 255.0;
  x = max_pool(scope / "pool1", relu(conv2d(scope / "conv1", x, {.filters = 32, .kernel = 3})), 2);
  x = batch_norm(scope / "norm1", x);
  x = dropout(scope / "drop1", x, 0.3);
  x = flatten(scope / "flat", x);
  const Scope head = scope / "head";
  return dense(head / "logits", relu(dense(head / "hidden", x, 128)), 10);
}

TEST(Summary, IsATableOfLayers) {
  Store store;
  const Function built = declare(store, classify, {kU8, {64, 32, 32, 3}});
  store.declare("optimizer/conv1/kernel/momentum", {kF32, {3, 3, 3, 32}}, Role::kOptimizer,
                zeros());
  EXPECT_EQ(summary(store, built),
            "layer        output            parameters\n"
            "-----------------------------------------\n"
            "conv1        f32[64,32,32,32]         896\n"
            "pool1        f32[64,16,16,32]\n"
            "norm1        f32[64,16,16,32]         128\n"
            "drop1        f32[64,16,16,32]\n"
            "flat         f32[64,8192]\n"
            "head/hidden  f32[64,128]        1,048,704\n"
            "head/logits  f32[64,10]             1,290\n"
            "-----------------------------------------\n"
            "trainable    4.0 MiB            1,050,954\n"
            "state        256 bytes                 64\n");
}

TEST(Summary, VariablesOutsideOfLayers) {
  Store store;
  const Function built = declare(store,
                                 [](Scope scope, Value x) {
                                   x = x * (scope / "own").variable("scale", {kF32, {3}}, ones());
                                   return x + scope.variable("shift", {kF32, {3}}, zeros());
                                 },
                                 {kF32, {2, 3}});
  store.declare("other/weight", {kF32, {1000}}, Role::kTrainable, zeros());
  EXPECT_EQ(summary(store, built),
            "layer      output   parameters\n"
            "------------------------------\n"
            "own                          3\n"
            "/                            3\n"
            "other                    1,000\n"
            "------------------------------\n"
            "trainable  3.9 KiB       1,006\n"
            "state      0 bytes           0\n");
}

}  // namespace
}  // namespace hilo::nn
