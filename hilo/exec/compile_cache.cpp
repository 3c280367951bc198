#include "hilo/exec/compile_cache.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <limits>

#include "hilo/core/crc32c.h"
#include "hilo/core/file.h"
#include "hilo/core/text.h"
#include "hilo/pjrt/ffi.h"
#include "hilo/pjrt/machine.h"
#include "hilo/pjrt/threads.h"

namespace hilo {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMagic = "HILOEXE1";
// magic, crc32c of the rest, bytes of the key, key, code
constexpr std::size_t kHeaderBytes = 8 + 4 + 8;

// The model and feature lines of the first processor: code for one is not code for another.
std::string cpu_features() {
  std::ifstream in("/proc/cpuinfo");
  std::string line, text;
  while (std::getline(in, line) && !line.empty()) {
    if (line.starts_with("model name") || line.starts_with("flags") || line.starts_with("Features")) text += line + "\n";
  }
  return text;
}

// FNV-1a over 64 bits names the file; the key inside decides.
std::uint64_t hash(std::string_view text) {
  std::uint64_t h = 0xCBF29CE484222325;
  for (char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return h;
}

std::string hex(std::uint64_t value) {
  std::string text(16, '0');
  for (std::size_t i = 16; i-- > 0; value >>= 4) text[i] = "0123456789abcdef"[value & 15];
  return text;
}

std::span<const std::byte> bytes_of(std::string_view text) { return std::as_bytes(std::span(text)); }

// "500MB": a whole number and a unit.
std::uint64_t size_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::uint64_t>, 5> kUnits = {
      {{"", 1}, {"kB", 1'000}, {"MB", 1'000'000}, {"GB", 1'000'000'000}, {"TB", 1'000'000'000'000}}};
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  for (const auto& [name, bytes] : kUnits) {
    if (error == std::errc() && unit == name && count <= std::numeric_limits<std::uint64_t>::max() / bytes) return count * bytes;
  }
  throw UsageError("HILO_COMPILE_CACHE is " + quote(text) + "; expected off, or a size such as 500MB or 8GB");
}

// Others could have put their machine code there.
bool is_private(const fs::path& folder) {
  struct stat state {};
  return ::stat(folder.c_str(), &state) == 0 && state.st_uid == ::geteuid() && (state.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

struct Stored {
  fs::path path;
  std::uint64_t bytes = 0;
  fs::file_time_type used;
};

// Files that are there, the latest used first; one that another process removes meanwhile is not.
std::vector<Stored> stored_in(const fs::path& folder) {
  std::vector<Stored> files;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    if (at->path().extension() != ".xla") continue;
    std::error_code gone;
    Stored file{.path = at->path(), .bytes = at->file_size(gone), .used = {}};
    if (!gone) file.used = at->last_write_time(gone);
    if (!gone) files.push_back(std::move(file));
  }
  std::ranges::sort(files, std::greater<>(), &Stored::used);
  return files;
}

}  // namespace

CompileCache::CompileCache(fs::path folder, std::uint64_t max_bytes)
    : folder_(std::move(folder)), max_bytes_(max_bytes) {}

std::shared_ptr<CompileCache> CompileCache::standard() {
  static const std::shared_ptr<CompileCache> cache = []() -> std::shared_ptr<CompileCache> {
    const char* choice = std::getenv("HILO_COMPILE_CACHE");
    const std::string root = pjrt::Machine::here().cache();
    if (root.empty() || (choice != nullptr && std::string_view(choice) == "off")) return nullptr;
    const std::uint64_t max_bytes = choice == nullptr || *choice == '\0' ? kDefaultBytes : size_of(choice);
    return std::make_shared<CompileCache>(fs::path(root) / "executables", max_bytes);
  }();
  return cache;
}

CompileCache::Entry CompileCache::entry(const pjrt::Client& client, std::string_view program,
                                        const pjrt::CompileOptions& options) const {
  static const std::string features = cpu_features();
  const pjrt::PluginFile& file = client.plugin().file();
  std::string key;
  const auto add = [&](std::string_view part) { key.append(std::to_string(part.size())).append(":").append(part); };
  add(file.path);
  add(file.content_id);
  add(std::to_string(file.bytes) + " " + std::to_string(file.modified_ns));
  add(client.platform_version());
  add(client.default_device().kind());
  add(std::to_string(client.devices().size()) + " " + std::to_string(pjrt::usable_cpus()));
  add(features);
  const char* flags = std::getenv("XLA_FLAGS");
  add(flags == nullptr ? "" : flags);
  const char* pool = std::getenv("NPROC");
  add(pool == nullptr ? "" : pool);
  for (const std::string& handler : pjrt::registered_ffi_handlers(pjrt::ffi_platform(client.platform_name()))) add(handler);
  add(pjrt::Executable::complete(client, options).serialize());
  add(program);
  return {.key = key, .path = folder_ / (hex(hash(key)) + ".xla")};
}

pjrt::Executable CompileCache::load(const pjrt::Client& client, const Entry& entry) const try {
  if (!fs::exists(entry.path) || !is_private(folder_)) return {};
  const MappedFile file(entry.path);
  const std::string_view all(reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size());
  std::uint32_t crc = 0;
  std::uint64_t key_bytes = 0;
  if (all.size() < kHeaderBytes || !all.starts_with(kMagic)) return {};
  std::memcpy(&crc, all.data() + 8, sizeof crc);
  std::memcpy(&key_bytes, all.data() + 12, sizeof key_bytes);
  if (key_bytes > all.size() - kHeaderBytes || all.substr(kHeaderBytes, key_bytes) != entry.key) return {};
  if (crc32c(bytes_of(all.substr(12))) != crc) return {};
  pjrt::Executable executable = pjrt::Executable::deserialize(client, all.substr(kHeaderBytes + key_bytes));
  std::error_code ignored;  // a read-only cache serves too
  fs::last_write_time(entry.path, fs::file_time_type::clock::now(), ignored);
  return executable;
} catch (const Error&) {
  return {};
}

void CompileCache::store(const Entry& entry, const pjrt::Executable& executable) const try {
  const std::string code = executable.serialize();
  const std::uint64_t key_bytes = entry.key.size();
  std::string rest(reinterpret_cast<const char*>(&key_bytes), sizeof key_bytes);
  rest += entry.key;
  rest += code;
  const std::uint32_t crc = crc32c(bytes_of(rest));
  fs::create_directories(folder_);
  ::chmod(folder_.c_str(), S_IRWXU);
  AtomicFile file(entry.path);
  file.write(kMagic);
  file.write(std::string_view(reinterpret_cast<const char*>(&crc), sizeof crc));
  file.write(rest);
  file.commit();
  trim();
} catch (const std::exception&) {
}

std::vector<CompileCache::Item> CompileCache::list() const {
  std::vector<Item> items;
  for (Stored& file : stored_in(folder_)) {
    Item item{.name = {}, .path = std::move(file.path), .bytes = file.bytes, .used = file.used};
    // The program is the key's last part; its first line names the module.
    try {
      const MappedFile mapped(item.path);
      const std::string_view all(reinterpret_cast<const char*>(mapped.bytes().data()), mapped.bytes().size());
      const std::size_t at = all.find("module @");
      if (at != std::string_view::npos) item.name = all.substr(at + 8, all.find_first_of(" {\n", at + 8) - at - 8);
    } catch (const Error&) {
      continue;
    }
    items.push_back(std::move(item));
  }
  return items;
}

std::size_t CompileCache::clear() const {
  std::size_t count = 0;
  for (const Stored& file : stored_in(folder_)) {
    std::error_code error;
    if (fs::remove(file.path, error)) ++count;
  }
  remove_stale_temporaries(folder_);
  return count;
}

void CompileCache::trim() const {
  std::uint64_t total = 0;
  for (const Stored& file : stored_in(folder_)) {
    total += file.bytes;
    std::error_code error;
    if (total > max_bytes_) fs::remove(file.path, error);
  }
  remove_stale_temporaries(folder_);
}

std::string machine_of(const pjrt::Client& client) {
  static const std::string features = hex(hash(cpu_features()));
  const std::string kind = client.default_device().kind();
  return client.platform_name() == "cpu" ? kind + " " + features : kind;
}

}  // namespace hilo
