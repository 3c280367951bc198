#pragma once
#include <string>

namespace hilo::pjrt {

/// Throws DeviceError if the file is no shared library or ends before its own headers say. The
/// dynamic linker maps such a file without a word, and the process dies of SIGBUS when it touches
/// what is not there.
void check_library_file(const std::string& path);

}  // namespace hilo::pjrt
