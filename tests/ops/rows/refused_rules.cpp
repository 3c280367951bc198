// What rules refuse: gradients, forward derivatives and batches that there are not.
#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/custom_call.h"
#include "hilo/ops/pooling.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reduce_window.h"
#include "hilo/ops/scatter.h"
#include "hilo/ops/select_and_scatter.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

const Shape kLine = f32({4});

Function reducer(BinaryOp op) { return scalar_reducer(op, kF32); }
Value plus_twice(Operand a, Operand b) { return a + b * 2; }

// The gradient of sum(y) with respect to x.
Value gradient(Value y, Value x) { return vjp(std::vector{y}, std::vector{ones(y.shape())}, std::vector{x})[0]; }
Value tangent(Value y, Value x) { return jvp(std::vector{y}, std::vector{x}, std::vector{ones(x.shape())})[0]; }

void add_windows(std::vector<Refused>& r) {
  r.push_back({"gradient of reduce_window", {f32({300})}, [](Value x) { return gradient(reduce_window(x, multiply, {.dimensions = {300}}), x); },
               "a product over a window of 300 elements", "at most 256 for a gradient"});
  r.push_back({"gradient of reduce_window", {kLine}, [](Value x) { return gradient(reduce_window(std::vector{x}, std::vector{zeros(f32({}))}, {.dimensions = {2}}, reducer(plus_twice))[0], x); },
               "no gradient of this body is known", "one input, and a body that adds, multiplies, or takes the larger or smaller"});
  r.push_back({"batching of reduce_window", {kLine, f32({2})}, [](Value x, Value z) { return vmap([x](In p) { return reduce_window(std::vector{x}, std::vector{p[0]}, {.dimensions = {2}}, reducer(add)); }, std::vector{z}); },
               "a start value may not be batched", "the same one for all"});
  r.push_back({"reduce_window", {}, [] { return reduce_window(zeros(kLine), plus_twice, {.dimensions = {2}}); },
               "no neutral element of the function is known", "add, multiply, maximum, minimum, and, or, xor"});
  r.push_back({"max_pool", {Shape{kF32, {1, kDynamic, 4, 1}}}, [](Value x) { return max_pool(x, 2, {.padding = "same"}); },
               "\"same\" padding of a dynamic axis", "\"valid\" or explicit padding"});
  const Window twos{.dimensions = {2}, .strides = {2}};
  const auto larger = [] { return trace([](In p) { return std::vector{greater_equal(p[0], p[1])}; }, std::vector<Shape>(2, f32({}))); };
  r.push_back({"gradient of select_and_scatter", {kLine, f32({2})}, [=](Value x, Value s) { return gradient(select_and_scatter(x, s, zeros(f32({})), twos, larger(), reducer(multiply)), s); },
               "no gradient of this scatter function is known", "one that adds"});
  r.push_back({"batching of select_and_scatter", {kLine, f32({2}), f32({3})}, [=](Value x, Value s, Value z) { return vmap([=](In p) { return std::vector{select_and_scatter(x, s, p[0], twos, larger(), reducer(add))}; }, std::vector{z}); },
               "the start value may not be batched", "the same one for all"});
}

void add_reductions(std::vector<Refused>& r) {
  r.push_back({"gradient of reduce", {kLine}, [](Value x) { return gradient(reduce(std::vector{x}, std::vector{zeros(f32({}))}, {0}, reducer(plus_twice))[0], x); },
               "no gradient of this body is known", "a body that adds, multiplies, or takes the larger or smaller", "sum, prod, max or min"});
  r.push_back({"gradient of reduce", {kLine, f32({})}, [](Value x, Value z) { return gradient(reduce(std::vector{x}, std::vector{z}, {0}, reducer(maximum))[0], x); },
               "no gradient to a start value that is no constant", "constant start values, or stop_gradient"});
  r.push_back({"batching of reduce", {kLine, f32({2})}, [](Value x, Value z) { return vmap([x](In p) { return reduce(std::vector{x}, std::vector{p[0]}, {0}, reducer(add)); }, std::vector{z}); },
               "a start value may not be batched", "the same one for all"});
  r.push_back({"gradient of scatter", {kLine, i32({1, 1}), f32({1})}, [](Value x, Value i, Value u) {
                 return gradient(scatter(std::vector{x}, i, std::vector{u}, {.inserted_window_dims = {0}, .scatter_dims_to_operand_dims = {0}, .index_vector_dim = 1}, reducer(plus_twice))[0], x);
               }, "no gradient of this body is known", "one input, and a body that sets, adds, multiplies, or takes the larger or smaller"});
}

void add_custom_calls(std::vector<Refused>& r) {
  const CustomOp bare{.name = "f", .infer = [](Shapes in) { return std::vector{in[0]}; }};
  CustomOp wrong = bare;
  wrong.vjp = [](const Vjp&) { return std::vector{zeros(f32({7}))}; };
  wrong.jvp = [](const Jvp&) { return std::vector{zeros(f32({7}))}; };
  r.push_back({"custom_call", {kLine}, [](Value x) { return custom_call({.name = "f", .infer = nullptr}, {x}); }, "no shape rule", "CustomOp::infer"});
  r.push_back({"gradient of custom_call", {kLine}, [=](Value x) { return gradient(custom_call(bare, {x})[0], x); },
               "f has no gradient", "CustomOp::vjp or jvp, or stop_gradient on what goes in"});
  r.push_back({"forward derivative of custom_call", {kLine}, [=](Value x) { return tangent(custom_call(bare, {x})[0], x); },
               "f has no forward derivative", "CustomOp::jvp or vjp, or stop_gradient on what goes in"});
  r.push_back({"gradient of custom_call", {kLine}, [=](Value x) { return gradient(custom_call(wrong, {x})[0], x); },
               "the cotangents that f's rule gave do not fit", "one like each operand: f32[4]"});
  r.push_back({"forward derivative of custom_call", {kLine}, [=](Value x) { return tangent(custom_call(wrong, {x})[0], x); },
               "the tangents that f's rule gave do not fit", "one like each result: f32[4]"});
}

void add_transforms(std::vector<Refused>& r) {
  r.push_back({"vjp", {kLine}, [](Value x) { return vjp(std::vector{x}, std::vector{zeros(f32({3}))}, std::vector{x}); }, "a cotangent does not fit its output", "f32[4]"});
  r.push_back({"vjp", {}, [] { return vjp(std::vector{zeros(f32({}))}, std::vector<Value>{}, std::vector<Value>{}); }, "0 cotangents for 1 outputs", "a cotangent for each, empty where it is zero"});
  r.push_back({"vjp", {}, [] { return vjp(std::vector{Value()}, std::vector{Value()}, std::vector<Value>{}); }, "a value belongs to another graph or is empty", "outputs and inputs of the function that is being built"});
  r.push_back({"jvp", {kLine}, [](Value x) { return jvp(std::vector{x}, std::vector{x}, std::vector{zeros(f32({3}))}); }, "a tangent does not fit its input", "f32[4]"});
  r.push_back({"jvp", {}, [] { return jvp(std::vector<Value>{}, std::vector{zeros(f32({}))}, std::vector<Value>{}); }, "0 tangents for 1 inputs", "a tangent for each, empty where it is zero"});
  r.push_back({"grad", {kLine}, [](Value x) { return grad(x, x); }, "the loss is no floating scalar", "f32[] or another float", "mean(loss) or sum(loss)"});
  r.push_back({"grad", {i32({3})}, [](Value x) { return grad(sum(x.as(kF32)), x); }, "no gradient with respect to this dtype", "floating or complex values"});
  r.push_back({"add", {kLine}, [](Value x) { return x + Value(); }, "an operand is an empty Value", "values that an op or a parameter made"});
}

}  // namespace

void add_rule_refusals(std::vector<Refused>& r) {
  add_windows(r);
  add_reductions(r);
  add_custom_calls(r);
  add_transforms(r);
}

}  // namespace hilo::test
