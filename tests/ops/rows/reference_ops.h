#pragma once
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string_view>

#include "tests/ops/rows/tensor.h"

// The plainest possible loops for ops that look at several elements. Rows compare with these.
namespace hilo::test {

/// Folds x over `axes`, in row-major order.
template <class T, class F>
Tensor<T> reduced(const Tensor<T>& x, const Axes& axes, bool keeps_dims, T start, F fold) {
  std::vector<bool> is_folded(x.dims.size(), axes.empty());
  for (std::int64_t a : axes) is_folded[static_cast<std::size_t>(a < 0 ? a + static_cast<std::int64_t>(x.dims.size()) : a)] = true;
  Dims kept, ones = x.dims;
  for (std::size_t i = 0; i < x.dims.size(); ++i) {
    if (is_folded[i]) ones[i] = 1;
    else kept.push_back(x.dims[i]);
  }
  Tensor<T> result = generate<T>(ones, [&](const Index&) { return start; });
  for_each_index(x.dims, [&](const Index& index) {
    Index to = index;
    for (std::size_t i = 0; i < to.size(); ++i) to[i] = is_folded[i] ? 0 : to[i];
    T& total = result.at(to);
    total = fold(total, x.at(index));
  });
  if (!keeps_dims) result.dims = kept;
  return result;
}

template <class T>
Tensor<T> summed(const Tensor<T>& x, const Axes& axes = {}, bool keeps_dims = false) {
  return reduced(x, axes, keeps_dims, T{}, [](T a, T b) { return a + b; });
}

/// f(lane) for every lane of x along `axis`, which may change its length; the result's dtype is that of x.
template <class T, class F>
Tensor<T> along(const Tensor<T>& x, int axis, F f) {
  const auto a = static_cast<std::size_t>(axis < 0 ? axis + static_cast<int>(x.dims.size()) : axis);
  Dims lanes = x.dims;
  lanes[a] = 1;
  std::map<Index, std::vector<T>> done;
  Dim length = 0;
  for_each_index(lanes, [&](const Index& first) {
    std::vector<T> lane;
    for (Index i = first; i[a] < x.dims[a]; ++i[a]) lane.push_back(x.at(i));
    done[first] = f(std::move(lane));
    length = static_cast<Dim>(done[first].size());
  });
  Dims dims = x.dims;
  dims[a] = length;
  return generate<T>(dims, [&](Index index) {
    const auto place = static_cast<std::size_t>(index[a]);
    index[a] = 0;
    return done[index][place];
  });
}

template <class T>
Tensor<T> permuted(const Tensor<T>& x, const Axes& permutation) {
  Dims dims;
  for (std::int64_t a : permutation) dims.push_back(x.dims[static_cast<std::size_t>(a)]);
  return generate<T>(dims, [&](const Index& index) {
    Index from(index.size());
    for (std::size_t i = 0; i < index.size(); ++i) from[static_cast<std::size_t>(permutation[i])] = index[i];
    return x.at(from);
  });
}

template <class T>
Tensor<T> reshaped(Tensor<T> x, Dims dims) {
  x.dims = std::move(dims);
  return x;
}

/// Sums of products by letters: "ij,jk->ik". Every letter is one axis; one that repeats is a diagonal or a sum.
template <class T>
Tensor<T> products(std::string_view equation, const Tensors<T>& in) {
  const std::size_t arrow = equation.find("->");
  std::vector<std::string_view> terms;
  if (arrow == 0) terms.emplace_back();  // one scalar
  for (std::size_t start = 0; start < arrow;) {
    const std::size_t end = std::min(equation.find(',', start), arrow);
    terms.push_back(equation.substr(start, end - start));
    start = end + 1;
  }
  const std::string_view output = equation.substr(arrow + 2);
  std::string letters(output);
  std::map<char, Dim> length;
  for (std::size_t t = 0; t < terms.size(); ++t) {
    for (std::size_t i = 0; i < terms[t].size(); ++i) {
      Dim& l = length[terms[t][i]];
      l = std::max(l, in[t].dims[i]);
      if (letters.find(terms[t][i]) == std::string::npos) letters += terms[t][i];
    }
  }
  Dims all, dims;
  for (char c : letters) all.push_back(length[c]);
  for (char c : output) dims.push_back(length[c]);
  Tensor<T> result = generate<T>(dims, [](const Index&) { return T{}; });
  for_each_index(all, [&](const Index& index) {
    T product = T(1);
    for (std::size_t t = 0; t < terms.size(); ++t) {
      Index at;
      for (std::size_t i = 0; i < terms[t].size(); ++i) {
        at.push_back(in[t].dims[i] == 1 ? 0 : index[letters.find(terms[t][i])]);
      }
      product *= in[t].at(at);
    }
    result.at(Index(index.begin(), index.begin() + static_cast<std::ptrdiff_t>(dims.size()))) += product;
  });
  return result;
}

/// How a window slides along one axis.
struct Slide {
  Dim size = 1, stride = 1, base_dilation = 1, window_dilation = 1, low = 0, high = 0;

  [[nodiscard]] Dim count(Dim length) const {
    const Dim wide = low + high + (length == 0 ? 0 : (length - 1) * base_dilation + 1);
    const Dim reach = (size - 1) * window_dilation + 1;
    return wide < reach ? 0 : (wide - reach) / stride + 1;
  }
  /// The element of x at place `k` of window `w`, or -1 where there is none.
  [[nodiscard]] Dim element(Dim w, Dim k, Dim length) const {
    const Dim place = w * stride + k * window_dilation - low;
    if (place < 0 || place % base_dilation != 0 || place / base_dilation >= length) return -1;
    return place / base_dilation;
  }
};

/// Folds windows; places outside of x are left out (the start value is neutral).
template <class T, class F>
Tensor<T> windowed(const Tensor<T>& x, const std::vector<Slide>& slides, T start, F fold) {
  Dims dims, window;
  for (std::size_t i = 0; i < slides.size(); ++i) {
    dims.push_back(slides[i].count(x.dims[i]));
    window.push_back(slides[i].size);
  }
  return generate<T>(dims, [&](const Index& place) {
    T total = start;
    for_each_index(window, [&](const Index& k) {
      Index from(place.size());
      for (std::size_t i = 0; i < place.size(); ++i) from[i] = slides[i].element(place[i], k[i], x.dims[i]);
      if (x.holds(from)) total = fold(total, x.at(from));
    });
    return total;
  });
}

/// Convolution of x [B,spatial..,C] and kernel [spatial..,I,O], with groups of features and of the batch.
template <class T>
Tensor<T> convolved(const Tensor<T>& x, const Tensor<T>& kernel, const std::vector<Slide>& slides, Dim feature_groups = 1,
                    Dim batch_groups = 1) {
  const std::size_t n = slides.size();
  const Dim features = kernel.dims[n + 1], per_group = kernel.dims[n], batch = x.dims[0] / batch_groups;
  Dims dims = {batch}, window(kernel.dims.begin(), kernel.dims.begin() + static_cast<std::ptrdiff_t>(n) + 1);
  for (std::size_t i = 0; i < n; ++i) dims.push_back(slides[i].count(x.dims[i + 1]));
  dims.push_back(features);
  return generate<T>(dims, [&](const Index& to) {
    const Dim o = to.back(), group = o / (features / feature_groups), part = o / (features / batch_groups);
    T total{};
    for_each_index(window, [&](const Index& k) {
      Index from = {to[0] + part * batch}, weight = k;
      for (std::size_t i = 0; i < n; ++i) from.push_back(slides[i].element(to[i + 1], k[i], x.dims[i + 1]));
      from.push_back(group * per_group + k.back());
      weight.push_back(o);
      if (x.holds(from)) total += x.at(from) * kernel.at(weight);
    });
    return total;
  });
}

}  // namespace hilo::test
