#include "hilo/ops/einsum.h"

#include "hilo/autodiff/autodiff.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/reshape.h"
#include "hilo/stablehlo/emit.h"
#include "tests/ops/on_cpu.h"

namespace hilo::test {
namespace {

using In = std::span<const Value>;

struct Numbers {
  Dims dims;
  std::vector<double> values;
};

struct Golden {
  const char* equation;
  std::vector<Numbers> operands;
  Numbers result;
};

// What numpy.einsum gives, made by einsum_goldens.py.
const std::vector<Golden>& goldens() {
  static const auto& rows = *new std::vector<Golden>{
#include "tests/ops/einsum_goldens.inc"
  };
  return rows;
}

std::vector<Value> list(In p) { return {p.begin(), p.end()}; }

TEST(Einsum, AgreesWithNumPy) {
  Programs programs;
  for (const Golden& g : goldens()) {
    std::vector<Array> operands;
    for (const Numbers& n : g.operands) operands.push_back(Array::of(n.dims, n.values));
    programs.add(
        [&g](In p) {
          const Value y = einsum(g.equation, list(p));
          // It is linear in each operand, so each one's gradient times itself is the result,
          // weighted.
          const Value weighted = sum(y * reshape(iota({kF64, {y.size()}}) + 1.0, y.dims()));
          std::vector<Value> all = {y, weighted};
          const std::vector<Value> d = grad(weighted, p);
          for (std::size_t k = 0; k < p.size(); ++k) all.push_back(sum(d[k] * p[k]));
          return all;
        },
        operands);
  }
  const auto got = programs.run();
  for (std::size_t i = 0; i < goldens().size(); ++i) {
    const Golden& g = goldens()[i];
    SCOPED_TRACE(g.equation);
    expect_close(got[i][0], Array::of(g.result.dims, g.result.values), 0);
    for (std::size_t k = 2; k < got[i].size(); ++k)
      EXPECT_EQ(got[i][k], got[i][1]) << "gradient of operand " << k - 2;
  }
}

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

std::string program(const char* equation, const std::vector<Shape>& shapes,
                    std::optional<DType> dtype = {}) {
  return stablehlo::emit(
      trace([&](In p) { return std::vector{einsum(equation, list(p), dtype)}; }, shapes));
}

// No transpose where the order of the operands saves it, and the cheap product first.
TEST(Einsum, WritesGoodPrograms) {
  const std::string swapped = program("ij,jk->ki", {{kF32, {2, 3}}, {kF32, {3, 4}}});
  EXPECT_EQ(count(swapped, "dot_general"), 1);
  EXPECT_EQ(count(swapped, "transpose"), 0);
  const std::string scores =
      program("bqhd,bkhd->bhqk", {{kBF16, {2, 3, 4, 5}}, {kBF16, {2, 6, 4, 5}}}, kF32);
  EXPECT_EQ(count(scores, "-> tensor<2x4x3x6xf32>"), 1);
  EXPECT_EQ(count(scores, "transpose") + count(scores, "convert"), 0);
  const std::string chain =
      program("ab,bc,c->a", {{kF32, {100, 90}}, {kF32, {90, 80}}, {kF32, {80}}});
  EXPECT_EQ(count(chain, "tensor<100x80xf32>"), 0);  // the matrix times the vector first
  const std::string outer = program("i,j->ij", {{kF32, {2}}, {kF32, {3}}});
  EXPECT_EQ(count(outer, "dot_general"), 0);
}

// Exactness is said of what is built meanwhile, and of its gradients, built later.
TEST(ExactProducts, AreSaidToThePlatform) {
  const auto text = [](bool is_exact) {
    const std::vector<Shape> shapes = {{kF32, {2, 3}}, {kF32, {3, 4}}};
    return stablehlo::emit(trace(
        [&](In p) {
          Value y;
          {
            const ExactProducts exact(is_exact);
            y = matmul(p[0], p[1]);
          }
          return std::vector{y, grad(sum(y * y), p[0])};
        },
        shapes));
  };
  EXPECT_EQ(count(text(false), "HIGHEST"), 0);
  EXPECT_EQ(count(text(true), "HIGHEST"), 4);  // of both operands, of both products
}

TEST(Einsum, SumsInTheWiderDtype) {
  const auto got = run(
      [](In p) {
        return std::vector{einsum("ij->i", {p[0]}, kI32), einsum("i,i", {p[1], p[1]}, kI32)};
      },
      {Array::of<std::int8_t>({1, 3}, {100, 100, 100}), Array::of<std::int8_t>({2}, {100, 100})});
  EXPECT_EQ(got[0], Array::of<std::int32_t>({1}, {300}));
  EXPECT_EQ(got[1], Array::scalar<std::int32_t>(20000));
}

TEST(Einsum, Refusals) {
  const Shape a{kF32, {2, 3}}, b{kF32, {3, 4}}, c{kF32, {5, 2, 3}};
  const auto call = [](const char* equation) {
    return [equation](In p) { einsum(equation, list(p)); };
  };
  const std::vector<Misuse> misuses = {
      {"lengths",
       {a, b},
       call("ij,ik"),
       {"einsum: \"i\" is both 2 and 3 long", "f32[2,3], f32[3,4]", "one length for a letter"}},
      {"hidden lengths",
       {{kF32, {2, 3}}, {kF32, {4, 3}}},
       call("...,..."),
       {"einsum: axis -2 of \"...\" is both 2 and 4 long"}},
      {"character",
       {a, b},
       call("i.j,jk"),
       {"einsum: the term \"i.j\" has \".\" in it", "letters and \"...\""}},
      {"terms",
       {a, b},
       call("ij,jk,k"),
       {"einsum: \"ij,jk,k\" has 3 terms for 2 operands", "a term for each operand"}},
      {"rank",
       {a, b},
       call("ijk,jk"),
       {"einsum: the term \"ijk\" does not fit f32[2,3]", "a letter for each axis"}},
      {"rank, too few", {c, b}, call("ij,jk"), {"einsum: the term \"ij\" does not fit f32[5,2,3]"}},
      {"unknown output letter",
       {a, b},
       call("ij,jk->iz"),
       {"einsum: the output letter \"z\" is in no term"}},
      {"output letter twice", {a, b}, call("ij,jk->ii"), {"einsum: the output has \"i\" twice"}},
      {"output without dots",
       {c, b},
       call("...ij,jk->ik"),
       {"einsum: the output \"ik\" has no ellipsis"}},
      {"two ellipses",
       {a, b},
       call("......ij,jk"),
       {"einsum: the term \"......ij\" has two ellipses"}},
      {"two arrows", {a, b}, call("ij,jk->ik->i"), {"einsum: the term \"ik->i\" has \"-\" in it"}},
      {"no operands", {}, call("ij"), {"einsum: \"ij\" has 1 terms for 0 operands"}},
      {"dtypes",
       {a, {kI32, {3, 4}}},
       call("ij,jk"),
       {"einsum: dtypes differ and neither holds the other"}},
  };
  for (const Misuse& m : misuses) expect_refused(m);
}

}  // namespace
}  // namespace hilo::test
