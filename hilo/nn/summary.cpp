#include <algorithm>
#include <map>

#include "hilo/nn/scope.h"

namespace hilo::nn {
namespace {

struct Row {
  std::string layer, output, parameters;
  std::size_t last = 0;  // number of the node that made the output
};

// "conv1/kernel" -> "conv1".
std::string folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? "" : std::string(path.substr(0, slash));
}

// 1234567 -> "1,234,567".
std::string with_commas(std::int64_t n) {
  std::string text = std::to_string(n);
  for (std::size_t i = text.size(); i > 3;) {
    i -= 3;
    text.insert(i, 1, ',');
  }
  return text;
}

// 1536 -> "1.5 KiB".
std::string byte_text(std::int64_t bytes) {
  constexpr std::int64_t kStep = 1024;
  const char* unit = "bytes";
  std::int64_t tenths = bytes * 10;
  for (const char* larger : {"KiB", "MiB", "GiB", "TiB"}) {
    if (tenths < kStep * 10) break;
    tenths = (tenths + kStep / 2) / kStep;
    unit = larger;
  }
  const bool is_whole = bytes < kStep;
  std::string text = std::to_string(tenths / 10);
  if (!is_whole) text.append(".").append(std::to_string(tenths % 10));
  return text.append(" ").append(unit);
}

bool is_below(const Row& row, const Row& holder) {
  return row.layer.starts_with(holder.layer + "/");
}

// A row that has no variables of its own but holds layers stands behind them, and gives the last
// value that it or one of them made.
void put_holders_last(std::vector<Row>& rows) {
  for (std::size_t i = rows.size(); i-- > 0;) {
    Row holder = rows[i];
    std::size_t end = i;  // the last row below it
    for (std::size_t k = 0; k < rows.size(); ++k) {
      if (!holder.layer.empty() && is_below(rows[k], holder)) end = k;
    }
    if (end <= i || !holder.parameters.empty()) continue;
    for (std::size_t k = 0; k <= end; ++k) {
      if (!is_below(rows[k], holder) || rows[k].last < holder.last) continue;
      holder.output = rows[k].output;
      holder.last = rows[k].last;
    }
    const auto at = rows.begin() + static_cast<std::ptrdiff_t>(i);
    std::rotate(at, at + 1, rows.begin() + static_cast<std::ptrdiff_t>(end) + 1);
    rows[end] = std::move(holder);
  }
}

// The layers in the order in which the model comes to them, with what each gives: the last value
// built in its scope.
std::vector<Row> layers_of(const Store& store, const Function& built) {
  std::map<std::string, std::int64_t> counts;  // by layer
  for (const auto& [path, variable] : store.variables()) {
    if (variable.role != Role::kOptimizer) counts[folder_of(path)] += variable.shape.size();
  }
  std::vector<Row> rows;
  const auto row_of = [&](const std::string& layer) -> Row& {
    const auto found = std::ranges::find(rows, layer, &Row::layer);
    if (found != rows.end()) return *found;
    const auto count = counts.find(layer);
    rows.push_back({layer, "", count == counts.end() ? "" : with_commas(count->second), 0});
    if (count != counts.end()) counts.erase(count);
    return rows.back();
  };
  std::size_t number = 0;
  for (const Node& node : built.graph().nodes()) {
    ++number;
    if (!node.op) {
      const std::string_view path = built.graph().parameter_name(node.first_result);
      if (store.contains(path)) row_of(folder_of(path));
    } else if (!node.site.scope.empty()) {
      Row& row = row_of(std::string(node.site.scope.substr(1)));
      row.output = to_string(built.graph().shape(node.first_result));
      row.last = number;
    }
  }
  // Variables that this building did not ask for.
  while (!counts.empty()) row_of(std::string(counts.begin()->first));
  put_holders_last(rows);
  for (Row& row : rows) {
    if (row.layer.empty()) row.layer = '/';
  }
  return rows;
}

// "trainable  1,234  4.8 KiB".
Row total_of(const Store& store, Role role, std::string name) {
  std::int64_t count = 0, bytes = 0;
  for (const auto& [path, variable] : store.variables()) {
    if (variable.role != role) continue;
    count += variable.shape.size();
    bytes += variable.shape.byte_size();
  }
  return {std::move(name), byte_text(bytes), with_commas(count), 0};
}

}  // namespace

std::string summary(const Store& store, const Function& built) {
  const Row head = {"layer", "output", "parameters", 0};
  const std::vector<Row> layers = layers_of(store, built);
  const std::vector<Row> totals = {total_of(store, Role::kTrainable, "trainable"),
                                   total_of(store, Role::kState, "state")};
  std::size_t first = head.layer.size(), second = head.output.size(),
              third = head.parameters.size();
  for (const std::vector<Row>* part : {&layers, &totals}) {
    for (const Row& row : *part) {
      first = std::max(first, row.layer.size());
      second = std::max(second, row.output.size());
      third = std::max(third, row.parameters.size());
    }
  }
  std::string text;
  const auto add = [&](const Row& row) {
    std::string line = row.layer + std::string(first - row.layer.size() + 2, ' ') + row.output;
    if (!row.parameters.empty()) {
      line += std::string(second - row.output.size() + 2 + third - row.parameters.size(), ' ') +
              row.parameters;
    }
    text += line + "\n";
  };
  const std::string rule = std::string(first + second + third + 4, '-') + "\n";
  add(head);
  text += rule;
  for (const Row& row : layers) add(row);
  text += rule;
  for (const Row& row : totals) add(row);
  return text;
}

}  // namespace hilo::nn
