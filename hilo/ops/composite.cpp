#include "hilo/ops/composite.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/formula.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

struct Composite : ByFormula<Composite> {
  static constexpr std::string_view kName = "composite", kCallee = "decomposition";
  std::string name{};
  DictionaryAttribute composite_attributes{};
  Int32Attribute version{};
  Function decomposition{};

  static void fields(auto&& field) {
    field("name", &Composite::name);
    field("composite_attributes", &Composite::composite_attributes);
    field("version", &Composite::version);
    field("decomposition", &Composite::decomposition);
  }
  [[nodiscard]] std::vector<Shape> infer(Shapes) const {
    const bool has_gap = name.empty() || name.front() == '.' || name.back() == '.' || name.find("..") != std::string::npos;
    if (has_gap || version.value < 0) {
      throw OpError({.problem = "no name, or a version below 0",
                     .expected = "a name such as \"mine.gelu\", version >= 0", .constraint = "C1"});
    }
    return decomposition.result_shapes();  // C2, C3, C4
  }
  [[nodiscard]] Function formula(Shapes) const { return decomposition; }
  [[nodiscard]] Function lowering(std::string_view platform, Shapes) const {
    const bool is_known_only_by_name = platform == "cpu" && name == "chlo.ragged_dot";  // XLA:CPU refuses the op that it makes of it
    return is_known_only_by_name ? decomposition : Function();
  }
};

}  // namespace

void list_composite_ops(OpTable& table) { table.add<Composite>(); }

std::vector<Value> composite(CompositeOptions options, Operands inputs,
                             const BuildFn& decomposition) {
  const CallSite site(inputs.where);
  Composite op;
  op.name = std::move(options.name);
  for (CallAttribute& a : options.attributes)
    op.composite_attributes.members.push_back(std::move(a.attribute));
  op.version.value = options.version;
  op.decomposition = trace(decomposition, shapes_of(inputs.values));
  return apply_all(std::move(op), inputs.values, inputs.where);
}

}  // namespace hilo
