#pragma once
#include <span>
#include <string>

#include "hilo/core/array.h"
#include "hilo/graph/graph.h"
#include "hilo/pjrt/client.h"

namespace hilo::train {

/// Runs what `build` builds on these arguments and finds the first op that makes NaN or infinity of finite operands:
/// "log (model.cpp:41 (scope /hidden))". Constants and padding values do not count.
std::string first_non_finite(const pjrt::Client& client, const BuildFn& build, std::span<const Array> arguments);

}  // namespace hilo::train
