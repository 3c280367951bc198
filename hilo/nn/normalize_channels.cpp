#include "hilo/nn/normalize_channels.h"

#include "hilo/graph/call_site.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/convert.h"

namespace hilo::nn {

Value normalize_channels(Scope scope, Value x, const ChannelMoments& moments) {
  const CallSite site(scope.where(), scope.label());
  if (x.rank() < 1 || (x.dtype() != kU8 && !is_float(x.dtype()))) {
    refuse_layer("normalize_channels", "x is no picture", x, "u8 or floats [..,C]");
  }
  const auto channels = static_cast<std::size_t>(x.dim(-1));
  if (moments.mean.size() != channels || moments.std.size() != channels) {
    refuse_layer("normalize_channels",
                 std::to_string(moments.mean.size()) + " means and " +
                     std::to_string(moments.std.size()) + " deviations",
                 x, std::to_string(channels) + " of each, one a channel");
  }
  for (double deviation : moments.std) {
    if (!(deviation > 0))
      refuse_layer("normalize_channels", "a std is " + std::to_string(deviation), x, "std > 0");
  }
  const Shape shape{kF32, {x.dim(-1)}};
  const Value mean = scope.state("mean", shape, values(moments.mean));
  const Value deviation = scope.state("std", shape, values(moments.std));
  return (convert(x, kF32) / 255 - mean) / deviation;
}

}  // namespace hilo::nn
