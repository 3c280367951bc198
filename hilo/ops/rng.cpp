#include "hilo/ops/rng.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/known_integers.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/slice.h"

namespace hilo {
namespace {

struct Rng {
  static constexpr std::string_view kName = "rng";
  RngDistribution rng_distribution = RngDistribution::kUniform;
  Dims dims{};  // of the result: the third operand's numbers

  static void fields(auto&& field) { field("rng_distribution", &Rng::rng_distribution); }
  void complete(const OpParts& parts) { dims = known_dims(parts.operand(2), parts.result().dims); }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 3);
    const bool is_uniform = rng_distribution == RngDistribution::kUniform;
    expect_kind(in.first(2),
                is_uniform && !is_float(in[0].dtype) ? kInts.from_bits(32) : kFloats);  // C2
    if (!in[0].is_scalar() || in[0] != in[1]) {
      throw OpError({.problem = "a and b do not fit",
                     .got = {in[0], in[1]},
                     .expected = "two scalars of one dtype", .constraint = "C1"});
    }
    if (in[2].rank() != 1 || !is_integer(in[2].dtype)) {  // I3
      throw OpError({.problem = "the shape is no list of lengths", .got = {in[2]}, .expected = "integers, one for each axis"});
    }
    if (in[2].dims[0] != std::ssize(dims) && in[2].dims[0] != kDynamic) {
      throw OpError({.problem = "the shape has another rank than the result", .got = {in[2]}, .expected = std::to_string(dims.size()) + " lengths", .constraint = "C3"});
    }
    return {{in[0].dtype, dims}};  // C1, C3
  }
  static constexpr Unsupported vjp{
      "the op does not say what it drew; uniform and normal with a key do"};
  static constexpr Unsupported jvp = vjp;
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    std::vector<Value> each;
    for (Dim i = 0; i < b.size; ++i) {
      const auto one = [&](std::size_t k) {
        return b.is_batched[k] ? index_axis(b.in[k], 0, i) : b.in[k];
      };
      each.push_back(rng(one(0), one(1), dims, rng_distribution));
    }
    return {stack(each)};
  }
};

}  // namespace

void list_rng_ops(OpTable& table) { table.add<Rng>(); }

Value rng(Operand a, Operand b, Dims dims, RngDistribution distribution) {
  const CallSite site(a.where);
  const Value shape = constant(Array::of({static_cast<Dim>(dims.size())}, dims));
  return apply(Rng{distribution, std::move(dims)}, {a.value, b.value, shape}, a.where);
}

}  // namespace hilo
