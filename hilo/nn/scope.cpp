#include "hilo/nn/scope.h"

#include "hilo/graph/op.h"
#include "hilo/ops/random.h"

namespace hilo::nn {

struct Scope::Context {
  const Store& store;
  Store* declares;                         // where new variables go; null where none may be made
  Mode mode;
  Value key;
  Graph* graph;                            // that the model is built in
  std::map<std::string, Value> values{};   // variables that are known to this building
  std::map<std::string, Value> updates{};
  std::set<std::string> opened{};
  std::map<std::string, int> numbers{};    // of `next`, by path
  std::uint64_t keys = 0;                  // given out so far
};

void Scope::refuse(std::string problem, std::string expected, std::string hint, std::vector<Shape> got) const {
  throw OpError({.op = "scope", .problem = std::move(problem), .got = std::move(got), .expected = std::move(expected),
                 .hint = std::move(hint)},
                Site(where_, intern(label())));
}

std::string Scope::join(std::string_view name) const {
  if (name.empty() || name.find('/') != std::string_view::npos) {
    refuse("\"" + std::string(name) + "\" is no name", "a name that is not empty and has no slash");
  }
  return path_.empty() ? std::string(name) : path_ + "/" + std::string(name);
}

Scope Scope::open(const ScopeName& name, bool is_shared) const {
  const std::string path = join(name.name);
  const bool is_new = context_->opened.insert(path).second;
  Scope inner(*context_, path, name.where);
  if (!is_new && !is_shared) {
    inner.refuse("/" + path + " is opened a second time", "each path once, or its layers would share their weights",
                 "scope.next(\"" + name.name + "\") for another one, scope.shared(\"" + name.name + "\") to share");
  }
  return inner;
}

Scope Scope::operator/(const ScopeName& name) const { return open(name, false); }
Scope Scope::shared(const ScopeName& name) const { return open(name, true); }
Scope Scope::next(const ScopeName& name) const {
  const int number = context_->numbers[join(name.name)]++;
  return open({name.name + "_" + std::to_string(number), name.where}, false);
}

Value Scope::variable(std::string_view name, Shape shape, const Initializer& initializer) const {
  return read(name, std::move(shape), Role::kTrainable, initializer);
}

Value Scope::state(std::string_view name, Shape shape, const Initializer& initializer) const {
  return read(name, std::move(shape), Role::kState, initializer);
}

Value Scope::read(std::string_view name, Shape shape, Role role, const Initializer& initializer) const {
  const std::string path = join(name);
  const auto known = context_->values.find(path);
  if (known != context_->values.end()) {
    if (known->second.shape() == shape) return known->second;
    refuse("variable " + path + " has another shape", to_string(known->second.shape()), {}, {shape});
  }
  const Site site = CallSite::current(where_);
  if (context_->declares == nullptr) refuse("variable " + path + " is not in the store", "a model that asks for the same variables each time");
  // Made inside the body of a transform (remat, scan, vmap) it is a variable of the model all the same, which the body reads.
  context_->declares->declare(path, shape, role, initializer);
  return context_->values.emplace(path, context_->graph->parameter(std::move(shape), path, site)).first->second;
}

void Scope::update(std::string_view name, Value value) const {
  const std::string path = join(name);
  const auto known = context_->values.find(path);
  if (known == context_->values.end() || context_->store.at(path).role != Role::kState) {
    refuse("no state " + path, "the name of a state() of this scope");
  }
  if (&value.graph() != context_->graph) refuse("state " + path + " is written inside the body of a transform", "an update outside of it");
  if (value.shape() != known->second.shape()) refuse("state " + path + " has another shape", to_string(known->second.shape()), {}, {value.shape()});
  context_->updates[path] = value;
}

Value Scope::key() const {
  if (!context_->key) refuse("no random key", "a scope in training", "if (scope.is_training()) ..");
  return fold_in(context_->key, path_hash(path_) + ++context_->keys);
}

Mode Scope::mode() const { return context_->mode; }

Building::Building(Store& store, Mode mode, Value key)
    : context_(new Scope::Context{store, &store, mode, key, &current_graph("model", {})}) {}

Building::Building(const Store& store, Mode mode, Value key, std::span<const Value> variables)
    : context_(new Scope::Context{store, nullptr, mode, key, &current_graph("model", {})}) {
  const std::vector<std::string> paths = model_paths(store);
  for (std::size_t i = 0; i < paths.size(); ++i) context_->values.emplace(paths[i], variables[i]);
}

Building::~Building() = default;

Scope Building::root(std::source_location where) const { return {*context_, "", where}; }
const std::map<std::string, Value>& Building::updates() const { return context_->updates; }

Function declare(Store& store, const Model& model, const Shape& input, Mode mode) {
  const std::vector<Shape> shapes = {input, {DType::kU64, {2}}};
  return trace([&](std::span<const Value> p) {
    const Building building(store, mode, mode == Mode::kTraining ? p[1] : Value());
    std::vector<Value> results = {model(building.root(), p[0])};
    for (const auto& [path, value] : building.updates()) results.push_back(value);
    return results;
  }, shapes);
}

Function inference_function(const Store& store, const Model& model, const Shape& input) {
  std::vector<std::string> names = model_paths(store);
  std::vector<Shape> shapes;
  for (const std::string& path : names) shapes.push_back(store.at(path).shape);
  shapes.push_back(input);
  names.emplace_back("input");
  return trace([&](std::span<const Value> p) {
    const Building building(store, Mode::kInference, {}, p.first(p.size() - 1));
    return std::vector{model(building.root(), p.back())};
  }, shapes, names);
}

std::vector<std::string> model_paths(const Store& store) {
  std::vector<std::string> paths;
  for (const auto& [path, variable] : store.variables()) {
    if (variable.role != Role::kOptimizer) paths.push_back(path);
  }
  return paths;
}

}  // namespace hilo::nn
