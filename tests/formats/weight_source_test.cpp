#include "hilo/formats/weight_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/formats/gguf.h"
#include "hilo/formats/safetensors.h"
#include "tests/formats/edge_cases.h"

namespace hilo::formats {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

std::string refusal(const fs::path& path) {
  try {
    const auto source = WeightSource::open(path);
    for (const std::string& name : source->names()) static_cast<void>(source->read(name));
  } catch (const FormatError& error) {
    return error.what();
  }
  return "read";
}

const Array kOne = Array::scalar(1.0F), kTwo = Array::of<float>({2}, {1, 2});

std::string index_of(const std::string& weight_map) {
  return R"({"metadata":{},"weight_map":)" + weight_map + "}";
}

TEST(WeightSource, AnHfFolderIsItsShardsTogether) {
  const ScratchFolder folder;
  write_safetensors(folder / "model-1.safetensors", {{"a", kOne}}, {{"format", "pt"}});
  write_safetensors(folder / "model-2.safetensors", {{"b", kTwo}, {"c", kOne.as(kBF16)}});
  write_bytes(
      folder / "model.safetensors.index.json",
      index_of(
          R"({"a":"model-1.safetensors","c":"model-2.safetensors","b":"model-2.safetensors"})"));
  for (const fs::path& path : {folder.path(), folder / "model.safetensors.index.json"}) {
    const auto source = WeightSource::open(path);
    EXPECT_EQ(source->format(), "safetensors");
    EXPECT_THAT(source->names(), ElementsAre("a", "b", "c"));
    EXPECT_EQ(source->read("b"), kTwo);
    EXPECT_EQ(source->info("c").type, "bf16");
    EXPECT_EQ(source->info("b").bytes, 8U);
    EXPECT_EQ(source->files().size(), 2U);
    EXPECT_EQ(source->metadata().at("format"), "pt");
    EXPECT_EQ(source->gguf(), nullptr);
  }
  write_safetensors(folder / "model.safetensors", {{"whole", kOne}});
  EXPECT_THAT(WeightSource::open(folder.path())->names(),
              ElementsAre("whole"));  // as transformers has it
  EXPECT_THAT(WeightSource::open(folder / "model-2.safetensors")->names(), ElementsAre("b", "c"));
}

// Bytes of this process that are in memory.
std::int64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::int64_t all = 0, resident = 0;
  file >> all >> resident;
  return resident * ::sysconf(_SC_PAGESIZE);
}

TEST(WeightSource, AMappedTensorGivesItsMemoryBack) {
  const ScratchFolder folder;
  constexpr std::int64_t kBytes = 32 << 20;
  const Array x = from_doubles({kF32, {kBytes / 4}}, std::vector<double>(kBytes / 4, 0.5));
  write_safetensors(folder / "x.safetensors", {{"x", x}});
  const auto source = WeightSource::open(folder / "x.safetensors");
  const Array view = source->read("x");
  const std::int64_t before = resident_bytes();
  EXPECT_EQ(view, x);
  EXPECT_GT(resident_bytes(), before + kBytes / 2);
  source->forget("x");
  EXPECT_LT(resident_bytes(), before + kBytes / 4);
  EXPECT_EQ(view, x);
}

TEST(WeightSource, RefusalsOfHfFolders) {
  const ScratchFolder folder;
  write_safetensors(folder / "m1.safetensors", {{"a", kOne}, {"b", kOne}});
  write_safetensors(folder / "m2.safetensors", {{"c", kOne}});
  write_safetensors(folder / "m3.safetensors", {{"a", kOne}});
  const std::pair<std::string, std::string> rows[] = {
      {index_of(R"({"a":"m1.safetensors","x":"x2.safetensors","y":"x1.safetensors"})"),
       "missing of the 3 shards that model.safetensors.index.json lists: \"x1.safetensors\", "
       "\"x2.safetensors\""},
      {index_of(R"({"a":"m1.safetensors","a":"m1.safetensors"})"),
       "the key \"a\" stands twice in one object"},
      {index_of(R"({"a":"m1.safetensors","c":"m3.safetensors"})"),
       "m3.safetensors: tensor \"a\" is also in m1.safetensors"},
      {index_of(R"({"a":"m1.safetensors","c":"m1.safetensors"})"),
       "m1.safetensors: lacks tensor \"c\", which the index has there"},
      {index_of(R"({"a":"m1.safetensors","c":"../m2.safetensors"})"),
       "tensor \"c\" is in \"../m2.safetensors\"; expected the name of a file in the same folder"},
      {index_of(R"({"a":1})"), "tensor \"a\" is in \"number\"; expected the name of a file"},
      {index_of("[]"), "lacks the object \"weight_map\""},
      {"[", "index.json: offset 2: no JSON: syntax error"},
      {std::string(100'000, '['), "JSON nested more than 32 deep"},
      {R"({"weight_map":1e999})", "no JSON: "},
  };
  for (const auto& [index, expected] : rows) {
    write_bytes(folder / "model.safetensors.index.json", index);
    EXPECT_THAT(refusal(folder.path()), HasSubstr(expected));
  }
  fs::remove(folder / "model.safetensors.index.json");
  EXPECT_THAT(refusal(folder.path()),
              HasSubstr("has neither model.safetensors nor model.safetensors.index.json"));
}

TEST(WeightSource, WhatIsNoModelIsRefused) {
  const ScratchFolder folder;
  EXPECT_THAT(refusal(folder / "none"), HasSubstr("none: no such file or folder"));
  EXPECT_THAT(refusal(folder.path()),
              HasSubstr("holds no weights; expected a .safetensors or .gguf file"));
  write_bytes(folder / "notes.txt", "hello there");
  EXPECT_THAT(refusal(folder / "notes.txt"),
              HasSubstr("offset 0: no weights: begins with \"hello the\""));
  write_bytes(folder / "empty.gguf", "");
  EXPECT_THAT(refusal(folder / "empty.gguf"),
              HasSubstr("the magic number of 4 bytes; expected at most 0"));
}

void write_gguf(const fs::path& path, const std::string& tensor, std::uint32_t part,
                std::uint32_t count, std::int32_t tensors) {
  GgufWriter writer(path,
                    {{"split.no", GgufValue::of(part)},
                     {"split.count", GgufValue::of(count)},
                     {"split.tensors.count", GgufValue::of(tensors)}},
                    {{tensor, {1, 32}, BlockType::kQ8_0}, {tensor + ".f", {2}, BlockType::kF16}});
  writer.write(Array(Shape{kF32, {1, 32}}));
  writer.write(kTwo);
  writer.commit();
}

TEST(WeightSource, PartsOfASplitGgufAreOne) {
  const ScratchFolder folder;
  const auto part = [&](const std::string& number) {
    return folder / ("m-" + number + "-of-00003.gguf");
  };
  write_gguf(part("00001"), "a", 0, 3, 6);
  write_gguf(part("00002"), "b", 1, 3, 6);
  write_gguf(part("00003"), "c", 2, 3, 6);
  for (const fs::path& path : {part("00001"), part("00003"), folder.path()}) {
    const auto source = WeightSource::open(path);
    EXPECT_EQ(source->format(), "gguf");
    EXPECT_THAT(source->names(), ElementsAre("a", "a.f", "b", "b.f", "c", "c.f"));
    EXPECT_EQ(source->read("b"), Array(Shape{kF32, {1, 32}}));
    EXPECT_EQ(source->read("c.f"), kTwo.as(kF16));
    EXPECT_EQ(source->read_blocks("a").type, BlockType::kQ8_0);
    EXPECT_EQ(source->info("a").type, "Q8_0");
    EXPECT_EQ(source->info("a").bytes, 34U);
    EXPECT_EQ(source->info("a.f").type, "f16");
    EXPECT_EQ(source->gguf()->integer("split.no"), 0);
    EXPECT_THROW(static_cast<void>(source->read_blocks("a.f")), FormatError);
  }
  write_gguf(part("00003"), "a", 2, 3, 6);
  EXPECT_THAT(refusal(part("00001")),
              HasSubstr("00003.gguf: tensor \"a\" is also in m-00001-of-00003.gguf"));
  write_gguf(part("00003"), "c", 1, 3, 6);
  EXPECT_THAT(refusal(part("00001")),
              HasSubstr("says that it is part 2 of 3; expected part 3 of 3"));
  fs::remove(part("00003"));
  EXPECT_THAT(refusal(part("00001")),
              HasSubstr("is one of 3 parts, of which \"m-00003-of-00003.gguf\" is missing"));
  write_gguf(part("00003"), "c", 2, 3, 7);
  EXPECT_THAT(refusal(part("00003")), HasSubstr("the parts hold 6 tensors; expected 7"));
  fs::rename(part("00003"), folder / "x.gguf");
  EXPECT_THAT(refusal(folder / "x.gguf"),
              HasSubstr("expected a name that ends in -00003-of-00003.gguf"));
  EXPECT_THAT(refusal(folder.path()),
              HasSubstr("holds 2 GGUF models; name one of them: m-00001-of-00003.gguf, x.gguf"));
}

TEST(WeightSource, ATypeThatIsNotReadIsNamed) {
  const ScratchFolder folder;
  GgufWriter writer(folder / "a.gguf", {}, {{"t", {256}, BlockType::kF16}});
  writer.write(Array(Shape{kF32, {256}}));
  writer.commit();
  std::string bytes = read_text(folder / "a.gguf");
  bytes[24 + 8 + 1 + 4 + 8] = 16;  // the tensor's type: IQ2_XXS
  write_bytes(folder / "a.gguf", bytes);
  const auto source = WeightSource::open(folder / "a.gguf");
  EXPECT_EQ(source->info("t").type, "IQ2_XXS");
  EXPECT_THAT(refusal(folder / "a.gguf"),
              HasSubstr("tensor \"t\" is IQ2_XXS, a type that is not read"));
}

// The numbers of a Flax parameter as HF's matrix: `at(r, c)` says where in the parameter they are.
using Place = std::function<std::size_t(std::size_t row, std::size_t column)>;
void expect_same(const Array& flax, const Array& hf, const std::string& name, const Place& at) {
  const std::vector<double> a = flax.to_doubles(), b = hf.to_doubles();
  const std::size_t columns = static_cast<std::size_t>(hf.shape().dims.back()),
                    rows = b.size() / columns;
  for (std::size_t r = 0; r < rows; ++r) {
    for (std::size_t c = 0; c < columns; ++c) {
      ASSERT_EQ(a.at(at(r, c)), b[r * columns + c]) << name << ' ' << r << ' ' << c;
    }
  }
}

// Compares a checkpoint with the HF model that it was made of, tensor by tensor.
class Comparison {
 public:
  Comparison(std::shared_ptr<const WeightSource> flax, std::shared_ptr<const WeightSource> hf)
      : flax_(std::move(flax)), hf_(std::move(hf)) {
    root_ = flax_->contains("transformer/final_norm/scale") ? "transformer/" : "";
    for (const std::string& name : hf_->names()) {
      if (name.starts_with("model.language_model.")) prefix_ = "model.language_model.";
      if (name.starts_with("language_model.model.")) prefix_ = "language_model.model.";
    }
    const Array linear = read("layer_0/mlp/linear");  // [F,D]
    hidden_ = size_of(linear, 0), width_ = size_of(linear, 1);
    const Array output = read("layer_0/attn/attn_vec_einsum");  // [N,H,D]
    head_ = size_of(output, 1);
  }

  // How many tensors of the HF model were found equal.
  int run() {
    same("embedder/input_embedding", "embed_tokens");
    same("final_norm/scale", "norm");
    for (int i = 0; flax_->contains(root_ + "layer_" + std::to_string(i) + "/pre_ffw_norm/scale");
         ++i) {
      layer("layer_" + std::to_string(i) + "/", "layers." + std::to_string(i) + ".");
    }
    return compared_;
  }

 private:
  static std::size_t size_of(const Array& array, int axis) {
    return static_cast<std::size_t>(array.shape().dim(axis));
  }
  // Some leaves are {"w": ..} in flat trees and plain in nested ones.
  Array read(const std::string& name) const {
    return flax_->read(flax_->contains(root_ + name) ? root_ + name : root_ + name + "/w");
  }
  void compare(const std::string& flax, const std::string& hf, const Place& at) {
    const std::string name = prefix_ + hf + ".weight";
    ASSERT_TRUE(hf_->contains(name)) << name;
    expect_same(read(flax), hf_->read(name), name, at);
    ++compared_;
  }
  void same(const std::string& flax, const std::string& hf) {
    const std::size_t columns =
        static_cast<std::size_t>(hf_->info(prefix_ + hf + ".weight").shape.dims.back());
    compare(flax, hf, [columns](std::size_t r, std::size_t c) { return r * columns + c; });
  }
  // Part `part` of [parts,heads,D,H]: HF has [heads*H,D].
  void heads(const std::string& flax, std::size_t part, std::size_t heads, const std::string& hf) {
    compare(flax, hf, [=, this](std::size_t r, std::size_t c) {
      return ((part * heads + r / head_) * width_ + c) * head_ + r % head_;
    });
  }
  void attention(const std::string& flax, const std::string& hf) {
    const bool is_joined = flax_->contains(root_ + flax + "qkv_einsum/w");
    const std::string kv = flax + (is_joined ? "qkv_einsum" : "kv_einsum");
    const std::size_t kv_heads = size_of(read(kv), 1), first = is_joined ? 1 : 0;
    heads(is_joined ? kv : flax + "q_einsum", 0, kv_heads, hf + "q_proj");
    heads(kv, first, kv_heads, hf + "k_proj");
    heads(kv, first + 1, kv_heads, hf + "v_proj");
    compare(flax + "attn_vec_einsum", hf + "o_proj",
            [this](std::size_t r, std::size_t c) { return c * width_ + r; });
    if (!flax_->contains(root_ + flax + "_query_norm/scale")) return;
    same(flax + "_query_norm/scale", hf + "q_norm");
    same(flax + "_key_norm/scale", hf + "k_norm");
  }
  void gating(const std::string& flax, std::size_t part, const std::string& hf) {
    const bool is_transposed = size_of(read(flax), 1) == hidden_ && hidden_ != width_;
    compare(flax, hf, [=, this](std::size_t r, std::size_t c) {
      return part * hidden_ * width_ + (is_transposed ? r * width_ + c : c * hidden_ + r);
    });
  }
  void layer(const std::string& flax, const std::string& hf) {
    attention(flax + "attn/", hf + "self_attn.");
    gating(flax + "mlp/gating_einsum", 0, hf + "mlp.gate_proj");
    gating(flax + "mlp/gating_einsum", 1, hf + "mlp.up_proj");
    compare(flax + "mlp/linear", hf + "mlp.down_proj",
            [this](std::size_t r, std::size_t c) { return c * width_ + r; });
    same(flax + "pre_attention_norm/scale", hf + "input_layernorm");
    if (!flax_->contains(root_ + flax + "post_ffw_norm/scale")) {
      return same(flax + "pre_ffw_norm/scale", hf + "post_attention_layernorm");
    }
    same(flax + "pre_ffw_norm/scale", hf + "pre_feedforward_layernorm");
    same(flax + "post_attention_norm/scale", hf + "post_attention_layernorm");
    same(flax + "post_ffw_norm/scale", hf + "post_feedforward_layernorm");
  }

  std::shared_ptr<const WeightSource> flax_, hf_;
  std::string root_, prefix_ = "model.";
  std::size_t hidden_ = 0, width_ = 0, head_ = 0;
  int compared_ = 0;
};

TEST(WeightSource, OrbaxFixturesEqualTheHfModels) {
  if (fixtures().empty()) GTEST_SKIP() << "HILO_FIXTURES is not set";
  std::ifstream file(fixtures() / "gemma_orbax" / "manifest.json");
  const auto manifest = nlohmann::json::parse(file);
  for (const auto& row : manifest.at("cases")) {
    SCOPED_TRACE(row.at("name"));
    const auto flax = WeightSource::open(fixtures() / row.at("path"));
    EXPECT_EQ(flax->format(), "orbax");
    EXPECT_EQ(flax->names().size(), row.at("params").size());
    for (const auto& param : row.at("params")) {
      std::string name;
      for (const std::string step : param.at("path")) name += (name.empty() ? "" : "/") + step;
      ASSERT_TRUE(flax->contains(name)) << name;
      EXPECT_EQ(nlohmann::json(flax->info(name).shape.dims), param.at("shape"));
      EXPECT_EQ(flax->info(name).type, param.at("dtype") == "float32" ? "f32" : "bf16");
      const std::vector<double> numbers = flax->read(name).to_doubles();
      EXPECT_EQ(numbers.at(0), param.at("first").at(0));
      EXPECT_EQ(numbers.back(), param.at("last"));
    }
    const auto hf = WeightSource::open(fixtures() / "gemma_hf" / row.at("hf_case"));
    EXPECT_EQ(Comparison(flax, hf).run(), static_cast<int>(hf->names().size()));
  }
}

TEST(WeightSource, HfFixturesAreRead) {
  if (fixtures().empty()) GTEST_SKIP() << "HILO_FIXTURES is not set";
  std::ifstream file(fixtures() / "gemma_hf" / "manifest.json");
  const auto manifest = nlohmann::json::parse(file);
  for (const auto& row : manifest.at("cases")) {
    const fs::path path = fixtures() / row.at("path");
    const auto source = WeightSource::open(path);
    EXPECT_EQ(source->files().size() > 1, row.at("sharded")) << path;
    std::uint64_t bytes = 0;
    for (const std::string& name : source->names()) bytes += source->read(name).bytes().size();
    if (!row.at("sharded")) continue;
    std::ifstream index(path / "model.safetensors.index.json");
    const auto json = nlohmann::json::parse(index);
    EXPECT_EQ(bytes, json.at("metadata").at("total_size"));
    EXPECT_EQ(source->names().size(), json.at("weight_map").size());
  }
}

// Kaggle packs the checkpoint in a folder beside the tokenizer.
TEST(WeightSource, AFolderAroundOneModelStandsForIt) {
  const ScratchFolder folder;
  fs::create_directory(folder / "2b-it");
  write_bytes(folder / "tokenizer.model", "x");
  write_safetensors(folder / "2b-it/model.safetensors", {{"a", kOne}});
  EXPECT_EQ(WeightSource::open(folder.path())->path(), folder / "2b-it");
  fs::create_directory(folder / "7b");
  write_safetensors(folder / "7b/model.safetensors", {{"a", kOne}});
  EXPECT_THAT(refusal(folder.path()),
              HasSubstr("holds 2 folders of weights; name one of them: 2b-it, 7b"));
}

}  // namespace
}  // namespace hilo::formats
