// Class folders of pictures of any kind, and the example programs.
#include <cmath>
#include <fstream>
#include <sstream>

#include "hilo/core/file.h"
#include "tests/tools/hilo_program.h"
#include "tests/tools/pictures.h"

namespace hilo::tools::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using Words = std::vector<std::string>;

const fs::path& photos() {
  static const fs::path folder = write_class_folders(scratch() / "photos", 24, 8);
  return folder;
}

Words train_words(const fs::path& data, const fs::path& run, const Words& more) {
  Words words = {"train", "images", "--data", data.string(), "--out", run.string(), "--set", "height=16", "--set", "width=16",
                 "--set", "filters=4,8", "--set", "hidden=16", "--batch", "12"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

TEST(Images, of_any_class_folders_are_learned) {
  const fs::path run = fresh("run");
  const Ended ended = hilo(train_words(photos(), run, {"--epochs", "4", "--seed", "1"}));
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("72 pictures to train on, 24 to test on, 3 classes"));
  const Json eval = Json::parse(hilo_out({"eval", run.string(), "--data", photos().string(), "--json"}));
  EXPECT_EQ(eval["examples"], 24);
  EXPECT_THAT(ended.out, HasSubstr("\ntest: " + hilo_out({"eval", run.string(), "--data", photos().string()}).substr(9)));
  EXPECT_GT(eval["accuracy"].get<double>(), 0.8);
  // A folder of class folders is judged as a whole.
  EXPECT_EQ(Json::parse(hilo_out({"eval", run.string(), "--data", (photos() / "test").string(), "--json"})), eval);
  // One picture of each class, in three formats.
  const Json answers = Json::parse(hilo_out({"classify", run.string(), "--json", (photos() / "test/blue/0.png").string(),
                                             (photos() / "test/green/1.jpg").string(), (photos() / "test/red/2.webp").string()}));
  ASSERT_EQ(answers.size(), 3U);
  int right = 0;
  for (const Json& answer : answers) right += answer["file"].get<std::string>().find(answer["label"].get<std::string>()) != std::string::npos ? 1 : 0;
  EXPECT_GE(right, 2);
}

TEST(Images, without_a_test_folder_are_judged_by_all) {
  const fs::path run = fresh("run"), all = photos() / "train";
  const std::string out = hilo_out(train_words(all, run, {"--steps", "2"}));
  EXPECT_THAT(out, HasSubstr("72 pictures to train on, 0 to test on"));
  EXPECT_THAT(out, HasSubstr("training data (there is no test data): " + hilo_out({"eval", run.string(), "--data", all.string()}).substr(8)));
}

TEST(Images, that_are_damaged_are_refused_or_left_out) {
  const fs::path data = write_class_folders(fresh("data"), 6, 3);
  const std::string whole = bytes_of(data / "train/red/1.jpg");
  const fs::path bad = data / "train/red/1.jpg";
  fs::remove(bad);
  write_file_atomically(bad, whole.substr(0, 200));
  const Ended refused = hilo(train_words(data, fresh("run"), {"--steps", "2"}));
  EXPECT_EQ(refused.code, 1);
  EXPECT_THAT(refused.err, HasSubstr("hilo: " + bad.string()));
  const Ended skipped = hilo(train_words(data, fresh("run"), {"--steps", "1", "--skip-bad"}));
  EXPECT_EQ(skipped.code, 0) << skipped.err;
  EXPECT_THAT(skipped.err, HasSubstr("hilo: warning: left out " + bad.string() + ": "));
  EXPECT_THAT(skipped.out, HasSubstr("17 pictures to train on"));
}

TEST(Images, too_small_for_the_network_are_refused) {
  const Ended ended = hilo(train_words(photos(), fresh("run"), {"--set", "height=2", "--steps", "1"}));
  EXPECT_EQ(ended.code, 2);
  EXPECT_THAT(ended.err, HasSubstr("filters: 2 blocks halve 2x16 to nothing; expected fewer, or a larger height and width"));
}

TEST(Images, that_are_not_there_are_named) {
  const Ended ended = hilo(train_words("/nowhere", fresh("run"), {}));
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("/nowhere"));
}

TEST(Examples, linear_regression_finds_the_line) {
  const Ended ended = run({example("linear_regression")}, "", environment());
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.out, "y = 2.980 x + 2.000\n");
}

// An op of one's own with rules, in under 25 lines.
TEST(Examples, custom_call_has_a_gradient) {
  const Ended ended = run({example("custom_call")}, "", environment());
  ASSERT_EQ(ended.code, 0) << ended.err;
  std::istringstream out(ended.out);
  for (double x : {0, 2, 4}) {
    double slope = 0;
    EXPECT_TRUE(out >> slope) << ended.out;
    EXPECT_NEAR(slope, 0.5 * std::exp(0.5 * x), 1e-4);
  }
  std::ifstream source(HILO_SOURCE_DIR "/examples/custom_call.cpp");
  int lines = 0;
  for (std::string line; std::getline(source, line);) lines += line.empty() ? 0 : 1;
  EXPECT_GT(lines, 0);
  EXPECT_LT(lines, 25);
}

TEST(Examples, brackets_are_learned) {
  const Ended ended = run({example("brackets")}, "", environment());
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("lstm       f32[50,20,32]       5,248\n"));
  const auto at = ended.out.rfind("accuracy ");
  ASSERT_NE(at, std::string::npos) << ended.out;
  EXPECT_GT(std::stod(ended.out.substr(at + 9)), 0.99);
}

// A model that the program does not know is evaluated and classified all the same, and served by threads.
TEST(Examples, images_and_service) {
  const fs::path folder = fresh("run");
  const Ended trained = run({example("images"), "--data", photos().string(), "--out", folder.string(), "--size", "16", "--epochs", "3", "--batch", "12"}, "", environment());
  ASSERT_EQ(trained.code, 0) << trained.err;
  const auto at = trained.out.rfind("accuracy ");
  ASSERT_NE(at, std::string::npos) << trained.out;
  const Json eval = Json::parse(hilo_out({"eval", folder.string(), "--data", photos().string(), "--json"}));
  EXPECT_NEAR(std::stod(trained.out.substr(at + 9)), eval["accuracy"].get<double>(), 1e-5);

  const fs::path bad = fresh("bad.png");
  write_file_atomically(bad, "no picture");
  Words words = {example("service"), folder.string(), bad.string()}, files = {};
  for (const char* name : {"blue/0.png", "green/1.jpg", "red/2.webp", "red/0.png", "blue/4.jpg"}) files.push_back((photos() / "test" / name).string());
  words.insert(words.end(), files.begin(), files.end());
  const Ended served = run(words, "", environment());
  ASSERT_EQ(served.code, 0) << served.err;
  EXPECT_THAT(served.out, HasSubstr("cannot read " + bad.string()));
  Words asked = {"classify", folder.string(), "--json"};
  asked.insert(asked.end(), files.begin(), files.end());
  for (const Json& answer : Json::parse(hilo_out(asked))) {
    EXPECT_THAT(served.out, HasSubstr(answer["file"].get<std::string>() + ": " + answer["label"].get<std::string>() + ", "));
  }
}

TEST(Examples, say_what_is_wrong) {
  const Ended ended = run({example("images"), "--epoch", "3"}, "", environment());
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("there is no setting \"epoch\"; did you mean epochs?"));
  EXPECT_EQ(run({example("service")}, "", environment()).err, "usage: example_service RUN PICTURE..\n");
}

TEST(Examples, cifar10) {
  // The ten classes by name, a few pictures each, in the form of class folders.
  const fs::path data = fresh("cifar"), folder = fresh("run");
  const Words classes = {"airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"};
  std::int64_t number = 0;
  for (const auto& [part, count] : {std::pair{"train", 4}, {"test", 2}}) {
    for (std::size_t label = 0; label < classes.size(); ++label) {
      fs::create_directories(data / part / classes[label]);
      for (int i = 0; i < count; ++i) {
        write_png(data / part / classes[label] / (std::to_string(i) + ".png"), bar_picture(static_cast<std::int64_t>(label), 10, ++number, 32, 32, 3));
      }
    }
  }
  const Ended trained = run({example("cifar10"), "--data", data.string(), "--out", folder.string(), "--epochs", "1", "--batch", "8"}, "", environment());
  ASSERT_EQ(trained.code, 0) << trained.err;
  EXPECT_THAT(trained.out, EndsWith(" on 20 test pictures\n"));
  const Json eval = Json::parse(hilo_out({"eval", folder.string(), "--data", data.string(), "--json"}));
  EXPECT_EQ(eval["examples"], 20);
  EXPECT_EQ(eval["step"], 5);
}

}  // namespace
}  // namespace hilo::tools::test
