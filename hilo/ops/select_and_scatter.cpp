#include "hilo/ops/select_and_scatter.h"

#include <algorithm>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

struct SelectAndScatter {
  static constexpr std::string_view kName = "select_and_scatter";
  Dims window_dimensions, window_strides;
  Int64Pairs padding;
  Function select, scatter;

  static void fields(auto&& field) {
    field("window_dimensions", &SelectAndScatter::window_dimensions);
    field("window_strides", &SelectAndScatter::window_strides);
    field("padding", &SelectAndScatter::padding);
    field("select", &SelectAndScatter::select);
    field("scatter", &SelectAndScatter::scatter);
  }
  void complete(const OpParts& parts) {
    const auto rank = static_cast<std::size_t>(parts.operand(0).rank());
    for (Dims* list : {&window_dimensions, &window_strides}) {
      if (list->empty()) list->assign(rank, 1);
    }
    if (padding.empty()) padding.resize(rank);
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 3);
    expect_kind(in, kAnyKind);
    const auto refuse = [&](std::string problem, std::string expected, std::string constraint = {}) {
      return OpError({.problem = std::move(problem),
                      .got = {in.begin(), in.end()},
                      .expected = std::move(expected), .constraint = std::move(constraint)});
    };
    const std::size_t rank = in[0].dims.size();
    if (in[1].dtype != in[0].dtype || in[2].dtype != in[0].dtype)
      throw refuse("dtypes differ", "equal dtypes", "C1, C3");
    if (!in[2].is_scalar()) throw refuse("the start value is no scalar", "a scalar");
    if (window_dimensions.size() != rank || window_strides.size() != rank ||
        padding.size() != rank) {
      throw refuse("the window does not match the rank",
                   "a length, a stride and padding for each axis", "C4, C6, C8");
    }
    const auto is_positive = [](Dim n) { return n > 0; };
    if (!std::ranges::all_of(window_dimensions, is_positive) ||
        !std::ranges::all_of(window_strides, is_positive)) {
      throw refuse("a length or stride of the window is not positive", "at least 1", "C5, C7");
    }
    Dims counts;
    for (std::size_t i = 0; i < rank; ++i)
      counts.push_back(
          window_count(padded(in[0].dims[i], padding[i]), window_dimensions[i], window_strides[i]));
    if (in[1].dims != counts)
      throw refuse("the source does not fit the windows",
                   "source dims " + to_string(counts), "C2");
    const std::vector<Shape> pair(2, Shape{in[0].dtype, {}});
    if (!select || select.parameter_shapes() != pair ||
        select.result_shapes() != std::vector<Shape>{{kI1, {}}}) {
      throw refuse("select does not fit", "a function from 2 scalars to i1", "C9");
    }
    if (!scatter || scatter.parameter_shapes() != pair ||
        scatter.result_shapes() != std::vector<Shape>{pair[0]}) {
      throw refuse("scatter does not fit", "a function from 2 scalars to one", "C10");
    }
    return {in[0]};  // C11, C12
  }

  [[nodiscard]] Window window() const {
    return {.dimensions = window_dimensions, .strides = window_strides, .padding = padding};
  }
  void expect_sum() const {
    if (reducer_name(scatter) == "add") return;
    throw OpError(
        {.problem = "no gradient of this scatter function is known", .expected = "one that adds"});
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    expect_sum();
    return {Value(), select_and_gather(v.in[0], v.d_out, window(), select), sum(v.d_out)};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    expect_sum();
    if (!v.d_in[1] && !v.d_in[2]) return {Value()};
    const std::vector<Value> d = materialized(v.d_in.subspan(1), v.in.subspan(1));
    return {select_and_scatter(v.in[0], d[0], d[1], window(), select, scatter)};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    if (b.is_batched[2])
      throw OpError(
          {.problem = "the start value may not be batched", .expected = "the same one for all"});
    const std::vector<Value> both =
        all_batched({b.in.first(2), {b.is_batched[0], b.is_batched[1]}, b.size, b.transforms});
    Window w = window();
    w.dimensions.insert(w.dimensions.begin(), 1);
    w.strides.insert(w.strides.begin(), 1);
    w.padding.insert(w.padding.begin(), {0, 0});
    return {select_and_scatter(both[0], both[1], b.in[2], std::move(w), select, scatter)};
  }
  // XLA aborts at scalars; their one window selects the one element.
  [[nodiscard]] Function lowering(std::string_view, Shapes in) const {
    if (!in[0].is_scalar()) return {};
    return trace(
        [&](std::span<const Value> p) {
          return call(scatter, std::vector{p[2], p[1]});
        },
        in);
  }
};

// For every window the position in x, flattened, of the element that is selected; -1 if it holds
// none.
Value selected_positions(Value x, Window window, const Function& select) {
  const Shape scalar{x.dtype(), {}}, position{kI32, {}};
  Function body = trace(
      [&](std::span<const Value> p) {
        const Value is_preferred = call(select, std::vector{p[0], p[2]})[0];
        const Value stays = logical_or(p[3] < 0, logical_and(p[1] >= 0, is_preferred));
        return std::vector{hilo::select(stays, p[0], p[2]), hilo::select(stays, p[1], p[3])};
      },
      std::vector{scalar, position, scalar, position});
  const Value positions = reshape(iota({kI32, {x.shape().size()}}), x.dims());
  return reduce_window(std::vector{stop_gradient(x), positions},
                       std::vector{zeros(scalar), full(position, -1)}, std::move(window),
                       std::move(body))[1];
}

}  // namespace

Value select_and_gather(Value x, Value t, Window window, const Function& select) {
  const Value at = selected_positions(x, std::move(window), select);
  if (x.shape().size() == 0) return zeros(at.shape().with(t.dtype()));
  const Value taken = take(reshape(t, {x.shape().size()}), maximum(at, 0));
  return hilo::select(at >= 0, taken, zeros_like(taken));
}

void list_select_and_scatter_ops(OpTable& table) { table.add<SelectAndScatter>(); }

Value select_and_scatter(Operand x, Value source, Value init, Window window, Function select,
                         Function scatter) {
  const CallSite site(x.where);
  const std::size_t rank = x.value.dims().size();
  const auto is_one = [](Dim n) { return n == 1; };
  if (!std::ranges::all_of(window.base_dilations, is_one) ||
      !std::ranges::all_of(window.window_dilations, is_one)) {
    throw OpError({.op = "select_and_scatter",
                   .problem = "a dilated window",
                   .got = {x.value.shape()},
                   .expected = "dilations of 1"},
                  CallSite::current(x.where));
  }
  SelectAndScatter op;
  op.window_dimensions = window.dimensions.empty() ? Dims(rank, 1) : std::move(window.dimensions);
  op.window_strides = window.strides.empty() ? Dims(rank, 1) : std::move(window.strides);
  op.padding = window.padding.empty() ? Int64Pairs(rank) : std::move(window.padding);
  op.select = std::move(select);
  op.scatter = std::move(scatter);
  return apply(std::move(op), {x.value, source, init}, x.where);
}

}  // namespace hilo
