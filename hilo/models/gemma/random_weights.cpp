#include "hilo/models/gemma/random_weights.h"

#include <map>

#include "hilo/exec/executor.h"
#include "hilo/models/gemma/programs.h"
#include "hilo/models/gemma/weights.h"
#include "hilo/nn/scope.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reshape.h"

namespace hilo::models::gemma {
namespace {

// Matrices are even in -kLargest .. kLargest: their deviation is 0.02.
constexpr double kLargest = 0.035;

// (seed u32[]) -> the tensor: a mixing of each place's number, which needs no memory of its own.
BuildFn mixed(const Shape& shape) {
  return [shape](std::span<const Value> p) {
    if (shape.rank() < 2) return std::vector{zeros(shape)};  // norms keep their distance from 1
    Value x = iota({kU32, {shape.size()}}) * 2654435761U + p[0];
    x = (x ^ shift_right_logical(x, 15)) * 0x2C1B3C6DU;
    x = x ^ shift_right_logical(x, 12);
    const Value even = convert(bitcast_convert(x, kI32), kF32) * (kLargest / 2147483648.0);
    return std::vector{reshape(convert(even, shape.dtype), shape.dims)};
  };
}

}  // namespace

nn::Store random_weights(const Config& config, const pjrt::Client& client,
                         const Division& division) {
  nn::Store store = declare_weights(config);
  std::map<Dims, Executor> programs;
  std::uint32_t seed = 0;
  for (const std::string& path : nn::model_paths(store)) {
    const Shape shape = store.at(path).shape;
    const auto [program, _] =
        programs.try_emplace(shape.dims, client, mixed(shape), CompileSettings{.name = "random"});
    const Tensor x = program->second.run({Tensor(++seed)})[0];
    x.wait();  // so that no more than one is made at a time
    store.set(path, division.mesh() ? placed(x.array(), path, client, division) : x);
  }
  return store;
}

}  // namespace hilo::models::gemma
