#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "hilo/graph/op.h"
#include "hilo/graph/tree.h"

namespace hilo {

/// A result of an op in the body of `remat`.
struct Saveable {
  const AnyOp& op;
  Shapes in;
  Shape out;
  std::string_view name;  ///< that `checkpoint_name` gave it; else empty
};

/// Says which results are kept for the gradient; the others are computed again.
using RematPolicy = std::function<bool(const Saveable&)>;

bool nothing_saveable(const Saveable&);
bool everything_saveable(const Saveable&);
/// Matrix products and convolutions.
bool dots_saveable(const Saveable&);
/// Values that checkpoint_name calls one of these.
RematPolicy save_only_these_names(std::vector<std::string> names);

struct RematOptions {
  RematPolicy policy = nothing_saveable;
  /// Whether a barrier keeps the compiler from merging what is computed again with what was
  /// computed before. Within the body of a scan it need not.
  bool prevents_cse = true;
};

/// Computes `f(inputs)`; its reverse keeps the inputs and what the policy says, and computes the
/// rest of `f` again: less memory for more work. Values that `f` reads from outside are inputs too.
/// Gradient: of any order; forward derivatives keep nothing anyway.
/// Cost:     the reverse computes `f` once more.
/// Source:   jax.checkpoint; Chen et al. 2016, "Training deep nets with sublinear memory cost".
std::vector<Value> remat(Operands inputs, const BuildFn& f, const RematOptions& options = {});

/// The same as a function of Values, or trees of them:
/// `const auto block = remat([&](Value x) { return tanh(matmul(x, w)); });  y = block(x);`
template <class F>
auto remat(F f, RematOptions options = {},
           std::source_location where = std::source_location::current()) {
  return [f = std::move(f), options = std::move(options), where](const tree::Tree auto&... trees) {
    const std::tuple<std::remove_cvref_t<decltype(trees)>...> given(trees...);
    std::optional<decltype(f(trees...))> result;
    const std::vector<Value> all = remat(
        Operands(tree::leaves(trees...), where),
        [&](std::span<const Value> p) {
          result = std::apply(f, tree::with_leaves(given, p));
          return tree::leaves(*result);
        },
        options);
    return tree::with_leaves(std::move(*result), all);
  };
}

/// x, under a name that a policy of `remat` may ask for.
/// Source:  jax.ad_checkpoint.checkpoint_name.
Value checkpoint_name(Operand x, std::string name);

}  // namespace hilo
