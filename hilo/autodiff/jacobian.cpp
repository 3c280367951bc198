#include "hilo/autodiff/jacobian.h"

#include <algorithm>

#include "hilo/autodiff/autodiff.h"
#include "hilo/autodiff/callables.h"
#include "hilo/autodiff/linearize.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/diagonal.h"
#include "hilo/ops/reshape.h"
#include "hilo/ops/rules.h"
#include "hilo/ops/slice.h"

namespace hilo {
namespace {

using Values = std::vector<Value>;
using In = std::span<const Value>;

Dims joined(const Dims& a, const Dims& b) {
  Dims all = a;
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

Dim elements(In values) {
  Dim total = 0;
  for (const Value& v : values) total += v.size();
  return total;
}

// The unit vectors of all elements of all values, one behind the other: a part [n, dims..] a value.
Values unit_vectors(In values) {
  const Dim n = elements(values);
  Values basis;
  Dim first = 0;
  for (const Value& v : values) {
    const Value part = eye(n, v.dtype(), v.size(), -first);  // [n, elements of v]
    basis.push_back(reshape(part, joined({n}, v.dims())));
    first += v.size();
  }
  return basis;
}

void expect_dtypes(const char* op, In values, bool complex_too, const char* what,
                   const char* expected, const char* hint, std::source_location where) {
  for (const Value& v : values) {
    if (complex_too ? is_differentiable(v.dtype()) : is_float(v.dtype())) continue;
    throw OpError({.op = op,
                   .problem = std::string(what) + " of this dtype has no such derivative",
                   .got = {v.shape()},
                   .expected = expected,
                   .hint = is_complex(v.dtype()) ? hint : ""},
                  CallSite::current(where));
  }
}

// The linear function of every unit vector of `of`: results [n, dims..], or zeros if there is no
// element.
Values of_unit_vectors(const Linearized& linear, In of, std::source_location where) {
  return vmap([&](In d) { return linear(d, where); }, unit_vectors(of), VmapOptions{}, where);
}

}  // namespace

Blocks jacfwd(const BuildFn& f, In x, std::source_location where) {
  const CallSite site(where);
  expect_dtypes("jacfwd", x, false, "an argument", "real floats", "jvp, or jacrev for real outputs",
                where);
  const Linearized at = linearize(f, x, where);
  expect_dtypes("jacfwd", at.outputs, true, "an output", "floating or complex outputs", "", where);
  const Values columns = of_unit_vectors(at, x, where);  // [n, dims of y..]
  Blocks blocks;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    blocks.emplace_back();
    Axes order;
    for (int axis = 1; axis < columns[i].rank(); ++axis) order.push_back(axis);
    order.push_back(0);
    Dim first = 0;
    for (const Value& v : x) {
      const Value part = slice_axis(columns[i], 0, first, first + v.size());
      first += v.size();
      blocks.back().push_back(
          reshape(transpose(part, order), joined(at.outputs[i].dims(), v.dims())));
    }
  }
  return blocks;
}

Blocks jacrev(const BuildFn& f, In x, std::source_location where) {
  const CallSite site(where);
  expect_dtypes("jacrev", x, true, "an argument", "floating or complex arguments", "", where);
  const Linearized at = vjp(f, x, where);
  expect_dtypes("jacrev", at.outputs, false, "an output", "real floats",
                "vjp, or jacfwd for real arguments", where);
  const Values rows = of_unit_vectors(at, at.outputs, where);  // [n, dims of x..]
  Blocks blocks;
  Dim first = 0;
  for (const Value& y : at.outputs) {
    blocks.emplace_back();
    for (std::size_t j = 0; j < x.size(); ++j) {
      const Value part = slice_axis(rows[j], 0, first, first + y.size());
      blocks.back().push_back(reshape(part, joined(y.dims(), x[j].dims())));
    }
    first += y.size();
  }
  return blocks;
}

Blocks hessian(const BuildFn& f, In x, std::source_location where) {
  return jacfwd([&](In p) { return grad(f(p).at(0), p, where); }, x, where);
}

std::vector<Value> hvp(const BuildFn& f, In x, In vectors, std::source_location where) {
  const Values all = [&] {
    Values both(x.begin(), x.end());
    both.insert(both.end(), vectors.begin(), vectors.end());
    return both;
  }();
  return in_graph_of_its_own(
      [&](In p) {
        const In point = p.first(x.size());
        const Values d = grad(f(point).at(0), point, where);
        return jvp(d, point, p.subspan(x.size()), where);
      },
      all, where);
}

}  // namespace hilo
