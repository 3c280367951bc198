#pragma once
#include <cstddef>
#include <span>
#include <vector>

// Where the boxes of a drawing go.
namespace hilo::tools {

/// What is drawn as a rectangle.
struct BoxSize {
  double width = 0, height = 0;
};

/// A line from the bottom of one box to the top of a later one, both by number.
struct BoxEdge {
  std::size_t from = 0, to = 0;
};

/// A piece of a line: down from `top` to `leave` at `from_x`, over to `to_x` at `enter`, down to
/// `end`.
struct LinePiece {
  double from_x = 0, top = 0, leave = 0, to_x = 0, enter = 0, end = 0;
  bool is_last = false;  ///< it ends at a box
};

struct GraphLayout {
  struct Corner {
    double x = 0, y = 0;  ///< the upper left one
  };
  std::vector<Corner> boxes{};  ///< one for each
  std::vector<LinePiece> lines{};
  double width = 0, height = 0;
};

/// Places boxes in layers from top to bottom, so that every line goes down and few of them cross:
/// layers by the longest path, order and place by the mean of the neighbours. Boxes never overlap.
/// `edges` are in ascending order of `to`, and `from < to`. Those of one box enter it from left to
/// right. Cost:   linear in boxes and edges but for the bends of lines over several layers; beyond
/// 50,000 of them the longest
///         lines have none.
/// Source: Sugiyama, Tagawa, Toda 1981; the places of a layer are an isotonic regression.
GraphLayout lay_out(std::span<const BoxSize> boxes, std::span<const BoxEdge> edges);

}  // namespace hilo::tools
