#include "hilo/models/gemma/division.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "hilo/core/error.h"
#include "hilo/ops/sharding.h"

namespace hilo::models::gemma {
namespace {

constexpr std::string_view kData = "data", kModel = "model";

std::int64_t size_of(const Mesh& mesh, std::string_view axis) {
  const auto found = std::ranges::find(mesh.axes, axis, &Mesh::Axis::name);
  return found == mesh.axes.end() ? 1 : found->size;
}

}  // namespace

Division::Division(const Config& config, const Mesh& mesh)
    : mesh_(std::make_shared<Mesh>(mesh)), heads_(config.heads), key_value_heads_(config.key_value_heads) {
  for (const Mesh::Axis& axis : mesh.axes) {
    if (axis.name != kData && axis.name != kModel)
      throw UsageError(fmt::format("a mesh with an axis {}; expected data and model", axis.name));
  }
  const bool has_part = divides(kModel, heads_) || divides(kModel, config.hidden) || divides(kModel, config.vocabulary);
  if (size_of(mesh, kModel) > 1 && !has_part) {
    throw UsageError(fmt::format("nothing of the model divides by {}: it has {} heads, a hidden width of {} and {} tokens",
                                 size_of(mesh, kModel), heads_, config.hidden, config.vocabulary));
  }
}

bool Division::divides(std::string_view axis, Dim size) const {
  const std::int64_t parts = mesh_ ? size_of(*mesh_, axis) : 1;
  return parts > 1 && size % parts == 0;
}

Sharding Division::of_weight(std::string_view path, const Shape& shape) const {
  const auto is = [&](std::string_view end) { return path.ends_with(end); };
  if (is("embedder/table") || is("gate/kernel") || is("up/kernel")) return shard_over(mesh_, {over(kModel, shape.dim(0)), ""});
  if (is("query/kernel")) return shard_over(mesh_, {over(kModel, heads_), ""});
  if (is("key/kernel") || is("value/kernel")) return shard_over(mesh_, {over(kModel, key_value_heads_), ""});
  if (is("out/kernel")) return shard_over(mesh_, {"", over(kModel, heads_)});
  if (is("down/kernel")) return shard_over(mesh_, {"", over(kModel, shape.dim(1))});
  return replicate_over(mesh_, shape.dims.size());
}

Sharding Division::of_cache(const Shape& shape) const {
  return shard_over(mesh_, {over(kData, shape.dim(0)), over(kModel, shape.dim(1)), "", ""});
}

BuildFn Division::laid(BuildFn program, std::vector<std::string> weights, std::size_t cache) const {
  if (!mesh_) return program;
  return [*this, program = std::move(program), weights = std::move(weights), cache](std::span<const Value> p) {
    const auto lay = [](Value v, Sharding sharding) { v.graph().set_sharding(v.id(), std::move(sharding)); };
    for (std::size_t i = 0; i < weights.size(); ++i) lay(p[i], of_weight(weights[i], p[i].shape()));
    for (Value v : p.last(cache)) lay(v, of_cache(v.shape()));
    std::vector<Value> results = program(p);
    for (Value& v : std::span(results).last(cache)) v = with_sharding(v, of_cache(v.shape()));
    return results;
  };
}

Mesh mesh_of_text(std::string_view text) {
  Mesh mesh;
  for (std::string_view rest = text; !rest.empty() || mesh.axes.empty();) {
    const std::string_view item = rest.substr(0, rest.find(','));
    const std::size_t equals = std::min(item.find('='), item.size());
    std::int64_t size = 0;
    const auto [end, error] = std::from_chars(item.data() + std::min(equals + 1, item.size()), item.data() + item.size(), size);
    const bool is_new = std::ranges::find(mesh.axes, item.substr(0, equals), &Mesh::Axis::name) == mesh.axes.end();
    if (equals == 0 || error != std::errc() || end != item.data() + item.size() || size < 1 || size > 4096 || !is_new || text.ends_with(','))
      throw UsageError(fmt::format("{} is no mesh; expected axes and their sizes, such as model=4 or data=2,model=2", text));
    mesh.axes.push_back({std::string(item.substr(0, equals)), size});
    rest.remove_prefix(std::min(item.size() + 1, rest.size()));
  }
  return mesh;
}

}  // namespace hilo::models::gemma
