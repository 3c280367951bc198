#include "hilo/ops/sharding.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

struct ShardingConstraint {
  static constexpr std::string_view kName = "sdy.sharding_constraint";
  Sharding sharding{};
  static void fields(auto&& field) { field("sharding", &ShardingConstraint::sharding); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    check_sharding(sharding, in[0]);
    return {in[0]};
  }
  // What is a sum still to be taken has a cotangent that is the same on all of those devices.
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const {
    Sharding of_cotangent = sharding;
    of_cotangent.unreduced.clear();
    return {with_sharding(v.d_out, std::move(of_cotangent))};
  }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const {
    return {with_sharding(v.d_in[0], sharding)};
  }
  // The batch axis is the partitioner's to split.
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    Sharding of_all = sharding;
    of_all.dims.insert(of_all.dims.begin(), DimSharding{.is_open = true});
    return {with_sharding(b.in[0], std::move(of_all))};
  }
};

}  // namespace

void list_sharding_ops(OpTable& table) { table.add<ShardingConstraint>(); }

Value with_sharding(Operand x, Sharding sharding) {
  const Value y = apply(ShardingConstraint{sharding}, {x.value}, x.where);
  y.graph().set_sharding(y.id(), std::move(sharding));
  return y;
}

}  // namespace hilo
