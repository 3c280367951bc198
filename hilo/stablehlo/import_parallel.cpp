// `interpreter.run_parallel` of StableHLO's tests: a grid of processes, written out as one program in which what they tell
// each other are ops on their values. The collectives themselves are XLA's; here they only have the spec's meaning.
#include <algorithm>
#include <deque>

#include "hilo/ops/broadcast.h"
#include "hilo/ops/collective_groups.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/map_elements.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/stablehlo/import_handlers.h"

namespace hilo::stablehlo {
namespace {

constexpr std::int64_t kMostProcesses = 256;

std::string_view short_name(const ir::Operation& op) {
  const std::string_view name = op.name;
  return name.starts_with("stablehlo.") ? name.substr(10) : name;
}

bool is_collective(std::string_view name) {
  static constexpr std::string_view kAll[] = {"all_gather",         "all_reduce",           "all_to_all",       "collective_broadcast",
                                              "collective_permute", "collective_reduce", "reduce_scatter"};
  return std::ranges::find(kAll, name) != std::end(kAll);
}

std::int64_t channel_of(const ir::Operation& op) {
  ChannelHandle channel;
  const AttributeValue* given = op.attribute("channel_handle");
  return given != nullptr && read_attribute(*given, channel) ? channel.handle : 0;
}

// A table of ids; pairs are kept as such where an attribute is known to have them.
Array table_of(const ir::Operation& op, std::string_view name) {
  const AttributeValue* given = op.attribute(name);
  const auto* pairs = given == nullptr ? nullptr : std::get_if<Int64Pairs>(given);
  if (pairs == nullptr) return Importer::required<Array>(op, name);
  std::vector<std::int64_t> ids;
  for (const auto& pair : *pairs) ids.insert(ids.end(), pair.begin(), pair.end());
  return Array::of({std::ssize(*pairs), 2}, ids);
}

// The names in `["a", @b]`.
std::vector<std::string> names_in(const AttributeValue& list) {
  std::vector<std::string> names;
  const auto* items = std::get_if<ListAttribute>(&list);
  for (std::size_t i = 0; items != nullptr && i < items->items.size(); ++i) {
    if (!read_attribute(items->items[i], names.emplace_back())) names.pop_back();
  }
  return names;
}

}  // namespace

// Process r * partitions + q is replica r of partition q.
struct Importer::Processes {
  struct Process {
    const ir::Operation* function = nullptr;
    std::unordered_map<ir::ValueId, Value> values{};
    std::size_t next = 0;
    [[nodiscard]] const ir::Operation& op() const { return function->regions[0].operations[next]; }
    [[nodiscard]] bool is_done() const { return next + 1 == function->regions[0].operations.size(); }
  };
  using Group = std::vector<std::size_t>;

  Importer& importer;
  std::int64_t replicas = 0, partitions = 0;
  std::vector<std::string> infeed{};
  std::vector<Process> all{};
  std::map<std::int64_t, std::deque<Out>> channels{};
  std::size_t fed = 0;

  // Runs `work` where the values are those of process p.
  template <class Work>
  void inside(std::size_t p, const Work& work) {
    std::swap(importer.values_, all[p].values);
    work();
    std::swap(importer.values_, all[p].values);
  }

  void give(std::size_t p, const Out& results) {
    const ir::Operation& op = all[p].op();
    importer.check_results(op, results);
    for (std::size_t i = 0; i < op.results.size(); ++i) importer.define(op.results[i], results[i]);
  }

  // The results of an op that asks for something of outside; nothing: there is no value to receive yet.
  std::optional<Out> exchanged(std::size_t p, const ir::Operation& op, std::string_view name, In in) {
    const auto number = [](std::int64_t id) { return Out{constant(Array::scalar(static_cast<std::uint32_t>(id)))}; };
    const auto process = static_cast<std::int64_t>(p);
    if (name == "replica_id") return number(process / partitions);
    if (name == "partition_id") return number(process % partitions);
    if (in.empty()) throw OpError({.problem = "no token among the operands", .expected = "token[]"});
    if (name == "outfeed") return Out{in.back()};
    if (name == "send") {
      channels[channel_of(op)].emplace_back(in.begin(), in.end() - 1);
      return Out{in.back()};
    }
    Out values;
    if (name == "infeed") {
      if (fed == infeed.size()) throw OpError({.problem = "nothing is left to be fed", .expected = "a function in the list 'infeed'"});
      values = importer.call(infeed[fed++], {}, op);
    } else {
      std::deque<Out>& queue = channels[channel_of(op)];
      if (queue.empty()) return std::nullopt;
      values = std::move(queue.front());
      queue.pop_front();
    }
    values.push_back(in.back());
    return values;
  }

  // One op of a process; false: it waits for others.
  bool step(std::size_t p) {
    Process& process = all[p];
    const ir::Operation& op = process.op();
    const std::string_view name = short_name(op);
    if (is_collective(name)) return false;
    static constexpr std::string_view kExchanges[] = {"replica_id", "partition_id", "infeed", "outfeed", "send", "recv"};
    bool moved = true;
    inside(p, [&] {
      if (std::ranges::find(kExchanges, name) == std::end(kExchanges)) return importer.operation(op);
      importer.guarded(op, [&] {
        Out in;
        for (ir::ValueId id : op.operands) in.push_back(importer.operand(id));
        const std::optional<Out> results = exchanged(p, op, name, in);
        moved = results.has_value();
        if (moved) give(p, *results);
      });
    });
    if (moved) ++process.next;
    return moved;
  }

  // The processes that ids stand for, once for each part of the grid that does the same by itself.
  [[nodiscard]] std::vector<Group> processes_of(const ir::Operation& op, std::span<const std::int64_t> ids) const {
    const std::string_view name = short_name(op);
    const bool has_channel = channel_of(op) > 0, is_global = op.attribute("use_global_device_ids") != nullptr;
    const bool is_of_partitions = has_channel && (name == "all_to_all" || name.starts_with("collective_"));
    const std::int64_t most = is_global ? replicas * partitions : is_of_partitions ? partitions : replicas;
    for (std::int64_t id : ids) {
      if (id < 0 || id >= most) throw OpError({.problem = "no process " + std::to_string(id), .expected = "ids below " + std::to_string(most)});
    }
    const std::int64_t copies = is_global ? 1 : is_of_partitions ? replicas : has_channel ? 1 : partitions;
    std::vector<Group> groups(static_cast<std::size_t>(copies));
    for (std::int64_t k = 0; k < copies; ++k) {
      Group& group = groups[static_cast<std::size_t>(k)];
      const auto add = [&](std::int64_t process) { group.push_back(static_cast<std::size_t>(process)); };
      if (!is_global && !is_of_partitions && has_channel) {
        for (std::int64_t q = 0; q < partitions; ++q) {
          for (std::int64_t id : ids) add(id * partitions + q);
        }
        continue;
      }
      for (std::int64_t id : ids) add(is_global ? id : is_of_partitions ? k * partitions + id : id * partitions + k);
    }
    return groups;
  }

  [[nodiscard]] std::vector<Group> groups_of(const ir::Operation& op) const {
    const bool is_permute = short_name(op) == "collective_permute";
    const std::optional<Array> by_axes = importer.groups_by_axes(op);
    const Array table = by_axes ? *by_axes : table_of(op, is_permute ? "source_target_pairs" : "replica_groups");
    if (table.shape().dtype != DType::kI64 || table.shape().rank() != 2) throw OpError({.problem = "groups are " + to_string(table.shape()), .expected = "i64[groups,ids]"});
    const std::span<const std::int64_t> ids = table.data<std::int64_t>();
    const auto width = static_cast<std::size_t>(table.shape().dims[1]);
    std::vector<Group> groups;
    for (std::size_t at = 0; width > 0 && at < ids.size(); at += width) {
      std::vector<std::int64_t> one;
      std::ranges::copy_if(ids.subspan(at, width), std::back_inserter(one), [](std::int64_t id) { return id != -1; });
      std::ranges::move(processes_of(op, one), std::back_inserter(groups));
    }
    if (ids.empty() && !is_permute) {  // all together
      std::vector<std::int64_t> one;
      for (std::int64_t r = 0; r < replicas; ++r) one.push_back(r);
      std::ranges::move(processes_of(op, one), std::back_inserter(groups));
    }
    return groups;
  }

  [[nodiscard]] Value folded(const ir::Operation& op, const Out& values) const {
    if (op.regions.size() != 1) throw OpError({.problem = std::to_string(op.regions.size()) + " regions", .expected = "1"});
    const BuildFn body = importer.body(op.regions[0]);
    Value result = values[0];
    for (std::size_t k = 1; k < values.size(); ++k) {
      result = map_elements(Operands(Out{result, values[k]}), [&](In scalars) { return body(scalars).at(0); });
    }
    return result;
  }

  // Part `k` of `count` along an axis.
  static Value part(Value x, std::int64_t axis, std::size_t k, std::size_t count) {
    if (axis < 0 || axis >= x.rank()) throw OpError({.problem = "axis " + std::to_string(axis) + " is out of range", .got = {x.shape()}});
    Dims from(x.dims().size(), 0), to = x.dims();
    const auto at = static_cast<std::size_t>(axis);
    const Dim length = x.dims()[at] / static_cast<Dim>(count);
    from[at] = static_cast<Dim>(k) * length;
    to[at] = from[at] + length;
    return slice(x, from, to);
  }

  // What each of a group gets, of one operand of each.
  Out met(const ir::Operation& op, const Out& in, Value roots, std::size_t which) const {
    const std::string_view name = short_name(op);
    const auto axis = [&](std::string_view attribute) { return Importer::required<std::int64_t>(op, attribute); };
    Out out(in.size());
    if (name == "collective_broadcast") {
      Value first = in[0];
      for (std::size_t k = 1; roots && k < in.size(); ++k) {
        const Value root = part(roots, 0, which, static_cast<std::size_t>(roots.size()));
        first = select(equal(broadcast_to(root, in[k].dims()), static_cast<std::int64_t>(k)), in[k], first);
      }
      return Out(in.size(), first);
    }
    if (name == "all_gather") return Out(in.size(), concatenate(Operands(in), static_cast<int>(axis("all_gather_dim"))));
    if (name == "all_to_all") {
      for (std::size_t to = 0; to < in.size(); ++to) {
        Out parts;
        for (const Value& x : in) parts.push_back(part(x, axis("split_dimension"), to, in.size()));
        out[to] = concatenate(Operands(parts), static_cast<int>(axis("concat_dimension")));
      }
      return out;
    }
    const Value sum = folded(op, in);
    for (std::size_t k = 0; k < in.size(); ++k) {
      if (name == "reduce_scatter") out[k] = part(sum, axis("scatter_dimension"), k, in.size());
      else out[k] = name == "all_reduce" || k == 0 ? sum : zeros_like(sum);
    }
    return out;
  }

  // All processes that are not done stand at the same collective.
  void meet(const ir::Operation& op) {
    std::vector<Out> in(all.size()), out(all.size());
    for (std::size_t p = 0; p < all.size(); ++p) {
      if (all[p].is_done()) continue;
      inside(p, [&] {
        for (ir::ValueId id : all[p].op().operands) in[p].push_back(importer.operand(id));
      });
    }
    const bool has_roots = op.attribute("has_dynamic_root") != nullptr;
    const std::size_t count = op.operands.size() - (has_roots && !op.operands.empty() ? 1 : 0);
    const bool keeps_own = short_name(op) == "all_reduce";  // who is in no group
    for (std::size_t p = 0; p < all.size(); ++p) {
      for (std::size_t i = 0; i < std::min(count, in[p].size()); ++i) out[p].push_back(keeps_own ? in[p][i] : zeros_like(in[p][i]));
    }
    for (const Group& group : groups_of(op)) {
      for (std::size_t i = 0; i < count && !group.empty(); ++i) {
        Out each;
        for (std::size_t p : group) {
          if (in[p].size() != op.operands.size()) throw OpError({.problem = "process " + std::to_string(p) + " does not take part"});
          each.push_back(in[p][i]);
        }
        if (short_name(op) == "collective_permute") {
          out[group[1]][i] = each[0];
          continue;
        }
        const Out results = met(op, each, has_roots ? in[group[0]].back() : Value(), i);
        for (std::size_t k = 0; k < group.size(); ++k) out[group[k]][i] = results[k];
      }
    }
    for (std::size_t p = 0; p < all.size(); ++p) {
      if (all[p].is_done()) continue;
      inside(p, [&] { give(p, out[p]); });
      ++all[p].next;
    }
  }

  void run() {
    for (;;) {
      bool moved = false;
      for (std::size_t p = 0; p < all.size(); ++p) {
        while (!all[p].is_done() && step(p)) moved = true;
      }
      const auto waiting = std::ranges::find_if(all, [](const Process& p) { return !p.is_done(); });
      if (waiting == all.end()) return;
      const ir::Operation& op = waiting->op();
      const bool is_met = is_collective(short_name(op)) && std::ranges::all_of(all, [&](const Process& p) { return p.is_done() || p.op().name == op.name; });
      if (is_met) importer.guarded(op, [&] { meet(op); });
      else if (!moved) importer.refuse(op, "the processes wait for each other");
    }
  }
};

std::vector<Value> Importer::run_parallel(const ir::Operation& op, std::span<const Value> operands) {
  Processes grid{.importer = *this};
  const AttributeValue* given = op.attribute("programs");
  const auto* rows = given == nullptr ? nullptr : std::get_if<ListAttribute>(given);
  if (rows == nullptr || rows->items.empty()) throw OpError({.problem = "no attribute 'programs'", .expected = "a list of lists of functions"});
  if (const AttributeValue* fed = op.attribute("infeed")) grid.infeed = names_in(*fed);
  grid.replicas = std::ssize(rows->items);
  std::size_t next = 0;
  for (const AttributeValue& row : rows->items) {
    const std::vector<std::string> names = names_in(row);
    if (grid.partitions == 0) grid.partitions = std::ssize(names);
    if (names.empty() || std::ssize(names) != grid.partitions || grid.replicas * grid.partitions > kMostProcesses) {
      throw OpError({.problem = "the processes make no grid", .expected = "rows of one length, at most " + std::to_string(kMostProcesses) + " processes"});
    }
    for (const std::string& name : names) {
      auto& process = grid.all.emplace_back();
      process.function = &function(name, op.at);
      result_.functions.emplace(name);
      for (ir::ValueId id : process.function->regions[0].arguments) {
        if (next == operands.size()) throw OpError({.problem = "operands are missing", .expected = "those of each process, one process behind the other"});
        process.values[id] = operands[next++];
      }
    }
  }
  expect_operands(operands, next);
  grid.run();
  std::vector<Value> results;
  for (auto& process : grid.all) {
    for (ir::ValueId id : process.op().operands) results.push_back(process.values.at(id));
  }
  return results;
}

}  // namespace hilo::stablehlo
