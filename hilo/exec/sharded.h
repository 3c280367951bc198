#pragma once
#include <memory>
#include <span>
#include <vector>

#include "hilo/core/array.h"
#include "hilo/exec/split.h"
#include "hilo/graph/graph.h"

// Functions divided over the devices of a mesh: each device has the parts of the arguments and
// results that their shardings name (whole ones where nothing is said), and XLA's partitioner
// divides what is between. `CompileSettings::divides` compiles them so.
namespace hilo {

/// The mesh of the shardings in a function; null if there is none.
/// Throws:  OpError if two of its meshes differ in their number of devices.
std::shared_ptr<const Mesh> mesh_of(const Function& function);

/// How many devices that is; 1 if there is none. Throws as `mesh_of`.
int devices_of(const Function& function);

/// The function with a sharding of each argument and result: those that have none are whole on
/// every device, not the partitioner's to choose.
Function with_all_shardings(const Function& function);

/// Compiles and runs `function` once on the devices of its mesh; nothing is kept on disk.
/// Throws:  as Program::compile and Program::run.
std::vector<Array> run_sharded(const pjrt::Client& client, const Function& function,
                               std::span<const Array> arguments);

}  // namespace hilo
