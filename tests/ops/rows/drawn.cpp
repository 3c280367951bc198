#include "tests/ops/rows/drawn.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "hilo/graph/op.h"
#include "hilo/ops/all_ops.h"

namespace hilo::test {

Draw::Draw(std::string_view name, int n) : dice_(std::string(name) + "#" + std::to_string(n)), number_(n) {}

Dim Draw::between(Dim low, Dim high) {
  return low + static_cast<Dim>(dice_() * static_cast<double>(high - low + 1));
}

Dim Draw::length(Dim most) {
  constexpr Dim kLengths[] = {3, 5, 7, 2, 11, 1};
  Dim result = 0;
  do result = kLengths[between(0, 5)];
  while (result > most);
  return result;
}

Dims Draw::dims(int least_rank, int most_rank) {
  const int rank = least_rank + number_ % (most_rank - least_rank + 1);
  Dims result;
  Dim rest = 60;
  for (int i = 0; i < rank; ++i) {
    result.push_back(length(rest));
    rest /= result.back();
  }
  if (is_empty() && rank == 0 && most_rank > 0) result.push_back(0);
  if (is_empty() && rank > 0) result[static_cast<std::size_t>(between(0, rank - 1))] = 0;
  return result;
}

Dims Draw::broadcasting(const Dims& to) {
  if (!broadcasts()) return to;
  Dims result(to.begin() + between(0, static_cast<Dim>(to.size())), to.end());
  for (Dim& d : result) d = coin() ? 1 : d;
  return result;
}

Axes Draw::order(std::size_t rank) {
  Axes result(rank);
  std::iota(result.begin(), result.end(), 0);
  for (std::size_t i = rank; i > 1; --i) std::swap(result[i - 1], result[static_cast<std::size_t>(between(0, static_cast<Dim>(i) - 1))]);
  return result;
}

namespace {

// The row with other dims for its operands: one of them has the whole shape.
Row reshaped(Row row, Draw& draw) {
  const Dims dims = draw.dims();
  const auto whole = static_cast<std::size_t>(draw.between(0, static_cast<Dim>(row.inputs.size()) - 1));
  for (std::size_t i = 0; i < row.inputs.size(); ++i) row.inputs[i].dims = i == whole ? dims : draw.broadcasting(dims);
  return row;
}

}  // namespace

void collect(const Function& f, OpNames& names) {
  const std::vector<bool> is_live = f.live_nodes();
  for (std::size_t i = 0; i < is_live.size(); ++i) {
    const Node& node = f.graph().nodes()[i];
    if (!is_live[i] || !node.op) continue;
    names.emplace(node.op->name());
    for (const Function& region : node.op->regions()) collect(region, names);
  }
}

std::vector<Drawn> drawn(const Family& family) {
  std::vector<Drawn> result = family.drawn;
  for (const Row& row : family.rows) {
    if (row.has_any_shape) result.push_back({row.name, [&row](Draw& draw) { return reshaped(row, draw); }});
  }
  return result;
}

Row drawn_row(const Drawn& op, int n) {
  Draw draw(op.name, n);
  Row row = op.row(draw);
  row.name = op.name + ", drawn " + std::to_string(n);
  for (const Input& input : row.inputs) row.name += " " + to_string(input.dims);
  return row;
}

bool has_derivative(const Row& row) {
  return row.derivative_order > 0 && (row.reverse_refusal.empty() || row.forward_refusal.empty());
}

std::map<std::string, Swept, std::less<>> swept_ops() {
  std::map<std::string, Swept, std::less<>> result;
  for (const OpEntry& op : all_ops().entries()) {
    Swept& swept = result[std::string(op.name)];
    const AnyOp::Reasons& r = op.unsupported;
    if (r.is_constant) swept.left_out = "zero by definition, or no operand is floating";
    if (!r.vjp.empty() && !r.jvp.empty()) swept.left_out = r.vjp;
  }
  for (const Family& family : families()) {
    for (const Drawn& op : drawn(family)) {
      OpNames names = {op.name};
      for (int n = 0; n < kDrawnShapes; ++n) {
        const Row row = drawn_row(op, n);
        const Trial trial(row, row.dtypes.front());
        collect(trace(row.f, trial.shapes()), names);
      }
      for (const std::string& name : names) {
        const auto swept = result.find(name);
        if (swept == result.end()) continue;
        ++swept->second.functions;
        // Constants and comparisons are in many functions; those that are drawn themselves count.
        if (name == op.name || !all_ops().find(name)->unsupported.is_constant) swept->second.left_out.clear();
      }
    }
  }
  return result;
}

}  // namespace hilo::test
