// What does it cost to build a large graph, to differentiate it, and to print it?
//
//   build/bench/build_cost
//
// A graph is a chain of ops on [8,8], of several kinds: elementwise, with a matrix product every
// fifth op; with layers in graphs of their own (custom_derivative, remat) in between; one of which
// every op reads a named parameter of its own, also from within a body; and the second derivatives
// of a C++ function. Each is built, differentiated with respect to all
// parameters, and printed as StableHLO, with the lines of the program.
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <ctime>

#include "bench/timing.h"
#include "hilo/autodiff/callables.h"
#include "hilo/ops/activation.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/remat.h"
#include "hilo/ops/unary.h"
#include "hilo/stablehlo/emit.h"

using namespace hilo;
using Json = nlohmann::ordered_json;

namespace {

const Shape kShape{kF32, {8, 8}};
using In = std::span<const Value>;

struct Chain {
  const char* name;
  int parameters;  // 0: one an op
  std::function<Value(In, int ops)> loss;
};

Value plain(In p, int ops) {
  Value x = p[0];
  for (int i = 0; i < ops; ++i) {
    switch (i % 5) {
      case 0:
        x = matmul(x, p[1]);
        break;
      case 1:
        x = tanh(x);
        break;
      case 2:
        x = x * p[0];
        break;
      case 3:
        x = x + p[1];
        break;
      default:
        x = sin(x);
        break;
    }
  }
  return sum(x);
}

Value with_bodies(In p, int ops) {
  Value x = p[0];
  const auto block = remat([&](Value y) { return sin(y) * p[1]; });
  for (int i = 0; i < ops; i += 5)
    x = relu(block(x) + p[0]);  // five ops once the bodies are printed
  return sum(x);
}

Value with_parameters(In p, int ops) {
  Value x = p[0];
  for (int i = 0; i < ops; ++i)
    x = i % 2 == 0 ? x * p[static_cast<std::size_t>(i)] : x + p[static_cast<std::size_t>(i)];
  return sum(x);
}

// All of it read from outside by the body of one op.
Value with_captures(In p, int ops) {
  return remat([&](Value x) { return sum(x) * with_parameters(p, ops); })(p[0] * p[1]);
}

// The same within a function of its own, as `grad` of a C++ function builds it.
Value of_callable(In p, int ops) {
  const auto f = [&](const std::vector<Value>& q) { return plain(q, ops); };
  const auto [loss, d] = value_and_grad(f, std::vector<Value>(p.begin(), p.end()));
  return loss + sum(d[0]) + sum(d[1]);
}

// Of this process, which has one thread: others on the machine do not count.
double cpu_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

Json measured(const Chain& chain, int ops) {
  std::vector<double> build, differentiate, print;
  Json row = {{"graph", chain.name}, {"ops", ops}};
  for (int round = 0; round < 3; ++round) {
    const std::vector<Shape> shapes(
        static_cast<std::size_t>(chain.parameters > 0 ? chain.parameters : ops), kShape);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < shapes.size(); ++i) names.push_back("w" + std::to_string(i));
    const double begin = cpu_seconds();
    double built = 0;
    const Function f = trace(
        [&](In p) {
          const Value loss = chain.loss(p, ops);
          built = cpu_seconds() - begin;
          std::vector<Value> results = grad(loss, p);
          results.push_back(loss);
          return results;
        },
        shapes, names);
    const double differentiated = cpu_seconds() - begin;
    const std::string text = stablehlo::emit(f);
    const double printed = cpu_seconds() - begin;
    build.push_back(built);
    differentiate.push_back(differentiated - built);
    print.push_back(printed - differentiated);
    row["nodes"] = f.graph().nodes().size();
    row["text_mb"] = static_cast<double>(text.size()) / 1e6;
  }
  row["build_s"] = bench::median(build);
  row["differentiate_s"] = bench::median(differentiate);
  row["print_s"] = bench::median(print);
  row["total_s"] = bench::median(build) + bench::median(differentiate) + bench::median(print);
  return row;
}

}  // namespace

int main(int argc, char** argv) {
  const int largest = argc > 1 ? std::atoi(argv[1]) : 100'000;
  Json rows = Json::array();
  for (const Chain& chain :
       {Chain{"plain", 2, plain}, Chain{"with bodies", 2, with_bodies},
        Chain{"a parameter an op", 0, with_parameters}, Chain{"a capture an op", 0, with_captures},
        Chain{"second order of a callable", 2, of_callable}}) {
    for (int ops = 1'000; ops <= largest; ops *= 10) rows.push_back(measured(chain, ops));
  }
  std::printf("%s\n",
              Json{{"bench", "build_cost"}, {"rows", rows}, {"peak_mb", bench::peak_memory_mb()}}
                  .dump(2)
                  .c_str());
  return 0;
}
