#pragma once
#include <cstdint>
#include <limits>

// What queries see of keys and values, the inner part of attention, for the sources of this room.
namespace hilo::kernels {

/// A score of no weight.
inline constexpr float kNever = -std::numeric_limits<float>::infinity();

/// Keys and values of places that are neighbours: [count,width] each.
struct Run {
  const float *keys, *values;
  std::int64_t count;
};

/// What queries have seen up to now: of each the highest score, and what exp(score - highest) sums
/// to, alone and times values.
struct Sight {
  float *highest, *total;  ///< [queries]
  float* sums;             ///< [queries,width]
};

/// The places of a run that a query sees.
struct Visible {
  std::int64_t first, end;
};

/// Queries [queries,width] see the run, each its part of it; what they saw before is weighed anew.
/// Scores are capped by `cap`, if it is above 0. `scores` is room for them, [queries,stride], with
/// a stride of whole vectors that are `run.count` or more.
void look(const float* q, std::int64_t queries, std::int64_t width, const Run& run,
          const Visible* visible, float cap, float* scores, std::int64_t stride,
          const Sight& sight);

}  // namespace hilo::kernels
