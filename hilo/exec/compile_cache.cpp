#include "hilo/exec/compile_cache.h"

#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include "hilo/core/crc32c.h"
#include "hilo/core/file.h"
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

}  // namespace

CompileCache::CompileCache(fs::path folder, std::uint64_t max_bytes)
    : folder_(std::move(folder)), max_bytes_(max_bytes) {}

std::shared_ptr<CompileCache> CompileCache::standard() {
  static const std::shared_ptr<CompileCache> cache = []() -> std::shared_ptr<CompileCache> {
    const char* choice = std::getenv("HILO_COMPILE_CACHE");
    const std::string root = pjrt::Machine::here().cache();
    if (root.empty() || (choice != nullptr && std::string_view(choice) == "off")) return nullptr;
    return std::make_shared<CompileCache>(fs::path(root) / "executables");
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
  for (const std::string& handler : pjrt::registered_ffi_handlers()) add(handler);
  add(pjrt::Executable::complete(client, options).serialize());
  add(program);
  return {.key = key, .path = folder_ / (hex(hash(key)) + ".xla")};
}

pjrt::Executable CompileCache::load(const pjrt::Client& client, const Entry& entry) const try {
  if (!fs::exists(entry.path)) return {};
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
  std::error_code error;
  for (const fs::directory_entry& file : fs::directory_iterator(folder_, error)) {
    if (file.path().extension() != ".xla") continue;
    std::error_code gone;
    Item item{.name = {}, .path = file.path(), .bytes = file.file_size(gone), .used = file.last_write_time(gone)};
    if (gone) continue;
    // The program is the key's last part; its first line names the module.
    try {
      const MappedFile mapped(file.path());
      const std::string_view all(reinterpret_cast<const char*>(mapped.bytes().data()), mapped.bytes().size());
      const std::size_t at = all.find("module @");
      if (at != std::string_view::npos) item.name = all.substr(at + 8, all.find_first_of(" {\n", at + 8) - at - 8);
    } catch (const Error&) {
      continue;
    }
    items.push_back(std::move(item));
  }
  std::ranges::sort(items, std::greater<>(), &Item::used);
  return items;
}

std::size_t CompileCache::clear() const {
  std::size_t count = 0;
  for (const Item& item : list()) {
    std::error_code error;
    if (fs::remove(item.path, error)) ++count;
  }
  return count;
}

void CompileCache::trim() const {
  std::uint64_t total = 0;
  for (const Item& item : list()) {
    total += item.bytes;
    std::error_code error;
    if (total > max_bytes_) fs::remove(item.path, error);
  }
}

}  // namespace hilo
