#include "hilo/exec/executor.h"

#include <algorithm>

#include "hilo/exec/trace.h"

namespace hilo {

struct Executor::State {
  State(pjrt::Client c, BuildFn b, CompileSettings s) : client(std::move(c)), build(std::move(b)), settings(std::move(s)) {}

  struct Slot {
    std::vector<Shape> shapes;
    std::vector<bool> donated;
    std::shared_future<Program> program;
  };

  const pjrt::Client client;
  const BuildFn build;
  const CompileSettings settings;
  std::mutex mutex;
  std::list<Slot> slots{};  // the latest used first

  // The program of those shapes; the first who asks compiles, the others wait for him.
  template <class Matches, class Fill>
  Program get(const Matches& matches, const Fill& fill) {
    std::promise<Program> promise;
    std::shared_future<Program> program;
    const Slot* mine = nullptr;
    {
      const std::lock_guard lock(mutex);
      const auto found = std::ranges::find_if(slots, matches);
      if (found != slots.end()) {
        if (found != slots.begin()) slots.splice(slots.begin(), slots, found);
        program = slots.front().program;
      } else {
        program = promise.get_future().share();
        slots.push_front(fill());
        slots.front().program = program;
        mine = &slots.front();
      }
    }
    if (mine != nullptr) compile(*mine, promise);
    return program.get();
  }

  [[nodiscard]] Function traced(const Slot& slot) const {
    const TraceSpan span("compile", "build the graph of " + settings.name);
    return trace(build, slot.shapes);
  }

  // Drops the longest unused; who runs one now holds it himself. One that is being compiled stays.
  void evict() {
    const std::lock_guard lock(mutex);
    for (auto slot = slots.end(); slots.size() > std::max<std::size_t>(settings.max_programs, 1) && slot != slots.begin();) {
      --slot;
      const bool is_done = slot->program.wait_for(std::chrono::seconds(0)) == std::future_status::ready;
      if (is_done) slot = slots.erase(slot);
    }
  }

  void compile(const Slot& slot, std::promise<Program>& promise) {
    try {
      promise.set_value(Program::compile(client, traced(slot), slot.donated, settings));
      evict();
    } catch (...) {
      {
        const std::lock_guard lock(mutex);  // a later call may try again
        slots.remove_if([&](const Slot& s) { return &s == &slot; });
      }
      promise.set_exception(std::current_exception());
    }
  }
};

Executor::Executor(pjrt::Client client, BuildFn build, CompileSettings settings)
    : state_(std::make_shared<State>(std::move(client), std::move(build), std::move(settings))) {}

std::vector<Tensor> Executor::run(std::vector<Argument> arguments) const {
  for (const Argument& a : arguments) {
    if (!a.tensor) throw OpError({.op = "run", .problem = "an argument is an empty Tensor", .expected = "a tensor"}, Site(a.where));
  }
  const auto matches = [&](const State::Slot& s) {
    if (s.shapes.size() != arguments.size()) return false;
    for (std::size_t i = 0; i < arguments.size(); ++i) {
      if (s.donated[i] != arguments[i].is_donated || s.shapes[i] != arguments[i].tensor.shape()) return false;
    }
    return true;
  };
  const auto fill = [&] {
    State::Slot slot;
    for (const Argument& a : arguments) {
      slot.shapes.push_back(a.tensor.shape());
      slot.donated.push_back(a.is_donated);
    }
    return slot;
  };
  return state_->get(matches, fill).run(arguments);
}

Program Executor::program(std::span<const Shape> shapes, const std::vector<bool>& donated) const {
  std::vector<bool> all = donated;
  all.resize(shapes.size(), false);
  return state_->get([&](const State::Slot& s) { return s.donated == all && std::ranges::equal(s.shapes, shapes); },
                     [&] { return State::Slot{{shapes.begin(), shapes.end()}, all, {}}; });
}

Executor::Counts Executor::counts() const {
  const std::lock_guard lock(state_->mutex);
  Counts counts;
  for (const State::Slot& slot : state_->slots) {
    if (slot.program.wait_for(std::chrono::seconds(0)) != std::future_status::ready) continue;
    ++counts.programs;
    counts.compiled += slot.program.get().was_cached() ? 0 : 1;
  }
  return counts;
}

const pjrt::Client& Executor::client() const { return state_->client; }

}  // namespace hilo
