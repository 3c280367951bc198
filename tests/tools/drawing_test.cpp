// Drawings of programs: where boxes go, and what `hilo inspect --svg` writes.
#include <cmath>
#include <random>

#include "tests/tools/hilo_program.h"
#include "tools/graph_layout.h"

namespace hilo::tools::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t count_in(const std::string& text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

// Whatever the graph: boxes do not overlap, lines go down from box to box, all is within the drawing.
TEST(Layout, OverlapsNoBoxes) {
  std::mt19937 random(7);
  for (std::size_t count : {1U, 2U, 9U, 60U, 400U}) {
    std::vector<BoxSize> boxes;
    std::vector<BoxEdge> edges;
    for (std::size_t to = 0; to < count; ++to) {
      boxes.push_back({20.0 + static_cast<double>(random() % 200), 20.0 + static_cast<double>(random() % 90)});
      for (std::size_t n = random() % 4; to > 0 && n > 0; --n) edges.push_back({random() % to, to});
    }
    const GraphLayout layout = lay_out(boxes, edges);
    ASSERT_EQ(layout.boxes.size(), count);
    for (std::size_t a = 0; a < count; ++a) {
      const auto [x, y] = layout.boxes[a];
      EXPECT_GE(x, -1e-6);
      EXPECT_LE(x + boxes[a].width, layout.width + 1e-6);
      EXPECT_LE(y + boxes[a].height, layout.height + 1e-6);
      for (std::size_t b = 0; b < a; ++b) {
        const auto [left, top] = layout.boxes[b];
        const bool is_apart = x + boxes[a].width <= left || left + boxes[b].width <= x ||
                              y + boxes[a].height <= top || top + boxes[b].height <= y;
        ASSERT_TRUE(is_apart) << a << " and " << b << " of " << count;
      }
    }
    for (const auto& [from, to] : edges) {
      EXPECT_LT(layout.boxes[from].y + boxes[from].height, layout.boxes[to].y);
    }
    const auto ends = std::ranges::count_if(layout.lines, &LinePiece::is_last);
    EXPECT_EQ(static_cast<std::size_t>(ends), edges.size());
  }
  EXPECT_TRUE(lay_out({}, {}).lines.empty());
}

TEST(Layout, OfAChainIsStraight) {
  const std::vector<BoxSize> boxes = {{40, 20}, {90, 20}, {60, 20}};
  const std::vector<BoxEdge> edges = {{0, 1}, {1, 2}};
  const GraphLayout layout = lay_out(boxes, edges);
  for (const LinePiece& line : layout.lines) EXPECT_NEAR(line.from_x, line.to_x, 1e-9);
  EXPECT_EQ(layout.width, 90);
}

constexpr const char* kLoop = R"(func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %half = stablehlo.constant dense<0.5> : tensor<4xf32>
  %zero = stablehlo.constant dense<0.0> : tensor<f32>
  %0:1 = stablehlo.while(%i = %x) : tensor<4xf32>
    cond {
      %s = stablehlo.reduce(%i init: %zero) applies stablehlo.add across dimensions = [0] : (tensor<4xf32>, tensor<f32>) -> tensor<f32>
      %c = stablehlo.compare LT, %zero, %s : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %c : tensor<i1>
    } do {
      %n = stablehlo.subtract %i, %half : tensor<4xf32>
      stablehlo.return %n : tensor<4xf32>
    }
  %1 = call @twice(%0) : (tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
func.func private @twice(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = stablehlo.add %x, %x : tensor<4xf32>
  return %0 : tensor<4xf32>
}
)";

TEST(Inspect, DrawsFunctionsAndRegions) {
  const fs::path out = fresh("loop.svg");
  const std::string said = hilo_out({"inspect", written("loop.mlir", kLoop).string(), "--svg", out.string()});
  EXPECT_THAT(said, HasSubstr("the program is right"));
  const std::string svg = bytes_of(out);
  EXPECT_TRUE(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\"")) << svg;
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_EQ(count_in(svg, "<g "), count_in(svg, "</g>"));
  EXPECT_EQ(count_in(svg, "class=\"frame\""), 4U);  // two functions, two regions
  EXPECT_EQ(count_in(svg, "class=\"argument\""), 4U);
  EXPECT_EQ(count_in(svg, "class=\"result\""), 4U);
  EXPECT_EQ(count_in(svg, "class=\"constant\""), 2U);  // beside the loop, which reads them
  EXPECT_EQ(count_in(svg, "class=\"op\""), 6U);
  for (const char* part : {">@main<", ">@twice<", ">call @twice<", ">reduce (add)<", ">compare LT<", ">0.5<", ">f32[4]<"}) {
    EXPECT_THAT(svg, HasSubstr(part));
  }
}

TEST(Inspect, DrawsWhatIsNoXmlAsText) {
  const fs::path out = fresh("odd.svg");
  const fs::path program = written("odd.mlir", R"(func.func @main(%x: tensor<f32>) -> tensor<f32> {
  %0 = stablehlo.custom_call @"<a & b>\01\FF"(%x) : (tensor<f32>) -> tensor<f32>
  return %0 : tensor<f32>
})");
  hilo_out({"inspect", program.string(), "--svg", out.string()});
  EXPECT_THAT(bytes_of(out), HasSubstr(">custom_call @&lt;a &amp; b&gt;?" "?<"));
}

TEST(Inspect, DrawsNoMoreBoxesThanPeopleCanRead) {
  std::string text = "func.func @main(%x: tensor<f32>) -> tensor<f32> {\n%0 = call @small(%x) : (tensor<f32>) -> tensor<f32>\n";
  for (int i = 0; i < 12'000; ++i) text += "%" + std::to_string(i + 1) + " = stablehlo.sine %" + std::to_string(i) + " : tensor<f32>\n";
  text += "return %12000 : tensor<f32>\n}\nfunc.func private @small(%x: tensor<f32>) -> tensor<f32> {\n"
          "%0 = stablehlo.tan %x : tensor<f32>\nreturn %0 : tensor<f32>\n}\n";
  const fs::path out = fresh("large.svg");
  hilo_out({"inspect", written("large.mlir", text).string(), "--svg", out.string()});
  const std::string svg = bytes_of(out);
  EXPECT_LT(svg.size(), 10'000U);
  EXPECT_THAT(svg, HasSubstr(">12,002 operations<"));
  EXPECT_THAT(svg, HasSubstr(">too many to draw<"));
  EXPECT_THAT(svg, HasSubstr(">tan<"));
}

TEST(Inspect, DrawsNoWeights) {
  const Ended ended = hilo({"inspect", written("a.gguf", "GGUF").string(), "--svg", fresh("a.svg").string()});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("a.gguf holds weights; --svg draws programs"));
}

}  // namespace
}  // namespace hilo::tools::test
