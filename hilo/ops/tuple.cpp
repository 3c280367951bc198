#include "hilo/ops/tuple.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

struct WithoutGradient {
  static constexpr Unsupported vjp{"a tuple has no cotangent; use its elements"};
  static constexpr Unsupported jvp{"a tuple has no tangent; use its elements"};
};

struct Tuple : WithoutGradient, NoFields {
  static constexpr std::string_view kName = "tuple";
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    return {Shape::tuple({in.begin(), in.end()})};
  }  // C1
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return {hilo::tuple(all_batched(b))};
  }
};

struct GetTupleElement : WithoutGradient {
  static constexpr std::string_view kName = "get_tuple_element";
  Int32Attribute index{};
  static void fields(auto&& field) { field("index", &GetTupleElement::index); }

  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 1);
    const std::vector<Shape>& elements = in[0].elements();
    if (index.value < 0 || index.value >= std::ssize(elements)) {
      throw OpError({.problem = "no element " + std::to_string(index.value),
                     .expected = "a tuple with more elements than that", .constraint = "C1"});
    }
    return {elements[static_cast<std::size_t>(index.value)]};  // C2
  }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const {
    return {get_tuple_element(b.in[0], index.value)};
  }
};

}  // namespace

void list_tuple_ops(OpTable& table) {
  table.add<Tuple>();
  table.add<GetTupleElement>();
}

Value tuple(Operands elements) { return apply(Tuple{}, elements.values, elements.where); }

Value get_tuple_element(Operand x, int index) {
  GetTupleElement op;
  op.index.value = index;
  return apply(op, {x.value}, x.where);
}

}  // namespace hilo
