#include "hilo/ops/known_integers.h"

#include <algorithm>

namespace hilo {
namespace {

// The attribute of that name, in the type that the op gives it.
template <class T>
T attribute(const AnyOp& op, std::string_view name) {
  for (const NamedAttribute& a : op.attributes()) {
    if (a.name == name) return std::get<T>(a.value);
  }
  return {};
}

}  // namespace

Dims known_integers(Value x) {
  if (!x.shape().is_static()) return {};
  const Dims unknown(static_cast<std::size_t>(x.size()), kDynamic);
  const Node& node = x.graph().node_of(x.id());
  if (!node.op || !is_integer(x.dtype())) return unknown;
  const auto operand = [&](std::size_t k) { return Value(x.graph(), node.operands[k]); };
  const std::string_view name = node.op->name();
  if (name == "constant") {
    const Array numbers = attribute<Array>(*node.op, "value").as(DType::kI64);
    const std::span<const std::int64_t> data = numbers.data<std::int64_t>();
    return {data.begin(), data.end()};
  }
  if (name == "get_dimension_size") {
    return {operand(0)
                .dims()[static_cast<std::size_t>(attribute<std::int64_t>(*node.op, "dimension"))]};
  }
  if (name == "convert" || name == "reshape") return known_integers(operand(0));
  if (name == "broadcast_in_dim" && operand(0).size() == 1) {
    return Dims(unknown.size(), known_integers(operand(0))[0]);
  }
  if (name == "concatenate" && x.rank() == 1) {
    Dims all;
    for (std::size_t k = 0; k < node.operands.size(); ++k) {
      const Dims part = known_integers(operand(k));
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }
  return unknown;
}

}  // namespace hilo
