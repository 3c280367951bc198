// Ops that a release of StableHLO does not have are other ops in its artifacts, which compute the same.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>

#include "hilo/autodiff/autodiff.h"
#include "hilo/exec/program.h"
#include "hilo/ops/all_ops.h"
#include "hilo/ops/bessel.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/gamma_function.h"
#include "hilo/ops/indexing.h"
#include "hilo/ops/math.h"
#include "hilo/ops/sort.h"
#include "hilo/ops/unary.h"
#include "hilo/pjrt/client.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/stablehlo/import.h"
#include "hilo/stablehlo/ir_text.h"
#include "hilo/stablehlo/parse.h"
#include "hilo/stablehlo/write_artifact.h"

namespace hilo::stablehlo {
namespace {

constexpr std::string_view kBeforeComposites = "0.18.0";

using In = std::span<const Value>;
struct Row {
  std::string name{};
  std::vector<Value> (*f)(In) = nullptr;
  std::vector<std::pair<double, double>> ranges{};  ///< of each operand
  double units = 8;                                 ///< how far apart, in units in the last place of what is larger, 1 or the number
  bool is_whole = false;                            ///< the first operand
};

std::ostream& operator<<(std::ostream& out, const Row& row) { return out << row.name; }

std::vector<Row> real_rows() {
  return {
      {"chlo.asin", [](In p) { return std::vector{asin(p[0])}; }, {{-1, 1}}},
      {"chlo.acos", [](In p) { return std::vector{acos(p[0])}; }, {{-1, 1}}},
      {"chlo.atan", [](In p) { return std::vector{atan(p[0])}; }, {{-30, 30}}},
      {"chlo.asinh", [](In p) { return std::vector{asinh(p[0])}; }, {{-30, 30}}},
      {"chlo.acosh", [](In p) { return std::vector{acosh(p[0])}; }, {{1, 30}}},
      {"chlo.atanh", [](In p) { return std::vector{atanh(p[0])}; }, {{-1, 1}}},
      {"chlo.sinh", [](In p) { return std::vector{sinh(p[0])}; }, {{-10, 10}}, 20},
      {"chlo.cosh", [](In p) { return std::vector{cosh(p[0])}; }, {{-10, 10}}, 20},
      {"chlo.erf", [](In p) { return std::vector{erf(p[0])}; }, {{-6, 6}}},
      {"chlo.erfc", [](In p) { return std::vector{erfc(p[0])}; }, {{-6, 6}}},
      {"chlo.erf_inv", [](In p) { return std::vector{erf_inv(p[0])}; }, {{-1, 1}}},
      {"chlo.lgamma", [](In p) { return std::vector{lgamma(p[0])}; }, {{-4.5, 40}}, 60},
      {"chlo.digamma", [](In p) { return std::vector{digamma(p[0])}; }, {{-4.5, 40}}, 60},
      {"chlo.polygamma", [](In p) { return std::vector{polygamma(p[0], p[1])}; }, {{0, 4}, {0.5, 30}}, 100, true},
      {"chlo.zeta", [](In p) { return std::vector{zeta(p[0], p[1])}; }, {{1.5, 9}, {0.5, 30}}, 100},
      {"chlo.bessel_i1e", [](In p) { return std::vector{bessel_i1e(p[0])}; }, {{-30, 30}}},
      {"chlo.top_k", [](In p) { const TopK top = top_k(p[0], 5); return std::vector{top.values, top.indices}; }, {{-4, 4}}, 0},
      {"tan", [](In p) { return std::vector{tan(p[0])}; }, {{-1.5, 1.5}}, 40},
  };
}

class Decomposition : public testing::TestWithParam<Row> {};

std::vector<Array> arguments_of(const Row& row, DType dtype) {
  std::vector<Array> result;
  constexpr int kCount = 997;
  for (std::size_t k = 0; k < row.ranges.size(); ++k) {
    const auto [low, high] = row.ranges[k];
    std::vector<double> x;
    for (int i = 0; i < kCount; ++i) {
      const double at = low + (high - low) * ((i * (k == 0 ? 1 : 311)) % kCount) / (kCount - 1);
      x.push_back(k == 0 && row.is_whole ? std::floor(at) : at);
    }
    result.push_back(from_doubles({dtype, {kCount}}, x));
  }
  return result;
}

Function function_of(const Row& row, DType dtype) {
  return trace(row.f, std::vector(row.ranges.size(), Shape{dtype, {997}}));
}

TEST_P(Decomposition, ComputesTheSame) {
  const pjrt::Client client(pjrt::open("cpu"));
  for (DType dtype : {kF32, kF64, kBF16, kF16}) {
    SCOPED_TRACE(name(dtype));
    const Function f = function_of(GetParam(), dtype);
    const std::vector<Array> arguments = arguments_of(GetParam(), dtype);
    const std::string artifact = write_artifact(f, kBeforeComposites);
    const auto run = [&](const Function& g) { return Program::compile(client, g, {}, {.cache = nullptr}).run(arguments); };
    const std::vector<Array> expected = run(f), got = run(import_program(artifact).function);
    ASSERT_EQ(got.size(), expected.size());
    for (std::size_t k = 0; k < got.size(); ++k) {
      const std::vector<double> a = got[k].to_doubles(), b = expected[k].to_doubles();
      const double unit = epsilon(dtype) * std::max(1.0, GetParam().units);
      for (std::size_t i = 0; i < a.size(); ++i) {
        if (a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]))) continue;
        const double bound = GetParam().units == 0 ? 0 : unit * std::max(1.0, std::abs(b[i]));
        EXPECT_NEAR(a[i], b[i], bound) << "at " << arguments[0].to_doubles()[i];
      }
    }
  }
}

// It is under the op's name, so that a program that is read back is the same.
TEST_P(Decomposition, IsReadBackAsTheOp) {
  if (!GetParam().name.starts_with("chlo.")) return;
  const Function f = function_of(GetParam(), kF32);
  const std::string artifact = write_artifact(f);
  EXPECT_THAT(to_text(parse_bytecode(artifact)), testing::HasSubstr("name = \"" + GetParam().name));
  EXPECT_TRUE(import_program(artifact).function == f);
}

INSTANTIATE_TEST_SUITE_P(Ops, Decomposition, testing::ValuesIn(real_rows()), [](const auto& row) {
  std::string name = row.param.name;
  std::ranges::replace(name, '.', '_');
  return name;
});

// Of one matrix for each example, which gather and scatter pair with its indices from 1.1.0 on.
TEST(Decompositions, OfPairedAxes) {
  const pjrt::Client client(pjrt::open("cpu"));
  const BuildFn one = [](In p) {
    const Value taken = take_along_axis(p[0], p[1]);
    return std::vector{taken, put_along_axis(p[0], p[1], 2 * taken, Update::kAdd), take(p[0], p[1], 1), sort(p[0]), argsort(p[0])};
  };
  const Function f = trace([&](In p) { return vmap(one, p); }, std::vector{Shape{kF32, {4, 3, 5}}, Shape{kI8, {4, 3, 2}}});
  EXPECT_THAT(emit(f), testing::HasSubstr("operand_batching_dims = [0"));
  EXPECT_THAT(emit(f), testing::HasSubstr("input_batching_dims = [0"));
  std::vector<float> x;
  std::vector<std::int8_t> i;
  for (int k = 0; k < 60; ++k) x.push_back(static_cast<float>(k * 37 % 61));
  for (int k = 0; k < 24; ++k) i.push_back(static_cast<std::int8_t>(k * 7 % 5));
  const std::vector<Array> arguments = {Array::of<float>({4, 3, 5}, x), Array::of<std::int8_t>({4, 3, 2}, i)};
  const auto run = [&](const Function& g) { return Program::compile(client, g, {}, {.cache = nullptr}).run(arguments); };
  EXPECT_EQ(run(import_program(write_artifact(f, "1.0.0")).function), run(f));
  EXPECT_TRUE(import_program(write_artifact(f, "1.1.0")).function == f);
}

// Of complex numbers too: all quadrants, within the circle and beyond.
TEST(Decompositions, OfComplexNumbers) {
  const pjrt::Client client(pjrt::open("cpu"));
  std::vector<std::complex<float>> z;
  for (float length : {1e-3F, 0.5F, 0.9F, 1.3F, 4.0F}) {
    for (int k = 0; k < 16; ++k) z.push_back(std::polar(length, 0.1F + static_cast<float>(k) * 0.39F));
  }
  const auto count = static_cast<Dim>(z.size());
  const auto all = [](In p) {
    const Value x = p[0];
    return std::vector{asin(x), acos(x), atan(x), asinh(x), acosh(x), atanh(x), sinh(x), cosh(x), tan(x)};
  };
  const Function f = trace(all, std::vector{Shape{kC64, {count}}});
  const std::vector<Array> arguments = {Array::of({count}, z)};
  const auto run = [&](const Function& g) { return Program::compile(client, g, {}, {.cache = nullptr}).run(arguments); };
  const std::vector<Array> expected = run(f), got = run(import_program(write_artifact(f, kBeforeComposites)).function);
  for (std::size_t k = 0; k < got.size(); ++k) {
    for (std::size_t i = 0; i < z.size(); ++i) {
      const auto a = got[k].data<std::complex<float>>()[i], b = expected[k].data<std::complex<float>>()[i];
      EXPECT_LT(std::abs(a - b), 2e-6F * std::max(1.0F, std::abs(b))) << "result " << k << " at " << z[i] << ": " << a << ", " << b;
    }
  }
}

TEST(Decompositions, EveryOpOfChloHasOne) {
  std::vector<std::string> with_row;
  for (const Row& row : real_rows()) with_row.push_back(row.name);
  for (const OpEntry& op : all_ops().entries()) {
    const bool is_of_chlo = op.name.starts_with("chlo.");
    if (is_of_chlo) { EXPECT_THAT(with_row, testing::Contains(std::string(op.name))); }
  }
}

// One under CHLO's name that is no such op, or of another version, is what its decomposition says.
TEST(Decompositions, AnotherMeaningOfTheNameIsKept) {
  for (const char* said : {R"("chlo.erf" %a {decomposition = @f, version = 2 : i32})", R"("chlo.none" %a {decomposition = @f, version = 1 : i32})",
                           R"("chlo.top_k" %a {decomposition = @f, version = 1 : i32, composite_attributes = {k = 9 : i64}})"}) {
    const Function f = import_program("func.func public @main(%a: tensor<4xf32>) -> tensor<4xf32> {\n%0 = stablehlo.composite " + std::string(said) +
                                      " : (tensor<4xf32>) -> tensor<4xf32>\nreturn %0 : tensor<4xf32>\n}\n"
                                      "func.func private @f(%a: tensor<4xf32>) -> tensor<4xf32> {\n%0 = stablehlo.negate %a : tensor<4xf32>\nreturn %0 : tensor<4xf32>\n}")
                           .function;
    EXPECT_THAT(emit(f), testing::HasSubstr("stablehlo.composite")) << said;
  }
}

}  // namespace
}  // namespace hilo::stablehlo
