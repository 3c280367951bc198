#include "hilo/formats/gguf.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/formats/npz.h"
#include "hilo/formats/safetensors.h"
#include "tests/formats/edge_cases.h"

namespace hilo::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Writes the bytes of a GGUF file by hand, so that they can be wrong.
class Maker {
 public:
  template <class T>
  Maker& put(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  Maker& text(const std::string& text) {
    put(std::uint64_t{text.size()});
    bytes_ += text;
    return *this;
  }
  Maker& header(std::uint64_t tensors, std::uint64_t keys) {
    bytes_ += "GGUF";
    return put(std::uint32_t{3}).put(tensors).put(keys);
  }
  Maker& tensor(const std::string& name, const std::vector<std::uint64_t>& dims, std::uint32_t type,
                std::uint64_t offset) {
    text(name).put(static_cast<std::uint32_t>(dims.size()));
    for (const std::uint64_t dim : dims) put(dim);
    return put(type).put(offset);
  }
  Maker& data(std::size_t bytes) {
    bytes_.resize((bytes_.size() + 31) / 32 * 32 + bytes, '\1');
    return *this;
  }
  operator std::string() const { return bytes_; }  // NOLINT: rows read better

 private:
  std::string bytes_;
};

std::string refusal(const std::string& bytes) {
  static const ScratchFolder folder;
  write_bytes(folder / "x.gguf", bytes);
  try {
    const GgufFile file = GgufFile::open(folder / "x.gguf");
    for (const auto& name : file.names()) static_cast<void>(file.blocks(name).decoded());
  } catch (const FormatError& error) {
    const std::string text = error.what();
    EXPECT_THAT(text, HasSubstr("x.gguf: offset "));
    return text.substr(text.find("offset "));
  }
  return "read";
}

template <class F>
std::string message(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

nlohmann::json manifest(const std::string& part) {
  std::ifstream file(fixtures() / "gguf" / "manifest.json");
  return nlohmann::json::parse(file).at(part);
}

// The goldens of a decoder that nobody here wrote (gguf-py 0.19), to the bit.
TEST(GgufBlocks, EveryTypeEqualsTheGoldens) {
  if (fixtures().empty()) GTEST_SKIP() << "HILO_FIXTURES is not set";
  int decoded = 0;
  for (const auto& row : manifest("dequant")) {
    const BlockTraits* const traits = block_traits(row.at("ggml_type_id").get<std::uint32_t>());
    ASSERT_NE(traits, nullptr) << row;
    EXPECT_EQ(traits->name, row.at("type"));
    EXPECT_EQ(traits->elements, row.at("block_size"));
    EXPECT_EQ(traits->bytes, row.at("type_size"));
    if (traits->decode == nullptr) continue;
    const BlockArray blocks = {static_cast<BlockType>(traits->id), row.at("shape"), nullptr, {}};
    const auto bytes = read_file(fixtures() / "gguf" / row.at("blocks"));
    Array found(Shape{kF32, blocks.dims});
    decode_blocks(blocks.type, bytes, found.mutable_data<float>());
    const Array expected = read_npy(fixtures() / "gguf" / row.at("expected"));
    ASSERT_EQ(found.shape(), expected.shape());
    for (std::size_t i = 0; i < found.data<float>().size(); ++i) {
      const float a = found.data<float>()[i], b = expected.data<float>()[i];
      ASSERT_TRUE(a == b || (std::isnan(a) && std::isnan(b)))
          << traits->name << ' ' << i << ": " << a << " and " << b;
    }
    ++decoded;
  }
  EXPECT_EQ(decoded, 13);  // all but F32
}

// ggml's reference wrote these, by gguf-py (goldens.py): blocks of the numbers that stand beside
// them.
TEST(GgufBlocks, QuantisingEqualsTheReference) {
  const NpzFile goldens = NpzFile::open(HILO_SOURCE_DIR "/tests/formats/quantize_goldens.npz");
  const Array numbers = goldens.at("numbers");
  const std::pair<BlockType, std::string> rows[] = {{BlockType::kQ8_0, "Q8_0"},
                                                    {BlockType::kQ4_0, "Q4_0"},
                                                    {BlockType::kF16, "F16"},
                                                    {BlockType::kBF16, "BF16"}};
  for (const auto& [type, name] : rows) {
    const Array expected = goldens.at(name);
    std::vector<std::byte> found(expected.bytes().size());
    encode_blocks(type, numbers.data<float>(), found);
    EXPECT_TRUE(std::ranges::equal(found, expected.bytes())) << name;
  }
}

TEST(GgufBlocks, WhatBlocksCannotHoldIsRefused) {
  std::vector<float> numbers(64, 1.0F);
  std::vector<std::byte> q8(68), q4(36), wrong(35);
  numbers[40] = std::nanf("");
  EXPECT_THAT(message([&] { encode_blocks(BlockType::kQ8_0, numbers, q8); }),
              HasSubstr("Q8_0: number 40 is nan; its blocks hold at most 8319008"));
  numbers[40] = -1e9F;
  EXPECT_THAT(message([&] { encode_blocks(BlockType::kQ4_0, numbers, q4); }),
              HasSubstr("Q4_0: number 40 is -1000000000.000000; its blocks hold at most 524032"));
  EXPECT_THAT(message([&] { encode_blocks(BlockType::kQ4_0, numbers, wrong); }),
              HasSubstr("Q4_0: 35 bytes for 64 numbers; expected 18 for each 32"));
  EXPECT_THAT(message([&] { decode_blocks(BlockType::kQ4_0, wrong, numbers); }),
              HasSubstr("Q4_0: 35 bytes for 64 numbers; expected 18 for each 32"));
  EXPECT_THAT(message([&] { encode_blocks(BlockType::kQ6_K, {}, {}); }),
              HasSubstr("no quantisation to Q6_K; expected F32, F16, BF16, Q8_0 or Q4_0"));
  numbers.assign(64, 1e-44F);  // a scale without an inverse
  encode_blocks(BlockType::kQ8_0, numbers, q8);
  EXPECT_THAT(q8, testing::Each(std::byte{0}));
}

// The names of Gemma's tensors in both formats: {blk.3.attn_q, model.layers.3.self_attn.q_proj}.
std::string hugging_face_name(const std::string& name, bool is_gemma1) {
  const std::pair<std::string, std::string> rows[] = {
      {"token_embd", "model.embed_tokens"},
      {"output_norm", "model.norm"},
      {"attn_norm", "input_layernorm"},
      {"attn_q_norm", "self_attn.q_norm"},
      {"attn_k_norm", "self_attn.k_norm"},
      {"attn_q", "self_attn.q_proj"},
      {"attn_k", "self_attn.k_proj"},
      {"attn_v", "self_attn.v_proj"},
      {"attn_output", "self_attn.o_proj"},
      {"post_attention_norm", "post_attention_layernorm"},
      {"ffn_norm", is_gemma1 ? "post_attention_layernorm" : "pre_feedforward_layernorm"},
      {"post_ffw_norm", "post_feedforward_layernorm"},
      {"ffn_gate", "mlp.gate_proj"},
      {"ffn_up", "mlp.up_proj"},
      {"ffn_down", "mlp.down_proj"}};
  std::string layer, leaf = name.substr(0, name.size() - std::string(".weight").size());
  if (leaf.starts_with("blk.")) {
    const auto dot = leaf.find('.', 4);
    layer = "model.layers." + leaf.substr(4, dot - 3);
    leaf = leaf.substr(dot + 1);
  }
  for (const auto& [gguf, hugging_face] : rows) {
    if (gguf == leaf) return layer + hugging_face + ".weight";
  }
  return "unknown: " + name;
}

// The largest distance of two arrays, as a part of the largest number of the second.
double relative_distance(const Array& found, const Array& expected) {
  const std::vector<double> a = found.to_doubles(), b = expected.to_doubles();
  double distance = 0, most = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    distance = std::max(distance, std::abs(a[i] - b[i]));
    most = std::max(most, std::abs(b[i]));
  }
  return distance / most;
}

// Norms are stored as 1 + w, all else as it is, within what the manifest says of quantisation.
TEST(Gguf, FixturesEqualTheModelsThatTheyWereMadeOf) {
  if (fixtures().empty()) GTEST_SKIP() << "HILO_FIXTURES is not set";
  int compared = 0;
  for (const auto& row : manifest("models")) {
    if (!row.contains("hf_case") || !row.contains("verified")) continue;
    const GgufFile file = GgufFile::open(fixtures() / "gguf" / row.at("file"));
    EXPECT_EQ(file.alignment(), row.at("alignment"));
    const auto folder = fixtures() / "gemma_hf" / row.at("hf_case");
    if (!std::filesystem::exists(folder / "model.safetensors")) continue;
    const SafetensorsFile model = SafetensorsFile::open(folder / "model.safetensors");
    const bool is_gemma1 = file.text("general.architecture") == "gemma";
    const double tolerance = row.at("verified").at("max_relative_weight_quant_error");
    double worst = 0;
    for (const std::string& name : file.names()) {
      Array expected = model.at(hugging_face_name(name, is_gemma1)).as(kF32);
      if (name.find("norm") != std::string::npos) {
        for (float& x : expected.mutable_data<float>()) x += 1.0F;
      }
      const Array found = file.blocks(name).decoded();
      ASSERT_EQ(found.shape(), expected.shape()) << file.path() << ' ' << name;
      worst = std::max(worst, relative_distance(found, expected));
      ++compared;
    }
    EXPECT_LE(worst, tolerance + 1e-6) << file.path();
    EXPECT_EQ(file.names().size(), model.names().size()) << file.path();
  }
  EXPECT_GT(compared, 500);
}

TEST(Gguf, ABigEndianFileIsRefusedByName) {
  if (fixtures().empty()) GTEST_SKIP() << "HILO_FIXTURES is not set";
  EXPECT_THAT(
      message([] { GgufFile::open(fixtures() / "gguf" / "gemma2_small.F16.bigendian.gguf"); }),
      HasSubstr("offset 8: a big-endian GGUF file, which is not read"));
}

nlohmann::json json_of(const GgufValue& value) {
  switch (value.type()) {
    case GgufType::kString:
      return value.text();
    case GgufType::kBool:
      return value.boolean();
    case GgufType::kF32:
    case GgufType::kF64:
      return value.number();
    case GgufType::kU64:
      return static_cast<std::uint64_t>(value.number());  // not beyond int64
    case GgufType::kArray:
      break;
    default:
      return value.integer();
  }
  nlohmann::json list = nlohmann::json::array();
  for (const GgufValue& element : value.elements(100)) list.push_back(json_of(element));
  return list;
}

TEST(Gguf, EdgeFixtures) {
  if (fixtures().empty()) GTEST_SKIP() << "HILO_FIXTURES is not set";
  for (const auto& row : edge_cases("gguf")) {
    const auto path = fixtures() / "edge" / row.at("file");
    const std::string verdict = row.at("verdict");
    try {
      const GgufFile file = GgufFile::open(path);
      EXPECT_NE(verdict, "reject") << path << ": " << row.at("why");
      for (const auto& name : file.names()) static_cast<void>(file.blocks(name).decoded());
      if (!row.contains("expect")) continue;
      for (const auto& [key, expected] : row.at("expect").items()) {
        const GgufValue* const value = file.find(key);
        ASSERT_NE(value, nullptr) << key;
        if (key == "u64") continue;  // below
        EXPECT_EQ(json_of(*value), expected) << key;
      }
      EXPECT_THAT(message([&] { static_cast<void>(file.integer("u64")); }),
                  HasSubstr("\"u64\" is u64; expected an integer below 2^63"));
      EXPECT_EQ(file.number("u64"), 18446744073709551615.0);
    } catch (const FormatError& error) {
      EXPECT_NE(verdict, "accept") << error.what();
      EXPECT_THAT(error.what(), HasSubstr(path.filename().string() + ": offset "));
    }
  }
}

TEST(Gguf, RefusalsOfTheReader) {
  const std::uint64_t huge = std::uint64_t{1} << 62;
  const std::pair<std::string, std::string> rows[] = {
      {"", "offset 0: the magic number of 4 bytes; expected at most 0"},
      {"GGML....", "offset 4: begins with \"GGML\"; expected \"GGUF\""},
      {Maker().header(huge, 0),
       "4611686018427387904 as the number of tensors; expected at most 100000"},
      {Maker().header(0, 1).put(huge),
       "a key of 4611686018427387904 bytes; expected at most 65535"},
      {Maker().header(0, 1).text("\xff").put(0), "a key \"\\xff\" is not UTF-8"},
      {Maker().header(0, 1).text("k").put(13),
       "the value of \"k\" has the unknown type 13; expected 0 to 12"},
      {Maker().header(0, 1).text("k").put(8).put(huge),
       "the value of \"k\" of 4611686018427387904 bytes"},
      {Maker().header(0, 1).text("k").put(9).put(10).put(huge),
       "the value of \"k\" has 4611686018427387904 elements; expected at most 0, as bytes are "
       "left"},
      {Maker().header(0, 1).text("k").put(7).put('\2'), "is a bool of 2; expected 0 or 1"},
      {Maker().header(0, 2).text("k").put(0).put('a').text("k").put(0).put('b'),
       "the key \"k\" stands twice"},
      {Maker().header(0, 1).text("general.alignment").put(4).put(48),
       "general.alignment is 48; expected a power of two up to 1048576"},
      {Maker().header(0, 1).text("general.alignment").put(0).put('a'),
       "general.alignment is u8; expected a u32"},
      {Maker().header(1, 0).tensor("t", {1, 1, 1, 1, 1}, 0, 0).data(4),
       "tensor \"t\" has 5 axes; expected at most 4"},
      {Maker().header(1, 0).tensor("t", {huge, 8}, 0, 0).data(4),
       "has an axis of 8, which is too large"},
      {Maker().header(1, 0).tensor("t", {huge}, 0, 0).data(4), "tensor \"t\" is too large"},
      {Maker().header(1, 0).tensor("t", {huge, 0, 8}, 0, 0).data(4),
       "has an axis of 8, which is too large"},
      {Maker().header(1, 0).tensor("t", {32}, 4, 0).data(4), "tensor \"t\" has the unknown type 4"},
      {Maker().header(1, 0).tensor("t", {33}, 8, 0).data(68),
       "tensor \"t\" is Q8_0 with rows of 33; expected a multiple of 32"},
      {Maker().header(1, 0).tensor("t", {8}, 0, 4).data(64),
       "has the data offset 4; expected a multiple of 32"},
      {Maker().header(1, 0).tensor("t", {8}, 0, 64).data(64),
       "tensor \"t\" of 32 bytes at data offset 64; expected to end by 64"},
      {Maker().header(2, 0).tensor("t", {16}, 0, 0).tensor("u", {8}, 0, 32).data(64),
       "tensor \"u\" overlaps the one before it"},
      {Maker().header(2, 0).tensor("t", {8}, 0, 0).tensor("t", {8}, 0, 32).data(64),
       "the tensor \"t\" stands twice"},
      {Maker().header(1, 0).tensor("t", {256}, 16, 0).data(66),
       "tensor \"t\" is IQ2_XXS, a type that is not read; expected F32, F16"},
  };
  for (const auto& [bytes, expected] : rows) EXPECT_THAT(refusal(bytes), HasSubstr(expected));
  Maker nested = Maker().header(0, 1).text("k").put(9);
  for (int i = 0; i < 30'000; ++i) nested.put(9).put(std::uint64_t{1});
  EXPECT_THAT(refusal(nested), HasSubstr("is nested too deep; expected at most 4 arrays"));
}

GgufMetadata some_metadata() {
  const std::vector<std::string> tokens = {"a", "", "\xe2\x96\x81"};
  const std::vector<float> scores = {0, -1.5F};
  return {{"general.architecture", GgufValue::of("gemma2")},
          {"gemma2.block_count", GgufValue::of(std::uint32_t{26})},
          {"offset", GgufValue::of(std::int32_t{-3})},
          {"big", GgufValue::of(std::uint64_t{1} << 40)},
          {"eps", GgufValue::of(0.25F)},
          {"add_bos", GgufValue::of(true)},
          {"tokens", GgufValue::of(std::span(tokens))},
          {"scores", GgufValue::of(std::span(scores))}};
}

TEST(Gguf, WhatIsWrittenIsRead) {
  const ScratchFolder folder;
  Array numbers(Shape{kF32, {3, 64}});
  for (std::size_t i = 0; i < 192; ++i)
    numbers.mutable_data<float>()[i] = std::sin(static_cast<float>(i));
  const std::vector<GgufTensorSpec> specs = {
      {"f32", {3, 64}, BlockType::kF32},   {"f16", {3, 64}, BlockType::kF16},
      {"bf16", {3, 64}, BlockType::kBF16}, {"scalar", {}, BlockType::kF32},
      {"q8", {3, 64}, BlockType::kQ8_0},   {"q4", {3, 64}, BlockType::kQ4_0}};
  const auto write = [&](const std::string& name) {
    GgufWriter writer(folder / name, some_metadata(), specs);
    for (const auto& spec : specs)
      writer.write(spec.name == "scalar" ? Array::scalar(2.5) : numbers);
    writer.commit();
  };
  write("a.gguf");
  write("b.gguf");
  EXPECT_EQ(read_file(folder / "a.gguf"), read_file(folder / "b.gguf"));

  const GgufFile file = GgufFile::open(folder / "a.gguf");
  EXPECT_EQ(file.version(), 3U);
  EXPECT_EQ(file.text("general.architecture"), "gemma2");
  EXPECT_EQ(file.integer("gemma2.block_count"), 26);
  EXPECT_EQ(file.integer("offset"), -3);
  EXPECT_EQ(file.integer("big"), std::int64_t{1} << 40);
  EXPECT_EQ(file.number("eps"), 0.25);
  EXPECT_EQ(file.boolean("add_bos"), true);
  EXPECT_THAT(*file.texts("tokens"), ElementsAre("a", "", "\xe2\x96\x81"));
  EXPECT_THAT(*file.numbers("scores"), ElementsAre(0, -1.5));
  EXPECT_EQ(file.integer("none"), std::nullopt);
  const std::pair<std::function<void()>, std::string> wrong[] = {
      {[&] { (void)file.integer("eps"); }, "\"eps\" is f32; expected an integer"},
      {[&] { (void)file.text("eps"); }, "\"eps\" is f32; expected a string"},
      {[&] { (void)file.boolean("tokens"); }, "\"tokens\" is array of string; expected a bool"},
      {[&] { (void)file.integers("scores"); }, "is f32; expected an integer"},
      {[&] { (void)file.numbers("tokens"); },
       "\"tokens\" is array of string; expected an array of numbers"},
      {[&] { (void)file.texts("scores"); },
       "\"scores\" is array of f32; expected an array of strings"},
      {[&] { (void)file.tensor("f33"); }, "no tensor named \"f33\"; did you mean f32"},
      {[&] { (void)file.array("q8"); }, "tensor \"q8\" is Q8_0; expected plain numbers"}};
  for (const auto& [call, expected] : wrong) EXPECT_THAT(message(call), HasSubstr(expected));

  EXPECT_EQ(file.array("f32"), numbers);
  EXPECT_EQ(file.array("f32").bytes().data(), file.blocks("f32").bytes.data());  // no copy
  EXPECT_EQ(file.array("f16"), numbers.as(kF16));
  EXPECT_EQ(file.array("bf16"), numbers.as(kBF16));
  EXPECT_EQ(file.array("scalar"), Array::scalar(2.5F));
  EXPECT_LT(relative_distance(file.blocks("q8").decoded(), numbers), 1 / 250.0);
  EXPECT_LT(relative_distance(file.blocks("q4").decoded(), numbers), 1 / 8.0);

  GgufWriter again(folder / "c.gguf", file.metadata(), specs);
  for (const auto& spec : specs) again.write(file.blocks(spec.name));
  again.commit();
  EXPECT_EQ(read_file(folder / "a.gguf"), read_file(folder / "c.gguf"));
}

TEST(Gguf, RefusalsOfTheWriter) {
  const ScratchFolder folder;
  const auto path = folder / "a.gguf";
  const Array two = Array::of<float>({2}, {1, 2});
  const auto write = [&](std::vector<GgufTensorSpec> specs, const GgufMetadata& metadata = {}) {
    return message([&] { GgufWriter(path, metadata, std::move(specs)).commit(); });
  };
  const BlockType f32 = BlockType::kF32;
  EXPECT_THAT(write({{"t", {2}, f32}}), HasSubstr("gguf: tensor \"t\" was not written"));
  EXPECT_THAT(write({{"t", {2}, f32}, {"t", {2}, f32}}), HasSubstr("\"t\" is given twice"));
  EXPECT_THAT(write({{"t", {1, 1, 1, 1, 1}, f32}}), HasSubstr("expected at most 4 axes"));
  EXPECT_THAT(write({{"t", {40}, BlockType::kQ8_0}}),
              HasSubstr("has rows of 40; expected a multiple of 32 for Q8_0"));
  EXPECT_THAT(write({}, {{"k", GgufValue::of(true)}, {"k", GgufValue::of(true)}}),
              HasSubstr("the key \"k\" is given twice"));
  EXPECT_THAT(message([&] {
                GgufWriter(path, {}, {{"t", {3}, f32}}).write(two);
              }),
              HasSubstr("tensor \"t\" is [2]; expected [3], as announced"));
  EXPECT_THAT(message([&] { GgufWriter(path, {}, {}).write(two); }),
              HasSubstr("a tensor more than the 0 announced"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

// Every prefix of a good file is refused, every file with one byte changed read or refused.
TEST(Gguf, CutAndChangedFilesAreReadOrRefused) {
  const ScratchFolder folder;
  GgufWriter writer(folder / "a.gguf", some_metadata(),
                    {{"q", {1, 32}, BlockType::kQ8_0}, {"w", {2}, BlockType::kF32}});
  writer.write(Array(Shape{kF32, {1, 32}}));
  writer.write(Array::of<float>({2}, {1, 2}));
  writer.commit();
  const std::string good = read_text(folder / "a.gguf");
  const std::size_t end = good.size() - 24;  // of the last tensor: padding follows
  for (std::size_t length = 0; length < end; ++length)
    EXPECT_NE(refusal(good.substr(0, length)), "read") << length;
  EXPECT_EQ(refusal(good.substr(0, end)), "read");
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char change : {'\0', '\1', '9', '\xff'}) {
      std::string bad = good;
      bad[i] = change;
      static_cast<void>(refusal(bad));
    }
  }
}

}  // namespace
}  // namespace hilo::formats
