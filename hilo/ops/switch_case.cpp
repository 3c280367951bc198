#include "hilo/ops/switch_case.h"

#include <algorithm>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/loop_rules.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"

namespace hilo {
namespace {

// index, then what the branches read: all of them take the same.
struct Case {
  static constexpr std::string_view kName = "case";
  static constexpr int kRegionOperandsFrom = 1;
  std::vector<Function> branches;

  static void fields(auto&& field) { field("branches", &Case::branches); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    const auto refuse = [&](std::string problem, std::string expected, std::string constraint = {}) {
      return OpError({.problem = std::move(problem),
                      .got = {in.begin(), in.end()},
                      .expected = std::move(expected), .constraint = std::move(constraint)});
    };
    if (in.empty() || in[0] != Shape{kI32, {}}) throw refuse("the index does not fit", "i32[]");
    if (branches.empty()) throw refuse("no branches", "at least one", "C1");
    std::vector<Shape> results = branches[0].result_shapes();
    for (const Function& f : branches) {
      const std::vector<Shape> others = f.result_shapes();
      if (std::ranges::equal(others, results, is_compatible)) {  // C3, C4
        for (std::size_t k = 0; k < results.size(); ++k) results[k] = merged({{results[k], others[k]}});
        continue;
      }
      throw refuse("branches give " + to_string(Shapes(branches[0].result_shapes())) + " and " +
                       to_string(Shapes(f.result_shapes())),
                   "branches with results of the same shapes");
    }
    return results;
  }

  [[nodiscard]] std::vector<Value> chosen(std::vector<Function> others,
                                          std::vector<Value> operands) const {
    Case op;
    op.branches = std::move(others);
    return apply_all(std::move(op), operands);
  }

  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    std::vector<Value> operands(v.in.begin(), v.in.end());
    const std::vector<Value> d_outs = materialized(v.d_outs, v.outs);
    operands.insert(operands.end(), d_outs.begin(), d_outs.end());
    std::vector<Function> backward;
    for (const Function& f : branches) backward.push_back(v.transforms.vjp(f));
    std::vector<Value> d_in = {Value()};
    if (v.in.size() == 1) return d_in;
    for (const Value& d : chosen(std::move(backward), std::move(operands))) {
      d_in.push_back(is_differentiable(d.dtype()) ? d : Value());
    }
    return d_in;
  }

  // The tangents alone: the values are there already.
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    std::vector<Value> operands(v.in.begin(), v.in.end());
    std::vector<bool> is_active;
    for (std::size_t i = 1; i < v.in.size(); ++i) {
      is_active.push_back(static_cast<bool>(v.d_in[i]));
      if (v.d_in[i]) operands.push_back(v.d_in[i]);
    }
    std::vector<Shape> shapes;
    for (std::size_t i = 1; i < operands.size(); ++i) shapes.push_back(operands[i].shape());
    std::vector<Function> forward;
    for (const Function& f : branches) {
      const Function both = v.transforms.jvp(f, is_active);
      forward.push_back(trace(
          [&](std::span<const Value> p) {
            std::vector<Value> all = call(both, p);
            all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(f.results().size()));
            return all;
          },
          shapes));
    }
    std::vector<Value> tangents = chosen(std::move(forward), std::move(operands));
    for (Value& t : tangents) t = is_differentiable(t.dtype()) ? t : Value();
    return tangents;
  }

  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    const std::vector<bool> flags(b.is_batched.begin() + 1, b.is_batched.end());
    std::vector<Function> batched;
    for (const Function& f : branches) batched.push_back(b.transforms.batch(f, flags, b.size));
    if (!b.is_batched[0]) return chosen(std::move(batched), {b.in.begin(), b.in.end()});
    std::vector<Value> result = call(batched.back(), b.in.subspan(1));
    for (std::size_t k = 0; k + 1 < batched.size(); ++k) {
      const Value is_it = equal(b.in[0], static_cast<std::int64_t>(k));
      const std::vector<Value> of_branch = call(batched[k], b.in.subspan(1));
      for (std::size_t i = 0; i < result.size(); ++i)
        result[i] = select(leading(is_it, result[i].dims()), of_branch[i], result[i]);
    }
    return result;
  }
};

}  // namespace

void list_switch_case_ops(OpTable& table) { table.add<Case>(); }

std::vector<Value> switch_case(Operand index, const std::vector<Branch>& branches) {
  const CallSite site(index.where);
  const Value number = tensor_of("case", index, kI32);
  if (!is_integer(number.dtype())) {
    throw OpError({.op = "case",
                   .problem = "the index is no integer",
                   .got = {number.shape()},
                   .expected = "an integer scalar"},
                  CallSite::current(index.where));
  }
  std::vector<Value> operands = {convert(number, kI32)};
  std::vector<Function> traced;
  std::vector<std::vector<Value>> captured(branches.size());
  for (std::size_t k = 0; k < branches.size(); ++k) {
    traced.push_back(
        trace_closed([&](std::span<const Value>) { return branches[k](); }, {}, captured[k]));
    operands.insert(operands.end(), captured[k].begin(), captured[k].end());
  }
  std::vector<Shape> shapes;
  for (std::size_t i = 1; i < operands.size(); ++i) shapes.push_back(operands[i].shape());
  Case op;
  std::size_t first = 0;
  for (std::size_t k = 0; k < branches.size(); ++k) {
    op.branches.push_back(trace(
        [&](std::span<const Value> p) {
          return call(traced[k], p.subspan(first, captured[k].size()));
        },
        shapes));
    first += captured[k].size();
  }
  return apply_all(std::move(op), operands, index.where);
}

std::vector<Value> cond(Operand predicate, const Branch& if_true, const Branch& if_false) {
  const CallSite site(predicate.where);
  const Value p = tensor_of("cond", predicate, kI1);
  if (p.shape() != Shape{kI1, {}}) {
    throw OpError({.op = "cond",
                   .problem = "the predicate does not fit",
                   .got = {p.shape()},
                   .expected = "i1[]",
                   .hint = "select"},
                  CallSite::current(predicate.where));
  }
  return switch_case(Operand(convert(p, kI32), predicate.where), {if_false, if_true});
}

Value cond(Operand predicate, const std::function<Value()>& if_true,
           const std::function<Value()>& if_false) {
  return cond(std::move(predicate), Branch([&] { return std::vector{if_true()}; }),
              Branch([&] { return std::vector{if_false()}; }))[0];
}

}  // namespace hilo
