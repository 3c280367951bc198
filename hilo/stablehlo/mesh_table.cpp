#include "hilo/stablehlo/mesh_table.h"

#include "hilo/core/error.h"
#include "hilo/stablehlo/attribute_text.h"

namespace hilo::stablehlo {

void MeshTable::use(const Sharding& sharding) {
  const Mesh& mesh = *sharding.mesh;
  if (mesh.name.empty()) return;
  const auto [known, is_new] = meshes_.emplace(mesh.name, sharding.mesh);
  if (is_new || *known->second == mesh) return;
  std::string got, other;
  append_mesh(got, mesh);
  append_mesh(other, *known->second);
  throw OpError(
      {.op = "emit",
       .problem = "two meshes of the name \"" + mesh.name + "\": " + other + " and " + got,
       .expected = "one mesh of a name",
       .hint = "Mesh{.name = \"other\", ..}"});
}

std::string MeshTable::text() const {
  std::string text;
  for (const auto& [name, mesh] : meshes_) {
    text += "  sdy.mesh ";
    append_symbol(text, name);
    text += " = ";
    append_mesh(text, *mesh);
    text += '\n';
  }
  return text;
}

}  // namespace hilo::stablehlo
