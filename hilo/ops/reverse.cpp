#include "hilo/ops/reverse.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/slice.h"

namespace hilo {
namespace {

struct Reverse : LinearJvp<Reverse> {
  static constexpr std::string_view kName = "reverse";
  Axes dimensions;

  static void fields(auto&& field) { field("dimensions", &Reverse::dimensions); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    expect_kind(in, kAnyKind);
    for (std::int64_t axis : dimensions) under("C3", [&] { expect_axis(in, axis); });
    under("C2", [&] { normalized_axes(kName, dimensions, in[0].rank()); });
    return {in[0]};                                              // C1
  }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    return {reverse(v.d_out, dimensions)};
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return {reverse(b.in[0], shifted(dimensions))};
  }
};

}  // namespace

void list_reverse_ops(OpTable& table) { table.add<Reverse>(); }

Value reverse(Operand x, Axes axes) {
  if (axes.empty()) return x.value;
  for (std::int64_t& axis : axes) {
    if (axis < 0 && axis >= -x.value.rank()) axis += x.value.rank();
  }
  return apply(Reverse{{}, std::move(axes)}, {x.value}, x.where);
}

Value roll(Operand x, Dim shift, int axis) {
  const CallSite site(x.where);
  const int a = normalized_axis("roll", x, axis);
  const Dim n = x.value.dim(a);
  const Dim cut = n == 0 ? 0 : ((-shift % n) + n) % n;  // the element that comes first
  if (cut == 0) return x.value;
  return concatenate({slice_axis(x, a, cut, n), slice_axis(x, a, 0, cut)}, a);
}

}  // namespace hilo
