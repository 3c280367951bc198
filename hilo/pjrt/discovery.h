#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "hilo/pjrt/machine.h"

namespace hilo::pjrt {

/// A kind of device that plugins exist for.
enum class PluginKind : std::uint8_t { kCpu, kCuda, kRocm, kTpu };

/// "cpu", "cuda", "rocm", "tpu".
std::string_view name(PluginKind kind);

/// A place where a plugin was looked for, and what was there.
struct Place {
  std::string source;   ///< why there: "HILO_PJRT_PLUGIN_PATH", "beside the binary", "cache"
  std::string path;     ///< file or folder; for hardware what was asked for: "/dev/nvidiactl"
  std::string verdict;  ///< "found", "no such folder", "no plugin for cuda in it"
  bool is_found = false;
};

/// What a search came to.
struct Search {
  std::string path{};  ///< the plugin; empty if none was found
  PluginKind kind = PluginKind::kCpu;
  int device = -1;              ///< N of "cuda:N"; -1 if none was named
  std::vector<Place> places{};  ///< every place tried, in order, up to the one that was taken
  std::string problem{};        ///< why there is none: what is missing and how to get it
};

/// Looks for the plugin of `backend`: "auto", "cpu", "cuda[:N]", "rocm[:N]", "tpu[:N]" or a path
/// (it has a slash or ends in .so). Nothing is loaded. `auto` takes the first kind whose hardware
/// and plugin are here, else the CPU.
/// Order:   HILO_PJRT_PLUGIN_PATH, PJRT_PLUGIN_LIBRARY_PATH (files or folders, colons between);
///          beside the binary; the install prefix's lib/hilo; ~/.local/lib/hilo; the cache; GoMLX's
///          folders; the active Python environment (not for cpu); the system's library folders.
///          Never the current folder.
/// Throws:  UsageError for another word, with the names that are near.
Search search(std::string_view backend, const Machine& machine = Machine::here());

/// The same, but throws DeviceError that lists the places if nothing is found.
Search find(std::string_view backend, const Machine& machine = Machine::here());

/// What the hardware and driver checks of a kind say, one place each; the CPU has none.
std::vector<Place> hardware(PluginKind kind, const Machine& machine = Machine::here());

}  // namespace hilo::pjrt
