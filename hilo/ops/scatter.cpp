#include "hilo/ops/scatter.h"

#include <algorithm>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/gather.h"
#include "hilo/ops/indexed_windows.h"
#include "hilo/ops/reducer.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"

namespace hilo {
namespace {

Value zero_outside(Value is_inside, Value d) { return select(is_inside, d, zeros_like(d)); }

struct Scatter {
  static constexpr std::string_view kName = "scatter";
  ScatterDimensionNumbers scatter_dimension_numbers;
  bool indices_are_sorted = false, unique_indices = false;
  Function update_computation;

  static void fields(auto&& field) {
    field("scatter_dimension_numbers", &Scatter::scatter_dimension_numbers);
    field("indices_are_sorted", &Scatter::indices_are_sorted);
    field("unique_indices", &Scatter::unique_indices);
    field("update_computation", &Scatter::update_computation);
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    const std::size_t n = in.size() / 2;
    const auto refuse = [&](std::string problem, std::string expected, std::string constraint = {}) {
      return OpError({.problem = std::move(problem),
                      .got = {in.begin(), in.end()},
                      .expected = std::move(expected), .constraint = std::move(constraint)});
    };
    if (n == 0 || in.size() % 2 == 0)
      throw refuse("inputs and updates do not pair", "n inputs, indices, n updates", "C5");
    expect_kind(in.first(n), kAnyKind);
    const Shape &x = in[0], &indices = in[n], &updates = in[n + 1];
    std::vector<Shape> scalars;
    for (std::size_t k = 0; k < n; ++k) {
      if (in[k].dims != x.dims) throw refuse("inputs differ", "inputs of the same dims", "C1");
      if (in[n + 1 + k].dims != updates.dims)
        throw refuse("updates differ", "updates of the same dims", "C3");
      if (in[n + 1 + k].dtype != in[k].dtype)
        throw refuse("an update's dtype differs", "its input's dtype", "C6");
      scalars.push_back({in[k].dtype, {}});
    }
    static_cast<void>(windows(x, indices, updates));  // C2, C4, C7-C22
    std::vector<Shape> arguments = scalars;
    arguments.insert(arguments.end(), scalars.begin(), scalars.end());
    if (!update_computation || update_computation.parameter_shapes() != arguments ||
        update_computation.result_shapes() != scalars) {
      throw refuse("the body does not fit", "a body from 2n scalars to n", "C23");
    }
    return {in.begin(), in.begin() + static_cast<std::ptrdiff_t>(n)};  // C24, C25
  }

  // The windows, checked against the shapes.
  [[nodiscard]] IndexedWindows windows(const Shape& x, const Shape& indices,
                                       const Shape& updates) const {
    const ScatterDimensionNumbers& n = scatter_dimension_numbers;
    const std::int64_t updates_rank = updates.rank();
    for (std::int64_t a : n.update_window_dims) {
      if (a < 0 || a >= updates_rank) {
        throw OpError({.problem = "update_window_dims = " + to_string(n.update_window_dims) +
                                  " is out of range",
                       .expected = "axes of the updates", .constraint = "C8"});
      }
    }
    const GatherDimensionNumbers as_gather = {
        n.update_window_dims,           n.inserted_window_dims,
        n.input_batching_dims,          n.scatter_indices_batching_dims,
        n.scatter_dims_to_operand_dims, n.index_vector_dim};
    IndexedWindows(as_gather, {}).check(x, indices, false);
    IndexedWindows w(n, x.dims, updates.dims);
    if (!is_compatible({updates.dtype, w.windowed_dims(indices.dims)}, updates)) {
      throw OpError({.problem = "the updates do not fit the indices and windows",
                     .expected = "updates of dims " + to_string(w.windowed_dims(indices.dims)), .constraint = "C4"});
    }
    for (std::size_t d = 0; d < x.dims.size(); ++d) {
      if (w.sizes[d] > x.dims[d]) {
        throw OpError({.problem = "a window of " + to_string(w.sizes) + " is longer than axis " +
                                  std::to_string(d),
                       .expected = "windows inside of x", .constraint = "C4"});
      }
    }
    return w;
  }

  [[nodiscard]] Function decomposition(Shapes in) const {
    if (scatter_dimension_numbers.input_batching_dims.empty()) return {};
    const std::size_t n = in.size() / 2;
    const IndexedWindows w(scatter_dimension_numbers, in[0].dims, in[n + 1].dims);
    const auto unpaired = [&](std::span<const Value> p) {
      std::vector<Value> operands(p.begin(), p.end());
      operands[n] = w.in_rows(p[n]);
      Scatter op = *this;
      op.scatter_dimension_numbers = w.unpaired().for_scatter();
      op.indices_are_sorted = false;
      return apply_all(std::move(op), std::move(operands));
    };
    return trace(unpaired, in);
  }

  // "set", "add", "multiply", "maximum", "minimum". Throws for others, which have no gradient.
  [[nodiscard]] std::string_view update() const {
    if (update_computation.parameters().size() == 2) {
      if (update_computation.results()[0].is(update_computation.parameters()[1])) return "set";
      const std::string_view name = reducer_name(update_computation);
      if (name == "add" || name == "multiply" || name == "maximum" || name == "minimum")
        return name;
    }
    throw OpError(
        {.problem = "no gradient of this body is known",
         .expected =
             "one input, and a body that sets, adds, multiplies, or takes the larger or smaller"});
  }
  [[nodiscard]] Value again(Value x, Value indices, Value updates, Update with) const {
    return scatter(x, indices, updates, scatter_dimension_numbers, with,
                   {indices_are_sorted, unique_indices});
  }

  // What both derivatives of one input x, indices i and updates u need.
  struct Parts {
    Value x, i, u, y;
    IndexedWindows w;
    [[nodiscard]] Value windows_of(Value like_x) const {
      return gather(like_x, i, w.for_gather(), w.sizes);
    }
    [[nodiscard]] Value are_inside() const { return w.are_inside(i, x.dims()); }
  };
  [[nodiscard]] Parts parts(std::span<const Value> in, Value out) const {
    return {in[0], in[1], in[2], out, windows(in[0].shape(), in[1].shape(), in[2].shape())};
  }

  // For updates that set: which elements of x none of them met (like x), and which updates stayed
  // (like u).
  [[nodiscard]] std::array<Value, 2> survivors(const Parts& p) const {
    const Value numbers = reshape(iota({kU32, {p.u.size()}}) + 1, p.u.dims());
    const Value last = again(zeros_like(p.x.as(kU32)), p.i, numbers,
                             Update::kSet);  // number of the update that stayed
    return {equal(last, 0), equal(p.windows_of(last), numbers)};
  }
  // For the larger or smaller: 1 over the number of ties and whether x is one of them (like x),
  // which updates are (like u).
  struct Ties {
    Value x_wins, u_wins, share;
  };
  [[nodiscard]] Ties ties(const Parts& p) const {
    const Value x_wins = equal(p.x, p.y).as(p.x.dtype());
    const Value u_wins = logical_and(equal(p.windows_of(p.y), p.u), p.are_inside()).as(p.x.dtype());
    return {x_wins, u_wins, 1 / again(x_wins, p.i, u_wins, Update::kAdd)};
  }
  // For updates that multiply: the product of x and of the other updates that met the same element
  // (like u); right where one of them is zero.
  [[nodiscard]] Value products_of_the_others(const Parts& p) const {
    if (unique_indices) return p.windows_of(p.x);
    const Value is_zero = equal(p.u, 0), none = zeros_like(p.u);
    const Value factor = select(is_zero, ones_like(p.u), p.u);
    const Value product = p.windows_of(again(p.x, p.i, factor, Update::kMultiply));
    const Value zeros =
        p.windows_of(again(zeros_like(p.x), p.i, is_zero.as(p.u.dtype()), Update::kAdd));
    return select(is_zero, select(equal(zeros, 1), product, none),
                  select(equal(zeros, 0), product / factor, none));
  }

  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    const Value d = v.d_out;
    const std::string_view how = update();
    if (!d || !is_differentiable(d.dtype())) return std::vector<Value>(v.in.size());
    const Parts p = parts(v.in, v.out);
    if (how == "add") return {d, Value(), zero_outside(p.are_inside(), p.windows_of(d))};
    if (how == "set") {
      if (unique_indices) {
        return {again(d, p.i, zeros_like(p.u), Update::kSet), Value(),
                zero_outside(p.are_inside(), p.windows_of(d))};
      }
      const auto [unmet, stayed] = survivors(p);
      return {zero_outside(unmet, d), Value(), zero_outside(stayed, p.windows_of(d))};
    }
    if (how == "multiply") {
      return {again(d, p.i, p.u, Update::kMultiply), Value(),
              zero_outside(p.are_inside(), p.windows_of(d) * products_of_the_others(p))};
    }
    const Ties t = ties(p);
    return {d * t.x_wins * t.share, Value(), p.windows_of(d * t.share) * t.u_wins};
  }

  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    const std::string_view how = update();
    const Value d_x = v.d_in[0], d_u = v.d_in[2];
    if (!is_differentiable(v.out.dtype())) return {Value()};
    const Parts p = parts(v.in, v.out);
    const auto or_zeros = [](Value d, Value like) { return d ? d : zeros_like(like); };
    if (how == "add") return {d_u ? again(or_zeros(d_x, p.x), p.i, d_u, Update::kAdd) : d_x};
    if (how == "set") {
      if (unique_indices) return {again(or_zeros(d_x, p.x), p.i, or_zeros(d_u, p.u), Update::kSet)};
      const auto [unmet, stayed] = survivors(p);
      return {again(zero_outside(unmet, or_zeros(d_x, p.x)), p.i,
                    zero_outside(stayed, or_zeros(d_u, p.u)), Update::kAdd)};
    }
    if (how == "multiply") {
      const Value by_x = d_x ? again(d_x, p.i, p.u, Update::kMultiply) : Value();
      if (!d_u) return {by_x};
      return {again(or_zeros(by_x, p.x), p.i, d_u * products_of_the_others(p), Update::kAdd)};
    }
    const Ties t = ties(p);
    return {again(or_zeros(d_x, p.x) * t.x_wins, p.i, or_zeros(d_u, p.u) * t.u_wins, Update::kAdd) *
            t.share};
  }

  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    const std::size_t n = b.in.size() / 2;
    std::vector<Value> in = all_batched(b);
    const bool has_indices = b.is_batched[n];
    if (!has_indices) in[n] = b.in[n];
    const auto inner = [](const Value& v) {
      return Shape{v.dtype(), {v.dims().begin() + 1, v.dims().end()}};
    };
    const Shape indices = has_indices ? inner(in[n]) : in[n].shape();
    const IndexedWindows w =
        windows(inner(in[0]), indices, inner(in[n + 1])).batched(true, has_indices, b.size);
    const std::span<const Value> all(in);
    return scatter(all.first(n), in[n], all.subspan(n + 1), w.for_scatter(), update_computation,
                   {indices_are_sorted && !has_indices, unique_indices});
  }
};

}  // namespace

void list_scatter_ops(OpTable& table) { table.add<Scatter>(); }

std::vector<Value> scatter(std::span<const Value> inputs, Value indices,
                           std::span<const Value> updates, ScatterDimensionNumbers numbers,
                           Function body, ScatterOptions options, std::source_location where) {
  std::vector<Value> operands(inputs.begin(), inputs.end());
  operands.push_back(indices);
  operands.insert(operands.end(), updates.begin(), updates.end());
  return apply_all(Scatter{std::move(numbers), options.indices_are_sorted, options.unique_indices,
                           std::move(body)},
                   operands, where);
}

Value scatter(Operand x, Operand indices, Operand updates, ScatterDimensionNumbers numbers,
              Update update, ScatterOptions options) {
  const CallSite site(x.where);
  static constexpr BinaryOp kSecond = [](Operand, Operand b) { return b.value; };
  static constexpr BinaryOp kOps[] = {kSecond, add, multiply, maximum, minimum};
  Function body = scalar_reducer(kOps[static_cast<std::size_t>(update)], x.value.dtype());
  return scatter(std::span(&x.value, 1), indices.value, std::span(&updates.value, 1),
                 std::move(numbers), std::move(body), options, x.where)[0];
}

}  // namespace hilo
