#pragma once
#include <concepts>
#include <cstdint>
#include <source_location>
#include <span>
#include <variant>
#include <vector>

#include "hilo/core/shape.h"

namespace hilo {

class Graph;
struct Sharding;

/// One result of one op: a small handle, copied freely, valid while its Graph lives.
/// A default-made Value is "none"; among cotangents and tangents it stands for zero.
class Value {
 public:
  Value() = default;
  Value(Graph& graph, std::int32_t id) : graph_(&graph), id_(id) {}

  [[nodiscard]] Graph& graph() const { return *graph_; }
  /// Position among all values of its graph; an op's operands have smaller ids than its results.
  [[nodiscard]] std::int32_t id() const { return id_; }
  explicit operator bool() const { return graph_ != nullptr; }

  [[nodiscard]] const Shape& shape() const;
  [[nodiscard]] DType dtype() const { return shape().dtype; }
  [[nodiscard]] const Dims& dims() const { return shape().dims; }
  [[nodiscard]] int rank() const { return shape().rank(); }
  [[nodiscard]] Dim size() const { return shape().size(); }
  /// Length of an axis; negative counts from the back. Throws OpError if there is no such axis.
  [[nodiscard]] Dim dim(int axis,
                        std::source_location where = std::source_location::current()) const;
  /// The same numbers as `dtype`: `convert` of hilo/ops/convert.h, where this is defined.
  [[nodiscard]] Value as(DType dtype,
                         std::source_location where = std::source_location::current()) const;

  /// How it is laid over the devices of a mesh (`with_sharding`); null where nothing is said.
  [[nodiscard]] const Sharding* sharding() const;

  /// Same handle, not same numbers: `equal` of hilo/ops compares numbers.
  bool is(Value other) const { return graph_ == other.graph_ && id_ == other.id_; }

 private:
  Graph* graph_ = nullptr;
  std::int32_t id_ = -1;
};

/// A C++ number in a formula, before it takes the dtype of the tensor beside it.
using Scalar = std::variant<bool, std::int64_t, std::uint64_t, double>;

/// What an op takes: a Value or a C++ number, plus the line that passed it, so that even `a + b`
/// can say where it went wrong.
struct Operand {
  Operand(Value v, std::source_location at = std::source_location::current())
      : value(v), where(at) {}
  template <class T>
    requires(std::integral<T> || std::floating_point<T>)
  Operand(T number, std::source_location at = std::source_location::current()) : is_number(true), where(at) {
    if constexpr (std::same_as<T, bool>) {
      scalar = number;
    } else if constexpr (std::floating_point<T>) {
      scalar = static_cast<double>(number);
    } else if constexpr (std::unsigned_integral<T>) {
      scalar = static_cast<std::uint64_t>(number);
    } else {
      scalar = static_cast<std::int64_t>(number);
    }
  }

  /// None where the operand is a number (or an empty Value, which ops refuse).
  Value value;
  bool is_number = false;
  Scalar scalar;
  std::source_location where;
};

/// Several operands: `concatenate({a, b}, 0)`, a vector or a span of Values.
struct Operands {
  Operands(std::initializer_list<Value> list,
           std::source_location at = std::source_location::current())
      : values(list), where(at) {}
  Operands(std::vector<Value> list, std::source_location at = std::source_location::current())
      : values(std::move(list)), where(at) {}
  Operands(std::span<const Value> list,
           std::source_location at = std::source_location::current())
      : values(list.begin(), list.end()), where(at) {}

  std::vector<Value> values;
  std::source_location where;
};

}  // namespace hilo
