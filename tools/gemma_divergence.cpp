#include "tools/gemma_divergence.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace hilo::tools {
namespace {

constexpr std::size_t kStep = 16;

// f32[T,V], row after row.
std::vector<float> logits_of(models::Gemma& model, const models::gemma::Ids& ids,
                             std::size_t at_once) {
  std::vector<float> all;
  models::gemma::Memory memory = model.engine().remember_nothing();
  for (std::size_t from = 0; from < ids.size(); from += at_once) {
    const auto first = ids.begin() + static_cast<std::ptrdiff_t>(from);
    const std::size_t count = std::min(at_once, ids.size() - from);
    model.engine().read_all(memory, {first, first + static_cast<std::ptrdiff_t>(count)},
                            [&](const Array& piece) {
                              const auto logits = piece.data<float>();
                              all.insert(all.end(), logits.begin(), logits.end());
                            });
  }
  return all;
}

// log of the sum of exponentials.
double log_sum(std::span<const float> logits) {
  const double most = *std::ranges::max_element(logits);
  double sum = 0;
  for (const float l : logits) sum += std::exp(static_cast<double>(l) - most);
  return std::log(sum) + most;
}

double divergence(std::span<const float> from, std::span<const float> exact) {
  const double z = log_sum(from), z_exact = log_sum(exact);
  double total = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    const double log_p = static_cast<double>(exact[i]) - z_exact;
    total += std::exp(log_p) * (log_p - (static_cast<double>(from[i]) - z));
  }
  return total;
}

Json summary(const std::vector<float>& from, const std::vector<float>& exact, std::size_t width) {
  double sum = 0, most = 0;
  const std::size_t rows = exact.size() / width;
  for (std::size_t row = 0; row < rows; ++row) {
    const double kl = divergence(std::span(from).subspan(row * width, width),
                                 std::span(exact).subspan(row * width, width));
    sum += kl;
    most = std::max(most, kl);
  }
  return {{"mean", sum / static_cast<double>(rows)}, {"largest", most}};
}

}  // namespace

Json divergence(models::Gemma& model, models::Gemma& exact, const models::gemma::Ids& ids) {
  const auto width = static_cast<std::size_t>(model.config().vocabulary);
  const std::vector<float> reference = logits_of(exact, ids, ids.size());
  return {{"tokens", ids.size()},
          {"prefill", summary(logits_of(model, ids, ids.size()), reference, width)},
          {"steps", summary(logits_of(model, ids, kStep), reference, width)}};
}

}  // namespace hilo::tools
