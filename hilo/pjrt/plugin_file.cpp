#include "hilo/pjrt/plugin_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "hilo/core/error.h"

namespace hilo::pjrt {
namespace {

class File {
 public:
  explicit File(const std::string& path) : number_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (number_ < 0) throw DeviceError("plugin " + path + ": " + std::strerror(errno));
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() { ::close(number_); }
  [[nodiscard]] int number() const { return number_; }

 private:
  int number_;
};

// FNV-1a, 64 bit: fast enough for a few hundred kilobytes, and not against an attacker.
std::uint64_t mix(std::uint64_t hash, const char* data, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    hash = (hash ^ static_cast<unsigned char>(data[i])) * 0x100000001B3ULL;
  }
  return hash;
}

}  // namespace

PluginFile describe_plugin_file(const std::string& path) {
  const File file(path);
  struct stat info {};
  if (::fstat(file.number(), &info) != 0)
    throw DeviceError("plugin " + path + ": " + std::strerror(errno));
  PluginFile result{
      .path = path,
      .bytes = static_cast<std::uint64_t>(info.st_size),
      .modified_ns = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec,
      .content_id = {}};
  constexpr int kSamples = 64;
  std::array<char, 4096> block{};
  std::uint64_t hash = mix(0xCBF29CE484222325ULL, reinterpret_cast<const char*>(&result.bytes),
                           sizeof(result.bytes));
  for (int i = 0; i < kSamples; ++i) {
    const auto offset = static_cast<off_t>(result.bytes / kSamples) * i;
    const ssize_t count = ::pread(file.number(), block.data(), block.size(), offset);
    if (count < 0) throw DeviceError("plugin " + path + ": " + std::strerror(errno));
    hash = mix(hash, block.data(), static_cast<std::size_t>(count));
  }
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(hash));
  result.content_id = digits.data();
  return result;
}

}  // namespace hilo::pjrt
