// Every op knows the line of the user's program that made it.
#include "hilo/graph/call_site.h"

#include <gtest/gtest.h>

#include "hilo/graph/op.h"
#include "hilo/ops/activation.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/einsum.h"
#include "hilo/ops/gather.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/pad.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/softmax.h"
#include "hilo/ops/unary.h"

namespace hilo {
namespace {

using In = std::span<const Value>;

std::uint32_t line(std::source_location where = std::source_location::current()) { return where.line(); }

// The lines that the nodes of a function carry, one after the other; parameters and bodies left out.
std::vector<std::uint32_t> lines_of(const Function& f) {
  std::vector<std::uint32_t> lines;
  for (const Node& node : f.graph().nodes()) {
    if (!node.op) continue;
    EXPECT_NE(std::string_view(node.site.file).find("call_site_test.cpp"), std::string_view::npos) << node.op->name() << " at " << to_string(node.site);
    lines.push_back(node.site.line);
  }
  return lines;
}

Function of(const std::function<Value(Value)>& f) {
  return trace([&](In x) { return std::vector{f(x[0])}; }, std::vector{Shape{kF32, {4, 4}}});
}

TEST(CallSite, OperatorsCarryTheirLine) {
  std::uint32_t first = 0;
  const Function f = of([&](Value x) {
    first = line() + 1;
    const Value y = x + x;
    const Value z = y * y;
    return -z;
  });
  EXPECT_EQ(lines_of(f), (std::vector{first, first + 1, first + 2}));
}

TEST(CallSite, CompositesCarryTheirCallersLine) {
  using Composite = std::function<Value(Value)>;
  const std::pair<const char*, Composite> composites[] = {
      {"softmax", [](Value x) { return softmax(x); }},
      {"log_softmax", [](Value x) { return log_softmax(x); }},
      {"relu", [](Value x) { return relu(x); }},
      {"gelu", [](Value x) { return gelu(x); }},
      {"variance", [](Value x) { return variance(x); }},
      {"matmul", [](Value x) { return matmul(x, x); }},
      {"einsum", [](Value x) { return einsum("ij,jk->ki", {x, x}); }},
      {"pad_reflect", [](Value x) { return pad_reflect(x, {1, 1}, {0, 0}); }},
      {"repeat", [](Value x) { return repeat(x, 2, 0); }},
      {"stack", [](Value x) { return stack({x, x}); }},
      {"split", [](Value x) { return split(x, 2, 0)[1]; }},
      {"take", [](Value x) { return take(x, 1); }},
      {"argmax", [](Value x) { return argmax(x, 1); }},
      {"number", [](Value x) { return x * 0.3 + 1; }},
  };
  for (const auto& [name, composite] : composites) {
    const std::vector<std::uint32_t> lines = lines_of(of(composite));
    ASSERT_FALSE(lines.empty()) << name;
    for (std::uint32_t l : lines) EXPECT_EQ(l, lines.front()) << name;
  }
}

TEST(CallSite, TheOutermostLineCounts) {
  std::uint32_t outer = 0;
  const auto layer = [](Value x, std::source_location where = std::source_location::current()) {
    const CallSite site(where);
    return softmax(x + 1);
  };
  const Function f = of([&](Value x) {
    outer = line() + 1;
    return layer(x);
  });
  for (std::uint32_t l : lines_of(f)) EXPECT_EQ(l, outer);
}

TEST(CallSite, ScopesAreKeptByTheInnermost) {
  const Function f = of([](Value x) {
    const CallSite encoder(std::source_location::current(), "/encoder");
    const Value y = -x;
    const CallSite layer(std::source_location::current(), "/encoder/layer_3");
    return exp(y);
  });
  EXPECT_EQ(f.graph().nodes()[1].site.scope, "/encoder");
  EXPECT_EQ(f.graph().nodes()[2].site.scope, "/encoder/layer_3");
}

TEST(CallSite, EndsWithItsBlock) {
  std::uint32_t inside = 0, after = 0;
  const Function f = of([&](Value x) {
    Value y;
    {
      inside = line() + 1;
      const CallSite site(std::source_location::current(), "/a");
      y = -x;
    }
    after = line() + 1;
    return -y;
  });
  EXPECT_EQ(lines_of(f), (std::vector{inside, after}));
  EXPECT_EQ(f.graph().nodes()[2].site.scope, "");
}

TEST(CallSite, OfAnotherSiteReplacesWhatIsOpen) {
  const Site elsewhere(std::source_location::current(), "/there");
  const Function f = of([&](Value x) {
    const CallSite here(std::source_location::current(), "/here");
    const CallSite site(elsewhere);
    return -x;
  });
  EXPECT_EQ(f.graph().nodes()[1].site.line, elsewhere.line);
  EXPECT_EQ(f.graph().nodes()[1].site.scope, "/there");
}

TEST(CallSite, RefusalsNameLineAndScope) {
  std::uint32_t at = 0;
  std::string message;
  try {
    of([&](Value x) {
      const CallSite site(std::source_location::current(), "/decoder/attention");
      at = line() - 1;
      return matmul(x, split(x, 4, 0)[0]);
    });
  } catch (const OpError& e) {
    message = e.what();
  }
  EXPECT_NE(message.find("call_site_test.cpp:" + std::to_string(at) + " (scope /decoder/attention)"), std::string::npos) << message;
  EXPECT_NE(message.find("matmul: inner sizes differ"), std::string::npos) << message;
  EXPECT_NE(message.find("f32[4,4], f32[1,4]"), std::string::npos) << message;
}

TEST(CallSite, InternedTextIsOneText) {
  const std::string_view a = intern("/scope"), b = intern(std::string("/sco") + "pe");
  EXPECT_EQ(a.data(), b.data());
  EXPECT_EQ(a, "/scope");
}

}  // namespace
}  // namespace hilo
