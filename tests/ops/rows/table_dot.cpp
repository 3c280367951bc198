// Rows of hilo/ops/dot.h.
#include "hilo/ops/dot.h"

#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

Reference of_letters(std::string equation) {
  return numbers([=](const auto& in) { return products(equation, in); });
}

Row dot(std::string equation, Dims a, Dims b, Dims out, DotDimensionNumbers n) {
  return Row("dot_general " + equation, {Input(std::move(a)), Input(std::move(b))}, std::move(out), [n](Value x, Value y) { return dot_general(x, y, n); })
      .terms(16).is(of_letters(equation));
}

void add_dots(std::vector<Row>& rows) {
  rows.push_back(dot("ik,kj->ij", {2, 3}, {3, 4}, {2, 4}, {.lhs_contracting_dimensions = {1}, .rhs_contracting_dimensions = {0}}).on(kBoolean + from_bits(4, kIntegers + kSmallFloats) + kPlainFloats + kComplexNumbers));
  rows.push_back(dot("ki,jk->ij", {3, 2}, {4, 3}, {2, 4}, {.lhs_contracting_dimensions = {0}, .rhs_contracting_dimensions = {1}}));
  rows.push_back(dot("bik,bkj->bij", {2, 2, 3}, {2, 3, 4}, {2, 2, 4},
                     {.lhs_batching_dimensions = {0}, .rhs_batching_dimensions = {0}, .lhs_contracting_dimensions = {2}, .rhs_contracting_dimensions = {1}}));
  rows.push_back(dot("ibk,kjb->bij", {2, 2, 3}, {3, 4, 2}, {2, 2, 4},
                     {.lhs_batching_dimensions = {1}, .rhs_batching_dimensions = {2}, .lhs_contracting_dimensions = {2}, .rhs_contracting_dimensions = {0}}));
  rows.push_back(dot("bcik,kcbj->cbij", {2, 3, 2, 2}, {2, 3, 2, 2}, {3, 2, 2, 2},
                     {.lhs_batching_dimensions = {1, 0}, .rhs_batching_dimensions = {1, 2}, .lhs_contracting_dimensions = {3}, .rhs_contracting_dimensions = {0}}));
  rows.push_back(dot("ikl,lkj->ij", {2, 3, 2}, {2, 3, 2}, {2, 2}, {.lhs_contracting_dimensions = {1, 2}, .rhs_contracting_dimensions = {1, 0}}));
  rows.push_back(dot("ilk,lkj->ij", {2, 2, 3}, {2, 3, 2}, {2, 2}, {.lhs_contracting_dimensions = {2, 1}, .rhs_contracting_dimensions = {1, 0}}));
  rows.push_back(dot("i,j->ij", {2}, {3}, {2, 3}, {}));
  rows.push_back(dot("i,i->", {3}, {3}, {}, {.lhs_contracting_dimensions = {0}, .rhs_contracting_dimensions = {0}}));
  rows.push_back(dot("i,i->i", {3}, {3}, {3}, {.lhs_batching_dimensions = {0}, .rhs_batching_dimensions = {0}}));
  rows.push_back(dot("ij,ji->", {2, 3}, {3, 2}, {}, {.lhs_contracting_dimensions = {0, 1}, .rhs_contracting_dimensions = {1, 0}}));
  rows.push_back(dot(",ij->ij", {}, {2, 3}, {2, 3}, {}));
  rows.push_back(dot("ik,kj->ij", {2, 0}, {0, 3}, {2, 3}, {.lhs_contracting_dimensions = {1}, .rhs_contracting_dimensions = {0}}));
  rows.back().name = "dot_general over nothing";
  rows.push_back(dot("ik,kj->ij", {0, 2}, {2, 3}, {0, 3}, {.lhs_contracting_dimensions = {1}, .rhs_contracting_dimensions = {0}}));
  rows.back().name = "dot_general of nothing";
  const auto wide = [](DType to) {
    return [to](Value a, Value b) { return dot_general(a, b, {.lhs_contracting_dimensions = {1}, .rhs_contracting_dimensions = {0}}, to); };
  };
  rows.push_back(Row("dot_general, wide sums", {{2, 3}, {3, 4}}, {2, 4}, wide(kF32)).to(kF32).in({kBF16, kF16, DType::kF8E4M3FN, DType::kF8E5M2}).order(0).terms(16).is(of_letters("ik,kj->ij")));
  rows.push_back(Row("dot_general, wider sums", {{2, 3}, {3, 4}}, {2, 4}, wide(kF64)).to(kF64).in({kF32, kF64}).terms(16).is(of_letters("ik,kj->ij")));
  rows.push_back(Row("dot_general, wide whole sums", {Input{2, 3}.between(-100, 100), Input{3, 4}.between(-100, 100)}, {2, 4}, wide(kI32)).to(kI32).in({kI8, kI16, kU8}).order(0).is(of_letters("ik,kj->ij")));
  rows.push_back(dot("ik,kj->ij", {2, 3}, {3, 4}, {2, 4}, {.lhs_contracting_dimensions = {1}, .rhs_contracting_dimensions = {0}}));
  rows.back().name = "dot_general of booleans";
  rows.back().in(kBoolean).order(0).is(integers([](const Tensors<std::int64_t>& in) {
    Tensor<std::int64_t> y = products("ik,kj->ij", in);
    for (std::int64_t& v : y.data) v = v != 0;
    return y;
  }));
}

void add_matmuls(std::vector<Row>& rows) {
  const auto row = [&](Dims a, Dims b, Dims out, std::string equation) -> Row& {
    return rows.emplace_back(Row("matmul " + to_string(a) + " x " + to_string(b), {Input(a), Input(b)}, std::move(out), matmul).terms(16).is(of_letters(std::move(equation))));
  };
  row({2, 3}, {3, 4}, {2, 4}, "ik,kj->ij").on(kBoolean + from_bits(4, kIntegers + kSmallFloats) + kPlainFloats + kComplexNumbers);
  row({3}, {3}, {}, "k,k->");
  row({3}, {3, 4}, {4}, "k,kj->j");
  row({2, 3}, {3}, {2}, "ik,k->i");
  row({5, 2, 3}, {3, 4}, {5, 2, 4}, "bik,kj->bij");
  row({5, 2, 3}, {3}, {5, 2}, "bik,k->bi");
  row({2, 3}, {5, 3, 4}, {5, 2, 4}, "ik,bkj->bij");
  row({3}, {5, 3, 4}, {5, 4}, "k,bkj->bj");
  row({2, 2, 3}, {2, 3, 4}, {2, 2, 4}, "bik,bkj->bij");
  row({1, 2, 3}, {4, 3, 2}, {4, 2, 2}, "bik,bkj->bij");
  row({2, 1, 2, 3}, {3, 3, 2}, {2, 3, 2, 2}, "abik,bkj->abij");
  row({2, 0}, {0, 3}, {2, 3}, "ik,kj->ij");
  rows.push_back(Row("matmul, promoted", {Input{2, 3}.as(kI8), {3, 2}}, {2, 2}, matmul).terms(16).is(of_letters("ik,kj->ij")));
}

void add_drawn(std::vector<Drawn>& drawn) {
  drawn.push_back({"dot_general", [](Draw& draw) {
                     const auto batch = static_cast<std::size_t>(draw.number() % 3), contracted = static_cast<std::size_t>(draw.between(0, 2));
                     const Dims shared = draw.dims(static_cast<int>(batch + contracted), static_cast<int>(batch + contracted));
                     const Dims left = draw.dims(0, 1), right = draw.dims(0, 1);
                     // The shared axes and those of its own, in any order.
                     const auto place = [&](const Dims& own, Axes& batching, Axes& contracting) {
                       Dims all = shared;
                       all.insert(all.end(), own.begin(), own.end());
                       const Axes order = draw.order(all.size());
                       Dims dims(all.size());
                       for (std::size_t i = 0; i < all.size(); ++i) {
                         dims[static_cast<std::size_t>(order[i])] = all[i];
                         if (i < batch) batching.push_back(order[i]);
                         else if (i < shared.size()) contracting.push_back(order[i]);
                       }
                       return dims;
                     };
                     DotDimensionNumbers n;
                     const Dims a = place(left, n.lhs_batching_dimensions, n.lhs_contracting_dimensions);
                     const Dims b = place(right, n.rhs_batching_dimensions, n.rhs_contracting_dimensions);
                     return Row({Input(a), Input(b)}, [n](Value x, Value y) { return dot_general(x, y, n); }).in(kSweptDTypes);
                   }});
}

}  // namespace

Family dot_rows() {
  Family family{.name = "dot", .rows = {}};
  add_dots(family.rows);
  add_matmuls(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
