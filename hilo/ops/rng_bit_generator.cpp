#include "hilo/ops/rng_bit_generator.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/slice.h"

namespace hilo {
namespace {

struct RngBitGenerator {
  static constexpr std::string_view kName = "rng_bit_generator";
  RngAlgorithm rng_algorithm = RngAlgorithm::kPhilox;
  Shape shape{};  // of the bits; StableHLO reads it off the type

  static void fields(auto&& field) { field("rng_algorithm", &RngBitGenerator::rng_algorithm); }
  void complete(const OpParts& parts) { shape = parts.result(1); }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    const Dim length = in[0].rank() == 1 ? in[0].dims[0] : 0;
    const bool fits = rng_algorithm == RngAlgorithm::kDefault || length == 2 ||
                      (length == 3 && rng_algorithm == RngAlgorithm::kPhilox);
    if (in[0].dtype != kU64 || in[0].rank() != 1 || !fits) {
      throw OpError(
          {.problem = "the state does not fit the algorithm",
           .got = {in[0]},
           .expected = rng_algorithm == RngAlgorithm::kPhilox ? "u64[2] or u64[3]" : "u64[2]", .constraint = "C2"});
    }
    expect_kind(std::span(&shape, 1), Kinds{.unsigned_integer = true, .least_bits = 8});
    return {in[0], shape};  // C1
  }
  static constexpr ZeroGradient vjp{}, jvp{};
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    std::vector<Value> states, bits;
    for (Dim i = 0; i < b.size; ++i) {
      const RandomState next = rng_bit_generator(index_axis(b.in[0], 0, i), shape, rng_algorithm);
      states.push_back(next.state);
      bits.push_back(next.bits);
    }
    return {stack(states), stack(bits)};
  }
};

}  // namespace

void list_rng_bit_generator_ops(OpTable& table) { table.add<RngBitGenerator>(); }

RandomState rng_bit_generator(Operand state, Shape shape, RngAlgorithm algorithm) {
  const std::vector<Value> both = apply_all(RngBitGenerator{algorithm, std::move(shape)},
                                            std::span(&state.value, 1), state.where);
  return {both[0], both[1]};
}

}  // namespace hilo
