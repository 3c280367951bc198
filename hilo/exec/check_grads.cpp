#include "hilo/exec/check_grads.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "hilo/autodiff/autodiff.h"
#include "hilo/exec/program.h"
#include "hilo/ops/binary.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/convert.h"
#include "hilo/ops/reduce.h"

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

DType wide(DType d) { return is_complex(d) ? kC128 : is_differentiable(d) ? kF64 : d; }

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

Values constants(const Arrays& arrays) {
  Values result;
  for (const Array& a : arrays) result.push_back(constant(a));
  return result;
}

// The comparisons of one function and, below it, of its derivatives.
class Checker {
 public:
  Checker(const pjrt::Client& client, Arrays arguments, const CheckGradsOptions& options)
      : client_(client), x_(std::move(arguments)), options_(options), dice_(options.seed) {
    for (std::size_t i = 0; i < x_.size(); ++i) {
      if (is_differentiable(x_[i].shape().dtype)) active_.push_back(i);
    }
  }

  void check(const BuildFn& f, const std::string& of, int order) {
    if (order < 1 || active_.empty()) return;
    Arrays t, w;
    for (std::size_t i : active_) t.push_back(random_array(x_[i].shape(), dice_));
    for (const Shape& s : trace(f, shapes_of(x_)).result_shapes()) {
      if (is_differentiable(s.dtype)) w.push_back(random_array({wide(s.dtype), s.dims}, dice_));
    }
    compare(f, t, w, of);
    if (options_.reverse) {
      check([&](In x) { return gradients(f, x, constants(w)); }, " of reverse" + of, order - 1);
    }
    if (options_.forward) {
      check([&](In x) { return tangents(f, x, constants(t)); }, " of forward" + of, order - 1);
    }
  }

  [[nodiscard]] const GradsReport& report() const { return report_; }

 private:
  static std::vector<Shape> shapes_of(const Arrays& arrays) {
    std::vector<Shape> shapes;
    for (const Array& a : arrays) shapes.push_back(a.shape());
    return shapes;
  }
  [[nodiscard]] Values active(In x) const {
    Values result;
    for (std::size_t i : active_) result.push_back(x[i]);
    return result;
  }
  Values gradients(const BuildFn& f, In x, const Values& w) const {
    const Value total = weighted(f(x), w), one = ones(total.shape());
    return vjp(Values{total}, Values{one}, active(x));
  }
  Values tangents(const BuildFn& f, In x, const Values& t) const {
    Values y = f(x);
    std::erase_if(y, [](const Value& v) { return !is_differentiable(v.dtype()); });
    return jvp(y, active(x), t);
  }

  // (x.., t.., w..) -> Re(sum(w f)), its slope along t by reverse, by forward.
  [[nodiscard]] Program compiled(const BuildFn& f, const Arrays& t, const Arrays& w) const {
    Arrays all = x_;
    all.insert(all.end(), t.begin(), t.end());
    all.insert(all.end(), w.begin(), w.end());
    const Function function = trace(
        [&](In p) {
          const In x = p.first(x_.size()), along = p.subspan(x_.size(), t.size());
          const Values weights(p.end() - static_cast<std::ptrdiff_t>(w.size()), p.end());
          Values results = {weighted(f(x), weights)};
          if (options_.reverse) results.push_back(weighted(gradients(f, x, weights), along));
          if (options_.forward) {
            results.push_back(weighted(tangents(f, x, {along.begin(), along.end()}), weights));
          }
          return results;
        },
        shapes_of(all));
    CompileSettings settings{.cache = nullptr};
    settings.options.flags["xla_backend_optimization_level"] = std::int64_t{0};
    return Program::compile(client_, function, {}, settings);
  }

  void compare(const BuildFn& f, const Arrays& t, const Arrays& w, const std::string& of) {
    const Program program = compiled(f, t, w);
    for (std::size_t mode = 0; mode < modes().size(); ++mode) {
      const Found found = along(program, t, w, mode);
      const bool fails = !(found.error <= options_.tolerance);
      if (!fails && found.error <= report_.worst_error) continue;
      if (fails && !report_.passes && found.error <= report_.worst_error) continue;
      GradsReport r{.passes = !fails,
                    .worst_error = found.error,
                    .derivative = modes()[mode] + of,
                    .got = found.got,
                    .difference = found.difference};
      if (fails) locate(program, w, mode, r);
      report_ = std::move(r);
    }
  }

  [[nodiscard]] std::vector<std::string> modes() const {
    std::vector<std::string> names;
    if (options_.reverse) names.emplace_back("reverse");
    if (options_.forward) names.emplace_back("forward");
    return names;
  }

  struct Found {
    double got, difference, error;
  };
  // The derivative along `t` and the difference.
  [[nodiscard]] Found along(const Program& program, const Arrays& t, const Arrays& w,
                            std::size_t mode) const {
    const auto at = [&](double step, std::size_t result) {
      Arrays arguments = x_;
      for (std::size_t k = 0; k < active_.size(); ++k) {
        Array direction = t[k];
        const std::span<double> to = floats_of(arguments[active_[k]]), from = floats_of(direction);
        for (std::size_t i = 0; i < to.size(); ++i) to[i] += step * from[i];
      }
      arguments.insert(arguments.end(), t.begin(), t.end());
      arguments.insert(arguments.end(), w.begin(), w.end());
      return program.run(arguments)[result].to_doubles()[0];
    };
    const double h = options_.step, slope = (at(h, 0) - at(-h, 0)) / (2 * h), got = at(0, 1 + mode);
    double error = std::abs(got - slope) / (1 + std::abs(slope));
    if (std::isnan(error)) {
      const bool are_alike = (std::isnan(got) && std::isnan(slope)) || got == slope;
      error = are_alike ? 0 : std::numeric_limits<double>::infinity();
    }
    return {got, slope, error};
  }

  // The element along which they differ most.
  void locate(const Program& program, const Arrays& w, std::size_t mode, GradsReport& r) const {
    double worst = -1;
    for (std::size_t k = 0; k < active_.size(); ++k) {
      Arrays unit;
      for (std::size_t i : active_) unit.emplace_back(x_[i].shape());
      const bool is_complex_one = is_complex(unit[k].shape().dtype);
      for (std::size_t i = 0; i < floats_of(unit[k]).size(); ++i) {
        floats_of(unit[k])[i] = 1;
        const Found found = along(program, unit, w, mode);
        floats_of(unit[k])[i] = 0;
        if (found.error <= worst) continue;
        worst = found.error;
        r.argument = static_cast<int>(active_[k]);
        r.element = static_cast<Dim>(is_complex_one ? i / 2 : i);
        r.is_imaginary = is_complex_one && i % 2 == 1;
        r.got = found.got, r.difference = found.difference;
      }
    }
  }

  const pjrt::Client& client_;
  const Arrays x_;
  const CheckGradsOptions& options_;
  Dice dice_;
  std::vector<std::size_t> active_;
  GradsReport report_;
};

}  // namespace

std::string GradsReport::text() const {
  std::string result = derivative + " derivative " + (passes ? "agrees" : "differs") + ": error " +
                       std::to_string(worst_error);
  if (argument < 0) return result;
  result +=
      ", most by element " + std::to_string(element) + " of argument " + std::to_string(argument);
  if (is_imaginary) result += " (imaginary part)";
  return result + ": " + std::to_string(got) + ", difference " + std::to_string(difference);
}

GradsReport check_grads(const pjrt::Client& client, const BuildFn& f,
                        std::span<const Array> arguments, const CheckGradsOptions& options) {
  Arrays x;
  for (const Array& a : arguments) x.push_back(a.as(wide(a.shape().dtype)));
  Checker checker(client, std::move(x), options);
  checker.check(f, "", options.order);
  return checker.report();
}

}  // namespace hilo
