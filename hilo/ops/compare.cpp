#include "hilo/ops/compare.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/rules.h"

namespace hilo {
namespace {

enum class ComparisonDirection { kEQ, kNE, kGE, kGT, kLE, kLT };
EnumWords words_of(ComparisonDirection) { return {"comparison_direction", {"EQ", "NE", "GE", "GT", "LE", "LT"}}; }
enum class ComparisonType { kFloat, kTotalOrder, kSigned, kUnsigned };
EnumWords words_of(ComparisonType) { return {"comparison_type", {"FLOAT", "TOTALORDER", "SIGNED", "UNSIGNED"}}; }

ComparisonType usual_type(DType dtype) {
  if (is_float(dtype) || is_complex(dtype)) return ComparisonType::kFloat;
  return is_integer(dtype) && is_signed(dtype) ? ComparisonType::kSigned : ComparisonType::kUnsigned;
}

struct Compare : ElementwiseBatch<Compare> {
  static constexpr std::string_view kName = "compare";
  ComparisonDirection comparison_direction = ComparisonDirection::kEQ;
  std::optional<ComparisonType> compare_type{};

  static void fields(auto&& field) {
    field("comparison_direction", &Compare::comparison_direction);
    field("compare_type", &Compare::compare_type);
  }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 2);
    const Shape both = under("C1, C2", [&] { return expect_equal_shapes(in); });
    const bool is_order = comparison_direction != ComparisonDirection::kEQ && comparison_direction != ComparisonDirection::kNE;
    expect_kind(in, is_order ? kBools | kReals : kAnyKind);  // complex numbers have no order
    if (compare_type == ComparisonType::kTotalOrder) expect_kind(in, kFloats);
    if (compare_type && *compare_type != ComparisonType::kTotalOrder && *compare_type != usual_type(in[0].dtype)) {
      throw OpError({.problem = "compare_type = " + std::string(words_of(*compare_type).words[static_cast<std::size_t>(*compare_type)]) +
                                " does not fit " + std::string(name(in[0].dtype)),
                     .expected = "SIGNED, UNSIGNED (booleans too) or FLOAT (complex numbers too), as the dtype is", .constraint = "C3"});
    }
    return {both.with(DType::kI1)};
  }
  static constexpr ZeroGradient vjp{}, jvp{};
};

Value compare(const Operand& a, const Operand& b, ComparisonDirection direction, std::string_view name,
              std::optional<ComparisonType> type = {}) {
  Compare op;
  op.comparison_direction = direction;
  op.compare_type = type;
  return apply(std::move(op), promote(name, {a, b}), a.where);
}

}  // namespace

void list_compare_ops(OpTable& table) { table.add<Compare>(); }

Value equal(Operand a, Operand b) { return compare(a, b, ComparisonDirection::kEQ, "equal"); }
Value not_equal(Operand a, Operand b) { return compare(a, b, ComparisonDirection::kNE, "not_equal"); }
Value less(Operand a, Operand b) { return compare(a, b, ComparisonDirection::kLT, "less"); }
Value less_equal(Operand a, Operand b) { return compare(a, b, ComparisonDirection::kLE, "less_equal"); }
Value greater(Operand a, Operand b) { return compare(a, b, ComparisonDirection::kGT, "greater"); }
Value greater_equal(Operand a, Operand b) { return compare(a, b, ComparisonDirection::kGE, "greater_equal"); }
Value less_total_order(Operand a, Operand b) {
  return compare(a, b, ComparisonDirection::kLT, "less_total_order", ComparisonType::kTotalOrder);
}

}  // namespace hilo
