// The real Gemma 3 270M, where `make gemma` put it or HILO_GEMMA3_270M names its Q4_K_M file.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>

#include "hilo/models/gemma/gemma.h"
#include "hilo/pjrt/machine.h"
#include "tests/models/gemma_quick.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::models {
namespace {

std::optional<std::string> model_file() {
  if (const char* file = std::getenv("HILO_GEMMA3_270M")) return file;
  const auto installed = std::filesystem::path(pjrt::Machine::here().cache()) / "models" /
                         "gemma-3-270m" / "gemma-3-270m-q4_k_m.gguf";
  if (std::filesystem::exists(installed)) return installed.string();
  return {};
}
constexpr const char* kNoModel =
    "HILO_FIXTURES is not set, or Gemma 3 270M is not there: `make gemma` fetches it (253 MB)";

TEST(Gemma270m, GoldensOfTheDequantisedWeights) {
  const auto file = model_file();
  const auto folder = test::fixtures();
  if (!file || !folder) GTEST_SKIP() << kNoModel;
  std::ifstream text(*folder / "gemma3_270m_goldens.json");
  const auto goldens = nlohmann::json::parse(text);
  Gemma model = Gemma::open(test::cpu(), *file, {.dtype = kF32, .engine = test::quick_engine()});
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

// Natural logarithms of the probabilities at each position: [T][V].
std::vector<std::vector<double>> log_probabilities(Gemma& model, const gemma::Ids& ids) {
  std::vector<std::vector<double>> result;
  gemma::Memory memory = model.engine().remember_nothing();
  model.engine().read_all(memory, ids, [&](const Array& piece) {
    const auto logits = piece.data<float>();
    const auto vocabulary = static_cast<std::size_t>(piece.shape().dim(-1));
    for (std::size_t at = 0; at < logits.size(); at += vocabulary) {
      const auto row = logits.subspan(at, vocabulary);
      const double largest = *std::ranges::max_element(row);
      double sum = 0;
      for (const float x : row) sum += std::exp(x - largest);
      std::vector<double>& to = result.emplace_back(row.begin(), row.end());
      for (double& x : to) x -= largest + std::log(sum);
    }
  });
  return result;
}

// What the README shows.
TEST(Gemma270m, OpensByItsName) {
  if (!model_file() || std::getenv("HILO_GEMMA3_270M") != nullptr) GTEST_SKIP() << kNoModel;
  Gemma model = Gemma::open(test::cpu(), "gemma-3-270m", {.engine = test::quick_engine()});
  EXPECT_TRUE(model.has_tokenizer());
  EXPECT_NE(model.generate("Are bees and wasps similar?", {.max_tokens = 4}), "");
}

TEST(Gemma270m, LongTextsInFewLaunches) {
  const auto file = model_file();
  if (!file) GTEST_SKIP() << kNoModel;
  Gemma model = Gemma::open(test::cpu(), *file);
  const GemmaText text =
      model.generate_text("Once upon a time", {.max_tokens = 2500, .min_tokens = 2500});
  EXPECT_EQ(text.tokens.ids.size(), 2500U);
  EXPECT_LE(model.generator().report().launches, 2500 / 8 + 2);
  EXPECT_LE(model.engine().counts().programs,
            10);  // read; decode for 256 .. 4096 slots; four times grown
}

TEST(Gemma270m, WeightsInBlocksExpectWhatDequantisedOnesDo) {
  const auto file = model_file();
  const auto folder = test::fixtures();
  if (!file || !folder) GTEST_SKIP() << kNoModel;
  std::ifstream text(*folder / "gemma3_270m_goldens.json");
  const auto goldens = nlohmann::json::parse(text);
  gemma::Ids ids;
  for (const auto& c : goldens["cases"]) {
    if (c["name"] == "passkey_1461") ids = c["ids"].get<gemma::Ids>();
  }
  ids.resize(179);
  // Few at once, so that activations are rounded as they are when tokens come one by one.
  gemma::EngineOptions engine = test::quick_engine();
  engine.most_tokens = engine.least_tokens = 16;
  Gemma exact = Gemma::open(test::cpu(), *file, {.dtype = kF32, .engine = engine});
  Gemma quick = Gemma::open(test::cpu(), *file, {.engine = engine});
  EXPECT_EQ(quick.engine().weights().at("embedder/table").shape, (Shape{kU8, {262'144, 680}}));
  const auto p = log_probabilities(exact, ids), q = log_probabilities(quick, ids);
  double divergence = 0;
  std::size_t agree = 0;
  for (std::size_t t = 0; t < ids.size(); ++t) {
    for (std::size_t v = 0; v < p[t].size(); ++v)
      divergence += std::exp(p[t][v]) * (p[t][v] - q[t][v]) / static_cast<double>(ids.size());
    agree += std::ranges::max_element(p[t]) - p[t].begin() ==
             std::ranges::max_element(q[t]) - q[t].begin();
  }
  RecordProperty("divergence", std::to_string(divergence));
  EXPECT_GT(divergence, 0);
  EXPECT_LT(divergence, 5e-3);
  EXPECT_GE(agree, 97 * ids.size() / 100);
}

}  // namespace
}  // namespace hilo::models
