// Rows of hilo/ops/while_loop.h, scan.h and switch_case.h.
#include <cmath>

#include "hilo/ops/binary.h"
#include "hilo/ops/compare.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/dot.h"
#include "hilo/ops/reduce.h"
#include "hilo/ops/scan.h"
#include "hilo/ops/select.h"
#include "hilo/ops/slice.h"
#include "hilo/ops/switch_case.h"
#include "hilo/ops/unary.h"
#include "hilo/ops/while_loop.h"
#include "tests/ops/rows/drawn.h"
#include "tests/ops/rows/reference_ops.h"

namespace hilo::test {
namespace {

using Doubles = const Tensors<double>&;
const char* const kNoReverse = "a while loop runs for a number of steps";

void add_whiles(std::vector<Row>& rows) {
  rows.push_back(Row("while_loop", {Input{3}.between(0.5, 1.5)}, {3},
                     [](Value x) {
                       return while_loop(
                           x, [](Value s) { return less(sum(s), 20); },
                           [](Value s) { return s * 1.7; });
                     })
                     .no_reverse(kNoReverse)
                     .is(floats([](Doubles in) {
                       Tensor<double> y = in[0];
                       while (y.data[0] + y.data[1] + y.data[2] < 20)
                         for (double& v : y.data) v *= 1.7;
                       return y;
                     })));
  rows.push_back(Row("while_loop that reads from outside",
                     {{}, Input{}.between(1, 2), Input{}.as(kI32).of({4})}, {},
                     [](Value x, Value by, Value steps) {
                       return while_loop(
                           {x, constant(Array::scalar(std::int32_t{0}))},
                           [&](In s) { return std::vector{less(s[1], steps)}; },
                           [&](In s) {
                             return std::vector{s[0] * by + 1, s[1] + 1};
                           })[0];
                     })
                     .no_reverse(kNoReverse)
                     .terms(16)
                     .is(floats([](Doubles in) {
                       double x = in[0].data[0];
                       for (int i = 0; i < static_cast<int>(in[2].data[0]); ++i)
                         x = x * in[1].data[0] + 1;
                       return Tensor<double>{{}, {x}};
                     })));
  rows.push_back(Row("while_loop of no step", {{2}}, {2},
                     [](Value x) {
                       return while_loop(
                           x, [](Value) { return constant(Array::scalar(false)); },
                           [](Value s) { return s * 2; });
                     })
                     .is(floats([](Doubles in) { return in[0]; })));
  rows.push_back(Row("while_loop that counts", {Input{2}.between(0.5, 1), Input{}.between(1, 2)}, {2},
                     [](Value x, Value by) {
                       return while_loop(
                           {x, constant(Array::scalar(std::int32_t{7}))},
                           [](In s) { return std::vector{greater(s[1], 1)}; },
                           [&](In s) { return std::vector{s[0] * by + 1, s[1] - 2}; })[0];
                     })
                     .terms(16)
                     .is(floats([](Doubles in) {
                       Tensor<double> y = in[0];
                       for (int i = 0; i < 3; ++i)
                         for (double& v : y.data) v = v * in[1].data[0] + 1;
                       return y;
                     })));
}

void add_bounded(std::vector<Row>& rows) {
  for (const Dim most : {0, 2, 9}) {
    rows.push_back(Row("while_loop of at most " + std::to_string(most),
                       {Input{3}.between(0.5, 1.5), Input{}.between(1.5, 1.8)}, {3},
                       [most](Value x, Value by) {
                         return while_loop(
                             x, [](Value s) { return less(sum(s), 20); },
                             [&](Value s) { return s * by; }, {.max_iterations = most});
                       })
                       .terms(64)
                       .is(floats([most](Doubles in) {
                         Tensor<double> y = in[0];
                         for (Dim i = 0; i < most && y.data[0] + y.data[1] + y.data[2] < 20; ++i)
                           for (double& v : y.data) v *= in[1].data[0];
                         return y;
                       })));
  }
  const Reference powers = floats([](Doubles in) {
    double x = in[1].data[0];
    for (double i = 1; i < in[0].data[0]; ++i) x = x * x * 0.3 + i;
    return Tensor<double>{{}, {x}};
  });
  const auto step = [](Value i, Value s) { return s * s * 0.3 + i.as(s.dtype()); };
  rows.push_back(Row("fori_loop to a value", {Input{}.as(kI32).of({4}), {}}, {},
                     [=](Value n, Value x) { return fori_loop(1, n, x, step); })
                     .terms(256)
                     .no_reverse(kNoReverse)
                     .is(powers));
  rows.push_back(
      Row("fori_loop to a value, bounded", {Input{}.as(kI64).of({4}), {}}, {},
          [=](Value n, Value x) { return fori_loop(1, n, x, step, {.max_iterations = 5}); })
          .terms(256)
          .is(powers));
}

// h' = tanh(h * w + x), y = 3 h'.
Carried recurrent(In h, In x, const Value& w) {
  const Value next = tanh(h[0] * w + x[0]);
  return {{next}, {3 * next}};
}
Reference recurrence(bool is_reversed) {
  return floats([=](Doubles in) {
    const Dim length = in[1].dims[0];
    Tensor<double> h = in[0], y{in[1].dims, std::vector<double>(in[1].data.size())};
    for (Dim i = 0; i < length; ++i) {
      const Dim t = is_reversed ? length - 1 - i : i;
      for (std::size_t k = 0; k < 2; ++k) {
        const std::size_t at = static_cast<std::size_t>(t) * 2 + k;
        h.data[k] = std::tanh(h.data[k] * in[2].data[k] + in[1].data[at]);
        y.data[at] = 3 * h.data[k];
      }
    }
    return Tensors<double>{h, y};
  });
}

void add_scans(std::vector<Row>& rows) {
  for (const int unroll : {1, 2, 5, 9}) {
    for (const bool is_reversed : {false, true}) {
      const std::string name = std::string("scan") + (is_reversed ? ", reversed" : "") +
                               (unroll > 1 ? ", unroll " + std::to_string(unroll) : "");
      rows.push_back(Row(name, {{2}, {5, 2}, {2}}, {2},
                         [=](Value h, Value x, Value w) {
                           const Carried out =
                               scan({h}, {x}, [&](In c, In s) { return recurrent(c, s, w); },
                                    {.is_reversed = is_reversed, .unroll = unroll});
                           return std::vector{out.carry[0], out.ys[0]};
                         })
                         .and_result({5, 2})
                         .terms(32)
                         .is(recurrence(is_reversed)));
    }
  }
  rows.push_back(Row("scan of no step", {{2}, {0, 2}, {2}}, {2},
                     [](Value h, Value x, Value w) {
                       const Carried out =
                           scan({h}, {x}, [&](In c, In s) { return recurrent(c, s, w); });
                       return std::vector{out.carry[0], out.ys[0]};
                     })
                     .and_result({0, 2})
                     .is(recurrence(false)));
  rows.push_back(Row("scan of the carry alone", {{2}}, {2},
                     [](Value x) {
                       return scan({x}, {},
                                   [](In c, In) {
                                     return Carried{{sin(c[0]) + c[0]}, {}};
                                   },
                                   {.length = 3})
                           .carry;
                     })
                     .terms(16)
                     .is(floats([](Doubles in) {
                       Tensor<double> y = in[0];
                       for (int i = 0; i < 3; ++i)
                         for (double& v : y.data) v = std::sin(v) + v;
                       return y;
                     })));
  rows.push_back(
      Row("scan whose ys are the carry", {{}, {4}}, {4},
          [](Value c, Value x) {
            return scan(c, x, [](Value s, Value v) { return std::pair{s + v, s * v}; }).second;
          })
          .terms(16)
          .is(floats([](Doubles in) {
            double s = in[0].data[0];
            Tensor<double> y = in[1];
            for (double& v : y.data) {
              const double x = v;
              v = s * x;
              s += x;
            }
            return y;
          })));
  rows.push_back(Row("scan within a scan", {{3, 2}, {2}}, {3},
                     [](Value x, Value w) {
                       return map_slices(x, [w](Value row) {
                         return scan(sum(row), row,
                                     [w](Value c, Value v) {
                                       return std::pair{c * v + sum(w), v};
                                     })
                             .first;
                       });
                     })
                     .terms(32)
                     .is(floats([](Doubles in) {
                       return generate<double>({3}, [&](const Index& i) {
                         const double a = in[0].at({i[0], 0}), b = in[0].at({i[0], 1}),
                                      w = in[1].data[0] + in[1].data[1];
                         return ((a + b) * a + w) * b + w;
                       });
                     })));
  rows.push_back(Row("scan with a branch in it", {{}, {4}}, {}, [](Value c, Value x) {
                   return scan(c, x,
                               [](Value s, Value v) {
                                 return std::pair{cond(
                                                      greater(v, 0.1), [&] { return s + v * v; },
                                                      [&] { return s - v; }),
                                                  v};
                               })
                       .first;
                 }).is(floats([](Doubles in) {
    double s = in[0].data[0];
    for (double v : in[1].data) s += v > 0.1 ? v * v : -v;
    return Tensor<double>{{}, {s}};
  })));
  rows.push_back(
      Row("scan with whole numbers in the carry", {{3}}, {},
          [](Value x) {
            return scan({zeros({x.dtype(), {}}), constant(Array::scalar(std::int32_t{1}))}, {x},
                        [](In c, In s) {
                          return Carried{{c[0] + s[0] * c[1].as(s[0].dtype()), c[1] * 2}, {}};
                        })
                .carry[0];
          })
          .terms(16)
          .is(floats([](Doubles in) {
            return Tensor<double>{{}, {in[0].data[0] + 2 * in[0].data[1] + 4 * in[0].data[2]}};
          })));
}

void add_counted(std::vector<Row>& rows) {
  rows.push_back(Row("fori_loop", {{2}}, {2},
                     [](Value x) {
                       return fori_loop(
                           2, 5, x, [](Value i, Value s) { return s * s * 0.3 + i.as(s.dtype()); });
                     })
                     .terms(256)
                     .is(floats([](Doubles in) {
                       Tensor<double> y = in[0];
                       for (int i = 2; i < 5; ++i)
                         for (double& v : y.data) v = v * v * 0.3 + i;
                       return y;
                     })));
  rows.push_back(Row("fori_loop of no step", {{2}}, {2}, [](Value x) {
                   return fori_loop(5, 2, x, [](Value, Value s) { return s * 2; });
                 }).is(floats([](Doubles in) { return in[0]; })));
  rows.push_back(
      Row("map_slices", {{3, 2}}, {3},
          [](Value x) { return map_slices(x, [](Value row) { return sum(row * row); }); })
          .terms(8)
          .is(floats([](Doubles in) {
            return generate<double>({3}, [&](const Index& i) {
              return std::pow(in[0].at({i[0], 0}), 2) + std::pow(in[0].at({i[0], 1}), 2);
            });
          })));
  for (const Dim n : {0, 1, 2, 3, 6, 7}) {
    for (const bool is_reversed : {false, true}) {
      rows.push_back(
          Row("associative_scan of " + std::to_string(n) + (is_reversed ? ", reversed" : ""),
              {Input{2, n}.between(0.5, 1.5)}, {2, n},
              [=](Value x) {
                return associative_scan(
                    x, [](Value a, Value b) { return a * b; }, 1, is_reversed);
              })
              .terms(32)
              .is(floats([=](Doubles in) {
                return along(in[0], 1, [=](std::vector<double> lane) {
                  if (is_reversed) std::ranges::reverse(lane);
                  for (std::size_t i = 1; i < lane.size(); ++i) lane[i] *= lane[i - 1];
                  if (is_reversed) std::ranges::reverse(lane);
                  return lane;
                });
              })));
    }
  }
}

void add_branches(std::vector<Row>& rows) {
  for (const bool is_true : {true, false}) {
    const std::string name = is_true ? "cond, true" : "cond, false";
    rows.push_back(Row(name, {Input{3}.between(0.5, 1.5), {3}}, {3}, [is_true](Value x, Value y) {
                     const Value s = sum(x);
                     return cond(
                         is_true ? greater(s, 0) : less(s, 0), [&] { return x * y; },
                         [&] { return sin(y); });
                   }).is(floats(map([is_true](double x, double y) {
      return is_true ? x * y : std::sin(y);
    }))));
  }
  rows.push_back(Row("cond of a batch of predicates", {Input{2}.avoiding({0})}, {2}, [](Value x) {
                   return cond(
                       greater(index_axis(x, 0, 0), 0), [&] { return x * x; },
                       [&] { return 3 * x; });
                 }).is(floats([](Doubles in) {
    Tensor<double> y = in[0];
    for (double& v : y.data) v = in[0].data[0] > 0 ? v * v : 3 * v;
    return y;
  })));
  for (const int index : {-1, 0, 1, 2, 7}) {
    rows.push_back(Row("switch_case " + std::to_string(index),
                       {Input{}.as(kI32).of({static_cast<double>(index)}), {2}}, {2},
                       [](Value i, Value x) {
                         return switch_case(i, {[&] { return std::vector{x + 1}; },
                                                [&] { return std::vector{x * x}; },
                                                [&] { return std::vector{exp(x)}; }})[0];
                       })
                       .terms(8)
                       .is(floats([index](Doubles in) {
                         Tensor<double> y = in[1];
                         for (double& v : y.data)
                           v = index == 0 ? v + 1 : index == 1 ? v * v : std::exp(v);
                         return y;
                       })));
  }
  rows.push_back(
      Row("switch_case of one branch", {Input{}.as(kI64).of({3}), {2}}, {2}, [](Value i, Value x) {
        return switch_case(i, {[&] { return std::vector{x * 2}; }})[0];
      }).is(floats([](Doubles in) {
        return Tensor<double>{{2}, {2 * in[1].data[0], 2 * in[1].data[1]}};
      })));
}

void add_drawn(std::vector<Drawn>& drawn) {
  for (const bool is_bounded : {false, true}) {
    drawn.push_back({is_bounded ? "while, bounded" : "while", [is_bounded](Draw& draw) {
                       const Dims dims = draw.dims();
                       const WhileOptions o = is_bounded ? WhileOptions{.max_iterations = 4} : WhileOptions{};
                       Row row({Input(dims), Input(draw.broadcasting(dims)).between(0.5, 1.5), Input{}.as(kI32).between(0, 5)},
                               [=](Value x, Value by, Value n) {
                                 return while_loop(
                                     {x, constant(Array::scalar(std::int32_t{0}))},
                                     [&](In s) { return std::vector{less(s[1], n)}; },
                                     [&](In s) { return std::vector{sin(s[0]) * by, s[1] + 1}; }, o)[0];
                               });
                       return is_bounded ? row : row.no_reverse(kNoReverse);
                     }});
  }
  drawn.push_back({"hilo.scan", [](Draw& draw) {
                     const Dims dims = draw.dims(0, 3);
                     Dims slices = dims;
                     slices.insert(slices.begin(), draw.length_or_none(3));
                     const ScanOptions o{.is_reversed = draw.coin(), .unroll = static_cast<int>(draw.between(1, 3))};
                     const auto near = [](const Dims& d) { return Input(d).between(-1, 1); };  // bf16 goes astray far off
                     return Row({near(dims), near(slices), near(dims)}, [o](Value h, Value x, Value w) {
                       const Carried out = scan({h}, {x}, [&](In c, In s) { return recurrent(c, s, w); }, o);
                       return std::vector{out.carry[0], out.ys[0]};
                     });
                   }});
  drawn.push_back({"case", [](Draw& draw) {
                     const Dims dims = draw.dims();
                     return Row({Input{}.as(kI32).between(-1, 3), Input(dims), Input(dims)}, [](Value i, Value x, Value y) {
                       return switch_case(i, {[&] { return std::vector{x * y}; }, [&] { return std::vector{sin(x)}; },
                                              [&] { return std::vector{exp(y)}; }})[0];
                     });
                   }});
  drawn.push_back({"associative_scan", [](Draw& draw) {
                     const Dims dims = draw.dims(1);
                     const bool is_reversed = draw.coin();
                     return Row({Input(dims).between(0.5, 1.5)}, [is_reversed, axis = draw.axis(dims)](Value x) {
                       return associative_scan(x, [](Value a, Value b) { return a * b; }, axis, is_reversed);
                     });
                   }});
}

}  // namespace

Family loop_rows() {
  Family family{.name = "loops", .rows = {}};
  add_whiles(family.rows);
  add_bounded(family.rows);
  add_scans(family.rows);
  add_counted(family.rows);
  add_branches(family.rows);
  add_drawn(family.drawn);
  return family;
}

}  // namespace hilo::test
