#pragma once
#include <concepts>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/graph/attribute.h"
#include "hilo/graph/call_site.h"
#include "hilo/graph/graph.h"

namespace hilo {

/// What the rules of an op that holds Functions may ask for; `autodiff` defines it.
class Transforms {
 public:
  virtual ~Transforms() = default;
  /// (x.., d_x..) -> (y.., d_y..). Tangents of arguments whose `is_active` is false are left out of the parameters;
  /// tangents of all results are returned (zeros are materialised).
  [[nodiscard]] virtual Function jvp(const Function& f, const std::vector<bool>& is_active) const = 0;
  /// (x.., d_y..) -> (d_x..), for every argument and every result; zeros are materialised.
  [[nodiscard]] virtual Function vjp(const Function& f) const = 0;
  /// The function over arguments with a new leading axis of length `size` (those whose `is_batched` says so); all its
  /// results have that axis.
  [[nodiscard]] virtual Function batch(const Function& f, const std::vector<bool>& is_batched, Dim size) const = 0;
  /// `vjp` for the arguments alone whose `is_active` says so; what depends on the others alone is not differentiated.
  [[nodiscard]] virtual Function vjp_of(const Function& f, const std::vector<bool>& is_active) const = 0;
};

/// What a reverse rule is given. `out` and `d_out` are the first of `outs` and `d_outs`, for ops with one result.
/// A none among `d_outs` is zero; `d_out` of a one-result op never is.
struct Vjp {
  std::span<const Value> in, outs, d_outs;
  Value out, d_out;
  const Transforms& transforms;
};

/// What a forward rule is given. A none among the tangents `d_in` is zero; at least one is not.
struct Jvp {
  std::span<const Value> in, outs, d_in;
  Value out;
  const Transforms& transforms;
};

/// What a batching rule is given: operands whose `is_batched` says so have an extra axis of length `size` in front.
/// The rule returns the results, all with that axis in front.
struct Batch {
  std::span<const Value> in;
  std::vector<bool> is_batched;
  Dim size;
  const Transforms& transforms;
};

/// A rule that says why there is none: `static constexpr Unsupported vjp{"integers have no gradient"};`
struct Unsupported {
  const char* reason;
  std::vector<Value> operator()(const Vjp&) const { refuse(); }
  std::vector<Value> operator()(const Jvp&) const { refuse(); }
  std::vector<Value> operator()(const Batch&) const { refuse(); }

 private:
  [[noreturn]] void refuse() const { throw OpError({.problem = reason}); }
};
constexpr Unsupported unsupported(const char* reason) { return {reason}; }

/// The rule of ops that are constant almost everywhere (floor, compare) or have no floating operand.
struct ZeroGradient {
  std::vector<Value> operator()(const Vjp& v) const { return std::vector<Value>(v.in.size()); }
  std::vector<Value> operator()(const Jvp& v) const { return std::vector<Value>(v.outs.size()); }
};

/// Everything an op says, once, in one struct. Its attributes are its data members, listed once in `fields`:
/// `static void fields(auto&& field) { field("dimension", &Concatenate::dimension); }`, under StableHLO's names.
/// A member of type Function is a region, one of type std::vector<Function> several.
template <class Op>
concept OpRules = requires(const Op& op, Shapes shapes, const Vjp& vjp, const Jvp& jvp, const Batch& batch) {
  { Op::kName } -> std::convertible_to<std::string_view>;
  Op::fields([](std::string_view, auto) {});
  { op.infer(shapes) } -> std::same_as<std::vector<Shape>>;
  { op.vjp(vjp) } -> std::same_as<std::vector<Value>>;      // a cotangent per operand
  { op.jvp(jvp) } -> std::same_as<std::vector<Value>>;      // a tangent per result
  { op.batch(batch) } -> std::same_as<std::vector<Value>>;  // a batched value per result
};

/// An op with its C++ type erased, for the graph to hold.
class AnyOp {
 public:
  virtual ~AnyOp() = default;
  /// StableHLO's mnemonic, or Hilo's own name for an op that is replaced by its body when printed.
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual std::vector<Shape> infer(Shapes shapes) const = 0;
  [[nodiscard]] virtual std::vector<Value> vjp(const Vjp& v) const = 0;
  [[nodiscard]] virtual std::vector<Value> jvp(const Jvp& v) const = 0;
  [[nodiscard]] virtual std::vector<Value> batch(const Batch& b) const = 0;
  [[nodiscard]] virtual std::vector<NamedAttribute> attributes() const = 0;
  [[nodiscard]] virtual std::vector<Function> regions() const = 0;
  /// The ops that the program has in this one's place (of a custom gradient its body, of a scan a while loop); none for an
  /// op that is printed as it is. `is_used` says by result whether anybody reads it.
  [[nodiscard]] virtual Function expansion(Shapes in, const std::vector<bool>& is_used) const = 0;
  /// How many operands are printed. Those behind them are the parameters of all regions, which read them from outside
  /// (`static constexpr int kRegionOperandsFrom = 1;`); -1: all are printed.
  [[nodiscard]] virtual int region_operands_from() const = 0;
  /// The attribute that names the op's one Function, which is printed as a private function beside main (of a composite
  /// "decomposition"; `static constexpr std::string_view kCallee = ..;`). Empty: Functions are regions of the op.
  [[nodiscard]] virtual std::string_view callee_attribute() const = 0;
  /// The op on operands of these shapes as other ops that compute the same faster on `platform` ("cpu", "cuda", "tpu");
  /// none where it is best as it is. Only the program that is compiled for that platform is written so.
  [[nodiscard]] virtual Function lowering(std::string_view platform, Shapes in) const = 0;
  /// Of an op that no release or not every release of StableHLO has (CHLO's), or has with these attributes: the same in ops that
  /// all have. None for others.
  [[nodiscard]] virtual Function decomposition(Shapes in) const = 0;
  /// Whether it does something that its results do not show (`bool has_side_effect` among its members, or as a static one), or
  /// an op in one of its Functions does: then it stays in the program though nobody reads what it gives.
  [[nodiscard]] virtual bool has_side_effect() const = 0;
  /// Reads a rule's reason; empty where the rule exists. `is_constant`: the derivative is zero wherever there is one.
  struct Reasons {
    std::string_view vjp, jvp, batch;
    bool is_constant = false;
  };
  [[nodiscard]] virtual Reasons unsupported() const = 0;

  bool operator==(const AnyOp& other) const {
    return name() == other.name() && attributes() == other.attributes() && regions() == other.regions();
  }
};

template <OpRules Op>
class Erased final : public AnyOp {
 public:
  explicit Erased(Op op) : op_(std::move(op)) {}
  [[nodiscard]] std::string_view name() const override { return Op::kName; }
  [[nodiscard]] std::vector<Shape> infer(Shapes s) const override { return op_.infer(s); }
  [[nodiscard]] std::vector<Value> vjp(const Vjp& v) const override { return op_.vjp(v); }
  [[nodiscard]] std::vector<Value> jvp(const Jvp& v) const override { return op_.jvp(v); }
  [[nodiscard]] std::vector<Value> batch(const Batch& b) const override { return op_.batch(b); }
  [[nodiscard]] std::vector<NamedAttribute> attributes() const override {
    std::vector<NamedAttribute> result;
    Op::fields([&](std::string_view name, auto member) {
      using Member = std::remove_cvref_t<decltype(op_.*member)>;
      if constexpr (!std::is_same_v<Member, Function> && !std::is_same_v<Member, std::vector<Function>>) {
        if (auto value = to_attribute(op_.*member)) result.push_back({std::string(name), std::move(*value)});
      }
    });
    return result;
  }
  [[nodiscard]] std::vector<Function> regions() const override {
    std::vector<Function> result;
    Op::fields([&](std::string_view, auto member) {
      using Member = std::remove_cvref_t<decltype(op_.*member)>;
      if constexpr (std::is_same_v<Member, Function>) result.push_back(op_.*member);
      if constexpr (std::is_same_v<Member, std::vector<Function>>) result = op_.*member;
    });
    return result;
  }
  [[nodiscard]] Function expansion([[maybe_unused]] Shapes in, [[maybe_unused]] const std::vector<bool>& is_used) const override {
    if constexpr (requires { op_.expansion(in, is_used); }) return op_.expansion(in, is_used);
    else return {};
  }
  [[nodiscard]] int region_operands_from() const override {
    if constexpr (requires { Op::kRegionOperandsFrom; }) return Op::kRegionOperandsFrom;
    else return -1;
  }
  [[nodiscard]] std::string_view callee_attribute() const override {
    if constexpr (requires { Op::kCallee; }) return Op::kCallee;
    else return {};
  }
  [[nodiscard]] Function lowering([[maybe_unused]] std::string_view platform, [[maybe_unused]] Shapes in) const override {
    if constexpr (requires { op_.lowering(platform, in); }) return op_.lowering(platform, in);
    else return {};
  }
  [[nodiscard]] Function decomposition([[maybe_unused]] Shapes in) const override {
    if constexpr (requires { op_.decomposition(in); }) return op_.decomposition(in);
    else return {};
  }
  [[nodiscard]] bool has_side_effect() const override {
    if constexpr (requires { op_.has_side_effect; }) {
      if (op_.has_side_effect) return true;
    }
    bool result = false;
    const auto look = [&](const Function& f) { result = result || (f && f.graph().has_side_effects()); };
    Op::fields([&](std::string_view, auto member) {
      using Member = std::remove_cvref_t<decltype(op_.*member)>;
      if constexpr (std::is_same_v<Member, Function>) look(op_.*member);
      if constexpr (std::is_same_v<Member, std::vector<Function>>) {
        for (const Function& f : op_.*member) look(f);
      }
    });
    return result;
  }
  [[nodiscard]] Reasons unsupported() const override {
    Reasons r;
    if constexpr (requires { Op::vjp.reason; }) r.vjp = Op::vjp.reason;
    if constexpr (requires { Op::jvp.reason; }) r.jvp = Op::jvp.reason;
    if constexpr (requires { Op::batch.reason; }) r.batch = Op::batch.reason;
    if constexpr (requires { Op::vjp.operator()(std::declval<const Vjp&>()); }) {
      r.is_constant = std::is_same_v<std::remove_cvref_t<decltype(Op::vjp)>, ZeroGradient>;
    }
    return r;
  }
  [[nodiscard]] const Op& op() const { return op_; }

 private:
  Op op_;
};

/// The op of a node as its own type, or null if it is another one.
template <OpRules Op>
const Op* op_cast(const AnyOp* op) {
  const auto* erased = dynamic_cast<const Erased<Op>*>(op);
  return erased == nullptr ? nullptr : &erased->op();
}

/// Adds `op` applied to `operands`. Throws OpError, with the caller's line, if the shape rule refuses them.
template <OpRules Op>
std::vector<Value> apply_all(Op op, std::span<const Value> operands,
                             std::source_location where = std::source_location::current()) {
  const Site site = CallSite::current(where);
  return current_graph(Op::kName, site).add(std::make_shared<Erased<Op>>(std::move(op)), operands, site);
}

/// The same for an op with one result.
template <OpRules Op>
Value apply(Op op, std::span<const Value> operands,
            std::source_location where = std::source_location::current()) {
  return apply_all(std::move(op), operands, where).front();
}
template <OpRules Op>
Value apply(Op op, std::initializer_list<Value> operands,
            std::source_location where = std::source_location::current()) {
  return apply(std::move(op), std::span<const Value>(operands.begin(), operands.size()), where);
}

}  // namespace hilo
