// docs/ops.md, which says of every op what its rules and the rows of these tests say. Written anew by
//     HILO_WRITE_OPS_PAGE=1 build/tests/test_op_rows --gtest_filter=OpsPage.*
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "hilo/graph/op.h"
#include "hilo/ops/all_ops.h"
#include "tests/ops/rows/drawn.h"

namespace hilo::test {
namespace {

// What the rows tell of one op.
struct Tried {
  std::set<DType> dtypes;
  std::set<std::string> families;
  int order = 0;  // how often it is differentiated
};
using Page = std::map<std::string, Tried, std::less<>>;

// The dtype that an op works in: of its first floating or complex operand, else of the first one, else of the result.
DType dtype_of_node(const Graph& graph, const Node& node) {
  for (std::int32_t o : node.operands) {
    if (is_differentiable(graph.shape(o).dtype)) return graph.shape(o).dtype;
  }
  if (node.operands.empty()) return node.result_count == 0 ? DType::kToken : graph.shape(node.first_result).dtype;
  return graph.shape(node.operands[0]).dtype;
}

void note(Page& page, const Function& f, const Row& row, const std::string& family, bool is_differentiated) {
  const std::vector<bool> is_live = f.live_nodes();
  for (std::size_t i = 0; i < is_live.size(); ++i) {
    const Node& node = f.graph().nodes()[i];
    if (!is_live[i] || !node.op) continue;
    Tried& op = page[std::string(node.op->name())];
    op.dtypes.insert(dtype_of_node(f.graph(), node));
    op.families.insert(family);
    if (is_differentiated) op.order = std::max(op.order, row.given_gradients.empty() ? row.derivative_order : 1);
    for (const Function& region : node.op->regions()) note(page, region, row, family, is_differentiated);
  }
}

Page tried() {
  Page page;
  for (const Family& family : families()) {
    for (const Row& row : family.rows) {
      for (DType dtype : row.dtypes) {
        std::vector<Shape> shapes;
        bool is_active = false;
        for (const Input& input : row.inputs) {
          shapes.push_back({input.dtype.value_or(dtype), input.dims, {}});
          is_active = is_active || (is_differentiable(shapes.back().dtype) && !input.is_constant);
        }
        note(page, trace(row.f, shapes), row, family.name, is_active && row.reverse_refusal.empty());
      }
    }
    for (const Drawn& op : drawn(family)) {
      const Row row = drawn_row(op, 0);
      for (DType dtype : row.dtypes) note(page, trace(row.f, Trial(row, dtype).shapes()), row, family.name, row.reverse_refusal.empty());
    }
  }
  return page;
}

std::string joined_by(const std::vector<std::string>& words, std::string_view by) {
  std::string text;
  for (const std::string& w : words) text += (text.empty() ? "" : std::string(by)) + w;
  return text;
}

// Dtypes in words; whole groups by their name.
std::string dtypes_text(std::set<DType> dtypes) {
  std::vector<std::string> words;
  const auto group = [&](const DTypes& all, std::string_view word) {
    if (!std::ranges::all_of(all, [&](DType d) { return dtypes.contains(d); })) return;
    words.emplace_back(word);
    for (DType d : all) dtypes.erase(d);
  };
  group(kIntegers, "i2..i64, u2..u64");
  group(from_bits(4, kIntegers), "i4..i64, u4..u64");
  group(from_bits(8, kIntegers), "i8..i64, u8..u64");
  group(kSignedIntegers, "i2..i64");
  group(kSmallFloats, "f4, f8 (8 kinds)");
  group(from_bits(8, kSmallFloats), "f8 (7 kinds)");
  group(kPlainFloats, "bf16, f16, f32, f64");
  group({kF32, kF64}, "f32, f64");
  group(kComplexNumbers, "c64, c128");
  for (DType d : dtypes) words.emplace_back(name(d));
  std::ranges::sort(words);
  return joined_by(words, ", ");
}

std::string rule_text(std::string_view reason, bool is_constant, int order) {
  if (!reason.empty()) return "none: " + std::string(reason);
  if (is_constant) return "zero";
  return order == 0 ? "yes" : order == 1 ? "yes, once tested" : "yes, twice tested";
}

std::string page_text() {
  const Page page = tried();
  std::vector<OpEntry> entries(all_ops().entries().begin(), all_ops().entries().end());
  std::ranges::sort(entries, {}, &OpEntry::name);
  std::ostringstream text;
  text << "# Every op\n\n"
          "Written by the tests from the ops' own rules and from the rows that they run (`tests/ops/rows`): do not edit.\n"
          "`zero` means that the derivative is zero wherever there is one, or that no operand is floating; `none` gives its\n"
          "reason. A row is run in each dtype, compared with plain loops or JAX, differentiated in reverse and forward against\n"
          "central differences (once, or also the gradient of the gradient), and put under `vmap` against a loop. `sweep`:\n"
          "in how many functions its derivatives are also checked at ten random shapes each, a scalar, an empty one and one\n"
          "that broadcasts among them, in f64, f32 and bf16, or why not. Ops whose\n"
          "name has a dot are not StableHLO's: `chlo` is its client dialect, `hilo` prints as other ops. dtypes are those\n"
          "tested; others are refused, or follow from these by conversion.\n\n"
          "| op | dtypes | reverse | forward | batching | tested in | sweep |\n|---|---|---|---|---|---|---|\n";
  const auto swept = swept_ops();
  for (const OpEntry& op : entries) {
    const auto found = page.find(op.name);
    const Tried& t = found == page.end() ? page.begin()->second : found->second;
    EXPECT_NE(found, page.end()) << op.name << " has no row";
    std::vector<std::string> files;
    for (const std::string& f : t.families) files.push_back(f);
    if (files.size() > 4) files = {files[0], files[1], files[2], std::to_string(files.size() - 3) + " more"};
    const AnyOp::Reasons& r = op.unsupported;
    text << "| `" << op.name << "` | " << dtypes_text(t.dtypes) << " | " << rule_text(r.vjp, r.is_constant, t.order) << " | "
         << rule_text(r.jvp, r.is_constant, t.order) << " | " << rule_text(r.batch, false, 0) << " | " << joined_by(files, ", ") << " | ";
    const Swept& s = swept.at(std::string(op.name));
    text << (s.left_out.empty() ? std::to_string(s.functions) + " x 10" : s.left_out) << " |\n";
  }
  text << "\n" << entries.size() << " ops.\n\n## What is refused\n\nSome uses have no rule, though their ops have.\n\n| row | what | says |\n|---|---|---|\n";
  for (const Family& family : families()) {
    for (const Row& row : family.rows) {
      const std::pair<const char*, const std::string&> refusals[] = {
          {"reverse", row.reverse_refusal}, {"forward", row.forward_refusal}, {"batching", row.batching_refusal}, {"compiling", row.plugin_refusal}};
      for (const auto& [what, says] : refusals) {
        if (!says.empty()) text << "| " << row.name << " | " << what << " | " << says << " |\n";
      }
    }
  }
  return text.str();
}

TEST(OpsPage, IsWhatTheRulesAndRowsSay) {
  const std::filesystem::path file = std::filesystem::path(HILO_SOURCE_DIR) / "docs/ops.md";
  const std::string text = page_text();
  if (std::getenv("HILO_WRITE_OPS_PAGE") != nullptr) std::ofstream(file) << text;
  std::stringstream written;
  written << std::ifstream(file).rdbuf();
  EXPECT_TRUE(written.str() == text) << "docs/ops.md is out of date: HILO_WRITE_OPS_PAGE=1 writes it";
}

}  // namespace
}  // namespace hilo::test
