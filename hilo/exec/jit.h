#pragma once
#include <algorithm>
#include <any>
#include <map>
#include <memory>
#include <mutex>
#include <tuple>
#include <typeindex>
#include <utility>

#include "hilo/exec/executor.h"
#include "hilo/exec/tree.h"

namespace hilo {

/// A C++ function over Values, compiled: called with Tensors in the place of Values, it returns Tensors in the place of
/// Values. Arguments and results may be trees (hilo/exec/tree.h). What is passed by `std::move` is given away, so that
/// results reuse its memory. Compiled once for each list of shapes; a cheap handle; threads may share it.
/// Example:
///     const auto step = jit(client, [](Value w, Value x) { return w - x * 0.1; });
///     w = step(std::move(w), x);
template <class F>
class Jitted {
 public:
  Jitted(pjrt::Client client, F f, CompileSettings settings)
      : state_(std::make_shared<State>(std::move(client), std::move(f), std::move(settings))) {}

  /// Throws:  what the function throws while it is built, and what Executor::run throws.
  template <class... Trees>
  auto operator()(Trees&&... trees) const {
    using Arguments = std::tuple<tree::rebind<Value, Trees>...>;
    using Result = decltype(std::apply(std::declval<F&>(), std::declval<Arguments>()));
    std::vector<std::size_t> lengths;
    (tree::append_lengths(trees, lengths), ...);
    const auto compiled = state_->template get<Result>(
        lengths, [&] { return Arguments{tree::fill<Value>(trees, [] { return Value(); })...}; });
    std::vector<Argument> arguments;
    (append(std::forward<Trees>(trees), arguments), ...);
    const auto shapes = compiled->has_lists ? shapes_of(arguments) : std::vector<Shape>();
    const std::vector<Tensor> results = compiled->executor.run(std::move(arguments));
    auto next = results.begin();
    return tree::fill<Tensor>(compiled->like(shapes), [&] { return *next++; });
  }

 private:
  template <class Tree>
  static void append(Tree&& argument, std::vector<Argument>& arguments) {
    tree::for_each_leaf(argument, [&](auto& leaf) {
      if constexpr (std::is_lvalue_reference_v<Tree>) {
        arguments.emplace_back(std::as_const(leaf));
      } else {
        arguments.emplace_back(std::move(leaf));
      }
    });
  }

  static std::vector<Shape> shapes_of(const std::vector<Argument>& arguments) {
    std::vector<Shape> shapes;
    for (const Argument& a : arguments) {
      if (!a.tensor) throw OpError({.op = "jit", .problem = "an argument is an empty Tensor", .expected = "a tensor"}, Site(a.where));
      shapes.push_back(a.tensor.shape());
    }
    return shapes;
  }

  // One form of arguments: its programs, and the trees that the function returned.
  template <class Result>
  struct Form {
    explicit Form(Executor e) : executor(std::move(e)) {
      std::vector<std::size_t> lengths;
      tree::append_lengths(Result{}, lengths);
      has_lists = !lengths.empty();
    }
    void keep(std::vector<Shape> shapes, Result result) {
      const std::lock_guard lock(mutex);
      results.emplace_back(std::move(shapes), std::move(result));
    }
    // The result's form; its lists may have other lengths for arguments of other shapes.
    Result like(const std::vector<Shape>& shapes) {
      if (!has_lists) return Result{};
      const std::lock_guard lock(mutex);
      return std::ranges::find(results, shapes, &std::pair<std::vector<Shape>, Result>::first)->second;
    }

    Executor executor;
    bool has_lists = false;
    std::mutex mutex{};
    std::vector<std::pair<std::vector<Shape>, Result>> results{};
  };

  struct State {
    State(pjrt::Client c, F function, CompileSettings s) : client(std::move(c)), f(std::move(function)), settings(std::move(s)) {}

    template <class Result, class MakeLike>
    std::shared_ptr<Form<Result>> get(const std::vector<std::size_t>& lengths, MakeLike make_like) {
      using Arguments = decltype(make_like());
      const std::lock_guard lock(mutex);
      std::any& known = forms[{std::type_index(typeid(Arguments)), lengths}];
      if (!known.has_value()) {
        // The executor's function fills in the result's form; the form owns the executor, so it is held weakly.
        auto weak = std::make_shared<std::weak_ptr<Form<Result>>>();
        auto build = [this, weak, like = make_like()](std::span<const Value> parameters) {
          auto next = parameters.begin();
          Result result = std::apply(f, tree::fill<Value>(like, [&] { return *next++; }));
          std::vector<Value> leaves;
          tree::for_each_leaf(result, [&](const Value& v) { leaves.push_back(v); });
          std::vector<Shape> shapes;
          for (const Value& p : parameters) shapes.push_back(p.shape());
          if (const auto form = weak->lock()) form->keep(std::move(shapes), std::move(result));
          return leaves;
        };
        auto form = std::make_shared<Form<Result>>(Executor(client, std::move(build), settings));
        *weak = form;
        known = form;
      }
      return std::any_cast<std::shared_ptr<Form<Result>>>(known);
    }

    const pjrt::Client client;
    F f;
    const CompileSettings settings;
    std::mutex mutex;
    std::map<std::pair<std::type_index, std::vector<std::size_t>>, std::any> forms{};
  };

  std::shared_ptr<State> state_;
};

template <class F>
Jitted<F> jit(pjrt::Client client, F f, CompileSettings settings = {}) {
  return {std::move(client), std::move(f), std::move(settings)};
}

}  // namespace hilo
