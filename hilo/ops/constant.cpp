#include "hilo/ops/constant.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

struct Constant {
  static constexpr std::string_view kName = "constant";
  Array value;

  static void fields(auto&& field) { field("value", &Constant::value); }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 0);
    if (!has_elements(value.shape().dtype)) {
      throw OpError({.problem = "there are no constants of this kind", .got = {value.shape()}, .expected = "booleans or numbers"});
    }
    return {value.shape()};
  }
  static constexpr ZeroGradient vjp{}, jvp{};
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    Dims dims = value.shape().dims;
    dims.insert(dims.begin(), b.size);
    return {broadcast_to(constant(value), std::move(dims))};
  }
};

struct Iota {
  static constexpr std::string_view kName = "iota";
  std::int64_t iota_dimension = 0;
  Shape shape{};  // of the result; StableHLO reads it off the type

  static void fields(auto&& field) { field("iota_dimension", &Iota::iota_dimension); }
  void complete(const OpParts& parts) { shape = parts.result(); }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 0);
    expect_kind(std::span(&shape, 1), kNumbers);
    if (iota_dimension < 0 || iota_dimension >= shape.rank()) {
      throw OpError({.problem = "axis " + std::to_string(iota_dimension) + " is out of range", .got = {shape},
                     .expected = "0 <= axis < rank", .constraint = "C1"});
    }
    return {shape};
  }
  static constexpr ZeroGradient vjp{}, jvp{};
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    Shape batched = shape;
    batched.dims.insert(batched.dims.begin(), b.size);
    return {iota(std::move(batched), static_cast<int>(iota_dimension) + 1)};
  }
};

}  // namespace

void list_constant_ops(OpTable& table) {
  table.add<Constant>();
  table.add<Iota>();
}

Value constant(Array array, std::source_location where) { return apply(Constant{std::move(array)}, {}, where); }

Value full(Shape shape, Operand number) {
  const CallSite site(number.where);
  const Value one = tensor_of("full", number, shape.dtype);
  return broadcast_in_dim(one, shape.dims, {});
}

Value zeros(Shape shape, std::source_location where) {
  const CallSite site(where);
  return broadcast_in_dim(constant(Array(Shape{shape.dtype, {}})), std::move(shape.dims), {});
}

Value ones(Shape shape, std::source_location where) {
  const CallSite site(where);
  return broadcast_in_dim(scalar_constant(1, shape.dtype), std::move(shape.dims), {});
}

Value iota(Shape shape, int axis, std::source_location where) {
  return apply(Iota{axis < 0 ? axis + shape.rank() : axis, std::move(shape)}, {}, where);
}

}  // namespace hilo
