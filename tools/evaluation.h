#pragma once
#include <string>

#include "hilo/data/dataset.h"
#include "hilo/train/saved_model.h"
#include "tools/messages.h"

namespace hilo::tools {

/// Mean cross-entropy and accuracy of a saved classifier. `train` prints it at its end and `eval` on demand, from the
/// same checkpoint by the same program as `classify`, so all three agree.
struct Score {
  double loss = 0, accuracy = 0;
  std::int64_t examples = 0, right = 0;
};

/// Throws:  Error if the outputs are no logits, or a label is no class of theirs.
Score evaluate(const train::SavedModel& model, const data::Dataset& dataset);

/// "loss 0.9512, accuracy 68.94 % (3,447 of 5,000)".
std::string text_of(const Score& score);
Json json_of(const Score& score, std::int64_t step);

}  // namespace hilo::tools
