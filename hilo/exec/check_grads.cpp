#include "hilo/exec/check_grads.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "hilo/autodiff/autodiff.h"
#include "hilo/exec/program.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reduce.h"

// Everything that is compared is a number: s0 = Re(sum(w f(x))) for random w, its derivative s1
// along a random direction, the derivative s2 of s1 along another one. By whichever modes s2 is
// taken, it is the same number, the difference of s1; hence one run a sign and order.
namespace hilo {
namespace {

using Values = std::vector<Value>;
using In = std::span<const Value>;
using Arrays = std::vector<Array>;

// Numbers of [-1, 1).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  double operator()() {  // splitmix64
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1;
  }

 private:
  std::uint64_t state_;
};

// `d`, or the complex dtype of such parts, in the place of any floating dtype.
DType with_parts(DType dtype, DType d) {
  if (is_complex(dtype)) return d == kF64 ? kC128 : kC64;
  return is_differentiable(dtype) ? d : dtype;
}
DType wide(DType d) { return with_parts(d, kF64); }

// The floats behind an array of f64 or c128: two an element of the latter.
std::span<double> floats_of(Array& a) {
  const std::span<std::byte> bytes = a.mutable_bytes();
  return {reinterpret_cast<double*>(bytes.data()), bytes.size() / sizeof(double)};
}

Array random_array(const Shape& shape, Dice& dice) {
  Array result(shape);
  for (double& number : floats_of(result)) number = dice();
  return result;
}

// Re(sum(w y)) over the floating values, as f64.
Value weighted(In y, In w) {
  Value total = zeros({kF64, {}});
  auto weight = w.begin();
  for (const Value& v : y) {
    if (is_differentiable(v.dtype()))
      total = total + sum((v.as(wide(v.dtype())) * *weight++).as(kF64));
  }
  return total;
}

// One comparison: where its derivative stands among the results, of which order it is.
struct Comparison {
  std::string derivative;
  DType dtype;
  double tolerance;
  std::size_t result;
  int order;
};

// One function with its arguments, directions, weights, and what is compared of it.
class Checked {
 public:
  explicit Checked(const GradsCase& c) : case_(&c), options_(c.options) {
    Dice dice(options_.seed);
    for (const Array& a : c.arguments) {
      Array x = a.as(wide(a.shape().dtype));
      for (const GradsPrecision& p : options_.also_in) {
        x = x.as(with_parts(x.shape().dtype, p.dtype)).as(x.shape().dtype);
      }
      const std::size_t i = x_.size();
      const bool is_constant = i < options_.is_constant.size() && options_.is_constant[i];
      if (is_differentiable(x.shape().dtype) && !is_constant) active_.push_back(i);
      x_.push_back(std::move(x));
    }
    directions_.resize(static_cast<std::size_t>(order()));
    for (Arrays& t : directions_) {
      for (std::size_t i : active_) t.push_back(random_array(x_[i].shape(), dice));
    }
    for (const Shape& s : trace(c.f, shapes_of(x_)).result_shapes()) {
      if (is_differentiable(s.dtype))
        weights_.push_back(random_array({wide(s.dtype), s.dims}, dice));
    }
  }

  // x.., the directions of each order, w..
  [[nodiscard]] Arrays arguments() const {
    Arrays all = x_;
    for (const Arrays& t : directions_) all.insert(all.end(), t.begin(), t.end());
    all.insert(all.end(), weights_.begin(), weights_.end());
    return all;
  }

  // s0, s1, .. that differences are taken of, then the derivatives.
  Values build(In p) {
    comparisons_.clear();
    const BuildFn& base = options_.differences_of ? options_.differences_of : case_->f;
    Values results = {weighted(base(p.first(x_.size())), p.last(weights_.size()))};
    for (int k = 1; k < order(); ++k) {
      results.push_back(slope(options_.forward && !options_.reverse, results.back(), p, k - 1));
    }
    add_derivatives(p, {kF64, options_.tolerance}, results);
    for (const GradsPrecision& precision : options_.also_in) add_derivatives(p, precision, results);
    return results;
  }

  [[nodiscard]] int order() const { return active_.empty() ? 0 : options_.order; }
  [[nodiscard]] double step() const { return options_.step; }
  [[nodiscard]] std::span<const Comparison> comparisons() const { return comparisons_; }

  // The arguments with x moved by `by` times the direction of the given order.
  static Arrays moved(const Checked& c, Arrays arguments, double by, int order) {
    const std::size_t first = c.x_.size() + static_cast<std::size_t>(order) * c.active_.size();
    for (std::size_t k = 0; k < c.active_.size(); ++k) {
      const std::span<double> to = floats_of(arguments[c.active_[k]]);
      const std::span<double> along = floats_of(arguments[first + k]);
      for (std::size_t i = 0; i < to.size(); ++i) to[i] += by * along[i];
    }
    return arguments;
  }

  static std::vector<Shape> shapes_of(const Arrays& arrays) {
    std::vector<Shape> shapes;
    for (const Array& a : arrays) shapes.push_back(a.shape());
    return shapes;
  }

  // Directions of one component each: `visit(arguments, r)` with the place in r.
  void for_each_component(int order, const std::function<void(const Arrays&, GradsReport)>& visit,
                          const GradsReport& of) const {
    const std::size_t first = x_.size() + static_cast<std::size_t>(order) * active_.size();
    Arrays all = arguments();
    for (std::size_t k = 0; k < active_.size(); ++k) all[first + k] = Array(x_[active_[k]].shape());
    for (std::size_t k = 0; k < active_.size(); ++k) {
      const bool has_parts = is_complex(x_[active_[k]].shape().dtype);
      const std::size_t count = floats_of(all[first + k]).size();
      for (std::size_t i = 0; i < count; ++i) {
        floats_of(all[first + k])[i] = 1;
        GradsReport place = of;
        place.argument = static_cast<int>(active_[k]);
        place.element = static_cast<Dim>(has_parts ? i / 2 : i);
        place.is_imaginary = has_parts && i % 2 == 1;
        visit(all, place);
        floats_of(all[first + k])[i] = 0;
      }
    }
  }

 private:
  // The derivative of a number along the direction of the given order.
  [[nodiscard]] Value slope(bool is_forward, const Value& s, In p, int order) const {
    Values x;
    for (std::size_t i : active_) x.push_back(p[i]);
    const In t =
        p.subspan(x_.size() + static_cast<std::size_t>(order) * active_.size(), active_.size());
    if (is_forward) return jvp(Values{s}, x, t)[0];
    return weighted(vjp(Values{s}, Values{ones(s.shape())}, x), t);
  }

  void add_derivatives(In p, const GradsPrecision& precision, Values& results) {
    if (order() == 0) return;
    Values x(p.begin(), p.begin() + static_cast<std::ptrdiff_t>(x_.size()));
    for (Value& v : x) v = v.as(with_parts(v.dtype(), precision.dtype));
    std::vector<std::pair<std::string, Value>> last = {
        {"", weighted(case_->f(x), p.last(weights_.size()))}};
    for (int k = 0; k < order(); ++k) {
      std::vector<std::pair<std::string, Value>> next;
      for (const auto& [of, s] : last) {
        const std::string suffix = of.empty() ? of : " of " + of;
        // In narrower dtypes each mode is only followed by itself: the mixed ones have no rules of
        // their own.
        const bool mixes = precision.dtype == kF64 || of.empty();
        if (options_.reverse && (mixes || of.starts_with("reverse"))) {
          next.emplace_back("reverse" + suffix, slope(false, s, p, k));
        }
        if (options_.forward && (mixes || of.starts_with("forward"))) {
          next.emplace_back("forward" + suffix, slope(true, s, p, k));
        }
      }
      for (const auto& [name, s] : next) {
        comparisons_.push_back({name, precision.dtype, precision.tolerance, results.size(), k});
        results.push_back(s);
      }
      last = std::move(next);
    }
  }

  const GradsCase* case_;
  const CheckGradsOptions& options_;
  Arrays x_, weights_;
  std::vector<Arrays> directions_;  // by order, of the active arguments
  std::vector<std::size_t> active_;
  std::vector<Comparison> comparisons_;
};

// The program of all cases, and what it says of them.
class Checker {
 public:
  Checker(const pjrt::Client& client, std::span<const GradsCase> cases)
      : checked_(cases.begin(), cases.end()), program_(compiled(client)) {}

  std::vector<GradsReport> reports() const {
    int order = 0;
    for (const Checked& c : checked_) order = std::max(order, c.order());
    const Numbers here = run(all_);
    std::vector<Numbers> up, down;
    for (int k = 0; k < order; ++k)
      up.push_back(run(moved(1, k))), down.push_back(run(moved(-1, k)));
    std::vector<GradsReport> result(checked_.size());
    for (std::size_t i = 0; i < checked_.size(); ++i) {
      for (const Comparison& c : checked_[i].comparisons()) {
        const auto k = static_cast<std::size_t>(c.order);
        compare(i, c, {here[i][c.result], slope(i, up[k], down[k], k)}, result[i]);
      }
    }
    return result;
  }

 private:
  Program compiled(const pjrt::Client& client) {
    // Each case in a graph of its own first: a sweep goes through the whole graph that it is in.
    std::vector<Function> functions;
    std::vector<Shape> shapes;
    for (Checked& c : checked_) {
      all_.push_back(c.arguments());
      functions.push_back(trace([&](In p) { return c.build(p); }, Checked::shapes_of(all_.back())));
      const std::vector<Shape> own = functions.back().parameter_shapes();
      shapes.insert(shapes.end(), own.begin(), own.end());
    }
    const Function function = trace(
        [&](In p) {
          Values results;
          for (const Function& f : functions) {
            first_result_.push_back(results.size());
            const Values own = call(f, p.first(f.parameters().size()));
            results.insert(results.end(), own.begin(), own.end());
            p = p.subspan(f.parameters().size());
          }
          return results;
        },
        shapes);
    CompileSettings settings{.cache = nullptr};
    settings.options.flags["xla_backend_optimization_level"] = std::int64_t{0};
    return Program::compile(client, function, {}, settings);
  }

  using Numbers = std::vector<std::vector<double>>;  // results by case
  struct Pair {
    double got, difference;
    [[nodiscard]] double error() const {
      const double e = std::abs(got - difference) / (1 + std::abs(difference));
      if (!std::isnan(e)) return e;
      const bool are_alike = (std::isnan(got) && std::isnan(difference)) || got == difference;
      return are_alike ? 0 : std::numeric_limits<double>::infinity();
    }
  };

  // Every case moved along its direction of that order.
  [[nodiscard]] std::vector<Arrays> moved(double sign, int order) const {
    std::vector<Arrays> result = all_;
    for (std::size_t i = 0; i < checked_.size(); ++i) {
      const Checked& c = checked_[i];
      if (order < c.order()) result[i] = Checked::moved(c, result[i], sign * c.step(), order);
    }
    return result;
  }

  [[nodiscard]] Numbers run(const std::vector<Arrays>& arguments) const {
    Arrays flat;
    for (const Arrays& a : arguments) flat.insert(flat.end(), a.begin(), a.end());
    const Arrays out = program_.run(flat);
    Numbers result(checked_.size());
    for (std::size_t i = 0; i < checked_.size(); ++i) {
      const std::size_t end = i + 1 < checked_.size() ? first_result_[i + 1] : out.size();
      for (std::size_t r = first_result_[i]; r < end; ++r)
        result[i].push_back(out[r].to_doubles()[0]);
    }
    return result;
  }

  [[nodiscard]] double slope(std::size_t i, const Numbers& up, const Numbers& down,
                             std::size_t order) const {
    return (up[i][order] - down[i][order]) / (2 * checked_[i].step());
  }

  // Keeps the worse of the report and this comparison; one that fails is worse than any that does
  // not.
  void compare(std::size_t i, const Comparison& c, Pair found, GradsReport& report) const {
    const int count = ++report.comparisons;
    const bool fails = !(found.error() <= c.tolerance);
    if (!fails && (!report.passes || found.error() <= report.worst_error)) return;
    if (fails && !report.passes && found.error() <= report.worst_error) return;
    report = {.passes = !fails,
              .worst_error = found.error(),
              .derivative = c.derivative,
              .dtype = c.dtype,
              .got = found.got,
              .difference = found.difference,
              .comparisons = count};
    if (fails) locate(i, c, report);
  }

  // The component along which they differ most.
  void locate(std::size_t i, const Comparison& c, GradsReport& report) const {
    double worst = -1;
    const GradsReport before = report;
    std::vector<Arrays> arguments = all_;
    checked_[i].for_each_component(
        c.order,
        [&](const Arrays& own, GradsReport place) {
          const auto at = [&](double by) {
            arguments[i] = Checked::moved(checked_[i], own, by, c.order);
            return run(arguments);
          };
          const double h = checked_[i].step();
          const Pair found{at(0)[i][c.result],
                           slope(i, at(h), at(-h), static_cast<std::size_t>(c.order))};
          if (found.error() <= worst) return;
          worst = found.error();
          place.got = found.got, place.difference = found.difference;
          report = place;
        },
        before);
  }

  std::vector<Checked> checked_;
  std::vector<Arrays> all_;  // arguments by case
  std::vector<std::size_t> first_result_;
  Program program_;
};

}  // namespace

std::string GradsReport::text() const {
  std::string result = derivative + " derivative " + (passes ? "agrees" : "differs") + ": error " +
                       std::to_string(worst_error);
  if (dtype != kF64) result += " in " + std::string(name(dtype));
  if (argument < 0) return result;
  result +=
      ", most by element " + std::to_string(element) + " of argument " + std::to_string(argument);
  if (is_imaginary) result += " (imaginary part)";
  return result + ": " + std::to_string(got) + ", difference " + std::to_string(difference);
}

std::vector<GradsReport> check_grads(const pjrt::Client& client, std::span<const GradsCase> cases) {
  if (cases.empty()) return {};
  return Checker(client, cases).reports();
}

GradsReport check_grads(const pjrt::Client& client, const BuildFn& f,
                        std::span<const Array> arguments, const CheckGradsOptions& options) {
  const GradsCase one{f, {arguments.begin(), arguments.end()}, options};
  return check_grads(client, std::span(&one, 1))[0];
}

}  // namespace hilo
