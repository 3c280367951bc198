// How long does a training step of the CIFAR-10 CNN take, and the first one, and beside JAX and PyTorch on the same machine?
//
//   build/bench/cifar10_cnn                       Hilo, and JAX and PyTorch where HILO_BENCH_PYTHON names a Python that has them
//   HILO_BENCH_PYTHON=~/venv/bin/python build/bench/cifar10_cnn --rounds 3
//
// They take turns, round by round; each figure is the median of its rounds. A round is a process of its own.
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <cstring>
#include <map>
#include <random>

#include "bench/training.h"
#include "hilo/models/cifar_cnn.h"
#include "hilo/train/trainer.h"

using namespace hilo;
using Json = nlohmann::ordered_json;

namespace {

data::Dataset noise(Dim count) {
  std::mt19937 rng(1);
  Array images(Shape{kU8, {count, 32, 32, 3}}), labels(Shape{kI32, {count}});
  for (auto& v : images.mutable_data<std::uint8_t>()) v = static_cast<std::uint8_t>(rng());
  for (auto& v : labels.mutable_data<std::int32_t>()) v = static_cast<std::int32_t>(rng() % 10);
  return data::Dataset::from_arrays(images, labels);
}

// One process: the first step, then the median of many, then an epoch through `fit`.
Json measure(int batch, int steps) {
  const auto start = bench::Clock::now();
  const nn::Model model = models::cifar_cnn({.pixels = {.mean = {0.5, 0.5, 0.5}, .std = {0.25, 0.25, 0.25}}});
  train::Trainer trainer(pjrt::open("cpu"), model, loss::softmax_cross_entropy, train::Adam{.learning_rate = 1e-3});
  const data::Dataset data = noise(batch * 32);
  Json result;
  std::vector<double> times;
  auto last = start;
  trainer.on_step(train::every(1), [&](train::Trainer&, const train::Progress& p) {  // every(1) waits for each step
    if (p.step == 1) result["first_step_s"] = bench::seconds_since(start);
    if (p.step > 5) times.push_back(bench::seconds_since(last) * 1e3);
    last = bench::Clock::now();
  });
  trainer.fit(data.batches(batch, {.drops_remainder = true}), {.steps = steps + 5});
  result["step_ms"] = bench::median(times);

  train::Trainer free_running(pjrt::open("cpu"), model, loss::softmax_cross_entropy, train::Adam{.learning_rate = 1e-3});
  free_running.fit(data.batches(batch, {.drops_remainder = true}), {.steps = 3});
  const auto begin = bench::Clock::now();
  free_running.fit(data.batches(batch, {.drops_remainder = true}), {.steps = 3 + steps});
  result["fit_step_ms"] = bench::seconds_since(begin) * 1e3 / steps;
  const data::Batch one = *data.batches(batch).stream().next();
  result["bare_step_ms"] = bench::bare_step_ms(free_running, one.inputs, one.labels, steps);
  result["peak_memory_mb"] = bench::peak_memory_mb();
  return result;
}

Json medians(const std::vector<Json>& rounds) {
  Json result;
  if (rounds.empty()) return result;
  for (const auto& [key, value] : rounds[0].items()) {
    std::vector<double> v;
    for (const Json& r : rounds) v.push_back(r.at(key));
    result[key] = bench::median(v);
  }
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  int rounds = 3, steps = 30, child_batch = 0;
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--rounds") == 0) rounds = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--steps") == 0) steps = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--child") == 0) child_batch = std::atoi(argv[i + 1]);
  }
  if (child_batch > 0) {
    std::printf("%s\n", measure(child_batch, steps).dump().c_str());
    return 0;
  }
  const char* python = std::getenv("HILO_BENCH_PYTHON");
  const std::string self = std::string(argv[0]) + " --steps " + std::to_string(steps) + " --child ";
  const auto peer = [&](const std::string& name, const std::string& batch) {
    return std::string(python) + " " HILO_BENCH_PEERS "/cifar10_cnn_" + name + ".py --steps " + std::to_string(steps) + " --batch " + batch;
  };
  Json report = {{"bench", "cifar10_cnn"}, {"rounds", rounds}, {"steps", steps}};
  for (const int batch : {64, 256}) {
    const std::string n = std::to_string(batch);
    std::map<std::string, std::vector<Json>> all;  // by who ran it
    const auto add = [&](const std::string& who, const std::string& line) {
      if (!line.empty()) all[who].push_back(Json::parse(line));
    };
    const std::string cold = bench::output_of("HILO_COMPILE_CACHE=off " + self + n);
    for (int r = 0; r < rounds; ++r) {
      add("hilo", bench::output_of(self + n));
      if (python == nullptr) continue;
      for (const char* name : {"jax", "torch"}) add(name, bench::output_of(peer(name, n)));
    }
    if (cold.empty() || all["hilo"].empty()) {
      std::fprintf(stderr, "cifar10_cnn: a run of Hilo failed at batch %d\n", batch);
      return 1;
    }
    Json& at = report["batch_" + n];
    at["hilo"] = medians(all["hilo"]);
    at["hilo"]["first_step_cold_s"] = Json::parse(cold).at("first_step_s");
    at["hilo"]["images_per_second"] = batch / at["hilo"]["step_ms"].get<double>() * 1e3;
    // Whether the host keeps the device busy: the bare step against what `fit` takes.
    at["hilo"]["busy_share"] = at["hilo"]["bare_step_ms"].get<double>() / at["hilo"]["fit_step_ms"].get<double>();
    for (const char* name : {"jax", "torch"}) {
      if (all[name].empty()) continue;
      at[name] = medians(all[name]);
      at["speed_over_" + std::string(name)] = at[name]["step_ms"].get<double>() / at["hilo"]["step_ms"].get<double>();
    }
  }
  if (python == nullptr) report["note"] = "HILO_BENCH_PYTHON is not set: no peer was run";
  std::printf("%s\n", report.dump(2).c_str());
  return 0;
}
