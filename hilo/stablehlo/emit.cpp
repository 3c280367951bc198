#include "hilo/stablehlo/emit.h"

#include <algorithm>
#include <cctype>

#include "hilo/graph/op.h"
#include "hilo/stablehlo/attribute_text.h"

namespace hilo::stablehlo {
namespace {

void append_type(std::string& text, const Shape& shape) {
  if (shape.dtype == DType::kToken) {
    text += mlir_name(shape.dtype);
    return;
  }
  text += "tensor<";
  for (Dim d : shape.dims) {
    text += d == kDynamic ? "?" : std::to_string(d);
    text += 'x';
  }
  text += mlir_name(shape.dtype);
  text += '>';
}

class Emitter {
 public:
  explicit Emitter(const EmitOptions& options) : options_(options) {}

  std::string module(const Function& main) {
    text_ += "module @";
    append_symbol(options_.module_name);
    text_ += " {\n  func.func public @main(";
    Names names(main.graph().value_count(), -1);
    for (std::size_t i = 0; i < main.parameters().size(); ++i) {
      if (i > 0) text_ += ", ";
      const Value p = main.parameters()[i];
      define(names, p.id());
      append_name(names, p.id());
      text_ += ": ";
      append_type(text_, p.shape());
      if (i < options_.aliases.size() && options_.aliases[i] >= 0) {
        text_ += " {tf.aliasing_output = " + std::to_string(options_.aliases[i]) + " : i32}";
      }
      if (const std::string_view name = main.graph().parameter_name(p.id()); options_.has_locations && !name.empty()) {
        text_ += " loc(";
        append_quoted(text_, name);
        text_ += ')';
      }
    }
    text_ += ") -> (";
    append_types(main.result_shapes());
    text_ += ") {\n";
    body(main, names, "    ");
    text_ += "    \"func.return\"(";
    append_results(main, names);
    text_ += "  }\n}\n";
    return std::move(text_);
  }

 private:
  using Names = std::vector<std::int32_t>;  // by value of one graph: its number in the text

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
      append_type(text_, shapes[i]);
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
    const std::vector<Shape> in = operand_shapes(graph, node);
    if (const Function faster = lowering(node, in)) {
      is_lowered_ = true;  // what stands in its place is what is meant
      inlined(node, faster, names, indent);
      is_lowered_ = false;
      return;
    }
    if (const Function expansion = expanded(node, in, is_read)) return inlined(node, expansion, names, indent);
    text_ += indent;
    for (std::int32_t k = 0; k < node.result_count; ++k) {
      if (k > 0) text_ += ", ";
      define(names, node.first_result + k);
      append_name(names, node.first_result + k);
    }
    if (node.result_count > 0) text_ += " = ";
    const std::string_view name = node.op->name();  // one with a dot is of another dialect: chlo.erf
    text_.append(name.find('.') == std::string_view::npos ? "\"stablehlo." : "\"").append(name).append("\"(");
    const int from = node.op->region_operands_from();
    const std::size_t count = from < 0 ? node.operands.size() : static_cast<std::size_t>(from);
    for (std::size_t k = 0; k < count; ++k) {
      if (k > 0) text_ += ", ";
      append_name(names, node.operands[k]);
    }
    text_ += ')';
    append_attributes(node.op->attributes());
    append_regions(node, names, count, indent);
    text_ += " : (";
    append_types({in.begin(), in.begin() + static_cast<std::ptrdiff_t>(count)});
    text_ += node.result_count == 1 ? ") -> " : ") -> (";
    for (std::int32_t k = 0; k < node.result_count; ++k) {
      if (k > 0) text_ += ", ";
      append_type(text_, graph.shape(node.first_result + k));
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
    return node.op->lowering(options_.platform, in);
  }

  // An op that stands for its body: the body's ops are printed in its place.
  void inlined(const Node& node, const Function& f, Names& names, const std::string& indent) {
    Names inner(f.graph().value_count(), -1);
    for (std::size_t i = 0; i < f.parameters().size(); ++i) {
      inner[static_cast<std::size_t>(f.parameters()[i].id())] = names[static_cast<std::size_t>(node.operands[i])];
    }
    body(f, inner, indent);
    for (std::int32_t k = 0; k < node.result_count; ++k) {
      names[static_cast<std::size_t>(node.first_result + k)] =
          inner[static_cast<std::size_t>(f.results()[static_cast<std::size_t>(k)].id())];
    }
  }

  void append_attributes(const std::vector<NamedAttribute>& attributes) {
    if (attributes.empty()) return;
    text_ += " <{";
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      if (i > 0) text_ += ", ";
      text_ += attributes[i].name + " = ";
      append_attribute(text_, attributes[i].value);
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
      text_ += indent + "  \"stablehlo.return\"(";
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
      append_type(text_, f.parameters()[i].shape());
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
  std::string text_;
  std::int32_t next_name_ = 0;
  bool is_lowered_ = false;
};

}  // namespace

std::string emit(const Function& function, const EmitOptions& options) { return Emitter(options).module(function); }

std::string type_text(const Shape& shape) {
  std::string text;
  append_type(text, shape);
  return text;
}

}  // namespace hilo::stablehlo
