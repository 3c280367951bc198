// What ops refuse that are built from the attributes and types of a program.
#include "hilo/ops/all_ops.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

const Shape kRow = f32({2}), kScalar = f32({}), kToken{DType::kToken, {}};

// The op of that name on the operands of the row.
BuildFn described(std::string name, std::vector<NamedAttribute> attributes, std::vector<Shape> results,
                  std::vector<Function> regions = {}, std::source_location where = std::source_location::current()) {
  return [=](std::span<const Value> x) {
    return apply_parts(*all_ops().find(name), {attributes, regions, x, results}, where);
  };
}

NamedAttribute number(std::string name, std::int64_t n) { return {std::move(name), n}; }
NamedAttribute word(std::string name, std::string type, std::string value) {
  return {std::move(name), EnumAttribute{std::move(type), std::move(value)}};
}

void add_products(std::vector<Refused>& r) {
  const NamedAttribute axes{"dot_dimension_numbers", StructAttribute{"dot", {}}};
  const auto precisions = [](std::size_t n) {
    return NamedAttribute{"precision_config", ListAttribute{std::vector<AttributeValue>(n, EnumAttribute{"precision", "HIGH"})}};
  };
  const auto algorithm = [](std::int64_t count) {
    return NamedAttribute{"algorithm", StructAttribute{"dot_algorithm", {number("num_primitive_operations", count)}}};
  };
  const std::string rule = "counts of at least 1, and precisions of DEFAULT";
  r.push_back({"dot_general", {kRow, kRow}, described("dot_general", {axes, precisions(3)}, {f32({2, 2})}),
               "precision_config does not fit", "none, one, or one for each of the two operands"});
  r.push_back({"dot_general", {kRow, kRow}, described("dot_general", {axes, algorithm(0)}, {f32({2, 2})}),
               "an algorithm with a count below 1", rule});
  r.push_back({"dot_general", {kRow, kRow}, described("dot_general", {axes, precisions(2), algorithm(1)}, {f32({2, 2})}),
               "an algorithm, and a precision besides", rule});
}

void add_custom_calls(std::vector<Refused>& r) {
  const NamedAttribute target{"call_target_name", std::string("f")};
  const auto layouts = [](std::string name, std::int64_t axis) { return NamedAttribute{std::move(name), Layouts{{{axis}}}}; };
  const auto alias = [](std::int64_t operand) {
    return NamedAttribute{"output_operand_aliases",
                          ListAttribute{{StructAttribute{"output_operand_alias", {number("operand_index", operand)}}}}};
  };
  r.push_back({"custom_call", {kRow}, described("custom_call", {target, {"backend_config", DictionaryAttribute{}}}, {kRow}),
               "backend_config does not fit api_version = 1", "a dictionary for 4, text for those before"});
  r.push_back({"custom_call", {kRow},
               described("custom_call", {target, layouts("operand_layouts", 1), layouts("result_layouts", 0)}, {kRow}),
               "the layouts of operands do not fit", "operand_layouts and result_layouts, for each its axes in some order"});
  r.push_back({"custom_call", {kRow}, described("custom_call", {target, layouts("operand_layouts", 0)}, {kRow}),
               "the layouts of results do not fit", "operand_layouts and result_layouts, for each its axes in some order"});
  r.push_back({"custom_call", {kRow}, described("custom_call", {target, alias(1)}, {kRow}),
               "an output_operand_alias does not fit", "a part of a result and one of an operand, of one shape"});
  r.push_back({"custom_call", {kRow}, described("custom_call", {target, alias(0)}, {kScalar}),
               "an output_operand_alias does not fit", "a part of a result and one of an operand, of one shape"});
}

void add_tokens(std::vector<Refused>& r) {
  const NamedAttribute by_host{"is_host_transfer", true};
  r.push_back({"send", {}, described("send", {}, {kToken}), "no token among the operands", "token[]", "after_all()"});
  r.push_back({"send", {kToken}, described("send", {by_host}, {kToken}),
               "a channel of type 0 does not fit is_host_transfer = true", "type 2"});
  r.push_back({"recv", {kToken}, described("recv", {}, {kRow, kToken}),
               "a channel of type 0 does not fit is_host_transfer = false", "type 1"});
  r.push_back({"infeed", {kToken}, described("infeed", {}, {kRow}), "the last result is no token", "token[]"});
  r.push_back({"infeed", {kToken}, described("infeed", {{"layout", Layouts{{{0}, {0}}}}}, {kRow, kToken}), "2 layouts",
               "one for each result but the token"});
}

void add_functions(std::vector<Refused>& r) {
  const auto first = [](std::vector<Shape> in) {
    return std::vector{trace([](std::span<const Value> p) { return std::vector{p[0]}; }, in)};
  };
  const auto over = [](std::vector<std::int64_t> axes) { return NamedAttribute{"dimensions", std::move(axes)}; };
  r.push_back({"map", {kRow}, described("map", {over({})}, {kRow}, first({kScalar})), "dimensions = [] are not all axes",
               "each axis once, in order"});
  r.push_back({"map", {kRow}, described("map", {over({0})}, {kRow}, first({kScalar, kScalar})), "the function does not fit",
               "a function of one scalar of each operand, with one result"});
  r.push_back({"reduce", {kRow, kScalar}, described("reduce", {over({0})}, {kScalar}), "0 regions", "1"});
}

void add_groups(std::vector<Refused>& r) {
  const NamedAttribute axis = number("all_gather_dim", 0);
  const NamedAttribute list{"replica_groups", std::vector<std::int64_t>{0, 1}};
  const auto groups = [](Dims dims, std::vector<std::int64_t> ids) {
    return NamedAttribute{"replica_groups", Array::of(std::move(dims), ids)};
  };
  r.push_back({"all_gather", {kRow}, described("all_gather", {list}, {f32({4})}), "no attribute 'all_gather_dim'",
               "each attribute that has no default"});
  r.push_back({"all_gather", {kRow}, described("all_gather", {axis, list}, {f32({4})}),
               "attribute 'replica_groups' is of another kind", "what the op's definition says"});
  r.push_back({"all_gather", {kRow}, described("all_gather", {axis, groups({2}, {0, 1})}, {f32({4})}),
               "replica_groups are i64[2]", "i64[groups,ids]"});
  r.push_back({"all_gather", {kRow}, described("all_gather", {axis, groups({2, 2}, {0, -1, 1, -1})}, {kRow}),
               "replica_groups have no one size", "at least one group, all of one size", "{.replica_groups = {{0, 1}}}"});
  r.push_back({"all_to_all", {kRow},
               described("all_to_all", {number("split_dimension", 0), number("concat_dimension", 0),
                                        number("split_count", 3), groups({1, 2}, {0, 1})}, {kRow}),
               "split_count = 3 with groups of 2", "a part for each member of a group"});
}

void add_elements(std::vector<Refused>& r) {
  r.push_back({"compare", {kRow, kRow},
               described("compare", {word("comparison_direction", "comparison_direction", "EQ"),
                                     word("compare_type", "comparison_type", "SIGNED")}, {{kI1, {2}}}),
               "compare_type = SIGNED does not fit f32",
               "SIGNED, UNSIGNED (booleans too) or FLOAT (complex numbers too), as the dtype is"});
  const NamedAttribute uniform = word("rng_distribution", "rng_distribution", "UNIFORM");
  r.push_back({"rng", {kScalar, kScalar, f32({1})}, described("rng", {uniform}, {kRow}), "the shape is no list of lengths",
               "integers, one for each axis"});
  r.push_back({"rng", {kScalar, kScalar, {kI64, {3}}}, described("rng", {uniform}, {kRow}),
               "the shape has another rank than the result", "1 lengths"});
  r.push_back({"iota", {}, described("iota", {{"iota_dimension", std::string("x")}}, {kRow}),
               "attribute 'iota_dimension' is of another kind", "what the op's definition says"});
  r.push_back({"convert", {kRow}, described("convert", {}, {}), "0 results", "at least 1"});
  r.push_back({"dynamic_reshape", {kRow}, described("dynamic_reshape", {}, {kRow}), "1 operands", "at least 2"});
  r.push_back({"uniform_quantize", {kRow}, described("uniform_quantize", {}, {kRow}), "the result is f32[2]",
               "a quantised tensor"});
}

}  // namespace

void add_parts_refusals(std::vector<Refused>& r) {
  add_products(r);
  add_custom_calls(r);
  add_tokens(r);
  add_functions(r);
  add_groups(r);
  add_elements(r);
}

}  // namespace hilo::test
