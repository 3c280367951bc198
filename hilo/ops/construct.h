#pragma once
#include <optional>
#include <source_location>
#include <vector>

#include "hilo/graph/value.h"

// Vectors and grids of regular numbers.
namespace hilo {

/// start, start + step, .. up to before `stop`; of C++ numbers. i32 if all three are whole, f32 if
/// not, or `dtype`.
/// Throws:  OpError for tensors, and a step of 0.
Value arange(Operand start, Operand stop, Operand step = 1, std::optional<DType> dtype = {});
/// 0, 1, .. up to before `stop`.
Value arange(Operand stop);

struct SpaceOptions {
  bool includes_stop = true;  ///< the last one is `stop`; else one step before
  DType dtype = kF32;         ///< if both ends are C++ numbers
};
/// `count` numbers at equal distances from `start` to `stop`.
/// Shapes:  ends that broadcast to [d..] -> [count, d..].
/// Throws:  OpError if `count` is negative.
Value linspace(Operand start, Operand stop, Dim count = 50, SpaceOptions options = {});
/// `base` to the power of such numbers.
Value logspace(Operand start, Operand stop, Dim count = 50, SpaceOptions options = {},
               double base = 10);
/// `count` numbers with equal ratios from `start` to `stop`, which have the same sign.
Value geomspace(Operand start, Operand stop, Dim count = 50, SpaceOptions options = {});

/// Every element `number`, in x's shape.
Value full_like(Operand x, Operand number);

/// Ones on and below a diagonal, zeros above. `columns` is `rows` if not given.
Value tri(Dim rows, DType dtype = kF32, Dim columns = -1, Dim offset = 0,
          std::source_location where = std::source_location::current());
/// Powers of a vector side by side: [n] -> [n, columns], the highest first, or last if `ascends`.
Value vander(Operand x, Dim columns = -1, bool ascends = false);

/// The vectors spread over the grid that they span.
/// Shapes:  [a], [b], [c].. -> each [b, a, c..]; with `starts_with_rows`, NumPy's indexing="ij",
///          [a, b, c..].
/// Throws:  OpError for operands that are no vectors.
std::vector<Value> meshgrid(Operands vectors, bool starts_with_rows = false);
/// For each axis, the position along it of every place in a grid of `dims`; i32.
std::vector<Value> indices(Dims dims, std::source_location where = std::source_location::current());

/// Rows and columns (i32) of the elements on and below (above) a diagonal of [rows, columns],
/// row-major. `columns` is `rows` if not given.
std::vector<Value> tril_indices(Dim rows, Dim offset = 0, Dim columns = -1,
                                std::source_location where = std::source_location::current());
std::vector<Value> triu_indices(Dim rows, Dim offset = 0, Dim columns = -1,
                                std::source_location where = std::source_location::current());
/// For each of `axes` axes of length n: 0 .. n-1.
std::vector<Value> diag_indices(Dim n, int axes = 2,
                                std::source_location where = std::source_location::current());

/// Row-major positions in a grid of `dims`, as an index for each axis; negative ones count from the
/// back, others outside are moved to the nearest end.
std::vector<Value> unravel_index(Operand positions, Dims dims);
/// The other way round.
/// Attributes: `wraps` says that indices outside go round; else they are moved to the nearest end.
/// Throws:  OpError unless there is an index of integers for each of `dims`.
Value ravel_multi_index(Operands index, Dims dims, bool wraps = false);

}  // namespace hilo
