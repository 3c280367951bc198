// The ids, texts and chunks of the reference implementations: SentencePiece for .model files of
// every kind, Hugging Face's tokenizers for Gemma 3's tokenizer.json (named by
// HILO_GEMMA3_TOKENIZER_JSON, since it has 33 MB) and for the same vocabulary in the GGUF file of
// Gemma 3 270M (HILO_GEMMA3_270M).
#include <gmock/gmock.h>

#include "hilo/core/text.h"
#include "tests/tokenizers/fixtures.h"

namespace hilo::tokenizers::test {
namespace {

using testing::AnyOf;

class SentencePieceGoldens : public testing::TestWithParam<const char*> {};

TEST_P(SentencePieceGoldens, ids_and_texts_are_equal) {
  HILO_PATH_OR_SKIP(fixtures, "HILO_FIXTURES");
  const auto folder = fixtures / "tokenizer";
  const Json goldens = Json::parse(read_text(folder / (std::string(GetParam()) + "_goldens.json")));
  const Tokenizer tokenizer = Tokenizer::open(folder / (std::string(GetParam()) + ".model"));
  EXPECT_EQ(tokenizer.size(), goldens["vocab_size"].get<std::size_t>());
  for (const Json& row : goldens["cases"]) {
    const auto text = row["text"].get<std::string>();
    const std::vector<TokenId> expected = ids_of(row["ids"]);
    EXPECT_EQ(tokenizer.encode(text), expected) << quote(text);
    EXPECT_EQ(tokenizer.decode(expected), row["decoded"].get<std::string>()) << row["ids"];
    const auto [chunks, rest] = streamed(tokenizer, expected);
    std::string whole;
    for (const std::string& chunk : chunks) {
      EXPECT_TRUE(is_utf8(chunk)) << quote(chunk);
      whole += chunk;
    }
    EXPECT_EQ(whole + rest, row["decoded"].get<std::string>());
  }
  for (const Json& row : goldens["invalid_utf8"]) {
    EXPECT_EQ(tokenizer.encode(bytes_of_hex(row["bytes_hex"])), ids_of(row["ids"])) << row;
  }
}

INSTANTIATE_TEST_SUITE_P(Models, SentencePieceGoldens,
                         testing::Values("mistral_v1", "tiny_bpe_nfkc_suffix", "tiny_char",
                                         "tiny_gemma_like", "tiny_unigram_nfkc",
                                         "tiny_unigram_nfkc_cf_bytefallback", "tiny_word"),
                         [](const auto& row) { return std::string(row.param); });

class Gemma3Goldens : public testing::TestWithParam<const char*> {};

TEST_P(Gemma3Goldens, ids_texts_and_chunks_are_equal) {
  HILO_PATH_OR_SKIP(fixtures, "HILO_FIXTURES");
  HILO_PATH_OR_SKIP(file, GetParam());
  const Json goldens = Json::parse(read_text(fixtures / "tokenizer" / "gemma3_goldens.json"));
  const Tokenizer tokenizer = Tokenizer::open(file);
  // A GGUF's types are SentencePiece's: <unk> writes " ⁇ ", and markers of pictures are mere text.
  const bool is_json = file.extension() == ".json";
  for (const Json& row : goldens["cases"]) {
    const auto text = row["text"].get<std::string>();
    const std::vector<TokenId> ids = ids_of(row["ids"]);
    EXPECT_EQ(tokenizer.encode(text, {.parses_special = true}), ids) << quote(text);
    EXPECT_EQ(tokenizer.encode(text, {.adds_bos = true, .parses_special = true}),
              ids_of(row["ids_with_bos"]))
        << quote(text);
    const std::string decoded =
        row["roundtrip_exact"].get<bool>() ? text : row["decoded"].get<std::string>();
    if (is_json || std::ranges::count(ids, tokenizer.vocabulary().unknown) == 0) {
      EXPECT_EQ(tokenizer.decode(ids, {.shows_special = true}), decoded);
    }
    if (is_json && row.contains("decoded_skip_special")) {
      EXPECT_EQ(tokenizer.decode(ids), row["decoded_skip_special"].get<std::string>());
    }
    EXPECT_EQ(tokenizer.decode(tokenizer.encode(text)), decoded)
        << quote(text);  // and with specials as mere text
  }
  for (const Json& row : goldens["streaming"]) {
    const auto [chunks, rest] = streamed(tokenizer, ids_of(row["ids"]), {.shows_special = true});
    EXPECT_EQ(chunks, row["chunks"].get<std::vector<std::string>>()) << row["ids"];
    std::string whole;
    for (const std::string& chunk : chunks) whole += chunk;
    if (row.contains("hf_decode")) {
      EXPECT_THAT(whole + rest, AnyOf(row["hf_decode"].get<std::string>(),
                                      row["sentencepiece_decode"].get<std::string>(),
                                      whole + row["flush"].get<std::string>()));
    } else {
      EXPECT_EQ(rest, row["flush"].get<std::string>());
    }
  }
  for (const Json& row : goldens["invalid_utf8"]) {
    EXPECT_EQ(tokenizer.encode(bytes_of_hex(row["bytes_hex"])), ids_of(row["sentencepiece_ids"]))
        << row;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, Gemma3Goldens,
                         testing::Values("HILO_GEMMA3_TOKENIZER_JSON", "HILO_GEMMA3_270M"),
                         [](const auto& row) { return std::string(row.param); });

}  // namespace
}  // namespace hilo::tokenizers::test
