#include "hilo/models/gemma/speculate.h"

#include <algorithm>

#include "hilo/models/gemma/generate.h"

namespace hilo::models::gemma {

Ids Ngram::operator()(const GuessRequest& request) const {
  const Ids& text = request.text;
  for (Dim n = std::min(longest, static_cast<Dim>(text.size()) - 1);
       n >= std::max<Dim>(shortest, 1); --n) {
    const auto found = std::find_end(text.begin(), text.end() - 1, text.end() - n, text.end());
    if (found == text.end() - 1) continue;
    const auto next = found + n;
    Ids guesses;  // the text's own end goes on as it began, if it is short
    for (Dim i = 0; i < request.count; ++i) guesses.push_back(next[i % (text.end() - next)]);
    return guesses;
  }
  return {};
}

Draft::Draft(Engine& engine) : engine_(&engine), generator_(std::make_shared<Generator>(engine)) {}

Ids Draft::operator()(const GuessRequest& request) const {
  const Dim room = engine_->config().context - static_cast<Dim>(request.text.size());
  if (std::min(room, request.count) <= 0) return {};
  const GenerateOptions options{.max_tokens = std::min(room, request.count),
                                .already_made = request.made,
                                .sampling = request.sampling};
  return generator_->generate({request.text}, options)[0].ids;
}

}  // namespace hilo::models::gemma
