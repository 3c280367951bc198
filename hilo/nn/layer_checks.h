#pragma once
#include <string>
#include <string_view>

#include "hilo/graph/graph.h"

// What layers check before they make variables. Refusals carry the line and scope of the CallSite
// that is open.
namespace hilo::nn {

/// Throws OpError, naming `layer`.
[[noreturn]] void refuse_layer(std::string_view layer, std::string problem, Value x,
                               std::string expected, std::string hint = {});
/// Throws OpError unless x is of a floating dtype and has `axes` or more, described as `rule`
/// ("[B,H,W,C]").
void expect_float_input(std::string_view layer, Value x, int axes, std::string_view rule);
/// Throws OpError unless the setting is 1 or more.
void expect_positive(std::string_view layer, std::string_view setting, Dim value, Value x);

/// f32 for dtypes that are narrower, else the dtype: what statistics are computed in.
DType statistics_dtype(DType dtype);

}  // namespace hilo::nn
