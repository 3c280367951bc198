#pragma once
#include <map>
#include <memory>
#include <string>

#include "hilo/graph/sharding.h"

namespace hilo::stablehlo {

/// The meshes of a program that is being printed, once each by name.
class MeshTable {
 public:
  /// Notes the mesh of a sharding that is printed. One without a name stands in the sharding
  /// itself. Throws OpError if another mesh has its name.
  void use(const Sharding& sharding);
  /// `  sdy.mesh @mesh = <["x"=4]>`, a line each.
  [[nodiscard]] std::string text() const;

 private:
  std::map<std::string, std::shared_ptr<const Mesh>> meshes_;
};

}  // namespace hilo::stablehlo
