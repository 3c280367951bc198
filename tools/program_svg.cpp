#include "tools/program_svg.h"

#include <fmt/format.h>

#include <algorithm>

#include "hilo/core/text.h"
#include "tools/messages.h"
#include "tools/region_graph.h"

namespace hilo::tools {
namespace {

namespace ir = stablehlo::ir;

constexpr std::size_t kMostBoxes = 10'000;
constexpr double kLetter = 7.3, kSmallLetter = 6.1;  // widths in 12 and 10 pixels of monospace
constexpr double kLine = 15, kPad = 7, kMargin = 14, kHead = 22;

constexpr std::string_view kStyle = R"(<style>
text { font: 12px monospace; text-anchor: middle; fill: #1f2933 }
text.small, .constant text { font-size: 10px; fill: #52606d }
text.title { font-weight: bold; text-anchor: start }
rect { fill: #fff; stroke: #7b8794; rx: 4px }
rect.frame { fill: #f5f7fa; stroke: #cbd2d9 }
.argument rect { fill: #d9eaff; stroke: #4a90d9 }
.result rect { fill: #dcf5e3; stroke: #3f9d62 }
.constant rect { fill: #e4e7eb; stroke: none; rx: 8px }
.lines { fill: none; stroke: #9aa5b1 }
.ends { fill: #7b8794 }
</style>
)";

// Fit for XML, whatever the bytes are.
std::string escaped(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const std::string_view one = text.substr(0, std::max<std::size_t>(length, 1));
    const bool is_control = static_cast<unsigned char>(one[0]) < ' ' && one != "\n";
    if (length == 0 || is_control || one == "\xEF\xBF\xBE" || one == "\xEF\xBF\xBF") out += '?';
    else if (one == "&") out += "&amp;";
    else if (one == "<") out += "&lt;";
    else if (one == ">") out += "&gt;";
    else out += one;
    text.remove_prefix(one.size());
  }
  return out;
}

double width_of(std::string_view text, double letter) {
  const auto is_start = [](char c) { return (c & 0xC0) != 0x80; };
  return letter * static_cast<double>(std::ranges::count_if(text, is_start));
}

// A part of the drawing, with its corner at 0, 0.
struct Picture {
  BoxSize size{};
  std::string svg{};
};

std::string placed(const Picture& picture, double x, double y) {
  return fmt::format("<g transform=\"translate({:.1f} {:.1f})\">\n{}</g>\n", x, y, picture.svg);
}

// All lines of a region are one path, all their ends another.
std::string lines_of(const GraphLayout& layout) {
  if (layout.lines.empty()) return "";
  std::string lines, ends;
  for (const LinePiece& l : layout.lines) {
    const double bend = (l.enter - l.leave) / 2;
    lines += fmt::format("M{:.1f} {:.1f}V{:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}V{:.1f}",
                         l.from_x, l.top, l.leave, l.from_x, l.leave + bend, l.to_x, l.enter - bend,
                         l.to_x, l.enter, l.end);
    if (l.is_last) ends += fmt::format("M{:.1f} {:.1f}l-3 -6h6z", l.to_x, l.end);
  }
  return fmt::format("<path class=\"lines\" d=\"{}\"/>\n<path class=\"ends\" d=\"{}\"/>\n", lines,
                     ends);
}

// A box with its label, and below that the pictures of the op's regions, side by side.
Picture box_picture(std::string_view kind, const OpLabel& label, const std::vector<Picture>& inner) {
  const double letter = kind == "constant" ? kSmallLetter : kLetter;
  double width = std::max(width_of(label.name, letter), width_of(label.type, kSmallLetter)) + kPad;
  double inner_width = 0, inner_height = 0;
  for (const Picture& picture : inner) {
    inner_width += picture.size.width + kPad;
    inner_height = std::max(inner_height, picture.size.height + kPad);
  }
  width = std::max(width, inner_width) + kPad;
  const double head = (label.type.empty() ? kLine : 2 * kLine - 2) + kPad;
  Picture box{{width, head + inner_height}, {}};
  box.svg = fmt::format(
      "<g class=\"{}\"><title>{}</title><rect width=\"{:.1f}\" height=\"{:.1f}\"/>"
      "<text x=\"{:.1f}\" y=\"{}\">{}</text>",
      kind, escaped(label.tip), width, box.size.height, width / 2, kLine, escaped(label.name));
  if (!label.type.empty()) {
    box.svg += fmt::format("<text class=\"small\" x=\"{:.1f}\" y=\"{}\">{}</text>", width / 2,
                           2 * kLine - 2, escaped(label.type));
  }
  box.svg += "</g>\n";
  double x = (width - inner_width + kPad) / 2;
  for (const Picture& picture : inner) {
    box.svg += placed(picture, x, head);
    x += picture.size.width + kPad;
  }
  return box;
}

class Drawing {
 public:
  explicit Drawing(const ir::Program& program) : program_(program) {}

  std::string svg() {
    double width = 0, y = kMargin;
    std::string body;
    for (const ir::Region& region : program_.module.regions) {
      for (const ir::Operation& op : region.operations) {
        if (op.name != "func.func" || op.regions.empty()) continue;
        const auto& name = std::get<std::string>(*op.attribute("sym_name"));
        const Picture picture = frame(op.regions[0], "@" + shortened(name));
        body += placed(picture, kMargin, y);
        y += picture.size.height + kMargin;
        width = std::max(width, picture.size.width);
      }
    }
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
        "viewBox=\"0 0 {0:.0f} {1:.0f}\">\n{2}<rect width=\"100%\" height=\"100%\" "
        "style=\"stroke: none\"/>\n{3}</svg>\n",
        width + 2 * kMargin, y, kStyle, body);
  }

 private:
  // A region in a rectangle, with a title if it has one.
  Picture frame(const ir::Region& region, const std::string& title) {
    const Picture content = inside(region);
    const double head = title.empty() ? kPad : kHead;
    const double width = std::max(content.size.width, width_of(title, kLetter)) + 2 * kPad;
    Picture picture{{width, content.size.height + head + kPad}, {}};
    picture.svg = fmt::format(
        "<rect class=\"frame\" width=\"{:.1f}\" height=\"{:.1f}\"/>\n"
        "<text class=\"title\" x=\"{}\" y=\"{}\">{}</text>\n",
        width, picture.size.height, kPad, kLine, escaped(title));
    picture.svg += placed(content, (width - content.size.width) / 2, head);
    return picture;
  }

  Picture inside(const ir::Region& region) {
    const std::optional<RegionGraph> graph = graph_of(program_, region, boxes_left_);
    if (!graph) {
      const std::string count = count_of(region.operations.size(), "operation");
      return box_picture("op", {count, "too many to draw", ""}, {});
    }
    boxes_left_ -= graph->boxes.size();
    std::vector<Picture> pictures;
    std::vector<BoxSize> sizes;
    for (const RegionBox& box : graph->boxes) {
      std::vector<Picture> inner;
      if (box.op != nullptr && !is_told_by_label(*box.op)) {
        for (const ir::Region& r : box.op->regions) inner.push_back(frame(r, ""));
      }
      pictures.push_back(box_picture(box.kind, box.label, inner));
      sizes.push_back(pictures.back().size);
    }
    const GraphLayout layout = lay_out(sizes, graph->edges);
    Picture picture{{layout.width, layout.height}, lines_of(layout)};
    for (std::size_t i = 0; i < pictures.size(); ++i) {
      picture.svg += placed(pictures[i], layout.boxes[i].x, layout.boxes[i].y);
    }
    return picture;
  }

  const ir::Program& program_;
  std::size_t boxes_left_ = kMostBoxes;
};

}  // namespace

std::string program_svg(const ir::Program& program) { return Drawing(program).svg(); }

}  // namespace hilo::tools
