#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "hilo/pjrt/executable.h"

namespace hilo::pjrt {

/// A shape as XLA has it: of a tuple, `parts`.
struct HloShape {
  std::uint64_t type = 0;  ///< XLA's PrimitiveType
  std::vector<std::uint64_t> dims{};
  std::vector<HloShape> parts{};
};

struct HloInstruction {
  std::uint64_t id = 0, parameter = 0;
  std::string name{}, opcode{};
  HloShape shape{};
  std::string target{};  ///< of a custom call
  std::string where{};  ///< scope and source line that it derives from: "dense/dot at model.cpp:41"
  std::vector<std::uint64_t> operands{}, called{};  ///< ids of instructions and of computations
  std::vector<std::uint64_t> contracting{};         ///< of a dot: axes of the left operand
  std::uint64_t kernel_features = 0;  ///< of a convolution: the kernel's axis of output features
};

struct HloComputation {
  std::uint64_t id = 0, root = 0;
  std::string name{};
  std::vector<HloInstruction> instructions{};
};

struct HloModule {
  std::string name{};
  std::uint64_t entry = 0;
  std::vector<HloComputation> computations{};
};

/// A program after optimisation, out of the proto that plugins give ("hlo", "hlo_with_config").
/// None for another format, or bytes that make no sense.
/// Source:  xla/service/hlo.proto.
std::optional<HloModule> read_hlo(const Executable::Program& program);

/// As text to read: an instruction a line, with its shape, operands, and `where`. Not what XLA
/// parses.
std::string to_string(const HloModule& module);

/// What one run of a program takes, counted over its instructions: for plugins that do not say.
struct HloCost {
  double flops = 0;           ///< a multiply and an add are two; the body of a loop counts once
  double bytes_accessed = 0;  ///< of operands and results outside of fusions
};
HloCost cost_of(const HloModule& module);

}  // namespace hilo::pjrt
