#include "hilo/exec/jit.h"

#include <gtest/gtest.h>

#include "hilo/ops/binary.h"
#include "hilo/ops/reduce.h"
#include "tests/exec/client.h"

namespace hilo {
namespace {

Tensor numbers(std::vector<float> values) {
  const Dim n = static_cast<Dim>(values.size());
  return Tensor(Array::of<float>({n}, values));
}

std::vector<double> read(const Tensor& t) { return t.array().to_doubles(); }

template <class T>
struct Line {
  T slope, offsets;
  static void fields(auto&& field) {
    field("slope", &Line::slope);
    field("offsets", &Line::offsets);
  }
};

template <class T>
struct Net {
  std::vector<Line<T>> lines;
  T scale;
  static void fields(auto&& field) {
    field("lines", &Net::lines);
    field("scale", &Net::scale);
  }
};

TEST(Jit, ValueInValueOut) {
  const auto f = jit(cpu(), [](Value x, Value y) { return x * y + 1; });
  EXPECT_EQ(read(f(numbers({1, 2}), numbers({3, 4}))), (std::vector<double>{4, 9}));
}

TEST(Jit, CompilesOncePerShape) {
  int builds = 0;
  const auto f = jit(cpu(), [&builds](Value x) { return ++builds, x + 1; });
  f(numbers({1}));
  f(numbers({2}));
  EXPECT_EQ(builds, 1);
  f(numbers({1, 2}));
  EXPECT_EQ(builds, 2);
}

TEST(Jit, TupleAndPair) {
  const auto f = jit(cpu(), [](std::pair<Value, Value> p, Value z) { return std::tuple(p.first + z, p.second - z, z); });
  const auto [a, b, c] = f(std::pair(numbers({1}), numbers({2})), numbers({10}));
  EXPECT_EQ(read(a), std::vector<double>{11});
  EXPECT_EQ(read(b), std::vector<double>{-8});
  EXPECT_EQ(read(c), std::vector<double>{10});
}

TEST(Jit, VectorsOfSeveralLengths) {
  const auto f = jit(cpu(), [](std::vector<Value> x) {
    std::vector<Value> running = {x[0]};
    for (std::size_t i = 1; i < x.size(); ++i) running.push_back(running.back() + x[i]);
    return running;
  });
  EXPECT_EQ(f(std::vector{numbers({1}), numbers({2})}).size(), 2U);
  const std::vector<Tensor> three = f(std::vector{numbers({1}), numbers({2}), numbers({3})});
  ASSERT_EQ(three.size(), 3U);
  EXPECT_EQ(read(three[2]), std::vector<double>{6});
}

TEST(Jit, StructsOfStructs) {
  const auto f = jit(cpu(), [](Net<Value> net, Value x) {
    Value y = x;
    for (const Line<Value>& line : net.lines) y = y * line.slope + line.offsets;
    net.scale = sum(y);
    return net;
  });
  const Net<Tensor> net{{{numbers({2}), numbers({1})}, {numbers({3}), numbers({0})}}, numbers({0})};
  const Net<Tensor> result = f(net, numbers({5}));
  EXPECT_EQ(result.lines.size(), 2U);
  EXPECT_EQ(read(result.lines[1].slope), std::vector<double>{3});
  EXPECT_EQ(read(result.scale), std::vector<double>{33});
}

TEST(Jit, MovedTreesAreGivenAway) {
  const auto f = jit(cpu(), [](Line<Value> line) { return Line<Value>{line.slope + 1, line.offsets * 2}; });
  Line<Tensor> line = f(Line<Tensor>{numbers({1, 2}), numbers({3, 4})});
  const Line<Tensor> before = line;
  line = f(std::move(line));
  EXPECT_TRUE(before.slope.is_donated());
  EXPECT_EQ(read(line.offsets), (std::vector<double>{12, 16}));
}

}  // namespace
}  // namespace hilo
