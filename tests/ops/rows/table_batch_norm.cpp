// Rows of hilo/ops/batch_norm.h.
#include "hilo/ops/batch_norm.h"

#include <cmath>

#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

constexpr double kEpsilon = 1e-3F;

// For every feature: its mean and variance over x, and its sum.
struct Moments {
  std::vector<double> mean, variance, count;
};
Moments moments(const Tensor<double>& x, std::size_t axis) {
  const auto features = static_cast<std::size_t>(x.dims[axis]);
  Moments m{std::vector<double>(features), std::vector<double>(features),
            std::vector<double>(features)};
  const auto each = [&](auto f) {
    for_each_index(x.dims, [&](const Index& i) { f(static_cast<std::size_t>(i[axis]), x.at(i)); });
  };
  each([&](std::size_t c, double v) { m.mean[c] += v, m.count[c] += 1; });
  for (std::size_t c = 0; c < features; ++c) m.mean[c] /= m.count[c];
  each([&](std::size_t c, double v) {
    m.variance[c] += (v - m.mean[c]) * (v - m.mean[c]) / m.count[c];
  });
  return m;
}

Tensor<double> normalized(const Tensors<double>& in, std::size_t axis,
                          const std::vector<double>& mean, const std::vector<double>& variance) {
  return generate<double>(in[0].dims, [&](const Index& i) {
    const auto c = static_cast<std::size_t>(i[axis]);
    return (in[0].at(i) - mean[c]) / std::sqrt(variance[c] + kEpsilon) * in[1].data[c] +
           in[2].data[c];
  });
}

Reference inference(std::size_t axis) {
  return floats(
      [=](const Tensors<double>& in) { return normalized(in, axis, in[3].data, in[4].data); });
}
Reference training(std::size_t axis) {
  return floats([=](const Tensors<double>& in) {
    const Moments m = moments(in[0], axis);
    const Dims features = {in[0].dims[axis]};
    return Tensors<double>{
        normalized(in, axis, m.mean, m.variance), {features, m.mean}, {features, m.variance}};
  });
}
// By the definition of the spec: with x', the normal numbers, d_x = scale / deviation * (d -
// mean(d) - x' mean(d x')).
Reference gradients(std::size_t axis) {
  return floats([=](const Tensors<double>& in) {
    const Dims features = {in[0].dims[axis]};
    Tensor<double> d_scale = generate<double>(features, [](const Index&) { return 0; }),
                   d_offset = d_scale;
    const std::vector<double> count = moments(in[0], axis).count;
    const auto normal = [&](const Index& i) {
      const auto c = static_cast<std::size_t>(i[axis]);
      return (in[0].at(i) - in[2].data[c]) / std::sqrt(in[3].data[c] + kEpsilon);
    };
    for_each_index(in[0].dims, [&](const Index& i) {
      const auto c = static_cast<std::size_t>(i[axis]);
      d_scale.data[c] += in[4].at(i) * normal(i), d_offset.data[c] += in[4].at(i);
    });
    return Tensors<double>{generate<double>(in[0].dims,
                                            [&](const Index& i) {
                                              const auto c = static_cast<std::size_t>(i[axis]);
                                              return in[1].data[c] /
                                                     std::sqrt(in[3].data[c] + kEpsilon) *
                                                     (in[4].at(i) - d_offset.data[c] / count[c] -
                                                      normal(i) * d_scale.data[c] / count[c]);
                                            }),
                           d_scale, d_offset};
  });
}

void add(std::vector<Row>& rows, const std::string& title, const Dims& dims, int axis) {
  const auto place =
      static_cast<std::size_t>(axis < 0 ? axis + static_cast<int>(dims.size()) : axis);
  const Dim features = dims[place];
  const BatchNormOptions options{.epsilon = static_cast<float>(kEpsilon), .feature_axis = axis};
  const Input x{dims}, each{features}, positive = Input{features}.between(0.5, 2);
  rows.push_back(
      Row("batch_norm_inference" + title, {x, each, each, each, positive}, dims,
          [=](In p) { return batch_norm_inference(p[0], p[1], p[2], p[3], p[4], options); })
          .on(kPlainFloats)
          .terms(32)
          .is(inference(place)));
  rows.push_back(Row("batch_norm_training" + title, {x, each, each}, dims,
                     [=](Value a, Value scale, Value offset) {
                       const BatchNormalized y = batch_norm_training(a, scale, offset, options);
                       return std::vector{y.output, y.mean, y.variance};
                     })
                     .on(kPlainFloats)
                     .and_result({features})
                     .and_result({features})
                     .terms(64)
                     .is(training(place)));
  rows.push_back(Row("batch_norm_grad" + title, {x, each, each, positive, x}, dims,
                     [=](In p) {
                       const BatchNormGradients d =
                           batch_norm_grad(p[0], p[1], p[2], p[3], p[4], options);
                       return std::vector{d.d_x, d.d_scale, d.d_offset};
                     })
                     .on(kPlainFloats)
                     .and_result({features})
                     .and_result({features})
                     .terms(64)
                     .is(gradients(place)));
}

void add_drawn(std::vector<Drawn>& drawn) {
  // x, what has its shape, and what has a number for each feature; x has elements, or has no statistics.
  const auto draw_dims = [](Draw& draw, Dims& dims, BatchNormOptions& o) {
    dims = draw.dims(1, 4);
    for (Dim& d : dims) d = std::max<Dim>(d, 2);
    const int axis = draw.axis(dims);
    o = {.epsilon = 0.1F, .feature_axis = axis};
    return Dims{dims[static_cast<std::size_t>(axis)]};
  };
  drawn.push_back({"batch_norm_inference", [=](Draw& draw) {
                     Dims dims;
                     BatchNormOptions o;
                     const Input each(draw_dims(draw, dims, o));
                     return Row({Input(dims), each, each, each, Input(each.dims).between(0.5, 2)},
                                [o](In p) { return batch_norm_inference(p[0], p[1], p[2], p[3], p[4], o); });
                   }});
  drawn.push_back({"batch_norm_training", [=](Draw& draw) {
                     Dims dims;
                     BatchNormOptions o;
                     const Input each(draw_dims(draw, dims, o));
                     return Row({Input(dims), each, each}, [o](Value x, Value scale, Value offset) {
                       const BatchNormalized y = batch_norm_training(x, scale, offset, o);
                       return std::vector{y.output, y.mean, y.variance};
                     });
                   }});
  drawn.push_back({"batch_norm_grad", [=](Draw& draw) {
                     Dims dims;
                     BatchNormOptions o;
                     const Input each(draw_dims(draw, dims, o));
                     return Row({Input(dims), each, each, Input(each.dims).between(0.5, 2), Input(dims)}, [o](In p) {
                       const BatchNormGradients d = batch_norm_grad(p[0], p[1], p[2], p[3], p[4], o);
                       return std::vector{d.d_x, d.d_scale, d.d_offset};
                     });
                   }});
}

}  // namespace

Family batch_norm_rows() {
  Family family{.name = "batch_norm", .rows = {}};
  add(family.rows, "", {4, 3, 2}, -1);
  add(family.rows, " of the first axis", {2, 5}, 0);
  add(family.rows, " of channels in the middle", {2, 3, 4}, 1);
  family.rows.push_back(
      Row("batch_norm_grad is the gradient of batch_norm_training", {{4, 3}, {3}, {4, 3}}, {4, 3},
          [](Value x, Value scale, Value d) {
            const BatchNormalized y = batch_norm_training(x, scale, scale);
            const Value by_rule = vjp(std::vector{y.output}, std::vector{d}, std::vector{x})[0];
            return by_rule - batch_norm_grad(x, scale, y.mean, y.variance, d).d_x;
          })
          .order(0)
          .terms(64)
          .is(floats([](const Tensors<double>& in) {
            return generate<double>(in[0].dims, [](const Index&) { return 0; });
          })));
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
