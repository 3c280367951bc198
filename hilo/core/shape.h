#pragma once
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <memory>
#include <optional>
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

/// How a quantised tensor stores real numbers: real = (stored - zero_point) * scale.
struct Quantization {
  DType storage = DType::kI8;                   ///< an integer
  DType expressed = DType::kF32;                ///< the float that it stands for
  std::vector<double> scales = {1};             ///< one, or one for each index of `axis`
  std::vector<std::int64_t> zero_points = {0};  ///< as many
  std::optional<int> axis{};                    ///< none: one scale for the whole tensor
  /// The least and the largest number stored; what the storage dtype holds if not said.
  std::optional<std::int64_t> storage_min{}, storage_max{};
  bool operator==(const Quantization&) const = default;
};

struct TypeDetail;

/// A dtype and the length of each axis, row-major. Rank 0 is a scalar.
struct Shape {
  DType dtype = DType::kF32;
  Dims dims;
  /// What a dtype and dims do not say; null for most.
  std::shared_ptr<const TypeDetail> detail{};

  [[nodiscard]] int rank() const { return static_cast<int>(dims.size()); }
  /// Length of axis `i`; negative counts from the back. Throws OpError if there is no such axis.
  [[nodiscard]] Dim dim(int i) const;
  /// Number of elements: the product of the dims; 1 for a scalar, kDynamic if a dim is.
  [[nodiscard]] Dim size() const;
  /// Bytes in host memory; kDynamic as for `size`.
  [[nodiscard]] Dim byte_size() const { return is_static() ? size() * bytes(dtype) : kDynamic; }
  [[nodiscard]] bool is_scalar() const { return dims.empty(); }
  [[nodiscard]] bool is_static() const;
  /// The same dims, and bounds of dynamic ones, with another dtype.
  [[nodiscard]] Shape with(DType other) const;
  bool operator==(const Shape& other) const;

  /// The shapes in a tuple; empty for the rest.
  [[nodiscard]] const std::vector<Shape>& elements() const;
  /// How a tensor is quantised; null for the rest.
  [[nodiscard]] const Quantization* quantization() const;
  /// The largest length of each dynamic axis, kDynamic for the static ones; empty where none is known.
  [[nodiscard]] const Dims& bounds() const;

  static Shape tuple(std::vector<Shape> elements);
  static Shape quantized(Quantization quantization, Dims dims);
  /// `dims` with a kDynamic in it, where `bounds` has its largest length.
  static Shape bounded(DType dtype, Dims dims, Dims bounds);
};

struct TypeDetail {
  std::vector<Shape> elements{};
  std::optional<Quantization> quantization{};
  Dims bounds{};
  bool operator==(const TypeDetail&) const = default;
};

using Shapes = std::span<const Shape>;

/// Row-major strides in elements: [2,3,4] -> [12,4,1].
Dims strides(const Dims& dims);
/// Product of the dims; throws Error where it does not fit 63 bits or a dim is negative.
Dim checked_size(std::span<const Dim> dims);

/// "f32[8,128]"; a scalar prints as "f32[]", a dynamic dim as "?", one of at most 8 as "?<=8"; "(f32[2], token[])" is a
/// tuple, "quantized<i8:f32>[4]" a quantised tensor.
std::string to_string(const Shape& shape);
/// "f32[8,128], f32[64]".
std::string to_string(Shapes shapes);
/// "[8,128]".
std::string to_string(const Dims& dims);

}  // namespace hilo
