#pragma once
// The inside of an Executable: for the sources of this room.
#include <memory>
#include <string>
#include <vector>

#include "hilo/pjrt/c_api.h"
#include "hilo/pjrt/executable.h"

namespace hilo::pjrt::c {

struct ExecutableState {
  ExecutableState(std::shared_ptr<const ClientState> of, PJRT_LoadedExecutable* made)
      : client(std::move(of)), loaded(made) {}
  ExecutableState(const ExecutableState&) = delete;
  ~ExecutableState();

  std::shared_ptr<const ClientState> client;
  PJRT_LoadedExecutable* loaded;
  PJRT_Executable* executable = nullptr;
  std::vector<std::shared_ptr<const Shape>> shapes;
  std::vector<Device> devices;
  std::string name;
  /// Of one that was loaded: what it was loaded from. XLA:CPU does not serialise such a one again.
  std::string loaded_from;
};

/// What a plugin tells of a compiled program, loaded on a device or not.
std::string serialize(const PluginState& plugin, const PJRT_Executable* executable);
std::string name_of(const PluginState& plugin, PJRT_Executable* executable);
NamedValues cost_analysis(const PluginState& plugin, PJRT_Executable* executable);
std::optional<CompiledMemory> memory(const PluginState& plugin, PJRT_Executable* executable);
Executable::Program optimized_program(const PluginState& plugin, PJRT_Executable* executable);

}  // namespace hilo::pjrt::c
