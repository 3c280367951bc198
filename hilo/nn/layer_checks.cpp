#include "hilo/nn/layer_checks.h"

#include "hilo/core/error.h"
#include "hilo/graph/call_site.h"

namespace hilo::nn {

void refuse_layer(std::string_view layer, std::string problem, Value x, std::string expected,
                  std::string hint) {
  throw OpError({.op = std::string(layer),
                 .problem = std::move(problem),
                 .got = {x.shape()},
                 .expected = std::move(expected),
                 .hint = std::move(hint)},
                CallSite::current(std::source_location::current()));
}

void expect_float_input(std::string_view layer, Value x, int axes, std::string_view rule) {
  const std::string expected = "floats " + std::string(rule);
  if (!is_float(x.dtype()))
    refuse_layer(layer, "x is no float", x, expected, is_complex(x.dtype()) ? "" : "x.as(kF32)");
  if (x.rank() < axes) refuse_layer(layer, "x has too few axes", x, expected);
}

void expect_positive(std::string_view layer, std::string_view setting, Dim value, Value x) {
  if (value > 0) return;
  refuse_layer(layer, std::string(setting) + " is " + std::to_string(value), x,
               std::string(setting) + " of 1 or more");
}

DType statistics_dtype(DType dtype) { return bits(dtype) < 32 ? kF32 : dtype; }

}  // namespace hilo::nn
