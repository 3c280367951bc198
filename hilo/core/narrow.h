#pragma once
#include <cstdint>

#include "hilo/core/dtype.h"

// Numbers of less than 16 bits that C++ has no type for: floats of 4, 6 and 8 bits and integers of 2 and 4. One stands
// in the low bits of a byte; signed integers fill the rest with their sign.
namespace hilo {

/// Whether `dtype` is one of them.
bool is_narrow(DType dtype);

/// The number that a byte holds; bits above the dtype's own are ignored.
double decode_narrow(DType dtype, std::uint8_t byte);

/// The byte of the nearest number, ties to even; a number beyond the range becomes what XLA's conversion makes of it:
/// infinity or else NaN where the float has one, else the largest. Integers are truncated, then kept in range.
/// Source:  the OCP formats (FN), IEEE 754, and the FNUZ formats of Noune et al.: no infinity, NaN in the place of -0.
std::uint8_t encode_narrow(DType dtype, double value);

}  // namespace hilo
