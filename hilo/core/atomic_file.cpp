// The writing half of file.h: AtomicFile, StagedFolder, and the clearing away of what they leave
// when a process is killed.
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <system_error>
#include <utility>

#include "hilo/core/error.h"
#include "hilo/core/file.h"

namespace hilo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMark = ".tmp-";

[[noreturn]] void fail(const fs::path& path, std::string_view doing, int code) {
  throw Error("cannot " + std::string(doing) + ' ' + path.string() + ": " +
              std::error_code(code, std::generic_category()).message());
}

// "TARGET.tmp-PID-N", beside the target so that a rename stays within one file system.
fs::path temporary_for(const fs::path& target) {
  static std::atomic<std::uint64_t> counter{0};
  fs::path result = target;
  result += std::string(kMark) + std::to_string(::getpid()) + '-' + std::to_string(counter++);
  return result;
}

fs::path parent_of(const fs::path& path) {
  const fs::path parent = path.parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

void sync(const fs::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(path, "open", errno);
  const int code = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (code != 0 && code != EINVAL)
    fail(path, "sync", code);  // EINVAL: the file system cannot sync a folder
}

void sync_tree(const fs::path& folder) {
  std::error_code code;
  for (fs::recursive_directory_iterator entry(folder, code), end; !code && entry != end;
       entry.increment(code)) {
    const fs::file_type type = entry->symlink_status(code).type();
    if (type == fs::file_type::regular || type == fs::file_type::directory) sync(entry->path());
  }
  if (code) fail(folder, "list", code.value());
  sync(folder);
}

// The process that wrote a temporary of this name, or none if it is no such name.
pid_t writer_of(std::string_view name) {
  const std::size_t mark = name.rfind(kMark);
  if (mark == std::string_view::npos) return 0;
  const std::string_view tail = name.substr(mark + kMark.size());
  pid_t process = 0;
  std::uint64_t number = 0;
  const char* const end = tail.data() + tail.size();
  const auto first = std::from_chars(tail.data(), end, process);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '-') return 0;
  const auto second = std::from_chars(first.ptr + 1, end, number);
  return second.ec == std::errc() && second.ptr == end && process > 0 ? process : 0;
}

// A living writer holds a lock on its temporary; the lock is seen across containers, where a
// process id is not.
bool is_abandoned(const fs::path& path, pid_t writer) {
  if (::kill(writer, 0) == 0 || errno == EPERM) return false;
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (descriptor < 0) return false;
  const bool is_free = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  ::close(descriptor);
  return is_free;
}

}  // namespace

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)) {
  std::error_code ignored;
  if (fs::is_symlink(path_, ignored)) {  // replace what it points to, not the link
    std::error_code code;
    path_ = fs::weakly_canonical(path_, code);
    if (code) fail(path_, "write", code.value());
  }
  const fs::file_status status = fs::status(path_, ignored);
  if (fs::is_directory(status)) fail(path_, "write", EISDIR);
  // A pipe or a device is written in place: a rename would put a file where /dev/null was.
  const bool is_in_place = fs::exists(status) && !fs::is_regular_file(status);
  if (!is_in_place) temporary_ = temporary_for(path_);
  descriptor_ = is_in_place
                    ? ::open(path_.c_str(), O_WRONLY | O_CLOEXEC)
                    : ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor_ < 0) fail(path_, "write", errno);
  if (!is_in_place) ::flock(descriptor_, LOCK_EX | LOCK_NB);
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  constexpr std::size_t kMost = std::size_t{1} << 30;  // Linux takes at most 2 GiB at once
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(descriptor_, bytes.data(), std::min(bytes.size(), kMost));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) fail(path_, "write", errno);
    bytes = bytes.subspan(static_cast<std::size_t>(wrote));
  }
}

void AtomicFile::write(std::string_view text) {
  write(std::as_bytes(std::span(text.data(), text.size())));
}

void AtomicFile::commit() {
  const bool is_in_place = temporary_.empty();
  if (!is_in_place) {
    if (::fsync(descriptor_) != 0) fail(path_, "sync", errno);
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail(path_, "write", errno);
    temporary_.clear();
  }
  const int descriptor = std::exchange(descriptor_, -1);
  if (::close(descriptor) != 0 && errno != EINTR) fail(path_, "write", errno);
  if (!is_in_place) sync(parent_of(path_));
}

void write_file_atomically(const fs::path& path, std::span<const std::byte> bytes) {
  AtomicFile file(path);
  file.write(bytes);
  file.commit();
}

void write_file_atomically(const fs::path& path, std::string_view text) {
  write_file_atomically(path, std::as_bytes(std::span(text.data(), text.size())));
}

StagedFolder::StagedFolder(fs::path target) : target_(std::move(target)) {
  if (!target_.has_filename()) target_ = target_.parent_path();  // "runs/a/" is "runs/a"
  std::error_code code;
  fs::create_directories(parent_of(target_), code);
  if (code) fail(parent_of(target_), "make", code.value());
  temporary_ = temporary_for(target_);
  if (::mkdir(temporary_.c_str(), 0777) != 0) fail(temporary_, "make", errno);
  lock_ = ::open(temporary_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (lock_ >= 0) ::flock(lock_, LOCK_EX | LOCK_NB);
}

StagedFolder::~StagedFolder() {
  if (lock_ >= 0) ::close(lock_);
  std::error_code ignored;
  if (!is_published_) fs::remove_all(temporary_, ignored);
}

void StagedFolder::publish() {
  sync_tree(temporary_);
  int code =
      ::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE) == 0
          ? 0
          : errno;
  if (code == EINVAL) {  // the file system has no such flag
    std::error_code ignored;
    code = fs::exists(target_, ignored)                         ? EEXIST
           : ::rename(temporary_.c_str(), target_.c_str()) == 0 ? 0
                                                                : errno;
  }
  if (code != 0) fail(target_, "publish", code);
  is_published_ = true;
  sync(parent_of(target_));
}

std::vector<fs::path> remove_stale_temporaries(const fs::path& folder) {
  std::vector<fs::path> removed;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code)) {
    const pid_t writer = writer_of(entry.path().filename().string());
    if (writer == 0 || entry.is_symlink(code) || !is_abandoned(entry.path(), writer)) continue;
    fs::remove_all(entry.path(), code);
    if (!code) removed.push_back(entry.path());
  }
  std::sort(removed.begin(), removed.end());
  return removed;
}

}  // namespace hilo
