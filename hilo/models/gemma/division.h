#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/graph/graph.h"
#include "hilo/graph/sharding.h"
#include "hilo/models/gemma/config.h"

namespace hilo::models::gemma {

/// How a model is laid over a mesh with the axes "model" and "data", or one of them. Over "model": heads of the
/// attention, hidden width of the mlp, vocabulary of the embeddings; over "data": rows of the batch. What an axis of
/// the mesh does not divide, and all norms, is whole on every device. Only weights and cache are laid; the rest is
/// the partitioner's.
/// Source:  Shoeybi et al. 2019, Megatron-LM.
class Division {
 public:
  /// No mesh: one device.
  Division() = default;
  /// Throws:  UsageError for other axes, or where nothing of the model divides by "model".
  Division(const Config& config, const Mesh& mesh);

  /// Null without a mesh.
  [[nodiscard]] const std::shared_ptr<const Mesh>& mesh() const { return mesh_; }
  [[nodiscard]] Sharding of_weight(std::string_view path, const Shape& shape) const;
  /// Of keys and values [B,K,S,H].
  [[nodiscard]] Sharding of_cache(const Shape& shape) const;
  /// The program with its weights, which come first, laid by path, and its cache, the last `cache` parameters and
  /// results, too.
  [[nodiscard]] BuildFn laid(BuildFn program, std::vector<std::string> weights, std::size_t cache) const;

 private:
  [[nodiscard]] bool divides(std::string_view axis, Dim size) const;
  // The axis of the mesh over which an axis of `size` goes; "" if it does not divide it.
  [[nodiscard]] std::string_view over(std::string_view axis, Dim size) const { return divides(axis, size) ? axis : ""; }

  std::shared_ptr<const Mesh> mesh_{};
  Dim heads_ = 0, key_value_heads_ = 0;
};

/// "model=4", "data=2,model=2". Throws:  UsageError for what is no such list.
Mesh mesh_of_text(std::string_view text);

}  // namespace hilo::models::gemma
