#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cmath>
#include <iostream>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "tools/command.h"
#include "tools/gemma_model.h"
#include "tools/messages.h"

namespace hilo::tools {
namespace {

constexpr std::uint64_t kMostBytes = 64 << 20;

struct Flags {
  ModelFlags model{};
  std::string file{}, ids{};
  bool as_json = false;
};

// -log of the probability that logits give to a token.
double surprise(std::span<const float> logits, std::int32_t id) {
  const double most = *std::ranges::max_element(logits);
  double sum = 0;
  for (float l : logits) sum += std::exp(static_cast<double>(l) - most);
  return std::log(sum) + most - static_cast<double>(logits[static_cast<std::size_t>(id)]);
}

// Sum over the tokens of a text but its first.
double surprise_of(models::gemma::Engine& engine, const models::gemma::Ids& ids) {
  models::gemma::Memory memory = engine.remember_nothing();
  const auto vocabulary = static_cast<std::size_t>(engine.config().vocabulary);
  std::size_t at = 0;
  double total = 0;
  engine.read_all(memory, ids, [&](const Array& piece) {
    const std::span<const float> all = piece.data<float>();
    for (std::size_t row = 0; row < all.size() / vocabulary; ++row, ++at) {
      if (at + 1 < ids.size())
        total += surprise(all.subspan(row * vocabulary, vocabulary), ids[at + 1]);
    }
  });
  return total;
}

int perplexity(const Flags& flags) {
  models::Gemma model = open_model(flags.model, "perplexity");
  const models::gemma::Ids ids =
      flags.ids.empty()
          ? model.tokenizer().encode(read_text(flags.file, kMostBytes), {.adds_bos = true})
          : ids_of_text(flags.ids);
  if (ids.size() < 2)
    throw Error("perplexity: a text of " + std::to_string(ids.size()) +
                " tokens; expected 2 or more");
  // Longer texts go in pieces of the context, each by itself.
  const auto context = static_cast<std::size_t>(model.config().context);
  double total = 0;
  std::size_t count = 0;
  for (std::size_t from = 0; from + 1 < ids.size(); from += context) {
    const models::gemma::Ids piece(
        ids.begin() + static_cast<std::ptrdiff_t>(from),
        ids.begin() + static_cast<std::ptrdiff_t>(std::min(ids.size(), from + context)));
    if (piece.size() < 2) break;
    total += surprise_of(model.engine(), piece);
    count += piece.size() - 1;
  }
  const double mean = total / static_cast<double>(count);
  report_programs(flags.model, model);
  if (flags.as_json) {
    std::cout << line_of({{"tokens", ids.size()},
                          {"predicted", count},
                          {"cross_entropy", mean},
                          {"perplexity", std::exp(mean)}})
              << "\n";
  } else {
    std::cout << fmt::format("perplexity {:.4f}, cross-entropy {:.5f} nats a token, over {}\n",
                             std::exp(mean), mean, count_of(count, "token"));
  }
  return kDone;
}

}  // namespace

Command perplexity_command() {
  return {"perplexity", "How well a model foresees a text",
          "  hilo perplexity gemma-3-270m --file book.txt",
          [](CLI::App& app) -> std::function<int()> {
            const auto flags = std::make_shared<Flags>();
            add_model_flags(app, flags->model);
            auto* file = app.add_option("--file", flags->file, "The text")->type_name("F");
            auto* ids = app.add_option("--ids", flags->ids, "The text as token ids, with commas")
                            ->type_name("I,I,..")
                            ->excludes(file);
            app.add_flag("--json", flags->as_json, "As JSON");
            return [flags, file, ids] {
              if (file->count() + ids->count() == 0)
                throw UsageError(
                    "perplexity: --file or --ids is required\n  see:  hilo perplexity --help");
              return perplexity(*flags);
            };
          }};
}

}  // namespace hilo::tools
