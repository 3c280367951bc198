#pragma once
// A layer against what JAX computes, with the gradients of its input and of all its variables.
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

#include "hilo/autodiff/autodiff.h"
#include "hilo/formats/npz.h"
#include "hilo/ops/concatenate.h"
#include "hilo/ops/constant.h"
#include "hilo/ops/reshape.h"
#include "tests/nn/try_model.h"

namespace hilo::nn::test {

/// An archive that stands beside the tests; golden_case.py says what is in it.
class Goldens {
 public:
  explicit Goldens(const std::string& file)
      : file_(formats::NpzFile::open(std::filesystem::path(HILO_SOURCE_DIR) / "tests/nn" / file)) {}
  [[nodiscard]] Array at(const std::string& member) const { return file_.at(member); }
  /// An extra of a case, as a constant of the model.
  [[nodiscard]] Value extra(const std::string& name) const { return constant(at(name)); }

  /// Fails unless the layer, which `model` opens as "layer", has the case's variables, and gives
  /// its result and gradients to within `tolerance` times 1 + what is expected.
  void expect(const std::string& name, const Model& model, double tolerance = 1e-10) const {
    SCOPED_TRACE(name);
    const Array x = at(name + "/x"), d_y = at(name + "/d_y");
    Store store;
    declare(store, model, x.shape());
    const std::vector<std::string> paths = model_paths(store);
    std::vector<std::string> known, members = {"y", "d_x"};
    std::vector<Array> arguments;
    for (const std::string& member : file_.names()) {
      const std::string prefix = name + "/v/";
      if (member.starts_with(prefix)) known.push_back("layer/" + member.substr(prefix.size()));
    }
    std::ranges::sort(known);
    ASSERT_EQ(paths, known);
    for (const std::string& path : paths) {
      const std::string own = path.substr(path.find('/') + 1);
      arguments.push_back(at(name + "/v/" + own));
      members.push_back("d/" + own);
      ASSERT_EQ(arguments.back().shape(), store.at(path).shape) << path;
    }
    arguments.insert(arguments.end(), {x, d_y});
    const auto build = [&](std::span<const Value> p) {
      const std::size_t n = paths.size();
      const Building building(store, Mode::kInference, {}, p.first(n));
      const std::vector<Value> y = {model(building.root(), p[n])};
      std::vector<Value> wrt = {p[n]};
      wrt.insert(wrt.end(), p.begin(), p.begin() + static_cast<std::ptrdiff_t>(n));
      std::vector<Value> results = vjp(y, p.last(1), wrt);
      results.insert(results.begin(), y[0]);
      return results;
    };
    std::vector<Shape> shapes;
    for (const Array& a : arguments) shapes.push_back(a.shape());
    CompileSettings settings{.cache = nullptr};  // one run: compiled in haste
    settings.options.flags["xla_backend_optimization_level"] = std::int64_t{0};
    settings.options.flags["xla_llvm_disable_expensive_passes"] = true;
    const std::vector<Array> results =
        Program::compile(cpu(), trace(build, shapes), {}, settings).run(arguments);
    for (std::size_t i = 0; i < members.size(); ++i) {
      SCOPED_TRACE(members[i]);
      const Array want = at(name + "/" + members[i]);
      ASSERT_EQ(results[i].shape(), want.shape());
      const std::vector<double> a = results[i].to_doubles(), b = want.to_doubles();
      for (std::size_t k = 0; k < a.size(); ++k) {
        ASSERT_NEAR(a[k], b[k], tolerance * (1 + std::abs(b[k]))) << "element " << k;
      }
    }
  }

 private:
  formats::NpzFile file_;
};

/// All of them as one vector, as golden_case.py's `joined`.
inline Value joined(const std::vector<Value>& values) {
  std::vector<Value> flat;
  for (const Value v : values) flat.push_back(reshape(v, {-1}));
  return concatenate(flat, 0);
}

}  // namespace hilo::nn::test
