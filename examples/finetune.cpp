// A program of JAX is trained further and given back: example_finetune MODEL INPUTS.safetensors OUT.mlirbc
// The model takes the input first, then its weights, and gives probabilities; it learns to answer class 0.
#include <cstdio>
#include <iostream>

#include "hilo/hilo.h"

using namespace hilo;

int main(int argc, char** argv) try {
  if (argc != 4) throw UsageError("usage: example_finetune MODEL INPUTS.safetensors OUT.mlirbc");
  const Function model = stablehlo::import_program(read_text(argv[1], 1U << 30), {.file = argv[1]}).function;
  const auto inputs = formats::SafetensorsFile::open(argv[2]);

  // (input, weights..) -> (loss, better weights..)
  const BuildFn step = [&](std::span<const Value> x) {
    const Value loss = -mean(log(index_axis(call(model, x)[0], -1, 0)));
    std::vector<Value> results = {loss};
    const std::vector<Value> gradients = grad(loss, x.subspan(1));
    for (std::size_t i = 0; i < gradients.size(); ++i) results.push_back(x[i + 1] - 0.1 * gradients[i]);
    return results;
  };
  const Executor train(pjrt::open("auto"), step);
  std::vector<Tensor> weights;
  const Array input = inputs.at("arg_0");
  for (std::size_t i = 1; i < model.parameters().size(); ++i) weights.emplace_back(inputs.at("arg_" + std::to_string(i)));
  float first = 0, last = 0;
  for (int i = 0; i < 20; ++i) {
    std::vector<Argument> arguments = {Tensor(input)};
    for (Tensor& w : weights) arguments.emplace_back(std::move(w));
    weights = train.run(std::move(arguments));
    last = weights[0].item<float>();
    if (i == 0) first = last;
    weights.erase(weights.begin());
  }
  std::printf("loss %.4f -> %.4f\n", static_cast<double>(first), static_cast<double>(last));

  const Function trained = trace(
      [&](std::span<const Value> x) {
        std::vector<Value> all = {x[0]};
        for (const Tensor& w : weights) all.push_back(constant(w.array()));
        return call(model, all);
      },
      std::vector{input.shape()});
  write_file_atomically(argv[3], stablehlo::write_artifact(trained));
} catch (const Error& error) {
  std::cerr << error.what() << "\n";
  return 1;
}
