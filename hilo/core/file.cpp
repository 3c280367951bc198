#include "hilo/core/file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "hilo/core/error.h"

namespace hilo {
namespace {

std::string reason(int code) { return std::error_code(code, std::generic_category()).message(); }

// An open descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path)
      : value_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (value_ < 0) throw FormatError(path.string(), "cannot open: " + reason(errno));
    if (::fstat(value_, &status_) != 0) {
      const int code = errno;
      ::close(value_);
      throw FormatError(path.string(), "cannot open: " + reason(code));
    }
  }
  ~Descriptor() { ::close(value_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  [[nodiscard]] int value() const { return value_; }
  [[nodiscard]] bool is_folder() const { return S_ISDIR(status_.st_mode); }
  [[nodiscard]] bool is_regular() const { return S_ISREG(status_.st_mode); }
  [[nodiscard]] std::uint64_t size() const { return static_cast<std::uint64_t>(status_.st_size); }

 private:
  int value_;
  struct stat status_ {};
};

FormatError too_long(const std::filesystem::path& path, std::uint64_t max_bytes) {
  return {path.string(), "too long; expected at most " + std::to_string(max_bytes) + " bytes"};
}

// `Bytes` is std::vector<std::byte> or std::string.
template <class Bytes>
Bytes read_whole(const std::filesystem::path& path, std::uint64_t max_bytes) {
  const Descriptor file(path);
  if (file.is_folder()) throw FormatError(path.string(), "is a folder; expected a file");
  const std::uint64_t known = file.is_regular() ? file.size() : 0;
  if (known > max_bytes) throw too_long(path, max_bytes);
  constexpr std::size_t kChunk = std::size_t{1} << 16;
  Bytes bytes;
  std::size_t filled = 0;
  bytes.resize(static_cast<std::size_t>(known) +
               1);  // the one more tells the end from a file that grew
  while (true) {
    if (filled == bytes.size()) bytes.resize(bytes.size() + std::max(kChunk, bytes.size() / 2));
    const ssize_t got = ::read(file.value(), bytes.data() + filled, bytes.size() - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw FormatError(path.string(), filled, "cannot read: " + reason(errno));
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    if (filled > max_bytes) throw too_long(path, max_bytes);
  }
  bytes.resize(filled);
  return bytes;
}

}  // namespace

std::vector<std::byte> read_file(const std::filesystem::path& path, std::uint64_t max_bytes) {
  return read_whole<std::vector<std::byte>>(path, max_bytes);
}

std::string read_text(const std::filesystem::path& path, std::uint64_t max_bytes) {
  return read_whole<std::string>(path, max_bytes);
}

void forget_pages(std::span<const std::byte> part) {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto first = (reinterpret_cast<std::uintptr_t>(part.data()) + page - 1) / page * page;
  const auto last = reinterpret_cast<std::uintptr_t>(part.data() + part.size()) / page * page;
  if (first < last) ::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
}

MappedFile::MappedFile(const std::filesystem::path& path) : path_(path) {
  const Descriptor file(path);
  if (!file.is_regular()) throw FormatError(path.string(), "is not a regular file");
  const auto size = static_cast<std::size_t>(file.size());
  if (size == 0) return;
  void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.value(), 0);
  if (memory == MAP_FAILED) throw FormatError(path.string(), "cannot map: " + reason(errno));
  owner_ = std::shared_ptr<const void>(
      memory, [size](const void* p) { ::munmap(const_cast<void*>(p), size); });
  bytes_ = {static_cast<const std::byte*>(memory), size};
}

}  // namespace hilo
