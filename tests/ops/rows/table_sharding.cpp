// Rows of hilo/ops/sharding.h. On one device a constraint says nothing of the numbers; on several
// see tests/exec/sharded_test.cpp.
#include "hilo/ops/manual_computation.h"

#include "hilo/ops/binary.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

std::shared_ptr<const Mesh> grid() {
  return std::make_shared<const Mesh>(Mesh{.axes = {{"x", 2}, {"y", 4}}});
}

}  // namespace

Family sharding_rows() {
  Family family{.name = "sharding", .rows = {}};
  const Reference same = numbers([](const auto& in) { return in[0]; });
  family.rows.push_back(
      Row("with_sharding", {{4, 3}}, {4, 3},
          [](Value x) {
            return with_sharding(x, shard_over(grid(), {"x", ""}));
          })
          .in(kBoolean + kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers)
          .is(same));
  family.rows.push_back(Row("with_sharding in the middle", {{4, 3}}, {4, 3}, [](Value x) {
    Sharding s = shard_over(grid(), {"", ""});
    s.dims[0] = {.axes = {{.name = "y", .pre_size = 2, .size = 2}}, .is_open = true, .priority = 1};
    s.unreduced = {{.name = "x"}};
    return with_sharding(x * x, s) * x;
  }));
  family.drawn.push_back({"sdy.sharding_constraint", [](Draw& draw) {
                            const Dims dims = draw.dims();
                            return Row({Input(dims)}, [rank = dims.size()](Value x) {
                                     Sharding s = shard_over(grid(), {});
                                     s.dims.resize(rank);
                                     return with_sharding(x * x, s) * x;
                                   }).in(kSweptDTypes);
                          }});
  return family;
}

void add_sharding_refusals(std::vector<Refused>& r) {
  const auto refuses = [&](std::string problem, std::string expected, std::function<Sharding()> f) {
    r.push_back({"sdy.sharding_constraint",
                 {f32({4, 3})},
                 [f](Value x) { return with_sharding(x, f()); },
                 std::move(problem),
                 std::move(expected)});
  };
  const auto over = [](Mesh mesh, std::initializer_list<std::string_view> axes) {
    return shard_over(std::make_shared<const Mesh>(std::move(mesh)), axes);
  };
  const auto part = [](std::int64_t pre_size, std::int64_t size) {
    Sharding s = shard_over(grid(), {"y", ""});
    s.dims[0].axes[0].pre_size = pre_size;
    s.dims[0].axes[0].size = size;
    return s;
  };
  refuses("a sharding over no mesh", "Sharding::mesh is set", [] { return Sharding{}; });
  refuses("a sharding of 1 axes", "2, one for each axis of the tensor",
          [] { return shard_over(grid(), {"x"}); });
  refuses("the mesh has no axis \"z\"", "\"x\", \"y\"", [] {
    return shard_over(grid(), {"", "z"});
  });
  refuses("the mesh has no axis \"z\"", "none: the mesh has no axes", [=] {
    return over({}, {"", "z"});
  });
  refuses("mesh axis {\"x\"} is used twice", "each axis for one axis of the tensor", [] {
    return shard_over(grid(), {"x", "x"});
  });
  refuses("mesh axis {\"y\"} is used twice", "each axis for one axis of the tensor", [=] {
    Sharding s = part(2, 2);
    s.replicated = {{.name = "y"}};
    return s;
  });
  const std::string divides = "(pre)size whose product divides 4";
  refuses("no part of a mesh axis: {\"y\":(2)4}", divides, [=] { return part(2, 4); });
  refuses("no part of a mesh axis: {\"y\":(1)3}", divides, [=] { return part(1, 3); });
  refuses("no part of a mesh axis: {\"y\":(0)2}", divides, [=] { return part(0, 2); });
  refuses("axis \"x\" of the mesh has 0 devices", "at least 1, and at most 2^20 in the mesh", [=] {
    return over({.axes = {{"x", 0}}}, {"", ""});
  });
  refuses("axis \"y\" of the mesh has 1048576 devices", "at least 1, and at most 2^20 in the mesh",
          [=] {
            return over({.axes = {{"x", 2}, {"y", 1 << 20}}}, {"", ""});
          });
  refuses("the mesh has two axes \"x\"", "axes of different names", [=] {
    return over({.axes = {{"x", 2}, {"x", 2}}}, {"", ""});
  });
  refuses("the mesh's device_ids are no order of its devices", "each of 0 to 1 once", [=] {
    return over({.axes = {{"x", 2}}, .device_ids = {1, 1}}, {"", ""});
  });

  const auto by_hand = [&](std::string problem, std::string expected, ManualOptions options) {
    r.push_back({"sdy.manual_computation",
                 {f32({4, 3})},
                 [options](Value x) {
                   return manual_computation({x}, options, [](std::span<const Value> p) {
                     return std::vector{p[0]};
                   })[0];
                 },
                 std::move(problem),
                 std::move(expected)});
  };
  const Sharding rows = shard_over(grid(), {"x", ""}), columns = shard_over(grid(), {"", "x"});
  by_hand("2 shardings for 1 operands", "one for each", {{rows, rows}, {rows}, {"x"}});
  by_hand("0 shardings for 1 results", "one for each", {{rows}, {}, {"x"}});
  by_hand("the mesh has no axis \"z\" to divide by", "manual axes of the mesh",
          {{rows}, {rows}, {"z"}});
  by_hand("axis 1 does not divide into 2 parts", "lengths that the manual axes divide",
          {{columns}, {columns}, {"x"}});
}

}  // namespace hilo::test
