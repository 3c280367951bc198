#pragma once
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "hilo/graph/op.h"
#include "hilo/ops/all_ops.h"
#include "hilo/ops/op_parts.h"
#include "hilo/stablehlo/import.h"

// This header is for the sources of this room: how an operation of a program becomes nodes of the graph.
namespace hilo::stablehlo {

class Importer {
 public:
  using Handler = std::vector<Value> (*)(Importer&, const ir::Operation&, std::span<const Value>);
  Importer(const ir::Program& program, const ImportOptions& options);

  /// May be asked for one function after another; what they are made of is bounded for all together.
  Imported run(std::string_view name);

  // What handlers of single operations ask for.

  /// The region as a function of values; whatever it reads of outside is captured.
  BuildFn body(const ir::Region& region);
  /// The function of that name on these arguments, in place of a call.
  std::vector<Value> call(std::string_view name, std::span<const Value> arguments, const ir::Operation& op);
  /// What the operation gives under that name.
  std::vector<Value> results_of(const ir::Operation& op, std::string_view name, std::span<const Value> operands);
  /// The check that the operation is, for which values are kept.
  void check(std::string_view name, const ir::Operation& op, Value got, Value expected);
  /// The groups that a collective names by axes of a mesh, as ids; none if it names ids. Of import_groups.cpp.
  std::optional<Array> groups_by_axes(const ir::Operation& op) const;
  /// What a probe saw; in a loop, one behind the other, with how often it was met.
  struct Probe {
    Value value, count{};
  };
  /// The probes of that name so far.
  std::vector<Probe>& probes(const std::string& id) { return probes_[id]; }
  /// What the functions in the attribute "programs" give, each a process, when all run side by side. Of import_parallel.cpp.
  std::vector<Value> run_parallel(const ir::Operation& op, std::span<const Value> operands);
  /// The shardings in the list under that attribute, with their meshes.
  std::vector<Sharding> shardings_under(const ir::Operation& op, std::string_view name);
  /// The value under the attribute "sharding" of a constraint.
  Value constrained(const ir::Operation& op, Value value);
  /// The value of an @xla.sdy.FuncResultSharding: what its attribute says is said of the value itself where nothing is.
  Value as_result(const ir::Operation& op, Value value);
  [[nodiscard]] const Shape& type(ir::ValueId value) const {
    const auto found = expressed_.find(value);
    return found != expressed_.end() ? found->second : program_.types[static_cast<std::size_t>(value)];
  }
  /// The attribute in that type. Throws OpError if it is not there or of another kind.
  template <class T>
  static T required(const ir::Operation& op, std::string_view name) {
    T value{};
    const AttributeValue* given = op.attribute(name);
    if (given == nullptr) throw OpError({.problem = "no attribute '" + std::string(name) + "'"});
    if (!read_attribute(*given, value)) detail::refuse_attribute(name);
    return value;
  }

 private:
  static const std::map<std::string_view, Handler>& handlers();

  [[nodiscard]] const ir::Operation& function(std::string_view name, const ir::Position& at) const;
  std::vector<Value> operations(const ir::Region& region, std::span<const Value> arguments);
  std::vector<Value> body_of(const ir::Operation& function, std::span<const Value> arguments);
  struct Processes;
  void operation(const ir::Operation& op);
  /// `work`, whose errors are told as those of the operation.
  void guarded(const ir::Operation& op, const std::function<void()>& work) const;
  /// What an op gives in a form that Hilo's op of its name does not have; none in every other. Of import_variants.cpp.
  std::optional<std::vector<Value>> variant_of(const ir::Operation& op, std::string_view name, std::span<const Value> operands);
  /// The op of CHLO that a composite's name says; none if it says none, or one that gives other shapes.
  std::optional<std::vector<Value>> as_chlo(const ir::Operation& op, std::span<const Value> operands);
  /// The operands of a reduction in the dtypes that its body has; none where they are in them.
  std::optional<std::vector<Value>> promoted(const ir::Operation& op, std::string_view name, std::span<const Value> operands) const;
  /// What an op gives on quantised tensors, by that on the numbers that they stand for; none where there are no such tensors. Of import_quantized.cpp.
  std::optional<std::vector<Value>> quantized_of(const ir::Operation& op, std::string_view name, std::span<const Value> operands);
  /// A result of the region of such an op, which is to give those numbers too.
  [[nodiscard]] Value without_quantization(const ir::Region& region, Value result) const;
  std::vector<Value> built(const ir::Operation& op, const OpEntry& entry, std::span<const Value> operands);
  Function closed_region(const ir::Region& region, const ir::Operation& op, std::string_view name, std::span<const Value> operands);
  // Of import_sharding.cpp: meshes of the program, and what attributes say of values; none: nothing.
  void read_meshes();
  void add_mesh(std::string_view name, const AttributeValue& mesh, const ir::Operation& op);
  [[nodiscard]] Sharding resolved(Sharding sharding) const;
  [[nodiscard]] std::vector<Sharding> shardings_of(const std::vector<NamedAttribute>& attributes) const;
  void shard_each(std::vector<Value>& values, const ir::Operation& function, std::string_view attributes) const;
  void shard_results(std::vector<Value>& results, const ir::Operation& op, std::size_t first_new) const;

  Value operand(ir::ValueId id);
  void define(ir::ValueId id, Value value);
  void check_results(const ir::Operation& op, std::span<const Value> results) const;
  [[nodiscard]] Site site_of(const ir::Operation& op) const;
  [[noreturn]] void refuse(const ir::Operation& op, const std::string& problem) const;
  [[noreturn]] void refuse(const ir::Operation& op, const OpError& error) const;

  const ir::Program& program_;
  const ImportOptions& options_;
  std::map<std::string, const ir::Operation*, std::less<>> functions_;
  std::map<std::string, std::shared_ptr<const Mesh>, std::less<>> meshes_;
  std::unordered_map<ir::ValueId, Value> values_;
  std::map<ir::ValueId, Shape> expressed_;  // of results and of regions' arguments of ops that are imported without quantisation
  std::vector<std::string_view> calls_;  // that are being written out
  std::size_t budget_ = 0;               // operations that may still be built
  int depth_ = 0;
  Graph* main_ = nullptr;
  std::vector<std::pair<Value, Value>> checked_;
  std::map<std::string, std::vector<Probe>, std::less<>> probes_;
  Imported result_;
};

/// A call of LAPACK as JAX writes it for the CPU (`lapack_spotrf_ffi`) or a GPU (`cusolver_potrf_ffi`), as Hilo's own linear
/// algebra, which has gradients; none where `target` is no such call. Of import_lapack.cpp.
std::optional<std::vector<Value>> import_lapack(Importer& importer, const ir::Operation& op, std::string_view target, std::span<const Value> operands);

/// The row that each of the first `steps` steps of elimination swapped its own with, where they gave rows this order.
Value pivots_from(Value permutation, Dim steps);

/// Another call that JAX writes, as Hilo's ops; none where `target` is no such call, or lengths that it has as operands are
/// not known. Of import_jax_calls.cpp.
std::optional<std::vector<Value>> import_jax_call(Importer& importer, const ir::Operation& op, std::string_view target, std::span<const Value> operands);

}  // namespace hilo::stablehlo
