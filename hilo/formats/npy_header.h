#pragma once
#include <cstdint>
#include <string_view>

#include "hilo/core/shape.h"

namespace hilo::formats {

/// What the header of a .npy file says of the data behind it.
struct NpyHeader {
  Shape shape;
  bool is_fortran = false;  ///< the first axis runs fastest
  bool is_big_endian = false;
};

/// Reads the Python literal of a header, {'descr': '<f4', 'fortran_order': False, 'shape': (3, 2),
/// }. `offset` is where it stands in `file`. Nothing is evaluated.
/// Throws:  FormatError for any other text, and for dtypes that an Array does not hold.
NpyHeader parse_npy_header(std::string_view text, std::string_view file, std::uint64_t offset);

/// NumPy's code of a dtype, "<f4"; empty if it has none.
std::string_view npy_code(DType dtype);

}  // namespace hilo::formats
