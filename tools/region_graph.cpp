#include "tools/region_graph.h"

#include <algorithm>
#include <set>
#include <unordered_map>

namespace hilo::tools {
namespace {

namespace ir = stablehlo::ir;

void add_reads(const ir::Region& region, std::set<ir::ValueId>& reads) {
  for (const ir::Operation& op : region.operations) {
    reads.insert(op.operands.begin(), op.operands.end());
    for (const ir::Region& inner : op.regions) add_reads(inner, reads);
  }
}

// The operands, and what its regions read, each once; values that are made inside are among them.
std::vector<ir::ValueId> reads_of(const ir::Operation& op) {
  std::vector<ir::ValueId> all = op.operands;
  std::set<ir::ValueId> inside;
  for (const ir::Region& region : op.regions) add_reads(region, inside);
  all.insert(all.end(), inside.begin(), inside.end());
  return all;
}

bool is_constant(const ir::Operation& op) {
  return op.name == "stablehlo.constant" && op.results.size() == 1;
}

}  // namespace

std::optional<RegionGraph> graph_of(const ir::Program& program, const ir::Region& region,
                                    std::size_t most) {
  RegionGraph graph;
  std::unordered_map<ir::ValueId, std::size_t> box_of;
  std::unordered_map<ir::ValueId, const ir::Operation*> constants;
  if (region.arguments.size() > most) return {};
  for (const ir::ValueId argument : region.arguments) {
    box_of[argument] = graph.boxes.size();
    const std::string name = "arg_" + std::to_string(graph.boxes.size());
    const std::string type = to_string(program.types[static_cast<std::size_t>(argument)]);
    graph.boxes.push_back({"argument", {name, shortened(type), name + "\n" + type}});
  }
  for (const ir::Operation& op : region.operations) {
    if (is_constant(op)) {
      constants[op.results[0]] = &op;
      continue;
    }
    std::vector<std::size_t> sources;
    for (const ir::ValueId value : reads_of(op)) {
      if (graph.boxes.size() >= most) return {};
      if (const auto at = box_of.find(value); at != box_of.end()) sources.push_back(at->second);
      const auto constant = constants.find(value);
      if (constant == constants.end()) continue;
      sources.push_back(graph.boxes.size());
      graph.boxes.push_back(
          {"constant", constant_label(program, *constant->second), constant->second});
    }
    if (graph.boxes.size() >= most) return {};
    for (const std::size_t source : sources) graph.edges.push_back({source, graph.boxes.size()});
    for (const ir::ValueId result : op.results) box_of[result] = graph.boxes.size();
    const bool is_last = &op == &region.operations.back() && op.results.empty();
    graph.boxes.push_back({is_last ? "result" : "op", label_of(program, op), &op});
  }
  return graph;
}

}  // namespace hilo::tools
