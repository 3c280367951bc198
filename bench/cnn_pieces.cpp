// What do the dear pieces of a CNN's training step cost, as Hilo writes them and as they are
// written plainly?
//
//   build/bench/cnn_pieces [--reps 30] [--clock wall|cpu]
//
// Convolutions: emitted for the CPU beside emitted for any platform. Pools: the gradient by masks
// beside select_and_scatter. The ways take turns; each figure is the fastest of its turns, in
// milliseconds of the clock on the wall or of this process's threads together (for busy machines).
#include <nlohmann/json.hpp>

#include <time.h>

#include <cstdlib>
#include <cstring>
#include <functional>
#include <random>

#include "hilo/autodiff/autodiff.h"
#include "hilo/exec/program.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convolution.h"
#include "hilo/ops/pooling.h"
#include "hilo/ops/select_and_scatter.h"
#include "hilo/stablehlo/emit.h"

using namespace hilo;
using Json = nlohmann::ordered_json;

namespace {

int reps = 30;
bool counts_cpu = false;

double now_ms() {
  timespec t{};
  clock_gettime(counts_cpu ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &t);
  return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_nsec) / 1e6;
}

struct Way {
  std::string name;
  Program program;
};

Array noise(const Shape& shape) {
  std::mt19937 rng(1);
  std::normal_distribution<float> normal;
  Array a(shape);
  for (float& v : a.mutable_data<float>())
    v = std::max(normal(rng), 0.0F);  // as after a relu: many ties
  return a;
}

Json measure(const std::vector<Way>& ways, const std::vector<Shape>& shapes) {
  std::vector<Tensor> inputs;
  for (const Shape& s : shapes) inputs.emplace_back(noise(s));
  const auto run = [&](const Way& way) {
    std::vector<Argument> arguments(inputs.begin(), inputs.end());
    for (const Tensor& t : way.program.run(arguments)) t.wait();
  };
  for (const Way& way : ways) run(way);
  std::vector<double> best(ways.size(), 1e9);
  for (int r = 0; r < reps; ++r) {
    for (std::size_t i = 0; i < ways.size(); ++i) {
      const double start = now_ms();
      run(ways[i]);
      best[i] = std::min(best[i], now_ms() - start);
    }
  }
  Json result;
  for (std::size_t i = 0; i < ways.size(); ++i) result[ways[i].name] = best[i];
  return result;
}

std::vector<Way> ways_of(const pjrt::Client& client, const Function& f) {
  CompileSettings settings{.cache = nullptr};
  return {{"hilo", Program::compile(client, f, {}, settings)},
          {"plain", Program::compile_text(client, stablehlo::emit(f), settings)}};
}

void convolutions(const pjrt::Client& client, Json& report, Dim batch, Dim side, Dim in, Dim out) {
  const std::vector<Shape> shapes = {
      {kF32, {batch, side, side, in}}, {kF32, {3, 3, in, out}}, {kF32, {batch, side, side, out}}};
  const auto y = [](std::span<const Value> p) {
    return std::vector{conv(p[0], p[1], {.padding = "same"})};
  };
  const Function forward = trace(y, std::span(shapes).first(2));
  const auto gradient = [&](std::size_t of) {
    return trace(
        [&](std::span<const Value> p) { return vjp(y(p), p.subspan(2), p.subspan(of, 1)); },
        shapes);
  };
  Json& at = report["convolution 3x3, " + to_string(Dims{batch, side, side, in}) + " -> " +
                    std::to_string(out)];
  at["gflop"] = static_cast<double>(2 * batch * side * side * 9 * in * out) / 1e9;
  at["forward"] = measure(ways_of(client, forward), {shapes[0], shapes[1]});
  at["to the input"] = measure(ways_of(client, gradient(0)), shapes);
  at["to the kernel"] = measure(ways_of(client, gradient(1)), shapes);
}

void pools(const pjrt::Client& client, Json& report, const Dims& dims, Dim window, Dim stride) {
  const std::vector<Shape> x = {{kF32, dims}};
  const PoolOptions options{.strides = stride, .padding = window == stride ? "valid" : "same"};
  const auto y = [&](std::span<const Value> p) {
    return std::vector{max_pool(p[0], window, options)};
  };
  const Function forward = trace(y, x);
  const std::vector<Shape> shapes = {x[0], forward.result_shapes()[0]};
  const Function by_masks =
      trace([&](std::span<const Value> p) { return vjp(y(p), p.subspan(1), p.first(1)); }, shapes);
  const Function by_scatter = trace(
      [&](std::span<const Value> p) {
        const std::vector<Shape> pair(2, Shape{kF32, {}});
        Function stays =
            trace([](std::span<const Value> ab) { return std::vector{ab[0] >= ab[1]}; }, pair);
        Window w{.dimensions = {1, window, window, 1}, .strides = {1, stride, stride, 1}};
        if (window != stride) {
          const Int64Pairs sides = options.padding.for_axes({dims[1], dims[2]}, {window, window},
                                                            {stride, stride}, "pool");
          w.padding = {{0, 0}, sides[0], sides[1], {0, 0}};
        }
        return std::vector{select_and_scatter(p[0], p[1], zeros({kF32, {}}), w, std::move(stays),
                                              scalar_reducer(add, kF32))};
      },
      shapes);
  CompileSettings settings{.cache = nullptr};
  Json& at = report["max_pool " + std::to_string(window) + " by " + std::to_string(stride) + ", " +
                    to_string(dims)];
  at["forward"] = measure({{"hilo", Program::compile(client, forward, {}, settings)}}, x);
  at["gradient"] =
      measure({{"hilo", Program::compile(client, by_masks, {}, settings)},
               {"select_and_scatter", Program::compile(client, by_scatter, {}, settings)}},
              shapes);
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i + 1 < argc; i += 2) {
    if (std::strcmp(argv[i], "--reps") == 0) reps = std::atoi(argv[i + 1]);
    if (std::strcmp(argv[i], "--clock") == 0) counts_cpu = std::strcmp(argv[i + 1], "cpu") == 0;
  }
  const pjrt::Client client = pjrt::open("cpu");
  Json report = {{"bench", "cnn_pieces"},
                 {"unit", "ms"},
                 {"clock", counts_cpu ? "cpu" : "wall"},
                 {"reps", reps}};
  for (const Dim batch : {64, 256}) {
    convolutions(client, report, batch, 32, 3, 32);
    convolutions(client, report, batch, 16, 32, 64);
  }
  convolutions(client, report, 64, 8, 128, 128);
  pools(client, report, {64, 32, 32, 32}, 2, 2);
  pools(client, report, {64, 16, 16, 64}, 2, 2);
  pools(client, report, {64, 32, 32, 32}, 3, 2);
  pools(client, report, {64, 16, 16, 64}, 3, 1);
  std::printf("%s\n", report.dump(2).c_str());
  return 0;
}
