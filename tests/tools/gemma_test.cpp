// generate, chat, logits, perplexity: on the small models of HILO_FIXTURES.
#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "hilo/core/file.h"
#include "hilo/formats/safetensors.h"
#include "tests/tools/hilo_program.h"

namespace hilo::tools::test {
namespace {

using testing::HasSubstr;

class GemmaCommands : public testing::Test {
 protected:
  void SetUp() override {
    const char* folder = std::getenv("HILO_FIXTURES");
    if (folder == nullptr || *folder == '\0') GTEST_SKIP() << "HILO_FIXTURES is not set";
    fixtures_ = folder;
  }
  [[nodiscard]] std::string gguf() const {
    return (fixtures_ / "gguf" / "gemma3_base.F32.gguf").string();
  }
  [[nodiscard]] std::string folder() const {
    return (fixtures_ / "gemma_hf" / "gemma3_base").string();
  }

  fs::path fixtures_;
};

std::string words_of(const Array& ids) {
  std::string text;
  for (double id : ids.to_doubles())
    text += (text.empty() ? "" : ",") + std::to_string(static_cast<int>(id));
  return text;
}

TEST_F(GemmaCommands, several_devices_expect_what_one_does) {
  const auto logits = [&](std::vector<std::string> flags) {
    const fs::path out = fresh("logits.safetensors");
    std::vector<std::string> words = {"logits", folder(), "--ids", "2,5,9,14", "--out", out.string(), "--backend", "cpu"};
    words.insert(words.end(), flags.begin(), flags.end());
    (void)hilo_out(words);
    return formats::SafetensorsFile::open(out).at("logits").to_doubles();
  };
  const std::vector<double> one = logits({});
  for (const auto& flags : std::vector<std::vector<std::string>>{
           {"--devices", "4", "--mesh", "model=4"}, {"--mesh", "data=1,model=2"}, {"--devices", "2"}}) {
    const std::vector<double> several = logits(flags);
    ASSERT_EQ(several.size(), one.size());
    for (std::size_t i = 0; i < one.size(); ++i) ASSERT_NEAR(several[i], one[i], 1e-4) << i;
  }
  const Ended ended = hilo({"generate", folder(), "--ids", "2,5", "--devices", "3", "--mesh", "model=4"});
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("generate: --mesh model=4 has 4 devices, --devices 3; expected as many"));
}

TEST_F(GemmaCommands, bench_measures_itself_and_a_peer) {
  const fs::path peer = fresh("llama-bench"), file = fixtures_ / "gguf" / "gemma3_base.Q8_0.gguf",
                 model = fresh("model_in_a_folder");  // as models in the cache are; the peer wants the file
  fs::create_directory(model);
  fs::copy_file(file, model / "weights.gguf");
  write_file_atomically(peer, "#!/bin/sh\n[ -f \"$2\" ] || { echo no file \"$2\" >&2; exit 1; }\necho '[{\"avg_ts\": 1e-3}]'\n");
  fs::permissions(peer, fs::perms::owner_all);
  const auto json = Json::parse(hilo_out({"bench", "gemma", model.string(), "--backend", "cpu", "--prompt", "20", "--tokens", "12",
                                          "--rounds", "1", "--threads", "1", "--peer", "llama.cpp", "--peer-path", peer.string()}));
  EXPECT_EQ(json["threads"], 1);
  EXPECT_EQ(json["prompt_tokens"], 20);
  for (const char* of : {"prefill", "decode"}) {
    EXPECT_GT(json[of]["tokens_per_second"]["best"], 0) << of;
    EXPECT_GT(json["times_as_good_as_peer"][of]["best"], 1000) << of;
  }
  EXPECT_GT(json["first_token"]["cold_seconds"], 0);
  EXPECT_GT(json["memory"]["peak_bytes"], json["weight_bytes"]);
  EXPECT_GT(json["memory_bytes_per_second"], 1e8);
  const fs::path broken = fresh("broken");
  write_file_atomically(broken, "#!/bin/sh\necho no such model >&2; exit 3\n");
  fs::permissions(broken, fs::perms::owner_all);
  const Ended ended = hilo({"bench", "gemma", file.string(), "--backend", "cpu", "--prompt", "4", "--tokens", "2", "--rounds", "1",
                            "--peer", "llama.cpp", "--peer-path", broken.string()});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("broken ended with code 3; it said:\nno such model"));
}

TEST_F(GemmaCommands, logits_and_perplexity_agree) {
  const auto golden = formats::SafetensorsFile::open(fs::path(folder()) / "golden.safetensors");
  const std::string ids = words_of(golden.at("input_ids"));
  const fs::path out = fresh("logits.safetensors");
  EXPECT_THAT(hilo_out({"logits", folder(), "--ids", ids, "--out", out.string()}),
              HasSubstr("logits f32["));
  const std::vector<double> got = formats::SafetensorsFile::open(out).at("logits").to_doubles();
  const std::vector<double> expected = golden.at("logits").to_doubles();
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    ASSERT_NEAR(got[i], expected[i], 2e-3 + 1e-3 * std::abs(expected[i])) << i;

  const std::vector<double> tokens = golden.at("input_ids").to_doubles();
  const std::size_t vocabulary = got.size() / tokens.size();
  double total = 0;
  for (std::size_t t = 0; t + 1 < tokens.size(); ++t) {
    double sum = 0;
    for (std::size_t v = 0; v < vocabulary; ++v) sum += std::exp(got[t * vocabulary + v]);
    total += std::log(sum) - got[t * vocabulary + static_cast<std::size_t>(tokens[t + 1])];
  }
  const Json json = Json::parse(hilo_out({"perplexity", folder(), "--ids", ids, "--json"}));
  EXPECT_NEAR(json["cross_entropy"].get<double>(), total / static_cast<double>(tokens.size() - 1),
              1e-4);
}

TEST_F(GemmaCommands, convert_says_what_it_wrote_and_overwrites_nothing) {
  const std::string out = fresh("converted.gguf").string();
  EXPECT_THAT(hilo_out({"convert", folder(), "--out", out, "--type", "Q8_0"}),
              HasSubstr("converted.gguf: 272 kB in 1 file"));
  const Ended again = hilo({"convert", folder(), "--out", out});
  EXPECT_EQ(again.code, 2);
  EXPECT_THAT(again.err, HasSubstr("exists; expected a name that is free"));
  EXPECT_EQ(hilo({"convert", folder(), "--out", out + "2", "--type", "q5_0"}).code, 2);
}

TEST_F(GemmaCommands, logits_are_exact_unless_blocks_are_asked_for) {
  const fs::path folder = fixtures_ / "gguf", out = fresh("logits.safetensors");
  const auto golden = formats::SafetensorsFile::open(folder / "gemma3_base.golden.safetensors");
  const std::vector<double> expected = golden.at("logits.Q8_0").to_doubles();
  // Few tokens, whose activations are rounded.
  const Array all = golden.at("input_ids");
  std::string ids = words_of(all);
  std::size_t end = 0;
  for (int i = 0; i < 10; ++i) end = ids.find(',', end + 1);
  ids.resize(end);
  const auto worst = [&](const std::string& dtype) {
    (void)hilo_out({"logits", (folder / "gemma3_base.Q8_0.gguf").string(), "--ids", ids, "--out",
                    out.string(), "--dtype", dtype});
    const std::vector<double> got = formats::SafetensorsFile::open(out).at("logits").to_doubles();
    double most = 0;
    for (std::size_t i = 0; i < got.size(); ++i)
      most = std::max(most, std::abs(got[i] - expected[i]));
    return most;
  };
  EXPECT_LT(worst("f32"), 2e-3);
  const double rounded = worst("blocks");
  EXPECT_GT(rounded, 2e-3);
  EXPECT_LT(rounded, 1);
}

TEST_F(GemmaCommands, generate_says_what_it_made) {
  const Ended ended =
      hilo({"generate", gguf(), "--prompt", "bees", "--max-tokens", "12", "--json", "--verbose"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const Json json = Json::parse(ended.out);
  EXPECT_EQ(json["ids"].size(), 12U);
  EXPECT_GT(json["prompt_tokens"].get<int>(), 1);
  for (const char* rate :
       {"tokens_per_second", "prefill_tokens_per_second", "time_to_first_token_ms"}) {
    EXPECT_GT(json[rate].get<double>(), 0) << rate;
  }
  EXPECT_THAT(ended.err, HasSubstr("3 executions for 12 tokens"));
  EXPECT_EQ(hilo_out({"generate", gguf(), "--file", "-", "--max-tokens", "12"}, "bees"),
            json["text"].get<std::string>() + "\n");
  // Ends of either kind: this file has <end_of_turn> as a token like others.
  for (const char* seed : {"0", "1", "2", "3"}) {
    EXPECT_THAT(hilo_out({"generate", gguf(), "--prompt", "bees", "--regex", "(yes|no)!{3}",
                          "--temperature", "1", "--seed", seed}),
                testing::AnyOf("yes!!!\n", "no!!!\n"));
  }
}

TEST_F(GemmaCommands, executions_are_few) {
  const Ended ended = hilo({"generate", gguf(), "--prompt", "bees", "--max-tokens", "200",
                            "--min-tokens", "200", "--verbose"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  int programs = 0, compiled = 0, executions = 0;
  const std::size_t at = ended.err.find("hilo: ", ended.err.find(" loaded in "));
  ASSERT_NE(at, std::string::npos) << ended.err;
  ASSERT_EQ(std::sscanf(ended.err.c_str() + at,
                        "hilo: %d programs, %d of them compiled now; %d executions for 200 tokens",
                        &programs, &compiled, &executions),
            3)
      << ended.err;
  EXPECT_LE(executions, 200 / 8 + 2);
  EXPECT_LE(programs, 2);  // one size of prompts, one of caches: 256 slots
}

TEST_F(GemmaCommands, a_name_is_a_model_in_the_cache) {
  const fs::path cache = fresh("cache");
  fs::create_directories(cache / "models" / "tiny");
  fs::copy_file(gguf(), cache / "models" / "tiny" / "weights.gguf");
  const std::map<std::string, std::string> with = {{"HILO_CACHE", cache.string()}};
  const Ended ids = hilo({"tokenize", "tiny", "bees"}, {}, with);
  EXPECT_EQ(ids.out, hilo_out({"tokenize", gguf(), "bees"})) << ids.err;
  EXPECT_EQ(hilo({"detokenize", "tiny", ids.out.substr(0, ids.out.size() - 1)}, {}, with).out,
            "bees\n");
  EXPECT_THAT(hilo({"inspect", "tiny"}, {}, with).out, HasSubstr("token_embd.weight"));
  EXPECT_THAT(hilo({"inspect", "tinny"}, {}, with).err,
              HasSubstr("no such file or folder, and no such model in"));
}

TEST_F(GemmaCommands, speculation_says_what_was_accepted) {
  const std::vector<std::string> plain = {"generate", gguf(),         "--prompt",
                                          "bees",     "--max-tokens", "24"};
  const std::string expected = hilo_out(plain);
  const auto with = [&](const std::vector<std::string>& flags) {
    std::vector<std::string> words = plain;
    words.insert(words.end(), flags.begin(), flags.end());
    return hilo(words);
  };
  Ended ended =
      with({"--speculate", "draft", "--draft", gguf(), "--draft-tokens", "5", "--verbose"});
  EXPECT_EQ(ended.out, expected) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("6 executions for 24 tokens; 19 of 19 guesses accepted"));
  ended = with({"--speculate", "ngram"});
  EXPECT_EQ(ended.out, expected) << ended.err;
  for (const auto& [flags, why] : std::vector<std::pair<std::vector<std::string>, std::string>>{
           {{"--speculate", "draft"}, "--speculate draft needs --draft MODEL"},
           {{"--speculate", "ngram", "--draft", gguf()}, "--draft is for --speculate draft"},
           {{"--draft", gguf()}, "--draft requires --speculate"},
           {{"--speculate", "luck"}, "luck"},
           {{"--speculate", "ngram", "--draft-tokens", "40"},
            "40 guesses at once; expected 1 .. 33"},
           {{"--speculate", "ngram", "--regex", "a*"}, "expected one of the two"}}) {
    EXPECT_THAT(with(flags).err, HasSubstr(why));
  }
}

TEST_F(GemmaCommands, generate_takes_ids_where_there_is_no_tokenizer) {
  const auto golden = formats::SafetensorsFile::open(fs::path(folder()) / "golden.safetensors");
  const Json greedy = Json::parse("[" + words_of(golden.at("greedy_ids")) + "]");
  const std::vector<std::string> command = {"generate",     folder(),
                                            "--ids",        words_of(golden.at("input_ids")),
                                            "--max-tokens", std::to_string(greedy.size())};
  EXPECT_EQ(Json::parse(hilo_out(command)), greedy);
  EXPECT_THAT(hilo({"generate", folder(), "--ids", "2,5", "--stop", "a"}).err,
              HasSubstr("it has no tokenizer"));
  EXPECT_THAT(hilo({"generate", folder(), "--ids", ""}).err,
              HasSubstr("expected numbers and commas"));
}

TEST_F(GemmaCommands, chat_has_commands) {
  const Ended ended = hilo({"chat", gguf(), "--max-tokens", "3"}, "/nothing\n/help\n/quit\n");
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("no command \"/nothing\""));
  EXPECT_THAT(ended.out, HasSubstr("/clear"));
}

TEST_F(GemmaCommands, what_does_not_fit_is_refused) {
  EXPECT_THAT(hilo({"logits", folder(), "--ids", "2,x", "--out", "o"}).err,
              HasSubstr("--ids is \"2,x\"; expected numbers and commas"));
  EXPECT_THAT(hilo({"logits", folder(), "--ids", "9999", "--out", "o"}).err,
              HasSubstr("token id 9999 is outside of the vocabulary"));
  EXPECT_THAT(hilo({"generate", folder(), "--ids", "2", "--max-tokens", "-1"}).err,
              HasSubstr("Value -1 not in range 0 to"));
  std::string long_ids = "2";
  for (int i = 0; i < 600; ++i) long_ids += ",3";
  EXPECT_THAT(hilo({"generate", folder(), "--ids", long_ids}).err,
              HasSubstr("a prompt of 601 tokens leaves no room in the model's context of"));
  EXPECT_EQ(hilo({"generate", gguf(), "--prompt", "\xff bees", "--max-tokens", "1"}).code,
            0);  // U+FFFD for what is no UTF-8
  const fs::path parts = fresh("parts");
  fs::copy(fixtures_ / "gemma_hf" / "gemma1_mha_sharded", parts, fs::copy_options::recursive);
  fs::remove(parts / "model-00002-of-00007.safetensors");
  EXPECT_THAT(hilo({"generate", parts.string(), "--ids", "2"}).err,
              HasSubstr("missing of the 7 shards that model.safetensors.index.json lists: "
                        "\"model-00002-of-00007.safetensors\""));
  EXPECT_THAT(hilo({"generate", folder(), "--prompt", "a", "--dtype", "i8"}).err,
              HasSubstr("expected blocks, f32, bf16 or f16"));
  EXPECT_THAT(hilo({"generate", gguf(), "--prompt", "a", "--context", "9999999"}).err,
              HasSubstr("is longer than the model's"));
  const std::string other = (fixtures_ / "gemma_hf" / "gemma2_base" / "config.json").string();
  const Ended ended = hilo({"logits", folder(), "--ids", "2", "--out", "o", "--config", other});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("its tensors are not those of the config, in"));
  EXPECT_THAT(ended.err, HasSubstr("self_attn.q_proj.weight is [64,64]; expected [128,64]"));
  EXPECT_THAT(
      hilo({"logits", (fixtures_ / "gemma_hf" / "gemma2_base").string(), "--ids", "2", "--out", "o",
            "--config", (fixtures_ / "gemma_hf" / "gemma1_mqa" / "config.json").string()})
          .err,
      HasSubstr("is no weight of this model"));
}

TEST_F(GemmaCommands, the_example_is_as_short_as_it_says) {
  const Ended ended = run({example("gemma"), gguf(), "bees"}, {}, environment());
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_FALSE(ended.out.empty());
}

}  // namespace
}  // namespace hilo::tools::test
