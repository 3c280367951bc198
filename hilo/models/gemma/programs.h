#pragma once
#include <vector>

#include "hilo/graph/graph.h"
#include "hilo/models/gemma/chooser.h"
#include "hilo/models/gemma/division.h"
#include "hilo/models/gemma/model.h"
#include "hilo/nn/store.h"

// What is compiled of a model. Every program takes the weights first, in the order of
// nn::model_paths, and the cache last: keys and values of layer 0, of layer 1, ...
namespace hilo::models::gemma {

/// Declares the weights that the model takes: a Store with no values, which costs no memory.
nn::Store declare_weights(const Config& config);

/// Keys and values of all layers with room for `slots` tokens of `batch` rows, in the order of the
/// programs.
std::vector<Shape> cache_shapes(const Config& config, Dim batch, Dim slots);

enum class Positions : std::uint8_t { kLast, kAll };

/// (weights.., ids i32[B,T], start, count, padding, cache..) -> (logits, cache..): of the last
/// token that counts f32[B,V], or of all f32[B,T,V]. Where they are the `first` ones, start is 0, and nobody looks into the
/// cache.
BuildFn extend_program(const Config& config, const nn::Store& weights, Positions positions, bool first);

/// How many tokens a launch of the decode program makes at most.
inline constexpr Dim kTokensALaunch = 16;
/// How many ids may end a text.
inline constexpr Dim kMostStopIds = 16;

/// (weights.., logits f32[B,V], start i32[], padding i32[B], steps i32[], is_done i1[B],
/// stop_ids i32[kMostStopIds], made i32[], min_tokens i32[], inputs of the chooser.., counts
/// i32[B,V] if it penalizes, cache..) -> (tokens i32[B,kTokensALaunch], log_probabilities
/// f32[B,kTokensALaunch], logits, is_done, count i32[], counts if there, cache..): chooses tokens,
/// `steps` of them or until all rows are done, and runs the model on each. Rows that are done get
/// tokens 0. As long as the answer, with the `made` tokens before, has less than `min_tokens`, no
/// stop id is chosen. Places of `stop_ids` without one hold V.
BuildFn decode_program(const Config& config, const nn::Store& weights, const Chooser& chooser);

/// (weights.., tokens i32[1,T], start i32[], count i32[], padding i32[1], stop_ids
/// i32[kMostStopIds], made i32[], min_tokens i32[], inputs of the chooser.., counts i32[1,V] if it
/// penalizes, cache..)
/// -> (chosen i32[T], log_probabilities f32[T], accepted i32[], counts if there, cache..): reads
/// the last token of a text and count - 1 guesses of what follows, chooses the token behind each,
/// and says how many guesses are what it chose, from the first on. `counts` has the last token in
/// it, and then the accepted guesses and the token behind them.
BuildFn verify_program(const Config& config, const nn::Store& weights, const Chooser& chooser);

/// The decode program, greedy, of a model with no weights at hand: as a function of `batch` rows with room for `slots`
/// tokens, laid over the mesh of `division`.
Function decode_function(const Config& config, Dim batch, Dim slots, const Division& division = {});

/// () -> a cache of zeros, of these shapes.
BuildFn empty_program(std::vector<Shape> shapes);
/// (cache..) -> the same with room for `slots` tokens.
BuildFn grow_program(const Config& config, Dim batch, Dim slots);

}  // namespace hilo::models::gemma
