#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace hilo::pjrt {

/// Where the processes of one job leave short values for each other while their clients start (NCCL
/// ids, say). All three are called from the plugin's threads. What they throw reaches the plugin as
/// an error.
struct KeyValueStore {
  std::function<void(std::string_view key, std::string_view value)> put;
  /// Waits until the key is there; throws when `timeout` has passed.
  std::function<std::string(std::string_view key, std::chrono::milliseconds timeout)> get;
  /// None if the key is not there now.
  std::function<std::optional<std::string>(std::string_view key)> try_get;

  explicit operator bool() const { return put && get; }
};

}  // namespace hilo::pjrt
