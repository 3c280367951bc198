#pragma once
#include <optional>

#include "hilo/ops/collective.h"
#include "hilo/ops/op_parts.h"

namespace hilo {

/// `#stablehlo.channel_handle<handle = 1, type = 0>`.
struct ChannelHandle {
  static constexpr std::string_view kMnemonic = "channel_handle";
  std::int64_t handle = 0, type = 0;
  static void fields(auto&& field) {
    field("handle", &ChannelHandle::handle);
    field("type", &ChannelHandle::type);
  }
};

/// The attributes by which ops say who works together.
struct CollectiveGroups {
  CollectiveOptions options{};  // as given: the rules pass it on
  Array replica_groups{};       // i64[groups, largest size], -1 where a group is shorter
  std::optional<ChannelHandle> channel_handle{};
  std::optional<UnitAttribute> use_global_device_ids{};

  CollectiveGroups() = default;
  explicit CollectiveGroups(CollectiveOptions given);

  template <class Self>
  static void group_fields(auto&& field) {
    field("replica_groups", &Self::replica_groups);
    field("channel_handle", &Self::channel_handle);
  }

  /// `options` from the attributes of a program.
  void complete(const OpParts& parts);
  /// The same where groups of replicas work with all their partitions: how many, from the lengths of the gathered and the
  /// scattered axis.
  void complete_partitions(const OpParts& parts, Dim whole, Dim part);
  /// Throws OpError unless the groups divide the ids 0, 1, .. among them (for a broadcast: name some of them) and, if
  /// asked for, there is a group and all have one size.
  void check(bool needs_equal_groups, bool divides_all = true) const;
  /// Of one group; with all partitions of its replicas where these work together.
  [[nodiscard]] Dim group_size(bool is_of_partitions_too) const;
};

}  // namespace hilo
