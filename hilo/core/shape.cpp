#include "hilo/core/shape.h"

#include <algorithm>

#include "hilo/core/error.h"

namespace hilo {

Dim Shape::dim(int i) const {
  const int axis = i < 0 ? i + rank() : i;
  if (axis < 0 || axis >= rank()) {
    throw OpError({.op = "dim",
                   .problem = "axis " + std::to_string(i) + " is out of range",
                   .got = {*this},
                   .expected = "-rank <= axis < rank"});
  }
  return dims[static_cast<std::size_t>(axis)];
}

Dim Shape::size() const {
  Dim product = 1;
  for (Dim d : dims) product *= d;
  return product;
}

bool Shape::is_static() const {
  return std::find(dims.begin(), dims.end(), kDynamic) == dims.end();
}

Dims strides(const Dims& dims) {
  Dims result(dims.size(), 1);
  for (std::size_t i = dims.size(); i-- > 1;) result[i - 1] = result[i] * dims[i];
  return result;
}

Dim checked_size(std::span<const Dim> dims) {
  Dim product = 1;
  for (Dim d : dims) {
    if (d < 0) throw Error("negative dimension in " + to_string(Dims(dims.begin(), dims.end())));
    if (__builtin_mul_overflow(product, d, &product)) {
      throw Error("too many elements in " + to_string(Dims(dims.begin(), dims.end())));
    }
  }
  return product;
}

std::string to_string(const Dims& dims) {
  std::string text = "[";
  for (std::size_t i = 0; i < dims.size(); ++i) {
    if (i > 0) text += ',';
    text += dims[i] == kDynamic ? "?" : std::to_string(dims[i]);
  }
  return text + "]";
}

std::string to_string(const Shape& shape) { return std::string(name(shape.dtype)) + to_string(shape.dims); }

std::string to_string(Shapes shapes) {
  std::string text;
  for (const Shape& s : shapes) {
    if (!text.empty()) text += ", ";
    text += to_string(s);
  }
  return text;
}

}  // namespace hilo
