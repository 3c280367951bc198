#include "hilo/ops/collective_groups.h"

#include <algorithm>

#include "hilo/core/error.h"

namespace hilo {

CollectiveGroups::CollectiveGroups(CollectiveOptions given) : options(std::move(given)) {
  std::size_t longest = 0;
  for (const auto& group : options.replica_groups) longest = std::max(longest, group.size());
  std::vector<std::int64_t> ids;
  for (const auto& group : options.replica_groups) {
    ids.insert(ids.end(), group.begin(), group.end());
    ids.insert(ids.end(), longest - group.size(), -1);
  }
  replica_groups =
      Array::of({static_cast<Dim>(options.replica_groups.size()), static_cast<Dim>(longest)}, ids);
  if (options.channel > 0) channel_handle = ChannelHandle{.handle = options.channel, .type = 1};
  if (options.uses_global_device_ids) use_global_device_ids = UnitAttribute{};
}

void CollectiveGroups::complete(const OpParts&) {
  if (replica_groups.shape().rank() != 2 || replica_groups.shape().dtype != DType::kI64) {
    throw OpError({.problem = "replica_groups are " + to_string(replica_groups.shape()), .expected = "i64[groups,ids]"});
  }
  const std::span<const std::int64_t> ids = replica_groups.data<std::int64_t>();
  const auto width = static_cast<std::size_t>(replica_groups.shape().dims[1]);
  for (std::size_t g = 0; g < static_cast<std::size_t>(replica_groups.shape().dims[0]); ++g) {
    std::vector<std::int64_t>& group = options.replica_groups.emplace_back();
    for (std::int64_t id : ids.subspan(g * width, width)) {
      if (id != -1) group.push_back(id);
    }
  }
  if (channel_handle) options.channel = channel_handle->handle;
  options.uses_global_device_ids = use_global_device_ids.has_value();
}

void CollectiveGroups::complete_partitions(const OpParts& parts, Dim whole, Dim part) {
  complete(parts);
  const Dim of_groups = options.replica_groups.empty() ? 0 : part * std::ssize(options.replica_groups[0]);
  if (of_groups > 0 && whole > of_groups && whole % of_groups == 0) options.partitions = whole / of_groups;
}

void CollectiveGroups::check(bool needs_equal_groups, bool divides_all) const {
  std::vector<std::int64_t> ids;
  for (const auto& group : options.replica_groups)
    ids.insert(ids.end(), group.begin(), group.end());
  std::ranges::sort(ids);
  if (std::ranges::adjacent_find(ids) != ids.end() || (!ids.empty() && ids.front() < 0)) {
    throw OpError({.problem = "replica_groups name an id twice, or a negative one",
                   .expected = "each id once"});
  }
  if (divides_all && !ids.empty() && ids.back() >= std::ssize(ids)) {
    throw OpError({.problem = "replica_groups leave ids below " + std::to_string(ids.back()) + " out", .expected = "each id from 0 on in one group"});
  }
  if (options.uses_global_device_ids && options.channel <= 0) {
    throw OpError(
        {.problem = "uses_global_device_ids without a channel", .expected = "channel > 0"});
  }
  if (!needs_equal_groups) return;
  const auto& groups = options.replica_groups;
  const bool is_equal =
      std::ranges::all_of(groups, [&](const auto& g) { return !g.empty() && g.size() == groups[0].size(); }) &&
      std::ranges::none_of(replica_groups.data<std::int64_t>(), [](std::int64_t id) { return id < 0; });  // no padding
  if (groups.empty() || !is_equal) {
    throw OpError({.problem = "replica_groups have no one size",
                   .expected = "at least one group, all of one size",
                   .hint = "{.replica_groups = {{0, 1}}}"});
  }
}

Dim CollectiveGroups::group_size(bool is_of_partitions_too) const {
  const bool counts_partitions =
      is_of_partitions_too && options.channel > 0 && !options.uses_global_device_ids;
  return static_cast<Dim>(options.replica_groups.at(0).size()) *
         (counts_partitions ? options.partitions : 1);
}

}  // namespace hilo
