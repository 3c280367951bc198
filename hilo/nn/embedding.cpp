#include "hilo/nn/embedding.h"

#include <cmath>
#include <limits>

#include "hilo/graph/call_site.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/select.h"

namespace hilo::nn {

Value embedding(Scope scope, Value ids, Dim count, Dim width, const EmbeddingOptions& options) {
  const CallSite site(scope.where(), scope.label());
  if (!is_integer(ids.dtype()))
    refuse_layer("embedding", "ids are no integers", ids, "integers [..]", "ids.as(kI32)");
  if (!is_float(options.dtype)) {
    refuse_layer("embedding", "the table's dtype is " + std::string(name(options.dtype)), ids,
                 "a floating dtype");
  }
  expect_positive("embedding", "count", count, ids);
  expect_positive("embedding", "width", width, ids);
  const Initializer initializer = options.initializer
                                      ? *options.initializer
                                      : normal(1 / std::sqrt(static_cast<double>(width)));
  const Value table = scope.variable("table", {options.dtype, {count, width}}, initializer);
  if (bits(ids.dtype()) < 32) ids = convert(ids, kI32);  // so that `count` is a number of the dtype
  const Value is_row = logical_and(ids >= 0, ids < count);  // [..]
  return select(expand_dims(is_row, -1), take(table, ids),
                std::numeric_limits<double>::quiet_NaN());  // [..,width]
}

}  // namespace hilo::nn
