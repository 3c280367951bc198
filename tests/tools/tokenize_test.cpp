// hilo tokenize and detokenize, with a tokenizer of six pieces.
#include "hilo/core/file.h"
#include "tests/tools/hilo_program.h"

namespace hilo::tools::test {
namespace {

using testing::HasSubstr;

std::string tokenizer_file() {
  static const std::string file = [] {
    const fs::path path = fresh("tokenizer.json");
    write_file_atomically(
        path,
        R"({"model":{"type":"BPE","unk_token":"?","vocab":{"<bos>":0,"a":1,"b":2,"ab":3," ":4,"?":5},"merges":["a b"]},
      "added_tokens":[{"id":0,"content":"<bos>","special":true}]})");
    return path.string();
  }();
  return file;
}

TEST(Tokenize, gives_ids_and_pieces) {
  EXPECT_EQ(hilo_out({"tokenize", tokenizer_file(), "ab a"}), "[3,4,1]\n");
  EXPECT_EQ(hilo_out({"tokenize", tokenizer_file(), "ab a", "--bos", "--json"}),
            "{\"ids\":[0,3,4,1],\"pieces\":[\"<bos>\",\"ab\",\" \",\"a\"]}\n");
  EXPECT_EQ(hilo_out({"tokenize", tokenizer_file(), "-"}, "ba"), "[2,1]\n");
  EXPECT_EQ(hilo_out({"tokenize", tokenizer_file(), ""}), "[]\n");
}

TEST(Tokenize, special_tokens_are_text_unless_asked) {
  EXPECT_EQ(hilo_out({"tokenize", tokenizer_file(), "<bos>a"}), "[5,2,5,5,5,1]\n");
  EXPECT_EQ(hilo_out({"tokenize", tokenizer_file(), "<bos>a", "--parse-special"}), "[0,1]\n");
  EXPECT_EQ(hilo_out({"tokenize", tokenizer_file(), "<bos>a", "--parse-special", "--bos"}),
            "[0,1]\n");
}

TEST(Tokenize, lines_go_in_and_come_back) {
  const fs::path texts = fresh("texts.jsonl");
  write_file_atomically(texts, "\"ab\"\n\n\"b\\u0061 \"\n");
  const std::string ids = hilo_out({"tokenize", tokenizer_file(), "--jsonl", texts.string()});
  EXPECT_EQ(ids, "[3]\n[2,1,4]\n");
  EXPECT_EQ(hilo_out({"detokenize", tokenizer_file(), "--jsonl", "-"}, ids), "\"ab\"\n\"ba \"\n");
}

TEST(Tokenize, lines_that_are_no_strings_are_refused) {
  const auto refused = [](const std::string& command, const std::string& lines) {
    return hilo({command, tokenizer_file(), "--jsonl", "-"}, lines);
  };
  EXPECT_THAT(refused("tokenize", "\"a\"\n3\n").err,
              HasSubstr("standard input: line 2: a JSON number; expected a string"));
  EXPECT_THAT(refused("tokenize", "\"a\n").err, HasSubstr("standard input: line 1: no JSON"));
  EXPECT_THAT(refused("detokenize", "{}\n").err, HasSubstr("expected an array of token ids"));
  EXPECT_THAT(refused("detokenize", "[1.5]\n").err, HasSubstr("whole numbers"));
  const Ended ended = refused("detokenize", "[1]\n[99]\n");
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.out, "\"a\"\n");
  EXPECT_THAT(ended.err, HasSubstr("line 2: there is no token 99; expected 0 to 5"));
  EXPECT_THAT(hilo({"tokenize", tokenizer_file(), "--jsonl", "/no/file"}).err,
              HasSubstr("/no/file: cannot be read"));
}

TEST(Detokenize, takes_ids_in_any_writing) {
  EXPECT_EQ(hilo_out({"detokenize", tokenizer_file(), "3", "4", "1"}), "ab a\n");
  EXPECT_EQ(hilo_out({"detokenize", tokenizer_file(), "[0,3, 4]"}), "ab \n");
  EXPECT_EQ(hilo_out({"detokenize", tokenizer_file(), "0,3", "--parse-special"}), "<bos>ab\n");
  EXPECT_EQ(hilo_out({"detokenize", tokenizer_file(), "3", "--json"}), "{\"text\":\"ab\"}\n");
}

TEST(Tokenize, files_that_are_no_tokenizers_are_refused) {
  const fs::path file = fresh("words.txt");
  write_file_atomically(file, "words");
  const Ended ended = hilo({"tokenize", file.string(), "a"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err,
              HasSubstr("words.txt: begins with \"words\"; expected a SentencePiece model"));
}

}  // namespace
}  // namespace hilo::tools::test
