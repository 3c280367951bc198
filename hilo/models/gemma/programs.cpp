#include "hilo/models/gemma/programs.h"

#include <limits>

#include "hilo/nn/sampling.h"
#include "hilo/nn/scope.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/construct.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/cumulative.h"
#include "hilo/ops/dynamic_slice.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/select.h"
#include "hilo/ops/softmax.h"
#include "hilo/ops/unary.h"
#include "hilo/ops/while_loop.h"

namespace hilo::models::gemma {
namespace {

// A program's parameters, taken one after the other.
class Parameters {
 public:
  explicit Parameters(std::span<const Value> all) : rest_(all) {}
  Value next() { return many(1).front(); }
  std::span<const Value> many(std::size_t count) {
    const auto taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  std::span<const Value> rest() const { return rest_; }

 private:
  std::span<const Value> rest_;
};

std::vector<LayerCache> layers_of(std::span<const Value> values) {
  std::vector<LayerCache> cache;
  for (std::size_t i = 0; i + 1 < values.size(); i += 2)
    cache.push_back({values[i], values[i + 1]});
  return cache;
}

void append(std::vector<Value>& results, const std::vector<LayerCache>& cache) {
  for (const LayerCache& layer : cache) {
    results.push_back(layer.keys);
    results.push_back(layer.values);
  }
}

Value scalar(std::int32_t number) { return constant(Array::scalar(number)); }

// i1[B]: whether each token is one of `ids` [n].
Value is_among(Value tokens, Value ids) {
  return any(equal(expand_dims(tokens, 1), expand_dims(ids, 0)), {1});
}

// One column of [B,C] set at `step`.
Value with_column(Value x, Value column, Value step) {
  return dynamic_update_slice_axis(x, expand_dims(column, 1), 1, step);
}

// A token for each row of logits, and its logarithm of a probability.
struct Choice {
  Value tokens, scores;  // i32[B], f32[B]
};

// `answer_tokens` i32[] or i32[B]: how many of the answer's are before the token.
Choice choose(Value all, const nn::SamplingSettings& settings, bool goes_on, Value stop_ids,
              Value answer_tokens, Value min_tokens) {
  Value open = all;
  if (goes_on) {
    const double out = -std::numeric_limits<double>::infinity();
    const Value is_early = reshape(answer_tokens < min_tokens, {answer_tokens.size(), 1});
    open = select(broadcast_to(is_early, all.dims()), scatter_set(all, stop_ids, out, 1), all);
  }
  if (!settings.temperature) {
    const nn::Likeliest found = nn::likeliest(nn::adjust_logits(open, settings));
    return {found.tokens, found.log_probabilities};
  }
  const Value tokens = nn::sample(open, settings).as(kI32);                  // [B]
  const Value scores = log_softmax(nn::adjust_logits(open, settings));       // [B,V]
  const Value score = take_along_axis(scores, expand_dims(tokens, 1), 1);    // [B,1]
  return {tokens, reshape(score, {tokens.dim(0)})};
}

// One step of the decoding loop, and what it reads of the program's parameters.
struct DecodeStep {
  const Config& config;
  const nn::Store& weights;
  const Chooser& chooser;
  std::span<const Value> variables;
  Value start, padding, stop_ids, made, min_tokens;
  std::span<const Value> chooser_inputs;

  // The loop's state, in this order; the counts are left out where nothing is penalized.
  enum : std::size_t { kStep, kDone, kTokens, kLogProbabilities, kLogits, kCounts };
  [[nodiscard]] std::size_t cache_at() const { return kCounts + (chooser.penalizes ? 1 : 0); }

  [[nodiscard]] std::vector<Value> operator()(std::span<const Value> s) const {
    const nn::Building building(weights, nn::Mode::kInference, {}, variables);
    const Value step = s[kStep], answer_tokens = made + step, zero = zeros({kI32, s[kDone].dims()});
    const nn::SamplingSettings settings =
        chooser.settings(chooser_inputs, chooser.penalizes ? s[kCounts] : Value(), answer_tokens);
    const Choice chosen = choose(s[kLogits], settings, chooser.goes_on, stop_ids, answer_tokens, min_tokens);
    const Value token = select(s[kDone], zero, chosen.tokens);
    std::vector<LayerCache> cache = layers_of(s.subspan(cache_at()));
    const Value x = forward(building.root(), config, expand_dims(token, 1), cache,
                            {start + step, scalar(1), padding});  // [B,1,D]
    std::vector<Value> next = {
        step + 1, logical_or(s[kDone], is_among(token, stop_ids)),
        with_column(s[kTokens], token, step),
        with_column(s[kLogProbabilities], chosen.scores, step),
        logits(building.root(), config, reshape(x, {token.dim(0), config.width}))};
    if (chooser.penalizes)
      next.push_back(nn::count_tokens(s[kCounts], select(s[kDone], zero - 1, token)));
    append(next, cache);
    return next;
  }
};

}  // namespace

nn::Store declare_weights(const Config& config) {
  nn::Store store;
  std::vector<Shape> shapes = {{kI32, {1, 2}}, {kI32, {}}, {kI32, {}}, {kI32, {1}}};
  for (const Shape& s : cache_shapes(config, 1, 2)) shapes.push_back(s);
  (void)trace(
      [&](std::span<const Value> p) {
        const nn::Building building(store, nn::Mode::kInference, {});
        std::vector<LayerCache> cache = layers_of(p.subspan(4));
        const Value x = forward(building.root(), config, p[0], cache, {p[1], p[2], p[3]});
        return std::vector{logits(building.root(), config, x)};
      },
      shapes);
  return store;
}

std::vector<Shape> cache_shapes(const Config& config, Dim batch, Dim slots) {
  std::vector<Shape> shapes;
  for (Dim i = 0; i < config.layers; ++i)
    shapes.insert(shapes.end(), 2, cache_shape(config, i, batch, slots));
  return shapes;
}

BuildFn extend_program(const Config& config, const nn::Store& weights, Positions positions, bool first) {
  return [config, &weights, positions, first,
          count_of_weights = nn::model_paths(weights).size()](std::span<const Value> p) {
    Parameters in(p);
    const nn::Building building(weights, nn::Mode::kInference, {}, in.many(count_of_weights));
    const Value ids = in.next();  // [B,T]
    const Value start = in.next(), count = in.next(), padding = in.next();
    const Placement at{first ? scalar(0) : start, count, padding, first};
    std::vector<LayerCache> cache = layers_of(in.rest());
    Value x = forward(building.root(), config, ids, cache, at);  // [B,T,D]
    if (positions == Positions::kLast) x = dynamic_index_axis(x, 1, count - 1);       // [B,D]
    std::vector<Value> results = {logits(building.root(), config, x)};
    append(results, cache);
    return results;
  };
}

BuildFn decode_program(const Config& config, const nn::Store& weights, const Chooser& chooser) {
  return [config, &weights, chooser,
          count_of_weights = nn::model_paths(weights).size()](std::span<const Value> p) {
    Parameters in(p);
    const std::span<const Value> variables = in.many(count_of_weights);
    const Value first_logits = in.next(), start = in.next(), padding = in.next(), steps = in.next();
    const Value was_done = in.next(), stop_ids = in.next(), made = in.next(),
                min_tokens = in.next();
    const DecodeStep step{config,  weights,  chooser, variables,  start,
                          padding, stop_ids, made,    min_tokens, in.many(chooser.input_count())};
    const Dims out = {first_logits.dim(0), kTokensALaunch};
    std::vector<Value> state = {scalar(0), was_done, zeros({kI32, out}), zeros({kF32, out}),
                                first_logits};
    state.insert(state.end(), in.rest().begin(), in.rest().end());  // counts if there, cache..
    const auto goes_on = [&](std::span<const Value> s) {
      return std::vector{
          logical_and(s[DecodeStep::kStep] < steps, logical_not(all(s[DecodeStep::kDone])))};
    };
    const std::vector<Value> end = while_loop(std::move(state), goes_on, step);
    std::vector<Value> results = {end[DecodeStep::kTokens], end[DecodeStep::kLogProbabilities],
                                  end[DecodeStep::kLogits], end[DecodeStep::kDone],
                                  end[DecodeStep::kStep]};
    results.insert(results.end(), end.begin() + DecodeStep::kCounts, end.end());
    return results;
  };
}

BuildFn verify_program(const Config& config, const nn::Store& weights, const Chooser& chooser) {
  return [config, &weights, chooser,
          count_of_weights = nn::model_paths(weights).size()](std::span<const Value> p) {
    Parameters in(p);
    const nn::Building building(weights, nn::Mode::kInference, {}, in.many(count_of_weights));
    const Value tokens = in.next();  // [1,T]
    const Value start = in.next(), count = in.next(), padding = in.next();
    const Value stop_ids = in.next(), made = in.next(), min_tokens = in.next();
    const Dim places = tokens.dim(1);
    // Each place is a row of what chooses: with the one text's settings, and its own step.
    std::vector<Value> inputs;
    for (const Value& one : in.many(chooser.input_count())) {
      Dims dims = one.dims();
      dims[0] = places;
      inputs.push_back(broadcast_to(one, dims));
    }
    const Value place = iota({kI32, {places}}), ids = reshape(tokens, {places});
    Value counts;
    if (chooser.penalizes) {  // row i counts tokens 1 .. i too
      const Value row = expand_dims(place, 1), other = expand_dims(place, 0);
      const Value read =
          select(logical_and(other > 0, other <= row), expand_dims(ids, 0), config.vocabulary);
      counts = put_along_axis(broadcast_to(in.next(), {places, config.vocabulary}), read, 1,
                              Update::kAdd);
    }
    std::vector<LayerCache> cache = layers_of(in.rest());
    const Value x = forward(building.root(), config, tokens, cache, {start, count, padding});  // [1,T,D]
    const Choice chosen = choose(logits(building.root(), config, reshape(x, {places, config.width})),
                                 chooser.settings(inputs, counts, made + place), chooser.goes_on, stop_ids, made + place,
                                 min_tokens);
    const Value next = take(ids, minimum(place + 1, places - 1));
    const Value is_right = logical_and(equal(chosen.tokens, next), place + 1 < count);
    const Value accepted = sum(cumulative_prod(is_right.as(kI32), 0));
    std::vector<Value> results = {chosen.tokens, chosen.scores, accepted};
    if (chooser.penalizes) {
      const auto last = [&](Value of) { return dynamic_slice_axis(of, 0, accepted, 1); };
      results.push_back(nn::count_tokens(last(counts), last(chosen.tokens)));
    }
    append(results, cache);
    return results;
  };
}

Function decode_function(const Config& config, Dim batch, Dim slots, const Division& division) {
  const nn::Store weights = declare_weights(config);
  const std::vector<std::string> paths = nn::model_paths(weights);
  const std::vector<Shape> cache = cache_shapes(config, batch, slots);
  std::vector<Shape> shapes;
  for (const std::string& path : paths) shapes.push_back(weights.at(path).shape);
  const Shape number{kI32, {}};
  shapes.insert(shapes.end(), {Shape{kF32, {batch, config.vocabulary}}, number, Shape{kI32, {batch}}, number,
                               Shape{kI1, {batch}}, Shape{kI32, {kMostStopIds}}, number, number});
  shapes.insert(shapes.end(), cache.begin(), cache.end());
  return trace(division.laid(decode_program(config, weights, {}), paths, cache.size()), shapes);
}

BuildFn empty_program(std::vector<Shape> shapes) {
  return [shapes = std::move(shapes)](std::span<const Value>) {
    std::vector<Value> results;
    for (const Shape& s : shapes) results.push_back(zeros(s));
    return results;
  };
}

BuildFn grow_program(const Config& config, Dim batch, Dim slots) {
  return [shapes = cache_shapes(config, batch, slots)](std::span<const Value> p) {
    std::vector<Value> results;
    for (std::size_t i = 0; i < p.size(); ++i) {
      results.push_back(pad_axis(p[i], 0, 2, 0, shapes[i].dim(2) - p[i].dim(2)));
    }
    return results;
  };
}

}  // namespace hilo::models::gemma
