#pragma once
#include <array>
#include <cstdint>
#include <vector>

#include "hilo/graph/value.h"
#include "hilo/ops/reducer.h"

// Values that devices exchange. Every device runs the same program; what they hand each other is
// said by replica: copies of the program on different data (pjrt::CompileOptions::replicas), or by
// partition: devices that share one copy.
namespace hilo {

struct CollectiveOptions {
  /// Ids that work together, each group by itself. Every id of the program in one group.
  std::vector<std::vector<std::int64_t>> replica_groups{};
  /// 0: ids are replicas. Larger, a number for each collective of a program: they are partitions
  /// (all_to_all, collective_permute, collective_broadcast), or replicas with all their partitions
  /// (the rest).
  std::int64_t channel = 0;
  /// With a channel: ids are replica * partitions + partition.
  bool uses_global_device_ids = false;
  /// Of the program: where replicas work together with all their partitions, for the shapes of
  /// results.
  std::int64_t partitions = 1;
};

/// This device's number among the replicas, or the partitions: u32[].
/// Source:  StableHLO spec, replica_id, partition_id.
Value replica_id(std::source_location where = std::source_location::current());
Value partition_id(std::source_location where = std::source_location::current());

/// The sum (or the largest, ..: `op`) over a group, element by element; no groups: over all
/// replicas. JAX's psum, pmax, pmin.
/// Shapes:  each result like its operand; all operands of one dtype.
/// Throws:  OpError if dtypes differ or the groups do not fit.
/// Gradient: of sums; the cotangents are summed too, since every device's result depends on every
///          device's operand.
/// Source:  StableHLO spec, all_reduce (C1-C7).
std::vector<Value> all_reduce(Operands operands, CollectiveOptions options = {},
                              BinaryOp op = nullptr);
Value all_reduce(Operand x, CollectiveOptions options = {}, BinaryOp op = nullptr);

/// The group's operands one behind the other along `axis`, in the order of the group.
/// Shapes:  [.., n, ..] -> [.., n * size of a group, ..]; all groups have one size.
/// Throws:  OpError if the axis or the groups do not fit.
/// Gradient: reduce_scatter.
/// Source:  StableHLO spec, all_gather (C1-C6).
Value all_gather(Operand x, int axis, CollectiveOptions options);

/// The sum (or `op`) over a group, of which each device gets its part along `axis`, in the order of
/// the group.
/// Shapes:  [.., n, ..] -> [.., n / size of a group, ..].
/// Throws:  OpError if the group does not divide the axis.
/// Gradient: all_gather; of sums.
/// Source:  StableHLO spec, reduce_scatter (C1-C9).
Value reduce_scatter(Operand x, int axis, CollectiveOptions options, BinaryOp op = nullptr);

/// Cuts x along `split_axis` into a part for each of the group, and joins what the others sent
/// along `concat_axis`.
/// Shapes:  split_axis gets shorter, and concat_axis longer, by the size of a group.
/// Throws:  OpError if the group does not divide the axis.
/// Gradient: all_to_all with the axes changed over.
/// Source:  StableHLO spec, all_to_all (C1-C9).
Value all_to_all(Operand x, int split_axis, int concat_axis, CollectiveOptions options);

/// Sends x from source to target for each pair {source, target}; who is no target gets zeros. JAX's
/// ppermute.
/// Attributes: `channel` as in CollectiveOptions.
/// Throws:  OpError if an id is negative, or twice a source, or twice a target.
/// Gradient: the way back.
/// Source:  StableHLO spec, collective_permute (C1-C5).
Value collective_permute(Operand x, std::vector<std::array<std::int64_t, 2>> source_target_pairs,
                         std::int64_t channel = 0);

/// The operand of the first of each group, on all of the group. On a CPU it runs as all_gather,
/// since XLA lacks the op there.
/// Gradient: the sum of the group's cotangents, on the first.
/// Source:  StableHLO spec, collective_broadcast (C1-C3).
Value collective_broadcast(Operand x, CollectiveOptions options);

}  // namespace hilo
