#include "hilo/ops/while_loop.h"

#include <algorithm>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/formula.h"
#include "hilo/ops/known_integers.h"
#include "hilo/ops/loop_rules.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/switch_case.h"

namespace hilo {
namespace {

struct While {
  static constexpr std::string_view kName = "while";
  Function cond, body;

  static void fields(auto&& field) {
    field("cond", &While::cond);
    field("body", &While::body);
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    const std::vector<Shape> state(in.begin(), in.end());
    const auto refuse = [&](std::string problem, std::string expected, std::string constraint = {}) {
      return OpError(
          {.problem = std::move(problem), .got = state, .expected = std::move(expected), .constraint = std::move(constraint)});
    };
    if (!cond || cond.parameter_shapes() != state ||
        cond.result_shapes() != std::vector{Shape{kI1, {}}}) {
      throw refuse("the condition does not fit the state", "a function of the state to i1[]", "C1");
    }
    if (!body || body.parameter_shapes() != state || body.result_shapes() != state) {
      throw refuse("the body gives " + (body ? to_string(Shapes(body.result_shapes())) : "nothing"),
                   "the shapes of the state", "C2, C3");
    }
    return state;
  }

  // Of a loop that counts, from a known start to a known end.
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    const std::optional<Dim> steps = step_count(v.in);
    if (!steps) {
      throw OpError({.problem = "a while loop runs for a number of steps that is not known beforehand",
                     .expected = "a loop that counts between constants, or max_iterations",
                     .hint = "fori_loop and scan have a gradient too"});
    }
    const std::vector<Shape> shapes = shapes_of(v.in);
    const Function same = trace([&](std::span<const Value> p) { return counted(p, *steps); }, shapes);
    return vjp_of(same, v);
  }

  // How often the body runs, if small integers alone decide: they are counted through.
  [[nodiscard]] std::optional<Dim> step_count(std::span<const Value> start) const {
    constexpr Dim kMost = 1 << 20;
    std::vector<Dims> state;
    for (const Value& x : start) state.push_back(is_integer(x.dtype()) && x.rank() <= 1 ? known_integers(x) : Dims());
    for (Dim step = 0; step <= kMost; ++step) {
      const Dims goes_on = known_results(cond, state)[0];
      if (goes_on.size() != 1 || goes_on[0] == kDynamic) return {};
      if (goes_on[0] == 0) return step;
      state = known_results(body, state);
    }
    return {};
  }

  // The same as a scan, in which what every step gives back as it is does not go round.
  [[nodiscard]] std::vector<Value> counted(std::span<const Value> start, Dim steps) const {
    std::vector<Value> init, end(start.begin(), start.end());
    std::vector<std::size_t> moving;
    for (std::size_t k = 0; k < start.size(); ++k) {
      if (body.results()[k].is(body.parameters()[k])) continue;
      moving.push_back(k);
      init.push_back(start[k]);
    }
    const Step step = [&](std::span<const Value> state, std::span<const Value>) {
      std::vector<Value> all(start.begin(), start.end()), next;
      for (std::size_t i = 0; i < moving.size(); ++i) all[moving[i]] = state[i];
      all = call(body, all);
      for (std::size_t k : moving) next.push_back(all[k]);
      return Carried{std::move(next), {}};
    };
    const std::vector<Value> last = scan(std::move(init), {}, step, {.length = steps}, std::source_location()).carry;
    for (std::size_t i = 0; i < moving.size(); ++i) end[moving[i]] = last[i];
    return end;
  }

  // The state and its tangents go round together.
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const std::size_t n = v.in.size();
    std::vector<Value> state(v.in.begin(), v.in.end());
    std::vector<bool> is_active(n);
    std::vector<std::size_t> active;
    for (std::size_t i = 0; i < n; ++i) {
      is_active[i] = is_differentiable(v.in[i].dtype());
      if (!is_active[i]) continue;
      active.push_back(i);
      state.push_back(v.d_in[i] ? v.d_in[i] : zeros_like(v.in[i]));
    }
    const Function both = v.transforms.jvp(body, is_active);
    const BuildFn next = [&](std::span<const Value> p) {
      std::vector<Value> all = call(both, p);
      std::vector<Value> result(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(n));
      for (std::size_t i : active) result.push_back(all[n + i]);
      return result;
    };
    const std::vector<Value> end = while_loop(
        std::move(state), [&](std::span<const Value> p) { return call(cond, p.first(n)); }, next);
    std::vector<Value> tangents(n);
    for (std::size_t k = 0; k < active.size(); ++k) tangents[active[k]] = end[n + k];
    return tangents;
  }

  // If the condition is batched, examples that are done keep their state while others go on.
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    std::vector<bool> is_batched = closed_marks(body, b.is_batched, 0, b.in.size());
    const bool differs = cond.dependents(is_batched)[0];
    if (differs) is_batched.assign(is_batched.size(), true);
    const Function next = b.transforms.batch(body, is_batched, b.size),
                   goes_on = b.transforms.batch(cond, is_batched, b.size);
    const std::vector<Value> end = while_loop(
        batched_where(b, is_batched),
        [&](std::span<const Value> p) {
          const Value each = call(goes_on, p)[0];
          return std::vector{differs ? any(each) : index_axis(each, 0, 0)};
        },
        [&](std::span<const Value> p) {
          std::vector<Value> state = call(next, p);
          const Value each = call(goes_on, p)[0];
          for (std::size_t i = 0; i < state.size(); ++i) {
            if (!is_batched[i])
              state[i] = index_axis(state[i], 0, 0);
            else if (differs)
              state[i] = select(leading(each, p[i].dims()), state[i], p[i]);
          }
          return state;
        });
    return all_in_front(end, is_batched, b.size);
  }
};

// A step whose condition does not hold leaves the state as it is, and so do all after it.
std::vector<Value> masked_scan(std::vector<Value> init, const BuildFn& condition,
                               const BuildFn& body, Dim steps, std::source_location where) {
  const Step step = [&](std::span<const Value> state, std::span<const Value>) {
    const std::vector<Value> as_it_is(state.begin(), state.end());
    return Carried{
        cond(
            condition(state).at(0), [&] { return body(state); }, [&] { return as_it_is; }),
        {}};
  };
  return scan(std::move(init), {}, step, {.length = std::max<Dim>(steps, 0)}, where).carry;
}

}  // namespace

void list_while_loop_ops(OpTable& table) { table.add<While>(); }

std::vector<Value> while_loop(std::vector<Value> init, const BuildFn& condition,
                              const BuildFn& body, const WhileOptions& options,
                              std::source_location where) {
  const CallSite site(where);
  if (options.max_iterations) {
    return masked_scan(std::move(init), condition, body, *options.max_iterations, where);
  }
  std::vector<Shape> shapes;
  for (const Value& v : init) shapes.push_back(v.shape());
  const std::size_t n = init.size();
  // What either reads of outside is one more element of the state, which the body gives back as it
  // is.
  std::vector<Value> of_condition, of_body;
  const Function cond = trace_closed(condition, shapes, of_condition),
                 step = trace_closed(body, shapes, of_body);
  for (const std::vector<Value>* captured : {&of_condition, &of_body}) {
    for (const Value& v : *captured) shapes.push_back(v.shape());
    init.insert(init.end(), captured->begin(), captured->end());
  }
  const auto arguments = [n](std::span<const Value> p, std::size_t first, std::size_t count) {
    std::vector<Value> result(p.begin(), p.begin() + static_cast<std::ptrdiff_t>(n));
    result.insert(result.end(), p.begin() + static_cast<std::ptrdiff_t>(first),
                  p.begin() + static_cast<std::ptrdiff_t>(first + count));
    return result;
  };
  While op;
  op.cond = trace(
      [&](std::span<const Value> p) { return call(cond, arguments(p, n, of_condition.size())); },
      shapes);
  op.body = trace(
      [&](std::span<const Value> p) {
        std::vector<Value> next = call(step, arguments(p, n + of_condition.size(), of_body.size()));
        next.insert(next.end(), p.begin() + static_cast<std::ptrdiff_t>(n), p.end());
        return next;
      },
      shapes);
  std::vector<Value> end = apply_all(std::move(op), init, where);
  end.resize(n);
  return end;
}

Value while_loop(Operand init, const std::function<Value(Value)>& condition,
                 const std::function<Value(Value)>& body, const WhileOptions& options) {
  return while_loop(
      std::vector{init.value},
      [&](std::span<const Value> p) { return std::vector{condition(p[0])}; },
      [&](std::span<const Value> p) { return std::vector{body(p[0])}; }, options, init.where)[0];
}

}  // namespace hilo
