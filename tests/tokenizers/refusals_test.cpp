// Files that are no tokenizers, or not quite: every error says the file, where, what was found and
// what was expected.
#include <gmock/gmock.h>
#include <unistd.h>

#include <functional>

#include "hilo/core/error.h"
#include "tests/tokenizers/fixtures.h"

namespace hilo::tokenizers::test {
namespace {

using testing::HasSubstr;

std::string refusal(const std::function<void()>& f) {
  try {
    f();
  } catch (const FormatError& error) {
    return error.what();
  }
  return "";
}

std::string model_refusal(const std::string& bytes) {
  return refusal([&] {
    static_cast<void>(Tokenizer::from_sentencepiece(std::as_bytes(std::span(bytes)), "x.model"));
  });
}
std::string json_refusal(const std::string& text) {
  return refusal([&] { static_cast<void>(Tokenizer::from_json(text, "x.json")); });
}

// A field of a protocol buffer: bytes, with the number and length in a byte each.
std::string field(int number, const std::string& bytes) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(bytes.size())} + bytes;
}
std::string number_field(int number, char value) { return {static_cast<char>(number << 3), value}; }
std::string piece(const std::string& text, char type) {
  return field(1, field(1, text) + number_field(3, type));
}
const std::string kUnknown = piece("<unk>", 2);

TEST(ModelFile, what_is_wrong_is_named) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"", "x.model: a SentencePiece model without pieces"},
      {"\x0F", "offset 1: field 1 has wire type 7; expected 2, a message"},
      {std::string(1, '\x02'), "field number 0"},
      {"\x37", "offset 1: wire type 7; expected 0, 1, 2 or 5"},
      {"\x0A\x50zz", "offset 2: 80 bytes; expected at most 2, what is left of the message"},
      {"\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01",
       "18446744073709551615 bytes; expected at most 0"},
      {"\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", "more than ten bytes"},
      {number_field(1, 3), "field 1 has wire type 0; expected 2, a message"},
      {piece("a", 7), "piece 0 has type 7; expected 1 to 6"},
      {piece("a", 1), "no unknown piece"},
      {kUnknown + piece("", 1), "piece 1 (\"\") has no text"},
      {kUnknown + piece("\xFF", 1), "piece 1 (\"\\xff\") is no UTF-8"},
      {kUnknown + piece("a", 1) + piece("a", 3), "piece 2 (\"a\") has the text of piece 1"},
      {kUnknown + piece("b", 2), "piece 1 (\"b\") is a second unknown piece"},
      {kUnknown + piece("<0x1>", 6), "is of type byte; expected a text from <0x00> to <0xFF>"},
      {kUnknown + field(2, number_field(3, 9)), "model type 9; expected 1 to 4"},
      {kUnknown + field(2, {'\x98', '\x02', '\x01'}), "no piece for the byte <0x00>"},
      {kUnknown + field(2, "\xE2\x02\x01\xFF"),
       "the text of the unknown piece, \"\\xff\", is no UTF-8"},
      {kUnknown + field(3, field(2, "abc")), "character map of 3 bytes"},
      {kUnknown + std::string{"\x1A\x88\x08\x12\x85\x08\0\0\0\0", 10} + std::string(1025, 'a'),
       "a replacement of 1025 bytes; expected at most 1024"},
      {kUnknown + field(3, field(2, std::string("\x08\0\0\0abcd", 8))),
       "character map of 8 bytes with a trie of 8"}};
  for (const auto& [bytes, message] : rows) EXPECT_THAT(model_refusal(bytes), HasSubstr(message));
  EXPECT_EQ(model_refusal(kUnknown + piece("a", 1)), "");
}

TEST(ModelFile, every_beginning_of_a_file_is_read_or_refused) {
  HILO_PATH_OR_SKIP(fixtures, "HILO_FIXTURES");
  const std::string bytes = read_text(fixtures / "tokenizer" / "tiny_gemma_like.model");
  std::size_t read = 0;
  for (std::size_t length = 0; length < bytes.size(); ++length)
    read += model_refusal(bytes.substr(0, length)).empty() ? 1U : 0U;
  EXPECT_GT(read, 0U);                // cut between two pieces it is a smaller model,
  EXPECT_LT(read, bytes.size() / 4);  // and hardly ever elsewhere
}

std::string with_model(const std::string& model, const std::string& more = "") {
  return R"({"model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"])" + model + "}" +
         more + "}";
}

// Ten times as long; a hundred times, where two of them follow each other.
const std::string kGrows = R"({"type":"Replace","pattern":{"String":"a"},"content":"aaaaaaaaaa"})";

TEST(JsonFile, what_is_wrong_is_named) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"{", "x.json: parse error at line 1, column 2"},
      {"{\n \"model\": }", "parse error at line 2, column 11"},
      {"[]", "no object; expected a tokenizer.json"},
      {"{}", "model is missing"},
      {R"({"model":{"type":"WordPiece"}})",
       "model has type \"WordPiece\", which is not supported; expected BPE"},
      {R"({"model":{"type":"BPE"}})", "model.vocab is missing or empty"},
      {R"({"model":{"type":"BPE","vocab":{"a":1}}})", "\"a\" has id 1; expected less than 1"},
      {R"({"model":{"type":"BPE","vocab":{"a":0,"b":0}}})", "\"b\" and \"a\" both have id 0"},
      {R"({"model":{"type":"BPE","vocab":{"a":0,"a":1}}})", "\"a\" is there twice"},
      {R"({"model":{"type":"BPE","vocab":{"a":-1}}})",
       "model.vocab: a value that is no id, at \"a\""},
      {R"({"model":{"type":"BPE","vocab":{"a":{"b":0}}}})", "model.vocab: a value that is no id"},
      {R"({"model":{"type":"BPE","vocab":["a"]}})", "model.vocab: a value that is no id"},
      {R"({"model":{"type":"BPE","merges":["a b"],"vocab":{"a":0}}})",
       "model.merges stands before model.vocab"},
      {R"({"model":{"type":"BPE","vocab":{"a":0},"merges":["a c"]}})",
       "model.merges: \"c\" is not in model.vocab"},
      {R"({"model":{"type":"BPE","vocab":{"a":0},"merges":["a"]}})",
       "two pieces and a space between them"},
      {R"({"model":{"type":"BPE","vocab":{"a":0},"merges":[["a"]]}})", "a list that is no pair"},
      {R"({"model":{"type":"BPE","vocab":{"a":0},"merges":[3]}})", "entry 0 is no merge"},
      {R"({"model":{"type":"BPE","vocab":{"a":0},"merges":{}}})", "entry 0 is no merge"},
      {with_model(R"(,"byte_fallback":true)"), "no piece for the byte <0x00>"},
      {with_model(R"(,"byte_fallback":1)"),
       "model.byte_fallback is number; expected true or false"},
      {with_model(R"(,"dropout":0.1)"), "model has dropout, which is not supported"},
      {with_model(R"(,"continuing_subword_prefix":"##")"), "continuing_subword_prefix"},
      {with_model("", R"(,"normalizer":{"type":"NFKC"})"),
       "normalizer has type \"NFKC\", which is not supported"},
      {with_model("", R"(,"normalizer":{"type":"Replace","pattern":{"Regex":"a"},"content":""})"),
       "no {\"String\": ..}"},
      {with_model("", R"(,"normalizer":{"type":"Sequence","normalizers":[{"type":"Lowercase"}]})"),
       "normalizer.normalizers[0] has type"},
      {with_model("", R"(,"normalizer":{"type":"Sequence","normalizers":[)" + kGrows + "," +
                          kGrows + "]}"),
       "normalizer makes a text more than 64 times as long"},
      {with_model("", R"(,"pre_tokenizer":{"type":"ByteLevel"})"),
       "pre_tokenizer has type \"ByteLevel\""},
      {with_model("", R"(,"decoder":{"type":"ByteLevel"})"), "decoder has type \"ByteLevel\""},
      {with_model("", R"(,"added_tokens":[{"id":5,"content":"x"}])"),
       "added_tokens[0] has id 5; expected at most 3"},
      {with_model("", R"(,"added_tokens":[{"id":0,"content":"x"}])"),
       "added_tokens[0] is \"x\"; model.vocab has \"a\" for id 0"},
      {with_model("", R"(,"added_tokens":[{"id":3,"content":"x","lstrip":true}])"),
       "has lstrip, which is not supported"},
      {with_model("", R"(,"added_tokens":[{"content":"x"}])"),
       "added_tokens[0].id is missing; expected a whole number"},
      {with_model(
           "",
           R"(,"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}}]})"),
       "puts \"<s>\" before a text"},
      {std::string(100'000, '['), "nested more than 32 deep"}};
  for (const auto& [text, message] : rows)
    EXPECT_THAT(json_refusal(text), HasSubstr(message)) << text.substr(0, 200);
  EXPECT_EQ(json_refusal(with_model("")), "");
}

TEST(JsonFile, parts_beside_vocabulary_and_merges_are_bounded) {
  std::string text = R"({"x":[)";
  for (int i = 0; i < 300'000; ++i) text += "0,";
  EXPECT_THAT(json_refusal(text + "0]}"), HasSubstr("more than 200000 values"));
}

TEST(Open, files_and_folders_without_a_tokenizer_are_refused) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("hilo_tokenizers_" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  write_file_atomically(folder / "a.txt", "words");
  EXPECT_THAT(refusal([&] { static_cast<void>(Tokenizer::open(folder)); }),
              HasSubstr("no tokenizer in this folder"));
  EXPECT_THAT(refusal([&] { static_cast<void>(Tokenizer::open(folder / "a.txt")); }),
              HasSubstr("begins with \"words\"; expected a SentencePiece model"));
  EXPECT_THAT(refusal([&] { static_cast<void>(Tokenizer::open(folder / "b")); }),
              HasSubstr("cannot open"));
  write_file_atomically(folder / "tokenizer.json", with_model(""));
  EXPECT_EQ(Tokenizer::open(folder).encode("abba"), (std::vector<TokenId>{2, 1, 0}));
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace hilo::tokenizers::test
