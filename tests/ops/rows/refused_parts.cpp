// What ops refuse that are built from the attributes and types of a program.
#include "hilo/ops/all_ops.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

// The op of that name on the operands of the row.
BuildFn described(std::string name, std::vector<NamedAttribute> attributes, std::vector<Shape> results) {
  return [=](std::span<const Value> x) {
    return apply_parts(*all_ops().find(name), {attributes, {}, x, results});
  };
}

}  // namespace

void add_parts_refusals(std::vector<Refused>& r) {
  const NamedAttribute groups{"replica_groups", std::vector<std::int64_t>{0, 1}};
  const NamedAttribute flat{"replica_groups", Array::of<std::int64_t>({2}, {0, 1})};
  r.push_back({"iota", {}, described("iota", {{"iota_dimension", std::string("x")}}, {f32({2})}),
               "attribute 'iota_dimension' is of another kind", "what the op's definition says"});
  r.push_back({"all_gather", {f32({2})}, described("all_gather", {groups}, {f32({4})}),
               "attribute 'replica_groups' is of another kind", "what the op's definition says"});
  r.push_back({"all_gather", {f32({2})}, described("all_gather", {flat}, {f32({4})}), "replica_groups are i64[2]",
               "i64[groups,ids]"});
  r.push_back({"reduce", {f32({2}), f32({})}, described("reduce", {}, {f32({})}), "0 regions", "1"});
  r.push_back({"convert", {f32({2})}, described("convert", {}, {}), "0 results", "at least 1"});
  r.push_back({"dynamic_reshape", {f32({2})}, described("dynamic_reshape", {}, {f32({2})}), "1 operands", "at least 2"});
  r.push_back({"uniform_quantize", {f32({2})}, described("uniform_quantize", {}, {f32({2})}), "the result is f32[2]",
               "a quantised tensor"});
}

}  // namespace hilo::test
