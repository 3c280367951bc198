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

Shape Shape::with(DType other) const {
  return bounds().empty() ? Shape{other, dims} : bounded(other, dims, bounds());
}

bool Shape::operator==(const Shape& other) const {
  if (dtype != other.dtype || dims != other.dims) return false;
  if (detail == other.detail) return true;
  return detail && other.detail && *detail == *other.detail;
}

const std::vector<Shape>& Shape::elements() const {
  static const std::vector<Shape> none;
  return detail ? detail->elements : none;
}
const Quantization* Shape::quantization() const {
  return detail && detail->quantization ? &*detail->quantization : nullptr;
}
const Dims& Shape::bounds() const {
  static const Dims none;
  return detail ? detail->bounds : none;
}

Shape Shape::tuple(std::vector<Shape> elements) {
  return {DType::kTuple, {}, std::make_shared<const TypeDetail>(TypeDetail{.elements = std::move(elements)})};
}
Shape Shape::quantized(Quantization quantization, Dims dims) {
  return {DType::kQuantized, std::move(dims), std::make_shared<const TypeDetail>(TypeDetail{.quantization = std::move(quantization)})};
}
Shape Shape::bounded(DType dtype, Dims dims, Dims bounds) {
  return {dtype, std::move(dims), std::make_shared<const TypeDetail>(TypeDetail{.bounds = std::move(bounds)})};
}

Dim Shape::size() const {
  if (!is_static()) return kDynamic;
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

std::string to_string(const Shape& shape) {
  if (shape.dtype == DType::kTuple) return "(" + to_string(Shapes(shape.elements())) + ")";
  std::string text(name(shape.dtype));
  if (const Quantization* q = shape.quantization()) {
    text.append("<").append(name(q->storage)).append(":").append(name(q->expressed)).append(">");
  }
  const Dims& bounds = shape.bounds();
  if (bounds.size() != shape.dims.size()) return text + to_string(shape.dims);
  text += '[';
  for (std::size_t i = 0; i < shape.dims.size(); ++i) {
    if (i > 0) text += ',';
    text += shape.dims[i] == kDynamic ? "?" : std::to_string(shape.dims[i]);
    if (bounds[i] != kDynamic) text += "<=" + std::to_string(bounds[i]);
  }
  return text + ']';
}

std::string to_string(Shapes shapes) {
  std::string text;
  for (const Shape& s : shapes) {
    if (!text.empty()) text += ", ";
    text += to_string(s);
  }
  return text;
}

}  // namespace hilo
