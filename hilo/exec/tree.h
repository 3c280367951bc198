#pragma once
#include "hilo/exec/tensor.h"
#include "hilo/graph/tree.h"

namespace hilo::tree {

template <>
inline constexpr bool kIsLeaf<Tensor> = true;

}  // namespace hilo::tree
