// Attributes and types one by one: what C++ value each spelling becomes.
#include <gtest/gtest.h>

#include <cmath>

#include "hilo/core/error.h"
#include "hilo/stablehlo/attribute_text.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/stablehlo/parse.h"

namespace hilo::stablehlo {
namespace {

struct AttributeRow {
  const char* text;
  AttributeValue value;
};

template <class T>
Array scalar(T value) {
  return Array::scalar(value);
}

Array narrow(DType dtype, Dims dims, std::vector<int> bytes) {
  Array result({dtype, std::move(dims)});
  for (std::size_t i = 0; i < bytes.size(); ++i)
    result.mutable_bytes()[i] = static_cast<std::byte>(bytes[i]);
  return result;
}

using Ints = std::vector<std::int64_t>;

TEST(ParseAttribute, Values) {
  const std::vector<AttributeRow> rows = {
      {"true", true},
      {"false : i1", false},
      {"3", std::int64_t{3}},
      {"-3 : i64", std::int64_t{-3}},
      {"7 : index", std::int64_t{7}},
      {"0xFF : i64", std::int64_t{255}},
      {"18446744073709551615 : i64", std::int64_t{-1}},
      {"3 : i32", Int32Attribute{3}},
      {"4294967295 : i32", Int32Attribute{-1}},
      {"3 : si32", Int32Attribute{3}},
      {"3 : i8", scalar(std::int8_t{3})},
      {"200 : ui8", scalar(std::uint8_t{200})},
      {"1.5", 1.5},
      {"1.5e-3 : f64", 1.5e-3},
      {"-1.5 : f32", Float32Attribute{-1.5F}},
      {"0x7F800000 : f32", Float32Attribute{INFINITY}},
      {"1.0 : bf16", scalar(BFloat16(1.0F))},
      {"0x3F80 : bf16", scalar(BFloat16(1.0F))},
      {"unit", UnitAttribute{}},
      {R"("a\22b\\c\0A\n")", std::string("a\"b\\c\n\n")},
      {R"("x" : i32)", std::string("x")},
      {"\"\xC3\xA9\xFF\"", std::string("\xC3\xA9\xFF")},  // bytes stay, UTF-8 or not
      {"@main", SymbolAttribute{"main"}},
      {"@\"a b\"::@c", SymbolAttribute{"a b::@c"}},
      {"array<i64: 1, -2>", Ints{1, -2}},
      {"array<i64>", Ints{}},
      {"array<i1: true, false>", std::vector<bool>{true, false}},
      {"array<i32: 1, 2>", Array::of<std::int32_t>({2}, {1, 2})},
      {"array<f32: 1.0, 2.5>", Array::of<float>({2}, {1, 2.5})},
      {"[1, \"a\", [@f]]",
       ListAttribute{{std::int64_t{1}, std::string("a"), ListAttribute{{SymbolAttribute{"f"}}}}}},
      {"{b = 1, a}", DictionaryAttribute{{{"a", UnitAttribute{}}, {"b", std::int64_t{1}}}}},
      {"tensor<2xf32>", TypeAttribute{.results = {{kF32, {2}}}}},
      {"(tensor<f32>, i32) -> ()",
       TypeAttribute{.inputs = {{kF32, {}}, {kI32, {}}}, .is_function = true}},
      {"#stablehlo<precision HIGH>", EnumAttribute{"precision", "HIGH"}},
      {"#chlo<precision HIGH>", EnumAttribute{"chlo.precision", "HIGH"}},
      {"#stablehlo.channel_handle<handle = 1, type = 2>",
       StructAttribute{"channel_handle", {{"handle", std::int64_t{1}}, {"type", std::int64_t{2}}}}},
      {"#stablehlo.gather<offset_dims = [1], index_vector_dim = 2>",
       StructAttribute{"gather",
                       {{"offset_dims", Ints{1}},
                        {"collapsed_slice_dims", Ints{}},
                        {"operand_batching_dims", Ints{}},
                        {"start_indices_batching_dims", Ints{}},
                        {"start_index_map", Ints{}},
                        {"index_vector_dim", std::int64_t{2}}}}},
      {"#sdy<manual_axes{\"x\"}>",
       StructAttribute{"sdy.manual_axes", {{"value", ListAttribute{{std::string("x")}}}}}},
      {"#sdy.op_sharding_rule<([i])->([i]) {i=8}>",
       StructAttribute{"sdy.op_sharding_rule", {{"", std::string("<([i])->([i]) {i=8}>")}}}},
      {"#sdy.mesh<[\"x\"=2], device_ids=[1, 0]>",
       Mesh{.name = "", .axes = {{"x", 2}}, .device_ids = {1, 0}}},
      {"#sdy.sharding<@mesh, [{\"x\", \"y\":(1)2, ?}p3, {}], replicated={\"z\"}, "
       "unreduced={\"w\"}>",
       Sharding{.mesh_name = "mesh",
                .dims = {{.axes = {{"x"}, {"y", 1, 2}}, .is_open = true, .priority = 3}, {}},
                .replicated = {{"z"}},
                .unreduced = {{"w"}}}},
      {"#sdy.sharding_per_value<[<@mesh, []>]>",
       ShardingsAttribute{{Sharding{.mesh_name = "mesh"}}}},
  };
  for (const AttributeRow& row : rows) {
    try {
      const AttributeValue value = parse_attribute(row.text);
      EXPECT_TRUE(value == row.value) << row.text;
      std::string text;
      append_attribute(text, value);
      EXPECT_TRUE(std::holds_alternative<Array>(value) || parse_attribute(text) == value)
          << row.text << " as " << text;
    } catch (const Error& error) {
      ADD_FAILURE() << row.text << ": " << error.what();
    }
  }
}

TEST(ParseAttribute, Elements) {
  const float nan = std::nanf("");
  const std::vector<AttributeRow> rows = {
      {"dense<1> : tensor<i64>", scalar(std::int64_t{1})},
      {"dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>", Array::of<std::int32_t>({2, 2}, {1, 2, 3, 4})},
      {"dense<[1.5, -2.0e1]> : tensor<2xf32>", Array::of<float>({2}, {1.5, -20})},
      {"dense<[0x7FC00000, 0xFF800000]> : tensor<2xf32>", Array::of<float>({2}, {nan, -INFINITY})},
      {"dense<[true, false, 1]> : tensor<3xi1>", Array::of<bool>({3}, {true, false, true})},
      {"dense<(1.0, -2.0)> : tensor<complex<f32>>", scalar(std::complex<float>(1, -2))},
      {"dense<[(1.0, 2.0), (3.0, 4.0)]> : tensor<2xcomplex<f64>>",
       Array::of<std::complex<double>>({2}, {{1, 2}, {3, 4}})},
      {"dense<[-1, 7]> : tensor<2xi4>", narrow(DType::kI4, {2}, {0xFF, 7})},
      {"dense<[15, 7]> : tensor<2xui4>", narrow(DType::kU4, {2}, {15, 7})},
      {"dense<[1.0, 0x3]> : tensor<2xf4E2M1FN>", narrow(DType::kF4E2M1FN, {2}, {2, 3})},
      {"dense<[1.0, 2.0]> : tensor<2xf16>", Array::of<Float16>({2}, {Float16(1), Float16(2)})},
      {"dense<\"0x0000803F00000040\"> : tensor<2xf32>", Array::of<float>({2}, {1, 2})},
      {"dense<\"0x0F07\"> : tensor<2xi4>", narrow(DType::kI4, {2}, {0xFF, 7})},
      {"dense<\"0x05\"> : tensor<3xi1>", Array::of<bool>({3}, {true, false, true})},
      {"dense<\"0x0100FF\"> : tensor<3xi1>", Array::of<bool>({3}, {true, false, true})},
      {"dense<\"0xFE01\"> : tensor<9xi1>",
       Array::of<bool>({9}, {false, true, true, true, true, true, true, true, true})},
      {"dense<> : tensor<0x2xf32>", Array({kF32, {0, 2}})},
      {"dense<1.0> : tensor<0x2xf32>", Array({kF32, {0, 2}})},
      {"dense<[[], []]> : tensor<2x0xf32>", Array({kF32, {2, 0}})},
      {"dense<[1, // one\n 2]> : tensor<2xindex>", Array::of<std::int64_t>({2}, {1, 2})},
      {"dense<7> : tensor<1xi64>", Array::of<std::int64_t>({1}, {7})},
      // Equal elements are a splat, however they are written; none is ever expanded.
      {"dense<0.0> : tensor<1000000x1000000xf32>",
       SplatAttribute{{kF32, {1'000'000, 1'000'000}}, scalar(0.0F)}},
      {"dense<[3, 3]> : tensor<2xi64>", SplatAttribute{{kI64, {2}}, scalar(std::int64_t{3})}},
      {"dense<\"0x0300000003000000\"> : tensor<2xi32>",
       SplatAttribute{{kI32, {2}}, scalar(std::int32_t{3})}},
      {"dense<\"0x03000000\"> : tensor<1000000000000xi32>",
       SplatAttribute{{kI32, {1'000'000'000'000}}, scalar(std::int32_t{3})}},
      {"dense<true> : tensor<20xi1>", SplatAttribute{{kI1, {20}}, scalar(true)}},
      {"dense<(1.0, 2.0)> : tensor<2xcomplex<f32>>",
       SplatAttribute{{kC64, {2}}, scalar(std::complex<float>(1, 2))}},
  };
  for (const AttributeRow& row : rows) {
    try {
      const AttributeValue value = parse_attribute(row.text);
      EXPECT_TRUE(value == row.value) << row.text;
      std::string text;
      append_attribute(text, value);
      EXPECT_TRUE(parse_attribute(text) == value) << row.text << " as " << text;
    } catch (const Error& error) {
      ADD_FAILURE() << row.text << ": " << error.what();
    }
  }
}

TEST(ParseAttribute, Resources) {
  const ir::Program program =
      parse_text(R"(func.func @f() { return {x = dense_resource<w> : tensor<2xf32>} }
{-#
  dialect_resources: { builtin: { w: "0x040000000000803F00000040" } },
  external_resources: { mlir_reproducer: { verify_each: true, "a b": "c" } }
#-}
)");
  const ir::Operation& op =
      program.module.regions.at(0).operations.at(0).regions.at(0).operations.at(0);
  EXPECT_TRUE(*op.attribute("x") == AttributeValue(Array::of<float>({2}, {1, 2})));
}

// Every dtype by its name in MLIR.
TEST(ParseType, Scalars) {
  for (int i = 0; i < kDTypeCount; ++i) {
    const auto dtype = static_cast<DType>(i);
    if (!has_elements(dtype)) continue;
    const std::string name(mlir_name(dtype));
    EXPECT_EQ(parse_type(name), (Shape{dtype, {}})) << name;
    EXPECT_EQ(parse_type("tensor<2x" + name + ">"), (Shape{dtype, {2}})) << name;
  }
}

TEST(ParseType, Types) {
  const std::vector<std::pair<const char*, Shape>> rows = {
      {"tensor<f32>", {kF32, {}}},
      {"tensor<0x3xf32>", {kF32, {0, 3}}},
      {"tensor<?x4xi1>", {kI1, {kDynamic, 4}}},
      {"tensor< 2 x 3 x f32 >", {kF32, {2, 3}}},
      {"tensor<2xindex>", {kI64, {2}}},
      {"tensor<2xsi32>", {kI32, {2}}},
      {"!stablehlo.token", {DType::kToken, {}}},
      {"tuple<>", Shape::tuple({})},
      {"tuple<tensor<f32>, tuple<!stablehlo.token>>",
       Shape::tuple({{kF32, {}}, Shape::tuple({{DType::kToken, {}}})})},
      {"tensor<?x2xf32, #stablehlo.bounds<8, ?>>",
       Shape::bounded(kF32, {kDynamic, 2}, {8, kDynamic})},
      {"tensor<?x2xf32, #stablehlo.bounds<?, ?>>", {kF32, {kDynamic, 2}}},
      {"tensor<f32, #stablehlo.bounds<>>", {kF32, {}}},
      {"tensor<2x!quant.uniform<i8:f32, 0.5:-3>>",
       Shape::quantized({.scales = {0.5}, .zero_points = {-3}}, {2})},
      {"tensor<2x!quant.uniform<i8<-127:127>:f32:0, {0.5, 1.0:2}>>",
       Shape::quantized({.scales = {0.5, 1},
                         .zero_points = {0, 2},
                         .axis = 0,
                         .storage_min = -127,
                         .storage_max = 127},
                        {2})},
      {"!quant.uniform<ui8:bf16, 2.0>",
       Shape::quantized({.storage = kU8, .expressed = kBF16, .scales = {2}, .zero_points = {0}},
                        {})},
  };
  for (const auto& [text, shape] : rows) {
    EXPECT_EQ(parse_type(text), shape) << text;
  }
}

}  // namespace
}  // namespace hilo::stablehlo
