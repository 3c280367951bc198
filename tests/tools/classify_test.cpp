// classify and eval: answers about pictures.
#include "hilo/core/file.h"
#include "hilo/data/image.h"
#include "tests/tools/hilo_program.h"
#include "tests/tools/pictures.h"

namespace hilo::tools::test {
namespace {

using testing::HasSubstr;
using Words = std::vector<std::string>;

struct Trained {
  fs::path data = write_fashion(scratch() / "classify-fashion", 500, 230);
  fs::path run = fresh("run");
  fs::path pictures = fresh("pictures");
  Words files{};
  Trained() {
    hilo_out({"train", "fashion_mnist", "--data", data.string(), "--out", run.string(), "--set", "network=dense", "--epochs", "2", "--seed", "1"});
    fs::create_directories(pictures);
    for (std::int64_t i = 0; i < 230; ++i) {
      files.push_back((pictures / (std::to_string(i) + ".png")).string());
      write_png(files.back(), fashion_test_picture(i));
    }
  }
};

const Trained& trained() {
  static const Trained t;
  return t;
}

Words classify_words(const Words& more) {
  Words words = {"classify", trained().run.string()};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Classify, agrees_with_eval_to_the_last_picture) {
  Words words = classify_words(trained().files);
  words.emplace_back("--json");
  const Json answers = Json::parse(hilo_out(words));
  ASSERT_EQ(answers.size(), 230U);
  std::int64_t right = 0;
  for (std::int64_t i = 0; i < 230; ++i) {
    const Json& answer = answers[static_cast<std::size_t>(i)];
    EXPECT_EQ(answer["file"], trained().files[static_cast<std::size_t>(i)]);
    if (answer["label"] == fashion_classes()[static_cast<std::size_t>(fashion_label(i))]) ++right;
  }
  const Json eval = Json::parse(hilo_out({"eval", trained().run.string(), "--data", trained().data.string(), "--json"}));
  EXPECT_EQ(eval["accuracy"].get<double>(), static_cast<double>(right) / 230);
  EXPECT_GT(right, 150) << "it has learned something to agree on";
}

TEST(Classify, names_the_likeliest_classes) {
  const Json one = Json::parse(hilo_out(classify_words({trained().files[0], "--json", "--top", "10"})));
  ASSERT_EQ(one.size(), 1U);
  ASSERT_EQ(one[0]["top"].size(), 10U);
  EXPECT_EQ(one[0]["top"][0]["label"], one[0]["label"]);
  EXPECT_EQ(one[0]["top"][0]["probability"], one[0]["probability"]);
  double sum = 0, last = 1;
  for (const Json& entry : one[0]["top"]) {
    EXPECT_LE(entry["probability"].get<double>(), last);
    last = entry["probability"].get<double>();
    sum += last;
  }
  EXPECT_NEAR(sum, 1, 1e-9);
  EXPECT_EQ(Json::parse(hilo_out(classify_words({trained().files[0], "--json"})))[0]["top"].size(), 3U);
  const std::string text = hilo_out(classify_words({trained().files[0], "--top", "2"}));
  EXPECT_THAT(text, testing::MatchesRegex(trained().files[0] + ": [^,]+ [0-9.]+ %, [^,]+ [0-9.]+ %\n"));
}

// The same bars, larger, in colour, in another format: the same class.
TEST(Classify, takes_pictures_of_any_size_and_kind) {
  const std::int64_t label = 4;
  const Array large = bar_picture(label, 10, 7, 280, 280, 1);
  Array colour(Shape{kU8, {280, 280, 3}});
  for (std::size_t i = 0; i < large.data<std::uint8_t>().size(); ++i) {
    for (std::size_t c = 0; c < 3; ++c) colour.mutable_data<std::uint8_t>()[3 * i + c] = large.data<std::uint8_t>()[i];
  }
  const fs::path folder = fresh("sizes");
  fs::create_directories(folder);
  write_png(folder / "grey.png", large);
  write_png(folder / "colour.png", colour);
  write_jpeg(folder / "grey.jpg", large);
  write_jpeg(folder / "colour.jpg", colour);
  write_webp(folder / "colour.webp", colour);
  Words words = classify_words({"--json"});
  for (const char* file : {"grey.png", "colour.png", "grey.jpg", "colour.jpg", "colour.webp"}) words.push_back((folder / file).string());
  const Json answers = Json::parse(hilo_out(words));
  ASSERT_EQ(answers.size(), 5U);
  for (const Json& answer : answers) EXPECT_EQ(answer["label"], fashion_classes()[label]) << answer;
}

TEST(Classify, names_a_bad_picture_and_goes_on) {
  const fs::path bad = fresh("bad.jpg"), missing = fresh("missing.png");
  write_file_atomically(bad, "this is no picture");
  const Ended ended = hilo(classify_words({trained().files[0], bad.string(), missing.string(), trained().files[1], "--json"}));
  EXPECT_EQ(ended.code, 1);
  const Json answers = Json::parse(ended.out);
  ASSERT_EQ(answers.size(), 4U);
  EXPECT_TRUE(answers[0]["label"].is_string());
  EXPECT_TRUE(answers[1]["label"].is_null());
  EXPECT_THAT(answers[1]["error"].get<std::string>(), HasSubstr(bad.string()));
  EXPECT_TRUE(answers[3]["label"].is_string());
  EXPECT_THAT(ended.err, HasSubstr("hilo: " + bad.string()));
  EXPECT_THAT(ended.err, HasSubstr("hilo: " + missing.string()));
  const Ended all_bad = hilo(classify_words({bad.string()}));
  EXPECT_EQ(all_bad.code, 1);
  EXPECT_EQ(all_bad.out, "");
}

TEST(Classify, answers_each_line_at_once) {
  const auto process = hilo_started(classify_words({"-", "--json"}));
  for (std::size_t i : {0U, 1U, 2U}) {
    process->write(trained().files[i] + "\n");
    const Json answer = Json::parse(process->line());  // before the next is asked
    EXPECT_EQ(answer["file"], trained().files[i]);
    EXPECT_FALSE(answer.contains("step"));
  }
  process->write("/nowhere.png\n");
  EXPECT_TRUE(Json::parse(process->line())["label"].is_null());
  process->write(trained().files[3]);  // no newline at the end
  const Ended ended = process->finish();
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("/nowhere.png"));
  EXPECT_EQ(std::count(ended.out.begin(), ended.out.end(), '\n'), 5);
}

TEST(Classify, watches_for_a_newer_checkpoint) {
  const fs::path run = fresh("run");
  const Words train = {"train", "fashion_mnist", "--data", trained().data.string(), "--out", run.string(), "--set", "network=dense", "--seed", "1"};
  Words first = train, more = train;
  first.insert(first.end(), {"--steps", "3"});
  more.insert(more.end(), {"--steps", "6", "--resume"});
  hilo_out(first);
  const auto process = hilo_started({"classify", run.string(), "-", "--json", "--watch"});
  const auto ask = [&] {
    process->write(trained().files[0] + "\n");
    return Json::parse(process->line());
  };
  const Json before = ask();
  EXPECT_EQ(before["step"], 3);
  EXPECT_EQ(ask()["probability"], before["probability"]);
  hilo_out(more);
  const Json after = ask();
  EXPECT_EQ(after["step"], 6);
  EXPECT_NE(after["probability"], before["probability"]);
  // A newer one that is damaged is passed over, and said.
  fs::create_directories(run / "step-9");
  write_file_atomically(run / "step-9/manifest.json", "{}");
  EXPECT_EQ(ask()["step"], 6);
  EXPECT_EQ(ask()["step"], 6);
  fs::remove_all(run / "step-3");
  const Ended ended = process->finish();
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("hilo: warning: going on with step 6: "));
  EXPECT_EQ(ended.err.find("going on", ended.err.find("going on") + 1), std::string::npos) << "once";
}

TEST(Classify, refuses_what_is_no_run) {
  const Ended missing = hilo({"classify", "/nowhere/run", trained().files[0]});
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.err, HasSubstr("hilo: /nowhere/run: no such folder; expected a RUN that training made"));
  const fs::path empty = fresh("run");
  fs::create_directories(empty);
  EXPECT_THAT(hilo({"classify", empty.string(), trained().files[0]}).err, HasSubstr("no whole checkpoint in it"));
}

TEST(Eval, refuses_data_of_other_classes) {
  const fs::path data = write_class_folders(fresh("data"), 1, 1);
  const Ended ended = hilo({"eval", trained().run.string(), "--data", data.string()});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, testing::StartsWith("hilo: "));
}

}  // namespace
}  // namespace hilo::tools::test
