// The derivatives of every row, by check_grads: reverse and forward, and both of both, against central differences in
// f64 and c128; in f32 against the same differences. And those of every op at ten shapes that are drawn, in f64, f32 and
// bf16.
#include <algorithm>
#include <cmath>
#include <cstdio>

#include "hilo/autodiff/autodiff.h"
#include "hilo/exec/check_grads.h"
#include "hilo/ops/all_ops.h"
#include "hilo/ops/constant.h"
#include "tests/ops/rows/drawn.h"

namespace hilo::test {
namespace {

constexpr double kTolerance = 2e-6;                        // of rows, whose numbers are near one
constexpr double kDrawn = 1e-5, kDrawnF32 = 2e-3, kDrawnBF16 = 1e-1;

class Gradient : public EachFamily {};
HILO_EACH_FAMILY(Gradient);

GradsCase case_of(const Trial& t) {
  GradsCase c{t.row->f, t.operands, {.order = t.row->derivative_order}};
  c.options.reverse = t.row->reverse_refusal.empty();
  c.options.forward = t.row->forward_refusal.empty();
  c.options.differences_of = t.row->differences_of;
  c.options.is_constant.assign(t.operands.size(), true);
  for (std::size_t i : t.active_operands) c.options.is_constant[i] = false;
  return c;
}

bool is_tried_in(const Row& row, DType dtype) { return std::ranges::find(row.dtypes, dtype) != row.dtypes.end(); }

bool has_gradient(const Trial& t) { return has_derivative(*t.row) && !t.active_operands.empty(); }

// Checks all cases in one program; where that cannot be built, one by one, to learn which it is. Counts comparisons.
int expect_agreement(const std::vector<Trial>& all, const std::vector<GradsCase>& cases) {
  int comparisons = 0;
  const auto judge = [&](const Trial& t, const GradsReport& r) {
    comparisons += r.comparisons;
    if (!r.passes) fail(*t.row, "in " + std::string(name(t.dtype)), r.text());
  };
  try {
    const std::vector<GradsReport> reports = check_grads(client(), cases);
    for (std::size_t i = 0; i < reports.size(); ++i) judge(all[i], reports[i]);
    return comparisons;
  } catch (const std::exception& together) {
    bool fails_alone = false;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      try {
        judge(all[i], check_grads(client(), std::span(&cases[i], 1))[0]);
      } catch (const std::exception& e) {
        fail(*all[i].row, "in " + std::string(name(all[i].dtype)), e.what());
        fails_alone = true;
      }
    }
    if (!fails_alone) fail(*all[0].row, "all together", together.what());
  }
  return comparisons;
}

TEST_P(Gradient, agrees_with_differences) {
  for (DType dtype : {kF64, kC128}) {
    std::vector<Trial> all = trials(family(), dtype);
    std::erase_if(all, [](const Trial& t) { return !has_gradient(t); });
    std::vector<GradsCase> cases;
    for (const Trial& t : all) {
      cases.push_back(case_of(t));
      cases.back().options.tolerance = kTolerance;
      const DType narrow = dtype == kF64 ? kF32 : DType::kC64;
      if (!is_tried_in(*t.row, narrow) || !t.row->is_predictable) continue;
      cases.back().options.also_in = {{kF32, kTolerance + 16 * t.row->rounding_terms * epsilon(kF32)}};
    }
    expect_agreement(all, cases);
  }
}

// Rows say which rules are not there; those must refuse, and say why.
TEST_P(Gradient, refuses_as_said) {
  for (const Trial& t : trials(family(), kF64)) {
    const auto expect_refusal = [&](const std::string& says, bool is_forward) {
      if (says.empty()) return;
      Module module;
      module.add([&](In x) {
        std::vector<Value> y = t.row->f(x), active;
        for (std::size_t i : t.active_operands) active.push_back(x[i]);
        std::erase_if(y, [](const Value& v) { return !is_differentiable(v.dtype()); });
        return is_forward ? jvp(y, active, active) : vjp(y, y, active);
      }, t.shapes());
      if (module.failure(0).find(says) == std::string::npos) fail(*t.row, is_forward ? "tangent" : "gradient", "is not refused as said: " + module.failure(0));
    };
    if (t.active_operands.empty()) continue;
    expect_refusal(t.row->reverse_refusal, false);
    expect_refusal(t.row->forward_refusal, true);
  }
}

// At kinks and ties, where differences say nothing, rows give their gradients, for cotangents of one.
TEST_P(Gradient, given_gradients) {
  for (DType dtype : {kF32, kF64}) {
    std::vector<Trial> all = trials(family(), dtype);
    std::erase_if(all, [](const Trial& t) { return t.row->given_gradients.empty(); });
    Module gradients;
    std::vector<std::vector<Array>> operands;
    for (const Trial& t : all) {
      gradients.add([&t](In x) {
        std::vector<Value> y, d_y, active;
        const std::vector<Value> results = t.row->f(x);
        for (std::size_t i : t.active_results) {
          y.push_back(results[i]);
          d_y.push_back(ones(results[i].shape()));
        }
        for (std::size_t i : t.active_operands) active.push_back(x[i]);
        return vjp(y, d_y, active);
      }, t.shapes());
      operands.push_back(t.operands);
    }
    compile_all(gradients, all, "given gradient");
    const std::vector<std::vector<Array>> got = gradients.run(operands);
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (std::size_t k = 0; k < got[i].size(); ++k) {
        const Array want = from_doubles(got[i][k].shape(), all[i].row->given_gradients[k]);
        expect_near(*all[i].row, "given gradient " + std::to_string(k), decode<Complex>(got[i][k]), decode<Complex>(want),
                    2 * all[i].row->rounding_terms * epsilon(dtype));
      }
    }
  }
}

class Sweep : public EachFamily {
 protected:
  static inline int functions = 0, shapes = 0, comparisons = 0;

  static void TearDownTestSuite() {
    int ops = 0;
    std::map<std::string, std::vector<std::string>> left_out;  // by reason
    for (const auto& [name, swept] : swept_ops()) {
      if (swept.left_out.empty()) ++ops;
      else left_out[swept.left_out].push_back(name);
    }
    std::printf("sweep of derivatives: %d ops and functions x %d shapes, %d cases; %d derivatives compared (orders 1 and 2, "
                "reverse and forward, each dtype)\n%d of the %zu ops of the table take part; left out:\n",
                functions, kDrawnShapes, shapes, comparisons, ops, all_ops().entries().size());
    for (const auto& [reason, names] : left_out) {
      std::printf("  %s:", reason.c_str());
      for (const std::string& name : names) std::printf(" %s", name.c_str());
      std::printf("\n");
    }
  }
};
HILO_EACH_FAMILY(Sweep);

TEST_P(Sweep, ten_shapes) {
  for (const Drawn& op : drawn(family())) {
    std::vector<Row> rows;
    for (int n = 0; n < kDrawnShapes; ++n) rows.push_back(drawn_row(op, n));
    ++functions;
    for (DType dtype : {kF64, kC128}) {
      std::vector<Trial> all;
      std::vector<GradsCase> cases;
      for (const Row& row : rows) {
        if (!is_tried_in(row, dtype)) continue;
        const Trial trial(row, dtype);
        ASSERT_TRUE(has_gradient(trial)) << row.name;
        GradsCase c = case_of(trial);
        c.options.tolerance = kDrawn;
        if (dtype == kF64 && is_tried_in(row, kF32)) c.options.also_in.push_back({kF32, kDrawnF32});
        if (dtype == kF64 && is_tried_in(row, kBF16)) c.options.also_in.push_back({kBF16, kDrawnBF16});
        all.push_back(trial);
        cases.push_back(std::move(c));
      }
      shapes += static_cast<int>(all.size());
      if (!all.empty()) comparisons += expect_agreement(all, cases);
    }
  }
}

}  // namespace
}  // namespace hilo::test
