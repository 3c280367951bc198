#include "hilo/ops/collective.h"

#include <algorithm>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/collective_groups.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"

namespace hilo {
namespace {

template <class Self>
struct DeviceNumber : NoFields {
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 0);
    return {{kU32, {}}};
  }
  static constexpr ZeroGradient vjp{}, jvp{};
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return {broadcast_to(apply(Self{}, {}), {b.size})};
  }
};
struct ReplicaId : DeviceNumber<ReplicaId> {
  static constexpr std::string_view kName = "replica_id";
};
struct PartitionId : DeviceNumber<PartitionId> {
  static constexpr std::string_view kName = "partition_id";
};

struct AllGather : CollectiveGroups {
  static constexpr std::string_view kName = "all_gather";
  std::int64_t all_gather_dim = 0;
  using CollectiveGroups::CollectiveGroups;
  static void fields(auto&& field) {
    field("all_gather_dim", &AllGather::all_gather_dim);
    group_fields<AllGather>(field);
    field("use_global_device_ids", &AllGather::use_global_device_ids);
  }
  void complete(const OpParts& parts) {
    const auto length = [&](const Shape& s) { return all_gather_dim >= 0 && all_gather_dim < s.rank() ? s.dims[static_cast<std::size_t>(all_gather_dim)] : 0; };
    complete_partitions(parts, length(parts.result()), length(parts.operand(0).shape()));
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_kind(in, kAnyKind);
    under("C1", [&] { expect_axis(in, all_gather_dim); });
    check(true);                      // C2, C3, C4, C5
    Shape out = in[0];
    Dim& length = out.dims[static_cast<std::size_t>(all_gather_dim)];
    if (length == 0) throw OpError({.problem = "nothing to gather along an axis of length 0", .expected = "a longer axis"});
    length = scaled_length(length, group_size(true), 0);  // C6
    return {out};
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    return {reduce_scatter(v.d_out, static_cast<int>(all_gather_dim), options)};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    return {apply(AllGather(*this), {v.d_in[0]})};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return {all_gather(b.in[0], static_cast<int>(all_gather_dim) + 1, options)};
  }
};

struct AllToAll : CollectiveGroups {
  static constexpr std::string_view kName = "all_to_all";
  std::int64_t split_dimension = 0, concat_dimension = 0, split_count = 1;
  using CollectiveGroups::CollectiveGroups;
  static void fields(auto&& field) {
    field("split_dimension", &AllToAll::split_dimension);
    field("concat_dimension", &AllToAll::concat_dimension);
    field("split_count", &AllToAll::split_count);
    group_fields<AllToAll>(field);
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_kind(in, kAnyKind);
    under("C1", [&] { expect_axis(in, split_dimension); });
    under("C3", [&] { expect_axis(in, concat_dimension); });
    check(true);                        // C5, C6, C7
    if (split_count <= 0 || split_count != std::ssize(options.replica_groups[0])) {
      throw OpError({.problem = "split_count = " + std::to_string(split_count) + " with groups of " + std::to_string(options.replica_groups[0].size()),
                     .expected = "a part for each member of a group", .constraint = "C4, C8"});
    }
    Shape out = in[0];
    Dim& length = out.dims[static_cast<std::size_t>(split_dimension)];
    if (length != kDynamic && length % split_count != 0) {
      throw OpError({.problem = "groups of " + std::to_string(split_count) +
                                " do not divide axis " + std::to_string(split_dimension),
                     .expected = "a length that the size of a group divides", .constraint = "C2"});
    }
    if (length != kDynamic) length /= split_count;
    Dim& joined = out.dims[static_cast<std::size_t>(concat_dimension)];
    joined = scaled_length(joined, split_count, 0);
    return {out};  // C9
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    return {all_to_all(v.d_out, static_cast<int>(concat_dimension),
                       static_cast<int>(split_dimension), options)};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    return {apply(AllToAll(*this), {v.d_in[0]})};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return {all_to_all(b.in[0], static_cast<int>(split_dimension) + 1,
                       static_cast<int>(concat_dimension) + 1, options)};
  }
};

struct CollectivePermute {
  static constexpr std::string_view kName = "collective_permute";
  Int64Pairs source_target_pairs;
  std::optional<ChannelHandle> channel_handle{};
  static void fields(auto&& field) {
    field("source_target_pairs", &CollectivePermute::source_target_pairs);
    field("channel_handle", &CollectivePermute::channel_handle);
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_kind(in, kAnyKind);
    for (std::size_t side = 0; side < 2; ++side) {
      std::vector<std::int64_t> ids;
      for (const auto& pair : source_target_pairs) ids.push_back(pair[side]);
      std::ranges::sort(ids);
      if (std::ranges::adjacent_find(ids) != ids.end() ||
          (!ids.empty() && ids.front() < 0)) {
        throw OpError({.problem = std::string(side == 0 ? "a source" : "a target") +
                                  " is named twice, or negative",
                       .expected = "each id at most once a source and once a target", .constraint = "C1-C4"});
      }
    }
    return {in[0]};  // C5
  }
  [[nodiscard]] std::int64_t channel() const { return channel_handle ? channel_handle->handle : 0; }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    Int64Pairs back = source_target_pairs;
    for (auto& pair : back) std::swap(pair[0], pair[1]);
    return {collective_permute(v.d_out, std::move(back), channel())};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    return {apply(CollectivePermute(*this), {v.d_in[0]})};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return {apply(CollectivePermute(*this), b.in)};
  }
};

struct CollectiveBroadcast : CollectiveGroups {
  static constexpr std::string_view kName = "collective_broadcast";
  using CollectiveGroups::CollectiveGroups;
  static void fields(auto&& field) { group_fields<CollectiveBroadcast>(field); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_kind(in, kAnyKind);
    check(true, false);  // C1, C2
    return {in[0]};  // C3
  }
  // x on the first of each group, `rest` on the others.
  [[nodiscard]] Value on_sources(Value x, Value rest) const {
    const Value id = options.channel > 0 ? partition_id() : replica_id();
    Value is_source;
    for (const auto& group : options.replica_groups) {
      const Value is_first = equal(id, group[0]);
      is_source = is_source ? logical_or(is_source, is_first) : is_first;
    }
    return select(is_source, x, rest);
  }
  // Groups of partitions are groups of one replica's devices.
  [[nodiscard]] CollectiveOptions among() const {
    CollectiveOptions result = options;
    result.uses_global_device_ids = options.channel > 0;
    return result;
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    return {on_sources(all_reduce(v.d_out, among()), zeros_like(v.d_out))};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    return {apply(CollectiveBroadcast(*this), {v.d_in[0]})};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return {apply(CollectiveBroadcast(*this), b.in)};
  }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    if (platform != "cpu") return {};
    return trace(
        [&](std::span<const Value> p) {
          return std::vector{index_axis(all_gather(expand_dims(p[0], 0), 0, among()), 0, 0)};
        },
        in);
  }
};

}  // namespace

void list_collective_ops(OpTable& table) {
  table.add<ReplicaId>();
  table.add<PartitionId>();
  table.add<AllGather>();
  table.add<AllToAll>();
  table.add<CollectivePermute>();
  table.add<CollectiveBroadcast>();
}

Value replica_id(std::source_location where) { return apply(ReplicaId{}, {}, where); }
Value partition_id(std::source_location where) { return apply(PartitionId{}, {}, where); }

Value all_gather(Operand x, int axis, CollectiveOptions options) {
  const CallSite site(x.where);
  AllGather op(std::move(options));
  op.all_gather_dim = normalized_axis("all_gather", x, axis);
  return apply(std::move(op), {x.value}, x.where);
}

Value all_to_all(Operand x, int split_axis, int concat_axis, CollectiveOptions options) {
  const CallSite site(x.where);
  AllToAll op(std::move(options));
  op.split_dimension = normalized_axis("all_to_all", x, split_axis);
  op.concat_dimension = normalized_axis("all_to_all", x, concat_axis);
  if (!op.options.replica_groups.empty()) op.split_count = std::max<Dim>(op.group_size(false), 1);
  return apply(std::move(op), {x.value}, x.where);
}

Value collective_permute(Operand x, std::vector<std::array<std::int64_t, 2>> source_target_pairs,
                         std::int64_t channel) {
  CollectivePermute op{.source_target_pairs = std::move(source_target_pairs)};
  if (channel > 0) op.channel_handle = ChannelHandle{.handle = channel, .type = 1};
  return apply(std::move(op), {x.value}, x.where);
}

Value collective_broadcast(Operand x, CollectiveOptions options) {
  return apply(CollectiveBroadcast(std::move(options)), {x.value}, x.where);
}

}  // namespace hilo
