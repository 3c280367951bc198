#include "hilo/ops/batch_norm.h"

#include "hilo/ops/all_ops.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/formula.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

using In = std::span<const Value>;

// What the three ops share. Operand `kLikeX` has the shape of x; those behind x have a number for
// each feature.
template <class Self>
struct BatchNorm : ByFormula<Self> {
  Float32Attribute epsilon{};
  std::int64_t feature_index = 0;

  static void fields(auto&& field) {
    field("epsilon", &Self::epsilon);
    field("feature_index", &Self::feature_index);
  }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, Self::kOperands);
    expect_kind(in, kFloats);
    if (feature_index < 0 || feature_index >= in[0].rank()) {
      throw OpError({.problem = "axis " + std::to_string(feature_index) + " is out of range",
                     .expected = "0 <= axis < rank", .constraint = "C1"});  // C1
    }
    const Shape each{in[0].dtype, {in[0].dims[static_cast<std::size_t>(feature_index)]}};
    for (std::size_t k = 1; k < in.size(); ++k) {
      if (in[k] != (k == Self::kLikeX ? in[0] : each)) {
        throw OpError({.problem = "operand " + std::to_string(k) + " does not fit x",
                       .expected = to_string(k == Self::kLikeX ? in[0] : each), .constraint = "C2-C7"});
      }
    }
    std::vector<Shape> out(Self::kResults, each);
    out[0] = in[0];
    return out;
  }
  [[nodiscard]] Function formula(Shapes in) const {
    return trace([this](In p) { return static_cast<const Self*>(this)->composed(p); }, in);
  }

  // [C] against x's axes.
  [[nodiscard]] Value along(Value each, Value x) const {
    return broadcast_in_dim(each, x.dims(), {feature_index});
  }
  // All axes but that of the features.
  [[nodiscard]] Axes others(Value x) const {
    Axes axes;
    for (std::int64_t i = 0; i < x.rank(); ++i) {
      if (i != feature_index) axes.push_back(i);
    }
    return axes;
  }
  [[nodiscard]] Value total(Value x) const { return x.rank() == 1 ? x : sum(x, others(x)); }  // [C]
  [[nodiscard]] Value average(Value x) const { return x.rank() == 1 ? x : mean(x, others(x)); }
  [[nodiscard]] Value deviation(Value variance, Value x) const {
    return along(sqrt(variance + epsilon.value), x);
  }
};

struct Inference : BatchNorm<Inference> {
  static constexpr std::string_view kName = "batch_norm_inference";
  static constexpr std::size_t kOperands = 5, kResults = 1, kLikeX = 0;
  [[nodiscard]] std::vector<Value> composed(In p) const {
    const Value x = p[0];
    return {(x - along(p[3], x)) / deviation(p[4], x) * along(p[1], x) + along(p[2], x)};
  }
};

struct Training : BatchNorm<Training> {
  static constexpr std::string_view kName = "batch_norm_training";
  static constexpr std::size_t kOperands = 3, kResults = 3, kLikeX = 0;
  [[nodiscard]] std::vector<Value> composed(In p) const {
    const Value x = p[0], middle = average(x), centred = x - along(middle, x);
    const Value variance = average(centred * centred);  // [C]
    return {centred / deviation(variance, x) * along(p[1], x) + along(p[2], x), middle, variance};
  }
};

struct Grad : BatchNorm<Grad> {
  static constexpr std::string_view kName = "batch_norm_grad";
  static constexpr std::size_t kOperands = 5, kResults = 3, kLikeX = 4;
  [[nodiscard]] std::vector<Value> composed(In p) const {
    const Value x = p[0], d = p[4], deviations = deviation(p[3], x);
    const Value normal = (x - along(p[2], x)) / deviations;
    const Value d_scale = total(d * normal), d_offset = total(d);  // [C]
    const double count = static_cast<double>(x.size()) / static_cast<double>(d_offset.size());
    const Value rest = d - along(d_offset, x) / count - normal * along(d_scale, x) / count;
    return {along(p[1], x) / deviations * rest, d_scale, d_offset};
  }
};

template <class Op>
std::vector<Value> batch_norm(std::initializer_list<Value> operands,
                              const BatchNormOptions& options, std::source_location where) {
  Op op;
  op.epsilon.value = options.epsilon;
  op.feature_index = options.feature_axis < 0 && operands.begin()->rank() > 0
                         ? options.feature_axis + operands.begin()->rank()
                         : options.feature_axis;
  return apply_all(std::move(op), std::vector<Value>(operands), where);
}

}  // namespace

void list_batch_norm_ops(OpTable& table) {
  table.add<Inference>();
  table.add<Training>();
  table.add<Grad>();
}

Value batch_norm_inference(Operand x, Operand scale, Operand offset, Operand mean, Operand variance,
                           BatchNormOptions options) {
  return batch_norm<Inference>({x.value, scale.value, offset.value, mean.value, variance.value},
                               options, x.where)[0];
}

BatchNormalized batch_norm_training(Operand x, Operand scale, Operand offset,
                                    BatchNormOptions options) {
  const std::vector<Value> y =
      batch_norm<Training>({x.value, scale.value, offset.value}, options, x.where);
  return {y[0], y[1], y[2]};
}

BatchNormGradients batch_norm_grad(Operand x, Operand scale, Operand mean, Operand variance,
                                   Operand d_output, BatchNormOptions options) {
  const std::vector<Value> d = batch_norm<Grad>(
      {x.value, scale.value, mean.value, variance.value, d_output.value}, options, x.where);
  return {d[0], d[1], d[2]};
}

}  // namespace hilo
