#pragma once
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "hilo/exec/program.h"

// What the tests of ops share: functions run on the CPU, arrays compared, calls refused.
namespace hilo::test {

/// The client that all tests of a binary share.
inline const pjrt::Client& client() {
  static const pjrt::Client one = pjrt::open("cpu");
  return one;
}

/// Fails unless shapes are equal and |got - want| <= tolerance * (1 + |want|) everywhere (NaN and infinities equal).
inline void expect_close(const Array& got, const Array& want, double tolerance) {
  ASSERT_EQ(to_string(Shape{kF64, got.shape().dims}), to_string(Shape{kF64, want.shape().dims}));
  const std::vector<double> a = got.to_doubles(), b = want.to_doubles();
  for (std::size_t i = 0; i < a.size(); ++i) {
    const bool is_same = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i]));
    ASSERT_TRUE(is_same || std::abs(a[i] - b[i]) <= tolerance * (1 + std::abs(b[i])))
        << "element " << i << ": " << a[i] << ", expected " << b[i];
  }
}

inline double dot(const Array& a, const Array& b) {
  double sum = 0;
  const std::vector<double> x = a.to_doubles(), y = b.to_doubles();
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

/// Results of `build` on arrays.
inline std::vector<Array> run(const BuildFn& build, const std::vector<Array>& arguments) {
  std::vector<Shape> shapes;
  for (const Array& a : arguments) shapes.push_back(a.shape());
  return evaluate(client(), trace(build, shapes), arguments);
}

/// Many functions on arrays of their own, compiled as one program and without care: a compilation costs more than what it
/// compiles.
class Programs {
 public:
  void add(const BuildFn& build, const std::vector<Array>& arguments) {
    std::vector<Shape> shapes;
    for (const Array& a : arguments) shapes.push_back(a.shape());
    functions_.push_back(trace(build, shapes));
    arguments_.insert(arguments_.end(), arguments.begin(), arguments.end());
  }
  /// The results of each.
  [[nodiscard]] std::vector<std::vector<Array>> run() const {
    std::vector<Shape> shapes;
    for (const Array& a : arguments_) shapes.push_back(a.shape());
    const Function all = trace([&](std::span<const Value> p) {
      std::vector<Value> results;
      for (const Function& f : functions_) {
        const std::vector<Value> own = call(f, p.first(f.parameters().size()));
        results.insert(results.end(), own.begin(), own.end());
        p = p.subspan(f.parameters().size());
      }
      return results;
    }, shapes);
    CompileSettings settings{.cache = nullptr};
    settings.options.flags["xla_backend_optimization_level"] = std::int64_t{0};
    const std::vector<Array> flat = Program::compile(client(), all, {}, settings).run(arguments_);
    std::vector<std::vector<Array>> results;
    for (auto next = flat.begin(); const Function& f : functions_) {
      results.emplace_back(next, next + static_cast<std::ptrdiff_t>(f.results().size()));
      next += static_cast<std::ptrdiff_t>(f.results().size());
    }
    return results;
  }

 private:
  std::vector<Function> functions_;
  std::vector<Array> arguments_;
};

/// A call that must be refused, and parts of the message.
struct Misuse {
  const char* name;
  std::vector<Shape> operands;
  std::function<void(std::span<const Value>)> call;
  std::vector<std::string> message;
};

inline void expect_refused(const Misuse& misuse) {
  SCOPED_TRACE(misuse.name);
  try {
    (void)trace([&](std::span<const Value> x) {
      misuse.call(x);
      return std::vector<Value>(x.begin(), x.end());
    }, misuse.operands);
    ADD_FAILURE() << "not refused";
  } catch (const OpError& e) {
    const std::string text = e.what();
    for (const std::string& part : misuse.message) {
      EXPECT_NE(text.find(part), std::string::npos) << "no \"" << part << "\" in\n" << text;
    }
    EXPECT_NE(text.find("tests/ops/"), std::string::npos) << "not the caller's line in\n" << text;
  }
}

}  // namespace hilo::test
