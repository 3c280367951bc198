#include "hilo/nn/store.h"

#include <utility>

#include "hilo/exec/program.h"
#include "hilo/ops/random.h"

namespace hilo::nn {

void Store::declare(std::string path, Shape shape, Role role, Initializer initializer) {
  const auto found = variables_.find(path);
  if (found == variables_.end()) {
    variables_.emplace(std::move(path), Variable{std::move(shape), role, std::move(initializer)});
    return;
  }
  if (found->second.shape == shape && found->second.role == role) return;
  throw OpError({.op = "variable",
                 .problem = path + " is declared with another shape or role",
                 .got = {std::move(shape)},
                 .expected = to_string(found->second.shape) + ", as before"});
}

void Store::set(std::string_view path, Tensor value) {
  Variable& variable = find(path);
  if (value && value.shape() != variable.shape) {
    throw Error("variable " + std::string(path) + ": got " + to_string(value.shape()) + ", expected " +
                to_string(variable.shape));
  }
  variable.value = std::move(value);
}

bool Store::contains(std::string_view path) const { return variables_.contains(path); }

const Variable& Store::at(std::string_view path) const { return const_cast<Store*>(this)->find(path); }

Tensor Store::take(std::string_view path) { return std::exchange(find(path).value, Tensor()); }

void Store::materialize(const pjrt::Client& client, std::uint64_t seed) {
  std::vector<Variable*> missing;
  std::vector<std::string_view> paths;
  for (auto& [path, variable] : variables_) {
    if (variable.value) continue;
    missing.push_back(&variable);
    paths.push_back(path);
  }
  if (missing.empty()) return;
  const Function build = trace([&](std::span<const Value>) {
    const Value root = random_key(seed);
    std::vector<Value> values;
    for (std::size_t i = 0; i < missing.size(); ++i) {
      const Variable& v = *missing[i];
      const Value made = v.initializer.build(fold_in(root, path_hash(paths[i])), v.shape);
      if (made.shape() != v.shape) {
        throw OpError({.op = "initializer " + v.initializer.name, .problem = "wrong shape for " + std::string(paths[i]),
                       .got = {made.shape()}, .expected = to_string(v.shape)});
      }
      values.push_back(made);
    }
    return values;
  }, {});
  const std::vector<Tensor> values = Program::compile(client, build, {}, {.name = "initialize"}).run(std::span<Argument>());
  for (std::size_t i = 0; i < missing.size(); ++i) missing[i]->value = values[i];
}

std::int64_t Store::element_count(Role role) const {
  std::int64_t count = 0;
  for (const auto& [path, variable] : variables_) {
    if (variable.role == role) count += variable.shape.size();
  }
  return count;
}

Variable& Store::find(std::string_view path) {
  const auto found = variables_.find(path);
  if (found != variables_.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [name, variable] : variables_) known.push_back(name);
  const std::string near = near_names(path, known);
  throw Error("no variable " + std::string(path) + (near.empty() ? "" : "; " + near));
}

std::uint64_t path_hash(std::string_view path) {
  std::uint64_t h = 0xCBF29CE484222325;
  for (char c : path) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return h;
}

}  // namespace hilo::nn
