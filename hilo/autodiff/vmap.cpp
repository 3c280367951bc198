#include <algorithm>

#include "hilo/autodiff/autodiff.h"
#include "hilo/autodiff/sweep.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/reshape.h"

namespace hilo {
namespace {

Value with_batch_axis(Value x, Dim size) {
  Dims dims = x.dims();
  dims.insert(dims.begin(), size);
  return broadcast_to(x, std::move(dims));
}

struct Interpreted {
  std::vector<Value> results;
  std::vector<bool> is_batched;  // by result
};

// Copies `f` into the current graph, every op that a batched value reaches by its batching rule.
Interpreted interpret(const Function& f, std::span<const Value> arguments, const std::vector<bool>& is_batched,
                             Dim size) {
  const Graph& from = f.graph();
  std::vector<Value> copy(from.value_count());
  std::vector<bool> batched(from.value_count(), false);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto id = static_cast<std::size_t>(f.parameters()[i].id());
    copy[id] = arguments[i];
    batched[id] = is_batched[i];
  }
  Graph& into = current_graph("vmap", {});
  const std::vector<bool> is_live = f.live_nodes();
  for (std::size_t i = 0; i < is_live.size(); ++i) {
    const Node& node = from.nodes()[i];
    if (!is_live[i] || !node.op) continue;
    std::vector<Value> in;
    std::vector<bool> in_batched;
    for (std::int32_t o : node.operands) {
      in.push_back(copy[static_cast<std::size_t>(o)]);
      in_batched.push_back(batched[static_cast<std::size_t>(o)]);
    }
    const bool any = std::ranges::find(in_batched, true) != in_batched.end();
    const std::vector<Value> out = any ? run_rule(node, in, "batching", [&] { return node.op->batch({in, in_batched, size, transforms()}); })
                                       : into.add(node.op, in, node.site, node.shardings);
    for (std::size_t k = 0; k < out.size(); ++k) {
      const std::size_t id = static_cast<std::size_t>(node.first_result) + k;
      copy[id] = out[k];
      batched[id] = any;
    }
  }
  Interpreted all;
  for (const Value& r : f.results()) {
    const auto id = static_cast<std::size_t>(r.id());
    all.results.push_back(copy[id]);
    all.is_batched.push_back(batched[id]);
  }
  return all;
}

std::vector<Value> with_leading_axis(Interpreted all, Dim size) {
  for (std::size_t k = 0; k < all.results.size(); ++k) {
    if (!all.is_batched[k]) all.results[k] = with_batch_axis(all.results[k], size);
  }
  return std::move(all.results);
}

Value moved_axis(Value x, std::size_t from, std::size_t to) {
  if (from == to) return x;
  Axes order;
  for (std::size_t i = 0; i < x.dims().size(); ++i) {
    if (i != from) order.push_back(static_cast<std::int64_t>(i));
  }
  order.insert(order.begin() + static_cast<std::ptrdiff_t>(to), static_cast<std::int64_t>(from));
  return transpose(x, std::move(order));
}

[[noreturn]] void refuse_vmap(std::string problem, std::vector<Shape> got, std::string expected, std::source_location where) {
  throw OpError({.op = "vmap", .problem = std::move(problem), .got = std::move(got), .expected = std::move(expected)},
                CallSite::current(where));
}

// One entry for each of `count`.
std::vector<std::optional<int>> spread(const std::vector<std::optional<int>>& axes, std::size_t count, std::string_view word,
                                       std::source_location where) {
  if (axes.size() == count) return axes;
  if (axes.size() > 1) {
    refuse_vmap(std::to_string(axes.size()) + " axes for " + std::to_string(count) + " " + std::string(word) + "s", {},
                "an axis, or none, for each, or one for all", where);
  }
  return std::vector<std::optional<int>>(count, axes.empty() ? 0 : axes[0]);
}

// The axis as a number from the front.
std::size_t checked_axis(int axis, int rank, const Shape& shape, std::source_location where) {
  const int i = axis < 0 ? axis + rank : axis;
  if (i < 0 || i >= rank) {
    refuse_vmap("axis " + std::to_string(axis) + " is out of range", {shape}, "-" + std::to_string(rank) + " <= axis < " + std::to_string(rank), where);
  }
  return static_cast<std::size_t>(i);
}

// `f` over the first axes of those that are batched.
Interpreted over_first_axes(const BuildFn& f, std::span<const Value> arguments, std::vector<bool> is_batched, Dim size) {
  std::vector<Shape> inner;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    inner.push_back(arguments[i].shape());
    if (is_batched[i]) inner.back().dims.erase(inner.back().dims.begin());
  }
  std::vector<Value> captured;
  const Function body = trace_closed(f, inner, captured);
  std::vector<Value> all(arguments.begin(), arguments.end());
  all.insert(all.end(), captured.begin(), captured.end());
  is_batched.resize(all.size(), false);
  return interpret(body, all, is_batched, size);
}

}  // namespace

std::vector<Value> vmap(const BuildFn& f, std::span<const Value> arguments, std::vector<bool> is_batched,
                        std::source_location where) {
  if (is_batched.empty()) is_batched.assign(arguments.size(), true);
  std::vector<Shape> got;
  Dim size = -1;
  bool fits = is_batched.size() == arguments.size();
  for (std::size_t i = 0; i < arguments.size() && fits; ++i) {
    const Shape& s = arguments[i].shape();
    got.push_back(s);
    if (!is_batched[i]) continue;
    fits = s.rank() > 0 && (size == -1 || size == s.dims.front());
    if (fits) size = s.dims.front();
  }
  if (!fits || size == -1) {
    refuse_vmap("the batched arguments do not fit", std::move(got), "at least one batched argument, all of one first length", where);
  }
  return with_leading_axis(over_first_axes(f, arguments, std::move(is_batched), size), size);
}

std::vector<Value> vmap(const BuildFn& f, std::span<const Value> arguments, const VmapOptions& options,
                        std::source_location where) {
  const CallSite site(where);
  const auto in_axes = spread(options.in_axes, arguments.size(), "argument", where);
  std::vector<Value> in(arguments.begin(), arguments.end());
  std::vector<bool> is_batched(in.size());
  std::vector<Shape> got;
  std::optional<Dim> size = options.axis_size;
  bool fits = true;
  for (std::size_t i = 0; i < in.size(); ++i) {
    got.push_back(in[i].shape());
    is_batched[i] = in_axes[i].has_value();
    if (!is_batched[i]) continue;
    const std::size_t axis = checked_axis(*in_axes[i], in[i].rank(), in[i].shape(), where);
    const Dim length = in[i].dims()[axis];
    fits = fits && size.value_or(length) == length;
    size = length;
    in[i] = moved_axis(in[i], axis, 0);
  }
  if (!fits || !size) {
    refuse_vmap("the batched arguments do not fit", std::move(got), "a batched argument or axis_size, and one length of all", where);
  }
  Interpreted out = over_first_axes(f, in, std::move(is_batched), *size);
  const auto out_axes = spread(options.out_axes, out.results.size(), "result", where);
  for (std::size_t k = 0; k < out.results.size(); ++k) {
    Value& y = out.results[k];
    if (!out_axes[k]) {
      if (out.is_batched[k]) refuse_vmap("a result that is to have no axis depends on a batched argument", {y.shape()}, "an axis for it in out_axes", where);
      continue;
    }
    if (!out.is_batched[k]) y = with_batch_axis(y, *size);
    y = moved_axis(y, 0, checked_axis(*out_axes[k], y.rank(), y.shape(), where));
  }
  return std::move(out.results);
}

Function batch(const Function& f, const std::vector<bool>& is_batched, Dim size) {
  std::vector<Shape> shapes = f.parameter_shapes();
  for (std::size_t i = 0; i < shapes.size(); ++i) {
    if (is_batched[i]) shapes[i].dims.insert(shapes[i].dims.begin(), size);
  }
  return trace([&](std::span<const Value> p) { return with_leading_axis(interpret(f, p, is_batched, size), size); }, shapes);
}

}  // namespace hilo
