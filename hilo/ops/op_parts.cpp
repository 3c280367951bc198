#include "hilo/ops/op_parts.h"

#include <algorithm>
#include <array>

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

void expect_optional(std::string_view name) {
  static constexpr std::array kWithDefault = {
      "api_version", "backend_config", "base_dilations", "base_dilation", "batch_group_count", "channel_handle", "channel_id",
      "composite_attributes", "dimension", "feature_group_count", "has_side_effect", "indices_are_sorted", "infeed_config", "is_host_transfer",
      "is_stable", "lhs_dilation", "lower", "outfeed_config", "padding", "rhs_dilation", "unique_indices", "version", "window_dilations",
      "window_reversal", "window_strides"};
  if (std::ranges::find(kWithDefault, name) != kWithDefault.end()) return;
  throw OpError({.problem = "no attribute '" + std::string(name) + "'", .expected = "each attribute that has no default"});
}

void refuse_attribute(std::string_view name) {
  throw OpError({.problem = "attribute '" + std::string(name) + "' is of another kind", .expected = "what the op's definition says"});
}

void refuse_regions(std::size_t got, std::size_t expected) {
  throw OpError({.problem = std::to_string(got) + " regions", .expected = std::to_string(expected)});
}

}  // namespace detail
}  // namespace hilo
