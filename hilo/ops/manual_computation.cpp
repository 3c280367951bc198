#include "hilo/ops/manual_computation.h"

#include <algorithm>

#include "hilo/ops/rules.h"
#include "hilo/ops/value_lists.h"

namespace hilo {
namespace {

// How many parts the manual axes cut axis `axis` of a tensor into.
Dim manual_parts(const Sharding& sharding, std::size_t axis,
                 const std::vector<std::string>& manual_axes) {
  Sharding by_hand = sharding;
  std::erase_if(by_hand.dims[axis].axes, [&](const MeshAxis& a) {
    return std::ranges::find(manual_axes, a.name) == manual_axes.end();
  });
  return by_hand.parts(axis);
}

AttributeValue names_of(const std::vector<std::string>& axes) {
  ListAttribute names;
  for (const std::string& axis : axes) names.items.emplace_back(axis);
  return StructAttribute{"sdy.manual_axes", {{"value", std::move(names)}}};
}

struct ManualComputation {
  static constexpr std::string_view kName = "sdy.manual_computation";
  ManualOptions options;
  AttributeValue in_shardings{}, out_shardings{}, manual_axes{};
  Function body;

  ManualComputation(ManualOptions given, Function f)
      : options(std::move(given)),
        in_shardings(ShardingsAttribute{options.in_shardings}),
        out_shardings(ShardingsAttribute{options.out_shardings}),
        manual_axes(names_of(options.manual_axes)),
        body(std::move(f)) {}
  static void fields(auto&& field) {
    field("in_shardings", &ManualComputation::in_shardings);
    field("out_shardings", &ManualComputation::out_shardings);
    field("manual_axes", &ManualComputation::manual_axes);
    field("body", &ManualComputation::body);
  }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    (void)parts_of(in, options);
    std::vector<Shape> out = body.result_shapes();
    if (out.size() != options.out_shardings.size()) {
      throw OpError({.problem = std::to_string(options.out_shardings.size()) + " shardings for " +
                                std::to_string(out.size()) + " results",
                     .expected = "one for each"});
    }
    for (std::size_t k = 0; k < out.size(); ++k) {
      const Sharding& s = options.out_shardings[k];
      check_sharding(s, out[k]);
      for (std::size_t i = 0; i < out[k].dims.size(); ++i) {
        out[k].dims[i] = scaled_length(out[k].dims[i], manual_parts(s, i, options.manual_axes), 0);
      }
    }
    return out;
  }
  // The shapes that the body sees.
  static std::vector<Shape> parts_of(Shapes in, const ManualOptions& options) {
    if (in.size() != options.in_shardings.size()) {
      throw OpError({.problem = std::to_string(options.in_shardings.size()) + " shardings for " +
                                std::to_string(in.size()) + " operands",
                     .got = {in.begin(), in.end()},
                     .expected = "one for each"});
    }
    const Mesh* mesh = mesh_of(options);
    const auto is_known = [&](const std::string& axis) {
      return mesh != nullptr &&
             std::ranges::find(mesh->axes, axis, &Mesh::Axis::name) != mesh->axes.end();
    };
    for (const std::string& axis : options.manual_axes) {
      if (!is_known(axis))
        throw OpError({.problem = "the mesh has no axis \"" + axis + "\" to divide by",
                       .got = {in.begin(), in.end()},
                       .expected = "manual axes of the mesh"});
    }
    std::vector<Shape> parts(in.begin(), in.end());
    for (std::size_t k = 0; k < in.size(); ++k) {
      const Sharding& s = options.in_shardings[k];
      check_sharding(s, in[k]);
      for (std::size_t i = 0; i < in[k].dims.size(); ++i) {
        const Dim count = manual_parts(s, i, options.manual_axes);
        if (in[k].dims[i] == kDynamic) continue;
        if (in[k].dims[i] % count != 0) {
          throw OpError({.problem = "axis " + std::to_string(i) + " does not divide into " +
                                    std::to_string(count) + " parts",
                         .got = {in[k]},
                         .expected = "lengths that the manual axes divide"});
        }
        parts[k].dims[i] /= count;
      }
    }
    return parts;
  }
  static const Mesh* mesh_of(const ManualOptions& options) {
    if (!options.in_shardings.empty()) return options.in_shardings[0].mesh.get();
    return options.out_shardings.empty() ? nullptr : options.out_shardings[0].mesh.get();
  }

  static constexpr Unsupported vjp =
      unsupported("a computation that is divided by hand has no gradient");
  static constexpr Unsupported jvp =
      unsupported("a computation that is divided by hand has no derivative");
  static constexpr Unsupported batch =
      unsupported("a computation that is divided by hand has no batches");
};

}  // namespace

std::vector<Value> manual_computation(Operands operands, ManualOptions options,
                                      const BuildFn& body) {
  const CallSite site(operands.where);
  std::vector<Shape> parts;
  try {
    parts = ManualComputation::parts_of(shapes_of(operands.values), options);
  } catch (const OpError& e) {
    Refusal refusal = e.refusal();
    refusal.op = ManualComputation::kName;
    throw OpError(std::move(refusal), CallSite::current(operands.where));
  }
  const Function f = trace(body, parts);
  return apply_all(ManualComputation(std::move(options), f), operands.values, operands.where);
}

const Mesh* manual_mesh(const AnyOp& op) {
  const auto* manual = op_cast<ManualComputation>(&op);
  return manual == nullptr ? nullptr : ManualComputation::mesh_of(manual->options);
}

}  // namespace hilo
