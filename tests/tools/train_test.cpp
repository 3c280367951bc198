// train: runs that stop, go on, fail; what they leave behind.
#include <csignal>

#include "hilo/core/file.h"
#include "tests/tools/hilo_program.h"
#include "tests/tools/pictures.h"

namespace hilo::tools::test {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using Words = std::vector<std::string>;

const fs::path& fashion() {
  static const fs::path folder = write_fashion(scratch() / "fashion", 500, 130);
  return folder;
}

// A small dense network: a step takes less than a millisecond.
Words train_words(const fs::path& run, const Words& more) {
  Words words = {"train", "fashion_mnist", "--data", fashion().string(), "--out", run.string(), "--set", "network=dense", "--set", "hidden=16"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Words resume_words(const fs::path& run, const Words& more) {
  Words words = {"train", "fashion_mnist", "--data", fashion().string(), "--out", run.string(), "--resume"};
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

void expect_same_state(const fs::path& a, const fs::path& b) {
  EXPECT_EQ(newest(a).filename(), newest(b).filename());
  for (const char* file : {"model.safetensors", "optimizer.safetensors"}) {
    EXPECT_TRUE(bytes_of(newest(a) / file) == bytes_of(newest(b) / file)) << file << " of " << a << " and " << b;
  }
}

TEST(Train, learns_and_says_what_it_did) {
  const fs::path run = fresh("run");
  const Ended ended = hilo(train_words(run, {"--epochs", "6", "--seed", "3"}));
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.out, HasSubstr("500 pictures to train on, 130 to test on, 10 classes"));
  EXPECT_THAT(ended.out, HasSubstr("12,730")) << "parameters of 784 x 16 and 16 x 10";
  EXPECT_THAT(ended.out, EndsWith("run:  " + (run / "step-42").string() + "\n"));
  EXPECT_THAT(ended.err, HasSubstr("epoch 6/6 100%  loss ")) << "a plain line an epoch";
  EXPECT_EQ(ended.err.find('\x1b'), std::string::npos) << "no control characters in a pipe";
  EXPECT_EQ(ended.err.find('\r'), std::string::npos);

  const Json eval = Json::parse(hilo_out({"eval", run.string(), "--data", fashion().string(), "--json"}));
  EXPECT_EQ(eval["examples"], 130);
  EXPECT_EQ(eval["step"], 42);
  EXPECT_GT(eval["accuracy"].get<double>(), 0.9) << "bars at ten heights";
  const std::string same = hilo_out({"eval", run.string(), "--data", fashion().string()});  // "step 42: loss .."
  EXPECT_THAT(ended.out, HasSubstr("\ntest: " + same.substr(9))) << "what training printed is what eval prints";

  std::istringstream lines(bytes_of(run / "metrics.jsonl"));
  std::vector<Json> metrics;
  for (std::string line; std::getline(lines, line);) metrics.push_back(Json::parse(line));
  ASSERT_EQ(metrics.size(), 6U);
  EXPECT_EQ(metrics[0]["step"], 7);
  EXPECT_LT(metrics[5]["loss"].get<double>(), metrics[0]["loss"].get<double>());
  EXPECT_GT(metrics[5]["accuracy"].get<double>(), metrics[0]["accuracy"].get<double>());
}

TEST(Train, gives_the_same_weights_for_the_same_seed) {
  const fs::path a = fresh("run"), b = fresh("run"), c = fresh("run");
  hilo_out(train_words(a, {"--steps", "9", "--seed", "5"}));
  hilo_out(train_words(b, {"--steps", "9", "--seed", "5"}));
  hilo_out(train_words(c, {"--steps", "9", "--seed", "6"}));
  expect_same_state(a, b);
  EXPECT_FALSE(bytes_of(newest(a) / "model.safetensors") == bytes_of(newest(c) / "model.safetensors"));
}

TEST(Train, resumed_gives_the_weights_of_no_stop) {
  const fs::path whole = fresh("run"), parts = fresh("run");
  hilo_out(train_words(whole, {"--epochs", "3", "--seed", "5"}));
  hilo_out(train_words(parts, {"--steps", "4", "--seed", "5"}));
  EXPECT_EQ(newest(parts).filename(), "step-4");
  hilo_out(resume_words(parts, {"--steps", "9"}));  // into the second epoch
  const Ended last = hilo(resume_words(parts, {"--epochs", "3"}));
  EXPECT_EQ(last.code, 0) << last.err;
  EXPECT_THAT(last.err, HasSubstr("hilo: going on from step 9\n"));
  expect_same_state(whole, parts);
  EXPECT_EQ(newest(whole).filename(), "step-21");
}

TEST(Train, is_stopped_by_a_signal_and_goes_on) {
  const fs::path run = fresh("run"), whole = fresh("run");
  const auto process = hilo_started(train_words(run, {"--epochs", "100000", "--seed", "2"}));
  process->wait_for_error("epoch      3/100000");
  process->send(SIGINT);
  const Ended ended = process->finish();
  EXPECT_EQ(ended.code, 130) << ended.err;
  const fs::path saved = newest(run);
  EXPECT_THAT(ended.err, HasSubstr("hilo: stopping after this step; once more ends at once\n"));
  EXPECT_THAT(ended.err, EndsWith("hilo: stopped; " + saved.string() + " is saved\n  go on with:  " + program() +
                                  " train fashion_mnist --data " + fashion().string() + " --out " + run.string() + " --resume\n"));
  const std::string total = std::to_string(std::stoll(saved.filename().string().substr(5)) + 10);
  hilo_out(resume_words(run, {"--steps", total}));
  hilo_out(train_words(whole, {"--steps", total, "--seed", "2"}));
  expect_same_state(run, whole);
}

TEST(Train, keeps_to_its_totals) {
  const fs::path run = fresh("run");
  hilo_out(train_words(run, {"--steps", "5"}));
  const Ended again = hilo(resume_words(run, {}));
  EXPECT_EQ(again.code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("the run has all its steps already; --epochs or --steps gives it a larger total"));
  EXPECT_EQ(newest(run).filename(), "step-5");
}

TEST(Train, refuses_to_write_over_a_run) {
  const fs::path run = fresh("run");
  hilo_out(train_words(run, {"--steps", "2"}));
  const Ended ended = hilo(train_words(run, {"--steps", "2"}));
  EXPECT_EQ(ended.code, 1);
  EXPECT_EQ(ended.err, "hilo: " + run.string() + " holds a run already, up to step-2\n  hint:  --resume goes on with it; another --out, or removing "
                       "that folder, starts a new one\n");
}

TEST(Train, resumes_only_what_is_there_and_of_the_recipe) {
  const fs::path nothing = fresh("run"), run = fresh("run");
  EXPECT_THAT(hilo(resume_words(nothing, {})).err, HasSubstr(": there is no run to resume; without --resume a new one is started\n"));
  fs::create_directories(nothing);
  EXPECT_THAT(hilo(resume_words(nothing, {})).err, HasSubstr("no whole checkpoint in it; expected step-N folders"));
  hilo_out(train_words(run, {"--steps", "2"}));
  const Ended other = hilo({"train", "cifar10", "--data", "d", "--out", run.string(), "--resume"});
  EXPECT_EQ(other.code, 1);
  EXPECT_EQ(other.err, "hilo: " + run.string() + " is a run of recipe fashion_mnist, not of cifar10\n");
}

TEST(Train, shows_how_a_checkpoint_of_another_model_differs) {
  const fs::path run = fresh("run");
  hilo_out(train_words(run, {"--steps", "2"}));
  const Ended ended = hilo(resume_words(run, {"--steps", "3", "--set", "hidden=8"}));
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("the checkpoint is of another model:"));
  EXPECT_THAT(ended.err, testing::ContainsRegex("hidden_0/kernel +model: f32\\[784,8\\] +checkpoint: f32\\[784,16\\]"));
}

TEST(Train, warns_when_a_resumed_run_changes_its_seed_or_batch) {
  const fs::path run = fresh("run");
  hilo_out(train_words(run, {"--steps", "2", "--seed", "1"}));
  const Ended ended = hilo(resume_words(run, {"--steps", "3", "--seed", "2", "--batch", "32"}));
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("hilo: warning: the run was made with seed 1, here it is 2: the weights will not be those of a run without a stop\n"));
  EXPECT_THAT(ended.err, HasSubstr("hilo: warning: the run was made with batch 64, now it is 32: the weights will not be those of a run without a stop\n"));
}

TEST(Train, falls_back_from_a_damaged_checkpoint) {
  const fs::path run = fresh("run"), whole = fresh("run");
  hilo_out(train_words(run, {"--steps", "7", "--seed", "4"}));
  hilo_out(resume_words(run, {"--steps", "8"}));
  std::string weights = bytes_of(run / "step-8/model.safetensors");
  weights[weights.size() / 2] ^= 1;
  fs::remove(run / "step-8/model.safetensors");
  write_file_atomically(run / "step-8/model.safetensors", weights);
  const Ended eval = hilo({"eval", run.string(), "--data", fashion().string(), "--json"});
  EXPECT_EQ(Json::parse(eval.out)["step"], 7);
  EXPECT_THAT(eval.err, HasSubstr("hilo: warning: passed over a damaged checkpoint: " + (run / "step-8/model.safetensors").string() + ": the checksum differs"));
  EXPECT_EQ(hilo({"eval", (run / "step-8").string(), "--data", fashion().string()}).code, 1) << "asked for by name, it is refused";
  const Ended resumed = hilo(resume_words(run, {"--steps", "8"}));
  EXPECT_EQ(resumed.code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("passed over a damaged checkpoint"));
  hilo_out(train_words(whole, {"--steps", "8", "--seed", "4"}));
  expect_same_state(run, whole);
}

TEST(Train, names_the_step_and_the_layer_of_a_loss_that_is_not_finite) {
  const fs::path run = fresh("run");
  const Ended ended = hilo(train_words(run, {"--steps", "20", "--set", "learning-rate=1e30"}));
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, testing::ContainsRegex("hilo: step [0-9]+: the loss or a gradient is not finite\n  first in:  [a-z_]+ -> f32.*scope /"));
  EXPECT_THAT(ended.err, EndsWith("  saved:     " + newest(run).string() + "\n"));
  EXPECT_EQ(hilo({"eval", run.string(), "--data", fashion().string()}).code, 0) << "what was saved is whole";
}

TEST(Train, that_cannot_save_leaves_the_last_checkpoint_good) {
  const fs::path run = fresh("run");
  hilo_out(train_words(run, {"--steps", "3"}));
  std::string command = "ulimit -f 8; exec \"$@\"";  // no file beyond 8 kB: what a full disk does to a write
  Words words = {"bash", "-c", command, "bash", program()};
  const Words rest = resume_words(run, {"--steps", "5"});
  words.insert(words.end(), rest.begin(), rest.end());
  const Ended ended = test::run(words, "", environment());
  EXPECT_EQ(ended.code, 1) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("hilo: step 5 cannot be saved: "));
  EXPECT_THAT(ended.err, EndsWith("  last good checkpoint: " + (run / "step-3").string() + "\n"));
  EXPECT_EQ(newest(run).filename(), "step-3");
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(run)) left.push_back(entry.path().filename().string());
  EXPECT_THAT(left, testing::UnorderedElementsAre("step-3", "metrics.jsonl")) << "no temporary is left";
  EXPECT_EQ(hilo({"eval", run.string(), "--data", fashion().string()}).code, 0);
}

TEST(Train, names_data_that_is_missing_or_damaged) {
  const fs::path empty = fresh("data");
  fs::create_directories(empty);
  const Ended missing = hilo({"train", "fashion_mnist", "--data", empty.string(), "--out", fresh("run").string()});
  EXPECT_EQ(missing.code, 1);
  EXPECT_THAT(missing.err, HasSubstr("train-images-idx3-ubyte"));
  const fs::path cut = write_fashion(fresh("data"), 20, 20);
  fs::resize_file(cut / "train-images-idx3-ubyte", 5000);
  const fs::path run = fresh("run");
  const Ended damaged = hilo({"train", "fashion_mnist", "--data", cut.string(), "--out", run.string()});
  EXPECT_EQ(damaged.code, 1);
  EXPECT_THAT(damaged.err, HasSubstr((cut / "train-images-idx3-ubyte").string()));
  EXPECT_FALSE(fs::exists(run)) << "nothing was begun";
}

TEST(Train, needs_as_many_pictures_as_a_batch) {
  const fs::path few = write_fashion(fresh("data"), 20, 20);
  const Ended ended = hilo({"train", "fashion_mnist", "--data", few.string(), "--out", fresh("run").string(), "--set", "network=dense"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("expected at least one of 64 examples"));
}

}  // namespace
}  // namespace hilo::tools::test
