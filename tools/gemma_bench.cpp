#include "tools/gemma_bench.h"

#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <optional>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/exec/isolate.h"
#include "hilo/models/gemma/model_files.h"
#include "hilo/models/gemma/programs.h"
#include "hilo/models/gemma/weights.h"
#include "hilo/nn/scope.h"
#include "hilo/pjrt/threads.h"
#include "tools/gemma_divergence.h"
#include "tools/llama_peer.h"
#include "tools/memory_speed.h"
#include "tools/messages.h"
#include "tools/timed_process.h"

namespace hilo::tools {
namespace {

using Clock = std::chrono::steady_clock;
using models::gemma::Ids;

constexpr std::size_t kDivergenceTokens = 179;
// Seconds of CPU between tokens that the host hears of at once.
constexpr double kSameLaunch = 1e-3;
constexpr std::uint64_t kMostTextBytes = 1 << 20;
constexpr const char* kText =
    "Bees and wasps are insects of the same order, but they live in different ways. A bee gathers "
    "pollen and nectar from flowers, and carries them home on the hairs of its legs; a wasp hunts "
    "flies, caterpillars and spiders, and feeds them to its young. Honey bees live in colonies of "
    "many thousands, with one queen, and stay together through the winter, when they eat what they "
    "have stored. A colony of wasps lasts for one summer: in autumn the workers die, and only young "
    "queens survive, hidden under bark or in the attic of a house. In 1758 Linnaeus described both "
    "in his Systema Naturae. Today there are about 20,000 known species of bees and more than "
    "100,000 of wasps, most of which live alone and never sting anyone. If you find a nest near your "
    "door, wait until it is dark, keep calm, and call someone who knows what to do; for most people "
    "a sting is painful but harmless, while for a few it is dangerous and needs a doctor at once.";

// What a device can do on paper, by a part of its name.
struct Paper {
  const char* kind;
  double bytes_per_second, bf16_flops_per_second;
};
constexpr Paper kPaper[] = {{"H200", 4.8e12, 989e12},   {"H100 PCIe", 2.0e12, 756e12},
                            {"H100", 3.35e12, 989e12},  {"A100-SXM4-40GB", 1.555e12, 312e12},
                            {"A100", 2.039e12, 312e12}, {"L4", 0.3e12, 121e12},
                            {"T4", 0.32e12, 65e12}};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// A figure that was taken several times: its best, and the one in the middle.
class Figure {
 public:
  explicit Figure(bool more_is_better) : more_is_better_(more_is_better) {}
  void add(double value) { all_.push_back(value); }
  [[nodiscard]] bool is_empty() const { return all_.empty(); }
  [[nodiscard]] double best() const {
    return more_is_better_ ? *std::ranges::max_element(all_) : *std::ranges::min_element(all_);
  }
  [[nodiscard]] double median() const {
    std::vector<double> sorted = all_;
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
  }
  [[nodiscard]] Json json() const { return {{"best", best()}, {"median", median()}}; }
  // How many times as good as another's.
  [[nodiscard]] Json against(const Figure& other) const {
    const auto ratio = [&](double a, double b) { return more_is_better_ ? a / b : b / a; };
    return {{"best", ratio(best(), other.best())}, {"median", ratio(median(), other.median())}};
  }

 private:
  bool more_is_better_;
  std::vector<double> all_{};
};

// The same figures of Hilo and of the peer.
struct Speeds {
  Figure prefill{true}, decode{true}, first_token{false}, prefill_cpu{false}, decode_cpu{false};
  std::uint64_t first_token_peak = 0;
};

// Tokens of no meaning, the same every time, other ones in each row.
std::vector<Ids> prompts_of(const GemmaBench& b, Dim vocabulary) {
  std::vector<Ids> rows;
  for (std::int64_t row = 0; row < b.batch; ++row) {
    rows.emplace_back();
    for (std::int64_t i = 0; i < b.prompt; ++i) {
      rows.back().push_back(
          i == 0 ? 2 : static_cast<std::int32_t>((row * 104729 + i * 7919) % vocabulary));
    }
  }
  return rows;
}

// Reads the prompts and makes the tokens.
void measure_round(models::Gemma& model, const GemmaBench& b, const std::vector<Ids>& prompts,
                   Speeds* speeds) {
  model.generator().forget();
  double cpu_read = -1, cpu_end = 0;
  const double cpu_start = cpu_seconds();
  std::int64_t later = 0;  // tokens of later launches than the first
  const auto on_token = [&](std::size_t, std::int32_t, float) {
    const double now = cpu_seconds();
    if (cpu_read < 0) cpu_read = now;
    if (now - cpu_read > kSameLaunch) ++later, cpu_end = now;
    return true;
  };
  (void)model.generator().generate(prompts, {.max_tokens = b.tokens, .on_token = on_token});
  const auto& report = model.generator().report();
  if (speeds == nullptr) return;
  const auto batch = static_cast<double>(b.batch);
  speeds->prefill.add(batch * static_cast<double>(b.prompt) / report.read_seconds);
  speeds->decode.add(static_cast<double>(report.made_tokens) / report.decode_seconds);
  speeds->prefill_cpu.add(cpu_read - cpu_start);
  if (later > 0) speeds->decode_cpu.add((cpu_end - cpu_read) * batch / static_cast<double>(later));
}

std::vector<std::string> first_token_words(const GemmaBench& b, const Ids& prompt) {
  std::string ids;
  for (const std::int32_t id : prompt) ids += (ids.empty() ? "" : ",") + std::to_string(id);
  std::vector<std::string> words = {
      this_program(),         "generate", b.model.model, "--ids",       ids,
      "--max-tokens",         "1",        "--dtype",     b.model.dtype, "--backend",
      b.model.compute.backend};
  const auto add = [&](const char* flag, const std::string& value) {
    if (!value.empty()) words.insert(words.end(), {flag, value});
  };
  add("--config", b.model.config);
  add("--tokenizer", b.model.tokenizer);
  add("--mesh", b.model.mesh);
  return words;
}

Json of_paper(const std::string& kind) {
  for (const Paper& paper : kPaper) {
    if (kind.find(paper.kind) != std::string::npos)
      return {{"bytes_per_second", paper.bytes_per_second},
              {"bf16_flops_per_second", paper.bf16_flops_per_second}};
  }
  return {};
}

void check(const GemmaBench& b) {
  if (!b.peer.empty() && (b.batch != 1 || published_size(b.model.model) != nullptr))
    throw UsageError("bench: --peer runs a GGUF file, one text at a time; expected no --batch");
}

std::optional<LlamaPeer> peer_of(const GemmaBench& b, int threads) {
  if (b.peer.empty()) return {};
  const char* variable = std::getenv("HILO_LLAMA_CPP");
  const std::string place = !b.peer_path.empty()  ? b.peer_path
                            : variable != nullptr ? variable
                                                  : "";
  const auto files = models::gemma::ModelFiles::open(b.model.model, b.model.config, b.model.tokenizer);
  if (files.source->gguf() == nullptr)
    throw UsageError("bench: --peer runs a GGUF file; " + shown(b.model.model) + " is none");
  return LlamaPeer(place, {files.source->path().string(), threads, b.prompt, b.tokens});
}

std::uint64_t bytes_of(const nn::Store& weights) {
  std::uint64_t bytes = 0;
  for (const std::string& path : nn::model_paths(weights))
    bytes += static_cast<std::uint64_t>(weights.at(path).shape.byte_size());
  return bytes;
}

Json memory_of_devices(const pjrt::Client& client) {
  Json list = Json::array();
  for (const pjrt::Device& device : client.addressable_devices()) {
    const auto stats = device.memory_stats();
    if (!stats) continue;
    Json json = {{"in_use_bytes", stats->in_use}};
    if (stats->peak) json["peak_bytes"] = *stats->peak;
    list.push_back(json);
  }
  return list;
}

Json divergence_of(const GemmaBench& b, models::Gemma& model) {
  if (model.config().precision.blocks.empty() || !model.has_tokenizer()) return {};
  ModelFlags flags = b.model;
  flags.dtype = "f32";
  models::Gemma exact = open_model(flags, "bench");
  Ids ids = model.tokenizer().encode(b.text.empty() ? kText : read_text(b.text, kMostTextBytes),
                                     {.adds_bos = true});
  if (ids.size() > kDivergenceTokens) ids.resize(kDivergenceTokens);
  return divergence(model, exact, ids);
}

// What is measured, and on what.
Json facts(const GemmaBench& b, models::Gemma& model, int threads) {
  const pjrt::Client client = model.engine().client();
  std::uint64_t cache_bytes = 0;
  const Dim slots = model.generator().report().slots;
  for (const Shape& s : models::gemma::cache_shapes(model.config(), b.batch, slots))
    cache_bytes += static_cast<std::uint64_t>(s.byte_size());
  return {{"model", b.model.model},
          {"dtype", b.model.dtype},
          {"platform", client.platform_name()},
          {"device", client.addressable_devices().front().kind()},
          {"devices", client.addressable_devices().size()},
          {"threads", threads},
          {"batch", b.batch},
          {"prompt_tokens", b.prompt},
          {"tokens", b.tokens},
          {"rounds", b.rounds},
          {"parameters", models::gemma::parameter_count(model.config())},
          {"weight_bytes", bytes_of(model.engine().weights())},
          {"cache_bytes", cache_bytes}};
}

// Rates, and what share they are of what the device can do.
void add_rates(Json& json, const GemmaBench& b, models::Gemma& model, const Speeds& own,
               int threads) {
  const models::gemma::Config& config = model.config();
  const pjrt::Client client = model.engine().client();
  const bool is_cpu = client.platform_name() == "cpu";
  const auto table = static_cast<double>(config.vocabulary * config.width);
  const auto parameters = static_cast<double>(models::gemma::parameter_count(config));
  const auto rows = static_cast<double>(b.batch), length = static_cast<double>(b.prompt);
  // Of the table a row of numbers is looked up for a token; only the last one asks for logits.
  const double flops = 2 * ((parameters - table) * length + table) * rows;
  const double flops_per_second = flops * own.prefill.best() / (rows * length);
  const double step_seconds = rows / own.decode.best();
  const double read_per_second = json["weight_bytes"].get<double>() / step_seconds;
  Json& prefill = json["prefill"];
  prefill = {{"tokens_per_second", own.prefill.json()},
             {"ms", 1e3 * rows * length / own.prefill.best()},
             {"flops_per_second", flops_per_second}};
  Json& decode = json["decode"];
  decode = {{"tokens_per_second", own.decode.json()},
            {"ms_per_step", 1e3 * step_seconds},
            {"weight_bytes_per_second", read_per_second}};
  Json paper = of_paper(client.addressable_devices().front().kind());
  if (is_cpu) {
    paper = {{"bytes_per_second", memory_bytes_per_second(threads)}};
    prefill["cpu_seconds"] = own.prefill_cpu.json();
    if (!own.decode_cpu.is_empty()) decode["cpu_ms_per_step"] = 1e3 * own.decode_cpu.best();
  }
  if (paper.contains("bytes_per_second")) {
    json["memory_bytes_per_second"] = paper["bytes_per_second"];
    decode["share_of_bandwidth"] = read_per_second / paper["bytes_per_second"].get<double>() /
                                   static_cast<double>(client.addressable_devices().size());
  }
  if (paper.contains("bf16_flops_per_second") && b.model.dtype == "bf16")
    prefill["share_of_bf16_flops"] =
        flops_per_second / paper["bf16_flops_per_second"].get<double>();
}

// Processes from their start to a first token, in turns with the peer's.
void add_first_token(Json& json, const GemmaBench& b, const Ids& prompt,
                     const std::optional<LlamaPeer>& peer, Speeds& own, Speeds& others) {
  const auto words = first_token_words(b, prompt);
  json["first_token"]["cold_seconds"] = run_timed(words, {"HILO_COMPILE_CACHE=off"}).seconds;
  for (int round = 0; round <= b.rounds; ++round) {
    const TimedProcess run = run_timed(words);
    if (round == 0) continue;  // fills the cache
    own.first_token.add(run.seconds);
    own.first_token_peak = std::max(own.first_token_peak, run.peak_bytes);
    if (!peer) continue;
    const LlamaPeer::Start other = peer->first_token();
    others.first_token.add(other.seconds);
    others.first_token_peak = std::max(others.first_token_peak, other.peak_bytes);
  }
  json["first_token"]["warm_seconds"] = own.first_token.json();
  json["memory"]["first_token_peak_bytes"] = own.first_token_peak;
  json["memory"]["of_hilo_devices_bytes"] =
      run_timed({this_program(), "devices", "--backend", b.model.compute.backend}).peak_bytes;
}

void add_peer(Json& json, const std::string& name, const Speeds& own, const Speeds& others) {
  json["peer"] = {{"name", name},
                  {"prefill_tokens_per_second", others.prefill.json()},
                  {"decode_tokens_per_second", others.decode.json()},
                  {"first_token_seconds", others.first_token.json()},
                  {"first_token_peak_bytes", others.first_token_peak}};
  json["times_as_good_as_peer"] = {
      {"prefill", own.prefill.against(others.prefill)},
      {"decode", own.decode.against(others.decode)},
      {"first_token", own.first_token.against(others.first_token)},
      {"peak_memory",
       static_cast<double>(others.first_token_peak) / static_cast<double>(own.first_token_peak)}};
}

}  // namespace

Json bench_gemma(const GemmaBench& b) {
  check(b);
  const auto start = Clock::now();
  models::Gemma model = open_model(b.model, "bench");
  const double load_seconds = seconds_since(start);
  if (b.prompt + b.tokens > model.config().context)
    throw UsageError("bench: --prompt and --tokens are more than the model's context of " +
                     std::to_string(model.config().context));
  const bool is_cpu = model.engine().client().platform_name() == "cpu";
  const int threads = pjrt::usable_cpus();
  const auto peer = peer_of(b, threads);
  const std::vector<Ids> prompts = prompts_of(b, model.config().vocabulary);

  Speeds own, others;
  measure_round(model, b, prompts, nullptr);
  Json json = facts(b, model, threads);
  json["load_seconds"] = load_seconds;
  json["open_to_first_token_seconds"] =
      load_seconds + model.generator().report().first_token_seconds;
  json["programs_compiled"] = model.engine().counts().compiled;
  for (int round = 0; round < b.rounds; ++round) {
    measure_round(model, b, prompts, &own);
    if (!peer) continue;
    others.prefill.add(peer->prefill());
    others.decode.add(peer->decode());
  }
  const std::uint64_t peak = peak_bytes_of_this_process();  // before the bandwidth takes its buffer
  const Json devices = memory_of_devices(model.engine().client());
  add_rates(json, b, model, own, threads);
  json["memory"] = {{"peak_bytes", peak}};
  if (!devices.empty()) json["memory"]["devices"] = devices;
  if (is_cpu && published_size(b.model.model) == nullptr && b.batch == 1)
    add_first_token(json, b, prompts[0], peer, own, others);
  if (peer) add_peer(json, b.peer, own, others);
  if (is_cpu) json["kl_to_f32"] = divergence_of(b, model);
  return json;
}

}  // namespace hilo::tools
