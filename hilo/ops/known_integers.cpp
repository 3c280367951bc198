#include "hilo/ops/known_integers.h"

#include <algorithm>
#include <cstdlib>
#include <map>

namespace hilo {
namespace {

constexpr Dim kLongest = 64;        // of a list that is worked out
constexpr std::size_t kMost = 2000;  // values looked at for one answer

// The attribute of that name, in the type that the op gives it.
template <class T>
T attribute(const AnyOp& op, std::string_view name) {
  for (const NamedAttribute& a : op.attributes()) {
    if (a.name == name) return std::get<T>(a.value);
  }
  return {};
}

// As XLA computes in i64, as far as lengths of axes need it; kDynamic where it is no length.
Dim combined(std::string_view name, Dim a, Dim b) {
  Dim result = 0;
  if (name == "add") return __builtin_add_overflow(a, b, &result) ? kDynamic : result;
  if (name == "subtract") return __builtin_sub_overflow(a, b, &result) ? kDynamic : result;
  if (name == "multiply") return __builtin_mul_overflow(a, b, &result) ? kDynamic : result;
  if (name == "maximum") return std::max(a, b);
  if (name == "minimum") return std::min(a, b);
  if (name == "and") return a & b;
  if (name == "or") return a | b;
  if (name == "xor") return a ^ b;
  if (b == 0) return kDynamic;  // which nobody means
  if (name == "divide") return a / b;
  return a % b;  // remainder
}

bool compared(std::string_view direction, Dim a, Dim b) {
  if (direction == "EQ") return a == b;
  if (direction == "NE") return a != b;
  if (direction == "LT") return a < b;
  if (direction == "LE") return a <= b;
  return direction == "GT" ? a > b : a >= b;
}

class Evaluator {
 public:
  explicit Evaluator(const Graph& graph) : graph_(graph) {}

  void assume(Value value, Dims numbers) { known_.insert_or_assign(value.id(), std::move(numbers)); }

  // One number an element, kDynamic for those that are not known.
  const Dims& of(std::int32_t value) {
    const auto found = known_.find(value);
    if (found != known_.end()) return found->second;
    Dims numbers(static_cast<std::size_t>(graph_.shape(value).size()), kDynamic);
    if (known_.size() < kMost && depth_ < kDeepest) {
      ++depth_;
      evaluate(value, numbers);
      --depth_;
      for (Dim& d : numbers) {
        if (!fits(graph_.shape(value).dtype, d)) d = kDynamic;
      }
    }
    return known_.emplace(value, std::move(numbers)).first->second;
  }

 private:
  static constexpr int kDeepest = 200;
  static bool is_small(const Shape& s) {
    return s.is_static() && s.rank() <= 2 && s.size() <= kLongest && (is_integer(s.dtype) || is_bool(s.dtype));
  }

  // What wraps round in the dtype of the graph is not worked out.
  static bool fits(DType dtype, Dim number) {
    if (is_bool(dtype)) return number == 0 || number == 1;
    const int width = static_cast<int>(bits(dtype));
    if (kind(dtype) == DTypeKind::kUnsigned) return number >= 0 && (width >= 63 || number < Dim{1} << width);
    return width >= 64 || (number >= -(Dim{1} << (width - 1)) && number < Dim{1} << (width - 1));
  }

  void evaluate(std::int32_t value, Dims& numbers) {
    const Node& node = graph_.node_of(value);
    if (!node.op) return;
    const std::string_view name = node.op->name();
    const auto shape_of_operand = [&](std::size_t k) -> const Shape& { return graph_.shape(node.operands[k]); };
    if (name == "get_dimension_size") {
      numbers[0] = shape_of_operand(0).dims[static_cast<std::size_t>(attribute<std::int64_t>(*node.op, "dimension"))];
      return;
    }
    for (std::size_t k = 0; k < node.operands.size(); ++k) {
      if (!is_small(shape_of_operand(k))) return;
    }
    const auto operand = [&](std::size_t k) -> const Dims& { return of(node.operands[k]); };
    const bool is_list = graph_.shape(value).rank() == 1;
    if (name == "constant") {
      const Array all = attribute<Array>(*node.op, "value").as(DType::kI64);
      std::ranges::copy(all.data<std::int64_t>(), numbers.begin());
    } else if (name == "convert" || name == "reshape") {
      numbers = operand(0);
    } else if (name == "negate" || name == "sign" || name == "abs" || name == "not") {
      const bool flips = is_bool(graph_.shape(value).dtype);
      numbers = operand(0);
      for (Dim& d : numbers) {
        if (d == kDynamic) continue;
        if (name == "negate") d = -d;
        if (name == "sign") d = (d > 0) - (d < 0);
        if (name == "abs") d = std::abs(d);
        if (name == "not") d = flips ? !d : ~d;
      }
    } else if (name == "clamp") {
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        const Dim low = element(operand(0), i), x = operand(1)[i], high = element(operand(2), i);
        if (low != kDynamic && x != kDynamic && high != kDynamic) numbers[i] = std::min(std::max(x, low), high);
      }
    } else if (name == "broadcast_in_dim") {
      const Dims& from = operand(0);
      if (from.size() == 1) numbers.assign(numbers.size(), from[0]);
      else if (from.size() == numbers.size() && is_list) numbers = from;
    } else if (name == "concatenate" && attribute<std::int64_t>(*node.op, "dimension") == 0) {
      numbers.clear();
      for (std::size_t k = 0; k < node.operands.size(); ++k) numbers.insert(numbers.end(), operand(k).begin(), operand(k).end());
    } else if (name == "slice" && is_list) {
      const Dims& from = operand(0);
      const auto start = attribute<Dims>(*node.op, "start_indices"), step = attribute<Dims>(*node.op, "strides");
      for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = from[static_cast<std::size_t>(start[0] + static_cast<Dim>(i) * step[0])];
    } else if (name == "select" && shape_of_operand(0).dims == shape_of_operand(1).dims) {
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        const Dim which = operand(0)[i];
        if (which != kDynamic) numbers[i] = operand(which != 0 ? 1 : 2)[i];
      }
    } else if (name == "compare") {
      const auto direction = attribute<EnumAttribute>(*node.op, "comparison_direction").value;
      pairwise(node, numbers, [&](Dim a, Dim b) { return static_cast<Dim>(compared(direction, a, b)); });
    } else if (std::ranges::find(kPairwise, name) != std::end(kPairwise) &&
               (is_integer(graph_.shape(value).dtype) || is_logical(name))) {
      pairwise(node, numbers, [&](Dim a, Dim b) { return combined(name, a, b); });
    }
  }

  static constexpr std::string_view kPairwise[] = {"add",    "subtract",  "multiply", "maximum", "minimum",
                                                   "divide", "remainder", "and",      "or",      "xor"};
  static bool is_logical(std::string_view name) { return name == "and" || name == "or" || name == "xor"; }
  // Of a list, or the one number that stands for all of them.
  static Dim element(const Dims& of, std::size_t i) { return of.size() == 1 ? of[0] : of[i]; }
  void pairwise(const Node& node, Dims& numbers, auto&& f) {
    const Dims a = of(node.operands[0]), b = of(node.operands[1]);
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (a[i] != kDynamic && b[i] != kDynamic) numbers[i] = f(a[i], b[i]);
    }
  }

  const Graph& graph_;
  std::map<std::int32_t, Dims> known_;
  int depth_ = 0;
};

}  // namespace

Dims known_integers(Value x) {
  if (!x.shape().is_static() || x.size() > kLongest) return {};
  if (!is_integer(x.dtype())) return Dims(static_cast<std::size_t>(x.size()), kDynamic);
  return Evaluator(x.graph()).of(x.id());
}

std::vector<Dims> known_results(const Function& f, std::span<const Dims> parameters) {
  Evaluator evaluator(f.graph());
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (!parameters[k].empty()) evaluator.assume(f.parameters()[k], parameters[k]);
  }
  std::vector<Dims> results;
  for (const Value& r : f.results()) {
    const bool is_counted = r.shape().is_static() && r.size() <= kLongest && (is_integer(r.dtype()) || is_bool(r.dtype()));
    results.push_back(is_counted ? evaluator.of(r.id()) : Dims());
  }
  return results;
}

Dims known_dims(Value lengths, const Dims& declared) {
  Dims known = known_integers(lengths);
  if (known.size() != declared.size()) return declared;
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (known[i] == kDynamic) known[i] = declared[i];
  }
  return known;
}

}  // namespace hilo
