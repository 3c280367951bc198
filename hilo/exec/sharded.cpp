#include "hilo/exec/sharded.h"

#include "hilo/exec/program.h"
#include "hilo/graph/op.h"
#include "hilo/ops/manual_computation.h"

namespace hilo {
namespace {

using MeshPtr = std::shared_ptr<const Mesh>;

// The first mesh of the shardings in a function, and in the functions inside of its ops.
void find_mesh(const MeshPtr& found, MeshPtr& mesh) {
  if (!found) return;
  if (!mesh) mesh = found;
  if (mesh->size() == found->size()) return;
  throw OpError({.op = "sharding",
                 .problem = "meshes of " + std::to_string(mesh->size()) + " and of " +
                            std::to_string(found->size()) + " devices in one program",
                 .expected = "meshes over the same devices"});
}
void find_mesh(const Function& function, MeshPtr& mesh) {
  const std::vector<bool> is_live = function.live_nodes();
  for (std::size_t i = 0; i < is_live.size(); ++i) {
    const Node& node = function.graph().nodes()[i];
    if (node.op && !is_live[i]) continue;
    if (node.shardings) {
      for (const Sharding& s : *node.shardings) find_mesh(s.mesh, mesh);
    }
    if (!node.op) continue;
    if (const Mesh* by_hand = manual_mesh(*node.op)) find_mesh(std::make_shared<const Mesh>(*by_hand), mesh);
    for (const Function& region : node.op->regions()) find_mesh(region, mesh);
  }
}

}  // namespace

std::shared_ptr<const Mesh> mesh_of(const Function& function) {
  MeshPtr mesh;
  find_mesh(function, mesh);
  return mesh;
}

int devices_of(const Function& function) {
  const MeshPtr mesh = mesh_of(function);
  return mesh ? static_cast<int>(mesh->size()) : 1;
}

Function with_all_shardings(const Function& function) {
  const MeshPtr mesh = mesh_of(function);
  if (!mesh) return function;
  const auto whole = [&](Value v) { return replicate_over(mesh, v.dims().size()); };
  std::vector<std::string> names;
  for (const Value& p : function.parameters())
    names.emplace_back(function.graph().parameter_name(p.id()));
  return trace(
      [&](std::span<const Value> parameters) {
        for (std::size_t i = 0; i < parameters.size(); ++i) {
          const Value p = parameters[i];
          const Sharding* given = function.parameters()[i].sharding();
          p.graph().set_sharding(p.id(), given != nullptr ? *given : whole(p));
        }
        // Not of the op itself: XLA turns what a while loop only reads into captures, and then finds too many.
        std::vector<Value> results = call(function, parameters);
        for (Value& r : results) {
          if (r.sharding() == nullptr) r = with_sharding(r, whole(r));
        }
        return results;
      },
      function.parameter_shapes(), names);
}

std::vector<Array> run_sharded(const pjrt::Client& client, const Function& function,
                               std::span<const Array> arguments) {
  return Program::compile(client, function, {},
                          {.name = "run_sharded", .cache = nullptr, .divides = true})
      .run(arguments);
}

}  // namespace hilo
