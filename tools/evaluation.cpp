#include "tools/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "hilo/core/error.h"
#include "hilo/data/batches.h"
#include "hilo/train/bar.h"

namespace hilo::tools {
namespace {

constexpr std::int64_t kBatch = 100;  // what checkpoints hold a program for

// -log softmax(logits)[label]
double cross_entropy(std::span<const double> logits, std::size_t label) {
  const double largest = *std::ranges::max_element(logits);
  double sum = 0;
  for (double x : logits) sum += std::exp(x - largest);
  return std::log(sum) + largest - logits[label];
}

void add(Score& score, const Array& outputs, const Array& labels) {
  if (outputs.shape().rank() != 2 || labels.shape().rank() != 1 || !is_integer(labels.shape().dtype)) {
    throw Error("outputs " + to_string(outputs.shape()) + " for labels " + to_string(labels.shape()) + "; expected logits [N,C] and classes [N]");
  }
  const auto classes = static_cast<std::size_t>(outputs.shape().dim(1));
  const std::vector<double> values = outputs.to_doubles(), numbers = labels.to_doubles();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const std::span<const double> logits(values.data() + i * classes, classes);
    if (!(numbers[i] >= 0 && numbers[i] < static_cast<double>(classes))) {
      throw Error(fmt::format("a label is class {}; the model has {}", numbers[i], classes));
    }
    const auto label = static_cast<std::size_t>(numbers[i]);
    score.loss += cross_entropy(logits, label);
    if (std::ranges::max_element(logits) - logits.begin() == static_cast<std::ptrdiff_t>(label)) ++score.right;
    ++score.examples;
  }
}

}  // namespace

Score evaluate(const train::SavedModel& model, const data::Dataset& dataset) {
  Score score;
  train::Bar bar({.appears_after = 0.5, .stays = false});
  for (const data::Batch& batch : dataset.batches(kBatch)) {
    add(score, model.run(batch.inputs), batch.labels);
    bar.show("evaluating", static_cast<double>(score.examples) / static_cast<double>(dataset.size()),
             {train::count_text(score.examples) + " of " + train::count_text(dataset.size())});
  }
  if (score.examples == 0) throw Error("no examples to evaluate on");
  score.loss /= static_cast<double>(score.examples);
  score.accuracy = static_cast<double>(score.right) / static_cast<double>(score.examples);
  return score;
}

std::string text_of(const Score& score) {
  return fmt::format("loss {:.4f}, accuracy {:.2f} % ({} of {})", score.loss, 100 * score.accuracy, train::count_text(score.right),
                     train::count_text(score.examples));
}

Json json_of(const Score& score, std::int64_t step) {
  return {{"loss", score.loss}, {"accuracy", score.accuracy}, {"examples", score.examples}, {"step", step}};
}

}  // namespace hilo::tools
