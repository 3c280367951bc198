#include "hilo/ops/positions.h"

#include <algorithm>

#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/select.h"

namespace hilo {
namespace {

// The array of a constant, or none.
const Array* constant_array(Value v, std::vector<NamedAttribute>& holder) {
  const Node& node = v.graph().node_of(v.id());
  if (!node.op || node.op->name() != "constant") return nullptr;
  holder = node.op->attributes();
  return &std::get<Array>(holder.front().value);
}

// Whether `from` fits the last axes of `to`, axis by axis equal or 1.
bool broadcasts(const Dims& from, const Dims& to) {
  return from.size() <= to.size() && std::equal(from.rbegin(), from.rend(), to.rbegin(),
                                                [](Dim f, Dim t) { return f == t || f == 1; });
}

}  // namespace

Value positions_from_front(std::string_view op, const Operand& operand, Dim n, const Site& at) {
  const Value given = tensor_of(op, operand, kI32);
  if (!is_integer(given.dtype())) {
    throw OpError({.op = std::string(op),
                   .problem = "indices are no integers",
                   .got = {given.shape()},
                   .expected = "integer indices",
                   .hint = is_float(given.dtype()) ? "indices.as(kI32)" : ""},
                  at);
  }
  const Value indices = bits(given.dtype()) < 32 ? given.as(kI32) : given;  // so that n fits
  std::vector<NamedAttribute> holder;
  if (const Array* array = constant_array(given, holder)) {
    std::vector<double> positions = array->to_doubles();
    bool has_negative = false;
    for (double& p : positions) {
      if (p < -static_cast<double>(n) || p >= static_cast<double>(n)) {
        throw OpError({.op = std::string(op),
                       .problem = "index " + std::to_string(static_cast<std::int64_t>(p)) +
                                  " is out of range",
                       .expected = "-" + std::to_string(n) + " <= index < " + std::to_string(n)},
                      at);
      }
      has_negative = has_negative || p < 0;
      p = p < 0 ? p + static_cast<double>(n) : p;
    }
    return has_negative ? constant(from_doubles(indices.shape(), positions)) : indices;
  }
  if (is_unsigned(indices.dtype())) return indices;
  return select(less(indices, 0), indices + n, indices);
}

Value updates_for(std::string_view op, const Operand& operand, Value x, const Dims& dims,
                  const Site& at) {
  const Value u = tensor_of(op, operand, x.dtype());
  const auto refuse = [&](std::string problem, std::string expected) {
    return OpError({.op = std::string(op),
                    .problem = std::move(problem),
                    .got = {x.shape(), u.shape()},
                    .expected = std::move(expected)},
                   at);
  };
  if (!holds(x.dtype(), u.dtype())) {
    throw refuse("the updates' dtype is not held by x's",
                 "updates that convert to " + std::string(name(x.dtype())) + " without loss");
  }
  if (!broadcasts(u.dims(), dims))
    throw refuse("the updates do not fit", "updates that broadcast to " + to_string(dims));
  return convert(broadcast_to(u, dims), x.dtype());
}

}  // namespace hilo
