#include "hilo/stablehlo/type_text.h"

#include <optional>

#include "hilo/stablehlo/attribute_text.h"

namespace hilo::stablehlo {
namespace {

std::string dim_text(Dim d) { return d == kDynamic ? "?" : std::to_string(d); }

// `!quant.uniform<i8<-127:127>:f32:1, {1.0e-01:3, 2.0e-01:0}>`
void append_quantization(std::string& text, const Quantization& q) {
  text.append("!quant.uniform<").append(name(q.storage));
  if (q.storage_min || q.storage_max) {
    const auto end = [](const std::optional<std::int64_t>& given, double all) { return std::to_string(given.value_or(static_cast<std::int64_t>(all))); };
    text.append("<").append(end(q.storage_min, min_finite(q.storage))).append(":").append(end(q.storage_max, max_finite(q.storage))).append(">");
  }
  text.append(":").append(mlir_name(q.expressed));
  if (q.axis) text.append(":").append(std::to_string(*q.axis));
  text += q.axis ? ", {" : ", ";
  for (std::size_t i = 0; i < q.scales.size(); ++i) {
    if (i > 0) text += ", ";
    append_real(text, q.scales[i]);
    text.append(":").append(std::to_string(q.zero_points[i]));
  }
  text += q.axis ? "}>" : ">";
}

}  // namespace

void append_type(std::string& text, const Shape& shape) {
  if (shape.dtype == DType::kToken) {
    text += mlir_name(shape.dtype);
    return;
  }
  if (shape.dtype == DType::kTuple) {
    text += "tuple<";
    for (std::size_t i = 0; i < shape.elements().size(); ++i) {
      if (i > 0) text += ", ";
      append_type(text, shape.elements()[i]);
    }
    text += '>';
    return;
  }
  text += "tensor<";
  for (Dim d : shape.dims) text.append(dim_text(d)).append("x");
  if (const Quantization* q = shape.quantization()) append_quantization(text, *q);
  else text += mlir_name(shape.dtype);
  if (!shape.bounds().empty()) {
    text += ", #stablehlo.bounds<";
    for (std::size_t i = 0; i < shape.bounds().size(); ++i) text.append(i > 0 ? ", " : "").append(dim_text(shape.bounds()[i]));
    text += '>';
  }
  text += '>';
}

std::string type_text(const Shape& shape) {
  std::string text;
  append_type(text, shape);
  return text;
}

}  // namespace hilo::stablehlo
