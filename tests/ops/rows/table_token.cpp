// Rows of hilo/ops/token.h and hilo/ops/tuple.h.
#include "hilo/ops/token.h"

#include "hilo/ops/constant.h"
#include "hilo/ops/tuple.h"
#include "tests/ops/rows/reference_ops.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

std::vector<Value> all_of(Received r) {
  r.values.push_back(r.token);
  return std::move(r.values);
}
const std::vector<Shape> kShapes = {f32({2, 3}), i32({4})};

Row received(std::string name, std::function<Received()> f) {
  return Row(std::move(name), {}, {2, 3}, [f] { return all_of(f()); })
      .in({kF32})
      .to(kF32)
      .and_result({4}, kI32)
      .and_result({}, DType::kToken);
}
Row sent(std::string name, std::function<Value(Value)> f) {
  return Row(std::move(name), {{2, 3}}, {}, f).to(DType::kToken).in({kF32});
}

void add_tokens(std::vector<Row>& rows) {
  rows.push_back(Row("after_all", {}, {},
                     [] {
                       return after_all({after_all(), after_all()});
                     })
                     .to(DType::kToken)
                     .in({kF32})
                     .not_run());
  rows.push_back(
      received("infeed", [] { return infeed(after_all(), kShapes, "of this kind"); }).not_run());
  rows.push_back(sent("outfeed", [](Value x) {
                   return outfeed({x, x}, after_all(), "of this kind");
                 }).not_run());
  const std::string lacks_send = "`send` is not supported by XLA:CPU",
                    lacks_recv = "`recv` is not supported by XLA:CPU";
  rows.push_back(sent("send", [](Value x) { return send({x}, after_all()); }).not_run(lacks_send));
  rows.push_back(sent("send to the host", [](Value x) {
                   return send({x}, after_all(), {.channel = 3, .is_host_transfer = true});
                 }).not_run(lacks_send));
  rows.push_back(received("recv", [] { return recv(after_all(), kShapes); }).not_run(lacks_recv));
  rows.push_back(received("recv from the host", [] {
                   return recv(after_all(), kShapes, {.channel = 3, .is_host_transfer = true});
                 }).not_run(lacks_recv));
}

void add_tuples(std::vector<Row>& rows) {
  const std::string cotangent = "a tuple has no cotangent; use its elements",
                    tangent = "a tuple has no tangent; use its elements";
  const Reference second = numbers([](const auto& in) { return in[1]; });
  rows.push_back(Row("get_tuple_element", {{2, 3}, {4}}, {4},
                     [](Value a, Value b) {
                       return get_tuple_element(tuple({a, b}), 1);
                     })
                     .in(kBoolean + kIntegers + kSmallFloats + kPlainFloats + kComplexNumbers)
                     .is(second)
                     .no_reverse(cotangent)
                     .no_forward(tangent));
  rows.push_back(Row("tuple of a tuple and a token", {{2}, {3}}, {3},
                     [](Value a, Value b) {
                       const Value nested = tuple({tuple({a, b}), after_all()});
                       return get_tuple_element(get_tuple_element(nested, 0), 1);
                     })
                     .is(second)
                     .no_reverse(cotangent)
                     .no_forward(tangent)
                     .no_batching("dtype token is not accepted"));
  rows.push_back(Row("tuple", {{2, 3}}, {},
                     [](Value a) {
                       return tuple({a, a});
                     })
                     .to(DType::kTuple)
                     .in({kF32})
                     .not_run());
}

}  // namespace

Family token_rows() {
  Family family{.name = "token", .rows = {}};
  add_tokens(family.rows);
  add_tuples(family.rows);
  return family;
}

}  // namespace hilo::test
