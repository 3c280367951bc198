// What the ops refuse that are for programs from elsewhere, and those of several devices.
#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/batch_norm.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/collective.h"
#include "hilo/ops/composite.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/map_elements.h"
#include "hilo/ops/reduce_precision.h"
#include "hilo/ops/rng.h"
#include "hilo/ops/token.h"
#include "hilo/ops/tuple.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

const Shape kMatrix = f32({2, 3}), kRow = f32({3});

void add_numbers(std::vector<Refused>& r) {
  r.push_back({"reduce_precision",
               {kRow},
               [](Value x) { return reduce_precision(x, 0, 3); },
               "no float has 0 exponent bits and 3 of a fraction",
               "exponent_bits >= 1, mantissa_bits >= 0"});
  r.push_back({"reduce_precision",
               {kRow},
               [](Value x) { return reduce_precision(x, 5, -1); },
               "no float has 5 exponent bits and -1 of a fraction",
               "exponent_bits >= 1, mantissa_bits >= 0"});
  r.push_back({"reduce_precision",
               {i32({3})},
               [](Value x) { return reduce_precision(x, 5, 2); },
               "dtype i32 is not accepted",
               "floating operands",
               "x.as(kF32)"});
  r.push_back(
      {"batch_norm_inference",
       {kMatrix, kRow},
       [](Value x, Value c) { return batch_norm_inference(x, c, c, c, c, {.feature_axis = 2}); },
       "axis 2 is out of range",
       "0 <= axis < rank"});
  r.push_back({"batch_norm_inference",
               {kMatrix, kRow, f32({2})},
               [](Value x, Value c, Value d) { return batch_norm_inference(x, c, c, d, c); },
               "operand 3 does not fit x",
               "f32[3]"});
  r.push_back({"batch_norm_training",
               {kMatrix, kRow},
               [](Value x, Value c) { return batch_norm_training(x, c, x).output; },
               "operand 2 does not fit x",
               "f32[3]"});
  r.push_back({"batch_norm_grad",
               {kMatrix, kRow},
               [](Value x, Value c) { return batch_norm_grad(x, c, c, c, c).d_x; },
               "operand 4 does not fit x",
               "f32[2,3]"});
  r.push_back({"rng",
               {f32({}), f32({2})},
               [](Value a, Value b) { return rng(a, b, {3}); },
               "a and b do not fit",
               "two scalars of one dtype"});
  r.push_back({"rng",
               {Shape{kI16, {}}},
               [](Value a) { return rng(a, a, {3}); },
               "dtype i16 is not accepted",
               "integer operands of 32 bits or more",
               "x.as(kI8)"});
  r.push_back({"rng",
               {i32({})},
               [](Value a) { return rng(a, a, {3}, RngDistribution::kNormal); },
               "dtype i32 is not accepted",
               "floating operands",
               "x.as(kF32)"});
}

void add_functions(std::vector<Refused>& r) {
  const auto first = [](In p) { return p[0]; };
  r.push_back({"map",
               {},
               [=] { return map_elements(std::vector<Value>{}, first); },
               "no operands",
               "at least one"});
  r.push_back({"map",
               {kMatrix, kRow},
               [=](Value a, Value b) {
                 return map_elements({a, b}, first);
               },
               "operands differ",
               "operands of the same dims"});
  r.push_back({"map",
               {kRow},
               [](Value a) {
                 return map_elements({a}, [](In p) { return zeros({p[0].dtype(), {2}}); });
               },
               "the function of scalars gives f32[2]",
               "a scalar"});
  const auto all = [](In p) { return std::vector<Value>(p.begin(), p.end()); };
  r.push_back({"composite",
               {kRow},
               [=](Value a) { return composite({}, {a}, all); },
               "no name, or a version below 0",
               "a name such as \"mine.gelu\", version >= 0"});
  r.push_back({"composite",
               {kRow},
               [=](Value a) { return composite({.name = "a", .version = -1}, {a}, all); },
               "no name, or a version below 0",
               "a name such as \"mine.gelu\", version >= 0"});
}

void add_collectives(std::vector<Refused>& r) {
  const std::string once = "replica_groups name an id twice, or a negative one",
                    one_size = "replica_groups have no one size";
  r.push_back({"all_reduce",
               {},
               [] { return all_reduce(std::vector<Value>{}); },
               "no operands",
               "at least one"});
  r.push_back({"all_reduce",
               {kRow, i32({3})},
               [](Value a, Value b) {
                 return all_reduce(Operands({a, b}));
               },
               "dtypes differ",
               "equal dtypes"});
  r.push_back({"all_reduce",
               {kRow},
               [](Value a) {
                 return all_reduce(a, {.replica_groups = {{0, 1}, {1}}});
               },
               once,
               "each id once"});
  r.push_back({"all_reduce",
               {kRow},
               [](Value a) {
                 return all_reduce(a, {.replica_groups = {{0, -1}}});
               },
               once,
               "each id once"});
  r.push_back({"all_reduce",
               {kRow},
               [](Value a) { return all_reduce(a, {.uses_global_device_ids = true}); },
               "uses_global_device_ids without a channel",
               "channel > 0"});
  r.push_back({"all_reduce",
               {kRow},
               [](Value a) { return all_reduce(a, {.replica_groups = {{0, 2}}}); },
               "replica_groups leave ids below 2 out",
               "each id from 0 on in one group"});
  r.push_back({"all_gather",
               {f32({0})},
               [](Value a) { return all_gather(a, 0, {.replica_groups = {{0, 1}}}); },
               "nothing to gather along an axis of length 0",
               "a longer axis"});
  r.push_back({"all_gather",
               {kRow},
               [](Value a) { return all_gather(a, 0, {}); },
               one_size,
               "at least one group, all of one size",
               "{.replica_groups = {{0, 1}}}"});
  r.push_back({"all_gather",
               {kRow},
               [](Value a) {
                 return all_gather(a, 0, {.replica_groups = {{0, 1}, {2}}});
               },
               one_size,
               "at least one group, all of one size",
               "{.replica_groups = {{0, 1}}}"});
  r.push_back({"all_gather",
               {kRow},
               [](Value a) { return all_gather(a, 1, {.replica_groups = {{0}}}); },
               "axis 1 is out of range",
               "-1 <= axis < 1"});
  r.push_back({"reduce_scatter",
               {kRow},
               [](Value a) {
                 return reduce_scatter(a, 0, {.replica_groups = {{0, 1}}});
               },
               "groups of 2 do not divide axis 0",
               "a length that the size of a group divides"});
  r.push_back({"reduce_scatter",
               {kRow},
               [](Value a) {
                 return reduce_scatter(a, 0,
                                       {.replica_groups = {{0}}, .channel = 1, .partitions = 2});
               },
               "groups of 2 do not divide axis 0",
               "a length that the size of a group divides"});
  r.push_back({"all_to_all",
               {kMatrix},
               [](Value a) {
                 return all_to_all(a, 1, 0, {.replica_groups = {{0, 1}}});
               },
               "groups of 2 do not divide axis 1",
               "a length that the size of a group divides"});
  r.push_back({"all_to_all",
               {kMatrix},
               [](Value a) {
                 return all_to_all(a, 0, 2, {.replica_groups = {{0, 1}}});
               },
               "axis 2 is out of range",
               "-2 <= axis < 2"});
  r.push_back({"all_to_all",
               {kMatrix},
               [](Value a) { return all_to_all(a, 0, 0, {}); },
               one_size,
               "at least one group, all of one size",
               "{.replica_groups = {{0, 1}}}"});
  r.push_back({"collective_permute",
               {kRow},
               [](Value a) {
                 return collective_permute(a, {{0, 1}, {0, 2}});
               },
               "a source is named twice, or negative",
               "each id at most once a source and once a target"});
  r.push_back({"collective_permute",
               {kRow},
               [](Value a) {
                 return collective_permute(a, {{0, 1}, {2, 1}});
               },
               "a target is named twice, or negative",
               "each id at most once a source and once a target"});
  r.push_back({"collective_permute",
               {kRow},
               [](Value a) {
                 return collective_permute(a, {{0, -1}});
               },
               "a target is named twice, or negative",
               "each id at most once a source and once a target"});
  r.push_back({"collective_broadcast",
               {kRow},
               [](Value a) { return collective_broadcast(a, {}); },
               one_size,
               "at least one group, all of one size",
               "{.replica_groups = {{0, 1}}}"});
}

void add_tokens(std::vector<Refused>& r) {
  r.push_back({"after_all",
               {kRow},
               [](Value a) { return after_all({a}); },
               "operand 0 is no token",
               "token[]",
               "after_all()"});
  r.push_back({"infeed",
               {kRow},
               [](Value a) { return infeed(a, {kRow}).values; },
               "operand 0 is no token",
               "token[]",
               "after_all()"});
  r.push_back({"infeed",
               {},
               [] {
                 return infeed(after_all(), {Shape{kF32, {kDynamic}}}).values;
               },
               "cannot receive f32[?]",
               "arrays of static shapes"});
  r.push_back({"recv",
               {},
               [] {
                 return recv(after_all(), {Shape{DType::kToken, {}}}).values;
               },
               "cannot receive token[]",
               "arrays of static shapes"});
  r.push_back({"outfeed",
               {kRow},
               [](Value a) { return outfeed({a}, a); },
               "operand 1 is no token",
               "token[]",
               "after_all()"});
  r.push_back({"send",
               {kRow},
               [](Value a) { return send({a}, a); },
               "operand 1 is no token",
               "token[]",
               "after_all()"});
  r.push_back({"recv",
               {kRow},
               [](Value a) { return recv(a, {}).values; },
               "operand 0 is no token",
               "token[]",
               "after_all()"});
  r.push_back({"batching of outfeed",
               {kMatrix},
               [](Value a) {
                 return vmap([](In p) { return std::vector{outfeed({p[0]}, after_all())}; },
                             std::vector{a});
               },
               "tokens order what a program does once; there is no batch of them",
               ""});
  r.push_back({"get_tuple_element",
               {kRow},
               [](Value a) {
                 return get_tuple_element(tuple({a, a}), 2);
               },
               "no element 2",
               "a tuple with more elements than that"});
  r.push_back({"get_tuple_element",
               {kRow},
               [](Value a) { return get_tuple_element(a, 0); },
               "no element 0",
               "a tuple with more elements than that"});
  r.push_back({"add",
               {kRow},
               [](Value a) {
                 const Value t = tuple({a});
                 return t + t;
               },
               "dtype tuple is not accepted",
               "boolean, integer, floating, complex operands"});
  r.push_back({"constant",
               {},
               [] {
                 return zeros(Shape{DType::kToken, {}});
               },
               "there are no constants of this kind",
               "booleans or numbers"});
  r.push_back({"add",
               {},
               [] {
                 const Value t = after_all();
                 return t + t;
               },
               "dtype token is not accepted",
               "boolean, integer, floating, complex operands"});
}

}  // namespace

void add_stablehlo_refusals(std::vector<Refused>& r) {
  add_numbers(r);
  add_functions(r);
  add_collectives(r);
  add_tokens(r);
}

}  // namespace hilo::test
