#include "hilo/ops/exact_products.h"

#include <algorithm>
#include <utility>

namespace hilo {
namespace {

thread_local bool builds_exact_products = false;
const EnumAttribute kHighest{"precision", "HIGHEST"};

}  // namespace

ExactProducts::ExactProducts(bool exact) : before_(std::exchange(builds_exact_products, exact)) {}
ExactProducts::~ExactProducts() { builds_exact_products = before_; }

std::optional<ListAttribute> current_precision() {
  if (!builds_exact_products) return {};
  return ListAttribute{{kHighest, kHighest}};
}

bool is_exact(const std::optional<ListAttribute>& precision_config) {
  return precision_config && std::ranges::any_of(precision_config->items, [](const AttributeValue& v) {
           return v == AttributeValue(kHighest);
         });
}

}  // namespace hilo
