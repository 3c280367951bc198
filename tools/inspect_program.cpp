#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/stablehlo/import.h"
#include "hilo/stablehlo/jax_export.h"
#include "hilo/stablehlo/parse.h"
#include "tools/inspect.h"
#include "tools/program_files.h"
#include "tools/program_svg.h"

namespace hilo::tools {
namespace {

namespace ir = stablehlo::ir;
namespace fs = std::filesystem;

bool takes_program(const fs::path& path) {
  const std::string end = path.extension().string();
  if (end == ".mlir" || end == ".mlirbc" || end == ".bc" || end == ".stablehlo") return fs::is_regular_file(path);
  try {
    const MappedFile file(path);
    const std::string_view bytes(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
    return bytes.starts_with("ML\xefR") || stablehlo::artifact_of_jax_export(bytes, path.string());
  } catch (const Error&) {
    return false;  // whoever reads it says so
  }
}

struct Counts {
  std::map<std::string, std::size_t> ops{};
  std::size_t constants = 0;
  std::uint64_t constant_bytes = 0;
};

void count(const ir::Program& program, const ir::Operation& op, Counts& counts) {
  for (const ir::Region& region : op.regions) {
    for (const ir::Operation& inner : region.operations) {
      ++counts.ops[inner.name];
      if (inner.name == "stablehlo.constant" && !inner.results.empty()) {
        ++counts.constants;
        const Shape& shape = program.types[static_cast<std::size_t>(inner.results[0])];
        if (shape.is_static()) counts.constant_bytes += static_cast<std::uint64_t>(shape.byte_size());
      }
      count(program, inner, counts);
    }
  }
}

Json types_of(const std::vector<Shape>& shapes) {
  Json list = Json::array();
  for (const Shape& shape : shapes) list.push_back(to_string(shape));
  return list;
}

std::string text_in(const ir::Operation& op, std::string_view name) {
  const AttributeValue* value = op.attribute(name);
  const auto* text = value == nullptr ? nullptr : std::get_if<std::string>(value);
  return text == nullptr ? "" : *text;
}

// Also verifies it: every op's own rule is asked.
Json describe_program(const fs::path& path) {
  const ir::Program program = read_program(path.string());
  Json json = {{"file", path.string()}, {"kind", "stablehlo"}, {"functions", Json::array()}};
  for (const ir::Region& region : program.module.regions) {
    for (const ir::Operation& op : region.operations) {
      if (op.name != "func.func") continue;
      Counts counts;
      count(program, op, counts);
      std::size_t total = 0;
      Json ops = Json::object();
      for (const auto& [name, n] : counts.ops) {
        ops[name] = n;
        total += n;
      }
      const auto& type = std::get<TypeAttribute>(*op.attribute("function_type"));
      json["functions"].push_back({{"name", text_in(op, "sym_name")}, {"is_private", text_in(op, "sym_visibility") == "private"},
                                   {"arguments", types_of(type.inputs)}, {"results", types_of(type.results)}, {"operations", total},
                                   {"constants", counts.constants}, {"constant_bytes", counts.constant_bytes}, {"ops", std::move(ops)}});
    }
  }
  const stablehlo::Imported imported = stablehlo::verify_program(program);
  json["checks"] = imported.checks.size();
  json["partitions"] = imported.partitions;
  return json;
}

std::string text_of_program(const Json& json) {
  std::string text;
  for (const Json& f : json.at("functions")) {
    text += fmt::format("@{}{}\n", f.at("name").get<std::string>(), f.at("is_private").get<bool>() ? "  (private)" : "");
    for (std::size_t i = 0; i < f.at("arguments").size(); ++i) text += fmt::format("  arg_{}: {}\n", i, f.at("arguments")[i].get<std::string>());
    for (std::size_t i = 0; i < f.at("results").size(); ++i) text += fmt::format("  out_{}: {}\n", i, f.at("results")[i].get<std::string>());
    text += fmt::format("  {}, {} with {}\n", count_of(f.at("operations").get<std::uint64_t>(), "operation"),
                        count_of(f.at("constants").get<std::uint64_t>(), "constant"), bytes_text(f.at("constant_bytes").get<std::uint64_t>()));
    std::vector<std::pair<std::size_t, std::string>> ops;
    for (const auto& [name, n] : f.at("ops").items()) ops.emplace_back(n.get<std::size_t>(), name);
    std::ranges::sort(ops, [](const auto& a, const auto& b) { return a.first != b.first ? a.first > b.first : a.second < b.second; });
    for (const auto& [n, name] : ops) text += fmt::format("  {:>6}  {}\n", n, name);
  }
  return text + "the program is right\n";
}

}  // namespace

Inspector program_inspector() {
  return {takes_program, describe_program, text_of_program, [](const fs::path& path) { return program_svg(read_program(path.string())); }};
}

}  // namespace hilo::tools
