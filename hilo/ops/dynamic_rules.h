#pragma once
#include "hilo/graph/call_site.h"
#include "hilo/ops/formula.h"
#include "hilo/ops/known_integers.h"

namespace hilo {

/// Throws OpError unless operand `k` is a list of `length` integers, of the dtype of operand `like` if that is not 0.
void expect_list(Shapes in, std::size_t k, Dim length, std::size_t like = 0);
/// Throws OpError where a length that is known is negative.
void expect_lengths(const Dims& dims);

/// Rules of ops whose result's dims are operands. `Self::formula(Shapes)` is the static op that
/// does the same, and none where a length is not known; then `Self::dynamic(Shapes)` gives the
/// result's shape.
template <class Self>
struct Dynamic : ByFormula<Self> {
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    const Self& self = static_cast<const Self&>(*this);
    self.check(in);
    try {
      const Function same = self.formula(in);
      return same ? same.result_shapes() : std::vector{self.dynamic(in)};
    } catch (const OpError& refused) {  // of the static op: the line is the same, the name is not
      Refusal refusal = refused.refusal();
      refusal.op.clear();
      throw OpError(std::move(refusal));
    }
  }
  // XLA compiles nothing of open lengths, except where they have a bound.
  [[nodiscard]] Function lowering(std::string_view, Shapes in) const {
    const Self& self = static_cast<const Self&>(*this);
    Function same = self.formula(in);
    if (same) return same;
    const Shape result = self.dynamic(in);
    if (result.is_static() || !result.bounds().empty()) return {};
    throw OpError({.op = std::string(Self::kName), .problem = "a length of the result cannot be worked out before the program runs",
                   .got = {result}, .expected = "lengths made of constants and of those of the arguments"},
                  CallSite::current(std::source_location::current()));
  }
};

}  // namespace hilo
