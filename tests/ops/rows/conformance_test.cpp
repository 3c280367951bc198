// Every row in every dtype that it names: builds, has the shape that it says, runs on XLA, gives what the reference
// gives. In all other dtypes it is refused.
#include <algorithm>
#include <cmath>

#include "tests/ops/rows/trial.h"

namespace hilo::test {
namespace {

class Conformance : public EachFamily {};
HILO_EACH_FAMILY(Conformance);

std::vector<DType> all_dtypes() {
  std::vector<DType> result;
  for (int i = 0; i < kDTypeCount; ++i) {
    if (has_elements(static_cast<DType>(i))) result.push_back(static_cast<DType>(i));
  }
  return result;
}

// `got` near `want` by so many roundings of its dtype; integers are equal modulo their width.
template <class T>
void expect_values(const Trial& trial, const std::vector<Array>& got, const Reference::Fn<T>& reference) {
  Tensors<T> in;
  for (const Array& a : trial.operands) in.push_back(decode<T>(a));
  const Tensors<T> want = reference(in, trial.dtype);
  const std::string what = "value in " + std::string(name(trial.dtype));
  if (want.size() != got.size()) return fail(*trial.row, what, "the reference has another number of results");
  for (std::size_t k = 0; k < got.size(); ++k) {
    const DType dtype = got[k].shape().dtype;
    if (is_differentiable(dtype)) {
      const Tensor<Complex> expected{want[k].dims, {want[k].data.begin(), want[k].data.end()}};
      expect_near(*trial.row, what, decode<Complex>(got[k]), expected, trial.row->rounding_terms * spacing(dtype, 1));
    } else {
      const Array expected = encode(want[k], dtype);
      if (got[k].shape() != expected.shape()) return fail(*trial.row, what, "shape of the reference: " + to_string(expected.shape()));
      const std::vector<std::int64_t> a = decode<std::int64_t>(got[k]).data, b = decode<std::int64_t>(expected).data;
      EXPECT_EQ(a, b) << trial.row->name << ", " << what;
    }
  }
}

void expect_values(const Trial& trial, const std::vector<Array>& got) {
  const Reference& reference = trial.row->reference;
  if (!reference) return;
  const bool is_real = is_float(trial.dtype) && reference.real;
  if (is_differentiable(trial.dtype) && reference.complex && !is_real) return expect_values<Complex>(trial, got, reference.complex);
  if (is_real) return expect_values<double>(trial, got, reference.real);
  if (!is_differentiable(trial.dtype) && reference.integer) return expect_values<std::int64_t>(trial, got, reference.integer);
  fail(*trial.row, name(trial.dtype), "the reference does not know this kind of number");
}

// Rows that cannot run have the shapes that they say, and the plugin compiles them, or refuses them as said.
TEST_P(Conformance, compiles) {
  for (const Row& row : family().rows) {
    if (row.is_run) continue;
    const Trial trial(row, row.dtypes.front());
    Module module;
    module.add(row.f, trial.shapes());
    const std::vector<Shape> expected = trial.result_shapes(), got = module.function(0).result_shapes();
    const bool fits = std::ranges::equal(got, expected, [](const Shape& a, const Shape& b) { return a.dtype == b.dtype && a.dims == b.dims; });
    if (!fits) fail(row, "shape", "inferred " + to_string(Shapes(got)) + ", not " + to_string(Shapes(expected)));
    module.compile();
    const bool is_as_said = row.plugin_refusal.empty() ? module.failure(0).empty() : module.failure(0).find(row.plugin_refusal) != std::string::npos;
    if (!is_as_said) fail(row, "compiling", module.failure(0).empty() ? "is not refused" : module.failure(0));
  }
}

TEST_P(Conformance, values) {
  for (DType dtype : all_dtypes()) {
    const std::vector<Trial> all = trials(family(), dtype);
    Module module;
    std::vector<std::vector<Array>> operands;
    for (const Trial& t : all) {
      module.add(t.row->f, t.shapes());
      operands.push_back(t.operands);
    }
    compile_all(module, all, "value");
    const std::vector<std::vector<Array>> results = module.run(operands);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!module.failure(i).empty()) continue;
      const Trial& t = all[i];
      const std::vector<Shape> expected = t.result_shapes();
      const std::vector<Shape> inferred = module.function(i).result_shapes();
      std::vector<Shape> got;
      for (const Array& a : results[i]) got.push_back(a.shape());
      if (inferred != expected) fail(*t.row, "shape", "inferred " + to_string(Shapes(inferred)) + ", not " + to_string(Shapes(expected)));
      if (got != inferred) fail(*t.row, "shape", "the device has " + to_string(Shapes(got)) + ", inferred " + to_string(Shapes(inferred)));
      if (got == expected && t.row->is_predictable) expect_values(t, results[i]);
    }
  }
}

TEST_P(Conformance, other_dtypes_are_refused) {
  for (const Row& row : family().rows) {
    if (!row.is_exact) continue;
    for (DType dtype : all_dtypes()) {
      if (std::ranges::find(row.dtypes, dtype) != row.dtypes.end()) continue;
      std::vector<Shape> shapes;
      for (const Input& input : row.inputs) shapes.push_back({input.dtype.value_or(dtype), input.dims});
      try {
        trace(row.f, shapes);
        fail(row, name(dtype), "is accepted, but the row does not run it");
      } catch (const OpError&) {
      }
    }
  }
}

}  // namespace
}  // namespace hilo::test
