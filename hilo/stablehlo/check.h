#pragma once
#include <span>
#include <string>

#include "hilo/core/array.h"
#include "hilo/stablehlo/import.h"

namespace hilo::stablehlo {

/// What is wrong with `got` beside `expected`, for a person to read; empty where the check holds. NaN equals NaN.
///   expect_eq         equal numbers
///   expect_close      at most 3 representable numbers apart, or what min_ulp_difference and max_ulp_difference say
///   expect_almost_eq  apart by at most a thousandth of the larger one, or by 0.001, or what `tolerance` says
/// Source:  StableHLO's check dialect.
std::string failure_of(const Check& check, const Array& got, const Array& expected);

/// The failures of all checks of a program in the results of its run; empty where all hold.
std::string failures_of(const Imported& program, std::span<const Array> results);

}  // namespace hilo::stablehlo
