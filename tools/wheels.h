#pragma once
#include <string>
#include <vector>

namespace hilo::tools {

/// A file of the Python package index, pinned.
struct Wheel {
  std::string project;  ///< "jax-cuda13-pjrt"
  std::string version;
  std::string file;     ///< its name there
  std::string sha256;
};

/// What `hilo plugins install NAME` fetches.
struct WheelSet {
  std::string name;     ///< "cuda13"; also its folder in the cache, under plugins/
  std::string summary;
  std::vector<Wheel> wheels;  ///< the plugin's own first
};

/// Every set, cpu first. Versions are pinned by hash, so that everybody gets the same bytes.
const std::vector<WheelSet>& wheel_sets();
/// Throws UsageError with near names if there is no such set.
const WheelSet& wheel_set(const std::string& name);

}  // namespace hilo::tools
