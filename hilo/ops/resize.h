#pragma once
#include <vector>

#include "hilo/graph/value.h"

// Pictures, and other grids, at other sizes and at places between their points.
namespace hilo {

/// What a point between the points of a grid is made of: the nearest one, or a sum weighted by a
/// triangle, Keys' cubic (a = -0.5), or a windowed sinc of that radius.
enum class ResizeMethod : std::uint8_t { kNearest, kLinear, kCubic, kLanczos3, kLanczos5 };

struct ResizeOptions {
  ResizeMethod method = ResizeMethod::kLinear;
  bool antialias = true;  ///< when shrinking, every point counts
};
/// x scaled along every axis to `dims`; the corners of the outermost cells keep their places.
/// Integers become f32, but for kNearest.
/// Throws:  OpError unless there is a length of at least 1 for each axis.
/// Cost:    a product with a matrix for each axis that changes; kNearest: a look-up.
/// Source:  jax.image.resize.
Value resize(Operand x, Dims dims, ResizeOptions options = {});

/// x along `axes` scaled and moved: the place p of x goes to p * scale + translation; what lies
/// outside of x is 0.
/// Shapes:  scale, translation [axes]; the result has `dims`, of x's rank.
/// Throws:  OpError if lists do not fit, other axes change, or the method is kNearest.
/// Gradient: to all three.
/// Source:  jax.image.scale_and_translate.
Value scale_and_translate(Operand x, Dims dims, Axes axes, Operand scale, Operand translation,
                          ResizeOptions options = {});

/// What is beyond the edges: `fill`, the edge, the other end, the mirror image with the edge once
/// or twice.
enum class Beyond : std::uint8_t { kFill, kNearest, kWrap, kMirror, kReflect };
struct MapOptions {
  int order = 1;  ///< 0: the nearest point; 1: linear between points
  Beyond beyond = Beyond::kFill;
  double fill = 0;
};
/// x at the places that `coordinates` say, a tensor for each axis, all of one shape, which the
/// result has.
/// Throws:  OpError for other numbers of tensors, and orders above 1.
/// Source:  jax.scipy.ndimage.map_coordinates.
Value map_coordinates(Operand x, Operands coordinates, MapOptions options = {});

}  // namespace hilo
