// What ops of dynamic shapes and of quantised tensors refuse.
#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/dynamic_shape.h"
#include "hilo/ops/quantize.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

const Shape kMatrix = f32({2, 3}), kRow = f32({3}), kPair{kI64, {2}};

void add_dynamic(std::vector<Refused>& r) {
  r.push_back({"get_dimension_size",
               {kRow},
               [](Value x) { return get_dimension_size(x, 1); },
               "axis 1 is out of range",
               "-1 <= axis < 1"});
  r.push_back({"set_dimension_size",
               {kRow, Shape{kI64, {}}},
               [](Value x, Value n) { return set_dimension_size(x, n, 0); },
               "the size does not fit",
               "i32[]",
               "size.as(kI32)"});
  r.push_back({"set_dimension_size",
               {kRow},
               [](Value x) { return set_dimension_size(set_dimension_size(x, 2, 0), 1, 0); },
               "axis 0 is dynamic",
               "an axis of static length"});
  r.push_back({"gradient of set_dimension_size",
               {kRow},
               [](Value x) {
                 const Value y = set_dimension_size(x, 2, 0);
                 return vjp(std::vector{y}, std::vector{y}, std::vector{x});
               },
               "a length that is set when the program runs has no gradient rule",
               ""});
  r.push_back({"broadcast_in_dim",
               {kRow},
               [](Value x) { return broadcast_in_dim(x, {kDynamic}, {0}); },
               "a length of the result is dynamic (axes = [0], dims = [?])",
               "static dims; dynamic_broadcast_in_dim takes others"});
  r.push_back({"dynamic_reshape",
               {kMatrix, f32({2})},
               [](Value x, Value n) { return dynamic_reshape(x, n); },
               "operand 1 is no list of lengths",
               "2 integers"});
  r.push_back({"dynamic_reshape",
               {kMatrix, kPair},
               [](Value x, Value n) { return dynamic_reshape(x, n, {6}); },
               "bounds = [6] do not fit the shape",
               "a length for each axis"});
  r.push_back({"dynamic_reshape",
               {kMatrix},
               [](Value x) {
                 return dynamic_reshape(x, constant(Array::of({2}, std::vector{2, 2})));
               },
               "cannot view the elements as [2,2]",
               "dims of product 6"});
  r.push_back({"dynamic_broadcast_in_dim",
               {kRow, kPair},
               [](Value x, Value n) { return dynamic_broadcast_in_dim(x, n, {2}); },
               "axes = [2] do not fit",
               "a distinct axis of the result for each axis of x"});
  r.push_back({"dynamic_broadcast_in_dim",
               {kRow, kPair},
               [](Value x, Value n) {
                 return dynamic_broadcast_in_dim(x, n, {1},
                                                 {.expanding = Axes{0}, .nonexpanding = Axes{0}});
               },
               "the axes known to stretch or not to, [0,0], do not fit",
               "distinct axes of x"});
  r.push_back({"dynamic_iota",
               {kPair},
               [](Value n) { return dynamic_iota(n, kF32, 2); },
               "axis 2 is out of range",
               "0 <= axis < rank"});
  r.push_back({"dynamic_pad",
               {kMatrix, kPair, i32({})},
               [](Value x, Value n, Value v) { return dynamic_pad(x, v, n, n, n); },
               "the value does not fit",
               "a scalar of x's dtype"});
  r.push_back({"dynamic_pad",
               {kMatrix, kPair, Shape{kI64, {3}}},
               [](Value x, Value n, Value three) { return dynamic_pad(x, 0, n, three, n); },
               "operand 3 is no list of lengths",
               "2 integers, as in the other lists"});
  r.push_back({"real_dynamic_slice",
               {kMatrix, kPair, Shape{kI64, {}}},
               [](Value x, Value n, Value s) { return real_dynamic_slice(x, n, n, s); },
               "operand 3 is no list of lengths",
               "2 integers, as in the other lists"});
  r.push_back({"dynamic_gather",
               {kMatrix, i32({4}), Shape{kI64, {1}}},
               [](Value x, Value i, Value n) { return dynamic_gather(x, i, n, {}); },
               "operand 2 is no list of lengths",
               "2 integers"});
  r.push_back({"dynamic_conv",
               {f32({1, 4, 4, 1}), f32({2, 2, 1, 1}), kPair},
               [](Value x, Value k, Value p) { return dynamic_conv(x, k, p); },
               "the padding does not fit",
               "integers [2,2]"});
  r.push_back({"gradient of dynamic_reshape",
               {kMatrix, kPair},
               [](Value x, Value n) {
                 const Value y = dynamic_reshape(x, n);
                 return vjp(std::vector{y}, std::vector{y}, std::vector{x});
               },
               "the lengths are known only when the program runs",
               "constant shapes, for this rule"});
}

void add_quantized(std::vector<Refused>& r) {
  const auto refused = [&](Quantization q, std::string problem, std::string expected) {
    r.push_back({"uniform_quantize",
                 {kMatrix},
                 [q](Value x) { return uniform_quantize(x, q); },
                 std::move(problem),
                 std::move(expected)});
  };
  const std::string sound = "positive finite scales, zero points within the storage's range";
  refused({.storage = kF32}, "cannot store f32 as f32",
          "floats of 16 bits or more as integers of at most 32, and no more than the floats'");
  refused({.storage_min = -129}, "storage_min and storage_max do not fit i8",
          "a range within the storage's");
  refused({.storage_max = -128}, "storage_min and storage_max do not fit i8",
          "a range within the storage's");
  refused({.axis = 2}, "axis 2 is out of range", "0 <= axis < rank");
  refused({.scales = {1, 2}, .zero_points = {0, 0}, .axis = 1}, "2 scales and 2 zero points",
          "3 of each");
  refused({.scales = {0}}, "scale 0.000000 and zero point 0", sound);
  refused({.scales = {1e39}}, " and zero point 0", sound);
  refused({.zero_points = {128}}, "scale 1.000000 and zero point 128", sound);
  refused({.expressed = kF64}, "x is not what the quantization expresses", "f64");
  r.push_back({"uniform_dequantize",
               {kMatrix},
               [](Value x) { return uniform_dequantize(x); },
               "x is not quantised",
               "what uniform_quantize gives"});
  r.push_back({"add",
               {kRow},
               [](Value x) {
                 const Value q = uniform_quantize(x, {});
                 return q + q;
               },
               "dtype quantized is not accepted",
               "boolean, integer, floating, complex operands"});
}

}  // namespace

void add_dynamic_refusals(std::vector<Refused>& r) {
  add_dynamic(r);
  add_quantized(r);
}

}  // namespace hilo::test
