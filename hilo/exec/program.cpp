#include "hilo/exec/program.h"

#include <algorithm>

#include "hilo/exec/dispatch.h"
#include "hilo/exec/saved_program.h"
#include "hilo/exec/sharded.h"
#include "hilo/exec/tensor_state.h"
#include "hilo/exec/trace_recorder.h"
#include "hilo/graph/op.h"
#include "hilo/kernels/kernels.h"
#include "hilo/stablehlo/emit.h"

namespace hilo {

struct Program::State {
  pjrt::Device device;                             // where it runs
  std::vector<bool> is_aliased{};                  // by argument: a result reuses its memory
  bool has_custom_calls = false;                   // these run inline in the plugin's call, so a queue makes it
  Function divided{};  // over several devices: with a sharding of each argument and result
  pjrt::Executable executable{};
  std::shared_ptr<detail::DispatchQueue> queue{};  // null without custom calls
  bool was_cached = false;

  [[nodiscard]] std::vector<std::shared_ptr<const Shape>> result_shapes() const;
  // Starts it. `inputs` may be of any device; a donated one is this call's own.
  [[nodiscard]] std::vector<detail::Placed> execute(std::span<const Argument> inputs) const;
  [[nodiscard]] std::vector<detail::Placed> execute_divided(std::span<const Argument> inputs,
                                                            std::span<const std::int64_t> keep) const;
};

namespace {

// Whether the program calls code outside of XLA: its own or a kernel of Hilo. Bytecode has the word too, without dialect.
bool has_custom_call(std::string_view program) { return program.find("custom_call") != std::string_view::npos; }

// Moves a tensor's numbers to a handle of the program's own; the handles outside are dead from here on.
Tensor take(const Argument& argument) {
  detail::TensorState& from = *argument.tensor.state();
  auto own = std::make_shared<detail::TensorState>(from.shape);
  const std::lock_guard lock(from.mutex);
  from.expect_alive();
  own->host = std::move(from.host);
  own->placed = std::move(from.placed);
  own->pending = std::move(from.pending);
  if (own->pending) from.taken_by = own;  // perhaps they are not there yet
  from.is_donated = true;
  from.donated_at = Site(argument.where);
  return Tensor(std::move(own));
}

// Undoes `take` after a call that the plugin refused.
void give_back(const Argument& argument, const Tensor& own) {
  detail::TensorState& to = *argument.tensor.state();
  const std::lock_guard lock(to.mutex);
  to.host = own.state()->host;
  to.placed = own.state()->placed;
  to.pending = own.state()->pending;
  to.taken_by = nullptr;
  to.is_donated = false;
}

// Whether it is still in the queue, or failed there: then what follows fails there too.
bool is_waiting(const Tensor& tensor) {
  detail::TensorState& state = *tensor.state();
  const std::lock_guard lock(state.mutex);
  return state.pending && !state.pending->is_clear();
}

// The function as it is divided, or none if it is for one device; `options` say how.
Function divided(const pjrt::Client& client, const Function& function, pjrt::CompileOptions& options) {
  const std::shared_ptr<const Mesh> mesh = mesh_of(function);
  if (!mesh || mesh->size() == 1) return {};
  const std::vector<pjrt::Device> devices = devices_of(client, *mesh);
  Function all = with_all_shardings(function);
  for (const Value& p : all.parameters()) (void)part_shape(*p.sharding(), p.shape());
  for (const Value& r : all.results()) (void)part_shape(*r.sharding(), r.shape());
  options.replicas = 1;
  options.partitions = static_cast<int>(devices.size());
  options.uses_spmd = options.uses_shardy = true;
  options.device_ids.clear();
  for (const pjrt::Device& device : devices) options.device_ids.push_back(device.id());
  return all;
}

// The plugin compares sizes in bytes, of parts.
void expect_fits(const std::vector<Argument>& inputs, const Function& function) {
  std::vector<Shape> given;
  for (const Argument& input : inputs) given.push_back(input.tensor.shape());
  const std::vector<Shape> expected = function.parameter_shapes();
  if (given == expected) return;
  throw OpError({.op = "run", .problem = "arguments do not fit the program", .got = given, .expected = to_string(Shapes(expected))});
}

// What XLA made of the shardings of the results.
void expect_divided(const Function& function, const pjrt::Executable& executable) {
  const auto shapes = executable.result_shapes();
  for (std::size_t k = 0; k < shapes.size(); ++k) {
    const Value result = function.results()[k];
    const Shape expected = part_shape(*result.sharding(), result.shape());
    if (*shapes[k] == expected) continue;
    throw DeviceError("the compiler divides result " + std::to_string(k) + " into parts of " + to_string(*shapes[k]) +
                      "; its sharding says " + to_string(expected));
  }
}

// What ops are lowered for. CUDA plugins of before mid-2025 know no kernels that a program carries: "gpu", for which no op has one.
std::string lowered_for(const pjrt::Client& client) {
  constexpr int kKernelsSince = 72;  // minor version of the PJRT API
  const bool has_kernels = client.platform_name() != "cuda" || client.plugin().api_version().minor >= kKernelsSince;
  return has_kernels ? std::string(client.platform_name()) : "gpu";
}

}  // namespace

std::vector<int> aliases_of(const Function& f, const std::vector<bool>& donated, bool is_divided) {
  const std::vector<Shape> in = f.parameter_shapes(), out = f.result_shapes();
  std::vector<bool> is_taken(out.size(), false);
  std::vector<int> aliases(in.size(), -1);
  for (std::size_t i = 0; i < std::min(in.size(), donated.size()); ++i) {
    if (!donated[i]) continue;
    for (std::size_t r = 0; r < out.size(); ++r) {
      if (is_taken[r] || out[r] != in[i]) continue;
      if (is_divided && *f.results()[r].sharding() != *f.parameters()[i].sharding()) continue;
      is_taken[r] = true;
      aliases[i] = static_cast<int>(r);
      break;
    }
  }
  return aliases;
}

Program Program::load_or_compile(const pjrt::Client& client, std::string_view key,
                                 const std::function<std::string()>& text, const CompileSettings& settings, State state) {
  const TraceSpan whole("compile", settings.name);
  kernels::register_all();
  CompileCache::Entry entry;
  if (settings.cache) {
    const TraceSpan span("compile", "look for " + settings.name + " in the cache");
    entry = settings.cache->entry(client, key, settings.options);
    state.executable = settings.cache->load(client, entry);
    state.was_cached = static_cast<bool>(state.executable);
  }
  if (!state.executable) {
    const TraceSpan span("compile", "XLA compiles " + settings.name);
    state.executable = pjrt::Executable::compile(client, text(), settings.options);
    if (settings.cache) settings.cache->store(entry, state.executable);
  }
  if (!state.executable.devices().empty()) state.device = state.executable.devices().front();
  if (state.has_custom_calls) state.queue = detail::DispatchQueue::of(client);
  return Program(std::make_shared<const State>(std::move(state)));
}

Program Program::compile(const pjrt::Client& client, const Function& whole, const std::vector<bool>& donated,
                         const CompileSettings& given) {
  for (const Shape& s : whole.parameter_shapes()) {
    if (s.is_static() || !s.bounds().empty()) continue;
    throw Error("a program that leaves lengths open cannot be compiled\n  got:      " + to_string(Shapes(whole.parameter_shapes())) +
                "\n  expected: lengths of all arguments (ImportOptions::arguments; the inputs of hilo run)");
  }
  for (const Shape& s : whole.result_shapes()) {
    if (s.bounds().empty()) continue;  // or what makes it refuses it
    throw Error("a result whose length is known only when the program runs cannot be given\n  got:      " + to_string(Shapes(whole.result_shapes())) +
                "\n  expected: static lengths; sums and other values of it, and get_dimension_size, run");
  }
  CompileSettings settings = given;
  const Function all = settings.divides ? divided(client, whole, settings.options) : Function();
  const Function& function = all ? all : whole;
  const std::vector<int> aliases = aliases_of(function, donated, static_cast<bool>(all));
  const auto text = [&](bool has_locations) {
    const TraceSpan span("compile", "write the StableHLO of " + settings.name);
    return stablehlo::emit(function, {.module_name = settings.name, .has_locations = has_locations,
                                     .platform = lowered_for(client), .aliases = aliases,
                                     .has_shardings = settings.options.uses_shardy});
  };
  State state{.device = client.default_device(), .divided = all};
  for (int alias : aliases) state.is_aliased.push_back(alias >= 0);
  const std::string key = text(!settings.cache);
  state.has_custom_calls = has_custom_call(key);
  Program program = load_or_compile(client, key, [&] { return settings.cache ? text(true) : key; }, settings, std::move(state));
  if (all) expect_divided(all, program.executable());
  return program;
}

Program Program::compile_text(const pjrt::Client& client, std::string_view program, const CompileSettings& settings) {
  State state{.device = client.default_device()};
  state.has_custom_calls = has_custom_call(program);
  return load_or_compile(client, program, [&] { return std::string(program); }, settings, std::move(state));
}

const pjrt::Executable& Program::executable() const { return state_->executable; }
bool Program::was_cached() const { return state_->was_cached; }
bool Program::has_custom_calls() const { return state_->has_custom_calls; }

Program Program::load(const pjrt::Client& client, std::string_view bytes, const std::string& name) {
  const TraceSpan span("compile", "load " + name);
  kernels::register_all();
  const SavedProgram saved = SavedProgram::read(bytes, name);
  saved.expect_fits(client, name);
  State state{.device = client.default_device(), .has_custom_calls = saved.has_custom_calls};
  state.executable = pjrt::Executable::deserialize(client, saved.code);
  if (!state.executable.devices().empty()) state.device = state.executable.devices().front();
  if (state.has_custom_calls) state.queue = detail::DispatchQueue::of(client);
  state.was_cached = true;
  return Program(std::make_shared<const State>(std::move(state)));
}

std::string Program::save() const {
  SavedProgram saved = SavedProgram::of(state_->executable.client());
  saved.name = state_->executable.name();
  saved.has_custom_calls = state_->has_custom_calls;
  const std::string code = state_->executable.serialize();
  saved.code = code;
  return saved.write();
}

std::vector<std::shared_ptr<const Shape>> Program::State::result_shapes() const {
  const auto of_one = executable.result_shapes();
  if (!divided) return {of_one.begin(), of_one.end()};
  std::vector<std::shared_ptr<const Shape>> shapes;
  for (const Shape& shape : divided.result_shapes()) shapes.push_back(std::make_shared<const Shape>(shape));
  return shapes;
}

std::vector<detail::Placed> Program::State::execute(std::span<const Argument> inputs) const {
  std::vector<std::int64_t> keep;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const bool may_alias = is_aliased.empty() || is_aliased[i];
    if (may_alias && !inputs[i].is_donated) keep.push_back(static_cast<std::int64_t>(i));
  }
  if (divided) return execute_divided(inputs, keep);
  std::vector<pjrt::Buffer> buffers;
  std::vector<const pjrt::Buffer*> pointers;
  buffers.reserve(inputs.size());
  pointers.reserve(inputs.size());
  for (const Argument& input : inputs) {
    buffers.push_back(input.tensor.buffer(device));
    pointers.push_back(&buffers.back());
  }
  std::vector<pjrt::Buffer> results(executable.result_count());
  if (!TraceSpan::is_on()) {
    executable.execute(pointers, results, {.keep = keep});
  } else {
    const TraceSpan span("execute", executable.name());
    const std::int64_t start_ns = detail::trace_clock_ns();
    pjrt::Event done;
    executable.execute(pointers, results, {.keep = keep, .done = &done});
    detail::trace_run(device, executable.name(), start_ns, done);
  }
  std::vector<detail::Placed> placed;
  placed.reserve(results.size());
  for (pjrt::Buffer& result : results) placed.push_back({.buffer = std::move(result)});
  return placed;
}

std::vector<detail::Placed> Program::State::execute_divided(std::span<const Argument> inputs,
                                                            std::span<const std::int64_t> keep) const {
  const std::vector<pjrt::Device>& devices = executable.devices();
  std::vector<std::vector<pjrt::Buffer>> in(devices.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    std::vector<pjrt::Buffer> parts = inputs[i].tensor.parts(*divided.parameters()[i].sharding(), devices);
    for (std::size_t d = 0; d < devices.size(); ++d) in[d].push_back(std::move(parts[d]));
  }
  const TraceSpan span("execute", executable.name());
  std::vector<std::vector<pjrt::Buffer>> out = executable.execute_sharded(in, keep);
  std::vector<detail::Placed> placed;
  for (std::size_t k = 0; k < divided.results().size(); ++k) {
    detail::Parts parts{.buffers = {}, .sharding = *divided.results()[k].sharding()};
    for (auto& of_device : out) parts.buffers.push_back(std::move(of_device[k]));
    placed.push_back({.parts = std::make_shared<const detail::Parts>(std::move(parts))});
  }
  return placed;
}

std::vector<Tensor> Program::run(std::span<Argument> arguments) const {
  const Function& divided = state_->divided;
  if (const std::size_t devices = state_->executable.devices().size(); devices > 1 && !divided) {
    throw DeviceError("run: " + state_->executable.name() + " is divided over " + std::to_string(devices) +
                      " devices; expected a program for one (pjrt::Executable::execute_sharded runs it)");
  }
  const auto shapes = state_->result_shapes();
  std::vector<Tensor> results;
  results.reserve(shapes.size());
  for (const auto& shape : shapes) results.emplace_back(std::make_shared<detail::TensorState>(shape));

  // A program with custom calls goes by the queue, and so does one whose arguments are still in it.
  std::shared_ptr<detail::DispatchQueue> queue = state_->queue;
  std::vector<Argument> inputs(arguments.begin(), arguments.end());
  for (Argument& input : inputs) {
    if (!input.tensor) throw OpError({.op = "run", .problem = "an argument is an empty Tensor", .expected = "a tensor"}, Site(input.where));
    if (!queue && is_waiting(input.tensor)) queue = detail::DispatchQueue::of(state_->executable.client());
  }
  if (divided) expect_fits(inputs, divided);
  for (Argument& input : inputs) {
    if (input.is_donated) input.tensor = take(input);
  }
  if (!queue) {
    try {
      std::vector<detail::Placed> placed = state_->execute(inputs);
      for (std::size_t k = 0; k < results.size(); ++k) results[k].state()->placed = std::move(placed[k]);
    } catch (...) {
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (inputs[i].is_donated) give_back(arguments[i], inputs[i].tensor);
      }
      throw;
    }
    return results;
  }
  const auto latch = std::make_shared<detail::Latch>();
  for (const Tensor& result : results) result.state()->pending = latch;
  queue->push([program = state_, inputs = std::move(inputs), results, latch, queue] {
    try {
      std::vector<detail::Placed> placed = program->execute(inputs);
      for (std::size_t k = 0; k < results.size(); ++k) results[k].state()->place(std::move(placed[k]));
      latch->open();
    } catch (...) {
      latch->open(std::current_exception());
    }
  });
  return results;
}

std::vector<Array> Program::run(std::span<const Array> arguments) const {
  std::vector<Argument> inputs;
  for (const Array& a : arguments) inputs.emplace_back(Tensor(a));
  std::vector<Array> results;
  for (const Tensor& t : run(inputs)) results.push_back(t.array());
  return results;
}

std::vector<Array> evaluate(const pjrt::Client& client, const Function& function, std::span<const Array> arguments) {
  return Program::compile(client, function, {}, {.name = "evaluate", .cache = nullptr}).run(arguments);
}

}  // namespace hilo
