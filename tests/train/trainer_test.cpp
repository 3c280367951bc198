#include "hilo/train/trainer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <random>

#include "hilo/graph/call_site.h"
#include "hilo/nn/dense.h"
#include "hilo/nn/dropout.h"
#include "hilo/ops/activation.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/unary.h"
#include "hilo/train/checkpoint.h"
#include "hilo/train/saved_model.h"
#include "tests/exec/client.h"

namespace hilo::train {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

// Two clouds of points in the plane.
data::Dataset clouds(Dim count = 96) {
  std::mt19937 rng(7);
  std::normal_distribution<float> noise(0, 1);
  Array inputs(Shape{kF32, {count, 2}}), labels(Shape{kI32, {count}});
  for (Dim i = 0; i < count; ++i) {
    const float centre = i % 2 == 0 ? 2.0F : -2.0F;
    inputs.mutable_data<float>()[static_cast<std::size_t>(2 * i)] = centre + noise(rng);
    inputs.mutable_data<float>()[static_cast<std::size_t>(2 * i + 1)] = noise(rng);
    labels.mutable_data<std::int32_t>()[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i % 2);
  }
  return data::Dataset::from_arrays(inputs, labels, {"right", "left"});
}

Value net(nn::Scope scope, Value x) {
  x = relu(nn::dense(scope / "hidden", x, 16));
  x = nn::dropout(scope / "drop", x, 0.25);
  return nn::dense(scope / "logits", x, 2);
}

Trainer make(std::uint64_t seed = 1, nn::Model model = net) {
  return {cpu(), std::move(model), loss::softmax_cross_entropy, Adam{.learning_rate = 1e-2},
          {.seed = seed, .metrics = {metric::accuracy()}}};
}

data::Batches batches(std::uint64_t seed = 3) { return clouds().shuffled(seed).batches(16, {.drops_remainder = true}); }

std::vector<Array> state_of(const Trainer& t) {
  std::vector<Array> values;
  for (const auto& [path, variable] : t.store().variables()) values.push_back(variable.value.array());
  return values;
}

template <class F>
std::string message_of(F f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

class RunFolder : public testing::Test {
 protected:
  RunFolder() : run_(fs::path(testing::TempDir()) / ("run_" + std::to_string(::getpid()))) { fs::remove_all(run_); }
  ~RunFolder() override { fs::remove_all(run_); }
  fs::path run_;
};

TEST(TrainerTest, Learns) {
  Trainer t = make();
  t.fit(batches(), {.epochs = 20});
  EXPECT_EQ(t.step(), 120);
  const Evaluation e = t.evaluate(clouds().batches(10), metric::accuracy());
  EXPECT_EQ(e.examples, 96);  // the last, smaller batch too
  EXPECT_GT(e.at("accuracy"), 0.95);
  EXPECT_THAT(message_of([&] { (void)e.at("acuracy"); }), HasSubstr("did you mean accuracy?"));
}

TEST(TrainerTest, TheEvaluationIsTheSameForAnyBatch) {
  Trainer t = make();
  t.fit(batches(), {.steps = 10});
  const Evaluation whole = t.evaluate(clouds().batches(96), metric::accuracy());
  const Evaluation parts = t.evaluate(clouds().batches(7), metric::accuracy());
  EXPECT_EQ(whole.at("accuracy"), parts.at("accuracy"));
  EXPECT_NEAR(whole.loss, parts.loss, 1e-6);
}

TEST(TrainerTest, TheSameSeedGivesTheSameBits) {
  Trainer a = make(), b = make(), c = make(2);
  for (Trainer* t : {&a, &b, &c}) t->fit(batches(), {.steps = 15});
  EXPECT_EQ(state_of(a), state_of(b));
  EXPECT_NE(state_of(a), state_of(c));
}

TEST(TrainerTest, OneCopyOfTheState) {
  Trainer t = make();
  t.fit(batches(), {.steps = 3});
  const auto address = [&](const std::string& path) {
    t.store().at(path).value.wait();
    return t.store().at(path).value.buffer(cpu().default_device()).unsafe_pointer();
  };
  std::map<std::string, std::uintptr_t> before;
  for (const auto& [path, variable] : t.store().variables()) before[path] = address(path);
  t.fit(batches(), {.steps = 9});
  for (const auto& [path, where] : before) EXPECT_EQ(address(path), where) << path;
}

TEST(TrainerTest, CallbacksSeeTheirStep) {
  Trainer t = make();
  std::vector<std::int64_t> steps, epochs;
  t.on_step(every(4), [&](Trainer& trainer, const Progress& p) {
    EXPECT_EQ(p.step, trainer.step());
    steps.push_back(p.step);
  });
  t.on_step(every_epoch(), [&](Trainer&, const Progress& p) { epochs.push_back(p.epoch); });
  t.fit(batches(), {.steps = 14});  // 6 a epoch
  EXPECT_EQ(steps, (std::vector<std::int64_t>{4, 8, 12, 14}));
  EXPECT_EQ(epochs, (std::vector<std::int64_t>{1, 2, 2}));
}

TEST(TrainerTest, AStopEndsAfterTheStepUnderWay) {
  Trainer t = make();
  bool is_last = false;
  t.on_step(every(5), [&](Trainer& trainer, const Progress& p) {
    trainer.request_stop();
    is_last = p.is_last;
  });
  t.fit(batches(), {.steps = 100});
  EXPECT_EQ(t.step(), 6);
  EXPECT_TRUE(is_last);
}

TEST_F(RunFolder, AResumedRunIsBitEqual) {
  Trainer straight = make();
  straight.fit(batches(), {.steps = 17});
  for (const std::int64_t stop : {1, 6, 16}) {
    fs::remove_all(run_);
    {
      Trainer first = make();
      first.on_step(every(1'000), save_to(run_));
      first.fit(batches(), {.steps = stop});
    }
    Trainer second = make();
    EXPECT_TRUE(resume(second, run_, {kF32, {16, 2}}).empty());
    EXPECT_EQ(second.step(), stop);
    second.fit(batches(), {.steps = 17});
    EXPECT_EQ(state_of(second), state_of(straight)) << "stopped after " << stop;
  }
}

TEST_F(RunFolder, EqualStatesAreEqualBytes) {
  Trainer a = make(), b = make();
  a.fit(batches(), {.steps = 5});
  b.fit(batches(), {.steps = 5});
  const fs::path first = save_checkpoint(run_ / "a", a), second = save_checkpoint(run_ / "b", b);
  for (const fs::directory_entry& file : fs::directory_iterator(first)) {
    std::ifstream x(file.path(), std::ios::binary), y(second / file.path().filename(), std::ios::binary);
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(x), {}), std::string(std::istreambuf_iterator<char>(y), {})) << file.path();
  }
}

TEST_F(RunFolder, ADamagedCheckpointIsPassedOver) {
  Trainer t = make();
  t.on_step(every(5), save_to(run_, {.keep = 2}));
  t.fit(batches(), {.steps = 15});
  ASSERT_EQ(list_checkpoints(run_).size(), 2U);
  {
    std::fstream file(run_ / "step-15" / "model.safetensors", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(-3, std::ios::end);
    file.put('?');
  }
  std::vector<std::string> warnings;
  EXPECT_EQ(latest_checkpoint(run_, warnings).step, 10);
  ASSERT_EQ(warnings.size(), 1U);
  EXPECT_THAT(warnings[0], HasSubstr("model.safetensors: the checksum differs"));
  fs::resize_file(run_ / "step-10" / "optimizer.safetensors", 10);
  EXPECT_THAT(message_of([&] { warnings.clear(); (void)latest_checkpoint(run_, warnings); }),
              testing::AllOf(HasSubstr("no whole checkpoint"), HasSubstr("10 bytes, expected")));
}

TEST_F(RunFolder, ACheckpointOfAnotherModelIsRefusedWithTheDifferences) {
  Trainer t = make();
  t.fit(batches(), {.steps = 1});
  save_checkpoint(run_, t);
  Trainer other = make(1, [](nn::Scope scope, Value x) { return nn::dense(scope / "logits", nn::dense(scope / "wide", x, 20), 2); });
  const std::string message = message_of([&] { resume(other, run_, {kF32, {16, 2}}); });
  EXPECT_THAT(message, HasSubstr("the checkpoint is of another model"));
  EXPECT_THAT(message, testing::ContainsRegex("wide/kernel +model: f32\\[2,20\\] +checkpoint: -"));
  EXPECT_THAT(message, testing::ContainsRegex("hidden/kernel +model: - +checkpoint: f32\\[2,16\\]"));
  EXPECT_THAT(message, testing::ContainsRegex("logits/kernel +model: f32\\[20,2\\] +checkpoint: f32\\[16,2\\]"));
}

TEST_F(RunFolder, ASavedModelAnswersAsTheTrainer) {
  Trainer t = make();
  t.fit(batches(), {.epochs = 5});
  save_checkpoint(run_, t);
  const SavedModel model = SavedModel::open(cpu(), run_);
  EXPECT_EQ(model.class_name(1), "left");
  const data::Batch all = clouds(96).batches(96).at(0);
  const std::vector<SavedModel::Prediction> predictions = model.classify(all.inputs);
  double right = 0;
  for (std::size_t i = 0; i < predictions.size(); ++i) {
    right += predictions[i].label == all.labels.data<std::int32_t>()[i] ? 1 : 0;
    EXPECT_NEAR(predictions[i].probabilities[0] + predictions[i].probabilities[1], 1, 1e-12);
  }
  EXPECT_EQ(right / 96, t.evaluate(clouds().batches(100), metric::accuracy()).at("accuracy"));
  EXPECT_THAT(message_of([&] { (void)model.run(Array(Shape{kF32, {4, 3}})); }), HasSubstr("takes f32[2] with a batch axis"));
}

TEST(TrainerTest, ANonFiniteLossNamesStepAndLayerAndKeepsTheWeights) {
  const auto poisoned = [](data::Dataset d) {  // example 40 is infinite
    Array inputs = d.batches(96).at(0).inputs;
    inputs.mutable_data<float>()[80] = 1e30F;
    return data::Dataset::from_arrays(inputs, d.batches(96).at(0).labels);
  };
  const nn::Model model = [](nn::Scope scope, Value x) {
    const CallSite site(std::source_location::current(), "/squared");
    return nn::dense(scope / "logits", x * x, 2);  // 1e60 does not fit f32
  };
  Trainer t = make(1, model), healthy = make(1, model);
  const data::Batches bad = poisoned(clouds()).batches(16, {.drops_remainder = true});  // in order: step 3 has it
  const std::string message = message_of([&] { t.fit(bad, {.steps = 6}); });
  EXPECT_THAT(message, HasSubstr("step 3:"));
  EXPECT_THAT(message, HasSubstr("multiply -> f32[16,2]"));
  EXPECT_THAT(message, HasSubstr("trainer_test.cpp"));
  EXPECT_THAT(message, HasSubstr("scope /squared"));
  EXPECT_EQ(t.step(), 2);
  healthy.fit(bad, {.steps = 2});
  EXPECT_EQ(state_of(t), state_of(healthy));
}

TEST(TrainerTest, WrongTotalsAndEmptyDataAreRefused) {
  Trainer t = make();
  EXPECT_THAT(message_of([&] { t.fit(batches(), {}); }), HasSubstr("set either epochs or steps"));
  EXPECT_THAT(message_of([&] { t.fit(batches(), {.epochs = 1, .steps = 1}); }), HasSubstr("set either epochs or steps"));
  EXPECT_THAT(message_of([&] { t.fit(clouds(8).batches(16, {.drops_remainder = true}), {.steps = 1}); }), HasSubstr("no batch"));
}

TEST_F(RunFolder, AFailedSaveLeavesTheLastCheckpoint) {
  Trainer t = make();
  t.fit(batches(), {.steps = 1});
  save_checkpoint(run_, t);
  t.fit(batches(), {.steps = 2});
  // A file in the place of the folder's parent stands for any write that fails.
  const fs::path blocked = run_ / "file";
  std::ofstream(blocked) << "x";
  EXPECT_THROW(save_checkpoint(blocked, t), std::exception);
  std::vector<std::string> warnings;
  EXPECT_EQ(latest_checkpoint(run_, warnings).step, 1);
}

}  // namespace
}  // namespace hilo::train
