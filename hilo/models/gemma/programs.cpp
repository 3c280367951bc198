#include "hilo/models/gemma/programs.h"

#include <limits>

#include "hilo/nn/scope.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/construct.h"
#include "hilo/ops/convert.h"
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

BuildFn extend_program(const Config& config, const nn::Store& weights, Positions positions) {
  return [config, &weights, positions,
          count_of_weights = nn::model_paths(weights).size()](std::span<const Value> p) {
    Parameters in(p);
    const nn::Building building(weights, nn::Mode::kInference, {}, in.many(count_of_weights));
    const Value ids = in.next();  // [B,T]
    const Value start = in.next(), count = in.next(), padding = in.next();
    std::vector<LayerCache> cache = layers_of(in.rest());
    Value x = forward(building.root(), config, ids, cache, {start, count, padding});  // [B,T,D]
    if (positions == Positions::kLast) x = dynamic_index_axis(x, 1, count - 1);       // [B,D]
    std::vector<Value> results = {logits(building.root(), config, x)};
    append(results, cache);
    return results;
  };
}

BuildFn decode_program(const Config& config, const nn::Store& weights) {
  return [config, &weights,
          count_of_weights = nn::model_paths(weights).size()](std::span<const Value> p) {
    Parameters in(p);
    const std::span<const Value> variables = in.many(count_of_weights);
    const Value first_logits = in.next(), start = in.next(), padding = in.next(), steps = in.next();
    const Value was_done = in.next(), stop_ids = in.next();
    const Value beyond = in.next();
    const Dim batch = first_logits.dim(0);

    enum : std::size_t { kStep, kDone, kTokens, kLogProbabilities, kLogits, kCache };
    std::vector<Value> state = {scalar(0), was_done, zeros({kI32, {batch, kTokensALaunch}}),
                                zeros({kF32, {batch, kTokensALaunch}}), first_logits};
    state.insert(state.end(), in.rest().begin(), in.rest().end());
    const auto goes_on = [&](std::span<const Value> s) {
      return std::vector{logical_and(s[kStep] < steps, logical_not(all(s[kDone])))};
    };
    const auto step = [&](std::span<const Value> s) {
      const nn::Building building(weights, nn::Mode::kInference, {}, variables);
      const Value without_stops = scatter_set(s[kLogits], stop_ids, -std::numeric_limits<float>::infinity(), 1);
      const Value allowed = select(beyond + s[kStep] < 0, without_stops, s[kLogits]);
      const Value best = argmax(allowed, 1).as(kI32);  // [B]
      const Value score =
          take_along_axis(log_softmax(s[kLogits]), expand_dims(best, 1), 1);  // [B,1]
      const Value token = select(s[kDone], zeros({kI32, {batch}}), best);
      std::vector<LayerCache> cache = layers_of(s.subspan(kCache));
      const Value x = forward(building.root(), config, expand_dims(token, 1), cache,
                              {start + s[kStep], scalar(1), padding});  // [B,1,D]
      std::vector<Value> next = {
          s[kStep] + 1, logical_or(s[kDone], is_among(token, stop_ids)),
          with_column(s[kTokens], token, s[kStep]),
          with_column(s[kLogProbabilities], reshape(score, {batch}), s[kStep]),
          logits(building.root(), config, reshape(x, {batch, config.width}))};
      append(next, cache);
      return next;
    };
    const std::vector<Value> end = while_loop(std::move(state), goes_on, step);
    std::vector<Value> results = {end[kTokens], end[kLogProbabilities], end[kLogits], end[kDone],
                                  end[kStep]};
    results.insert(results.end(), end.begin() + kCache, end.end());
    return results;
  };
}

BuildFn grow_program(const Config& config, Dim batch, Dim slots) {
  return [shapes = cache_shapes(config, batch, slots)](std::span<const Value> p) {
    std::vector<Value> results;
    for (std::size_t i = 0; i < p.size(); ++i) {
      results.push_back(pad_axis(p[i], 0, 1, 0, shapes[i].dim(1) - p[i].dim(1)));
    }
    return results;
  };
}

}  // namespace hilo::models::gemma
