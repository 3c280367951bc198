#pragma once
#include <concepts>
#include <cstddef>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "hilo/graph/value.h"

// Trees: a leaf (Value or Tensor; hilo/exec/tree.h knows of the latter), a vector, pair or tuple of trees, or a struct template over the leaf type that lists
// its members in `fields`:
//     template <class T> struct State { T weights, bias;
//       static void fields(auto&& field) { field("weights", &State::weights); field("bias", &State::bias); } };
// What a C++ function takes and returns as Values, its compiled form takes and returns as Tensors.
namespace hilo::tree {

/// Whether a type is a leaf; a kind of leaf specialises it.
template <class T>
inline constexpr bool kIsLeaf = std::same_as<T, Value>;
template <class T>
concept Leaf = kIsLeaf<std::remove_cvref_t<T>>;
template <class T>
concept Tuple = requires { std::tuple_size<std::remove_cvref_t<T>>::value; };
template <class T>
concept List = requires(T& t) { t.push_back(*t.begin()); };

template <class T>
concept Tree = Leaf<T> || Tuple<T> || List<std::remove_cvref_t<T>> ||
               requires { std::remove_cvref_t<T>::fields([](std::string_view, auto) {}); };

template <class To, class T>
struct Rebound {};
template <class To, Leaf T>
struct Rebound<To, T> {
  using type = To;
};
template <class To, class T>
struct Rebound<To, std::vector<T>> {
  using type = std::vector<typename Rebound<To, T>::type>;
};
template <class To, template <class...> class Struct, class... T>
  requires(!List<Struct<T...>> && !Leaf<Struct<T...>>)
struct Rebound<To, Struct<T...>> {
  using type = Struct<typename Rebound<To, T>::type...>;
};
/// The same tree over another leaf: `rebind<Tensor, std::pair<Value, Value>>` is std::pair<Tensor, Tensor>.
template <class To, class T>
using rebind = typename Rebound<To, std::remove_cvref_t<T>>::type;

/// Calls `f` on every leaf, in order.
template <class T, class F>
void for_each_leaf(T& tree, F&& f) {
  if constexpr (Leaf<T>) {
    f(tree);
  } else if constexpr (Tuple<T>) {
    std::apply([&](auto&... parts) { (for_each_leaf(parts, f), ...); }, tree);
  } else if constexpr (List<std::remove_const_t<T>>) {
    for (auto& part : tree) for_each_leaf(part, f);
  } else {
    std::remove_const_t<T>::fields([&](std::string_view, auto member) { for_each_leaf(tree.*member, f); });
  }
}

/// The leaves, in order.
template <class... Trees>
std::vector<Value> leaves(const Trees&... trees) {
  std::vector<Value> result;
  (for_each_leaf(trees, [&](const Value& v) { result.push_back(v); }), ...);
  return result;
}

/// The tree with its leaves, in order, replaced by `values`.
template <class T>
T with_leaves(T tree, std::span<const Value> values) {
  auto next = values.begin();
  for_each_leaf(tree, [&](Value& leaf) { leaf = *next++; });
  return tree;
}

/// A tree of the form of `like` over `To`, its leaves taken one by one from `next()`.
template <class To, class T, class Next>
rebind<To, T> fill(const T& like, Next&& next) {
  if constexpr (Leaf<T>) {
    return next();
  } else if constexpr (Tuple<T>) {
    return std::apply([&](const auto&... parts) { return rebind<To, T>{fill<To>(parts, next)...}; }, like);
  } else if constexpr (List<T>) {
    rebind<To, T> result;
    for (const auto& part : like) result.push_back(fill<To>(part, next));
    return result;
  } else {
    rebind<To, T> result;
    T::fields([&](std::string_view name, auto from) {
      auto part = fill<To>(like.*from, next);
      rebind<To, T>::fields([&](std::string_view other, auto to) {
        if constexpr (requires { result.*to = std::move(part); }) {
          if (other == name) result.*to = std::move(part);
        }
      });
    });
    return result;
  }
}

/// The lengths of the lists in it: with its type, they fix its form.
template <class T>
void append_lengths(const T& tree, std::vector<std::size_t>& lengths) {
  if constexpr (Leaf<T>) {
    return;
  } else if constexpr (Tuple<T>) {
    std::apply([&](const auto&... parts) { (append_lengths(parts, lengths), ...); }, tree);
  } else if constexpr (List<T>) {
    lengths.push_back(tree.size());
    for (const auto& part : tree) append_lengths(part, lengths);
  } else {
    T::fields([&](std::string_view, auto member) { append_lengths(tree.*member, lengths); });
  }
}

}  // namespace hilo::tree
