#pragma once
#include "hilo/stablehlo/importer.h"

// This header is for the sources of this room: operations of programs that are not one of Hilo's ops under their own name.
namespace hilo::stablehlo {

using In = std::span<const Value>;
using Out = std::vector<Value>;
using Handlers = std::map<std::string_view, Importer::Handler>;

void expect_operands(In in, std::size_t count);
/// Of the first result, as declared.
DType result_dtype(const Importer& importer, const ir::Operation& op);
/// A constant op, `check.expect_eq_const`: the array under the attribute. One element said for all is kept as one.
Value constant_of(const ir::Operation& op, std::string_view attribute = "value");
Out make_constant(Importer& importer, const ir::Operation& op, In in);
/// A number under an attribute, however it is spelled, as a scalar of `dtype`; none if it is something else.
Value number_of(const AttributeValue& value, DType dtype);
/// Gives its operand.
Out as_it_is(Importer& importer, const ir::Operation& op, In in);

template <Value (*f)(Operand)>
Out unary(Importer&, const ir::Operation&, In in) {
  expect_operands(in, 1);
  return {f(in[0])};
}

/// NumPy's rules for the operands from `first` on, or axes for the operand of lower rank.
Out stretched(const ir::Operation& op, In in, std::size_t first = 0);

template <Value (*f)(Operand, Operand)>
Out binary(Importer&, const ir::Operation& op, In in) {
  expect_operands(in, 2);
  const Out x = stretched(op, in);
  return {f(x[0], x[1])};
}
Out make_select(Importer& importer, const ir::Operation& op, In in);

/// The probes that stand in the body of a loop itself, and the loop with what they see of its first iterations kept.
std::vector<const ir::Operation*> probes_in(const ir::Region& body);
Out run_probed_loop(Importer& importer, const ir::Operation& op, In in, std::span<const ir::Operation* const> probes);

/// Ops of each kind, a source file each: calls, constants, control flow, custom calls and Shardy; older ops and CHLO;
/// arithmetic on lengths of arith, shape and tensor; StableHLO's tests.
void add_call_handlers(Handlers& table);
void add_chlo_handlers(Handlers& table);
void add_length_handlers(Handlers& table);
void add_check_handlers(Handlers& table);

}  // namespace hilo::stablehlo
