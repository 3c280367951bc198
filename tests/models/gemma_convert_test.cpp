// Models written down in another way: nothing of them may change.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/formats/gguf.h"
#include "hilo/formats/safetensors.h"
#include "hilo/models/gemma/convert.h"
#include "hilo/models/gemma/engine.h"
#include "hilo/models/gemma/model_files.h"
#include "tests/models/gemma_quick.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::models::gemma {
namespace {

namespace fs = std::filesystem;
using formats::BlockType;
using testing::HasSubstr;

// A name in the temporary folder that nothing has.
fs::path fresh(const std::string& name) {
  const fs::path path = fs::path(testing::TempDir()) / ("hilo_convert_" + name);
  fs::remove_all(path);
  return path;
}

std::vector<double> logits(const fs::path& path) {
  const ModelFiles files = ModelFiles::open(path);
  Engine engine(test::cpu(), files.config,
                load_weights(files.config, files.layout, *files.source, test::cpu()),
                test::quick_engine());
  Memory memory = engine.remember_nothing();
  std::vector<double> all;
  engine.read_all(memory, {2, 17, 301, 4, 99, 250, 12, 77, 8, 450, 33, 5}, [&](const Array& piece) {
    for (const double x : piece.to_doubles()) all.push_back(x);
  });
  return all;
}

TEST(GemmaConvert, ConfigsOfAllSizesAreReadAsWritten) {
  for (const Published& p : published()) {
    SCOPED_TRACE(p.name);
    EXPECT_TRUE(config_from_json(config_text(p.config, kBF16), "config.json") == p.config);
    const fs::path file = fresh("config.gguf");
    auto metadata = gguf_metadata(p.config);
    metadata.emplace_back(std::string(metadata.front().second.text()) + ".vocab_size",
                          formats::GgufValue::of(static_cast<std::uint32_t>(p.config.vocabulary)));
    formats::GgufWriter(file, metadata, {}).commit();
    Config read = config_from_gguf(formats::GgufFile::open(file));
    EXPECT_FLOAT_EQ(static_cast<float>(read.norm_epsilon),
                    static_cast<float>(p.config.norm_epsilon));  // f32 in the file
    read.norm_epsilon = p.config.norm_epsilon;
    EXPECT_TRUE(read == p.config);
  }
}

class GemmaConvertFixtures : public testing::Test {
 protected:
  void SetUp() override {
    const auto folder = test::fixtures();
    if (!folder) GTEST_SKIP() << "HILO_FIXTURES is not set";
    fixtures_ = *folder;
  }
  fs::path fixtures_{};
};

TEST_F(GemmaConvertFixtures, LogitsStayTheSameToTheBit) {
  for (const char* name : {"gemma1_mha_sharded", "gemma2_small", "gemma2_bf16", "gemma3_base",
                           "gemma3_rope_linear", "gemma3_nested_mm_sharded"}) {
    SCOPED_TRACE(name);
    const fs::path from = fixtures_ / "gemma_hf" / name, folder = fresh("folder");
    const std::vector<double> expected = logits(from);
    const Converted done = convert(from, folder, {.shard_bytes = 100'000});
    EXPECT_GT(done.files.size(), 2U);
    EXPECT_TRUE(fs::exists(folder / "model.safetensors.index.json"));
    EXPECT_EQ(logits(folder), expected);
    if (name == std::string("gemma2_bf16") || name == std::string("gemma3_rope_linear")) {
      EXPECT_THAT(test::refusal([&] { convert(from, fresh("no.gguf")); }),
                  HasSubstr("query_pre_attn_scalar"));
      continue;
    }
    const fs::path gguf = fresh("model.gguf"), back = fresh("back");
    convert(folder, gguf);
    EXPECT_EQ(logits(gguf), expected);
    convert(gguf, back);
    EXPECT_EQ(logits(back), expected);
  }
}

// The folder of Kaggle's kind was made from the one of Hugging Face.
TEST_F(GemmaConvertFixtures, OrbaxFoldersBecomeWhatTheyWereMadeFrom) {
  for (const auto& [name, origin] :
       {std::pair("gemma2_nested_ocdbt_zarr3", "gemma2_small"),
        std::pair("gemma1_flat_qkv_zarr_chunked", "gemma1_mha_sharded"),
        std::pair("gemma3_nested_ocdbt", "gemma3_rope_linear")}) {
    SCOPED_TRACE(name);
    const fs::path made_from = fixtures_ / "gemma_hf" / origin, folder = fresh("orbax");
    convert(fixtures_ / "gemma_orbax" / name, folder, {.config = made_from / "config.json"});
    const auto got = formats::WeightSource::open(folder);
    const auto expected = formats::WeightSource::open(made_from);
    for (const std::string& tensor : got->names()) {
      EXPECT_TRUE(std::ranges::equal(got->read(tensor).bytes(), expected->read(tensor).bytes()))
          << tensor;
    }
    EXPECT_TRUE(read_config(folder / "config.json") == read_config(made_from / "config.json"));
  }
}

// The files of gguf-py, tensor for tensor.
TEST_F(GemmaConvertFixtures, GgufFilesHaveTheBytesOfOthers) {
  const std::pair<const char*, BlockType> rows[] = {{"gemma3_base.F32", BlockType::kF32},
                                                    {"gemma3_base.BF16", BlockType::kBF16},
                                                    {"gemma3_base.Q8_0", BlockType::kQ8_0},
                                                    {"gemma3_base.Q4_0", BlockType::kQ4_0},
                                                    {"gemma2_small.F16", BlockType::kF16}};
  for (const auto& [name, type] : rows) {
    SCOPED_TRACE(name);
    const fs::path golden = fixtures_ / "gguf" / (std::string(name) + ".gguf");
    const fs::path file = fresh("typed.gguf"), copy = fresh("copy.gguf");
    const std::string model(name, std::string_view(name).find('.'));
    const Converted done =
        convert(fixtures_ / "gemma_hf" / model, file,
                {.type = type, .tokenizer = fixtures_ / "tokenizer" / "tiny_gemma_like.model"});
    EXPECT_TRUE(done.has_tokenizer);
    convert(golden, copy);
    const auto expected = formats::GgufFile::open(golden);
    for (const fs::path& path : {file, copy}) {
      const auto got = formats::GgufFile::open(path);
      ASSERT_EQ(got.names().size(), expected.names().size());
      for (const std::string& tensor : expected.names()) {
        EXPECT_EQ(got.tensor(tensor).traits, expected.tensor(tensor).traits) << tensor;
        EXPECT_TRUE(std::ranges::equal(got.tensor(tensor).bytes, expected.tensor(tensor).bytes))
            << tensor;
      }
      for (const auto& [key, value] : expected.metadata()) {
        const bool is_label = key.starts_with("general.") && key != "general.architecture" &&
                              key != "general.file_type";
        if (is_label || key == "tokenizer.chat_template") continue;
        ASSERT_NE(got.find(key), nullptr) << key;
        EXPECT_TRUE(std::ranges::equal(got.find(key)->bytes(), value.bytes())) << key;
      }
    }
  }
}

TEST_F(GemmaConvertFixtures, TokenizersComeAlong) {
  const fs::path folder = fresh("tokenizer");
  EXPECT_TRUE(convert(fixtures_ / "gguf" / "gemma3_base.Q8_0.gguf", folder).has_tokenizer);
  const auto original = tokenizers::Tokenizer::open(fixtures_ / "gguf" / "gemma3_base.Q8_0.gguf");
  const auto written = tokenizers::Tokenizer::open(folder / "tokenizer.model");
  EXPECT_EQ(written.vocabulary().pieces, original.vocabulary().pieces);
  EXPECT_EQ(written.vocabulary().scores, original.vocabulary().scores);
  EXPECT_EQ(written.vocabulary().types, original.vocabulary().types);
  EXPECT_EQ(written.vocabulary().bos, original.vocabulary().bos);
  for (const char* text : {"hello  world", "<start_of_turn>user\n", "naïve ☃ 12345", " a"})
    EXPECT_EQ(written.encode(text), original.encode(text)) << text;
  EXPECT_THAT(read_text(folder / "tokenizer_config.json"), HasSubstr("start_of_turn"));  // template
}

TEST_F(GemmaConvertFixtures, RefusesAndLeavesNothing) {
  const fs::path from = fixtures_ / "gemma_hf" / "gemma3_base", to = fresh("refused");
  const auto refused = [&](const fs::path& model, const fs::path& out,
                           const ConvertOptions& options) {
    return test::refusal([&] { convert(model, out, options); });
  };
  EXPECT_THAT(refused(from, to, {.type = BlockType::kQ8_0}),
              HasSubstr("expected f32, f16 or bf16"));
  EXPECT_THAT(refused(from, testing::TempDir(), {}), HasSubstr("exists"));
  EXPECT_THAT(refused(from, to, {.config = fixtures_ / "gemma_hf" / "gemma1_mqa" / "config.json"}),
              HasSubstr("not those of the config"));
  EXPECT_THAT(refused(from, to / "no" / "such.gguf", {}), HasSubstr("cannot write"));
  EXPECT_FALSE(fs::exists(to));

  // Rows of 24 are no whole number of blocks; 1e6 is beyond f16.
  Config config = published().front().config;
  config.layers = 1, config.width = 24, config.heads = 2, config.key_value_heads = 1;
  config.head_width = 12, config.hidden = 40, config.vocabulary = 16, config.is_local = {false};
  config.query_scale = 1 / std::sqrt(12.0);
  formats::NamedArrays tensors;
  for (const Weight& weight : weight_table(config, Layout::kHuggingFace)) {
    const Dims dims = weight.places.front().dims;
    tensors.emplace_back(
        "model." + weight.places.front().name,
        from_doubles({kF32, dims},
                     std::vector<double>(static_cast<std::size_t>(Shape{kF32, dims}.size()), 1e6)));
  }
  const fs::path odd = fresh("odd"), gguf = fresh("odd.gguf");
  fs::create_directories(odd);
  formats::write_safetensors(odd / "model.safetensors", tensors);
  std::ofstream(odd / "config.json") << config_text(config, kF32);
  EXPECT_THAT(refused(odd, gguf, {.type = BlockType::kQ4_0}),
              HasSubstr("has rows of 24; expected a multiple of 32 for Q8_0"));
  EXPECT_THAT(refused(odd, to, {.type = BlockType::kF16}), HasSubstr("f16 holds at most 65504"));
  EXPECT_THAT(refused(odd, gguf, {.type = BlockType::kF16}), HasSubstr("f16 holds at most 65504"));
  EXPECT_FALSE(fs::exists(to));
  EXPECT_FALSE(fs::exists(gguf));
}

}  // namespace
}  // namespace hilo::models::gemma
