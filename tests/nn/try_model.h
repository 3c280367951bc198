#pragma once
// A model that is declared, given values, and run: what the tests of layers do with each.
#include <map>

#include "hilo/exec/tensor.h"
#include "hilo/nn/scope.h"
#include "tests/nn/run_on_cpu.h"

namespace hilo::nn::test {

using namespace hilo::test;

struct Tried {
  Store store{};
  std::vector<Array> results{};  // the model's output, then the new states by path (training)
};

/// Declares `model` for `x`, sets `values` (the others are made with seed 1), and runs it.
inline Tried try_model(const Model& model, const Array& x,
                       const std::map<std::string, Array>& values = {},
                       Mode mode = Mode::kInference, std::uint64_t key = 0) {
  Tried tried;
  declare(tried.store, model, x.shape(), Mode::kTraining);
  for (const auto& [path, value] : values) tried.store.set(path, value);
  tried.store.materialize(cpu(), 1);
  std::vector<Shape> shapes;
  std::vector<Array> arguments;
  for (const std::string& path : model_paths(tried.store)) {
    shapes.push_back(tried.store.at(path).shape);
    arguments.push_back(tried.store.at(path).value.array());
  }
  for (const Array& extra : {x, Array::of({2}, std::vector<std::uint64_t>{key, 17})}) {
    shapes.push_back(extra.shape());
    arguments.push_back(extra);
  }
  const Function f = trace(
      [&](std::span<const Value> p) {
        const std::size_t n = p.size() - 2;
        const Building building(tried.store, mode, mode == Mode::kTraining ? p[n + 1] : Value(),
                                p.first(n));
        std::vector<Value> results = {model(building.root(), p[n])};
        for (const auto& [path, value] : building.updates()) results.push_back(value);
        return results;
      },
      shapes);
  tried.results = evaluate(cpu(), f, arguments);
  return tried;
}

/// The message with which the model refuses an input of that shape; empty if it does not.
inline std::string refused(const Model& model, const Shape& x, Mode mode = Mode::kTraining) {
  return refusal([&] {
    Store store;
    declare(store, model, x, mode);
  });
}

}  // namespace hilo::nn::test
