// Constrained output: what a pattern allows, against std::regex and hand-made lists; schemas
// against texts that follow them or do not; random answers under a constraint, which must all be
// right.
#include "hilo/tokenizers/constraint.h"

#include <gmock/gmock.h>

#include <random>
#include <regex>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "tests/tokenizers/fixtures.h"

namespace hilo::tokenizers::test {
namespace {

using testing::HasSubstr;

bool matches(Automaton& automaton, std::string_view text) {
  Automaton::StateId state = Automaton::kStart;
  for (const char c : text) state = automaton.next(state, static_cast<unsigned char>(c));
  return state != Automaton::kDead && automaton.is_end(state);
}

// Texts over a few letters, all of them up to some length, so that nothing is left to luck.
std::vector<std::string> texts_over(std::string_view letters, std::size_t longest) {
  std::vector<std::string> texts = {""};
  for (std::size_t begin = 0, length = 0; length < longest; ++length) {
    const std::size_t end = texts.size();
    for (std::size_t i = begin; i < end; ++i) {
      for (const char c : letters) texts.push_back(texts[i] + c);
    }
    begin = end;
  }
  return texts;
}

class RegexRow : public testing::TestWithParam<const char*> {};

TEST_P(RegexRow, matches_what_std_regex_matches) {
  Automaton automaton(parse_regex(GetParam()).pattern);
  const std::regex peer(GetParam(), std::regex::ECMAScript);
  std::size_t count = 0;
  for (const std::string& text : texts_over("ab1-.", 5)) {
    const bool expected = std::regex_match(text, peer);
    EXPECT_EQ(matches(automaton, text), expected) << quote(text);
    count += expected ? 1U : 0U;
  }
  EXPECT_GT(count, 0U);
}

INSTANTIATE_TEST_SUITE_P(Expressions, RegexRow,
                         testing::Values("a", "a|b1", "(a|b)*1?", "a{2}", "a{1,3}b{0,}", "[a-b]+",
                                         "[^a]{2}", "\\d+(\\.\\d+)?", "\\w\\W", "a.b",
                                         "(?:ab){2}|-?1", "(a*)*b", "(?:a|ab)(?:1|b1)", "[-.]a",
                                         "a+?b", "\\x61\\u0062", "[\\d.]+", "", "a||b", "[^\\w]*"));

TEST(Regex, characters_are_those_of_utf8) {
  Automaton any(parse_regex("^.$").pattern), range(parse_regex("[\u00e4-\U0001F600]").pattern),
      other(parse_regex("[^a-z]").pattern);
  for (const char* character : {"a", "\u00e4", "\u07ff", "\u0800", "\u20ac", "\uffff", "\U00010000",
                                "\U0001F600", "\U0001F601", "\U0010ffff"}) {
    EXPECT_TRUE(matches(any, character)) << character;
    const bool is_inside =
        std::string_view(character) != "a" && std::string_view(character) < "\U0001F601";
    EXPECT_EQ(matches(range, character), is_inside) << character;
    EXPECT_EQ(matches(other, character), std::string_view(character) != "a") << character;
  }
  for (const char* bytes : {"\xc3", "\xff", "\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80", "\n"})
    EXPECT_FALSE(matches(any, bytes)) << quote(bytes);
}

std::string regex_refusal(const std::string& expression) {
  try {
    static_cast<void>(Automaton(parse_regex(expression).pattern));
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Regex, what_is_not_supported_is_refused_by_name) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"(?=a)", "look-around"},
      {"(?<!a)b", "look-around"},
      {"(a)\\1", "\\1, which is not supported"},
      {"\\bа", "\\b, which is not supported"},
      {"a^b", "an anchor in the middle"},
      {"(a", "a group that is not closed"},
      {"a)", "closes no group"},
      {"[a", "a class that is not closed"},
      {"[z-a]", "runs backwards"},
      {"*a", "a repeat of nothing"},
      {"a{3,1}", "at least 3 and at most 1"},
      {"a{99999}", "more than 10000"},
      {"a\\", "a \\ at the end"},
      {"\\xg0", "2 hexadecimal digits"},
      {"^a|b", "^(?:a|b)$"},
      {"[^\\d\\D]", "a class without characters"},
      {"\xff", "no UTF-8"},
      {"(((a{99}){99}){99}){99}", "states"},
      {"((((){9999}){9999}){9999}){9999}", "beyond measure"},
      {std::string(200, '(') + std::string(200, ')'), "nested more than 100 deep"},
      {"a" + std::string(1'000'000, '*'), "repeats of repeats of repeats"},
      {"a++", "possessive"},
      {"[[:alpha:]]", "POSIX"}};
  for (const auto& [expression, message] : rows)
    EXPECT_THAT(regex_refusal(expression), HasSubstr(message)) << expression;
}

// After n letters each of these states holds all that may follow: 9,000 states of 9,000 would be
// 650 MB.
TEST(Regex, its_states_take_bounded_memory) {
  Automaton automaton(parse_regex("(?:a?){9000}b").pattern);
  const auto walk = [&] {
    auto state = Automaton::kStart;
    for (int i = 0; i < 9000; ++i) state = automaton.next(state, 'a');
  };
  EXPECT_THROW(walk(), Error);
}

struct SchemaRow {
  const char* schema;
  std::vector<std::string> follow, others;
};
void PrintTo(const SchemaRow& row, std::ostream* out) { *out << row.schema; }

class SchemaRows : public testing::TestWithParam<SchemaRow> {};

TEST_P(SchemaRows, texts_follow_or_do_not) {
  Automaton automaton(pattern_of_schema(GetParam().schema));
  for (const std::string& text : GetParam().follow) {
    EXPECT_TRUE(matches(automaton, text)) << text;
    EXPECT_TRUE(Json::accept(text)) << text;
  }
  for (const std::string& text : GetParam().others) EXPECT_FALSE(matches(automaton, text)) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Schemas, SchemaRows,
    testing::Values(
        SchemaRow{R"({"type":"string"})",
                  {R"("")", R"("a\n\"\u00e4\ud83d\ude00é")"},
                  {R"(")", R"("\x")", "\"\n\"", R"("\ud800")", "a", R"("\udc00")"}},
        SchemaRow{R"({"type":"string","minLength":2,"maxLength":3})",
                  {R"("ab")", R"("é\n😀")"},
                  {R"("a")", R"("abcd")"}},
        SchemaRow{R"({"type":"string","pattern":"^[A-Z]{2}[0-9]+$"})",
                  {R"("AB12")"},
                  {R"("AB")", R"("ab1")", R"("AB1x")"}},
        SchemaRow{R"({"type":"string","pattern":"b"})", {R"("abc")", R"("b")"}, {R"("ac")"}},
        SchemaRow{R"({"type":"string","pattern":"^.$"})", {R"("a")"}, {R"("\")", R"(""")"}},
        SchemaRow{R"({"type":"string","format":"date"})",
                  {R"("2024-02-29")"},
                  {R"("2024-13-01")", R"("24-01-01")"}},
        SchemaRow{R"({"type":"string","format":"date-time"})",
                  {R"("2024-02-29T23:59:59.5Z")", R"("2024-02-29T00:00:00+01:00")"},
                  {R"("2024-02-29")"}},
        SchemaRow{R"({"type":"string","format":"ipv4"})",
                  {R"("127.0.0.255")"},
                  {R"("256.0.0.1")", R"("1.2.3")"}},
        SchemaRow{R"({"type":"integer"})", {"0", "-12", "100"}, {"01", "1.0", "+1", "-"}},
        SchemaRow{R"({"type":"number"})", {"0", "-1.5e+10", "2E3"}, {"1.", ".5", "1e"}},
        SchemaRow{R"({"type":["boolean","null"]})", {"true", "false", "null"}, {"True", "0"}},
        SchemaRow{R"({"enum":["a",1,null,{"x":[1]}]})",
                  {R"("a")", "1", "null", R"({"x":[1]})"},
                  {R"("b")", "2"}},
        SchemaRow{R"({"const":"é\n"})", {R"("é\n")"}, {R"("é")"}},
        SchemaRow{R"({"type":"array","items":{"type":"integer"}})",
                  {"[]", "[1]", "[1, 2,3]", "[\n  1,\n  2\n]"},
                  {"[1,]", "[,]", "[\"a\"]", "[1  ,2]"}},
        SchemaRow{R"({"type":"array","items":{"type":"boolean"},"minItems":2,"maxItems":3})",
                  {"[true,false]", "[true,true,true]"},
                  {"[]", "[true]", "[true,true,true,true]"}},
        SchemaRow{R"({"type":"array","items":{"type":"null"},"maxItems":0})", {"[]"}, {"[null]"}},
        SchemaRow{
            R"({"type":"array","prefixItems":[{"type":"integer"},{"type":"string"}],"items":false})",
            {R"([1, "a"])"},
            {"[1]", R"([1,"a",2])"}},
        SchemaRow{
            R"({"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"},"c":{"type":"null"}},"required":["b"],"additionalProperties":false})",
            {R"({"b":"x"})", R"({"a": 1, "b": "x"})", R"({"a":1,"b":"","c":null})",
             R"({"b":"","c":null})", "{\n  \"b\": \"x\"\n}"},
            {"{}", R"({"a":1})", R"({"b":"x","a":1})", R"({"b":"x","d":1})", R"({"a":1,})",
             R"({,"b":""})"}},
        SchemaRow{R"({"properties":{"a":{"type":"integer"},"b":{"type":"integer"}}})",
                  {"{}", R"({"b":2})", R"({"a":1})", R"({"a":1,"b":2})"},
                  {R"({"a":1"b":2})"}},
        SchemaRow{
            R"({"$defs":{"p":{"type":"object","properties":{"x":{"type":"number"}},"required":["x"]}},"type":"array","items":{"$ref":"#/$defs/p"}})",
            {"[]", R"([{"x":1},{"x":2.5}])"},
            {"[{}]"}},
        SchemaRow{R"({"anyOf":[{"type":"integer"},{"type":"string","maxLength":1}]})",
                  {"7", R"("a")"},
                  {R"("ab")", "true"}},
        SchemaRow{
            R"({"type":"object"})", {"{}", R"({"a":[1,{"b":null}],"c":"d"})"}, {"[]", "{a:1}"}},
        SchemaRow{"{}", {"1", "[]", R"({"a":{"b":[true]}})"}, {"nul", "[1,]"}},
        SchemaRow{"true", {"1"}, {""}}));

std::string many_members(int count) {
  std::string members = R"("0":true)";
  for (int i = 1; i < count; ++i) members += ",\"" + std::to_string(i) + "\":true";
  return members;
}

TEST(Schema, what_is_not_supported_is_refused_by_name) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"{", "no JSON"},
      {R"({"const":1e999})", "no JSON"},
      {"3", "is no schema"},
      {"false", "no value follows"},
      {R"({"type":"integer","minimum":3})", "\"minimum\", which is not supported"},
      {R"({"type":"text"})", "\"text\"; expected string"},
      {R"({"type":"array","uniqueItems":true})", "uniqueItems"},
      {R"({"type":"object","properties":{"a":{"type":"string","format":"email"}}})",
       "#/properties/a/format is \"email\""},
      {R"({"type":"object","properties":{"a":{}},"required":["b"]})",
       "#/required has \"b\", which is no property"},
      {R"({"type":"object","patternProperties":{}})", "patternProperties"},
      {R"({"not":{}})", "\"not\""},
      {R"({"if":{}})", "\"if\""},
      {R"({"$ref":"#"})", "refers to itself"},
      {R"({"$ref":"http://x"})", "within the schema"},
      {R"({"$ref":"#/$defs/a"})", "which is not there"},
      {R"({"allOf":[{},{}]})", "allOf"},
      {R"~({"type":"string","pattern":"(?=a)"})~", "look-around"},
      {R"({"type":"string","pattern":"\""})", "JSON escapes"},
      {R"({"type":"string","minLength":3,"maxLength":2})", "minLength above maxLength"},
      {R"({"type":["null","null","null","null","null","null","null","null"]})", "at most 7 texts"},
      {R"({"const":")" + std::string(300'000, 'x') + "\"}", "is too large"},
      {R"({"properties":{)" + many_members(30'000) + "}}", "more than 20000 keys"},
      {R"({"enum":[]})", "is empty"}};
  for (const auto& [schema, message] : rows) {
    try {
      static_cast<void>(pattern_of_schema(schema));
      ADD_FAILURE() << schema << " was read";
    } catch (const FormatError& error) {
      EXPECT_THAT(error.what(), HasSubstr(message)) << schema;
    }
  }
  std::string deep = R"({"type":"integer"})";
  for (int i = 0; i < 25; ++i) deep = R"({"type":"array","items":)" + deep + "}";
  EXPECT_THROW(static_cast<void>(pattern_of_schema(deep)), FormatError);
}

bool is_set(std::span<const std::uint32_t> words, TokenId id) {
  return (words[static_cast<std::size_t>(id) / 32] >> (static_cast<std::size_t>(id) % 32) & 1U) !=
         0;
}

Tokenizer tiny() {
  return Tokenizer::open(*path_in("HILO_FIXTURES") / "tokenizer" / "tiny_gemma_like.model");
}

TokenId byte_token(const Tokenizer& tokenizer, char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  return *tokenizer.find(std::string{'<', '0', 'x', kDigits[byte >> 4], kDigits[byte & 15], '>'});
}

TEST(ConstraintMasks, say_of_every_token_what_trying_it_says) {
  HILO_PATH_OR_SKIP(fixtures, "HILO_FIXTURES");
  const Tokenizer tokenizer = tiny();
  const TokenId eos = *tokenizer.vocabulary().eos;
  const auto table = std::make_shared<TokenTable>(tokenizer, 600);
  const Pattern pattern = parse_regex("(?:the|there|é.) ?[a-f]+\n").pattern;
  Constraint constraint(table, pattern, {eos});
  Automaton automaton(pattern);
  for (const std::string text : {"", "t", "the", "there ", "é", "the a", "the a\n"}) {
    SCOPED_TRACE(text);
    constraint.restart();
    for (const char c : text) constraint.accept(byte_token(tokenizer, c));
    const auto words = constraint.allowed();
    ASSERT_EQ(words.size(), 19U);
    for (TokenId id = 0; id < 600; ++id) {
      bool expected = false;
      if (id == eos) {
        expected = matches(automaton, text);
      } else if (static_cast<std::size_t>(id) < tokenizer.size() &&
                 !tokenizer.bytes_of(id).empty() && id != *tokenizer.vocabulary().unknown) {
        Automaton::StateId state = Automaton::kStart;
        for (const char c : text + tokenizer.bytes_of(id))
          state = automaton.next(state, static_cast<unsigned char>(c));
        expected = state != Automaton::kDead;
      }
      EXPECT_EQ(is_set(words, id), expected) << id;
    }
  }
}

TEST(ConstraintMasks, random_answers_follow_the_schema) {
  HILO_PATH_OR_SKIP(fixtures, "HILO_FIXTURES");
  const Tokenizer tokenizer = tiny();
  const TokenId eos = *tokenizer.vocabulary().eos;
  const Pattern pattern = pattern_of_schema(
      R"({"type":"object","properties":{"name":{"type":"string","maxLength":12},"tags":{"type":"array","items":{"enum":["x","yy"]},"maxItems":4},
          "size":{"type":"number"},"open":{"type":"boolean"}},"required":["name","open"]})");
  Automaton automaton(pattern);
  Constraint constraint(std::make_shared<TokenTable>(tokenizer), pattern, {eos});
  std::mt19937 random(3);
  std::size_t finished = 0;
  for (int round = 0; round < 200; ++round) {
    constraint.restart();
    std::vector<TokenId> ids;
    while (!constraint.is_finished() && ids.size() < 400) {
      const auto words = constraint.allowed();
      std::vector<TokenId> choices;
      for (TokenId id = 0; id < static_cast<TokenId>(tokenizer.size()); ++id) {
        if (is_set(words, id)) choices.push_back(id);
      }
      ids.push_back(choices[random() % choices.size()]);
      constraint.accept(ids.back());
    }
    if (!constraint.is_finished()) continue;
    ++finished;
    ids.pop_back();
    std::string text;
    for (const TokenId id : ids) text += tokenizer.bytes_of(id);
    EXPECT_TRUE(is_utf8(text)) << quote(text);
    const Json value = Json::parse(text, nullptr, false);
    ASSERT_TRUE(value.is_object()) << text;
    EXPECT_TRUE(value["name"].is_string() && value["open"].is_boolean()) << text;
    for (const auto& tag : value.value("tags", Json::array()))
      EXPECT_TRUE(tag == "x" || tag == "yy") << text;
  }
  EXPECT_GT(finished, 150U);
}

TEST(ConstraintMasks, refuse_tokens_that_do_not_fit) {
  HILO_PATH_OR_SKIP(fixtures, "HILO_FIXTURES");
  const Tokenizer tokenizer = tiny();
  const TokenId eos = *tokenizer.vocabulary().eos;
  Constraint constraint(std::make_shared<TokenTable>(tokenizer), parse_regex("ab").pattern, {eos});
  EXPECT_THROW(constraint.accept(tokenizer.encode("x")[0]), Error);
  EXPECT_THROW(constraint.accept(eos), Error);
  EXPECT_THROW(constraint.accept(*tokenizer.vocabulary().bos), Error);
  for (const TokenId id : tokenizer.encode("ab")) constraint.accept(id);
  EXPECT_TRUE(constraint.may_stop());
  constraint.accept(eos);
  EXPECT_TRUE(constraint.is_finished());
  EXPECT_THROW(static_cast<void>(constraint.allowed()), Error);
}

}  // namespace
}  // namespace hilo::tokenizers::test
