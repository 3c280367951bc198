// What does Hilo add to the plugin's own cost, a call and a start?
//
//   build/bench/dispatch
//
// call_us:  starting a program of one addition and dropping its result, over the same on the bare C API, in turns.
// start_s:  from exec to the first number of that program in a new process: bare; Hilo with an empty disk cache; Hilo
//           with a full one.
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <cstring>

#include "bench/bare_plugin.h"
#include "bench/timing.h"
#include "hilo/exec/jit.h"
#include "hilo/ops/binary.h"
#include "hilo/pjrt/discovery.h"

using namespace hilo;
using Json = nlohmann::ordered_json;

namespace {

constexpr const char* kText = R"(module @add {
  func.func public @main(%0: tensor<16xf32>) -> tensor<16xf32> {
    %1 = stablehlo.add %0, %0 : tensor<16xf32>
    return %1 : tensor<16xf32>
  }
})";

int start_bare() {
  bench::BarePlugin plugin(pjrt::find("cpu").path);
  const float x[16] = {1};
  float y[16];
  plugin.read(plugin.execute(plugin.compile(kText), plugin.upload(x, 16)), y, 16);
  return y[0] == 2 ? 0 : 1;
}

int start_hilo() {
  const auto add_up = jit(pjrt::open("cpu"), [](Value x) { return x + x; });
  const Array y = add_up(Tensor(Array::of<float>({16}, std::vector<float>(16, 1)))).array();
  return y.data<float>()[0] == 2 ? 0 : 1;
}

double time_of(const std::string& command, int rounds) {
  std::vector<double> times;
  for (int r = 0; r < rounds; ++r) {
    const auto begin = bench::Clock::now();
    if (std::system(command.c_str()) != 0) std::exit(1);
    times.push_back(bench::seconds_since(begin));
  }
  return bench::median(times);
}

template <class F>
double microseconds_a_call(int calls, F f) {
  const auto begin = bench::Clock::now();
  for (int i = 0; i < calls; ++i) f();
  return bench::seconds_since(begin) / calls * 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  setenv("TF_CPP_MIN_LOG_LEVEL", "3", 0);
  if (argc == 3 && std::strcmp(argv[1], "--start") == 0) return std::strcmp(argv[2], "bare") == 0 ? start_bare() : start_hilo();

  constexpr int kCalls = 20'000, kRounds = 9;
  bench::BarePlugin bare(pjrt::find("cpu").path);
  PJRT_LoadedExecutable* program = bare.compile(kText);
  const float x[16] = {1};
  PJRT_Buffer* argument = bare.upload(x, 16);
  const pjrt::Client client = pjrt::open("cpu");
  const auto add_up = jit(client, [](Value v) { return v + v; });
  const Executor executor(client, [](std::span<const Value> p) { return std::vector{p[0] + p[0]}; });
  const Tensor tensor = add_up(Tensor(Array::of<float>({16}, std::vector<float>(16, 1))));
  std::vector<double> bare_us, executor_us, jit_us;
  for (int r = 0; r < kRounds; ++r) {
    bare_us.push_back(microseconds_a_call(kCalls, [&] { bare.destroy(bare.execute(program, argument)); }));
    executor_us.push_back(microseconds_a_call(kCalls, [&] { (void)executor.run({tensor}); }));
    jit_us.push_back(microseconds_a_call(kCalls, [&] { (void)add_up(tensor); }));
  }

  const std::string self = argv[0];
  const std::string bare_start = self + " --start bare", hilo_start = self + " --start hilo";
  std::vector<double> bare_s, cold_s;
  for (int r = 0; r < 5; ++r) {
    bare_s.push_back(time_of(bare_start, 1));
    cold_s.push_back(time_of("HILO_COMPILE_CACHE=off " + hilo_start, 1));
  }
  time_of(hilo_start, 1);  // fills the cache
  const double cached = time_of(hilo_start, 5);
  const Json report = {
      {"bench", "dispatch"},
      {"call_us", {{"bare", bench::median(bare_us)}, {"executor", bench::median(executor_us)}, {"jit", bench::median(jit_us)},
                   {"executor_over_bare", bench::median(executor_us) / bench::median(bare_us)},
                   {"jit_over_bare", bench::median(jit_us) / bench::median(bare_us)}}},
      {"start_s", {{"bare", bench::median(bare_s)}, {"hilo_cold", bench::median(cold_s)}, {"hilo_cached", cached},
                   {"cold_over_bare", bench::median(cold_s) / bench::median(bare_s)}}}};
  std::printf("%s\n", report.dump(2).c_str());
  return 0;
}
