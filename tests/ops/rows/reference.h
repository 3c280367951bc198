#pragma once
#include <functional>
#include <type_traits>
#include <vector>

#include "tests/ops/rows/tensor.h"

namespace hilo::test {

/// What a row must compute, for the kinds of numbers that it is defined on. The function is written once, as a generic
/// lambda over Tensors<T>, and made for double, for std::int64_t (modulo the dtype's width) and for Complex as asked.
struct Reference {
  template <class T>
  using Fn = std::function<Tensors<T>(const Tensors<T>&, DType)>;
  Fn<double> real{};
  Fn<std::int64_t> integer{};
  Fn<Complex> complex{};

  explicit operator bool() const { return real || integer || complex; }
};

namespace detail {

template <class T>
Tensors<T> as_list(Tensor<T> one) {
  return {std::move(one)};
}
template <class T>
Tensors<T> as_list(Tensors<T> all) {
  return all;
}

template <class T, class F>
Reference::Fn<T> reference_fn(F f) {
  return [f](const Tensors<T>& in, DType dtype) {
    if constexpr (std::is_invocable_v<F, const Tensors<T>&, DType>) {
      return as_list<T>(f(in, dtype));
    } else {
      return as_list<T>(f(in));
    }
  };
}

}  // namespace detail

/// `f(const Tensors<T>& in)` or `f(in, dtype)` gives a tensor or several.
template <class F>
Reference floats(F f) {
  return {.real = detail::reference_fn<double>(f)};
}
template <class F>
Reference integers(F f) {
  return {.integer = detail::reference_fn<std::int64_t>(f)};
}
template <class F>
Reference reals(F f) {
  return {.real = detail::reference_fn<double>(f), .integer = detail::reference_fn<std::int64_t>(f)};
}
template <class F>
Reference floats_and_complexes(F f) {
  return {.real = detail::reference_fn<double>(f), .complex = detail::reference_fn<Complex>(f)};
}
template <class F>
Reference numbers(F f) {
  return {.real = detail::reference_fn<double>(f),
          .integer = detail::reference_fn<std::int64_t>(f),
          .complex = detail::reference_fn<Complex>(f)};
}

/// The dims that broadcasting gives, by NumPy's rule.
template <class T>
Dims joint_dims(const Tensors<T>& in) {
  Dims dims;
  for (const Tensor<T>& t : in) {
    if (t.dims.size() > dims.size()) dims.insert(dims.begin(), t.dims.size() - dims.size(), 1);
    for (std::size_t i = 0; i < t.dims.size(); ++i) {
      Dim& d = dims[dims.size() - t.dims.size() + i];
      if (t.dims[i] != 1) d = t.dims[i];
    }
  }
  return dims;
}

/// The element of `t` that broadcasting puts at `index`.
template <class T>
const T& broadcast_at(const Tensor<T>& t, const Index& index) {
  Index own(index.end() - static_cast<std::ptrdiff_t>(t.dims.size()), index.end());
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (t.dims[i] == 1) own[i] = 0;
  }
  return t.at(own);
}

/// A function of numbers, one by one, over operands that broadcast: `map([](auto a, auto b) { return a + b; })`.
/// A last parameter of type DType is the dtype.
template <class F>
auto map(F f) {
  return [f]<class T>(const Tensors<T>& in, DType dtype) {
    return generate<T>(joint_dims(in), [&](const Index& index) {
      const auto arg = [&](std::size_t k) { return broadcast_at(in[k], index); };
      if constexpr (std::is_invocable_v<F, T>) return f(arg(0));
      else if constexpr (std::is_invocable_v<F, T, T>) return f(arg(0), arg(1));
      else if constexpr (std::is_invocable_v<F, T, DType>) return f(arg(0), dtype);
      else if constexpr (std::is_invocable_v<F, T, T, T>) return f(arg(0), arg(1), arg(2));
      else return f(arg(0), arg(1), dtype);
    });
  };
}

}  // namespace hilo::test
