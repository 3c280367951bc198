#pragma once
#include <string>
#include <vector>

namespace hilo {

/// Registers the custom calls of a shared library (hilo/custom_call_library.h says what it exports)
/// for every client, those open now and those opened later; so load it before anything is compiled.
/// All of them or none. Gives their names. The library stays for as long as the process; loading it
/// again does nothing. Its code is run: load only what you trust.
/// Throws:  DeviceError if the file is no library, has no entry point, or was built for another
///          layout; Error if a name is in it twice or has another handler already.
std::vector<std::string> load_custom_calls(const std::string& path);

}  // namespace hilo
