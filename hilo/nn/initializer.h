#pragma once
#include <functional>
#include <string>
#include <vector>

#include "hilo/graph/value.h"

namespace hilo::nn {

/// How the first value of a variable is made. Random ones are drawn in f32, for f64 in f64, and
/// take the shape's dtype. Fans are those of the shape: the last axis is what comes out, the one
/// before what goes in, all axes before those the receptive field (a dense kernel is [in,out], a
/// convolution's [height,width,in,out]); both fans of [n] are n.
struct Initializer {
  std::string name;  ///< for summaries: "glorot_uniform"
  /// Builds the value from a random key (u64[2]) and the variable's shape.
  std::function<Value(Value key, const Shape& shape)> build;
};

Initializer zeros();
Initializer ones();
Initializer constant(double value);
/// These numbers, row-major. Throws OpError when it builds if they are not as many as the shape has
/// elements.
Initializer values(std::vector<double> numbers);
/// Even in low..high.
Initializer uniform(double low, double high);
Initializer normal(double deviation, double mean = 0);
/// Normal, drawn again beyond two deviations.
Initializer truncated_normal(double deviation, double mean = 0);
/// Variance 2 / (fan_in + fan_out): for tanh and sigmoid. Source: Glorot and Bengio 2010.
Initializer glorot_uniform();
Initializer glorot_normal();
/// Variance 2 / fan_in: for ReLU. Source: He et al. 2015.
Initializer he_uniform();
Initializer he_normal();
/// Variance 1 / fan_in. Source: LeCun et al. 1998.
Initializer lecun_uniform();
Initializer lecun_normal();
/// Rows (or columns, the fewer) of unit length at right angles to each other, times `gain`; axes
/// before the last are joined. Source: Saxe et al. 2013.
Initializer orthogonal(double gain = 1);
/// For a variable that holds several of a kind along its first axis (the matrices of experts):
/// `each` for every one by itself, of the other axes' shape.
Initializer stacked(Initializer each);

}  // namespace hilo::nn
