#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/graph/graph.h"
#include "hilo/nn/store.h"

namespace hilo::nn {

enum class Mode : std::uint8_t { kInference, kTraining };

/// The name of a sub-scope, and the line that gave it.
struct ScopeName {
  ScopeName(const char* text, std::source_location at = std::source_location::current()) : name(text), where(at) {}
  ScopeName(std::string text, std::source_location at = std::source_location::current())
      : name(std::move(text)), where(at) {}
  std::string name;
  std::source_location where;
};

/// Where in the Store a layer keeps its variables, while a model function is built. `scope / "hidden"` opens a
/// sub-scope; its path is the prefix of the variables' paths, their key in checkpoints, and the "scope" of messages.
/// A path that is opened twice would share weights by accident: it is refused, unless `shared` says it is meant.
class Scope {
 public:
  /// A sub-scope. Throws OpError if it was opened before in this model, or the name is empty or has a slash.
  Scope operator/(const ScopeName& name) const;
  /// A sub-scope that was, or will be, opened elsewhere too: the layers in it use the same weights.
  [[nodiscard]] Scope shared(const ScopeName& name) const;
  /// "layer_0", then "layer_1", ..: for blocks that repeat.
  [[nodiscard]] Scope next(const ScopeName& name) const;

  /// A weight: made by `initializer` the first time, then the Store's. Throws OpError if the Store has it with another
  /// shape. Within the body of remat, scan or vmap it is read from outside: the same for all steps and examples.
  Value variable(std::string_view name, Shape shape, const Initializer& initializer) const;
  /// What the model keeps itself, such as running statistics.
  Value state(std::string_view name, Shape shape, const Initializer& initializer) const;
  /// The new value of a `state`, from this run on. Only training keeps it. Throws OpError if there is no such state, or
  /// the shape differs, or inside the body of a transform.
  void update(std::string_view name, Value value) const;

  /// A random key (u64[2]) that no other call and no other step gets. Throws OpError in inference, which has none.
  [[nodiscard]] Value key() const;
  [[nodiscard]] Mode mode() const;
  [[nodiscard]] bool is_training() const { return mode() == Mode::kTraining; }

  /// "conv1/block_0"; empty at the root.
  [[nodiscard]] const std::string& path() const { return path_; }
  /// The path as messages show it: "/conv1/block_0".
  [[nodiscard]] std::string label() const { return "/" + path_; }
  /// The line that opened the scope: a layer starts with `const CallSite site(scope.where(), scope.label());`.
  [[nodiscard]] std::source_location where() const { return where_; }

 private:
  friend class Building;
  struct Context;
  Scope(Context& context, std::string path, std::source_location where)
      : context_(&context), path_(std::move(path)), where_(where) {}
  [[nodiscard]] Scope open(const ScopeName& name, bool is_shared) const;
  [[nodiscard]] std::string join(std::string_view name) const;
  Value read(std::string_view name, Shape shape, Role role, const Initializer& initializer) const;
  [[noreturn]] void refuse(std::string problem, std::string expected, std::string hint = {},
                           std::vector<Shape> got = {}) const;

  Context* context_;
  std::string path_;
  std::source_location where_;
};

/// One building of a model in the function that is being traced. The Store's variables are its arguments.
/// Example:
///     const Function f = trace([&](std::span<const Value> p) {
///       nn::Building building(store, Mode::kInference, {}, p.first(p.size() - 1));
///       return std::vector{model(building.root(), p.back())};
///     }, shapes);
class Building {
 public:
  /// Declares: variables that the model asks for are added to the Store, and stand for themselves as new parameters of
  /// the graph. What is built this way tells shapes; it is not run.
  Building(Store& store, Mode mode, Value key);
  /// Uses: `variables` are values of the Store's variables of roles kTrainable and kState, in order of path.
  Building(const Store& store, Mode mode, Value key, std::span<const Value> variables);
  ~Building();
  Building(const Building&) = delete;
  Building& operator=(const Building&) = delete;

  [[nodiscard]] Scope root(std::source_location where = std::source_location::current()) const;
  /// The states that `update` set, by path.
  [[nodiscard]] const std::map<std::string, Value>& updates() const;

 private:
  std::unique_ptr<Scope::Context> context_;
};

/// A model: a function of a scope and one input.
using Model = std::function<Value(Scope, Value)>;

/// Adds the model's variables to the Store, for an input of that shape, and returns what was built (for `summary`).
Function declare(Store& store, const Model& model, const Shape& input, Mode mode = Mode::kTraining);

/// (variables of roles kTrainable and kState in order of path.., input) -> output, without dropout.
Function inference_function(const Store& store, const Model& model, const Shape& input);

/// The paths of the model's variables, roles kTrainable and kState, in order: the arguments of `inference_function`.
std::vector<std::string> model_paths(const Store& store);

/// The model as people know it from Keras: a row a layer with its output shape and parameters, and the totals.
/// `built` is what `declare` returned.
std::string summary(const Store& store, const Function& built);

}  // namespace hilo::nn
