#pragma once
// What the tests of layers and training share: a client, functions run once, refusals as text.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hilo/core/error.h"
#include "hilo/exec/program.h"
#include "hilo/pjrt/client.h"
#include "hilo/stablehlo/emit.h"

namespace hilo::test {

/// The client that all tests of a binary share: the CPU's, or of the plugin that HILO_TEST_BACKEND names.
inline const pjrt::Client& cpu() {
  static const pjrt::Client client = [] {
    const char* backend = std::getenv("HILO_TEST_BACKEND");
    if (backend == nullptr) return pjrt::open("cpu");
    return pjrt::open(backend, {.values = {{"preallocate", false}}});
  }();
  return client;
}

/// Builds over parameters of the arguments' shapes, and runs on the CPU.
inline std::vector<Array> run(const BuildFn& build, const std::vector<Array>& arguments = {}) {
  std::vector<Shape> shapes;
  for (const Array& a : arguments) shapes.push_back(a.shape());
  return evaluate(cpu(), trace(build, shapes), arguments);
}

/// The same as other platforms have it: by the graphs that stand for Hilo's kernels.
inline std::vector<Array> run_without_kernels(const BuildFn& build, const std::vector<Array>& arguments) {
  std::vector<Shape> shapes;
  for (const Array& a : arguments) shapes.push_back(a.shape());
  return Program::compile_text(cpu(), stablehlo::emit(trace(build, shapes), {}), {.cache = nullptr}).run(arguments);
}

/// `run` for a function with one result.
template <class F>
Array run_one(F build, const std::vector<Array>& arguments = {}) {
  return run([&](std::span<const Value> p) { return std::vector<Value>{build(p)}; }, arguments)[0];
}

/// Builds, and runs nothing.
template <class F>
Function build_only(F build, const std::vector<Shape>& shapes) {
  return trace([&](std::span<const Value> p) { return std::vector<Value>{build(p)}; }, shapes);
}

/// The message of what `f` throws; empty if it does not throw.
template <class F>
std::string refusal(F f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return {};
}

inline Array f32(Dims dims, const std::vector<float>& values) {
  return Array::of(std::move(dims), values);
}
inline Array i32(Dims dims, const std::vector<std::int32_t>& values) {
  return Array::of(std::move(dims), values);
}

/// Every element within `tolerance` of what is expected; NaN fits NaN.
inline void expect_near(const Array& got, const std::vector<double>& expected, double tolerance) {
  const std::vector<double> numbers = got.to_doubles();
  ASSERT_EQ(numbers.size(), expected.size()) << to_string(got.shape());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (std::isnan(expected[i])) {
      EXPECT_TRUE(std::isnan(numbers[i])) << "element " << i << " is " << numbers[i];
    } else {
      EXPECT_NEAR(numbers[i], expected[i], tolerance) << "element " << i;
    }
  }
}

/// The folder of goldens, or none where HILO_FIXTURES is not set.
inline std::optional<std::filesystem::path> fixtures() {
  const char* folder = std::getenv("HILO_FIXTURES");
  if (folder == nullptr || *folder == '\0') return {};
  return std::filesystem::path(folder);
}

}  // namespace hilo::test
