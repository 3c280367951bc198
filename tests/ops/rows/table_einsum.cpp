// Rows of hilo/ops/einsum.h.
#include "hilo/ops/einsum.h"

#include "tests/ops/rows/reference_ops.h"
#include "tests/ops/rows/rows.h"

namespace hilo::test {
namespace {

// `plain` says the same with every axis named and an output.
Row& add(std::vector<Row>& rows, std::string equation, std::vector<Dims> dims, Dims out, std::string plain = {}) {
  if (plain.empty()) plain = equation;
  std::vector<Input> inputs;
  std::string title = "einsum " + equation;
  for (Dims& d : dims) {
    title += " " + to_string(d);
    inputs.emplace_back(std::move(d));
  }
  return rows.emplace_back(Row(title, std::move(inputs), std::move(out), [equation](In x) { return einsum(equation, x); }).terms(32)
                               .is(numbers([plain](const auto& in) { return products(plain, in); })));
}

}  // namespace

Family einsum_rows() {
  Family family{.name = "einsum", .rows = {}};
  std::vector<Row>& rows = family.rows;
  add(rows, "ij,jk->ik", {{2, 3}, {3, 4}}, {2, 4}).on(kBoolean + from_bits(4, kIntegers + kSmallFloats) + kPlainFloats + kComplexNumbers);
  add(rows, "ij,jk->ki", {{2, 3}, {3, 4}}, {4, 2});
  add(rows, "ji,jk->ik", {{3, 2}, {3, 4}}, {2, 4});
  add(rows, "bij,bjk->bik", {{2, 2, 3}, {2, 3, 2}}, {2, 2, 2});
  add(rows, "bqhd,bkhd->bhqk", {{1, 2, 2, 3}, {1, 3, 2, 3}}, {1, 2, 2, 3});
  add(rows, "i,j->ij", {{2}, {3}}, {2, 3});
  add(rows, "i,i->", {{3}, {3}}, {});
  add(rows, "i,i->i", {{3}, {3}}, {3});
  add(rows, "ij->ji", {{2, 3}}, {3, 2});
  add(rows, "ij->i", {{2, 3}}, {2});
  add(rows, "ij->", {{2, 3}}, {});
  add(rows, "ii->i", {{3, 3}}, {3});
  add(rows, "ii->", {{3, 3}}, {});
  add(rows, "iij->j", {{2, 2, 3}}, {3});
  add(rows, "iji->ij", {{2, 3, 2}}, {2, 3});
  add(rows, "ii,ij->j", {{2, 2}, {2, 3}}, {3});
  add(rows, "ij,kl->ikjl", {{2, 3}, {3, 2}}, {2, 3, 3, 2});
  add(rows, "ijk,ijl->kl", {{2, 2, 3}, {2, 2, 2}}, {3, 2});
  add(rows, "ij,jk,kl->il", {{2, 3}, {3, 2}, {2, 4}}, {2, 4});
  add(rows, "ij,ij,ij->i", {{2, 3}, {2, 3}, {2, 3}}, {2});
  add(rows, "a,b,c,d->abcd", {{2}, {1}, {2}, {3}}, {2, 1, 2, 3});
  add(rows, "ij,jk", {{2, 3}, {3, 4}}, {2, 4}, "ij,jk->ik");
  add(rows, "ba", {{2, 3}}, {3, 2}, "ba->ab");
  add(rows, "ii", {{3, 3}}, {}, "ii->");
  add(rows, "...ij,...jk->...ik", {{2, 2, 3}, {2, 3, 2}}, {2, 2, 2}, "aij,ajk->aik");
  add(rows, "...ij,...jk", {{2, 2, 3}, {2, 3, 2}}, {2, 2, 2}, "aij,ajk->aik");
  add(rows, "...i,ij->...j", {{2, 3, 2}, {2, 4}}, {2, 3, 4}, "abi,ij->abj");
  add(rows, "...i,...i->...", {{3, 1, 2}, {4, 2}}, {3, 4}, "abi,bi->ab");
  add(rows, "i...->...", {{2, 3, 2}}, {3, 2}, "iab->ab");
  add(rows, "i...j->ji...", {{2, 3, 4}}, {4, 2, 3}, "iaj->jia");
  add(rows, " i j , j k -> i k ", {{2, 3}, {3, 2}}, {2, 2}, "ij,jk->ik");
  add(rows, "ij,ij->ij", {{1, 3}, {2, 1}}, {2, 3});
  add(rows, "Aa,aB->AB", {{2, 3}, {3, 2}}, {2, 2});
  add(rows, "ij,jk->ik", {{2, 0}, {0, 3}}, {2, 3});
  add(rows, ",i->i", {{}, {3}}, {3});
  add(rows, "->", {{}}, {});
  rows.push_back(Row("einsum of wide sums", {{2, 3}, {3, 2}}, {2, 2}, [](Value a, Value b) { return einsum("ij,jk->ik", {a, b}, kF32); }).to(kF32).in({kBF16, kF16}).order(0).terms(16)
                     .is(floats([](const auto& in) { return products("ij,jk->ik", in); })));
  rows.push_back(Row("einsum, promoted", {Input{2, 3}.as(kI8), {3, 2}}, {2, 2}, [](Value a, Value b) { return einsum("ij,jk->ik", {a, b}); }).terms(16)
                     .is(floats([](const auto& in) { return products("ij,jk->ik", in); })));
  return family;
}

}  // namespace hilo::test
