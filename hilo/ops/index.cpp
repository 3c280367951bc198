#include "hilo/ops/index.h"

#include <algorithm>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dynamic_slice.h"
#include "hilo/ops/gather.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/positions.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/reverse.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"

namespace hilo {
namespace {

// The positions of a Slice as a slice with a positive stride, which is then reversed or not.
struct Box {
  Dims start{}, limit{}, stride{};
  Axes reversed{};

  void add(Dim first, Dim count, Dim step, std::int64_t axis) {
    const Dim by = step < 0 ? -step : step, last = first + (count - 1) * step;
    const Dim low = count == 0 ? 0 : std::min(first, last);
    start.push_back(low);
    limit.push_back(count == 0 ? low : std::max(first, last) + 1);
    stride.push_back(by);
    if (step < 0) reversed.push_back(axis);
  }
  [[nodiscard]] Value of(Value x) const {
    return reverse(slice(x, start, limit, stride), reversed);
  }
  // x with the box replaced.
  [[nodiscard]] Value put(Value x, Value content) const;
};

Value Box::put(Value x, Value content) const {
  if (content.size() == 0) return x;
  content = reverse(content, reversed);
  if (content.dims() == x.dims()) return content;
  if (std::ranges::all_of(stride, [](Dim s) { return s == 1; })) {
    return dynamic_update_slice(x, content, std::vector<Operand>(start.begin(), start.end()));
  }
  Padding padding{.low = start, .high = {}, .interior = {}};
  for (std::size_t i = 0; i < start.size(); ++i) {
    padding.interior.push_back(stride[i] - 1);
    padding.high.push_back(x.dims()[i] - (start[i] + (content.dims()[i] - 1) * stride[i] + 1));
  }
  return select(pad(ones(content.shape().with(kI1)), false, padding), pad(content, 0, padding), x);
}

// What the entries say of x: first a box is cut out (`middle`, of x's rank), then indices are
// looked up along some of its axes, then axes go and come.
struct Plan {
  Value x;
  Box box{};
  Dims middle{};       // the dims of the box
  Axes looked_up{};    // axes of `middle` along which there are indices
  Value rows{};        // [b.., k]: an index for each of them
  Dims looked{};       // dims after the look-up
  Axes window_dims{};  // axes of `looked` that are not those of the indices
  Dims result{};

  Plan(std::string_view op, const Operand& operand, const IndexEntries& entries);

 private:
  void expand(std::string_view op, const Operand& operand, const IndexEntries& entries);
  void join_indices(std::string_view op);

  Site at;
  IndexEntries full{};              // as many as x has axes, and new ones
  std::vector<Value> indices{};     // one for each of `looked_up`
  std::size_t first_looked_up = 0;  // among the result's axes
  bool is_split = false;
  Dims others{};  // the result's axes but for those of the indices
  Dims kept{};    // the same without new axes
  std::size_t first_kept = 0;
};

// Puts as many whole axes in as are missing.
void Plan::expand(std::string_view op, const Operand& operand, const IndexEntries& entries) {
  const auto is = [](const IndexEntry& e, auto type) {
    return std::holds_alternative<decltype(type)>(e.what);
  };
  const auto count = [&](auto type) {
    return std::ranges::count_if(entries, [&](const IndexEntry& e) { return is(e, type); });
  };
  const auto named = static_cast<Dim>(entries.size()) - count(NewAxis{}) - count(Ellipsis{});
  const Dim missing = x.rank() - named;
  if (missing < 0 || count(Ellipsis{}) > 1) {
    throw OpError({.op = std::string(op),
                   .problem = missing < 0 ? std::to_string(named) + " entries for " +
                                                std::to_string(x.rank()) + " axes"
                                          : "two ellipses",
                   .got = {operand.value.shape()},
                   .expected = "at most one entry an axis, and one kEllipsis"},
                  at);
  }
  const auto fill = [&] {
    full.insert(full.end(), static_cast<std::size_t>(missing), IndexEntry(kAll));
  };
  for (const IndexEntry& e : entries) is(e, Ellipsis{}) ? fill() : full.push_back(e);
  if (count(Ellipsis{}) == 0) fill();
}

Plan::Plan(std::string_view op, const Operand& operand, const IndexEntries& entries)
    : x(promote(op, {operand})[0]), at(CallSite::current(operand.where)) {
  expand(op, operand, entries);
  const bool has_tensors = std::ranges::any_of(
      full, [](const IndexEntry& e) { return std::holds_alternative<Value>(e.what); });
  std::size_t axis = 0;
  bool was_looked_up = false;
  const auto look_up = [&](Value index) {
    if (indices.empty()) first_looked_up = others.size(), first_kept = kept.size();
    is_split = is_split || (!indices.empty() && !was_looked_up);
    looked_up.push_back(static_cast<std::int64_t>(axis));
    indices.push_back(index);
    box.add(0, x.dims()[axis], 1, static_cast<std::int64_t>(axis));
    middle.push_back(x.dims()[axis]);
  };
  for (const IndexEntry& e : full) {
    if (std::holds_alternative<NewAxis>(e.what)) {
      others.push_back(1);
      was_looked_up = false;
      continue;
    }
    const Dim n = x.dims()[axis];
    if (const auto* number = std::get_if<Dim>(&e.what)) {
      if (*number < -n || *number >= n) {
        throw OpError({.op = std::string(op),
                       .problem = "no element " + std::to_string(*number) + " on axis " +
                                  std::to_string(axis),
                       .got = {operand.value.shape()},
                       .expected = "-length <= number < length"},
                      at);
      }
      const Dim place = *number < 0 ? *number + n : *number;
      if (has_tensors) {
        look_up(constant(Array::scalar(static_cast<std::int32_t>(place))));
      } else {
        box.add(place, 1, 1, static_cast<std::int64_t>(axis));
        middle.push_back(1);
      }
      was_looked_up = has_tensors;
    } else if (const auto* range = std::get_if<Slice>(&e.what)) {
      if (range->step == 0) {
        throw OpError({.op = std::string(op),
                       .problem = "a step of 0 on axis " + std::to_string(axis),
                       .got = {operand.value.shape()},
                       .expected = "a step other than 0"},
                      at);
      }
      const bool goes_back = range->step < 0;
      const Dim low = goes_back ? -1 : 0, high = goes_back ? n - 1 : n;
      const auto placed = [&](const std::optional<Dim>& end, Dim otherwise) {
        return end ? std::clamp(*end < 0 ? *end + n : *end, low, high) : otherwise;
      };
      const Dim from = placed(range->start, goes_back ? high : low),
                to = placed(range->stop, goes_back ? low : high);
      const Dim step = range->step, length = goes_back ? from - to : to - from,
                by = goes_back ? -step : step;
      const Dim count = length <= 0 ? 0 : (length + by - 1) / by;
      box.add(from, count, step, static_cast<std::int64_t>(axis));
      middle.push_back(count);
      others.push_back(count);
      kept.push_back(count);
      was_looked_up = false;
    } else {
      const Value index = std::get<Value>(e.what);
      look_up(positions_from_front(op, Operand(index, operand.where), n, at));
      was_looked_up = true;
    }
    ++axis;
  }
  join_indices(op);
}

// All indices broadcast and side by side, and where their axes stand.
void Plan::join_indices(std::string_view op) {
  Dims joint;
  if (!indices.empty()) {
    std::vector<Shape> shapes;
    for (const Value& i : indices) shapes.push_back(i.shape());
    joint = broadcast_dims(op, shapes);
    const bool is_wide =
        std::ranges::any_of(shapes, [](const Shape& s) { return !holds(kI32, s.dtype); });
    for (Value& i : indices) i = broadcast_to(i, joint).as(is_wide ? kI64 : kI32);
    rows = stack(indices, static_cast<int>(joint.size()));
    if (is_split) first_looked_up = first_kept = 0;
  }
  const auto with_joint = [&](const Dims& dims, std::size_t place) {
    Dims all = dims;
    all.insert(all.begin() + static_cast<std::ptrdiff_t>(place), joint.begin(), joint.end());
    return all;
  };
  result = with_joint(others, first_looked_up);
  looked = with_joint(kept, first_kept);
  for (std::size_t i = 0; i < looked.size(); ++i) {
    if (i < first_kept || i >= first_kept + joint.size())
      window_dims.push_back(static_cast<std::int64_t>(i));
  }
}

Value combined(Value old, Value update, Update kind) {
  switch (kind) {
    case Update::kSet:
      return update;
    case Update::kAdd:
      return old + update;
    case Update::kMultiply:
      return old * update;
    case Update::kMaximum:
      return maximum(old, update);
    case Update::kMinimum:
      return minimum(old, update);
  }
  return update;
}

Value updated(std::string_view op, const Operand& operand, const IndexEntries& entries,
              const Operand& updates, Update kind) {
  const CallSite site(operand.where);
  const Plan plan(op, operand, entries);
  const Value given =
      updates_for(op, updates, plan.x, plan.result, CallSite::current(operand.where));
  const Value middle = plan.box.of(plan.x);
  if (!plan.rows) return plan.box.put(plan.x, combined(middle, reshape(given, plan.middle), kind));
  const Value changed = scatter(middle, plan.rows, reshape(given, plan.looked),
                                {.update_window_dims = plan.window_dims,
                                 .inserted_window_dims = plan.looked_up,
                                 .scatter_dims_to_operand_dims = plan.looked_up,
                                 .index_vector_dim = plan.rows.rank() - 1},
                                kind);
  return plan.box.put(plan.x, changed);
}

}  // namespace

Value index(Operand x, IndexEntries entries) {
  const CallSite site(x.where);
  const Plan plan("index", x, entries);
  Value y = plan.box.of(plan.x);
  if (plan.rows) {
    Dims sizes = plan.middle;
    for (std::int64_t a : plan.looked_up)
      sizes[static_cast<std::size_t>(a)] = std::min<Dim>(1, sizes[static_cast<std::size_t>(a)]);
    y = gather(y, plan.rows,
               {.offset_dims = plan.window_dims,
                .collapsed_slice_dims = plan.looked_up,
                .start_index_map = plan.looked_up,
                .index_vector_dim = plan.rows.rank() - 1},
               std::move(sizes));
  }
  return reshape(y, plan.result);
}

Value index_update(Operand x, IndexEntries entries, Operand updates, Update update) {
  return updated("index_update", x, entries, updates, update);
}
Value index_set(Operand x, IndexEntries entries, Operand updates) {
  return updated("index_set", x, entries, updates, Update::kSet);
}
Value index_add(Operand x, IndexEntries entries, Operand updates) {
  return updated("index_add", x, entries, updates, Update::kAdd);
}
Value index_multiply(Operand x, IndexEntries entries, Operand updates) {
  return updated("index_multiply", x, entries, updates, Update::kMultiply);
}
Value index_max(Operand x, IndexEntries entries, Operand updates) {
  return updated("index_max", x, entries, updates, Update::kMaximum);
}
Value index_min(Operand x, IndexEntries entries, Operand updates) {
  return updated("index_min", x, entries, updates, Update::kMinimum);
}

}  // namespace hilo
