// What elementwise ops, conversions and constants refuse.
#include <cmath>

#include "hilo/ops/activation.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/broadcast.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/math.h"
#include "hilo/ops/select.h"
#include "hilo/ops/softmax.h"
#include "hilo/ops/unary.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

const Shape kRow = f32({3}), kMatrix = f32({2, 3});

void add_operands(std::vector<Refused>& r) {
  const std::string broadcast = "equal lengths or 1, axis by axis from the last";
  r.push_back({"add", {f32({2, 3}), f32({2})}, [](Value a, Value b) { return a + b; }, "shapes do not broadcast", broadcast});
  r.push_back({"multiply", {f32({4, 1}), f32({3, 2})}, [](Value a, Value b) { return a * b; }, "shapes do not broadcast", broadcast});
  r.push_back({"select", {Shape{kI1, {4}}, kRow}, [](Value c, Value a) { return select(c, a, a); }, "shapes do not broadcast", broadcast});
  const std::string mixed = "dtypes differ and neither holds the other", one = "one dtype, or one that holds all values of the rest";
  r.push_back({"add", {kRow, i32({3})}, [](Value a, Value b) { return a + b; }, mixed, one, "convert one of them, for example x.as(kF32)"});
  r.push_back({"add", {Shape{kBF16, {3}}, Shape{kF16, {3}}}, [](Value a, Value b) { return a + b; }, mixed, one, "convert one of them, for example x.as(kBF16)"});
  r.push_back({"multiply", {Shape{kU32, {3}}, i32({3})}, [](Value a, Value b) { return a * b; }, mixed, one, "convert one of them, for example x.as(kU32)"});
  r.push_back({"add", {}, [] { return add(1, 2); }, "no operand is a tensor", "at least one Value", "constant(Array::scalar(..))"});
  r.push_back({"exponential", {}, [] { return exp(1.5); }, "no operand is a tensor", "at least one Value", "constant(Array::scalar(..))"});
  r.push_back({"multiply", {i32({3})}, [](Value a) { return a * 0.5; }, "the number 0.5 is no whole number", "a number that i32 holds", "x.as(kF32)"});
  r.push_back({"add", {Shape{kU8, {3}}}, [](Value a) { return a + 256; }, "the number 256 is out of range", "a number that u8 holds", "x.as(kF32)"});
  r.push_back({"add", {Shape{kI8, {3}}}, [](Value a) { return a + -129; }, "the number -129 is out of range", "a number that i8 holds", "x.as(kF32)"});
  r.push_back({"add", {i32({3})}, [](Value a) { return a + std::nan(""); }, "is no whole number", "a number that i32 holds", "x.as(kF32)"});
  r.push_back({"or", {Shape{kI1, {3}}}, [](Value a) { return a | 1; }, "the number 1 is no boolean", "a number that i1 holds"});
  r.push_back({"full", {}, [] { return full({kI8, {2}}, 300); }, "the number 300 is out of range", "a number that i8 holds", "x.as(kF32)"});
  r.push_back({"convert", {}, [] { return convert(1.5, kI32); }, "the number 1.5 is no whole number", "a number that i32 holds", "x.as(kF32)"});
}

void add_kinds(std::vector<Refused>& r) {
  r.push_back({"exponential", {i32({3})}, [](Value a) { return exp(a); }, "dtype i32 is not accepted", "floating, complex operands", "x.as(kF32)"});
  r.push_back({"floor", {i32({3})}, [](Value a) { return floor(a); }, "dtype i32 is not accepted", "floating operands", "x.as(kF32)"});
  r.push_back({"abs", {Shape{kI1, {3}}}, [](Value a) { return abs(a); }, "dtype i1 is not accepted", "signed, floating, complex operands"});
  r.push_back({"and", {kRow}, [](Value a) { return a & a; }, "dtype f32 is not accepted", "boolean, integer operands"});
  r.push_back({"shift_left", {Shape{kI1, {3}}}, [](Value a) { return shift_left(a, a); }, "dtype i1 is not accepted", "integer operands"});
  r.push_back({"compare", {Shape{kC64, {3}}}, [](Value a) { return a < a; }, "dtype c64 is not accepted", "boolean, integer, floating operands"});
  r.push_back({"compare", {i32({3})}, [](Value a) { return less_total_order(a, a); }, "dtype i32 is not accepted", "floating operands", "x.as(kF32)"});
  r.push_back({"exponential", {Shape{DType::kF8E4M3FN, {3}}}, [](Value a) { return exp(a); }, "dtype f8e4m3fn is not accepted", "floating, complex operands of 16 bits or more", "x.as(kF32)"});
  r.push_back({"add", {Shape{DType::kF6E2M3FN, {3}}}, [](Value a) { return a + a; }, "dtype f6e2m3fn is not accepted", "boolean, integer, floating, complex operands"});
  r.push_back({"popcnt", {Shape{DType::kI4, {3}}}, [](Value a) { return popcnt(a); }, "dtype i4 is not accepted", "integer operands of 8 bits or more", "x.as(kI8)"});
  r.push_back({"softmax", {i32({3})}, [](Value a) { return softmax(a); }, "dtype i32 is not accepted", "floating operands", "x.as(kF32)"});
  r.push_back({"select", {kRow, kRow}, [](Value c, Value a) { return select(c, a, a); }, "dtype f32 is not accepted", "boolean operands"});
  r.push_back({"chlo.lgamma", {Shape{kC64, {3}}}, [](Value a) { return lgamma(a); }, "dtype c64 is not accepted", "floating operands"});
}

void add_conversions(std::vector<Refused>& r) {
  r.push_back({"bitcast_convert", {Shape{kI8, {3}}}, [](Value a) { return bitcast_convert(a, kI32); }, "cannot read the bits as i32", "a last axis of length 4"});
  r.push_back({"bitcast_convert", {kRow}, [](Value a) { return bitcast_convert(a, kI1); }, "cannot read the bits as i1", "integers and floats, or two complex dtypes, widths where one divides the other"});
  r.push_back({"bitcast_convert", {Shape{kI1, {3}}}, [](Value a) { return bitcast_convert(a, kI8); }, "dtype i1 is not accepted", "integer, floating operands"});
  r.push_back({"bitcast_convert", {f32({2, 2})}, [](Value a) { return bitcast_convert(a, kC64); }, "cannot read the bits as c64", "integers and floats, or two complex dtypes, widths where one divides the other"});
  r.push_back({"iota", {}, [] { return iota(f32({2, 3}), 2); }, "axis 2 is out of range", "0 <= axis < rank"});
  r.push_back({"iota", {}, [] { return iota(f32({}), 0); }, "axis 0 is out of range", "0 <= axis < rank"});
  r.push_back({"iota", {}, [] { return iota({kI1, {3}}); }, "dtype i1 is not accepted", "integer, floating, complex operands"});
  r.push_back({"broadcast_in_dim", {kRow}, [](Value a) { return broadcast_in_dim(a, {2, 3}, {0, 1}); }, "axes do not match the rank", "an axis of the result for each axis of x"});
  r.push_back({"broadcast_in_dim", {kMatrix}, [](Value a) { return broadcast_in_dim(a, {3, 3}, {1, 1}); }, "an axis is named twice", "distinct axes"});
  r.push_back({"broadcast_in_dim", {kRow}, [](Value a) { return broadcast_in_dim(a, {3}, {1}); }, "axis out of range", "0 <= axis < rank of the result"});
  r.push_back({"broadcast_in_dim", {kRow}, [](Value a) { return broadcast_in_dim(a, {2, 4}, {1}); }, "axis 0 does not fit", "length 1, or the result's length"});
  r.push_back({"broadcast_to", {kMatrix}, [](Value a) { return broadcast_to(a, {3}); }, "x has more axes than [3]", "rank of x at most the rank asked for"});
  r.push_back({"broadcast_in_dim", {kRow}, [](Value a) { return broadcast_to(a, {2, 4}); }, "axis 0 does not fit", "length 1, or the result's length"});
  r.push_back({"custom_gradient", {}, [] { return custom_gradient({zeros(kRow)}, [](In x) { return std::vector{x[0]}; }, [](In, In, In) { return std::vector<Value>{}; }); },
               "the cotangents do not fit the inputs", "f32[3]"});
  r.push_back({"custom_gradient", {kRow}, [](Value a) { return custom_gradient({a}, [](In x) { return std::vector{x[0]}; }, [](In, In, In) { return std::vector{zeros(f32({2}))}; }); },
               "the cotangents do not fit the inputs", "f32[3]"});
  r.push_back({"glu", {f32({2, 5})}, [](Value a) { return glu(a); }, "axis -1 cannot be halved", "an even length"});
}

}  // namespace

void add_elementwise_refusals(std::vector<Refused>& r) {
  add_operands(r);
  add_kinds(r);
  add_conversions(r);
}

}  // namespace hilo::test
