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

void check_speculation(const std::vector<Ids>& prompts, const GenerateOptions& options,
                       const Config& config) {
  if (prompts.size() > 1) {
    throw UsageError(fmt::format("speculation for {} prompts; expected one", prompts.size()));
  }
  if (options.allowed)
    throw UsageError("speculation for a text that is held to a pattern; expected one of the two");
  const Dim most = config.window_slack + 1;
  if (options.guesses >= 1 && options.guesses <= most) return;
  throw UsageError(fmt::format("{} guesses at once; expected 1 .. {}", options.guesses, most));
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

// The texts of a batch while they come, and which have ended.
class Generator::Texts {
 public:
  Texts(const std::vector<Ids>& prompts, const GenerateOptions& options, Dim context)
      : prompts_(prompts),
        options_(options),
        context_(context),
        made_(prompts.size()),
        done_(prompts.size(), false) {}

  [[nodiscard]] bool all_done() const { return std::ranges::count(done_, false) == 0; }
  [[nodiscard]] const std::vector<bool>& done() const { return done_; }
  // Tokens of each text that goes on: as many of one as of the other.
  [[nodiscard]] Dim length_so_far() const {
    Dim most = 0;
    for (const Generated& text : made_) most = std::max(most, length(text.ids));
    return most;
  }
  // Tokens that may come until one of them has to end.
  [[nodiscard]] Dim room() const {
    const Dim so_far = length_so_far();
    Dim room = options_.max_tokens - so_far;
    for (std::size_t b = 0; b < done_.size(); ++b) {
      if (!done_[b])
        room = std::min(room, std::max<Dim>(context_ - length(prompts_[b]) - so_far, 1));
    }
    return room;
  }
  // The next token of a text; of one that has ended it is none.
  void add(std::size_t b, std::int32_t id, float score) {
    if (done_[b]) return;
    Generated& text = made_[b];
    text.ids.push_back(id);
    text.log_probabilities.push_back(score);
    const auto ends = [&](Finish why) {
      text.finish = why;
      done_[b] = true;
    };
    const bool is_stopped = options_.on_token && !options_.on_token(b, id, score);
    if (std::ranges::count(options_.stop_ids, id) > 0)
      ends(Finish::kStopId);
    else if (is_stopped)
      ends(Finish::kCaller);
    else if (length(text.ids) >= options_.max_tokens)
      ends(Finish::kLength);
    else if (length(prompts_[b]) + length(text.ids) >= context_)
      ends(Finish::kContext);
  }
  [[nodiscard]] std::vector<Generated> take() { return std::move(made_); }

 private:
  const std::vector<Ids>& prompts_;
  const GenerateOptions& options_;
  Dim context_;
  std::vector<Generated> made_;
  std::vector<bool> done_;
};

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
  const Dim newest = std::max(memory_.length, memory_.written);
  return has_ring && newest - common > c.window_slack ? 0 : common;
}

Tensor Generator::read(const std::vector<Ids>& prompts, Dim max_tokens) {
  const Dim known = prompts.size() == 1 && !memory_.cache.empty() ? reusable(prompts[0]) : 0;
  if (known > 0) {
    memory_.go_back(known);
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
  const Config& config = engine_->config();
  check(prompts, config);
  check(options.sampling, config.vocabulary);
  if (options.speculate) check_speculation(prompts, options, config);
  report_ = {};
  for (const Ids& prompt : prompts) report_.prompt_tokens += length(prompt);
  const int launches = engine_->counts().launches;
  Texts texts(prompts, options, config.context);
  std::vector<Generated> result(prompts.size());
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
    report_.slots = memory_.slots;
    if (prompts.size() > 1) forget();
    result = texts.take();
  }
  for (const Generated& text : result) report_.made_tokens += length(text.ids);
  report_.launches = engine_->counts().launches - launches;
  return result;
}

void Generator::decode(Tensor logits, const std::vector<Ids>& prompts,
                       const GenerateOptions& options, Texts& texts) {
  const auto start = std::chrono::steady_clock::now();
  const Dim vocabulary = engine_->config().vocabulary;
  Chooser chooser = Chooser::of(options.sampling);
  std::vector<Tensor> chooser_inputs = chooser.inputs(options.sampling, length(prompts));
  chooser.is_constrained = static_cast<bool>(options.allowed);
  chooser.goes_on = options.min_tokens > 0;
  if (chooser.is_constrained) chooser_inputs.emplace_back();
  Tensor counts = chooser.penalizes ? token_counts(prompts, vocabulary) : Tensor();
  while (!texts.all_done()) {
    const Dim made = texts.length_so_far(), batch = length(prompts);
    if (options.speculate && made > 0)
      return speculate(options, chooser, chooser_inputs, counts, texts);
    Array is_done(Shape{DType::kI1, {batch}});
    std::ranges::copy(texts.done(), is_done.mutable_data<bool>().begin());
    if (chooser.is_constrained)
      chooser_inputs.back() = allowed_words(options, texts.done(), vocabulary);
    const Dim most = chooser.is_constrained || options.speculate ? 1
                     : made == 0                                 ? kFirstTokens
                                                                 : kTokensALaunch;
    const Engine::Made launch = engine_->decode(memory_, {.logits = logits,
                                                          .is_done = is_done,
                                                          .steps = std::min(texts.room(), most),
                                                          .stop_ids = options.stop_ids,
                                                          .made = options.already_made + made,
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
    for (Dim step = 0; step < count; ++step) {
      for (Dim b = 0; b < batch; ++b) {
        const auto at = static_cast<std::size_t>(b * kTokensALaunch + step);
        const std::int32_t id = tokens.data<std::int32_t>()[at];
        if (batch == 1) remembered_.push_back(id);
        texts.add(static_cast<std::size_t>(b), id, scores.data<float>()[at]);
      }
    }
  }
}

void Generator::speculate(const GenerateOptions& options, const Chooser& chooser,
                          const std::vector<Tensor>& chooser_inputs, Tensor counts, Texts& texts) {
  Ids text = remembered_;
  memory_.go_back(memory_.length - 1);  // the last token is read again, with guesses behind it
  while (!texts.all_done()) {
    const Dim made = options.already_made + texts.length_so_far();
    const Dim wanted = std::min(options.guesses, texts.room() - 1);
    Ids tokens = {text.back()};
    if (wanted > 0) {
      const Ids guesses = options.speculate({text, made, wanted, options.sampling});
      tokens.insert(tokens.end(), guesses.begin(),
                    guesses.begin() + std::min(wanted, length(guesses)));
    }
    // Two programs: one for a token without guesses, one for all that have some.
    const Engine::Verified launch =
        engine_->verify(memory_, tokens,
                        {.steps = length(tokens) == 1 ? 1 : options.guesses + 1,
                         .stop_ids = options.stop_ids,
                         .made = made,
                         .min_tokens = options.min_tokens,
                         .chooser = chooser,
                         .chooser_inputs = chooser_inputs,
                         .counts = counts});
    counts = launch.counts;
    report_.guessed_tokens += length(tokens) - 1;
    report_.accepted_tokens += length(launch.chosen) - 1;
    text.insert(text.end(), launch.chosen.begin(), launch.chosen.end());
    remembered_.assign(text.begin(), text.end() - 1);
    for (std::size_t i = 0; i < launch.chosen.size(); ++i)
      texts.add(0, launch.chosen[i], launch.log_probabilities[i]);
  }
}

}  // namespace hilo::models::gemma
