// Gemma against the logits and texts of transformers: HILO_FIXTURES/gemma_hf.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "hilo/formats/gguf.h"
#include "hilo/formats/safetensors.h"
#include "hilo/formats/weight_source.h"
#include "hilo/models/gemma/generate.h"
#include "hilo/models/gemma/weights.h"
#include "tests/models/gemma_quick.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::models::gemma {
namespace {

namespace fs = std::filesystem;

nlohmann::json manifest(const fs::path& folder) {
  std::ifstream file(folder / "manifest.json");
  return nlohmann::json::parse(file);
}

// `mesh`: on four devices that share the model so.
Engine open(const fs::path& path, const fs::path& config_file = {}, bool keeps_blocks = false,
            const std::optional<Mesh>& mesh = {}, bool is_fused = false) {
  const auto source = formats::WeightSource::open(path);
  const Layout layout = layout_of(*source);
  Config config = source->gguf() != nullptr
                      ? config_from_gguf(*source->gguf())
                      : read_config(config_file.empty() ? path / "config.json" : config_file);
  if (keeps_blocks) config.precision.blocks = blocks_of(config, layout, *source);
  config.is_fused = is_fused;
  const auto four = []() -> const pjrt::Client& {
    static const pjrt::Client client = pjrt::open("cpu", {.devices = 4});
    return client;
  };
  const pjrt::Client client = mesh ? four() : test::cpu();
  EngineOptions options = test::quick_engine();
  options.mesh = mesh;
  const Division division = mesh ? Division(config, *mesh) : Division();
  return {client, config, load_weights(config, layout, *source, client, division), options};
}

Ids ids_of(const Array& x) {
  Ids ids;
  for (double id : x.to_doubles()) ids.push_back(static_cast<std::int32_t>(id));
  return ids;
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

// Logits of every position, and what follows.
struct Golden {
  fs::path file;
  std::string logits = "logits", greedy = "greedy_ids";
  double atol = 0, rtol = 0;
};

void expect_golden(Engine engine, const Golden& golden) {
  const auto file = formats::SafetensorsFile::open(golden.file);
  const Ids ids = ids_of(file.at("input_ids")), expected = ids_of(file.at(golden.greedy));
  Memory memory = engine.remember_nothing();
  engine.reserve(memory, 128);  // one size for all
  std::vector<double> all;
  engine.read_all(memory, ids, [&](const Array& piece) {
    const std::vector<double> values = piece.to_doubles();
    all.insert(all.end(), values.begin(), values.end());
  });
  EXPECT_LE(worst(all, file.at(golden.logits).to_doubles(), golden.atol, golden.rtol), 1);

  const std::size_t vocabulary = static_cast<std::size_t>(engine.config().vocabulary);
  Tensor logits(
      from_doubles({kF32, {1, engine.config().vocabulary}}, std::span(all).last(vocabulary)));
  Ids texts;
  while (texts.size() < expected.size()) {
    const auto rest = static_cast<Dim>(expected.size() - texts.size());
    const Engine::Made made = engine.decode(
        memory,
        {.logits = logits, .is_done = Tensor(Array(Shape{DType::kI1, {1}})), .steps = rest});
    const auto count = made.count.item<std::int32_t>();
    memory.length += count;
    logits = made.logits;
    const Array tokens = made.tokens.array();
    const auto row = tokens.data<std::int32_t>().first(static_cast<std::size_t>(count));
    texts.insert(texts.end(), row.begin(), row.end());
  }
  EXPECT_EQ(texts, expected);
}

// Models in bf16 or f16, whose weights stay so: nothing is rounded, so the same numbers are due. 1 if this is one.
int expect_golden_in_halves(const fs::path& path, const fs::path& config_file, const Golden& golden) {
  Engine engine = open(path, config_file, true);
  const auto& blocks = engine.config().precision.blocks;
  const auto is_half = [](const auto& entry) { return formats::block_traits(entry.second).elements == 1; };
  if (blocks.empty() || !std::ranges::all_of(blocks, is_half)) return 0;
  expect_golden(std::move(engine), golden);
  return 1;
}

TEST(GemmaFixtures, HuggingFaceFolders) {
  const auto folder = test::fixtures();
  if (!folder) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const auto all = manifest(*folder / "gemma_hf");
  EXPECT_GE(all["cases"].size(), 10U);
  int in_halves = 0;
  for (const auto& c : all["cases"]) {
    SCOPED_TRACE(c["name"]);
    const fs::path path = *folder / c["path"].get<std::string>();
    const auto& t = c["tolerance"];
    const Golden golden{.file = path / "golden.safetensors", .atol = t["logits_atol"], .rtol = t["logits_rtol"]};
    expect_golden(open(path), golden);
    in_halves += expect_golden_in_halves(path, {}, golden);
  }
  EXPECT_GE(in_halves, 1);
}

// All models, with joint products and divided over devices: the same logits at every position, the same texts. The first of
// each generation on every mesh, the others on one.
TEST(GemmaFixtures, JointProductsAndSeveralDevices) {
  const auto folder = test::fixtures();
  if (!folder) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const std::vector<const char*> meshes = {"data=1,model=2", "model=4", "data=2,model=2"};
  std::set<std::string> generations;
  std::size_t models = 0;
  const auto all = manifest(*folder / "gemma_hf");
  for (const auto& c : all["cases"]) {
    const fs::path path = *folder / c["path"].get<std::string>();
    const auto& t = c["tolerance"];
    const Golden golden{.file = path / "golden.safetensors", .atol = t["logits_atol"], .rtol = t["logits_rtol"]};
    const bool is_first = generations.insert(c["name"].get<std::string>().substr(0, 6)).second;
    if (is_first) expect_golden(open(path, {}, false, {}, true), golden);
    if (test::cpu().platform_name() != "cpu") continue;
    const std::vector<const char*> one = {meshes[models++ % meshes.size()]};
    for (const char* mesh : is_first ? meshes : one) {
      SCOPED_TRACE(c["name"].get<std::string>() + " on " + mesh);
      expect_golden(open(path, {}, false, mesh_of_text(mesh)), golden);
    }
  }
  EXPECT_EQ(generations, (std::set<std::string>{"gemma1", "gemma2", "gemma3"}));
  EXPECT_GE(models, 10U);
}

TEST(GemmaDivision, WhatDoesNotFitIsRefused) {
  const auto why = [](const auto& f) -> std::string {
    try {
      f();
    } catch (const UsageError& e) {
      return e.what();
    }
    return "nothing was refused";
  };
  for (const char* text : {"", "model", "model=", "=4", "model=0", "model=4,", "model=2,model=2", "model=x", "model=99999"}) {
    EXPECT_NE(why([&] { (void)mesh_of_text(text); }).find("is no mesh; expected axes and their sizes"), std::string::npos) << text;
  }
  const Config& config = published().front().config;
  EXPECT_EQ(why([&] { Division(config, mesh_of_text("rows=2")); }), "a mesh with an axis rows; expected data and model");
  EXPECT_NE(why([&] { Division(config, mesh_of_text("model=7")); }).find("nothing of the model divides by 7"), std::string::npos);
}

TEST(GemmaFixtures, OrbaxFolders) {
  const auto folder = test::fixtures();
  if (!folder) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const auto all = manifest(*folder / "gemma_orbax");
  EXPECT_GE(all["cases"].size(), 7U);
  int in_halves = 0;
  for (const auto& c : all["cases"]) {
    SCOPED_TRACE(c["name"]);
    const fs::path config = *folder / "gemma_hf" / c["hf_case"].get<std::string>() / "config.json";
    const fs::path path = *folder / c["path"].get<std::string>();
    const Golden golden{.file = *folder / c["golden"].get<std::string>(), .atol = 2e-3, .rtol = 1e-3};
    expect_golden(open(path, config), golden);
    in_halves += expect_golden_in_halves(path, config, golden);
  }
  EXPECT_GE(in_halves, 1);
}

TEST(GemmaFixtures, GgufFilesDequantised) {
  const auto folder = test::fixtures();
  if (!folder) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const auto all = manifest(*folder / "gguf");
  EXPECT_GE(all["models"].size(), 15U);
  int in_halves = 0;
  for (const auto& c : all["models"]) {
    const std::string name = c["file"];
    SCOPED_TRACE(name);
    if (name.find("bigendian") != std::string::npos) {
      EXPECT_NE(test::refusal([&] { (void)open(*folder / "gguf" / name); }), "");
      continue;
    }
    const auto& t = c["tolerance"];
    const Golden golden{.file = *folder / "gguf" / c["golden"].get<std::string>(),
                        .logits = c["logits_key"],
                        .greedy = c["greedy_key"],
                        .atol = t["logits_atol"],
                        .rtol = t["logits_rtol"]};
    expect_golden(open(*folder / "gguf" / name), golden);
    in_halves += expect_golden_in_halves(*folder / "gguf" / name, {}, golden);
  }
  EXPECT_GE(in_halves, 4);
}

// The same texts with guesses, of which some are wrong, as without.
TEST(GemmaFixtures, Speculation) {
  const auto folder = test::fixtures();
  if (!folder) GTEST_SKIP() << "HILO_FIXTURES is not set";
  for (const char* name : {"gemma3_base.Q8_0.gguf", "gemma2_tiny256.Q4_K_M.gguf"}) {
    SCOPED_TRACE(name);
    Engine engine = open(*folder / "gguf" / name);
    Generator generator(engine);
    for (const double temperature : {0.0, 1.0}) {
      GenerateOptions options{.max_tokens = 30,
                              .sampling = {.temperature = temperature, .seed = 2}};
      generator.forget();
      const Ids expected = generator.generate({{2, 5, 9, 14}}, options)[0].ids;
      options.speculate = [&](const GuessRequest& request) {
        Ids guesses(expected.begin() + request.made,
                    expected.begin() + request.made + request.count);
        if (request.made % 2 == 0) guesses.back() ^= 1;
        return guesses;
      };
      generator.forget();
      EXPECT_EQ(generator.generate({{2, 5, 9, 14}}, options)[0].ids, expected);
      EXPECT_GT(generator.report().accepted_tokens, 20);
    }
  }
}

// Few tokens, so that activations are rounded. Tiny random models make more of that than real ones.
TEST(GemmaFixtures, GgufFilesInBlocks) {
  const auto folder = test::fixtures();
  if (!folder) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const auto all = manifest(*folder / "gguf");
  int files = 0;
  for (const auto& c : all["models"]) {
    const std::string name = c["file"];
    if (name.find("bigendian") != std::string::npos) continue;
    SCOPED_TRACE(name);
    Engine engine = open(*folder / "gguf" / name, {}, true);
    const auto& blocks = engine.config().precision.blocks;
    if (std::ranges::none_of(blocks, [](const auto& b) { return formats::block_traits(b.second).elements > 1; })) continue;
    ++files;
    const auto file =
        formats::SafetensorsFile::open(*folder / "gguf" / c["golden"].get<std::string>());
    Ids ids = ids_of(file.at("input_ids"));
    ids.resize(16);
    Memory memory = engine.remember_nothing();
    const std::vector<double> expected = file.at(c["logits_key"].get<std::string>()).to_doubles();
    double square = 0, size = 0;
    std::size_t i = 0;
    engine.read_all(memory, ids, [&](const Array& piece) {
      for (const double x : piece.to_doubles()) {
        square += std::pow(x - expected[i], 2);
        size += std::pow(expected[i++], 2);
      }
    });
    EXPECT_GT(square, 0);
    EXPECT_LT(std::sqrt(square / size), 0.06);
  }
  EXPECT_GE(files, 9);
}

}  // namespace
}  // namespace hilo::models::gemma
