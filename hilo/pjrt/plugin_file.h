#pragma once
#include <cstdint>
#include <string>

namespace hilo::pjrt {

/// Which file a plugin is: part of the key of the compile cache, since another plugin compiles
/// other code.
struct PluginFile {
  std::string path;  ///< absolute, links resolved
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;  ///< since the epoch
  std::string content_id;        ///< 16 hex digits of the size and of samples spread over the file
};

/// Reads it from the file system. Throws DeviceError if the file cannot be read.
/// Cost:  256 KiB of reading, whatever the size.
PluginFile describe_plugin_file(const std::string& path);

}  // namespace hilo::pjrt
