#include "hilo/graph/read_attribute.h"
#include "hilo/stablehlo/emit.h"

#include <algorithm>
#include <cctype>
#include <optional>

#include "hilo/graph/op.h"
#include "hilo/ops/manual_computation.h"
#include "hilo/stablehlo/attribute_text.h"
#include "hilo/stablehlo/mesh_table.h"
#include "hilo/stablehlo/op_versions.h"
#include "hilo/stablehlo/release_forms.h"
#include "hilo/stablehlo/type_text.h"

namespace hilo::stablehlo {
namespace {

// What a compiled program has for a quantised tensor, or for those in a tuple: the integers that are stored.
Shape stored(const Shape& shape) {
  if (const Quantization* q = shape.quantization()) return {q->storage, shape.dims};
  if (shape.dtype != DType::kTuple) return shape;
  std::vector<Shape> elements;
  for (const Shape& element : shape.elements()) elements.push_back(stored(element));
  return Shape::tuple(std::move(elements));
}

class Emitter {
 public:
  explicit Emitter(const EmitOptions& options) : options_(options) {
    if (!options.release.empty()) release_ = bytecode::version_from(options.release);
  }

  std::string module(const Function& main) {
    text_ += "module @";
    append_symbol(options_.module_name);
    text_ += " {\n";
    const std::size_t start = text_.size();
    is_divided_ = options_.has_shardings && std::ranges::any_of(main.parameters(), [](Value p) { return p.sharding() != nullptr; });
    function("public @main", main, options_.aliases);
    for (std::size_t i = 0; i < callees_.size(); ++i) {  // which may call further ones
      const Function callee = callees_[i];
      function("private @" + callee_name(i), callee, {});
    }
    text_ += "}\n";
    text_.insert(start, meshes_.text());
    return std::move(text_);
  }

 private:
  bool is_divided_ = false;  // over devices
  using Names = std::vector<std::int32_t>;  // by value of one graph: its number in the text

  void function(const std::string& head, const Function& main, const std::vector<int>& aliases) {
    text_ += "  func.func " + head + "(";
    Names names(main.graph().value_count(), -1);
    for (std::size_t i = 0; i < main.parameters().size(); ++i) {
      if (i > 0) text_ += ", ";
      const Value p = main.parameters()[i];
      define(names, p.id());
      append_name(names, p.id());
      text_ += ": ";
      append_type(p.shape());
      append_argument_attributes(p, i < aliases.size() ? aliases[i] : -1);
      if (const std::string_view name = main.graph().parameter_name(p.id()); options_.has_locations && !name.empty()) {
        text_ += " loc(";
        append_quoted(text_, name);
        text_ += ')';
      }
    }
    text_ += ") -> (";
    for (std::size_t i = 0; i < main.results().size(); ++i) {
      if (i > 0) text_ += ", ";
      append_type(main.results()[i].shape());
      append_argument_attributes(main.results()[i], -1);
    }
    text_ += ") {\n";
    body(main, names, "    ");
    text_ += "    \"func.return\"(";
    append_results(main, names);
    text_ += "  }\n";
  }

  static std::string callee_name(std::size_t i) { return "callee_" + std::to_string(i); }
  // The name of a function beside main; equal ones are printed once.
  std::string callee(const Function& f) {
    const auto at = static_cast<std::size_t>(std::ranges::find(callees_, f) - callees_.begin());
    if (at == callees_.size()) callees_.push_back(f);
    return callee_name(at);
  }

  // ` {sdy.sharding = #sdy.sharding<@mesh, [{"x"}]>, tf.aliasing_output = 0 : i32}` of an argument or result.
  void append_argument_attributes(Value value, int alias) {
    const Sharding* sharding = options_.has_shardings ? value.sharding() : nullptr;
    if (sharding != nullptr) {
      meshes_.use(*sharding);
      text_ += " {sdy.sharding = ";
      append_attribute(text_, *sharding);
    }
    if (alias >= 0) text_.append(sharding != nullptr ? ", " : " {").append("tf.aliasing_output = ").append(std::to_string(alias)).append(" : i32");
    if (sharding != nullptr || alias >= 0) text_ += '}';
  }

  // ` {sdy.sharding = #sdy.sharding_per_value<[<@mesh, [{"x"}]>]>}` behind an op. A constraint says it itself.
  // Of a result that nothing is said of, while something is of another, every axis is open.
  void append_shardings(const Graph& graph, const Node& node) {
    if (!options_.has_shardings || !node.shardings || is_constraint(node)) return;
    ShardingsAttribute all{*node.shardings};
    const Sharding said = *std::ranges::find_if_not(all.values, &Sharding::is_none);
    for (std::size_t k = 0; k < all.values.size(); ++k) {
      const Shape& shape = graph.shape(node.first_result + static_cast<std::int32_t>(k));
      if (all.values[k].is_none()) all.values[k] = {.mesh = said.mesh, .dims = std::vector(shape.dims.size(), DimSharding{.is_open = true})};
      meshes_.use(all.values[k]);
    }
    text_ += " {sdy.sharding = ";
    append_attribute(text_, all);
    text_ += '}';
  }
  static bool is_constraint(const Node& node) { return node.op->name() == "sdy.sharding_constraint"; }

  void append_type(const Shape& shape) {
    stablehlo::append_type(text_, options_.platform.empty() ? shape : stored(shape));
  }

  // A name as it is where MLIR reads it so, in quotes otherwise.
  void append_symbol(std::string_view name) {
    const auto is_plain = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; };
    if (!name.empty() && std::ranges::all_of(name, is_plain) && !std::isdigit(static_cast<unsigned char>(name[0]))) text_ += name;
    else append_quoted(text_, name);
  }

  void define(Names& names, std::int32_t value) { names[static_cast<std::size_t>(value)] = next_name_++; }
  void append_name(const Names& names, std::int32_t value) {
    text_ += '%';
    text_ += std::to_string(names[static_cast<std::size_t>(value)]);
  }
  void append_types(const std::vector<Shape>& shapes) {
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      if (i > 0) text_ += ", ";
      append_type(shapes[i]);
    }
  }

  // The operands of the terminator, its type and the end of its line.
  void append_results(const Function& f, const Names& names) {
    for (std::size_t i = 0; i < f.results().size(); ++i) {
      if (i > 0) text_ += ", ";
      append_name(names, f.results()[i].id());
    }
    text_ += ") : (";
    append_types(f.result_shapes());
    text_ += ") -> ()\n";
  }

  void body(const Function& f, Names& names, const std::string& indent) {
    const std::vector<bool> is_live = f.live_nodes();
    std::vector<bool> is_read(f.graph().value_count(), false);
    for (const Value& r : f.results()) is_read[static_cast<std::size_t>(r.id())] = true;
    for (std::size_t i = 0; i < is_live.size(); ++i) {
      if (!is_live[i]) continue;
      for (std::int32_t o : f.graph().nodes()[i].operands) is_read[static_cast<std::size_t>(o)] = true;
    }
    for (std::size_t i = 0; i < is_live.size(); ++i) {
      const Node& node = f.graph().nodes()[i];
      if (!is_live[i] || !node.op) continue;
      const auto first = is_read.begin() + node.first_result;
      op(f.graph(), node, {first, first + node.result_count}, names, indent);
    }
  }

  void op(const Graph& graph, const Node& node, const std::vector<bool>& is_read, Names& names, const std::string& indent) {
    if (!options_.has_shardings && is_constraint(node)) {  // which is its operand
      names[static_cast<std::size_t>(node.first_result)] = names[static_cast<std::size_t>(node.operands[0])];
      return;
    }
    if (!options_.has_shardings && manual_mesh(*node.op) != nullptr) {
      throw OpError({.op = "emit", .problem = "a computation that is divided by hand in a program for one device",
                     .expected = "a program for the " + std::to_string(manual_mesh(*node.op)->size()) + " devices of its mesh",
                     .hint = "hilo run --devices, or CompileSettings{.divides = true}"}, node.site);
    }
    if (node.op->name() == "custom_call" && find_attribute(node.op->attributes(), "called_computations") != nullptr) {
      throw OpError({.op = "emit", .problem = "a custom call of functions of the program that it came in, which are not here",
                     .expected = "one that Hilo has an op for, once all lengths are known"}, node.site);
    }
    const std::vector<Shape> in = operand_shapes(graph, node);
    if (const Function faster = lowering(node, in)) {
      const std::vector<Function> own = node.op->regions();
      is_lowered_ = std::ranges::find(own, faster) == own.end();  // what stands in its place is what is meant, but for its own body
      inlined(graph, node, faster, is_read, names, indent);
      is_lowered_ = false;
      return;
    }
    if (release_) {
      const CallSite site(node.site);
      if (const Function parts = form_in(*node.op, in, *release_)) return inlined(graph, node, parts, is_read, names, indent);
    }
    if (const Function expansion = expanded(node, in, is_read)) return inlined(graph, node, expansion, is_read, names, indent);
    text_ += indent;
    for (std::int32_t k = 0; k < node.result_count; ++k) {
      if (k > 0) text_ += ", ";
      define(names, node.first_result + k);
      append_name(names, node.first_result + k);
    }
    if (node.result_count > 0) text_ += " = ";
    text_.append("\"").append(qualified_name(*node.op)).append("\"(");
    const int from = node.op->region_operands_from();
    const std::size_t count = from < 0 ? node.operands.size() : static_cast<std::size_t>(from);
    for (std::size_t k = 0; k < count; ++k) {
      if (k > 0) text_ += ", ";
      append_name(names, node.operands[k]);
    }
    text_ += ')';
    append_attributes(*node.op);
    if (node.op->callee_attribute().empty()) append_regions(node, names, count, indent);
    append_shardings(graph, node);
    text_ += " : (";
    append_types({in.begin(), in.begin() + static_cast<std::ptrdiff_t>(count)});
    text_ += node.result_count == 1 ? ") -> " : ") -> (";
    for (std::int32_t k = 0; k < node.result_count; ++k) {
      if (k > 0) text_ += ", ";
      append_type(graph.shape(node.first_result + k));
    }
    if (node.result_count != 1) text_ += ')';
    append_location(node.site);
    text_ += '\n';
  }

  static std::vector<Shape> operand_shapes(const Graph& graph, const Node& node) {
    std::vector<Shape> in;
    for (std::int32_t operand : node.operands) in.push_back(graph.shape(operand));
    return in;
  }
  static Function expanded(const Node& node, Shapes in, const std::vector<bool>& is_read) {
    const CallSite site(node.site);
    return node.op->expansion(in, is_read);
  }
  Function lowering(const Node& node, Shapes in) const {
    if (options_.platform.empty() || is_lowered_) return {};
    const CallSite site(node.site);
    const Function faster = node.op->lowering(options_.platform, in);
    // What calls a kernel cannot be divided: every device would be sent all of its operands.
    const bool has_kernel = faster && std::ranges::any_of(faster.graph().nodes(), [](const Node& n) {
      return n.op && n.op->name() == "custom_call";
    });
    return is_divided_ && has_kernel ? Function() : faster;
  }

  // An op that stands for its body: what is read of the body is printed in its place, and a constraint for what is said of it.
  void inlined(const Graph& graph, const Node& node, const Function& f, const std::vector<bool>& is_read, Names& names, const std::string& indent) {
    Names inner(f.graph().value_count(), -1);
    for (std::size_t i = 0; i < f.parameters().size(); ++i) {
      inner[static_cast<std::size_t>(f.parameters()[i].id())] = names[static_cast<std::size_t>(node.operands[i])];
    }
    std::vector<Value> read;
    for (std::size_t k = 0; k < is_read.size(); ++k) {
      if (is_read[k]) read.push_back(f.results()[k]);
    }
    body(f.with_results(std::move(read)), inner, indent);
    for (std::int32_t k = 0; k < node.result_count; ++k) {
      if (!is_read[static_cast<std::size_t>(k)]) continue;
      names[static_cast<std::size_t>(node.first_result + k)] =
          inner[static_cast<std::size_t>(f.results()[static_cast<std::size_t>(k)].id())];
      const Sharding* sharding = options_.has_shardings ? graph.sharding(node.first_result + k) : nullptr;
      if (sharding != nullptr) constraint(node.first_result + k, graph.shape(node.first_result + k), *sharding, names, indent);
    }
  }

  void constraint(std::int32_t value, const Shape& shape, const Sharding& sharding, Names& names, const std::string& indent) {
    const Names before = {names[static_cast<std::size_t>(value)]};
    text_ += indent;
    define(names, value);
    append_name(names, value);
    text_ += " = \"sdy.sharding_constraint\"(";
    append_name(before, 0);
    text_ += ") <{sharding = ";
    meshes_.use(sharding);
    append_attribute(text_, sharding);
    text_ += "}> : (";
    append_type(shape);
    text_ += ") -> ";
    append_type(shape);
    text_ += '\n';
  }

  void append_attributes(const AnyOp& op) {
    const std::vector<NamedAttribute> attributes = op.attributes();
    const std::string_view callee_attribute = op.callee_attribute();
    if (attributes.empty() && callee_attribute.empty()) return;
    text_ += " <{";
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      if (i > 0) text_ += ", ";
      text_ += attributes[i].name + " = ";
      if (const auto* sharding = std::get_if<Sharding>(&attributes[i].value)) meshes_.use(*sharding);
      if (const auto* all = std::get_if<ShardingsAttribute>(&attributes[i].value)) std::ranges::for_each(all->values, [&](const Sharding& s) { meshes_.use(s); });
      append_attribute(text_, attributes[i].value);
    }
    if (!callee_attribute.empty()) {
      text_.append(attributes.empty() ? "" : ", ").append(callee_attribute).append(" = @").append(callee(op.regions().at(0)));
    }
    text_ += "}>";
  }

  // Operands from `first_inner` on are read by the regions under their own names.
  void append_regions(const Node& node, const Names& outer, std::size_t first_inner, const std::string& indent) {
    const std::vector<Function> regions = node.op->regions();
    if (regions.empty()) return;
    text_ += " (";
    for (std::size_t r = 0; r < regions.size(); ++r) {
      const Function& f = regions[r];
      Names names(f.graph().value_count(), -1);
      text_ += r == 0 ? "{\n" : ", {\n";
      if (node.op->region_operands_from() >= 0) {
        for (std::size_t i = 0; i < f.parameters().size(); ++i) {
          names[static_cast<std::size_t>(f.parameters()[i].id())] = outer[static_cast<std::size_t>(node.operands[first_inner + i])];
        }
      } else {
        append_block_arguments(f, names, indent);
      }
      body(f, names, indent + "  ");
      text_ += indent + (node.op->name().starts_with("sdy.") ? "  \"sdy.return\"(" : "  \"stablehlo.return\"(");
      append_results(f, names);
      text_ += indent + "}";
    }
    text_ += ')';
  }

  void append_block_arguments(const Function& f, Names& names, const std::string& indent) {
    text_ += indent + "^bb0(";
    for (std::size_t i = 0; i < f.parameters().size(); ++i) {
      if (i > 0) text_ += ", ";
      define(names, f.parameters()[i].id());
      append_name(names, f.parameters()[i].id());
      text_ += ": ";
      append_type(f.parameters()[i].shape());
    }
    text_ += "):\n";
  }

  void append_location(const Site& site) {
    if (!options_.has_locations || site.line == 0) return;
    text_ += " loc(";
    if (!site.scope.empty()) {
      append_quoted(text_, site.scope);
      text_ += '(';
    }
    append_quoted(text_, site.file);
    text_ += ':' + std::to_string(site.line) + ':' + std::to_string(site.column);
    text_ += site.scope.empty() ? ")" : "))";
  }

  const EmitOptions& options_;
  std::optional<bytecode::Version> release_{};
  std::string text_;
  std::vector<Function> callees_;  // printed behind main
  MeshTable meshes_;               // printed before it
  std::int32_t next_name_ = 0;
  bool is_lowered_ = false;
};

}  // namespace

std::string emit(const Function& function, const EmitOptions& options) { return Emitter(options).module(function); }

}  // namespace hilo::stablehlo
