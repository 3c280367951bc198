// The text of programs, byte by byte, and what XLA makes of it.
#include "hilo/stablehlo/emit.h"

#include <gtest/gtest.h>

#include <regex>

#include "hilo/exec/program.h"
#include "hilo/graph/op.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/collective.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/composite.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/convolution.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/gather.h"
#include "hilo/ops/math.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/quantize.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/sort.h"
#include "hilo/ops/token.h"
#include "hilo/ops/unary.h"
#include "hilo/pjrt/client.h"
#include "hilo/stablehlo/type_text.h"

namespace hilo::stablehlo {
namespace {

using In = std::span<const Value>;

const Shape kMatrix{kF32, {2, 3}};

std::string text_of(const Function& f) { return emit(f, {.module_name = "m", .has_locations = false}); }
std::string text_of(const BuildFn& f, const std::vector<Shape>& shapes) { return text_of(trace(f, shapes)); }

// The lines between the function's head and its return.
std::string body_of(const BuildFn& f, const std::vector<Shape>& shapes) {
  const std::string text = text_of(f, shapes);
  const std::size_t start = text.find("{\n", text.find("@main")) + 2, end = text.find("    \"func.return\"");
  return text.substr(start, end - start);
}

const pjrt::Client& client() {
  static const auto& one = *new pjrt::Client(pjrt::open("cpu"));
  return one;
}

TEST(Emit, AWholeModule) {
  const std::string text = text_of([](In x) {
    exp(x[0]);  // nobody reads it, so it is not printed
    return std::vector{x[0] + x[1], -x[1]};
  }, {kMatrix, kMatrix});
  EXPECT_EQ(text, R"(module @m {
  func.func public @main(%0: tensor<2x3xf32>, %1: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>) {
    %2 = "stablehlo.add"(%0, %1) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    %3 = "stablehlo.negate"(%1) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    "func.return"(%2, %3) : (tensor<2x3xf32>, tensor<2x3xf32>) -> ()
  }
}
)");
}

TEST(Emit, AttributesOfEveryKind) {
  EXPECT_EQ(body_of([](In x) { return std::vector{x[0] < x[0]}; }, {kMatrix}),
            "    %1 = \"stablehlo.compare\"(%0, %0) <{comparison_direction = #stablehlo<comparison_direction LT>}> : "
            "(tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>\n");
  EXPECT_EQ(body_of([](In x) { return std::vector{slice(x[0], {0, 1}, {2, 3})}; }, {kMatrix}),
            "    %1 = \"stablehlo.slice\"(%0) <{start_indices = array<i64: 0, 1>, limit_indices = array<i64: 2, 3>, "
            "strides = array<i64: 1, 1>}> : (tensor<2x3xf32>) -> tensor<2x2xf32>\n");
  EXPECT_EQ(body_of([](In) { return std::vector{iota({kI32, {2, 3}}, 1)}; }, {}),
            "    %0 = \"stablehlo.iota\"() <{iota_dimension = 1 : i64}> : () -> tensor<2x3xi32>\n");
  EXPECT_EQ(body_of([](In x) { return std::vector{dot_general(x[0], x[0], {.lhs_contracting_dimensions = {1}, .rhs_contracting_dimensions = {1}})}; }, {kMatrix}),
            "    %1 = \"stablehlo.dot_general\"(%0, %0) <{dot_dimension_numbers = #stablehlo.dot<lhs_batching_dimensions = [], "
            "rhs_batching_dimensions = [], lhs_contracting_dimensions = [1], rhs_contracting_dimensions = [1]>}> : "
            "(tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x2xf32>\n");
  EXPECT_EQ(body_of([](In x) { return std::vector{erf(x[0])}; }, {kMatrix}),
            "    %1 = \"chlo.erf\"(%0) : (tensor<2x3xf32>) -> tensor<2x3xf32>\n");
}

TEST(Emit, Convolutions) {
  const std::string text = body_of([](In x) { return std::vector{convolution(x[0], x[1], {.padding = {{1, 0}, {0, 2}}, .window_reversal = {true, false}})}; },
                                   {{kF32, {1, 4, 4, 2}}, {kF32, {2, 2, 2, 3}}});
  EXPECT_NE(text.find("dimension_numbers = #stablehlo.conv<[b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f]>"), std::string::npos) << text;
  EXPECT_NE(text.find("padding = dense<[[1, 0], [0, 2]]> : tensor<2x2xi64>"), std::string::npos) << text;
  EXPECT_NE(text.find("window_reversal = array<i1: true, false>"), std::string::npos) << text;
  EXPECT_NE(text.find("feature_group_count = 1 : i64"), std::string::npos) << text;
}

TEST(Emit, RegionsWithNamesThatGoOn) {
  EXPECT_EQ(body_of([](In x) { return std::vector{max(x[0], {1})}; }, {kMatrix}),
            R"(    %1 = "stablehlo.constant"() <{value = dense<0xFF800000> : tensor<f32>}> : () -> tensor<f32>
    %2 = "stablehlo.reduce"(%0, %1) <{dimensions = array<i64: 1>}> ({
    ^bb0(%3: tensor<f32>, %4: tensor<f32>):
      %5 = "stablehlo.maximum"(%3, %4) : (tensor<f32>, tensor<f32>) -> tensor<f32>
      "stablehlo.return"(%5) : (tensor<f32>) -> ()
    }) : (tensor<2x3xf32>, tensor<f32>) -> tensor<2xf32>
)");
}

TEST(Emit, SeveralResults) {
  const std::string text = body_of([](In x) {
    const TopK top = top_k(x[0], 2);
    return std::vector{top.indices};
  }, {kMatrix});
  EXPECT_EQ(text, "    %1, %2 = \"chlo.top_k\"(%0) <{k = 2 : i64}> : (tensor<2x3xf32>) -> (tensor<2x2xf32>, tensor<2x2xi32>)\n");
}

TEST(Emit, OpsThatStandForTheirBodies) {
  EXPECT_EQ(body_of([](In x) { return std::vector{stop_gradient(x[0]) * x[0]}; }, {kMatrix}),
            "    %1 = \"stablehlo.multiply\"(%0, %0) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>\n");
  EXPECT_EQ(body_of([](In x) {
              return custom_gradient({x[0]}, [](In p) { return std::vector{exp(p[0])}; }, [](In, In, In d) { return std::vector{d[0]}; });
            }, {kMatrix}),
            "    %1 = \"stablehlo.exponential\"(%0) : (tensor<2x3xf32>) -> tensor<2x3xf32>\n");
}

TEST(Emit, Aliases) {
  const Function f = trace([](In x) { return std::vector{x[1] + 1, x[0]}; }, std::vector{kMatrix, kMatrix});
  const std::string text = emit(f, {.has_locations = false, .aliases = {1, -1}});
  EXPECT_NE(text.find("@main(%0: tensor<2x3xf32> {tf.aliasing_output = 1 : i32}, %1: tensor<2x3xf32>) ->"), std::string::npos) << text;
}

TEST(Emit, LocationsAndNames) {
  const std::vector<std::string> names = {"a \"name\"\\", ""};
  std::uint32_t line = 0;
  const Function f = trace([&](In x) {
    const CallSite site(std::source_location::current(), "/layer_1");
    line = std::source_location::current().line() - 1;
    return std::vector{x[0] + x[1]};
  }, std::vector{kMatrix, kMatrix}, names);
  const std::string text = emit(f);
  EXPECT_NE(text.find(R"(%0: tensor<2x3xf32> loc("a \22name\22\5C"), %1: tensor<2x3xf32>))"), std::string::npos) << text;
  const std::regex location("loc\\(\"/layer_1\"\\(\"[^\"]*emit_test.cpp\":" + std::to_string(line) + ":[0-9]+\\)\\)");
  EXPECT_TRUE(std::regex_search(text, location)) << text;
  EXPECT_EQ(text_of(f).find("loc("), std::string::npos);
  EXPECT_NO_THROW(Program::compile(client(), f, {}, {.cache = nullptr}));
}

TEST(Emit, EqualProgramsPrintEqualText) {
  const auto one = [] { return trace([](In x) { return std::vector{x[0] * 2}; }, std::vector{kMatrix}); };
  const Function a = one(), b = one();
  EXPECT_EQ(text_of(a), text_of(b));
}

TEST(Emit, TypesOfEveryDtype) {
  EXPECT_EQ(type_text({kF32, {}}), "tensor<f32>");
  EXPECT_EQ(type_text({kBF16, {2, kDynamic}}), "tensor<2x?xbf16>");
  EXPECT_EQ(type_text({kU8, {0}}), "tensor<0xui8>");
  EXPECT_EQ(type_text({kC128, {1}}), "tensor<1xcomplex<f64>>");
  EXPECT_EQ(type_text({DType::kF8E4M3FN, {1}}), "tensor<1xf8E4M3FN>");
  EXPECT_EQ(type_text({DType::kToken, {}}), "!stablehlo.token");
}

TEST(Emit, TypesThatAreNoArrays) {
  EXPECT_EQ(type_text(Shape::tuple({{kF32, {2}}, Shape::tuple({}), {DType::kToken, {}}})), "tuple<tensor<2xf32>, tuple<>, !stablehlo.token>");
  EXPECT_EQ(type_text(Shape::bounded(kF32, {kDynamic, 3}, {8, kDynamic})), "tensor<?x3xf32, #stablehlo.bounds<8, ?>>");
  EXPECT_EQ(type_text(Shape::quantized({.scales = {0.5}, .zero_points = {3}}, {2})), "tensor<2x!quant.uniform<i8:f32, 5.0e-01:3>>");
  EXPECT_EQ(type_text(Shape::quantized({.storage = kU8, .scales = {1, 0.25}, .zero_points = {0, 9}, .axis = 1, .storage_max = 200}, {3, 2})),
            "tensor<3x2x!quant.uniform<u8<0:200>:f32:1, {1.0e+00:0, 2.5e-01:9}>>");
}

// For a platform the numbers that are stored stand in their place, in arguments too; otherwise the program is as written.
TEST(Emit, QuantisedTensorsAreIntegersOnAPlatform) {
  const Shape q = Shape::quantized({.scales = {0.5}, .zero_points = {3}}, {2});
  const Function f = trace([](In x) { return std::vector{uniform_dequantize(x[0]), uniform_quantize(x[1], {.scales = {0.5}})}; }, std::vector{q, Shape{kF32, {2}}});
  const std::string text = text_of(f);
  EXPECT_NE(text.find("%2 = \"stablehlo.uniform_dequantize\"(%0) : (tensor<2x!quant.uniform<i8:f32, 5.0e-01:3>>) -> tensor<2xf32>"), std::string::npos) << text;
  EXPECT_NE(text.find("%3 = \"stablehlo.uniform_quantize\"(%1) : (tensor<2xf32>) -> tensor<2x!quant.uniform<i8:f32, 5.0e-01:0>>"), std::string::npos) << text;
  EXPECT_EQ(emit(f, {.platform = "cpu"}).find("quant"), std::string::npos);
  const std::vector<Array> y = evaluate(client(), f, std::vector{Array::of({2}, std::vector<std::int8_t>{3, 13}), Array::of({2}, std::vector{1.0F, -100.0F})});
  EXPECT_EQ(y[0], Array::of({2}, std::vector{0.0F, 5.0F}));
  EXPECT_EQ(y[1], Array::of({2}, std::vector<std::int8_t>{2, -128}));
}

TEST(Emit, Tokens) {
  EXPECT_EQ(body_of([](In x) {
    const Received r = infeed(after_all(), {{kI32, {4}}}, "q");
    return std::vector{r.values[0], outfeed({x[0]}, r.token)};
  }, {kMatrix}),
            "    %1 = \"stablehlo.after_all\"() : () -> !stablehlo.token\n"
            "    %2, %3 = \"stablehlo.infeed\"(%1) <{infeed_config = \"q\"}> : (!stablehlo.token) -> (tensor<4xi32>, !stablehlo.token)\n"
            "    %4 = \"stablehlo.outfeed\"(%0, %3) <{outfeed_config = \"\"}> : (tensor<2x3xf32>, !stablehlo.token) -> !stablehlo.token\n");
}

TEST(Emit, Collectives) {
  const std::string text = body_of([](In x) {
    return std::vector{all_gather(x[0], 0, {.replica_groups = {{0, 2}, {1, 3}}, .channel = 7, .uses_global_device_ids = true}), all_reduce(x[0], {.replica_groups = {{0, 1}, {2}}})};
  }, {kMatrix});
  EXPECT_NE(text.find("channel_handle = #stablehlo.channel_handle<handle = 7, type = 1>, use_global_device_ids = unit}> : (tensor<2x3xf32>) -> tensor<4x3xf32>"), std::string::npos) << text;
  EXPECT_NE(text.find("tensor<2x2xi64>"), std::string::npos) << "groups are padded: " << text;
}

// A composite calls a function of its own beside main; equal ones share it.
TEST(Emit, FunctionsBesideMain) {
  const auto twice = [](Value x) { return composite({.name = "mine.twice", .attributes = {{"by", 2.0F}}, .version = 1}, {x}, [](In p) { return std::vector{p[0] + p[0]}; })[0]; };
  const BuildFn f = [&](In x) {
    return std::vector{twice(x[0]), twice(-x[0]), composite({.name = "mine.more"}, {x[0]}, [&](In p) { return std::vector{-twice(p[0])}; })[0]};
  };
  const std::string call = "(tensor<2x3xf32>) -> tensor<2x3xf32>\n";
  EXPECT_EQ(text_of(f, {kMatrix}), R"(module @m {
  func.func public @main(%0: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) {
    %1 = "stablehlo.composite"(%0) <{name = "mine.twice", composite_attributes = {"by" = 2.0e+00 : f32}, version = 1 : i32, decomposition = @callee_0}> : )" + call + R"(    %2 = "stablehlo.negate"(%0) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %3 = "stablehlo.composite"(%2) <{name = "mine.twice", composite_attributes = {"by" = 2.0e+00 : f32}, version = 1 : i32, decomposition = @callee_0}> : )" + call + R"(    %4 = "stablehlo.composite"(%0) <{name = "mine.more", composite_attributes = {}, version = 0 : i32, decomposition = @callee_1}> : )" + call + R"(    "func.return"(%1, %3, %4) : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> ()
  }
  func.func private @callee_0(%5: tensor<2x3xf32>) -> (tensor<2x3xf32>) {
    %6 = "stablehlo.add"(%5, %5) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    "func.return"(%6) : (tensor<2x3xf32>) -> ()
  }
  func.func private @callee_1(%7: tensor<2x3xf32>) -> (tensor<2x3xf32>) {
    %8 = "stablehlo.composite"(%7) <{name = "mine.twice", composite_attributes = {"by" = 2.0e+00 : f32}, version = 1 : i32, decomposition = @callee_0}> : )" + call + R"(    %9 = "stablehlo.negate"(%8) : (tensor<2x3xf32>) -> tensor<2x3xf32>
    "func.return"(%9) : (tensor<2x3xf32>) -> ()
  }
}
)");
}

}  // namespace
}  // namespace hilo::stablehlo
