// Gemma against the logits and texts of transformers: HILO_FIXTURES/gemma_hf.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "hilo/formats/safetensors.h"
#include "hilo/models/gemma/engine.h"
#include "hilo/models/gemma/weights.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::models::gemma {
namespace {

namespace fs = std::filesystem;

struct Case {
  std::string name;
  double atol = 0, rtol = 0, hidden_atol = 0;
};

std::vector<Case> cases() {
  std::vector<Case> result;
  const auto folder = test::fixtures();
  if (!folder) return result;
  std::ifstream file(*folder / "gemma_hf" / "manifest.json");
  const auto manifest = nlohmann::json::parse(file);
  for (const auto& c : manifest["cases"]) {
    const auto& t = c["tolerance"];
    result.push_back({c["name"], t["logits_atol"], t["logits_rtol"], t["hidden_atol"]});
  }
  return result;
}

TensorSource source_of(const fs::path& folder) {
  auto files = std::make_shared<std::map<std::string, formats::SafetensorsFile>>();
  TensorSource source{.label = folder.string()};
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.path().filename().string().starts_with("model") ||
        entry.path().extension() != ".safetensors")
      continue;
    const auto file = formats::SafetensorsFile::open(entry.path());
    for (const std::string& name : file.names()) {
      source.names.push_back(name);
      files->emplace(name, file);
    }
  }
  source.shape = [files](const std::string& name) { return files->at(name).shape(name); };
  source.read = [files](const std::string& name) { return files->at(name).at(name); };
  return source;
}

Engine open(const fs::path& folder, EngineOptions options = {}, Dim slack = 32) {
  Config config = read_config(folder / "config.json");
  config.window_slack = slack;
  return {test::cpu(), config,
          load_weights(config, Layout::kHuggingFace, source_of(folder), test::cpu()), options};
}

Ids ids_of(const Array& x) {
  Ids ids;
  for (double id : x.to_doubles()) ids.push_back(static_cast<std::int32_t>(id));
  return ids;
}

std::vector<double> all_logits(Engine& engine, const Ids& ids) {
  std::vector<double> result;
  Memory memory = engine.remember_nothing();
  engine.read_all(memory, ids, [&](const Array& piece) {
    const std::vector<double> values = piece.to_doubles();
    result.insert(result.end(), values.begin(), values.end());
  });
  return result;
}

// Largest |a - b| / (atol + rtol |b|).
double worst(const std::vector<double>& a, const std::vector<double>& b, double atol, double rtol) {
  if (a.size() != b.size()) return std::numeric_limits<double>::infinity();
  double most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double off = std::abs(a[i] - b[i]) / (atol + rtol * std::abs(b[i]));
    most = std::isnan(off) ? std::numeric_limits<double>::infinity() : std::max(most, off);
  }
  return most;
}

Ids greedy(Engine& engine, Memory& memory, Tensor logits, Dim count) {
  Ids ids;
  Tensor done(Array(Shape{DType::kI1, {1}}));
  while (static_cast<Dim>(ids.size()) < count) {
    const Engine::Made made =
        engine.decode(memory, {logits, done, count - static_cast<Dim>(ids.size())});
    const auto n = made.count.item<std::int32_t>();
    memory.length += n;
    const Array tokens = made.tokens.array();
    const auto row = tokens.data<std::int32_t>();
    ids.insert(ids.end(), row.begin(), row.begin() + n);
    logits = made.logits;
    done = made.is_done;
  }
  return ids;
}

TEST(GemmaFixtures, LogitsAndGreedyTextsAreThoseOfTransformers) {
  const auto folder = test::fixtures();
  if (!folder) GTEST_SKIP() << "HILO_FIXTURES is not set";
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.name);
    const fs::path path = *folder / "gemma_hf" / c.name;
    Engine engine = open(path);
    const auto golden = formats::SafetensorsFile::open(path / "golden.safetensors");
    const Ids ids = ids_of(golden.at("input_ids"));
    const double off =
        worst(all_logits(engine, ids), golden.at("logits").to_doubles(), c.atol, c.rtol);
    EXPECT_LE(off, 1);
    Memory memory = engine.remember_nothing();
    const Tensor logits = engine.read(memory, {ids});
    const Ids expected = ids_of(golden.at("greedy_ids"));
    EXPECT_EQ(greedy(engine, memory, logits, static_cast<Dim>(expected.size())), expected);
    std::cerr << c.name << " off " << off << "\n";
  }
}

}  // namespace
}  // namespace hilo::models::gemma
