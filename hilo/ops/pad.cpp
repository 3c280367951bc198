#include "hilo/ops/pad.h"

#include <algorithm>

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/reverse.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/sliding_window.h"

namespace hilo {
namespace {

struct Pad : LinearJvp<Pad> {
  static constexpr std::string_view kName = "pad";
  Dims edge_padding_low, edge_padding_high, interior_padding;

  static void fields(auto&& field) {
    field("edge_padding_low", &Pad::edge_padding_low);
    field("edge_padding_high", &Pad::edge_padding_high);
    field("interior_padding", &Pad::interior_padding);
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 2);
    expect_kind(in, kAnyKind);
    const std::size_t rank = in[0].dims.size();
    const auto refuse = [&](std::string problem, std::string expected, std::string constraint = {}) {
      return OpError({.problem = std::move(problem) + " (low = " + to_string(edge_padding_low) +
                                 ", high = " + to_string(edge_padding_high) +
                                 ", interior = " + to_string(interior_padding) + ")",
                      .got = {in[0], in[1]},
                      .expected = std::move(expected), .constraint = std::move(constraint)});
    };
    if (!in[1].is_scalar() || in[1].dtype != in[0].dtype) {
      throw refuse("the padding value does not fit", "a scalar of x's dtype", "C1");
    }
    if (edge_padding_low.size() != rank || edge_padding_high.size() != rank ||
        interior_padding.size() != rank) {
      throw refuse("a list does not match the rank",
                   "low, high and interior padding for each axis", "C2");
    }
    Shape out = in[0];
    for (std::size_t i = 0; i < rank; ++i) {
      if (interior_padding[i] < 0)
        throw refuse("interior padding is negative", "at least 0", "C3");
      const Dim n = in[0].dims[i];
      if (n == kDynamic) continue;
      out.dims[i] = padded(scaled_length(std::max<Dim>(n - 1, 0), interior_padding[i], n),
                           {edge_padding_low[i], edge_padding_high[i]});  // C4
      if (out.dims[i] < 0) {
        throw refuse(
            "axis " + std::to_string(i) + " would have length " + std::to_string(out.dims[i]),
            "no more taken away than is there");
      }
    }
    return {out};
  }
  // x's elements lie `interior + 1` apart from `low` on; those that negative padding took away get
  // zeros.
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    Dims low, high, strides;
    for (std::size_t i = 0; i < interior_padding.size(); ++i) {
      low.push_back(-edge_padding_low[i]);
      high.push_back(-edge_padding_high[i]);
      strides.push_back(interior_padding[i] + 1);
    }
    const Value inner = pad(v.d_out, 0, {.low = std::move(low), .high = std::move(high)});
    const Value d_x = slice(inner, Dims(strides.size(), 0), inner.dims(), strides);
    return {d_x, sum(v.d_out) - sum(d_x)};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    const auto with_zero = [](Dims list) {
      list.insert(list.begin(), 0);
      return list;
    };
    const Padding wider{.low = with_zero(edge_padding_low),
                        .high = with_zero(edge_padding_high),
                        .interior = with_zero(interior_padding)};
    if (!b.is_batched[1]) return {pad(b.in[0], b.in[1], wider)};
    // A value for each example: x padded with zeros, and the value where a mask padded likewise is
    // false.
    const Value x = all_batched(b)[0];
    const Value is_x = pad(ones(x.shape().with(kI1)), false, wider);
    const Value around = broadcast_in_dim(b.in[1], is_x.dims(), {0});
    const Value zero = convert(0, x.dtype());
    return {select(is_x, pad(x, zero, wider), around)};
  }
};

Value continued(std::string_view name, const Operand& x, const Dims& low, const Dims& high,
                bool is_reflected) {
  const CallSite site(x.where);
  const auto rank = x.value.dims().size();
  bool fits = low.size() == rank && high.size() == rank;
  for (std::size_t i = 0; fits && i < rank; ++i) {
    const Dim most = is_reflected ? x.value.dims()[i] - 1 : x.value.dims()[i] == 0 ? 0 : kEnd;
    fits = low[i] >= 0 && high[i] >= 0 && low[i] <= std::max<Dim>(most, 0) &&
           high[i] <= std::max<Dim>(most, 0);
  }
  if (!fits) {
    throw OpError(
        {.op = std::string(name),
         .problem = "cannot pad by low = " + to_string(low) + ", high = " + to_string(high),
         .got = {x.value.shape()},
         .expected = is_reflected ? "0 <= padding < length on every axis"
                                  : "0 <= padding, axes that are not empty"},
        CallSite::current(x.where));
  }
  Value y = x.value;
  for (std::size_t i = 0; i < rank; ++i) {
    const int axis = static_cast<int>(i);
    const Dim n = y.dims()[i];
    const auto stretched = [&](Value edge, Dim count) {
      Dims dims = edge.dims();
      dims[i] = count;
      return broadcast_to(edge, dims);
    };
    std::vector<Value> parts;
    if (low[i] > 0)
      parts.push_back(is_reflected ? reverse(slice_axis(y, axis, 1, low[i] + 1), {axis})
                                   : stretched(slice_axis(y, axis, 0, 1), low[i]));
    parts.push_back(y);
    if (high[i] > 0)
      parts.push_back(is_reflected ? reverse(slice_axis(y, axis, n - 1 - high[i], n - 1), {axis})
                                   : stretched(slice_axis(y, axis, n - 1, n), high[i]));
    y = parts.size() == 1 ? y : concatenate(parts, axis);
  }
  return y;
}

}  // namespace

void list_pad_ops(OpTable& table) { table.add<Pad>(); }

Value pad(Operand x, Operand value, Padding padding) {
  const CallSite site(x.where);
  const std::size_t rank = x.value.dims().size();
  for (Dims* list : {&padding.low, &padding.high, &padding.interior}) {
    if (list->empty()) list->assign(rank, 0);
  }
  const auto is_zero = [&](const Dims& list) {
    return list.size() == rank && std::ranges::all_of(list, [](Dim d) { return d == 0; });
  };
  if (value.is_number && is_zero(padding.low) && is_zero(padding.high) && is_zero(padding.interior))
    return x.value;
  const Value filler = tensor_of("pad", value, x.value.dtype());
  Pad op;
  op.edge_padding_low = std::move(padding.low);
  op.edge_padding_high = std::move(padding.high);
  op.interior_padding = std::move(padding.interior);
  return apply(std::move(op), {x.value, filler}, x.where);
}

Value pad_axis(Operand x, Operand value, int axis, Dim low, Dim high, Dim interior) {
  const CallSite site(x.where);
  const auto a = static_cast<std::size_t>(normalized_axis("pad_axis", x, axis));
  const auto at_axis = [&](Dim n) {
    Dims list(x.value.dims().size(), 0);
    list[a] = n;
    return list;
  };
  return pad(x, value, {.low = at_axis(low), .high = at_axis(high), .interior = at_axis(interior)});
}

Value pad_reflect(Operand x, Dims low, Dims high) {
  return continued("pad_reflect", x, low, high, true);
}
Value pad_edge(Operand x, Dims low, Dims high) {
  return continued("pad_edge", x, low, high, false);
}

}  // namespace hilo
