#pragma once
#include <functional>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/graph/graph.h"
#include "tests/ops/rows/reference.h"

// The table that all ops are tested by. A row is a function of values with the operands it is tried on; what is checked
// of it stands in conformance_test.cpp, gradient_test.cpp and batching_test.cpp. An op with a derivative is also drawn
// at random shapes (drawn.h).
namespace hilo::test {

using DTypes = std::vector<DType>;
inline const DTypes kBoolean = {kI1};
inline const DTypes kIntegers = {DType::kI2, DType::kI4, kI8, kI16, kI32, kI64,
                                 DType::kU2, DType::kU4, kU8, kU16, kU32, kU64};
inline const DTypes kSignedIntegers = {DType::kI2, DType::kI4, kI8, kI16, kI32, kI64};
/// Floats that are stored, moved and multiplied, but have no exp.
inline const DTypes kSmallFloats = {DType::kF4E2M1FN,      DType::kF8E3M4,   DType::kF8E4M3, DType::kF8E4M3B11FNUZ,
                                    DType::kF8E4M3FN,      DType::kF8E4M3FNUZ, DType::kF8E5M2, DType::kF8E5M2FNUZ};
inline const DTypes kPlainFloats = {kBF16, kF16, kF32, kF64};
inline const DTypes kComplexNumbers = {kC64, kC128};
DTypes operator+(DTypes a, const DTypes& b);
/// The list without its integers and floats of fewer bits.
DTypes from_bits(int least_bits, DTypes list);

/// An operand of a row: its dims, its dtype if it is not the one that the row is tried in, and what numbers it holds.
struct Input {
  Input() = default;
  Input(std::initializer_list<Dim> list) : dims(list) {}
  explicit Input(Dims list) : dims(std::move(list)) {}

  /// Of this dtype, whatever the row is tried in; not differentiated.
  Input& as(DType d) { return dtype = d, *this; }
  /// Random numbers of [low, high] (-2 to 2 if not said); in both parts of complex ones.
  Input& between(double low_, double high_) { return low = low_, high = high_, *this; }
  /// Nothing closer than 0.05 to these: where derivatives jump.
  Input& avoiding(std::vector<double> kinks_) { return kinks = std::move(kinks_), *this; }
  /// No two alike, and far enough apart that a small step changes no order.
  Input& distinct() { return is_distinct = true, *this; }
  /// Multiples of `step` only, moved by `offset`: for two operands that must not tie.
  Input& multiples_of(double step_, double offset_ = 0) { return step = step_, offset = offset_, *this; }
  /// These numbers, row-major.
  Input& of(std::vector<double> numbers) { return values = std::move(numbers), *this; }
  /// Not differentiated.
  Input& constant() { return is_constant = true, *this; }

  Dims dims{};
  std::optional<DType> dtype{};
  double low = -2, high = 2, step = 0, offset = 0;
  std::vector<double> kinks{}, values{};
  bool is_distinct = false, is_constant = false;
};

inline Shape f32(Dims dims) { return {kF32, std::move(dims)}; }
inline Shape i32(Dims dims) { return {kI32, std::move(dims)}; }

/// An operand of explicit numbers: `vector({1, 2, 3})`.
inline Input vector(std::vector<double> numbers) { return Input({static_cast<Dim>(numbers.size())}).of(std::move(numbers)); }

struct Result {
  Dims dims{};
  std::optional<DType> dtype{};  ///< if it is not the one that the row is tried in
};

/// A function of up to four Values, or of a span of them, that gives one or a vector of them, as a BuildFn.
template <class F>
BuildFn build_fn(F fn) {
  struct List {
    static std::vector<Value> of(Value one) { return {one}; }
    static std::vector<Value> of(std::vector<Value> all) { return all; }
  };
  return [fn](std::span<const Value> x) {
    if constexpr (std::is_invocable_v<F>) return List::of(fn());
    else if constexpr (std::is_invocable_v<F, Value>) return List::of(fn(x[0]));
    else if constexpr (std::is_invocable_v<F, Value, Value>) return List::of(fn(x[0], x[1]));
    else if constexpr (std::is_invocable_v<F, Value, Value, Value>) return List::of(fn(x[0], x[1], x[2]));
    else if constexpr (std::is_invocable_v<F, Value, Value, Value, Value>) return List::of(fn(x[0], x[1], x[2], x[3]));
    else return List::of(fn(x));
  };
}
using In = std::span<const Value>;

/// One op, or composite, with certain options on certain operands.
class Row {
 public:
  /// `f` takes Values (up to four), or a span of them, and gives one or a vector of them.
  template <class F>
  Row(std::string title, std::vector<Input> operands, Dims result, F function,
      std::source_location at = std::source_location::current())
      : name(std::move(title)), inputs(std::move(operands)), results{{std::move(result), {}}}, f(build_fn(function)), where(at) {}

  /// As it is drawn for the sweep of derivatives, which needs no result and runs in f64, f32 and bf16.
  template <class F>
  Row(std::vector<Input> operands, F function, std::source_location at = std::source_location::current())
      : inputs(std::move(operands)), f(build_fn(function)), where(at), dtypes({kF64, kF32, kBF16}) {}

  /// The result, or the results, have this dtype.
  Row& to(DType d) { return results.back().dtype = d, *this; }
  /// One more result.
  Row& and_result(Dims dims, std::optional<DType> d = {}) { return results.push_back({std::move(dims), d}), *this; }
  /// Run in exactly these dtypes; all others must be refused.
  Row& on(DTypes list) { return dtypes = std::move(list), is_exact = true, *this; }
  /// Run in these dtypes (f32 and f64 if not said).
  Row& in(DTypes list) { return dtypes = std::move(list), *this; }
  /// Must equal this, element by element.
  Row& is(Reference r) { return reference = std::move(r), *this; }
  /// How many roundings the result is allowed for.
  Row& terms(double n) { return rounding_terms = n, *this; }
  /// How often it can be differentiated: 0, 1 or 2 (if not said).
  Row& order(int n) { return derivative_order = n, *this; }
  /// The sweep of derivatives tries this function on other shapes too, all operands of one, or broadcasting.
  Row& at_any_shape() { return has_any_shape = true, *this; }
  /// Its rules are meant not to be the derivative of what it computes, but of this function.
  template <class F>
  Row& derivative_of(F function) { return differences_of = build_fn(function), *this; }
  /// Given gradients, a list an input, for cotangents of one: at kinks and ties, where differences say nothing.
  Row& gradients(std::vector<std::vector<double>> d) { return given_gradients = std::move(d), derivative_order = 0, *this; }
  /// Rules that say why they are not there.
  Row& no_reverse(std::string reason) { return reverse_refusal = std::move(reason), *this; }
  Row& no_forward(std::string reason) { return forward_refusal = std::move(reason), *this; }
  Row& no_batching(std::string reason, int operand = -1) {  // of that operand, or at all
    return batching_refusal = std::move(reason), batching_refused_operand = operand, *this;
  }
  /// Two runs or two ways of batching may differ: the results are not compared, only their shapes.
  Row& unpredictable() { return is_predictable = false, *this; }
  /// Built and compiled, but not run: it would wait for a host that feeds it. With a text: the CPU plugin does not compile
  /// it, and says this.
  Row& not_run(std::string refusal = {}) { return is_run = false, plugin_refusal = std::move(refusal), *this; }

  std::string name;
  std::vector<Input> inputs;
  std::vector<Result> results;
  BuildFn f;
  std::source_location where;
  DTypes dtypes = {kF32, kF64};
  bool is_exact = false, is_predictable = true, is_run = true, has_any_shape = false;
  Reference reference{};
  BuildFn differences_of{};
  double rounding_terms = 4;
  int derivative_order = 2;
  std::vector<std::vector<double>> given_gradients{};
  std::string reverse_refusal{}, forward_refusal{}, batching_refusal{}, plugin_refusal{};
  int batching_refused_operand = -1;
};

/// A call that must be refused, and what the message must say. `call` stands on the row's first line or the ones below.
struct Refused {
  template <class F>
  Refused(std::string name, std::vector<Shape> in, F f, std::string what, std::string rule, std::string cure = {},
          std::source_location at = std::source_location::current())
      : op(std::move(name)), operands(std::move(in)), call(build_fn(f)), problem(std::move(what)), expected(std::move(rule)),
        hint(std::move(cure)), where(at) {}

  std::string op;
  std::vector<Shape> operands;
  BuildFn call;
  std::string problem, expected, hint;
  std::source_location where;
};

class Draw;

/// How the sweep of derivatives tries an op: `row` draws its shapes, and what depends on them.
struct Drawn {
  std::string name;
  std::function<Row(Draw&)> row;
};

/// The rows of one file of ops.
struct Family {
  std::string name;
  std::vector<Row> rows;
  std::vector<Drawn> drawn{};
};

/// All of them: a new family, and a new file of refusals, adds its line in tables.cpp.
const std::vector<Family>& families();
const std::vector<Refused>& refusals();

}  // namespace hilo::test
