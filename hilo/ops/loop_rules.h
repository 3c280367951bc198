#pragma once
#include <vector>

#include "hilo/graph/op.h"

// What the batching rules of loops share.
namespace hilo {

/// The marks of the parameters of a `body` that goes round with a state, its `count` parameters
/// from `first` on, which its first results replace: an element of the state is marked if it was at
/// the start or depends on a marked parameter.
std::vector<bool> closed_marks(const Function& body, std::vector<bool> is_marked, std::size_t first,
                               std::size_t count);

/// The operands, of which those that `is_batched` marks have the batch axis.
std::vector<Value> batched_where(const Batch& b, const std::vector<bool>& is_batched);

/// i1[B] for every element of [B,..].
Value leading(Value each, const Dims& dims);

/// The values, those that are not batched broadcast to the batch.
std::vector<Value> all_in_front(std::vector<Value> values, const std::vector<bool>& is_batched,
                                Dim size);

}  // namespace hilo
