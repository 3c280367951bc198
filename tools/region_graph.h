#pragma once
#include <optional>
#include <string_view>
#include <vector>

#include "hilo/stablehlo/ir.h"
#include "tools/graph_layout.h"
#include "tools/op_label.h"

namespace hilo::tools {

/// What a drawing of a region has boxes for.
struct RegionBox {
  std::string_view kind{};  ///< "op", "argument", "result" (what the region returns), "constant"
  OpLabel label{};
  const stablehlo::ir::Operation* op = nullptr;  ///< null for an argument
};

struct RegionGraph {
  std::vector<RegionBox> boxes{};
  std::vector<BoxEdge> edges{};
};

/// The ops of a region and who reads whom; what the regions inside an op read, the op reads. A constant has a box beside
/// each of its readers. None if there are more than `most` boxes.
std::optional<RegionGraph> graph_of(const stablehlo::ir::Program& program,
                                    const stablehlo::ir::Region& region, std::size_t most);

}  // namespace hilo::tools
