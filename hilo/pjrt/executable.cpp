#include "hilo/pjrt/executable.h"

#include "hilo/pjrt/executable_state.h"

namespace hilo::pjrt {
namespace {

using c::call;
using c::make_args;
using c::try_call;

constexpr std::string_view kReading = "reading about a compiled program";

std::vector<std::shared_ptr<const Shape>> read_result_shapes(const c::ExecutableState& state) {
  const auto& plugin = state.client->plugin;
  auto types = make_args<PJRT_Executable_OutputElementTypes_Args>();
  types.executable = state.executable;
  call(plugin, plugin.api.PJRT_Executable_OutputElementTypes, types, kReading);
  auto dims = make_args<PJRT_Executable_OutputDimensions_Args>();
  dims.executable = state.executable;
  call(plugin, plugin.api.PJRT_Executable_OutputDimensions, dims, kReading);
  std::vector<std::shared_ptr<const Shape>> shapes;
  const std::int64_t* next = dims.dims;
  for (std::size_t i = 0; i < types.num_output_types; ++i) {
    Shape shape{c::dtype_of_buffer(types.output_types[i]), Dims(next, next + dims.dim_sizes[i])};
    next += dims.dim_sizes[i];
    shapes.push_back(std::make_shared<const Shape>(std::move(shape)));
  }
  return shapes;
}

// Reads once what every execution needs.
std::shared_ptr<c::ExecutableState> describe(const Client& client,
                                                   PJRT_LoadedExecutable* loaded) {
  auto state = std::make_shared<c::ExecutableState>(client.shared(), loaded);
  const auto& plugin = state->client->plugin;
  auto plain = make_args<PJRT_LoadedExecutable_GetExecutable_Args>();
  plain.loaded_executable = loaded;
  call(plugin, plugin.api.PJRT_LoadedExecutable_GetExecutable, plain, kReading);
  state->executable = plain.executable;
  state->shapes = read_result_shapes(*state);
  state->name = c::name_of(plugin, state->executable);
  auto devices = make_args<PJRT_LoadedExecutable_AddressableDevices_Args>();
  devices.executable = loaded;
  call(plugin, plugin.api.PJRT_LoadedExecutable_AddressableDevices, devices, kReading);
  for (std::size_t i = 0; i < devices.num_addressable_devices; ++i) {
    state->devices.push_back(state->client->device(devices.addressable_devices[i]));
  }
  return state;
}

}  // namespace

CompileOptions Executable::complete(const Client& client, CompileOptions options) {
  if (options.device_ids.empty() && !options.is_portable) {
    if (options.replicas == 1 && options.partitions == 1) {
      options.device_ids = {client.default_device().id()};
    } else {
      options.device_ids = client.default_assignment(options.replicas, options.partitions);
    }
  }
  if (const std::string& folder = client.plugin().cuda_data_folder(); !folder.empty()) {
    options.flags.emplace("xla_gpu_cuda_data_dir", folder);
  }
  if (client.platform_name() == "cpu") options.flags.emplace("xla_cpu_enable_fast_min_max", false);
  return options;
}

Executable Executable::compile(const Client& client, std::string_view program,
                               const CompileOptions& options) {
  const auto& plugin = client.state().plugin;
  const std::string serialized = complete(client, options).serialize();
  const PJRT_Program code = c::mlir_program(program);
  auto args = make_args<PJRT_Client_Compile_Args>();
  args.client = client.state().client;
  args.program = &code;
  args.compile_options = serialized.data();
  args.compile_options_size = serialized.size();
  call(plugin, plugin.api.PJRT_Client_Compile, args, "compiling a program for the device");
  return Executable(describe(client, args.executable));
}

Executable Executable::deserialize(const Client& client, std::string_view bytes) {
  const auto& plugin = client.state().plugin;
  if (bytes.empty()) throw DeviceError("loading a compiled program: there are no bytes");
  auto args = make_args<PJRT_Executable_DeserializeAndLoad_Args>();
  args.client = client.state().client;
  args.serialized_executable = bytes.data();
  args.serialized_executable_size = bytes.size();
  call(plugin, plugin.api.PJRT_Executable_DeserializeAndLoad, args, "loading a compiled program");
  auto state = describe(client, args.loaded_executable);
  state->loaded_from = bytes;
  return Executable(std::move(state));
}

const c::ExecutableState& Executable::state() const {
  if (!state_) throw DeviceError("an empty executable handle was used");
  return *state_;
}

const std::string& Executable::name() const { return state().name; }
Client Executable::client() const { return Client(state().client); }
const std::vector<Device>& Executable::devices() const { return state().devices; }
std::span<const std::shared_ptr<const Shape>> Executable::result_shapes() const {
  return state().shapes;
}

std::string Executable::serialize() const {
  if (!state().loaded_from.empty()) return state().loaded_from;
  return c::serialize(state().client->plugin, state().executable);
}

std::string Executable::fingerprint() const {
  const auto& plugin = state().client->plugin;
  auto args = make_args<PJRT_Executable_Fingerprint_Args>();
  args.executable = state().executable;
  if (!try_call(plugin, plugin.api.PJRT_Executable_Fingerprint, args)) return {};
  return {args.executable_fingerprint, args.executable_fingerprint_size};
}

NamedValues Executable::cost_analysis() const { return c::cost_analysis(state().client->plugin, state().executable); }
std::optional<CompiledMemory> Executable::memory() const { return c::memory(state().client->plugin, state().executable); }
Executable::Program Executable::optimized_program() const {
  return c::optimized_program(state().client->plugin, state().executable);
}

namespace c {

PJRT_Program mlir_program(std::string_view code) {
  static constexpr std::string_view kFormat = "mlir";
  auto program = make_args<PJRT_Program>();
  // The API has one struct for both directions; in this one it only reads.
  program.code = const_cast<char*>(code.data());
  program.code_size = code.size();
  program.format = kFormat.data();
  program.format_size = kFormat.size();
  return program;
}

std::string serialize(const PluginState& plugin, const PJRT_Executable* executable) {
  auto args = make_args<PJRT_Executable_Serialize_Args>();
  args.executable = executable;
  call(plugin, plugin.api.PJRT_Executable_Serialize, args, "serialising a compiled program");
  std::string bytes(args.serialized_bytes, args.serialized_bytes_size);
  args.serialized_executable_deleter(args.serialized_executable);
  return bytes;
}

NamedValues cost_analysis(const PluginState& plugin, PJRT_Executable* executable) {
  auto args = make_args<PJRT_Executable_GetCostAnalysis_Args>();
  args.executable = executable;
  if (!try_call(plugin, plugin.api.PJRT_Executable_GetCostAnalysis, args)) return {};
  return from_c(args.properties, args.num_properties);
}

std::optional<CompiledMemory> memory(const PluginState& plugin, PJRT_Executable* executable) {
  auto args = make_args<PJRT_Executable_GetCompiledMemoryStats_Args>();
  args.executable = executable;
  if (!try_call(plugin, plugin.api.PJRT_Executable_GetCompiledMemoryStats, args))
    return std::nullopt;
  return CompiledMemory{.code = args.generated_code_size_in_bytes,
                        .arguments = args.argument_size_in_bytes,
                        .results = args.output_size_in_bytes,
                        .aliased = args.alias_size_in_bytes,
                        .temporary = args.temp_size_in_bytes,
                        .peak = args.peak_memory_in_bytes};
}

Executable::Program optimized_program(const PluginState& plugin, PJRT_Executable* executable) {
  auto program = make_args<PJRT_Program>();
  auto args = make_args<PJRT_Executable_OptimizedProgram_Args>();
  args.executable = executable;
  args.program = &program;
  if (!try_call(plugin, plugin.api.PJRT_Executable_OptimizedProgram, args)) return {};
  std::string code(program.code_size, '\0');
  program.code = code.data();
  if (!try_call(plugin, plugin.api.PJRT_Executable_OptimizedProgram, args)) return {};
  return {std::string(program.format, program.format_size), std::move(code)};
}

std::string name_of(const PluginState& plugin, PJRT_Executable* executable) {
  auto args = make_args<PJRT_Executable_Name_Args>();
  args.executable = executable;
  if (!try_call(plugin, plugin.api.PJRT_Executable_Name, args)) return {};
  return {args.executable_name, args.executable_name_size};
}

ExecutableState::~ExecutableState() {
  const PluginState& plugin = client->plugin;
  auto plain = make_args<PJRT_Executable_Destroy_Args>();
  plain.executable = executable;
  if (executable != nullptr) try_call(plugin, plugin.api.PJRT_Executable_Destroy, plain);
  auto args = make_args<PJRT_LoadedExecutable_Destroy_Args>();
  args.executable = loaded;
  try_call(plugin, plugin.api.PJRT_LoadedExecutable_Destroy, args);
}

}  // namespace c
}  // namespace hilo::pjrt
