#include "hilo/models/gemma/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "hilo/core/error.h"
#include "hilo/models/gemma/memory_room.h"

namespace hilo::models::gemma {
namespace {

Dim power_of_two(Dim n, Dim least) {
  return std::max(least,
                  static_cast<Dim>(std::bit_ceil(static_cast<std::uint64_t>(std::max<Dim>(n, 1)))));
}

Tensor number(Dim n) { return Tensor(static_cast<std::int32_t>(n)); }

// Logits of all positions at once would not fit memory where the vocabulary is large.
constexpr Dim kMostLogits = 1 << 26;

}  // namespace

struct Engine::State {
  pjrt::Client client;
  Config config;
  nn::Store weights;
  EngineOptions options;
  Division division;
  std::vector<Tensor> values{};  // of the weights, in the programs' order
  // To read tokens: the logits of the last one or of all, behind nothing or behind others.
  Executor first_last, last, first_all, all;
  std::map<Chooser, Executor> decode{}, verify{};
  std::map<std::pair<Dim, Dim>, Executor> grow{}, empty{};  // by batch and slots
  int launches = 0;

  State(pjrt::Client c, Config cfg, nn::Store w, EngineOptions o)
      : client(std::move(c)),
        config(std::move(cfg)),
        weights(std::move(w)),
        options(std::move(o)),
        division(options.mesh ? Division(config, *options.mesh) : Division()),
        first_last(reader(Positions::kLast, true)),
        last(reader(Positions::kLast, false)),
        first_all(reader(Positions::kAll, true)),
        all(reader(Positions::kAll, false)) {
    for (const std::string& path : nn::model_paths(weights)) {
      const Tensor& value = weights.at(path).value;
      if (!value) throw Error("gemma: weight " + path + " has no value; expected all to be loaded");
      values.push_back(value);
    }
  }

  CompileSettings named(const char* what) const {
    CompileSettings settings = options.compile;
    settings.name += std::string("_") + what;
    settings.divides = division.mesh() != nullptr;
    return settings;
  }

  Executor reader(Positions positions, bool first) const {
    return {client, laid(extend_program(config, weights, positions, first)),
            named(positions == Positions::kLast ? "read" : "read_all")};
  }

  // A program that takes the weights and the cache, divided.
  BuildFn laid(BuildFn program) const {
    return division.laid(std::move(program), nn::model_paths(weights), static_cast<std::size_t>(2 * config.layers));
  }

  void reserve(Memory& m, Dim slots) {
    if (slots <= m.slots) return;
    const Dim wanted = power_of_two(slots, options.least_slots);
    expect_room_for_cache(client, config, m.batch(), wanted, options.devices());
    if (m.length == 0) {
      m.cache = empty_cache(m.batch(), wanted);
    } else {
      const auto [found, _] = grow.try_emplace(
          {m.batch(), wanted}, client, 
          division.laid(grow_program(config, m.batch(), wanted), {}, m.cache.size()), named("grow"));
      std::vector<Argument> arguments;
      for (Tensor& t : m.cache) arguments.emplace_back(std::as_const(t));
      m.cache = found->second.run(std::move(arguments));
      ++launches;
    }
    m.slots = wanted;
  }

  std::vector<Tensor> empty_cache(Dim batch, Dim slots) {
    const std::vector<Shape> shapes = cache_shapes(config, batch, slots);
    std::vector<Tensor> cache;
    if (division.mesh()) {
      for (const Shape& s : shapes) cache.emplace_back(Array(s));
      return cache;
    }
    if (client.platform_name() == "cpu") {  // copied: programs can be given no memory of the host's
      for (const Shape& s : shapes)
        cache.emplace_back(pjrt::Buffer::from_host(Array(s), client.devices()[0], pjrt::HostUse::kCopy));
      return cache;
    }
    // Elsewhere gigabytes of zeros are sooner made than sent.
    const auto [found, _] = empty.try_emplace({batch, slots}, client, empty_program(shapes), named("empty"));
    ++launches;
    return found->second.run({});
  }

  // Runs a program on the weights, `inputs`, and the cache, which it gives away; the results before
  // the cache.
  std::vector<Tensor> run(const Executor& program, std::vector<Tensor> inputs, Memory& m) {
    std::vector<Argument> arguments;
    arguments.reserve(values.size() + inputs.size() + m.cache.size());
    for (const Tensor& value : values) arguments.emplace_back(value);
    for (const Tensor& input : inputs) arguments.emplace_back(input);
    for (Tensor& t : m.cache) arguments.emplace_back(std::move(t));
    std::vector<Tensor> results = program.run(std::move(arguments));
    const auto first = results.end() - static_cast<std::ptrdiff_t>(m.cache.size());
    std::move(first, results.end(), m.cache.begin());
    results.erase(first, results.end());
    ++launches;
    return results;
  }

  void expect_fits(const Memory& m, const std::vector<Ids>& rows) const {
    for (std::size_t b = 0; b < rows.size(); ++b) {
      for (std::int32_t id : rows[b]) {
        if (id >= 0 && id < config.vocabulary) continue;
        throw UsageError(fmt::format("token id {} is outside of the vocabulary; expected 0 .. {}",
                                     id, config.vocabulary - 1));
      }
      const Dim length = m.length + static_cast<Dim>(rows[b].size()) - m.padding[b];
      if (length > config.context) {
        throw UsageError(fmt::format("a text of {} tokens is longer than the model's context of {}",
                                     length, config.context));
      }
    }
  }

  // The next `count` tokens of rows from `from` on, filled up to a bucket: the logits.
  Tensor step(const Executor& program, Memory& m, const std::vector<Ids>& rows, Dim from, Dim count,
              Dim bucket) {
    reserve(m, m.length + bucket);
    Array ids(Shape{kI32, {m.batch(), bucket}});
    const auto to = ids.mutable_data<std::int32_t>();
    for (std::size_t b = 0; b < rows.size(); ++b) {
      std::copy_n(rows[b].begin() + from, count, to.begin() + static_cast<Dim>(b) * bucket);
    }
    const Tensor padding(Array::of<std::int32_t>({m.batch()}, m.padding));
    std::vector<Tensor> results =
        run(program, {Tensor(ids), number(m.length), number(count), padding}, m);
    m.length += count;
    return results.front();
  }

  // Ids that end a text, as programs take them.
  Tensor stop_ids(std::span<const std::int32_t> ids) const {
    if (ids.size() > static_cast<std::size_t>(kMostStopIds)) {
      throw UsageError(
          fmt::format("{} ids to stop at; expected at most {}", ids.size(), kMostStopIds));
    }
    Ids places(static_cast<std::size_t>(kMostStopIds),
               static_cast<std::int32_t>(config.vocabulary));
    std::ranges::copy(ids, places.begin());
    return Tensor(Array::of<std::int32_t>({kMostStopIds}, places));
  }
};

Engine::Engine(pjrt::Client client, Config config, nn::Store weights, EngineOptions options)
    : state_(std::make_unique<State>(std::move(client), std::move(config), std::move(weights),
                                     std::move(options))) {}
Engine::~Engine() = default;
Engine::Engine(Engine&&) noexcept = default;
Engine& Engine::operator=(Engine&&) noexcept = default;

const pjrt::Client& Engine::client() const { return state_->client; }
const Config& Engine::config() const { return state_->config; }
const nn::Store& Engine::weights() const { return state_->weights; }

Memory Engine::remember_nothing(std::vector<std::int32_t> padding) const {
  Memory m;
  m.padding = std::move(padding);
  return m;
}

void Engine::reserve(Memory& memory, Dim slots) { state_->reserve(memory, slots); }

Tensor Engine::read(Memory& memory, const std::vector<Ids>& rows) {
  State& s = *state_;
  s.expect_fits(memory, rows);
  const Dim total = static_cast<Dim>(rows.at(0).size());
  if (total == 0) throw UsageError("an empty prompt; expected at least one token");
  Tensor logits;
  for (Dim done = 0; done < total;) {
    const Dim count = std::min(total - done, s.options.most_tokens);
    const Executor& program = memory.length == 0 ? s.first_last : s.last;
    logits = s.step(program, memory, rows, done, count, power_of_two(count, s.options.least_tokens));
    done += count;
  }
  return logits;
}

void Engine::read_all(Memory& memory, const Ids& ids,
                      const std::function<void(Array logits)>& piece) {
  State& s = *state_;
  s.expect_fits(memory, {ids});
  const Dim most = std::min(s.options.most_tokens, power_of_two(kMostLogits / s.config.vocabulary,
                                                                s.options.least_tokens));
  for (Dim done = 0, total = static_cast<Dim>(ids.size()); done < total;) {
    const Dim count = std::min(total - done, most);
    const Dim bucket = power_of_two(count, s.options.least_tokens);
    const Executor& program = memory.length == 0 ? s.first_all : s.all;
    const Array all = s.step(program, memory, {ids}, done, count, bucket).array();  // [1,T,V]
    const std::size_t bytes = static_cast<std::size_t>(count * s.config.vocabulary) * sizeof(float);
    piece(Array(Shape{kF32, {count, s.config.vocabulary}}, std::make_shared<Array>(all),
                all.bytes().first(bytes)));
    done += count;
  }
}

Engine::Made Engine::decode(Memory& memory, DecodeArguments a) {
  State& s = *state_;
  const Dim steps = std::min(a.steps, kTokensALaunch);
  s.reserve(memory, memory.length + steps);
  const Tensor padding(Array::of<std::int32_t>({memory.batch()}, memory.padding));
  std::vector<Tensor> inputs = {
      a.logits,  number(memory.length),  padding,        number(steps),
      a.is_done, s.stop_ids(a.stop_ids), number(a.made), number(a.min_tokens)};
  inputs.insert(inputs.end(), a.chooser_inputs.begin(), a.chooser_inputs.end());
  if (a.chooser.penalizes) inputs.push_back(a.counts);
  const auto [program, _] = s.decode.try_emplace(
      a.chooser, s.client, s.laid(decode_program(s.config, s.weights, a.chooser)), s.named("decode"));
  std::vector<Tensor> r = s.run(program->second, std::move(inputs), memory);
  return {.tokens = r[0],
          .log_probabilities = r[1],
          .logits = r[2],
          .is_done = r[3],
          .count = r[4],
          .counts = a.chooser.penalizes ? r[5] : Tensor()};
}

Engine::Verified Engine::verify(Memory& memory, const Ids& tokens, DecodeArguments a) {
  State& s = *state_;
  s.expect_fits(memory, {tokens});
  const Dim count = static_cast<Dim>(tokens.size()), most = s.config.window_slack + 2;
  if (a.steps > most || count > a.steps || memory.batch() != 1) {
    throw UsageError(fmt::format("{} guesses at once for {} texts; expected at most {} for one",
                                 std::max(count, a.steps) - 1, memory.batch(), most - 1));
  }
  s.reserve(memory, memory.length + a.steps);
  Ids places = tokens;
  places.resize(static_cast<std::size_t>(a.steps), 0);
  std::vector<Tensor> inputs = {Tensor(Array::of<std::int32_t>({1, a.steps}, places)),
                                number(memory.length),
                                number(count),
                                Tensor(Array::of<std::int32_t>({1}, memory.padding)),
                                s.stop_ids(a.stop_ids),
                                number(a.made),
                                number(a.min_tokens)};
  inputs.insert(inputs.end(), a.chooser_inputs.begin(), a.chooser_inputs.end());
  if (a.chooser.penalizes) inputs.push_back(a.counts);
  const auto [program, _] = s.verify.try_emplace(
      a.chooser, s.client, s.laid(verify_program(s.config, s.weights, a.chooser)),
      s.named("verify"));
  std::vector<Tensor> r = s.run(program->second, std::move(inputs), memory);
  const Array chosen = r[0].array(), scores = r[1].array();
  const Dim taken = r[2].item<std::int32_t>() + 1;
  memory.length += count;
  memory.go_back(memory.length - count + taken);
  const auto first = [&](auto all) { return all.first(static_cast<std::size_t>(taken)); };
  const auto ids = first(chosen.data<std::int32_t>());
  const auto logs = first(scores.data<float>());
  return {.chosen = {ids.begin(), ids.end()},
          .log_probabilities = {logs.begin(), logs.end()},
          .counts = a.chooser.penalizes ? r[3] : Tensor()};
}

Engine::Counts Engine::counts() const {
  Counts counts{.launches = state_->launches};
  const auto add = [&](const Executor& e) {
    counts.programs += e.counts().programs;
    counts.compiled += e.counts().compiled;
  };
  for (const Executor* e : {&state_->first_last, &state_->last, &state_->first_all, &state_->all}) add(*e);
  for (const auto& [_, e] : state_->decode) add(e);
  for (const auto& [_, e] : state_->verify) add(e);
  for (const auto& [_, e] : state_->grow) add(e);
  for (const auto& [_, e] : state_->empty) add(e);
  return counts;
}

}  // namespace hilo::models::gemma
