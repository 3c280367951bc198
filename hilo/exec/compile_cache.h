#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/pjrt/compile_options.h"
#include "hilo/pjrt/executable.h"

namespace hilo {

/// Executables on disk, so that a program is compiled once a machine. A file holds the whole key beside the code, and a
/// checksum; one that does not match, or that the plugin refuses, counts as absent. Processes may share a folder: files
/// appear whole, one that is removed while it is read is read to its end, and the longest unused go first when it is full.
/// The folder is made for its owner alone, and one that others own or may write is not read: machine code from it is run.
class CompileCache {
 public:
  static constexpr std::uint64_t kDefaultBytes = 4ULL << 30;

  explicit CompileCache(std::filesystem::path folder, std::uint64_t max_bytes = kDefaultBytes);
  /// $HILO_CACHE/executables, or ~/.cache/hilo/executables. HILO_COMPILE_CACHE is "off" (then null, as where there is no
  /// home), or the most that it may hold: "500MB", "8GB".
  /// Throws:  UsageError for another value.
  static std::shared_ptr<CompileCache> standard();

  struct Entry {
    std::string key{};              ///< everything that the machine code depends on
    std::filesystem::path path{};
  };
  /// The key: program, options, XLA_FLAGS, plugin file, device kind and count, CPU features, core count (NPROC too, which
  /// XLA:CPU obeys), custom calls.
  [[nodiscard]] Entry entry(const pjrt::Client& client, std::string_view program,
                            const pjrt::CompileOptions& options) const;
  /// An empty Executable if it is not there.
  [[nodiscard]] pjrt::Executable load(const pjrt::Client& client, const Entry& entry) const;
  /// Does nothing where the plugin cannot serialise or the disk is full: the cache is a convenience.
  void store(const Entry& entry, const pjrt::Executable& executable) const;

  struct Item {
    std::string name;  ///< of the module
    std::filesystem::path path;
    std::uint64_t bytes = 0;
    std::filesystem::file_time_type used;
  };
  /// What is there, the latest used first.
  [[nodiscard]] std::vector<Item> list() const;
  /// Removes everything; returns how many.
  std::size_t clear() const;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::uint64_t max_bytes() const { return max_bytes_; }

 private:
  void trim() const;

  std::filesystem::path folder_;
  std::uint64_t max_bytes_;
};

/// What machine code is for, beside the plugin: the kind of the device and, on a CPU, 16 hex digits of its features.
std::string machine_of(const pjrt::Client& client);

}  // namespace hilo
