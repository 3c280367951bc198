#include "hilo/ops/constant.h"
#include "hilo/stablehlo/import_handlers.h"

// What StableHLO's tests have beside StableHLO: the dialects check and interpreter.
namespace hilo::stablehlo {
namespace {

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
  importer.probes(Importer::required<std::string>(op, "probe_id")).push_back(in[0]);
  return {in[0]};
}

Out check_probe(Importer& importer, const ir::Operation& op, In in) {
  expect_operands(in, 1);
  const std::vector<Value>& seen = importer.probes(Importer::required<std::string>(op, "probe_id"));
  const std::int64_t at = op.attribute("iter") == nullptr ? 0 : Importer::required<std::int64_t>(op, "iter");
  if (at < 0 || at >= std::ssize(seen) || &seen[static_cast<std::size_t>(at)].graph() != &in[0].graph()) {
    throw OpError({.problem = "no probe of that name and number in the function itself", .expected = "an interpreter.probe before it, not in a loop"});
  }
  importer.check("expect_eq", op, in[0], seen[static_cast<std::size_t>(at)]);
  return {};
}

Out run_processes(Importer& importer, const ir::Operation& op, In in) { return importer.run_parallel(op, in); }

}  // namespace

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
