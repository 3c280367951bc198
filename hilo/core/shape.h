#pragma once
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "hilo/core/dtype.h"

namespace hilo {

/// How long an axis is. `kDynamic` stands for a length that is known only when the program runs.
using Dim = std::int64_t;
using Dims = std::vector<Dim>;
/// A list of axes; as an argument, negative ones count from the back.
using Axes = std::vector<std::int64_t>;
inline constexpr Dim kDynamic = std::numeric_limits<Dim>::min();

/// A dtype and the length of each axis, row-major. Rank 0 is a scalar.
struct Shape {
  DType dtype = DType::kF32;
  Dims dims;

  [[nodiscard]] int rank() const { return static_cast<int>(dims.size()); }
  /// Length of axis `i`; negative counts from the back. Throws OpError if there is no such axis.
  [[nodiscard]] Dim dim(int i) const;
  /// Number of elements: the product of the dims; 1 for a scalar.
  [[nodiscard]] Dim size() const;
  /// Bytes in host memory.
  [[nodiscard]] Dim byte_size() const { return size() * bytes(dtype); }
  [[nodiscard]] bool is_scalar() const { return dims.empty(); }
  [[nodiscard]] bool is_static() const;
  /// The same dims with another dtype.
  [[nodiscard]] Shape with(DType other) const { return {other, dims}; }
  bool operator==(const Shape&) const = default;
};

using Shapes = std::span<const Shape>;

/// Row-major strides in elements: [2,3,4] -> [12,4,1].
Dims strides(const Dims& dims);
/// Product of the dims; throws Error where it does not fit 63 bits or a dim is negative.
Dim checked_size(std::span<const Dim> dims);

/// "f32[8,128]"; a scalar prints as "f32[]", a dynamic dim as "?".
std::string to_string(const Shape& shape);
/// "f32[8,128], f32[64]".
std::string to_string(Shapes shapes);
/// "[8,128]".
std::string to_string(const Dims& dims);

}  // namespace hilo
