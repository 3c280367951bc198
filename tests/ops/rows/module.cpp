#include "tests/ops/rows/module.h"

#include "hilo/pjrt/client.h"

namespace hilo::test {

const pjrt::Client& client() {
  static const auto& one = *new pjrt::Client(pjrt::open("cpu"));
  return one;
}

std::size_t Module::add(const BuildFn& build, const std::vector<Shape>& shapes) {
  Part part;
  try {
    part.function = trace(build, shapes);
  } catch (const std::exception& e) {
    part.failure = e.what();
  }
  parts_.push_back(std::move(part));
  return parts_.size() - 1;
}

std::optional<Program> Module::compiled(const std::vector<std::size_t>& parts, std::string& failure) const {
  std::vector<Shape> shapes;
  for (std::size_t p : parts) {
    const std::vector<Shape> own = parts_[p].function.parameter_shapes();
    shapes.insert(shapes.end(), own.begin(), own.end());
  }
  try {
    const Function all = trace(
        [&](std::span<const Value> arguments) {
          std::vector<Value> results;
          for (std::size_t p : parts) {
            const std::size_t count = parts_[p].function.parameters().size();
            const std::vector<Value> own = call(parts_[p].function, arguments.first(count));
            results.insert(results.end(), own.begin(), own.end());
            arguments = arguments.subspan(count);
          }
          return results;
        },
        shapes);
    return Program::compile(client(), all, {}, {.cache = nullptr});
  } catch (const std::exception& e) {
    failure = e.what();
    return std::nullopt;
  }
}

void Module::compile() {
  running_.clear();
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    if (parts_[p].failure.empty()) running_.push_back(p);
  }
  if (running_.empty()) return;
  std::string failure;
  program_ = compiled(running_, failure);
  if (program_) return;
  std::vector<std::size_t> sound;
  for (std::size_t p : running_) {
    if (compiled({p}, parts_[p].failure)) sound.push_back(p);
  }
  if (sound.size() == running_.size()) {  // only together do they fail: then all have
    for (std::size_t p : sound) parts_[p].failure = failure;
    sound.clear();
  }
  running_ = std::move(sound);
  if (!running_.empty()) program_ = compiled(running_, failure);
}

std::vector<std::vector<Array>> Module::run(const std::vector<std::vector<Array>>& arguments) const {
  std::vector<std::vector<Array>> results(parts_.size());
  if (!program_) return results;
  std::vector<Array> all;
  for (std::size_t p : running_) all.insert(all.end(), arguments[p].begin(), arguments[p].end());
  const std::vector<Array> out = program_->run(std::span<const Array>(all));
  std::size_t next = 0;
  for (std::size_t p : running_) {
    for (std::size_t k = 0; k < parts_[p].function.results().size(); ++k) results[p].push_back(out[next++]);
  }
  return results;
}

}  // namespace hilo::test
