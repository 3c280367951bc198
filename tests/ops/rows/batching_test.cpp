// The batching rule of every row: vmap over each subset of its operands, against a loop over the batch.
#include "hilo/autodiff/autodiff.h"
#include "tests/ops/rows/trial.h"

namespace hilo::test {
namespace {

constexpr Dim kBatch = 2;

class Batching : public EachFamily {};
HILO_EACH_FAMILY(Batching);

// Which operands are batched: all subsets of up to three; of more, each alone and all together.
std::vector<std::vector<bool>> subsets(std::size_t operands) {
  std::vector<std::vector<bool>> result;
  for (std::size_t bits = 1; bits < (std::size_t{1} << operands); ++bits) {
    std::vector<bool> one;
    for (std::size_t i = 0; i < operands; ++i) one.push_back((bits >> i & 1) != 0);
    const auto count = std::count(one.begin(), one.end(), true);
    if (operands <= 3 || count == 1 || count == static_cast<std::ptrdiff_t>(operands)) result.push_back(std::move(one));
  }
  return result;
}

Array stacked(const Array& a, const Array& b) {
  Shape shape = a.shape();
  shape.dims.insert(shape.dims.begin(), kBatch);
  Array result(shape);
  const std::span<std::byte> to = result.mutable_bytes();
  std::copy(a.bytes().begin(), a.bytes().end(), to.begin());
  std::copy(b.bytes().begin(), b.bytes().end(), to.begin() + static_cast<std::ptrdiff_t>(a.bytes().size()));
  return result;
}

Array slice_of(const Array& batched, const Shape& shape, Dim i) {
  const auto bytes = static_cast<std::size_t>(shape.byte_size());
  Array result(shape);
  std::copy_n(batched.bytes().begin() + static_cast<std::ptrdiff_t>(bytes) * i, bytes, result.mutable_bytes().begin());
  return result;
}

struct Case {
  std::size_t row;            // number of its trial
  std::vector<bool> batched;
  std::vector<Array> operands;  // with the batch axis where batched
};

void check(const std::vector<Trial>& first, const std::vector<Trial>& second) {
  Module plain, batched;
  std::vector<Case> cases;
  std::size_t most = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const Trial& t = first[i];
    plain.add(t.row->f, t.shapes());
    most = std::max(most, subsets(t.operands.size()).size());
    for (const std::vector<bool>& which : subsets(t.operands.size())) {
      Case c{i, which, t.operands};
      std::vector<Shape> shapes;
      for (std::size_t k = 0; k < which.size(); ++k) {
        if (which[k]) c.operands[k] = stacked(t.operands[k], second[i].operands[k]);
        shapes.push_back(c.operands[k].shape());
      }
      batched.add([&t, which](std::span<const Value> x) { return vmap(t.row->f, x, which); }, shapes);
      cases.push_back(std::move(c));
    }
  }
  compile_all(plain, first, "value");
  batched.compile();
  std::vector<std::vector<Array>> arguments;
  for (const Case& c : cases) arguments.push_back(c.operands);
  const std::vector<std::vector<Array>> results = batched.run(arguments);

  // The loop: example 0 is the same for all subsets, example 1 has the second numbers where batched.
  arguments.clear();
  for (const Trial& t : first) arguments.push_back(t.operands);
  const std::vector<std::vector<Array>> example_0 = plain.run(arguments);
  for (std::size_t n = 0; n < most; ++n) {  // the n-th subset of every row
    for (std::size_t i = 0; i < first.size(); ++i) arguments[i] = first[i].operands;
    std::vector<std::size_t> seen(first.size(), 0);
    std::vector<std::size_t> of_row(first.size(), cases.size());
    for (std::size_t c = 0; c < cases.size(); ++c) {
      const std::size_t i = cases[c].row;
      if (seen[i]++ != n) continue;
      of_row[i] = c;
      for (std::size_t k = 0; k < cases[c].batched.size(); ++k) {
        if (cases[c].batched[k]) arguments[i][k] = second[i].operands[k];
      }
    }
    const std::vector<std::vector<Array>> example_1 = plain.run(arguments);
    for (std::size_t i = 0; i < first.size(); ++i) {
      const std::size_t c = of_row[i];
      const Row& row = *first[i].row;
      if (c == cases.size() || !plain.failure(i).empty()) continue;
      std::string which = "batching of";
      for (std::size_t k = 0; k < cases[c].batched.size(); ++k) {
        if (cases[c].batched[k]) which.append(" ").append(std::to_string(k));
      }
      which += " in " + std::string(name(first[i].dtype));
      const bool is_refused = !row.batching_refusal.empty() &&
                              (row.batching_refused_operand < 0 || cases[c].batched[static_cast<std::size_t>(row.batching_refused_operand)]);
      if (is_refused) {
        if (batched.failure(c).find(row.batching_refusal) == std::string::npos) fail(row, which, "is not refused as said: " + batched.failure(c));
        continue;
      }
      if (!batched.failure(c).empty()) {
        fail(row, which, batched.failure(c));
        continue;
      }
      for (std::size_t r = 0; r < results[c].size(); ++r) {
        const Shape shape = first[i].result_shapes()[r];
        Shape expected = shape;
        expected.dims.insert(expected.dims.begin(), kBatch);
        if (results[c][r].shape() != expected) {
          fail(row, which, "shape " + to_string(results[c][r].shape()) + ", not " + to_string(expected));
          continue;
        }
        if (!row.is_predictable) continue;
        const double tolerance = row.rounding_terms * spacing(shape.dtype, 1);
        expect_near(row, which + ", example 0", decode<Complex>(slice_of(results[c][r], shape, 0)), decode<Complex>(example_0[i][r]), tolerance);
        expect_near(row, which + ", example 1", decode<Complex>(slice_of(results[c][r], shape, 1)), decode<Complex>(example_1[i][r]), tolerance);
      }
    }
  }
}

// One dtype a row: f64 where it is tried in, else its first.
TEST_P(Batching, agrees_with_a_loop) {
  std::vector<Trial> first, second;
  for (const Row& row : family().rows) {
    if (row.inputs.empty() || !row.is_run) continue;
    const bool has_f64 = std::find(row.dtypes.begin(), row.dtypes.end(), kF64) != row.dtypes.end();
    first.emplace_back(row, has_f64 ? kF64 : row.dtypes.front(), 0);
    second.emplace_back(row, first.back().dtype, 1);
  }
  check(first, second);
}

}  // namespace
}  // namespace hilo::test
