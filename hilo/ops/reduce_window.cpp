#include "hilo/ops/reduce_window.h"

#include <algorithm>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/select_and_scatter.h"
#include "hilo/ops/window_taps.h"

namespace hilo {
namespace {

// Windows up to this size are differentiated tap by tap; larger ones of max and min by
// select_and_scatter.
constexpr Dim kMostTapsOfExtremes = 64, kMostTapsOfProducts = 256;

struct ReduceWindow {
  static constexpr std::string_view kName = "reduce_window";
  Dims window_dimensions, window_strides, base_dilations, window_dilations;
  Int64Pairs padding;
  Function body;

  static void fields(auto&& field) {
    field("window_dimensions", &ReduceWindow::window_dimensions);
    field("window_strides", &ReduceWindow::window_strides);
    field("base_dilations", &ReduceWindow::base_dilations);
    field("window_dilations", &ReduceWindow::window_dilations);
    field("padding", &ReduceWindow::padding);
    field("body", &ReduceWindow::body);
  }
  void complete(const OpParts&) {
    for (Dims* list : {&window_strides, &base_dilations, &window_dilations}) {
      if (list->empty()) list->assign(window_dimensions.size(), 1);
    }
    if (padding.empty()) padding.resize(window_dimensions.size());
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    const std::size_t n = in.size() / 2;
    const auto refuse = [&](std::string problem, std::string expected, std::string constraint = {}) {
      return OpError({.problem = std::move(problem),
                      .got = {in.begin(), in.end()},
                      .expected = std::move(expected), .constraint = std::move(constraint)});
    };
    if (n == 0 || in.size() % 2 != 0)
      throw refuse("inputs and start values do not pair", "n inputs, n scalars", "C1");
    expect_kind(in, kAnyKind);
    std::vector<Shape> scalars;
    for (std::size_t k = 0; k < n; ++k) {
      if (in[k].dims != in[0].dims) throw refuse("inputs differ", "inputs of the same dims", "C2");
      if (!in[n + k].is_scalar() || in[n + k].dtype != in[k].dtype)
        throw refuse("a start value does not fit", "a scalar of its input's dtype", "C3");
      scalars.push_back(in[n + k]);
    }
    for (const Dims* list :
         {&window_dimensions, &window_strides, &base_dilations, &window_dilations}) {
      if (list->size() != in[0].dims.size())
        throw refuse("the window does not match the rank",
                     "an entry for each axis in each list", "C4, C6, C8, C10");
      if (std::ranges::any_of(*list, [](Dim d) { return d <= 0; }))
        throw refuse("a length, stride or dilation is not positive",
                     "at least 1", "C5, C7, C9, C11");
    }
    if (padding.size() != in[0].dims.size())
      throw refuse("the padding does not match the rank", "{low, high} for each axis", "C12");
    std::vector<Shape> arguments = scalars;
    arguments.insert(arguments.end(), scalars.begin(), scalars.end());
    if (!body || body.parameter_shapes() != arguments || body.result_shapes() != scalars) {
      throw refuse("the body does not fit", "a body from 2n scalars to n", "C13");
    }
    Dims counts;
    for (const WindowAxis& a : axes(in[0].dims)) counts.push_back(a.count());  // C15
    std::vector<Shape> out;
    for (const Shape& s : scalars) out.push_back({s.dtype, counts});  // C14, C16
    return out;
  }

  [[nodiscard]] std::vector<WindowAxis> axes(const Dims& dims) const {
    std::vector<WindowAxis> result;
    for (std::size_t i = 0; i < dims.size(); ++i) {
      result.push_back({dims[i], window_dimensions[i], window_strides[i], base_dilations[i],
                        window_dilations[i], padding[i]});
    }
    return result;
  }
  [[nodiscard]] Window window() const {
    return {window_dimensions, window_strides, base_dilations, window_dilations, padding};
  }
  [[nodiscard]] WindowTaps taps(Value x, Value filler) const { return {axes(x.dims()), x, filler}; }
  [[nodiscard]] Dim size() const {
    Dim product = 1;
    for (Dim d : window_dimensions) product *= d;
    return product;
  }
  [[nodiscard]] bool is_extreme() const {
    return reducer_name(body) == "maximum" || reducer_name(body) == "minimum";
  }
  [[nodiscard]] bool is_plain() const {
    const auto is_one = [](Dim d) { return d == 1; };
    const auto adds = [](const auto& p) { return p[0] >= 0 && p[1] >= 0; };
    return std::ranges::all_of(base_dilations, is_one) &&
           std::ranges::all_of(window_dilations, is_one) && std::ranges::all_of(padding, adds);
  }

  // Every element of x gets the cotangents of all windows that hold it: the windows of the
  // transposed map.
  [[nodiscard]] Value sum_cotangent(Value x, Value d_out) const {
    const WindowTaps whole = taps(x, zeros({x.dtype(), {}}));
    if (whole.are_disjoint()) return whole.spread(d_out);
    Padding around;
    for (std::size_t i = 0; const WindowAxis& a : axes(x.dims())) {
      const auto pads = a.transposed_padding();
      around.low.push_back(pads[0]);
      around.high.push_back(pads[1]);
      around.interior.push_back(window_strides[i++] - 1);
    }
    return reduce_window(pad(d_out, 0, std::move(around)), add,
                         {.dimensions = window_dimensions,
                          .strides = base_dilations,
                          .window_dilations = window_dilations});
  }

  // The first element that equals the result gets all. Tried on XLA:CPU against select_and_scatter:
  // 40 times cheaper for disjoint windows, 5 to 7 times for overlapping ones (docs/performance.md).
  [[nodiscard]] Value extreme_cotangent(Value x, Value init, Value y, Value d_out) const {
    const WindowTaps t = taps(x, init);
    if (t.are_disjoint() && size() <= kMostTapsOfExtremes) return t.spread(d_out, t.first_equal(y));
    if (size() > kMostTapsOfExtremes && is_plain()) {
      return select_and_scatter(x, d_out, zeros({x.dtype(), {}}), window(), prefers(x.dtype()),
                                scalar_reducer(add, x.dtype()));
    }
    const Value winner = t.first_equal(y), none = zeros_like(d_out);
    Value d_x;
    for (int k = 0; k < t.size(); ++k)
      d_x = add_tangents(d_x, t.untap(k, select(equal(winner, k), d_out, none)));
    return d_x;
  }
  // Whether the first of two elements stays.
  [[nodiscard]] Function prefers(DType dtype) const {
    const bool is_max = reducer_name(body) == "maximum";
    return trace(
        [&](std::span<const Value> p) {
          return std::vector{is_max ? greater_equal(p[0], p[1]) : less_equal(p[0], p[1])};
        },
        std::vector<Shape>(2, Shape{dtype, {}}));
  }
  [[nodiscard]] Value extreme_tangent(Value x, Value init, Value y, Value d_x) const {
    if (size() > kMostTapsOfExtremes) {
      return select_and_gather(x, d_x, window(), prefers(x.dtype()));
    }
    const WindowTaps t = taps(x, init), d = taps(d_x, zeros({x.dtype(), {}}));
    const Value winner = t.first_equal(y);
    Value d_y = d.tap(d.size() - 1);
    for (int k = d.size() - 2; k >= 0; --k) d_y = select(equal(winner, k), d.tap(k), d_y);
    return d_y;
  }

  // Tap by tap, the product of all other taps; right for zeros.
  [[nodiscard]] std::vector<Value> products_of_the_others(const WindowTaps& t) const {
    if (size() > kMostTapsOfProducts) {
      throw OpError(
          {.problem = "a product over a window of " + std::to_string(size()) + " elements",
           .expected = "at most " + std::to_string(kMostTapsOfProducts) + " for a gradient"});
    }
    const auto n = static_cast<std::size_t>(t.size());
    std::vector<Value> others(n);
    for (std::size_t k = 1; k < n; ++k) {
      const Value x = t.tap(static_cast<int>(k) - 1);
      others[k] = k == 1 ? x : others[k - 1] * x;
    }
    Value behind;
    for (std::size_t k = n; k-- > 0;) {
      if (behind) others[k] = others[k] ? others[k] * behind : behind;
      const Value x = t.tap(static_cast<int>(k));
      behind = behind ? behind * x : x;
    }
    if (!others[0]) others[0] = ones_like(behind);  // a window of one element
    return others;
  }

  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    const std::string_view name = reducer_name(body);
    if (name != "add" && name != "multiply" && !is_extreme()) {
      throw OpError(
          {.problem = "no gradient of this body is known",
           .got = {v.in[0].shape()},
           .expected =
               "one input, and a body that adds, multiplies, or takes the larger or smaller"});
    }
    expect_constant_init(v.in[1]);
    const Value x = v.in[0];
    if (v.out.size() == 0) return {zeros_like(x), Value()};
    if (name == "add") return {sum_cotangent(x, v.d_out), Value()};
    if (is_extreme()) return {extreme_cotangent(x, v.in[1], v.out, v.d_out), Value()};
    const WindowTaps t = taps(x, v.in[1]);
    const std::vector<Value> others = products_of_the_others(t);
    Value d_x;
    for (int k = 0; k < t.size(); ++k) {
      d_x = add_tangents(d_x, t.untap(k, v.d_out * others[static_cast<std::size_t>(k)]));
    }
    return {d_x, Value()};
  }

  [[nodiscard]] Value product_tangent(Value x, Value init, Value d_x) const {
    const std::vector<Value> others = products_of_the_others(taps(x, init));
    const WindowTaps d = taps(d_x, zeros({x.dtype(), {}}));
    Value d_y;
    for (int k = 0; k < d.size(); ++k)
      d_y = add_tangents(d_y, d.tap(k) * others[static_cast<std::size_t>(k)]);
    return d_y;
  }

  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const std::size_t n = v.outs.size();
    for (std::size_t k = n; k < 2 * n; ++k) {
      if (v.d_in[k]) expect_constant_init(v.in[k]);
    }
    const std::string_view name = reducer_name(body);
    if (name == "add") return {reduce_window(v.d_in[0], add, window())};
    if (n == 1 && v.out.size() == 0) return {Value()};
    if (is_extreme()) return {extreme_tangent(v.in[0], v.in[1], v.out, v.d_in[0])};
    if (name == "multiply" && size() <= kMostTapsOfProducts) {
      return {product_tangent(v.in[0], v.in[1], v.d_in[0])};
    }
    return folded_with_tangents(v);
  }
  // Folds pairs of values and tangents by the body's derivative.
  [[nodiscard]] std::vector<Value> folded_with_tangents(const Jvp& v) const {
    const std::size_t n = v.outs.size();
    std::vector<Value> inputs(v.in.begin(), v.in.begin() + static_cast<std::ptrdiff_t>(n)), inits;
    for (const Value& d : materialized(v.d_in.first(n), v.in.first(n))) inputs.push_back(d);
    std::vector<Shape> scalars;
    for (const Value& x : inputs) scalars.push_back({x.dtype(), {}});
    for (std::size_t k = 0; k < 2 * n; ++k)
      inits.push_back(k < n ? v.in[n + k] : zeros(scalars[k]));
    scalars.insert(scalars.end(), scalars.begin(),
                   scalars.begin() + static_cast<std::ptrdiff_t>(2 * n));
    const Function derivative = v.transforms.jvp(body, std::vector<bool>(2 * n, true));
    Function pairs = trace(
        [&](std::span<const Value>
                p) {  // (a.., da.., b.., db..) -> the derivative's (a.., b.., da.., db..)
          std::vector<Value> arguments;
          for (std::size_t first : {std::size_t{0}, 2 * n, n, 3 * n}) {
            arguments.insert(arguments.end(), p.begin() + static_cast<std::ptrdiff_t>(first),
                             p.begin() + static_cast<std::ptrdiff_t>(first + n));
          }
          return call(derivative, arguments);
        },
        scalars);
    std::vector<Value> all = reduce_window(inputs, inits, window(), std::move(pairs));
    return {all.begin() + static_cast<std::ptrdiff_t>(n), all.end()};
  }

  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    const std::size_t n = b.in.size() / 2;
    for (std::size_t k = n; k < 2 * n; ++k) {
      if (b.is_batched[k])
        throw OpError(
            {.problem = "a start value may not be batched", .expected = "the same one for all"});
    }
    const std::vector<Value> inputs =
        all_batched({b.in.first(n),
                     {b.is_batched.begin(), b.is_batched.begin() + static_cast<std::ptrdiff_t>(n)},
                     b.size,
                     b.transforms});
    Window w = window();
    for (Dims* list : {&w.dimensions, &w.strides, &w.base_dilations, &w.window_dilations})
      list->insert(list->begin(), 1);
    w.padding.insert(w.padding.begin(), {0, 0});
    return reduce_window(inputs, b.in.subspan(n), std::move(w), body);
  }
};

}  // namespace

void list_reduce_window_ops(OpTable& table) { table.add<ReduceWindow>(); }

std::vector<Value> reduce_window(std::span<const Value> inputs, std::span<const Value> inits,
                                 Window window, Function body, std::source_location where) {
  const std::size_t rank = inputs.empty() ? 0 : inputs[0].dims().size();
  for (Dims* list :
       {&window.dimensions, &window.strides, &window.base_dilations, &window.window_dilations}) {
    if (list->empty()) list->assign(rank, 1);
  }
  if (window.padding.empty()) window.padding.resize(rank);
  std::vector<Value> operands(inputs.begin(), inputs.end());
  operands.insert(operands.end(), inits.begin(), inits.end());
  ReduceWindow op{std::move(window.dimensions),     std::move(window.strides),
                  std::move(window.base_dilations), std::move(window.window_dilations),
                  std::move(window.padding),        std::move(body)};
  return apply_all(std::move(op), operands, where);
}

Value reduce_window(Operand x, BinaryOp op, Window window) {
  const CallSite site(x.where);
  Function body = scalar_reducer(op, x.value.dtype());
  const Value init = neutral_element("reduce_window", reducer_name(body), x.value.dtype());
  return reduce_window(std::span(&x.value, 1), std::span(&init, 1), std::move(window),
                       std::move(body), x.where)[0];
}

}  // namespace hilo
