#include "hilo/ops/scan.h"

#include <algorithm>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/arrange.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/dynamic_slice.h"
#include "hilo/ops/loop_rules.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/value_lists.h"
#include "hilo/ops/while_loop.h"

namespace hilo {
namespace {

using Values = std::vector<Value>;
using In = std::span<const Value>;

Shape stacked(Shape slice, Dim length) {
  slice.dims.insert(slice.dims.begin(), length);
  return slice;
}

// [B,T,..] and [T,B,..] into each other.
Value turned(Value x) { return swapaxes(x, 0, 1); }

// body: (constants.., carry.., slices of xs..) -> (carry.., slices of ys..)
// op:   (constants.., carry.., xs..) -> (carry.., ys.., starts..), where starts are the carries
// that the steps began with,
//       [T,..]: what the reverse rule needs, and not made where nobody asks.
struct Scan {
  static constexpr std::string_view kName = "hilo.scan";
  Function body;
  std::int64_t constants = 0, carries = 0, length = 0, unroll = 1;
  bool is_reversed = false;

  static void fields(auto&& field) {
    field("body", &Scan::body);
    field("constants", &Scan::constants);
    field("carries", &Scan::carries);
    field("length", &Scan::length);
    field("unroll", &Scan::unroll);
    field("is_reversed", &Scan::is_reversed);
  }

  [[nodiscard]] std::size_t n_constants() const { return static_cast<std::size_t>(constants); }
  [[nodiscard]] std::size_t n_carries() const { return static_cast<std::size_t>(carries); }
  [[nodiscard]] std::size_t n_ys() const { return body.results().size() - n_carries(); }

  // A list of operands, or of what belongs to them, in its parts.
  template <class T>
  struct Parts {
    std::span<const T> constants, carry, xs;
  };
  template <class T>
  [[nodiscard]] Parts<T> parts(std::span<const T> all) const {
    return {all.first(n_constants()), all.subspan(n_constants(), n_carries()),
            all.subspan(n_constants() + n_carries())};
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    const std::vector<Shape> given = body.result_shapes();
    const Parts<Shape> p = parts(in);
    const std::vector<Shape> carry(p.carry.begin(), p.carry.end());
    const std::vector<Shape> next(
        given.begin(),
        given.begin() + static_cast<std::ptrdiff_t>(std::min(n_carries(), given.size())));
    if (next != carry) {
      throw OpError({.op = "scan",
                     .problem = "the step changes the carry to " + to_string(Shapes(next)),
                     .got = carry,
                     .expected = "the shapes of the carry"});
    }
    std::vector<Shape> out = carry;
    for (std::size_t k = n_carries(); k < given.size(); ++k)
      out.push_back(stacked(given[k], length));
    for (const Shape& s : carry) out.push_back(stacked(s, length));
    return out;
  }

  // A while loop over (step, carry.., ys.., starts..); only what is read is stacked.
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>& is_used) const {
    return trace(
        [&](In p) {
          const Parts<Value> of = parts(p);
          Values state = joined({of.carry});
          const std::vector<Shape> out = infer(in);
          std::vector<std::size_t> kept;  // results that are stacked
          for (std::size_t k = n_carries(); k < out.size(); ++k) {
            if (is_used[k]) kept.push_back(k), state.push_back(zeros(out[k]));
          }
          state.insert(state.begin(), constant(Array::scalar(std::int32_t{0})));
          const auto one_step = [&](Values s) {
            const Value i = is_reversed ? static_cast<std::int64_t>(length - 1) - s[0] : s[0];
            const In carry = In(s).subspan(1, n_carries());
            Values slices;
            for (const Value& x : of.xs) slices.push_back(dynamic_index_axis(x, 0, i));
            Values next = call(body, joined({of.constants, carry, slices}));
            next.insert(next.end(), carry.begin(), carry.end());  // the starts, behind the ys
            Values after = {s[0] + 1};
            after.insert(after.end(), next.begin(), next.begin() + carries);
            for (std::size_t j = 0; j < kept.size(); ++j) {
              const Value slice = expand_dims(next[kept[j]], {0});
              after.push_back(dynamic_update_slice_axis(s[1 + n_carries() + j], slice, 0, i));
            }
            return after;
          };
          const Dim rounds = length / unroll;
          if (rounds > 0) {
            state = while_loop(
                std::move(state),
                [&](In s) {
                  return Values{less(s[0], static_cast<std::int64_t>(rounds * unroll))};
                },
                [&](In s) {
                  Values now(s.begin(), s.end());
                  for (std::int64_t k = 0; k < unroll; ++k) now = one_step(std::move(now));
                  return now;
                });
          }
          for (Dim rest = rounds * unroll; rest < length; ++rest)
            state = one_step(std::move(state));
          Values results(state.begin() + 1, state.begin() + 1 + carries);
          for (std::size_t k = n_carries(), j = 0; k < out.size(); ++k) {
            results.push_back(is_used[k] ? state[1 + n_carries() + j++] : zeros(out[k]));
          }
          return results;
        },
        in);
  }

  // The step's cotangents, from the last step to the first: they carry that of the carry and the
  // sums of those of the constants, and give those of the slices.
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    const Parts<Value> of = parts(v.in);
    const Values d_outs = materialized(v.d_outs, v.outs);
    const std::size_t n = n_carries(), c = n_constants(), y = n_ys(), x = of.xs.size();
    const Function backward = v.transforms.vjp(body);
    std::vector<std::size_t> summed;  // constants that have gradients
    for (std::size_t k = 0; k < c; ++k) {
      if (is_differentiable(of.constants[k].dtype())) summed.push_back(k);
    }
    Values init(d_outs.begin(), d_outs.begin() + carries);
    for (std::size_t k : summed) init.push_back(zeros_like(of.constants[k]));
    // The starts have cotangents only where a gradient is differentiated again.
    const bool are_starts_read = std::ranges::any_of(
        v.d_outs.subspan(n + y), [](const Value& d) { return static_cast<bool>(d); });
    const std::size_t m = are_starts_read ? n : 0;
    const In d_ys = In(d_outs).subspan(n, y), d_starts = In(d_outs).subspan(n + y, m),
             starts = v.outs.subspan(n + y);
    const Carried end = hilo::scan(
        std::move(init), joined({starts, d_starts, of.xs, d_ys}),
        [&](In carry, In slice) {
          const Values d =
              call(backward, joined({of.constants, slice.first(n), slice.subspan(n + m, x),
                                     carry.first(n), slice.subspan(n + m + x)}));
          Carried out;
          for (std::size_t k = 0; k < n; ++k) {
            const bool is_added = m > 0 && is_differentiable(d[c + k].dtype());
            out.carry.push_back(is_added ? d[c + k] + slice[n + k] : d[c + k]);
          }
          for (std::size_t k = 0; k < summed.size(); ++k)
            out.carry.push_back(carry[n + k] + d[summed[k]]);
          out.ys.assign(d.begin() + static_cast<std::ptrdiff_t>(c + n), d.end());
          return out;
        },
        {.is_reversed = !is_reversed, .length = length, .unroll = static_cast<int>(unroll)});
    Values d_in(v.in.size());
    for (std::size_t k = 0; k < summed.size(); ++k) d_in[summed[k]] = end.carry[n + k];
    std::ranges::copy(In(end.carry).first(n), d_in.begin() + constants);
    std::ranges::copy(end.ys, d_in.begin() + constants + carries);
    for (std::size_t k = 0; k < d_in.size(); ++k) {
      if (d_in[k] && !is_differentiable(d_in[k].dtype())) d_in[k] = Value();
    }
    return d_in;
  }

  // One scan of the values and their tangents.
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const Parts<Value> of = parts(v.in), d = parts(v.d_in);
    std::vector<bool> is_active;
    const auto with_tangents = [&](In values, In tangents, bool all) {
      Values result(values.begin(), values.end());
      for (std::size_t k = 0; k < values.size(); ++k) {
        is_active.push_back(is_differentiable(values[k].dtype()) && (all || tangents[k]));
        if (is_active.back()) result.push_back(tangents[k] ? tangents[k] : zeros_like(values[k]));
      }
      return result;
    };
    const Values constants_both = with_tangents(of.constants, d.constants, false),
                 carry_both = with_tangents(of.carry, d.carry, true),
                 xs_both = with_tangents(of.xs, d.xs, false);
    const Function forward = v.transforms.jvp(body, is_active);
    const std::size_t c = n_constants(), n = n_carries(), y = n_ys(), x = of.xs.size();
    std::vector<std::size_t> active;  // results with tangents
    for (std::size_t k = 0; k < n + y; ++k) {
      if (is_differentiable(body.results()[k].dtype())) active.push_back(k);
    }
    const ScanOptions options{
        .is_reversed = is_reversed, .length = length, .unroll = static_cast<int>(unroll)};
    Scan both;
    const Values out = run(
        carry_both, xs_both,
        [&](In carry, In slice) {
          const In k = constants_both;
          const Values all =
              call(forward, joined({k.first(c), carry.first(n), slice.first(x), k.subspan(c),
                                    carry.subspan(n), slice.subspan(x)}));
          Carried next{{all.begin(), all.begin() + carries},
                       {all.begin() + carries, all.begin() + static_cast<std::ptrdiff_t>(n + y)}};
          for (std::size_t r : active) (r < n ? next.carry : next.ys).push_back(all[n + y + r]);
          return next;
        },
        options, both);
    // (carry.., d_carry.., ys.., d_ys.., starts.., d_starts..) -> tangents of (carry.., ys..,
    // starts..)
    Values tangents(v.outs.size());
    const auto of_carry = static_cast<std::size_t>(
        std::ranges::count_if(active, [&](std::size_t r) { return r < n; }));
    std::size_t next_carry = n, next_y = n + of_carry + y,
                next_start = n + of_carry + y + (active.size() - of_carry) + n;
    for (std::size_t r : active) {
      tangents[r] = r < n ? out[next_carry++] : out[next_y++];
      if (r < n) tangents[n + y + r] = out[next_start++];
    }
    return tangents;
  }

  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    const std::size_t c = n_constants(), n = n_carries(), y = n_ys();
    const std::vector<bool> marks = closed_marks(body, b.is_batched, c, n);
    const Function each = b.transforms.batch(body, marks, b.size);
    Values in = batched_where(b, marks);
    for (std::size_t k = c + n; k < in.size(); ++k) {
      if (marks[k]) in[k] = turned(in[k]);
    }
    const Parts<Value> of = parts(In(in));
    Scan op;
    const Values out = run(
        joined({of.carry}), joined({of.xs}),
        [&](In carry, In slice) {
          const Values all = call(each, joined({of.constants, carry, slice}));
          Carried next;
          for (std::size_t k = 0; k < n; ++k)
            next.carry.push_back(marks[c + k] ? all[k] : index_axis(all[k], 0, 0));
          next.ys.assign(all.begin() + carries, all.end());
          return next;
        },
        {.is_reversed = is_reversed, .length = length, .unroll = static_cast<int>(unroll)}, op);
    Values results =
        all_in_front({out.begin(), out.begin() + carries},
                     {marks.begin() + constants, marks.begin() + constants + carries}, b.size);
    for (std::size_t k = n; k < n + y; ++k) results.push_back(turned(out[k]));
    for (std::size_t k = 0; k < n; ++k) {
      const bool is_marked = marks[c + k];
      results.push_back(is_marked ? turned(out[n + y + k])
                                  : all_in_front({out[n + y + k]}, {false}, b.size)[0]);
    }
    return results;
  }

  // Traces the step, makes the op of it, and applies it: all its results.
  static Values run(const Values& init, const Values& xs, const Step& step,
                    const ScanOptions& options, Scan& op);
};

// Length of the first axes; throws OpError if they differ or there are none.
Dim length_of(const Values& xs, const ScanOptions& options) {
  std::vector<Shape> got;
  for (const Value& x : xs) got.push_back(x.shape());
  Dim length = options.length.value_or(-1);
  for (const Shape& s : got) {
    if (s.rank() == 0 || (length >= 0 && s.dims[0] != length)) {
      throw OpError({.op = "scan",
                     .problem = "the lengths do not fit",
                     .got = got,
                     .expected = "one first axis of " +
                                 (length < 0 ? "a length" : std::to_string(length)) + " for all"},
                    CallSite::current({}));
    }
    length = s.dims[0];
  }
  if (length < 0 || options.unroll < 1) {
    throw OpError({.op = "scan",
                   .problem = "no number of steps, or unroll below 1",
                   .got = got,
                   .expected = "xs, or options.length; unroll >= 1"},
                  CallSite::current({}));
  }
  return length;
}

Values Scan::run(const Values& init, const Values& xs, const Step& step, const ScanOptions& options,
                 Scan& op) {
  op.length = length_of(xs, options);
  op.carries = static_cast<std::int64_t>(init.size());
  op.unroll = std::min<std::int64_t>(options.unroll, std::max<Dim>(op.length, 1));
  op.is_reversed = options.is_reversed;
  std::vector<Shape> shapes;
  for (const Value& v : init) shapes.push_back(v.shape());
  for (const Value& x : xs) shapes.push_back({x.dtype(), {x.dims().begin() + 1, x.dims().end()}});
  Values captured;
  const Function traced = trace_closed(
      [&](In p) {
        const Carried next = step(p.first(init.size()), p.subspan(init.size()));
        return joined({next.carry, next.ys});
      },
      shapes, captured);
  op.constants = static_cast<std::int64_t>(captured.size());
  std::vector<Shape> all;
  for (const Value& v : captured) all.push_back(v.shape());
  all.insert(all.end(), shapes.begin(), shapes.end());
  op.body = trace(
      [&](In p) {
        return call(traced, joined({p.subspan(captured.size()), p.first(captured.size())}));
      },
      all);
  return apply_all(Scan(op), joined({captured, init, xs}));
}

}  // namespace

void list_scan_ops(OpTable& table) { table.add<Scan>(); }

Carried scan(std::vector<Value> init, std::vector<Value> xs, const Step& step,
             const ScanOptions& options, std::source_location where) {
  const CallSite site(where);
  Scan op;
  const Values out = Scan::run(init, xs, step, options, op);
  const auto y = static_cast<std::ptrdiff_t>(op.n_ys());
  return {{out.begin(), out.begin() + op.carries},
          {out.begin() + op.carries, out.begin() + op.carries + y}};
}

std::pair<Value, Value> scan(Operand init, Value xs,
                             const std::function<std::pair<Value, Value>(Value, Value)>& step,
                             const ScanOptions& options) {
  const Carried out = scan(
      Values{init.value}, Values{xs},
      [&](In carry, In x) {
        const auto [next, y] = step(carry[0], x[0]);
        return Carried{{next}, {y}};
      },
      options, init.where);
  return {out.carry[0], out.ys[0]};
}

std::vector<Value> fori_loop(
    std::int64_t lower, std::int64_t upper, std::vector<Value> init,
    const std::function<std::vector<Value>(Value, std::span<const Value>)>& body,
    std::source_location where) {
  const CallSite site(where);
  init.insert(init.begin(), constant(Array::scalar(static_cast<std::int32_t>(lower))));
  Values end = scan(
                   std::move(init), {},
                   [&](In carry, In) {
                     Values next = body(carry[0], carry.subspan(1));
                     next.insert(next.begin(), carry[0] + 1);
                     return Carried{.carry = std::move(next)};
                   },
                   {.length = std::max<std::int64_t>(upper - lower, 0)}, where)
                   .carry;
  end.erase(end.begin());
  return end;
}

Value fori_loop(std::int64_t lower, std::int64_t upper, Operand init,
                const std::function<Value(Value, Value)>& body) {
  return fori_loop(
      lower, upper, Values{init.value},
      [&](Value i, In state) { return Values{body(i, state[0])}; }, init.where)[0];
}

std::vector<Value> fori_loop(Operand lower, Operand upper, std::vector<Value> init,
                             const std::function<std::vector<Value>(Value, In)>& body,
                             const WhileOptions& options) {
  const CallSite site(lower.where);
  const Value first = tensor_of("fori_loop", lower, upper.value ? upper.value.dtype() : kI32),
              end = tensor_of("fori_loop", upper, first.dtype());
  if (!is_integer(first.dtype()) || first.shape() != end.shape() || !first.shape().is_scalar()) {
    throw OpError({.op = "fori_loop",
                   .problem = "the bounds do not fit",
                   .got = {first.shape(), end.shape()},
                   .expected = "integer scalars of one dtype"},
                  CallSite::current(lower.where));
  }
  init.insert(init.begin(), first);
  Values last = while_loop(
      std::move(init), [&](In state) { return Values{less(state[0], end)}; },
      [&](In state) {
        Values next = body(state[0], state.subspan(1));
        next.insert(next.begin(), state[0] + 1);
        return next;
      },
      options, lower.where);
  last.erase(last.begin());
  return last;
}

Value fori_loop(Operand lower, Operand upper, Operand init,
                const std::function<Value(Value, Value)>& body, const WhileOptions& options) {
  return fori_loop(
      std::move(lower), std::move(upper), Values{init.value},
      [&](Value i, In state) { return Values{body(i, state[0])}; }, options)[0];
}

Value map_slices(Operand xs, const std::function<Value(Value)>& f) {
  return scan(
             {}, Values{xs.value}, [&](In, In x) { return Carried{.ys = {f(x[0])}}; }, {}, xs.where)
      .ys[0];
}

}  // namespace hilo
