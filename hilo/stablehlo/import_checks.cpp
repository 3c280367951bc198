#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/dynamic_slice.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/while_loop.h"
#include "hilo/stablehlo/import_handlers.h"

// What StableHLO's tests have beside StableHLO: the dialects check and interpreter.
namespace hilo::stablehlo {
namespace {

constexpr Dim kKeptIterations = 64;  // of a loop with a probe

// `check.expect_eq` of two values, `check.expect_eq_const` of a value and an attribute.
Out run_check(Importer& importer, const ir::Operation& op, In in) {
  std::string_view name = std::string_view(op.name).substr(6);
  const bool has_constant = name.ends_with("_const");
  expect_operands(in, has_constant ? 1 : 2);
  if (has_constant) name.remove_suffix(6);
  importer.check(name, op, in[0], has_constant ? constant_of(op) : in[1]);
  return {};
}

// The interpreter writes the value to a file under the name; the check below reads it.
Out run_probe(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  importer.probes(Importer::required<std::string>(op, "probe_id")).push_back({in[0]});
  return {in[0]};
}

Out check_probe(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  const std::vector<Importer::Probe>& seen = importer.probes(Importer::required<std::string>(op, "probe_id"));
  const std::int64_t at = op.attribute("iter") == nullptr ? 0 : Importer::required<std::int64_t>(op, "iter");
  const auto is_here = [&](const Importer::Probe& p) { return &p.value.graph() == &in[0].graph(); };
  if (seen.size() == 1 && is_here(seen[0]) && seen[0].count && at >= 0 && at < kKeptIterations) {
    importer.check("expect_eq", op, greater(seen[0].count, at), constant(Array::scalar(true)));  // that it came so far
    importer.check("expect_eq", op, in[0], index_axis(seen[0].value, 0, at));
    return {};
  }
  if (at < 0 || at >= std::ssize(seen) || !is_here(seen[static_cast<std::size_t>(at)]) || seen[static_cast<std::size_t>(at)].count) {
    throw OpError({.problem = "no probe of that name and number in the function itself or one loop of it",
                   .expected = "an interpreter.probe before it, and of a loop one of its first " + std::to_string(kKeptIterations) + " iterations"});
  }
  importer.check("expect_eq", op, in[0], seen[static_cast<std::size_t>(at)].value);
  return {};
}

Out run_processes(Importer& importer, const ir::Operation& op, In in) { return importer.run_parallel(op, in); }

}  // namespace

std::vector<const ir::Operation*> probes_in(const ir::Region& body) {
  std::vector<const ir::Operation*> probes;
  for (const ir::Operation& op : body.operations) {
    if (op.name == "interpreter.probe" && op.results.size() == 1) probes.push_back(&op);
  }
  return probes;
}

// The loop carries, behind its own values, the number of the iteration and a stack for each probe.
Out run_probed_loop(Importer& importer, const ir::Operation& op, In in, std::span<const ir::Operation* const> probes) {
  std::vector<std::string> ids;
  Out carried(in.begin(), in.end());
  carried.push_back(zeros({kI32, {}}));
  for (const ir::Operation* probe : probes) {
    Shape stack = importer.type(probe->results[0]);
    if (!stack.is_static()) throw OpError({.problem = "a probe of open lengths in a loop", .got = {stack}, .expected = "static dims"});
    ids.push_back(Importer::required<std::string>(*probe, "probe_id"));
    stack.dims.insert(stack.dims.begin(), kKeptIterations + 1);  // one for all that come later
    carried.push_back(zeros(stack));
  }
  const std::size_t own = in.size();
  const BuildFn condition = importer.body(op.regions[0]), body = importer.body(op.regions[1]);
  const Out out = while_loop(
      carried, [&](In state) { return condition(state.first(own)); },
      [&](In state) {
        Out next = body(state.first(own));
        const Value count = state[own];
        next.push_back(count + 1);
        for (std::size_t k = ids.size(); k-- > 0;) {  // the last one first, since an id may stand twice
          std::vector<Importer::Probe>& seen = importer.probes(ids[k]);
          next.insert(next.begin() + static_cast<std::ptrdiff_t>(own) + 1,
                      dynamic_update_slice_axis(state[own + 1 + k], expand_dims(seen.back().value, 0), 0, count));
          seen.pop_back();
        }
        return next;
      });
  for (std::size_t k = 0; k < ids.size(); ++k) importer.probes(ids[k]).push_back({out[own + 1 + k], out[own]});
  return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(own)};
}

void add_check_handlers(Handlers& table) {
  table.insert({
      {"check.expect_eq", run_check},
      {"check.expect_close", run_check},
      {"check.expect_almost_eq", run_check},
      {"check.expect_eq_const", run_check},
      {"check.expect_close_const", run_check},
      {"check.expect_almost_eq_const", run_check},
      {"check.expect_serialized_eq", check_probe},
      {"interpreter.print", as_it_is},
      {"interpreter.probe", run_probe},
      {"interpreter.run_parallel", run_processes},
  });
}

}  // namespace hilo::stablehlo
