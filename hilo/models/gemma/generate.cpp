#include "hilo/models/gemma/generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "hilo/core/error.h"

namespace hilo::models::gemma {
namespace {

// The first launch is shorter, so that the first token is seen soon.
constexpr Dim kFirstTokens = 8;
// Room that is made beyond the prompt before it is read.
constexpr Dim kRoom = 128;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

template <class List>
Dim length(const List& list) {
  return static_cast<Dim>(list.size());
}

// Rows of one length: ids 0 in front of the shorter ones.
std::vector<Ids> padded(const std::vector<Ids>& prompts, std::vector<std::int32_t>& padding) {
  Dim longest = 0;
  for (const Ids& p : prompts) longest = std::max(longest, length(p));
  std::vector<Ids> rows;
  for (const Ids& p : prompts) {
    padding.push_back(static_cast<std::int32_t>(longest - length(p)));
    rows.emplace_back(static_cast<std::size_t>(padding.back()), 0);
    rows.back().insert(rows.back().end(), p.begin(), p.end());
  }
  return rows;
}

void check(const std::vector<Ids>& prompts, const Config& config) {
  if (prompts.empty()) throw UsageError("no prompt; expected one or more");
  for (const Ids& prompt : prompts) {
    if (prompt.empty()) throw UsageError("an empty prompt; expected at least one token");
    if (length(prompt) < config.context) continue;
    throw UsageError(
        fmt::format("a prompt of {} tokens leaves no room in the model's context of {}",
                    prompt.size(), config.context));
  }
}

// u32[B,ceil(V/32)]; all tokens for rows that are done.
Array allowed_words(const GenerateOptions& options, const std::vector<bool>& done, Dim vocabulary) {
  const auto width = static_cast<std::size_t>((vocabulary + 31) / 32);
  Array words(Shape{kU32, {length(done), static_cast<Dim>(width)}});
  for (std::size_t b = 0; b < done.size(); ++b) {
    const auto row = words.mutable_data<std::uint32_t>().subspan(b * width, width);
    if (done[b]) {
      std::ranges::fill(row, ~0U);
      continue;
    }
    const std::span<const std::uint32_t> allowed = options.allowed(b);
    std::copy_n(allowed.begin(), std::min(allowed.size(), width), row.begin());
  }
  return words;
}

}  // namespace

void Generator::forget() {
  memory_ = {};
  remembered_.clear();
}

// How many tokens of the prompt the memory holds in a state that can be gone on from.
Dim Generator::reusable(const Ids& prompt) const {
  const auto differs = std::ranges::mismatch(remembered_, prompt);
  const Dim common =
      std::min(static_cast<Dim>(differs.in1 - remembered_.begin()), length(prompt) - 1);
  const Config& c = engine_->config();
  const bool has_ring = std::ranges::count(c.is_local, true) > 0 && memory_.slots >= ring_slots(c);
  // What a ring has overwritten is gone; it keeps window_slack tokens more than are seen.
  return has_ring && memory_.length - common > c.window_slack ? 0 : common;
}

Tensor Generator::read(const std::vector<Ids>& prompts, Dim max_tokens) {
  const Dim known = prompts.size() == 1 && !memory_.cache.empty() ? reusable(prompts[0]) : 0;
  if (known > 0) {
    memory_.length = known;
    report_.reused_tokens = known;
    const Ids rest(prompts[0].begin() + known, prompts[0].end());
    remembered_ = prompts[0];
    return engine_->read(memory_, {rest});
  }
  forget();
  std::vector<std::int32_t> padding;
  const std::vector<Ids> rows = padded(prompts, padding);
  memory_ = engine_->remember_nothing(std::move(padding));
  engine_->reserve(memory_, length(rows[0]) + std::min(max_tokens, kRoom));
  Tensor logits = engine_->read(memory_, rows);
  if (prompts.size() == 1) remembered_ = prompts[0];
  return logits;
}

std::vector<Generated> Generator::generate(const std::vector<Ids>& prompts,
                                           const GenerateOptions& options) {
  check(prompts, engine_->config());
  check(options.sampling, engine_->config().vocabulary);
  report_ = {};
  for (const Ids& prompt : prompts) report_.prompt_tokens += length(prompt);
  const int launches = engine_->counts().launches;
  std::vector<Generated> texts(prompts.size());
  if (options.max_tokens > 0) {
    const auto start = std::chrono::steady_clock::now();
    try {
      const Tensor logits = read(prompts, options.max_tokens);
      logits.wait();
      report_.read_seconds = seconds_since(start);
      decode(logits, prompts, options, texts);
      report_.decode_seconds = seconds_since(start) - report_.read_seconds;
      report_.first_token_seconds += report_.read_seconds;
    } catch (...) {
      forget();  // it may be half written
      throw;
    }
    if (prompts.size() > 1) forget();
  }
  report_.launches = engine_->counts().launches - launches;
  return texts;
}

void Generator::decode(Tensor logits, const std::vector<Ids>& prompts,
                       const GenerateOptions& options, std::vector<Generated>& texts) {
  const auto start = std::chrono::steady_clock::now();
  const Dim context = engine_->config().context;
  Chooser chooser = Chooser::of(options.sampling);
  std::vector<Tensor> chooser_inputs = chooser.inputs(options.sampling, length(prompts));
  chooser.is_constrained = static_cast<bool>(options.allowed);
  chooser.goes_on = options.min_tokens > 0;
  if (chooser.is_constrained) chooser_inputs.emplace_back();
  Tensor counts =
      chooser.penalizes ? token_counts(prompts, engine_->config().vocabulary) : Tensor();
  std::vector<bool> done(prompts.size(), false);
  Dim made = 0;
  while (!std::ranges::all_of(done, [](bool d) { return d; })) {
    Array is_done(Shape{DType::kI1, {length(done)}});
    Dim room = options.max_tokens - made;
    for (std::size_t b = 0; b < done.size(); ++b) {
      is_done.mutable_data<bool>()[b] = done[b];
      if (!done[b]) room = std::min(room, std::max<Dim>(context - length(prompts[b]) - made, 1));
    }
    if (chooser.is_constrained)
      chooser_inputs.back() = allowed_words(options, done, engine_->config().vocabulary);
    const Engine::Made launch =
        engine_->decode(memory_, {.logits = logits,
                                  .is_done = is_done,
                                  .steps = std::min(room, chooser.is_constrained ? 1
                                                          : made == 0            ? kFirstTokens
                                                                                 : kTokensALaunch),
                                  .stop_ids = options.stop_ids,
                                  .made = made,
                                  .min_tokens = options.min_tokens,
                                  .chooser = chooser,
                                  .chooser_inputs = chooser_inputs,
                                  .counts = counts});
    const Dim count = launch.count.item<std::int32_t>();
    const Array tokens = launch.tokens.array(), scores = launch.log_probabilities.array();
    if (made == 0) report_.first_token_seconds = seconds_since(start);
    memory_.length += count;
    logits = launch.logits;
    counts = launch.counts;
    for (Dim step = 0; step < count; ++step, ++made) {
      if (prompts.size() == 1)
        remembered_.push_back(tokens.data<std::int32_t>()[static_cast<std::size_t>(step)]);
      for (std::size_t b = 0; b < done.size(); ++b) {
        if (done[b]) continue;
        const std::size_t at =
            b * static_cast<std::size_t>(kTokensALaunch) + static_cast<std::size_t>(step);
        const std::int32_t id = tokens.data<std::int32_t>()[at];
        const float score = scores.data<float>()[at];
        Generated& text = texts[b];
        text.ids.push_back(id);
        text.log_probabilities.push_back(score);
        ++report_.made_tokens;
        const auto ends = [&](Finish why) {
          text.finish = why;
          done[b] = true;
        };
        const bool is_stopped = options.on_token && !options.on_token(b, id, score);
        if (std::ranges::count(options.stop_ids, id) > 0)
          ends(Finish::kStopId);
        else if (is_stopped)
          ends(Finish::kCaller);
        else if (made + 1 >= options.max_tokens)
          ends(Finish::kLength);
        else if (length(prompts[b]) + made + 1 >= context)
          ends(Finish::kContext);
      }
    }
  }
}

}  // namespace hilo::models::gemma
