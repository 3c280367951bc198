#pragma once
#include <string>

#include "hilo/pjrt/machine.h"

namespace hilo::pjrt {

/// Whether the file is Google's libtpu, by its name.
bool is_tpu_plugin(const std::string& path);

/// The PCI address of a TPU of this machine; empty if it has none.
std::string find_tpu(const Machine& machine = Machine::here());

/// Without a TPU, libtpu would ask the cloud's metadata server where it is, for minutes. Tells it
/// by environment variables that it is alone, so that programs can be compiled ahead of time;
/// variables that are set stay.
void keep_tpu_from_asking_the_cloud(const Machine& machine = Machine::here());

}  // namespace hilo::pjrt
