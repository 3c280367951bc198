// How long does a training step of an MLP, an LSTM, a transformer block and a ResNet block take, beside JAX and PyTorch?
//
//   HILO_BENCH_PYTHON=~/venv/bin/python build/bench/training_steps --rounds 3
//
// They take turns, round by round; each figure is the median of its rounds, in milliseconds a step (Adam, f32). A round is
// a process of its own. Without HILO_BENCH_PYTHON only Hilo runs.
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <cstring>
#include <map>
#include <random>

#include "bench/training.h"
#include "hilo/hilo.h"

using namespace hilo;
using Json = nlohmann::ordered_json;

namespace {

struct Subject {
  const char* name;
  Dims input;  // the first axis is the batch; labels are one of ten classes
  nn::Model model;
};

Value convolution_and_norm(nn::Scope scope, const char* name, Value x) {
  const nn::Scope own = scope / name;
  return nn::batch_norm(own / "norm", nn::conv2d(own / "conv", x, {.filters = 64, .kernel = {3}, .bias = false}));
}

std::vector<Subject> subjects() {
  return {
      {"mlp", {256, 784}, [](nn::Scope s, Value x) {
         for (const char* name : {"one", "two"}) x = relu(nn::dense(s / name, x, 1024));
         return nn::dense(s / "logits", x, 10);
       }},
      {"lstm", {32, 64, 128}, [](nn::Scope s, Value x) {
         return nn::dense(s / "logits", nn::lstm(s / "lstm", x, {.units = 256}).last, 10);
       }},
      {"transformer", {8, 128, 256}, [](nn::Scope s, Value x) {
         x = nn::transformer_encoder(s / "block", x, {.attention = {.heads = 4}});
         return nn::dense(s / "logits", mean(x, {1}), 10);
       }},
      {"resnet", {16, 32, 32, 64}, [](nn::Scope s, Value x) {
         const Value y = convolution_and_norm(s, "two", relu(convolution_and_norm(s, "one", x)));
         return nn::dense(s / "logits", mean(relu(x + y), {1, 2}), 10);
       }},
  };
}

double measure(const Subject& subject, int steps) {
  std::mt19937 rng(1);
  std::normal_distribution<float> normal;
  Array inputs(Shape{kF32, subject.input}), labels(Shape{kI32, {subject.input[0]}});
  for (float& v : inputs.mutable_data<float>()) v = normal(rng);
  for (auto& v : labels.mutable_data<std::int32_t>()) v = static_cast<std::int32_t>(rng() % 10);
  train::Trainer trainer(pjrt::open("cpu"), subject.model, loss::softmax_cross_entropy, train::Adam{.learning_rate = 1e-3});
  trainer.prepare(inputs.shape());
  return bench::bare_step_ms(trainer, inputs, labels, steps);
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 3, steps = 20;
  std::string child;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--rounds") == 0) rounds = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--steps") == 0) steps = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--child") == 0) child = argv[i + 1];
  }
  const std::vector<Subject> all = subjects();
  for (const Subject& s : all) {
    if (child == s.name) return std::printf("%.4f\n", measure(s, steps)) < 0;
  }
  const char* python = std::getenv("HILO_BENCH_PYTHON");
  Json report = {{"bench", "training_steps"}, {"rounds", rounds}, {"steps", steps}, {"unit", "ms a step"}};
  for (const Subject& s : all) {
    std::map<std::string, std::vector<double>> times;
    const std::string settings = " --steps " + std::to_string(steps) + " --child " + s.name;
    const auto add = [&](const std::string& who, const std::string& line) {
      if (!line.empty()) times[who].push_back(std::stod(line));
    };
    for (int r = 0; r < rounds; ++r) {
      add("hilo", bench::output_of(argv[0] + settings));
      if (python == nullptr) continue;
      for (const char* peer : {"jax", "torch"}) {
        add(peer, bench::output_of(std::string(python) + " " HILO_BENCH_PEERS "/training_steps_" + peer + ".py" + settings));
      }
    }
    if (times["hilo"].empty()) {
      std::fprintf(stderr, "training_steps: a run of Hilo failed: %s\n", s.name);
      return 1;
    }
    Json& at = report[s.name];
    for (const auto& [who, t] : times) {
      if (!t.empty()) at[who] = bench::median(t);
    }
    for (const char* peer : {"jax", "torch"}) {
      if (at.contains(peer)) at["speed_over_" + std::string(peer)] = at[peer].get<double>() / at["hilo"].get<double>();
    }
  }
  std::printf("%s\n", report.dump(2).c_str());
  return 0;
}
