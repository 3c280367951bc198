#pragma once
#include <vector>

#include "bench/timing.h"
#include "hilo/train/trainer.h"

namespace bench {

/// The trainer's program over and over on one batch, its state in place, waiting only at the end: milliseconds a step.
inline double bare_step_ms(hilo::train::Trainer& trainer, const hilo::Array& inputs, const hilo::Array& labels, int steps) {
  const hilo::Program program = trainer.step_program(inputs.shape(), labels.shape());
  std::vector<hilo::Tensor> state;
  for (const auto& [path, variable] : trainer.store().variables()) state.emplace_back(variable.value.array());
  const hilo::Tensor x(inputs), y(labels);
  const auto step = [&] {
    std::vector<hilo::Argument> arguments;
    for (hilo::Tensor& t : state) arguments.emplace_back(std::move(t));
    arguments.emplace_back(x);
    arguments.emplace_back(y);
    std::vector<hilo::Tensor> results = program.run(arguments);
    for (std::size_t i = 0; i < state.size(); ++i) state[i] = std::move(results[i]);
  };
  for (int i = 0; i < 3; ++i) step();
  state[0].wait();
  const auto begin = Clock::now();
  for (int i = 0; i < steps; ++i) step();
  state[0].wait();
  return seconds_since(begin) * 1e3 / steps;
}

}  // namespace bench
