#pragma once

namespace hilo::pjrt {

/// CPUs that the calling thread may use.
int usable_cpus();

/// Leaves the calling thread, and those that it starts from now on, `count` of its CPUs; all of
/// them if it has no more. Call it before the first plugin is loaded: a plugin sizes its thread
/// pool then (though never below four threads).
/// Throws:  Error if `count` is not positive.
void limit_cpus(int count);

}  // namespace hilo::pjrt
