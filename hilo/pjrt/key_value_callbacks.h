#pragma once
// The C callbacks of a KeyValueStore: for the sources and tests of this room.
#include "hilo/pjrt/key_value.h"
#include "xla/pjrt/c/pjrt_c_api.h"

namespace hilo::pjrt::c {

/// Puts callbacks into `store` among the arguments; `store` must outlive the client. An empty store
/// adds nothing.
void add_callbacks(PJRT_Client_Create_Args& args, KeyValueStore& store);

}  // namespace hilo::pjrt::c
