#include "hilo/core/error.h"

#include <algorithm>
#include <numeric>

namespace hilo {
namespace {

std::string format_refusal(const Refusal& r, const Site* site) {
  std::string text = r.op + ": " + r.problem;
  auto line = [&](std::string_view label, const std::string& value) {
    if (!value.empty()) text.append("\n  ").append(label).append(value);
  };
  line("got:      ", to_string(Shapes(r.got)));
  line("expected: ", r.expected);
  line("hint:     ", r.hint);
  line("source:   ", r.constraint);
  if (site != nullptr && site->line != 0) line("at:       ", to_string(*site));
  return text;
}

// Levenshtein distance; more than `most` is as good as any other.
std::size_t distance(std::string_view a, std::string_view b, std::size_t most) {
  if (std::max(a.size(), b.size()) - std::min(a.size(), b.size()) > most) return most + 1;
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
    if (*std::ranges::min_element(row) > most) return most + 1;
  }
  return row.back();
}

}  // namespace

std::string to_string(const Site& site) {
  std::string text = std::string(site.file) + ":" + std::to_string(site.line);
  if (!site.scope.empty()) text.append(" (scope ").append(site.scope).append(")");
  return text;
}

OpError::OpError(Refusal refusal)
    : Error(format_refusal(refusal, nullptr)), refusal_(std::move(refusal)) {}
OpError::OpError(Refusal refusal, const Site& site)
    : Error(format_refusal(refusal, &site)), refusal_(std::move(refusal)) {}

FormatError::FormatError(std::string_view file, std::uint64_t offset, std::string_view problem)
    : Error(std::string(file) + ": offset " + std::to_string(offset) + ": " + std::string(problem)) {}
FormatError::FormatError(std::string_view file, std::string_view problem)
    : Error(std::string(file) + ": " + std::string(problem)) {}

std::string near_names(std::string_view wrong, const std::vector<std::string>& known) {
  std::vector<std::pair<std::size_t, std::string_view>> near;
  const std::size_t most = std::max<std::size_t>(2, wrong.size() / 3);
  for (const std::string& candidate : known) {
    const std::size_t d = distance(wrong, candidate, most);
    if (d <= most) near.emplace_back(d, candidate);
  }
  if (near.empty()) return {};
  std::sort(near.begin(), near.end());
  std::string text = "did you mean ";
  for (std::size_t i = 0; i < std::min<std::size_t>(near.size(), 3); ++i) {
    if (i > 0) text += ", ";
    text += near[i].second;
  }
  return text + "?";
}

}  // namespace hilo
