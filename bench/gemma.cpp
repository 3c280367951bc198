// How fast Gemma reads and writes: from a GGUF file (the argument), with its weights as they are
// and dequantised. Load, prefill of 512 tokens, decode of 64 behind them; the best of three.
#include <sys/resource.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "bench/timing.h"
#include "hilo/models/gemma/gemma.h"

namespace {

using namespace hilo;

constexpr int kTokens = 64, kFirstTokens = 8;  // the host hears of 8 first

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

nlohmann::json measure(const pjrt::Client& client, const char* file, std::optional<DType> dtype) {
  const auto start = bench::Clock::now();
  auto model = models::Gemma::open(client, file, {.dtype = dtype});
  nlohmann::json result;
  result["load_seconds"] = bench::seconds_since(start);
  const models::gemma::Ids prompt(512, 818);
  double prefill = 0, decode = 0, cpu = 1e9;
  for (int round = 0; round < 4; ++round) {  // the first compiles
    model.generator().forget();
    double cpu_start = -1;
    const auto heard = [&](std::size_t, std::int32_t, float) {
      if (cpu_start < 0) cpu_start = cpu_seconds();
      return true;
    };
    (void)model.generator().generate({prompt}, {.max_tokens = kTokens, .on_token = heard});
    const auto& report = model.generator().report();
    if (round == 0) continue;
    cpu = std::min(cpu, (cpu_seconds() - cpu_start) / (kTokens - kFirstTokens));
    prefill = std::max(prefill, static_cast<double>(prompt.size()) / report.read_seconds);
    decode = std::max(decode, static_cast<double>(report.made_tokens) / report.decode_seconds);
  }
  result["prefill_tokens_per_second"] = prefill;
  result["decode_tokens_per_second"] = decode;
  result["decode_cpu_ms_per_token"] = 1e3 * cpu;  // steadier than wall time on a shared machine
  result["peak_megabytes"] = bench::peak_memory_mb();
  return result;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: gemma MODEL.gguf\n";
    return 2;
  }
  const pjrt::Client client = pjrt::open("cpu");
  nlohmann::json result;
  result["file"] = argv[1];
  result["blocks"] = measure(client, argv[1], {});
  result["f32"] = measure(client, argv[1], kF32);
  std::cout << result.dump(2) << "\n";
}
