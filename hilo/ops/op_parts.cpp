#include "hilo/ops/op_parts.h"

namespace hilo {

const Shape& OpParts::result(std::size_t k) const {
  if (k < results.size()) return results[k];
  throw OpError({.problem = std::to_string(results.size()) + " results", .expected = "at least " + std::to_string(k + 1)});
}

Value OpParts::operand(std::size_t k) const {
  if (k < operands.size()) return operands[k];
  throw OpError({.problem = std::to_string(operands.size()) + " operands", .expected = "at least " + std::to_string(k + 1)});
}

namespace detail {

void refuse_attribute(std::string_view name) {
  throw OpError({.problem = "attribute '" + std::string(name) + "' is of another kind", .expected = "what the op's definition says"});
}

void refuse_regions(std::size_t got, std::size_t expected) {
  throw OpError({.problem = std::to_string(got) + " regions", .expected = std::to_string(expected)});
}

}  // namespace detail
}  // namespace hilo
