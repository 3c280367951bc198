#include "hilo/nn/layer_norm.h"

#include "hilo/graph/call_site.h"
#include "hilo/nn/layer_checks.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/factor_rules.h"
#include "hilo/ops/formula.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/unary.h"

namespace hilo::nn {
namespace {

void expect_epsilon(std::string_view layer, double epsilon, Value x) {
  if (!(epsilon >= 0))
    refuse_layer(layer, "epsilon is " + std::to_string(epsilon), x, "epsilon >= 0");
}

// Mean 0 and variance 1 over the axes.
Value standardized(Value x, const Axes& axes, double epsilon) {
  const Value distance = x - mean(x, axes, true);
  return distance * rsqrt(mean(distance * distance, axes, true) + epsilon);
}

// y * scale + bias in x's dtype, by the last axis; y is x normalised.
template <class Options>
Value rescaled(const Scope& scope, Value x, Value y, const Options& options) {
  const Shape shape{x.dtype(), {x.dim(-1)}};
  if (options.scale) y = y * scope.variable("scale", shape, options.scale_initializer);
  if (options.bias) y = y + scope.variable("bias", shape, options.bias_initializer);
  return convert(y, x.dtype());
}

// x / sqrt(mean(x^2) + epsilon), in the dtype of statistics.
Value by_root_mean_square(Value x, double epsilon) {
  const Value wide = convert(x, statistics_dtype(x.dtype()));
  return wide * rsqrt(mean(wide * wide, {-1}, true) + epsilon);
}

struct RmsNorm : ByFormula<RmsNorm> {
  static constexpr std::string_view kName = "hilo.rms_norm";
  double epsilon = 0, scale_offset = 0;
  static void fields(auto&& field) {
    field("epsilon", &RmsNorm::epsilon);
    field("scale_offset", &RmsNorm::scale_offset);
  }
  [[nodiscard]] std::vector<Shape> infer(Shapes in) const {
    expect_count(in, 2);
    if (!is_float(in[0].dtype) || in[0].dims.empty() || in[1].dims != Dims{in[0].dim(-1)} || in[1].dtype != in[0].dtype) {
      throw OpError({.problem = "the scale does not fit", .got = {in.begin(), in.end()}, .expected = "floats [..,C] and [C]"});
    }
    return {in[0]};
  }
  [[nodiscard]] Function formula(Shapes in) const {
    return trace(
        [&](std::span<const Value> p) {
          const Value y = by_root_mean_square(p[0], epsilon), scale = convert(p[1], y.dtype());
          return std::vector{convert(y * (scale_offset == 0 ? scale : scale + scale_offset), p[0].dtype())};
        },
        in);
  }
  [[nodiscard]] Function expansion(Shapes in, const std::vector<bool>&) const { return formula(in); }
  // Of few rows the time goes into starting things: one kernel starts where XLA has four.
  [[nodiscard]] Function lowering(std::string_view platform, Shapes in) const {
    if (in[0].dtype != kF32 || in[0].size() > kFewRows * in[1].size()) return {};
    return kernel_for(platform, "hilo_rms_norm", in, infer(in), {{"epsilon", epsilon}, {"scale_offset", scale_offset}});
  }
  static constexpr Dim kFewRows = 8;
};

}  // namespace

Value layer_norm(Scope scope, Value x, const LayerNormOptions& options) {
  const CallSite site(scope.where(), scope.label());
  expect_float_input("layer_norm", x, 1, "[..,C]");
  expect_epsilon("layer_norm", options.epsilon, x);
  return rescaled(scope, x,
                  standardized(convert(x, statistics_dtype(x.dtype())), {-1}, options.epsilon),
                  options);
}

Value group_norm(Scope scope, Value x, const GroupNormOptions& options) {
  const CallSite site(scope.where(), scope.label());
  expect_float_input("group_norm", x, 2, "[B,..,C]");
  expect_epsilon("group_norm", options.epsilon, x);
  expect_positive("group_norm", "groups", options.groups, x);
  if (x.dim(-1) % options.groups != 0) {
    refuse_layer("group_norm",
                 std::to_string(options.groups) + " groups do not divide the channels", x,
                 "[B,..,C], C a multiple of groups");
  }
  Dims grouped = x.dims();
  grouped.back() = options.groups;
  grouped.push_back(x.dim(-1) / options.groups);
  Axes axes;  // all but the batch and the groups
  for (int i = 1; i <= x.rank(); ++i) {
    if (i != x.rank() - 1) axes.push_back(i);
  }
  const Value wide = reshape(convert(x, statistics_dtype(x.dtype())), grouped);  // [B,..,G,C/G]
  return rescaled(scope, x, reshape(standardized(wide, axes, options.epsilon), x.dims()), options);
}

Value instance_norm(Scope scope, Value x, const GroupNormOptions& options) {
  const CallSite site(scope.where(), scope.label());
  expect_float_input("instance_norm", x, 2, "[B,..,C]");
  GroupNormOptions own = options;
  own.groups = x.dim(-1);
  return group_norm(scope, x, own);
}

Value rms_norm(Scope scope, Value x, const RmsNormOptions& options) {
  const CallSite site(scope.where(), scope.label());
  expect_float_input("rms_norm", x, 1, "[..,C]");
  expect_epsilon("rms_norm", options.epsilon, x);
  if (!options.scale) return convert(by_root_mean_square(x, options.epsilon), x.dtype());
  return rms_norm(x, scope.variable("scale", {x.dtype(), {x.dim(-1)}}, constant(1 - options.scale_offset)), options);
}

Value rms_norm(Operand x, Operand scale, const RmsNormOptions& options) {
  return apply(RmsNorm{{}, options.epsilon, options.scale_offset}, {x.value, scale.value}, x.where);
}

}  // namespace hilo::nn
