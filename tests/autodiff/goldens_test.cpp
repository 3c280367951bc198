// Transforms of small functions against JAX's: goldens.py says the same in Python, and its results
// are in goldens.npz.
#include "hilo/autodiff/callables.h"
#include "hilo/autodiff/linearize.h"
#include "hilo/formats/npz.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/custom_gradient.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/remat.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/switch_case.h"
#include "hilo/ops/unary.h"
#include "tests/ops/on_cpu.h"

namespace hilo::test {
namespace {

using In = std::span<const Value>;
using Values = std::vector<Value>;

// What goldens.py has as global variables.
struct Inputs {
  Value x, t, w, s, m, z, i;
};
struct Case {
  const char* name;
  std::function<Values(const Inputs&)> results;
};

template <class... Trees>
Values list(const Trees&... trees) {
  return tree::leaves(trees...);
}
Values flat(const Blocks& blocks) {
  Values all;
  for (const Values& row : blocks) all.insert(all.end(), row.begin(), row.end());
  return all;
}

auto layer(Value w) {
  return [w](Value x) { return tanh(matmul(w, x)) * x; };
}
auto loss(Value w) {
  return [w](Value x) {
    const Value y = layer(w)(x);
    return sum(y * y * x);
  };
}
Value of_three(Value x, Value w, Value s) { return sum(sin(matmul(w, x)) * s) + s * s * s; }
auto with_aux(Value x, Value s) {
  const Value y = exp(x) * s;
  return std::pair{sum(y), std::pair{y, index_axis(y, 0, 0)}};
}
template <class F>
BuildFn list_fn(F f) {
  return [f](In p) { return Values{f(p[0])}; };
}

void add_derivatives(std::vector<Case>& cases) {
  cases.push_back({"linearize", [](const Inputs& in) {
                     const Linearized at = linearize(list_fn(layer(in.w)), Values{in.x});
                     return list(at.outputs, at(Values{in.t}), at(Values{in.t * 2}));
                   }});
  cases.push_back({"vjp of a function", [](const Inputs& in) {
                     const Linearized at = vjp(list_fn(layer(in.w)), Values{in.x});
                     return list(at.outputs, at(Values{in.t}));
                   }});
  cases.push_back({"jacfwd", [](const Inputs& in) { return list(jacfwd(layer(in.w))(in.x)); }});
  cases.push_back({"jacrev", [](const Inputs& in) { return list(jacobian(layer(in.w))(in.x)); }});
  const auto of_matrix = [](Value x) { return [x](Value w) { return sin(matmul(w, x)); }; };
  cases.push_back({"jacrev of a matrix",
                   [=](const Inputs& in) { return list(jacrev(of_matrix(in.x))(in.w)); }});
  cases.push_back({"jacfwd of a matrix",
                   [=](const Inputs& in) { return list(jacfwd(of_matrix(in.x))(in.w)); }});
  cases.push_back({"jacfwd of a scalar", [](const Inputs& in) {
                     return list(jacfwd([&](Value s) { return in.x * s * s; })(in.s));
                   }});
  const auto two = [](Value x, Value s) { return std::pair{x * s, sum(x) * s}; };
  cases.push_back(
      {"jacrev of two", [=](const Inputs& in) { return list(jacrev<0, 1>(two)(in.x, in.s)); }});
  cases.push_back(
      {"jacfwd of two", [=](const Inputs& in) { return list(jacfwd<0, 1>(two)(in.x, in.s)); }});
  cases.push_back({"hessian", [](const Inputs& in) { return list(hessian(loss(in.w))(in.x)); }});
  cases.push_back({"hessian", [](const Inputs& in) {
                     return flat(hessian(list_fn(loss(in.w)), Values{in.x}));
                   }});
  cases.push_back(
      {"hessian", [](const Inputs& in) { return list(jacrev(jacfwd(loss(in.w)))(in.x)); }});
  cases.push_back(
      {"hessian", [](const Inputs& in) { return list(jacrev(grad(loss(in.w)))(in.x)); }});
  cases.push_back({"jacfwd of jacrev of two", [](const Inputs& in) {
                     return list(hessian<0, 2>(of_three)(in.x, in.w, in.s));
                   }});
  cases.push_back({"hvp", [](const Inputs& in) { return list(hvp(loss(in.w))(in.x, in.t)); }});
  cases.push_back({"hvp", [](const Inputs& in) {
                     return linearize([&](In p) { return list(grad(loss(in.w))(p[0])); },
                                      Values{in.x})(Values{in.t});
                   }});
  cases.push_back(
      {"grad", [](const Inputs& in) { return list(grad(of_three)(in.x, in.w, in.s)); }});
  cases.push_back({"grad by argnums",
                   [](const Inputs& in) { return list(grad<2, 0>(of_three)(in.x, in.w, in.s)); }});
  cases.push_back({"value_and_grad with aux",
                   [](const Inputs& in) { return list(value_and_grad(with_aux)(in.x, in.s)); }});
  cases.push_back(
      {"grad with aux", [](const Inputs& in) { return list(grad<1>(with_aux)(in.x, in.s)); }});
  cases.push_back({"grad of a list", [](const Inputs& in) {
                     const auto f = [](const Values& p) {
                       return sum(matmul(p[0], p[1])) + p[2] * p[2];
                     };
                     const auto [value, d] = value_and_grad(f, Values{in.w, in.x, in.s});
                     return d;
                   }});
  cases.push_back({"grad of grad", [](const Inputs& in) {
                     return list(grad([&](Value s) {
                       const Value d = grad([&](Value u) { return sum(sin(in.x * u)); })(s);
                       return d * d;
                     })(in.s));
                   }});
  cases.push_back({"grad beside a constant", [](const Inputs& in) {
                     return list(grad([](Value s) {
                       return s * grad([s](Value a) { return a * a * s; })(s);
                     })(in.s));
                   }});
  cases.push_back({"grad of complex", [](const Inputs& in) {
                     return list(grad([&](Value z) {
                       const Value a = z * z + 1, re = a.as(kF64), im = (-in.i * a).as(kF64);
                       return sum(re * re + im * im);
                     })(in.z));
                   }});
  cases.push_back({"jacrev of complex", [](const Inputs& in) {
                     return list(jacrev(
                         [&](Value z) { return (z * z).as(kF64) + (-in.i * z).as(kF64); })(in.z));
                   }});
  cases.push_back({"jacfwd to complex", [](const Inputs& in) {
                     return list(jacfwd([&](Value x) {
                       return (cos(x).as(kC128) + in.i * sin(x).as(kC128)) * in.z;
                     })(in.x));
                   }});
}

Value first_column(Value a) { return index_axis(a, 1, 0); }
std::pair<Value, Value> recurrence(Value v) {
  return scan(index_axis(v, 0, 0), v, [](Value c, Value u) {
    return std::pair{tanh(c * u + c), c * u};
  });
}
Value collatz(Value v) {
  return while_loop(
      v, [](Value u) { return less(sum(u * u), 50); }, [](Value u) { return u * 1.5 + 0.1; });
}

void add_batches(std::vector<Case>& cases) {
  cases.push_back({"vmap", [](const Inputs& in) {
                     return list(vmap([&](Value a) { return layer(in.w)(first_column(a)); })(in.m));
                   }});
  cases.push_back({"vmap of the last axis", [](const Inputs& in) {
                     return list(
                         vmap([&](Value a) { return matmul(a, in.x); }, {.in_axes = {-1}})(in.m));
                   }});
  cases.push_back({"vmap out", [](const Inputs& in) {
                     return list(vmap([](Value a) { return sin(a); },
                                      {.in_axes = {1}, .out_axes = {-1}})(in.m));
                   }});
  cases.push_back(
      {"vmap with none", [](const Inputs& in) {
         return list(vmap(
             [](Value a, Value b) {
               return std::pair{a * b, b};
             },
             {.in_axes = {2, std::nullopt}, .out_axes = {1, std::nullopt}})(in.m, in.s));
       }});
  cases.push_back({"vmap in vmap", [](const Inputs& in) {
                     const auto inner = vmap([](Value a, Value b) { return matmul(a, b); },
                                             {.in_axes = {0, std::nullopt}});
                     return list(vmap(inner, {.in_axes = {2, 0}, .out_axes = {1}})(
                         in.m, slice_axis(in.w, 0, 0, 2)));
                   }});
  cases.push_back({"vmap by size", [](const Inputs& in) {
                     return list(vmap([&] { return in.x * 2; }, {.axis_size = 2})());
                   }});
  cases.push_back(
      {"vmap of grad", [](const Inputs& in) { return list(vmap(grad(loss(in.w)))(in.w)); }});
  cases.push_back({"vmap of hessian", [](const Inputs& in) {
                     return list(vmap(hessian(loss(in.w)), {.in_axes = {1}})(in.w));
                   }});
  cases.push_back({"grad of vmap", [](const Inputs& in) {
                     return list(grad([&](Value v) { return sum(vmap(loss(in.w))(v)); })(in.w));
                   }});
  cases.push_back({"jacfwd in vmap of many", [](const Inputs& in) {
                     const auto jacobian_at = [](Value a, Value b) {
                       return jacfwd([&](Value c) { return c * b; })(a);
                     };
                     return list(vmap(jacobian_at, {.in_axes = {0, std::nullopt}})(in.w, in.x));
                   }});
  cases.push_back({"vmap of scan", [](const Inputs& in) { return list(vmap(recurrence)(in.w)); }});
  cases.push_back({"vmap of grad of scan", [](const Inputs& in) {
                     return list(vmap(grad([](Value v) {
                       const auto [c, ys] = recurrence(v);
                       return sum(ys) + c;
                     }))(in.w));
                   }});
  cases.push_back({"vmap of while", [](const Inputs& in) { return list(vmap(collatz)(in.w)); }});
  cases.push_back({"vmap of jacfwd of while",
                   [](const Inputs& in) { return list(vmap(jacfwd(collatz))(in.w)); }});
  cases.push_back({"vmap of grad of cond", [](const Inputs& in) {
                     return list(vmap(grad([](Value v) {
                       return cond(
                           greater(index_axis(v, 0, 0), 0), [&] { return sum(v * v * v); },
                           [&] { return sum(cos(v)); });
                     }))(in.w));
                   }});
}

Value doubled(Value x) {
  return custom_vjp(
      {x}, [](In p) { return Values{2 * p[0]}; },
      [](In p) {
        return WithResiduals{{2 * p[0]}, {sin(p[0])}};
      },
      [](In r, In d) { return Values{10 * r[0] * d[0]}; })[0];
}
Value tripled(Value x, Value s) {
  return custom_jvp(
      {x, s}, [](In p) { return Values{3 * p[0] * p[1]}; },
      [](In p, In, In t) { return Values{5 * p[0] * p[0] * t[0] + p[1] * t[1]}; })[0];
}
Value with_doubled(Value v) {
  const Value y = doubled(sin(v));
  return sum(y * y);
}
Value with_tripled(Value v) {
  const Value y = tripled(sin(v), v * v);
  return sum(y * y);
}

void add_rules_of_ones_own(std::vector<Case>& cases) {
  cases.push_back({"custom_vjp", [](const Inputs& in) {
                     return list(grad(with_doubled)(in.x), grad([&](Value v) {
                                   return sum(grad(with_doubled)(v) * in.t);
                                 })(in.x));
                   }});
  cases.push_back({"custom_vjp in vmap", [](const Inputs& in) {
                     return list(vmap(grad(with_doubled))(in.w),
                                 grad([](Value v) { return sum(vmap(with_doubled)(v)); })(in.w));
                   }});
  cases.push_back({"custom_vjp in scan", [](const Inputs& in) {
                     return list(grad([&](Value v) {
                       return sum(scan(v, in.w, [](Value c, Value u) {
                                    return std::pair{doubled(c) * u, c};
                                  }).first);
                     })(in.x));
                   }});
  cases.push_back({"custom_jvp", [](const Inputs& in) {
                     const Linearized at = linearize(list_fn(with_tripled), Values{in.x});
                     return list(grad(with_tripled)(in.x), at.outputs, at(Values{in.t}),
                                 hvp(with_tripled)(in.x, in.t));
                   }});
  cases.push_back({"custom_jvp in vmap", [](const Inputs& in) {
                     return list(vmap(grad(with_tripled))(in.w), hessian(with_tripled)(in.x));
                   }});
  cases.push_back({"custom_jvp in scan", [](const Inputs& in) {
                     return list(grad([&](Value v) {
                       return sum(scan(v, in.w, [](Value c, Value u) {
                                    return std::pair{tripled(c, u), c};
                                  }).first);
                     })(in.x));
                   }});
}

void add_remats(std::vector<Case>& cases) {
  const std::vector<std::pair<const char*, RematPolicy>> policies = {
      {"remat nothing", nothing_saveable},
      {"remat dots", dots_saveable},
      {"remat names", save_only_these_names({"h"})}};
  for (const auto& [name, policy] : policies) {
    cases.push_back(
        {name, [policy = policy](const Inputs& in) {
           const auto block =
               remat([&](Value x) { return sin(checkpoint_name(tanh(matmul(in.w, x)), "h") * x); },
                     {.policy = policy});
           const auto twice = [&](Value x) { return sum(block(block(x))); };
           return list(grad(twice)(in.x), hessian(twice)(in.x),
                       vmap(grad([&](Value x) { return sum(block(x)); }))(in.w));
         }});
  }
}

TEST(Transforms, AgreeWithJax) {
  const formats::NpzFile goldens =
      formats::NpzFile::open(std::filesystem::path(HILO_SOURCE_DIR) / "tests/autodiff/goldens.npz");
  std::vector<Case> cases;
  add_derivatives(cases);
  add_batches(cases);
  add_rules_of_ones_own(cases);
  add_remats(cases);
  std::vector<Array> inputs;
  for (const char* name : {"x", "t", "w", "s", "m", "z", "i"})
    inputs.push_back(goldens.at(std::string("in/") + name));
  Programs programs;
  std::vector<std::vector<std::string>> members(cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE(cases[i].name);
    const auto build = [&](In p) {
      Values results;
      members[i].clear();
      for (const Value& y : cases[i].results({p[0], p[1], p[2], p[3], p[4], p[5], p[6]})) {
        const std::string member =
            std::string(cases[i].name) + "/" + std::to_string(members[i].size());
        const bool is_complex_one = is_complex(y.dtype());
        members[i].push_back(member);
        results.push_back(is_complex_one ? y.as(kF64) : y);
        if (is_complex_one) results.push_back((-p[6] * y).as(kF64));
      }
      return results;
    };
    ASSERT_NO_THROW(programs.add(build, inputs));
  }
  const std::vector<std::vector<Array>> results = programs.run();
  for (std::size_t i = 0; i < cases.size(); ++i) {
    auto got = results[i].begin();
    for (const std::string& member : members[i]) {
      SCOPED_TRACE(member);
      if (goldens.contains(member)) {
        expect_close(*got++, goldens.at(member), 1e-12);
        continue;
      }
      expect_close(*got++, goldens.at(member + "/real"), 1e-12);
      expect_close(*got++, goldens.at(member + "/imag"), 1e-12);
    }
    EXPECT_EQ(got, results[i].end());
    EXPECT_FALSE(
        goldens.contains(std::string(cases[i].name) + "/" + std::to_string(members[i].size())))
        << "more results";
  }
}

}  // namespace
}  // namespace hilo::test
