#include "hilo/nn/position_embedding.h"

#include "hilo/graph/call_site.h"
#include "hilo/nn/embedding.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/slice.h"

namespace hilo::nn {

Value position_embedding(Scope scope, Value x, Dim most, const PositionEmbeddingOptions& options) {
  const CallSite site(scope.where(), scope.label());
  constexpr std::string_view kName = "position_embedding";
  expect_float_input(kName, x, 2, "[..,T,D]");
  expect_positive(kName, "most", most, x);
  const Initializer initializer = options.initializer ? *options.initializer : normal(0.02);
  const Dims tokens(x.dims().begin(), x.dims().end() - 1);  // [..,T]
  if (options.positions) {
    const Dims& dims = options.positions.dims();
    if (dims != tokens && dims != Dims{tokens.back()}) {
      refuse_layer(kName, "positions are " + to_string(options.positions.shape()), x,
                   "integers [T] or [..,T] for x [..,T,D]");
    }
    return x + embedding(scope, options.positions, most, x.dim(-1),
                         {.dtype = x.dtype(), .initializer = initializer});
  }
  if (tokens.back() > most) {
    refuse_layer(kName, "x has more than " + std::to_string(most) + " positions", x,
                 "[..,T,D], T at most " + std::to_string(most));
  }
  const Value table = scope.variable("table", {x.dtype(), {most, x.dim(-1)}}, initializer);
  return x + slice_axis(table, 0, 0, tokens.back());  // [..,T,D]
}

}  // namespace hilo::nn
