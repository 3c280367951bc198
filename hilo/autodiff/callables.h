#pragma once
#include <array>
#include <optional>
#include <tuple>
#include <utility>
#include <vector>

#include "hilo/autodiff/autodiff.h"
#include "hilo/autodiff/jacobian.h"
#include "hilo/graph/tree.h"

// Derivatives and batches of C++ functions over Values, as functions of the same arguments. Every
// argument and result may be a tree (hilo/graph/tree.h): a Value, or a vector, pair, tuple or
// struct of them. The template arguments say by number which arguments are differentiated; the
// first if there are none: `grad<0, 2>(f)(x, y, z)`.
//
// The function is built in a graph of its own, so that values which it reads from outside are
// constants, even where they were made of the arguments.
namespace hilo {

/// `f(arguments)`, built apart and then copied into the graph that is being built.
std::vector<Value> in_graph_of_its_own(
    const BuildFn& f, std::span<const Value> arguments,
    std::source_location where = std::source_location::current());

namespace detail {

template <class R>
struct Auxiliary {  // a function that returns a Value
  static Value loss(const R& r) { return r; }
};
template <class Aux>
struct Auxiliary<std::pair<Value, Aux>> {
  static Value loss(const std::pair<Value, Aux>& r) { return r.first; }
};

// A C++ function at arguments, of which those of the numbers I may be replaced.
template <class F, class Trees, std::size_t... I>
struct AtPoint {
  const F& f;
  Trees trees;

  using Result = decltype(std::apply(f, trees));
  static auto type_of_chosen() {
    if constexpr (sizeof...(I) == 1) {
      return std::type_identity<std::tuple_element_t<(I, ...), Trees>>{};
    } else {
      return std::type_identity<std::tuple<std::tuple_element_t<I, Trees>...>>{};
    }
  }
  using Chosen = typename decltype(type_of_chosen())::type;

  [[nodiscard]] std::vector<Value> chosen() const { return tree::leaves(std::get<I>(trees)...); }
  // f with the leaves of the chosen arguments taken from `p`.
  Result operator()(std::span<const Value> p) const {
    Trees replaced = trees;
    auto next = p.begin();
    (tree::for_each_leaf(std::get<I>(replaced), [&](Value& leaf) { leaf = *next++; }), ...);
    return std::apply(f, replaced);
  }
  // Something of the form of the chosen arguments.
  template <class Next>
  Chosen filled(Next&& next) const {
    Trees replaced = trees;
    (tree::for_each_leaf(std::get<I>(replaced), [&](Value& leaf) { leaf = next(); }), ...);
    if constexpr (sizeof...(I) == 1) {
      return std::get<(I, ...)>(std::move(replaced));
    } else {
      return Chosen{std::get<I>(std::move(replaced))...};
    }
  }
};

template <std::size_t... I, class F, class... Trees>
auto at_point(const F& f, const Trees&... trees) {
  if constexpr (sizeof...(I) == 0) {
    return AtPoint<F, std::tuple<Trees...>, 0>{f, {trees...}};
  } else {
    return AtPoint<F, std::tuple<Trees...>, I...>{f, {trees...}};
  }
}

template <class Point>
auto jacobian_of(const Point& point, std::source_location where,
                 Blocks (*sweep)(const BuildFn&, std::span<const Value>, std::source_location)) {
  std::optional<typename Point::Result> result;
  const Blocks blocks = sweep(
      [&](std::span<const Value> p) {
        result = point(p);
        return tree::leaves(*result);
      },
      point.chosen(), where);
  auto row = blocks.begin();
  return tree::fill<typename Point::Chosen>(*result, [&] {
    auto next = row->begin();
    ++row;
    return point.filled([&] { return *next++; });
  });
}

}  // namespace detail

/// (x..) -> {f(x..), its gradient}. `f` returns a scalar Value, or a pair of one and anything else
/// that is wanted of it (auxiliary outputs); the gradient has the form of the argument, or is a
/// tuple of several arguments' gradients.
/// Throws:  as grad(Value, Value).
/// Source:  jax.value_and_grad.
template <std::size_t... I, class F>
auto value_and_grad(F f, std::source_location where = std::source_location::current()) {
  return [f = std::move(f), where](const tree::Tree auto&... trees) {
    const auto point = detail::at_point<I...>(f, trees...);
    using Result = typename std::remove_cvref_t<decltype(point)>::Result;
    std::optional<Result> result;
    std::size_t values = 0;
    const std::vector<Value> all = in_graph_of_its_own(
        [&](std::span<const Value> p) {
          result = point(p);
          std::vector<Value> list = tree::leaves(*result);
          values = list.size();
          const std::vector<Value> d = grad(detail::Auxiliary<Result>::loss(*result), p, where);
          list.insert(list.end(), d.begin(), d.end());
          return list;
        },
        point.chosen(), where);
    auto next = all.begin() + static_cast<std::ptrdiff_t>(values);
    return std::pair{tree::with_leaves(*result, all), point.filled([&] { return *next++; })};
  };
}

/// The same at once: `auto [loss, d_x] = value_and_grad([&](Value x) { return ..; }, x);`
template <class F, class Tree>
requires(!std::same_as<Tree, std::source_location>) auto value_and_grad(
    F f, const Tree& x, std::source_location where = std::source_location::current()) {
  return value_and_grad(std::move(f), where)(x);
}

/// (x..) -> the gradient of `f`; with auxiliary outputs {gradient, auxiliary}.
/// Source:  jax.grad.
template <std::size_t... I, class F>
auto grad(F f, std::source_location where = std::source_location::current()) {
  return [g = value_and_grad<I...>(std::move(f), where)](const tree::Tree auto&... trees) {
    auto [result, gradient] = g(trees...);
    if constexpr (tree::Leaf<decltype(result)>) {
      return gradient;
    } else {
      return std::pair{std::move(gradient), std::move(result.second)};
    }
  };
}

/// (x..) -> the Jacobian of `f`, forward: in the place of each output, [dims of it.., dims of the
/// argument..], or what has the argument's form.
/// Throws, Cost:  as the one of BuildFns.
/// Source:  jax.jacfwd.
template <std::size_t... I, class F>
auto jacfwd(F f, std::source_location where = std::source_location::current()) {
  return [f = std::move(f), where](const tree::Tree auto&... trees) {
    return detail::jacobian_of(detail::at_point<I...>(f, trees...), where, &jacfwd);
  };
}

/// The same, reverse.
/// Source:  jax.jacrev.
template <std::size_t... I, class F>
auto jacrev(F f, std::source_location where = std::source_location::current()) {
  return [f = std::move(f), where](const tree::Tree auto&... trees) {
    return detail::jacobian_of(detail::at_point<I...>(f, trees...), where, &jacrev);
  };
}

/// The Jacobian in reverse, for those who do not want to choose: models have more inputs.
template <std::size_t... I, class F>
auto jacobian(F f, std::source_location where = std::source_location::current()) {
  return jacrev<I...>(std::move(f), where);
}

/// (x..) -> second derivatives of `f`, forward over reverse: [dims of the output.., dims of x..,
/// dims of x..].
/// Source:  jax.hessian.
template <std::size_t... I, class F>
auto hessian(F f, std::source_location where = std::source_location::current()) {
  return jacfwd<I...>(jacrev<I...>(std::move(f), where), where);
}

/// (x, v) -> the hessian of the scalar `f` times `v`, which has the form of x, without the hessian.
/// Cost:    a few times that of `f`.
template <class F>
auto hvp(F f, std::source_location where = std::source_location::current()) {
  return [f = std::move(f), where](const tree::Tree auto& x, const tree::Tree auto& v) {
    const auto point = detail::at_point<0>(f, x);
    const std::vector<Value> d =
        hvp([&](std::span<const Value> p) { return std::vector<Value>{point(p)}; }, tree::leaves(x),
            tree::leaves(v), where);
    return tree::with_leaves(x, d);
  };
}

/// `f` over axes of its arguments: an entry of `in_axes` is of an argument with all its leaves, one
/// of `out_axes` of a leaf of the result.
/// Throws:  as the one of BuildFns.
/// Example: vmap(f, {.in_axes = {0, std::nullopt}, .out_axes = {-1}})(x, y)
/// Source:  jax.vmap.
template <class F>
auto vmap(F f, VmapOptions options = {},
          std::source_location where = std::source_location::current()) {
  return [f = std::move(f), options = std::move(options), where](const tree::Tree auto&... trees) {
    VmapOptions by_leaf = options;
    if (options.in_axes.size() == sizeof...(trees)) {
      const std::array<std::size_t, sizeof...(trees)> leaves = {tree::leaves(trees).size()...};
      by_leaf.in_axes.clear();
      for (std::size_t i = 0; i < leaves.size(); ++i) {
        by_leaf.in_axes.insert(by_leaf.in_axes.end(), leaves[i], options.in_axes[i]);
      }
    }
    const std::tuple<std::remove_cvref_t<decltype(trees)>...> given(trees...);
    std::optional<decltype(f(trees...))> result;
    const std::vector<Value> all = vmap(
        [&](std::span<const Value> p) {
          result = std::apply(f, tree::with_leaves(given, p));
          return tree::leaves(*result);
        },
        tree::leaves(trees...), by_leaf, where);
    return tree::with_leaves(*result, all);
  };
}

}  // namespace hilo
