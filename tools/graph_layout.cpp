#include "tools/graph_layout.h"

#include <algorithm>
#include <limits>
#include <numeric>

namespace hilo::tools {
namespace {

constexpr double kGapX = 14, kGapY = 30, kBendWidth = 6;
constexpr std::size_t kMostBends = 50'000;
constexpr int kSweeps = 6;
constexpr double kStraight = 8;  // how much more a line wants to be straight between two bends

struct Link {
  std::size_t slot = 0;
  double weight = 1;
};

// A place in a layer: of a box, or of a line that passes (a bend).
struct Slot {
  BoxSize size{kBendWidth, 0};
  std::size_t layer = 0;
  double x = 0;  // its middle
  std::vector<Link> above{}, below{};
};

class Layers {
 public:
  Layers(std::span<const BoxSize> boxes, std::span<const BoxEdge> edges)
      : boxes_(boxes), edges_(edges), slots_(boxes.size()) {
    for (std::size_t i = 0; i < boxes.size(); ++i) slots_[i].size = boxes[i];
    choose_layers();
    add_bends();
    fill_layers();
    for (int i = 0; i < kSweeps; ++i) {
      for (std::size_t layer = 1; layer < layers_.size(); ++layer) arrange(layer, true, false);
      for (std::size_t layer = layers_.size(); layer-- > 0;) arrange(layer, false, true);
    }
    for (int i = 0; i < 2; ++i) {
      for (std::size_t layer = 0; layer < layers_.size(); ++layer) place(layer, true, true);
    }
  }

  GraphLayout result() {
    GraphLayout out;
    double left = std::numeric_limits<double>::max();
    for (const Slot& s : slots_) left = std::min(left, s.x - s.size.width / 2);
    for (Slot& s : slots_) {
      s.x -= left;
      out.width = std::max(out.width, s.x + s.size.width / 2);
    }
    for (const auto& layer : layers_) {
      double height = 0;
      for (std::size_t slot : layer) height = std::max(height, slots_[slot].size.height);
      if (!top_.empty()) out.height += kGapY;
      top_.push_back(out.height);
      bottom_.push_back(out.height += height);
    }
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      out.boxes.push_back({slots_[i].x - boxes_[i].width / 2, middle(i) - boxes_[i].height / 2});
    }
    add_lines(out);
    return out;
  }

 private:
  // The longest path from above. But what nothing leads to stands right above the first that reads it, and so does what
  // is made of such a box alone.
  void choose_layers() {
    constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
    std::vector<std::size_t> source_count(boxes_.size()), first_reader(boxes_.size(), kNone);
    std::vector<bool> floats(boxes_.size(), true);
    for (const auto& [from, to] : edges_) {
      slots_[to].layer = std::max(slots_[to].layer, slots_[from].layer + 1);
      floats[to] = ++source_count[to] == 1 && floats[from];
    }
    std::size_t edge = edges_.size();
    for (std::size_t box = boxes_.size(); box-- > 0;) {
      if (floats[box] && first_reader[box] != kNone) slots_[box].layer = first_reader[box] - 1;
      for (; edge > 0 && edges_[edge - 1].to == box; --edge) {
        std::size_t& first = first_reader[edges_[edge - 1].from];
        first = std::min(first, slots_[box].layer);
      }
    }
  }

  // All lines of a box pass a layer at one place.
  void add_bends() {
    std::vector<std::size_t> last_layer(boxes_.size());
    for (const auto& [from, to] : edges_)
      last_layer[from] = std::max(last_layer[from], slots_[to].layer);
    std::vector<std::vector<std::size_t>> bends(boxes_.size());  // by box, from its layer downwards
    std::size_t count = 0;
    for (std::size_t i = 0; i < boxes_.size(); ++i) {
      const std::size_t layer = slots_[i].layer;
      if (last_layer[i] <= layer + 1 || (count += last_layer[i] - layer - 1) > kMostBends) continue;
      for (std::size_t at = layer + 1; at < last_layer[i]; ++at) {
        slots_.push_back({.layer = at});
        link(bends[i].empty() ? i : bends[i].back(), slots_.size() - 1,
             bends[i].empty() ? 1 : kStraight);
        bends[i].push_back(slots_.size() - 1);
      }
    }
    for (const auto& [from, to] : edges_) {
      const std::size_t passed = slots_[to].layer - slots_[from].layer - 1;
      link(passed == 0 || bends[from].empty() ? from : bends[from][passed - 1], to, 1);
    }
  }

  void link(std::size_t upper, std::size_t lower, double weight) {
    slots_[upper].below.push_back({lower, weight});
    slots_[lower].above.push_back({upper, weight});
  }

  void fill_layers() {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      if (slots_[i].layer >= layers_.size()) layers_.resize(slots_[i].layer + 1);
      layers_[slots_[i].layer].push_back(i);
    }
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) place(layer, false, false);
  }

  // Where a slot wants to be, and how much: at the mean of its neighbours, or where it is.
  struct Wish {
    double x, weight;
  };
  [[nodiscard]] Wish wish(std::size_t slot, bool looks_up, bool looks_down) const {
    double sum = 0, weight = 0;
    const auto add = [&](const std::vector<Link>& links) {
      for (const Link& link : links) {
        sum += link.weight * slots_[link.slot].x;
        weight += link.weight;
      }
    };
    if (looks_up) add(slots_[slot].above);
    if (looks_down) add(slots_[slot].below);
    return weight > 0 ? Wish{sum / weight, weight} : Wish{slots_[slot].x, 0.1};
  }

  void arrange(std::size_t layer, bool looks_up, bool looks_down) {
    std::vector<std::pair<double, std::size_t>> sorted;
    for (std::size_t slot : layers_[layer])
      sorted.emplace_back(wish(slot, looks_up, looks_down).x, slot);
    std::ranges::stable_sort(sorted, {}, &std::pair<double, std::size_t>::first);
    for (std::size_t i = 0; i < sorted.size(); ++i) layers_[layer][i] = sorted[i].second;
    place(layer, looks_up, looks_down);
  }

  // As near to the wishes as order and widths allow: neighbours that would overlap form a group,
  // which stands at the mean of its wishes.
  void place(std::size_t layer, bool looks_up, bool looks_down) {
    struct Group {
      double sum, weight;
      std::size_t count;
      [[nodiscard]] double start() const { return sum / weight; }
    };
    std::vector<Group> groups;
    std::vector<double> offsets;  // of each slot's middle, if all stood side by side
    double offset = 0;
    for (std::size_t slot : layers_[layer]) {
      const double half = (slots_[slot].size.width + kGapX) / 2;
      offsets.push_back(offset += half);
      offset += half;
      const auto [x, weight] = wish(slot, looks_up, looks_down);
      groups.push_back({(x - offsets.back()) * weight, weight, 1});
      while (groups.size() > 1 && groups[groups.size() - 2].start() >= groups.back().start()) {
        const Group last = groups.back();
        groups.pop_back();
        groups.back().sum += last.sum;
        groups.back().weight += last.weight;
        groups.back().count += last.count;
      }
    }
    std::size_t i = 0;
    for (const Group& group : groups) {
      for (std::size_t n = 0; n < group.count; ++n, ++i)
        slots_[layers_[layer][i]].x = group.start() + offsets[i];
    }
  }

  [[nodiscard]] double middle(std::size_t slot) const {
    return (top_[slots_[slot].layer] + bottom_[slots_[slot].layer]) / 2;
  }

  void add_lines(GraphLayout& out) const {
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      const Slot& to = slots_[i];
      const bool is_box = i < boxes_.size();
      std::vector<std::size_t> sources;
      for (const Link& link : to.above) sources.push_back(link.slot);
      std::ranges::stable_sort(sources, {}, [&](std::size_t s) { return slots_[s].x; });
      for (std::size_t n = 0; n < sources.size(); ++n) {
        const Slot& from = slots_[sources[n]];
        const double share = static_cast<double>(n + 1) / static_cast<double>(sources.size() + 1);
        out.lines.push_back({.from_x = from.x,
                             .top = middle(sources[n]) + from.size.height / 2,
                             .leave = bottom_[from.layer],
                             .to_x = to.x + (is_box ? (share - 0.5) * to.size.width : 0),
                             .enter = top_[to.layer],
                             .end = is_box ? middle(i) - to.size.height / 2 : bottom_[to.layer],
                             .is_last = is_box});
        if (sources[n] >= boxes_.size()) out.lines.back().top = out.lines.back().leave;
      }
    }
  }

  std::span<const BoxSize> boxes_;
  std::span<const BoxEdge> edges_;
  std::vector<Slot> slots_;  // of the boxes first
  std::vector<std::vector<std::size_t>> layers_{};
  std::vector<double> top_{}, bottom_{};  // of layers
};

}  // namespace

GraphLayout lay_out(std::span<const BoxSize> boxes, std::span<const BoxEdge> edges) {
  if (boxes.empty()) return {};
  return Layers(boxes, edges).result();
}

}  // namespace hilo::tools
