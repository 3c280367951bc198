// Tracing: parameters, captures, calls, what belongs together and what is refused.
#include <gtest/gtest.h>

#include "hilo/graph/op.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

using In = std::span<const Value>;

const std::vector<Shape> kPair(2, Shape{kF32, {3}});

Function sum_of_squares() {
  return trace([](In x) { return std::vector{sum(x[0] * x[0] + x[1])}; }, kPair);
}

std::vector<std::string> op_names(const Function& f) {
  std::vector<std::string> names;
  const std::vector<bool> is_live = f.live_nodes();
  for (std::size_t i = 0; i < is_live.size(); ++i) {
    if (is_live[i] && f.graph().nodes()[i].op) names.emplace_back(f.graph().nodes()[i].op->name());
  }
  return names;
}

std::string message_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const OpError& e) {
    return e.what();
  }
  return "nothing was thrown";
}

TEST(Trace, HasParametersResultsAndNames) {
  const std::vector<std::string> names = {"weights"};
  const Function f = trace([](In x) { return std::vector{x[0] + x[1], x[0]}; }, kPair, names);
  EXPECT_EQ(f.parameter_shapes(), kPair);
  EXPECT_EQ(f.result_shapes(), kPair);
  EXPECT_EQ(f.graph().parameter_name(f.parameters()[0].id()), "weights");
  EXPECT_EQ(f.graph().parameter_name(f.parameters()[1].id()), "");
  EXPECT_TRUE(f.results()[1].is(f.parameters()[0]));
}

TEST(Trace, KeepsItsGraphAlive) {
  Value kept;
  const Function f = trace([&](In x) { return std::vector{kept = exp(x[0])}; }, kPair);
  EXPECT_EQ(kept.shape(), kPair[0]);
  EXPECT_EQ(f.graph().node_of(kept.id()).op->name(), "exponential");
}

TEST(Trace, ShapesStayWhileTheGraphGrows) {
  trace([](In x) {
    const Shape& shape = x[0].shape();
    const Shape* where = &shape;
    Value y = x[0];
    for (int i = 0; i < 10'000; ++i) y = -y;
    EXPECT_EQ(&x[0].shape(), where);
    EXPECT_EQ(shape, kPair[0]);
    return std::vector{y};
  }, kPair);
}

TEST(Trace, RefusesValuesOfOtherFunctions) {
  Value stray;
  const Function other = trace([&](In x) { return std::vector{stray = -x[0]}; }, kPair);
  const std::string as_operand = message_of([&] { trace([&](In x) { return std::vector{x[0] + stray}; }, kPair); });
  EXPECT_NE(as_operand.find("add: an operand belongs to another graph"), std::string::npos) << as_operand;
  EXPECT_NE(as_operand.find("trace_test.cpp"), std::string::npos) << as_operand;
  const std::string as_result = message_of([&] { trace([&](In) { return std::vector{stray}; }, kPair); });
  EXPECT_NE(as_result.find("another graph"), std::string::npos) << as_result;
}

TEST(Trace, RefusesEmptyValuesAndOpsOutsideOfAFunction) {
  EXPECT_NE(message_of([] { trace([](In) { return std::vector{Value()}; }, kPair); }).find("trace: a result is an empty Value"), std::string::npos);
  const std::string outside = message_of([] { zeros({kF32, {2}}); });
  EXPECT_NE(outside.find("constant: no function is being built on this thread"), std::string::npos) << outside;
  EXPECT_NE(outside.find("trace_test.cpp:"), std::string::npos) << outside;
}

TEST(Trace, IsOverAfterAnException) {
  EXPECT_THROW(trace([](In) -> std::vector<Value> { throw Error("on the way"); }, kPair), Error);
  EXPECT_THROW(zeros({kF32, {2}}), OpError);  // nothing is being built any more
}

TEST(TraceClosed, TurnsWhatItReadsIntoParameters) {
  const Function outer = trace([](In x) {
    std::vector<Value> captured;
    const Value y = exp(x[1]);
    const std::vector<Shape> one = {Shape{kF32, {3}}};
    const Function inner = trace_closed([&](In p) { return std::vector{p[0] + y, p[0] * y, x[0]}; }, one, captured);
    EXPECT_EQ(captured.size(), 2U);  // y once, x[0]
    EXPECT_TRUE(captured[0].is(y));
    EXPECT_TRUE(captured[1].is(x[0]));
    EXPECT_EQ(inner.parameters().size(), 3U);
    std::vector<Value> arguments = {x[1]};
    arguments.insert(arguments.end(), captured.begin(), captured.end());
    return call(inner, arguments);
  }, kPair);
  EXPECT_EQ(op_names(outer), (std::vector<std::string>{"exponential", "add", "multiply"}));
}

TEST(TraceClosed, ReachesOverSeveralLevels) {
  trace([](In x) {
    const std::vector<Shape> one = {Shape{kF32, {3}}};
    std::vector<Value> captured, captured_within;
    const Function f = trace_closed([&](In p) {
      const Function g = trace_closed([&](In q) { return std::vector{q[0] + x[0] + p[0]}; }, one, captured_within);
      EXPECT_EQ(captured_within.size(), 2U);
      std::vector<Value> arguments = {p[0]};
      arguments.insert(arguments.end(), captured_within.begin(), captured_within.end());
      return call(g, arguments);  // reading x[0] here captures it a second time, one level up
    }, one, captured);
    EXPECT_EQ(captured.size(), 1U);
    EXPECT_TRUE(captured[0].is(x[0]));
    EXPECT_EQ(f.parameters().size(), 2U);
    return std::vector{x[0]};
  }, kPair);
}

TEST(Call, CopiesOnlyWhatIsLive) {
  const Function f = trace([](In x) {
    exp(x[0]);  // nobody reads it
    return std::vector{x[0] * x[1]};
  }, kPair);
  const Function g = trace([&](In x) { return call(f, x); }, kPair);
  EXPECT_EQ(op_names(g), std::vector<std::string>{"multiply"});
  EXPECT_EQ(g.graph().nodes().size(), 3U);
  EXPECT_EQ(g.graph().nodes().back().site.line, f.graph().nodes().back().site.line);
}

TEST(Call, RefusesArgumentsThatDoNotFit) {
  const Function f = sum_of_squares();
  const std::string message = message_of([&] { trace([&](In x) { return call(f, x.first(1)); }, kPair); });
  EXPECT_NE(message.find("call: arguments do not fit the function"), std::string::npos) << message;
  EXPECT_NE(message.find("f32[3], f32[3]"), std::string::npos) << message;
}

TEST(LiveNodes, AreThoseThatTheResultsNeed) {
  const Function f = trace([](In x) {
    const Value y = -x[0];
    exp(y);
    return std::vector{y};
  }, kPair);
  EXPECT_EQ(f.live_nodes(), (std::vector<bool>{true, false, true, false}));
}

TEST(FunctionEquality, SeesOpsOperandsAttributesAndRegions) {
  EXPECT_EQ(sum_of_squares(), sum_of_squares());
  const auto of = [](const BuildFn& f) { return trace(f, kPair); };
  const Function base = of([](In x) { return std::vector{sum(x[0] - x[1], {0})}; });
  EXPECT_EQ(base, of([](In x) {
    exp(x[0]);  // not live
    return std::vector{sum(x[0] - x[1], {0})};
  }));
  EXPECT_FALSE(base == of([](In x) { return std::vector{sum(x[1] - x[0], {0})}; })) << "operands";
  EXPECT_FALSE(base == of([](In x) { return std::vector{sum(x[0] + x[1], {0})}; })) << "op";
  EXPECT_FALSE(base == of([](In x) { return std::vector{max(x[0] - x[1], {0})}; })) << "region";
  EXPECT_FALSE(base == of([](In x) { return std::vector{sum(x[0] - x[1], {0}), x[0]}; })) << "results";
  EXPECT_FALSE(base == of([](In x) { return std::vector{sum(x[0] - x[1], {0}, true)}; })) << "one op more";
  EXPECT_FALSE(of([](In) { return std::vector{iota({kF32, {2, 2}}, 0)}; }) == of([](In) { return std::vector{iota({kF32, {2, 2}}, 1)}; })) << "attribute";
  EXPECT_FALSE(of([](In x) { return std::vector{x[0].as(kF64)}; }) == of([](In x) { return std::vector{x[0].as(kF16)}; })) << "dtype";
  EXPECT_FALSE(of([](In x) { return std::vector{x[0]}; }) == of([](In x) { return std::vector{x[1]}; })) << "which parameter";
  EXPECT_FALSE(base == Function());
  EXPECT_EQ(Function(), Function());
}

TEST(FunctionEquality, SeesConstants) {
  const auto with = [](float v) { return trace([v](In x) { return std::vector{x[0] + constant(Array::scalar(v))}; }, kPair); };
  EXPECT_EQ(with(1), with(1));
  EXPECT_FALSE(with(1) == with(2));
}

TEST(Value, TellsItsShape) {
  trace([](In x) {
    const Value v = x[0];
    EXPECT_EQ(v.dtype(), kF32);
    EXPECT_EQ(v.rank(), 2);
    EXPECT_EQ(v.size(), 6);
    EXPECT_EQ(v.dim(1), 3);
    EXPECT_EQ(v.dim(-2), 2);
    const std::string message = message_of([&] { static_cast<void>(v.dim(2)); });
    EXPECT_NE(message.find("dim: axis 2 is out of range"), std::string::npos) << message;
    EXPECT_NE(message.find("f32[2,3]"), std::string::npos) << message;
    return std::vector{v};
  }, std::vector{Shape{kF32, {2, 3}}});
}

}  // namespace
}  // namespace hilo
