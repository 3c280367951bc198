#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hilo {

/// Every byte of a file. A pipe or device is read to its end.
/// Throws:  FormatError naming the file if it is missing, not readable, or longer than `max_bytes`.
std::vector<std::byte> read_file(
    const std::filesystem::path& path,
    std::uint64_t max_bytes = std::numeric_limits<std::uint64_t>::max());
/// The same as text, byte for byte.
std::string read_text(const std::filesystem::path& path,
                      std::uint64_t max_bytes = std::numeric_limits<std::uint64_t>::max());

/// A file mapped read-only into memory: opening costs nothing, bytes are read when they are
/// touched. Copies share the mapping; `owner()` keeps it alive (give it to an Array that views the
/// bytes).
/// Lifetime: a file that another process cuts short while it is mapped kills the reader (SIGBUS).
///          What Hilo writes is replaced by rename and never changed in place, so it is safe.
class MappedFile {
 public:
  /// Throws:  FormatError naming the file if it is missing, not readable, or not a regular file.
  explicit MappedFile(const std::filesystem::path& path);

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  [[nodiscard]] const std::shared_ptr<const void>& owner() const { return owner_; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::shared_ptr<const void> owner_;
  std::span<const std::byte> bytes_;
};

/// Gives back the memory of a part of a mapped file, which is read again where it is touched again.
void forget_pages(std::span<const std::byte> part);

/// A file that appears whole or not at all: bytes go to a temporary beside it; `commit` syncs them,
/// renames the temporary over the file, and syncs the folder. Until then, and where anything fails
/// (a full disk, say), the old file stays. A link is followed; a pipe or device (/dev/stdout) is
/// written in place.
/// Throws:  Error naming the file and what the system said.
class AtomicFile {
 public:
  explicit AtomicFile(std::filesystem::path path);
  ~AtomicFile();  ///< removes the temporary unless committed
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  void write(std::span<const std::byte> bytes);
  void write(std::string_view text);
  void commit();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

/// `AtomicFile` in one call.
void write_file_atomically(const std::filesystem::path& path, std::span<const std::byte> bytes);
void write_file_atomically(const std::filesystem::path& path, std::string_view text);

/// A folder that appears whole or not at all. Files are written into `path()`, a sibling named
/// "TARGET.tmp-PID-N"; `publish` syncs every file and folder in it, renames it to the target, and
/// syncs the parent.
/// Throws:  Error naming the folder and what the system said; also from `publish` if the target
///          exists.
/// Example:
///     StagedFolder step(run / "step-100");
///     formats::write_safetensors(step.path() / "state.safetensors", tensors);
///     step.publish();
class StagedFolder {
 public:
  /// Makes the temporary, and the target's parents.
  explicit StagedFolder(std::filesystem::path target);
  ~StagedFolder();  ///< removes the temporary unless published
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return temporary_; }
  [[nodiscard]] const std::filesystem::path& target() const { return target_; }
  void publish();

 private:
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  int lock_ = -1;  // held while it is written
  bool is_published_ = false;
};

/// Removes what killed processes left in `folder`: "*.tmp-PID-N" files and folders whose process is
/// gone. Returns their paths. A folder that does not exist holds none.
std::vector<std::filesystem::path> remove_stale_temporaries(const std::filesystem::path& folder);

}  // namespace hilo
