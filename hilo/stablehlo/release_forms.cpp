#include "hilo/stablehlo/release_forms.h"

#include "hilo/graph/graph.h"
#include "hilo/ops/composite.h"
#include "hilo/stablehlo/op_versions.h"

namespace hilo::stablehlo {
namespace {

using bytecode::Version;

// CHLO's ops are in no release.
bool has_op(const Version& release, std::string_view name) {
  const bytecode::OpRow* row = bytecode::find_op(name);
  return row != nullptr && !row->versions.empty() && row->versions[0].since <= release;
}

// Whether the release has the op with all that its attributes may say: paired axes came later than what has them.
bool has_whole(const Version& release, std::string_view name) {
  constexpr Version kPairedAxes{1, 1, 0};
  const bool pairs_axes = name == "stablehlo.gather" || name == "stablehlo.scatter";
  return has_op(release, name) && !(pairs_axes && release < kPairedAxes);
}

}  // namespace

std::string qualified_name(const AnyOp& op) {
  return (op.name().find('.') == std::string_view::npos ? "stablehlo." : "") + std::string(op.name());
}

Function form_in(const AnyOp& op, Shapes in, const Version& release) {
  const std::string name = qualified_name(op);
  if (has_whole(release, name)) return {};
  Function parts = op.decomposition(in);
  if (!parts || !name.starts_with("chlo.") || !has_op(release, "stablehlo.composite")) return parts;
  CompositeOptions named{.name = name, .version = 1};  // XLA knows these by their names
  for (NamedAttribute& a : op.attributes()) named.attributes.emplace_back(std::move(a));
  const BuildFn body = [&](std::span<const Value> q) { return call(parts, q); };
  return trace([&](std::span<const Value> p) { return composite(std::move(named), p, body); }, in);
}

}  // namespace hilo::stablehlo
