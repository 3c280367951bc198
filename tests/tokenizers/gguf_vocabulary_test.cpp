// A vocabulary as GGUF files hold it gives the ids of the model that it came from.
#include "hilo/tokenizers/gguf_vocabulary.h"

#include <gmock/gmock.h>

#include "hilo/core/error.h"
#include "hilo/formats/gguf.h"
#include "tests/tokenizers/fixtures.h"

namespace hilo::tokenizers::test {
namespace {

using testing::HasSubstr;

// What a converter writes of a .model.
GgufVocabulary converted(const std::filesystem::path& file) {
  const std::string bytes = read_text(file);
  const SentencePieceModel model =
      parse_sentencepiece(std::as_bytes(std::span(bytes)), file.string());
  GgufVocabulary result;
  result.model = model.kind == SplitKind::kBpe ? "llama" : "t5";
  result.tokens = model.vocabulary.pieces;
  result.scores = model.vocabulary.scores;
  for (std::size_t i = 0; i < model.vocabulary.size(); ++i) {
    const PieceType type = model.vocabulary.types[i];
    result.types.push_back(static_cast<std::int32_t>(type));
    std::string& token = result.tokens[i];
    for (std::size_t at;
         type == PieceType::kUserDefined && (at = token.find(kSpaceMark)) != token.npos;) {
      token.replace(at, kSpaceMark.size(), " ");
    }
  }
  result.bos = model.vocabulary.bos;
  result.adds_space_prefix = model.normalizer.adds_dummy_prefix;
  result.removes_extra_whitespaces = model.normalizer.removes_extra_whitespaces;
  result.character_map = model.normalizer.character_map;
  return result;
}

TEST(GgufVocabularies, give_the_ids_of_the_original_model) {
  HILO_PATH_OR_SKIP(fixtures, "HILO_FIXTURES");
  for (const std::string name : {"tiny_gemma_like", "mistral_v1", "tiny_unigram_nfkc"}) {
    SCOPED_TRACE(name);
    const auto folder = fixtures / "tokenizer";
    const Tokenizer tokenizer =
        Tokenizer::from_model(sentencepiece_of(converted(folder / (name + ".model")), name), name);
    const Json goldens = Json::parse(read_text(folder / (name + "_goldens.json")));
    for (const Json& row : goldens["cases"]) {
      EXPECT_EQ(tokenizer.encode(row["text"].get<std::string>()), ids_of(row["ids"]))
          << row["text"];
      EXPECT_EQ(tokenizer.decode(ids_of(row["ids"])), row["decoded"].get<std::string>());
    }
  }
}

// A file with these keys and no tensors.
std::filesystem::path written(const std::string& name, const formats::GgufMetadata& keys) {
  const auto path = std::filesystem::path(testing::TempDir()) / (name + ".gguf");
  formats::GgufWriter(path, keys, {}).commit();
  return path;
}

TEST(GgufVocabularies, are_read_from_the_file) {
  HILO_PATH_OR_SKIP(fixtures, "HILO_FIXTURES");
  const auto model = fixtures / "tokenizer" / "mistral_v1.model";
  const GgufVocabulary v = converted(model);
  using formats::GgufValue;
  const Tokenizer tokenizer = Tokenizer::open(
      written("vocabulary", {{"tokenizer.ggml.model", GgufValue::of(v.model)},
                             {"tokenizer.ggml.tokens", GgufValue::of(v.tokens)},
                             {"tokenizer.ggml.scores", GgufValue::of(v.scores)},
                             {"tokenizer.ggml.token_type", GgufValue::of(v.types)},
                             {"tokenizer.ggml.bos_token_id", GgufValue::of(std::uint32_t{1})},
                             {"tokenizer.ggml.eos_token_id", GgufValue::of(std::uint32_t{2})}}));
  const Tokenizer original = Tokenizer::open(model);
  for (const char* text : {"Are bees and wasps similar?", " h\xC3\xA9llo  \xE2\x98\x83", ""}) {
    EXPECT_EQ(tokenizer.encode(text, {.adds_bos = true}), original.encode(text, {.adds_bos = true}));
  }
  EXPECT_EQ(tokenizer.vocabulary().eos, 2);
}

TEST(GgufVocabularies, files_without_one_are_refused) {
  const auto refusal = [](const std::filesystem::path& path) -> std::string {
    try {
      static_cast<void>(Tokenizer::open(path));
    } catch (const FormatError& error) {
      return error.what();
    }
    return "";
  };
  using formats::GgufValue;
  EXPECT_THAT(refusal(written("none", {})),
              HasSubstr("none.gguf: it has no vocabulary; expected the key tokenizer.ggml.tokens"));
  const std::vector<std::string> tokens = {"<unk>", "a"};
  EXPECT_THAT(refusal(written("bpe", {{"tokenizer.ggml.model", GgufValue::of("gpt2")},
                                      {"tokenizer.ggml.tokens", GgufValue::of(tokens)}})),
              HasSubstr("tokenizer.ggml.model is \"gpt2\""));
  EXPECT_THAT(refusal(written("wrong", {{"tokenizer.ggml.tokens", GgufValue::of("a")}})),
              HasSubstr("\"tokenizer.ggml.tokens\" is string; expected an array of strings"));
}

TEST(GgufVocabularies, that_do_not_fit_are_refused) {
  const auto refusal = [](GgufVocabulary vocabulary) -> std::string {
    try {
      static_cast<void>(sentencepiece_of(std::move(vocabulary), "x.gguf"));
    } catch (const FormatError& error) {
      return error.what();
    }
    return "";
  };
  const GgufVocabulary good = {.model = "llama", .tokens = {"<unk>", "a"}, .types = {2, 1}};
  EXPECT_EQ(refusal(good), "");
  const auto with = [&](auto change) {
    GgufVocabulary bad = good;
    change(bad);
    return refusal(bad);
  };
  EXPECT_THAT(with([](auto& v) { v.model = "gpt2"; }),
              HasSubstr("tokenizer.ggml.model is \"gpt2\", which is not supported"));
  EXPECT_THAT(with([](auto& v) { v.types = {2}; }), HasSubstr("2 pieces, 2 scores, 1 types"));
  EXPECT_THAT(with([](auto& v) { v.scores = {0, 0, 0}; }), HasSubstr("2 pieces, 3 scores"));
  EXPECT_THAT(with([](auto& v) {
                v.types = {2, 9};
              }),
              HasSubstr("token 1 has type 9; expected 1 to 6"));
  EXPECT_THAT(with([](auto& v) { v.types = {1, 1}; }), HasSubstr("no unknown piece"));
  EXPECT_THAT(with([](auto& v) { v.bos = 7; }), HasSubstr("special id 7; expected less than 2"));
  EXPECT_EQ(with([](auto& v) { v.types = {1, 1}, v.unknown = 0; }), "");
}

}  // namespace
}  // namespace hilo::tokenizers::test
