#include "hilo/exec/saved_program.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <span>

#include "hilo/core/crc32c.h"
#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/exec/compile_cache.h"

namespace hilo {
namespace {

constexpr std::string_view kMagic = "HILOPRG1";
// magic, crc32c of the rest, bytes of the header, header, code. The header is lines of "key value".
constexpr std::size_t kFixedBytes = 8 + 4 + 4;
constexpr std::uint32_t kMostHeaderBytes = 1 << 16;

std::uint32_t checksum(std::string_view text) { return crc32c(std::as_bytes(std::span(text))); }

std::uint32_t number_at(std::string_view bytes, std::size_t offset) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}
std::string_view as_bytes(const std::uint32_t& value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

// Its members, under their names in the header.
std::array<std::pair<std::string_view, std::string SavedProgram::*>, 5> members() {
  return {{{"name", &SavedProgram::name},
           {"platform", &SavedProgram::platform},
           {"platform-version", &SavedProgram::platform_version},
           {"plugin", &SavedProgram::plugin},
           {"machine", &SavedProgram::machine}}};
}

std::string on_one_line(std::string text) {
  for (char& c : text) c = c == '\n' ? ' ' : c;
  return text;
}

}  // namespace

SavedProgram SavedProgram::of(const pjrt::Client& client) {
  return {.platform = client.platform_name(),
          .platform_version = on_one_line(client.platform_version()),
          .plugin = client.plugin().file().content_id,
          .machine = machine_of(client)};
}

bool SavedProgram::is_one(std::string_view bytes) { return bytes.starts_with(kMagic); }

SavedProgram SavedProgram::read(std::string_view bytes, const std::string& file) {
  if (!is_one(bytes)) {
    throw FormatError(
        file,
        fmt::format("offset 0: found {}; expected {}, a program that `hilo compile --out` wrote",
                    quote(bytes.substr(0, 8)), kMagic));
  }
  if (bytes.size() < kFixedBytes) {
    throw FormatError(file, fmt::format("it ends after {} bytes; expected at least {}",
                                        bytes.size(), kFixedBytes));
  }
  const std::uint32_t header_bytes = number_at(bytes, 12);
  if (header_bytes > kMostHeaderBytes || header_bytes > bytes.size() - kFixedBytes) {
    throw FormatError(
        file,
        fmt::format("offset 12: a header of {} bytes; {} are left, and at most {} are expected",
                    header_bytes, bytes.size() - kFixedBytes, kMostHeaderBytes));
  }
  const std::uint32_t found = checksum(bytes.substr(12)), said = number_at(bytes, 8);
  if (found != said) {
    throw FormatError(
        file, fmt::format("its checksum is {:08x}; expected {:08x}: it is damaged or truncated",
                          found, said));
  }
  SavedProgram saved;
  std::string_view header = bytes.substr(kFixedBytes, header_bytes);
  while (!header.empty()) {
    const std::string_view line = header.substr(0, header.find('\n'));
    header.remove_prefix(std::min(line.size() + 1, header.size()));
    const std::size_t space = std::min(line.find(' '), line.size());
    const std::string_view key = line.substr(0, space),
                           value = line.substr(std::min(space + 1, line.size()));
    for (const auto& [name, member] : members()) {
      if (key == name) saved.*member = value;
    }
    if (key == "custom-calls") saved.has_custom_calls = value == "yes";
  }
  saved.code = bytes.substr(kFixedBytes + header_bytes);
  return saved;
}

std::string SavedProgram::write() const {
  std::string header;
  for (const auto& [key, member] : members())
    header += fmt::format("{} {}\n", key, on_one_line(this->*member));
  header += fmt::format("custom-calls {}\n", has_custom_calls ? "yes" : "no");
  std::string rest(as_bytes(static_cast<std::uint32_t>(header.size())));
  rest.append(header).append(code);
  std::string bytes(kMagic);
  bytes.append(as_bytes(checksum(rest))).append(rest);
  return bytes;
}

void SavedProgram::expect_fits(const pjrt::Client& client, const std::string& file) const {
  const SavedProgram here = of(client);
  const auto expect = [&](const char* what, const std::string& its, const std::string& ours) {
    if (its == ours) return;
    throw DeviceError(
        fmt::format("{} is a compiled program for another {}\n  got:      {}\n  expected: {}\n"
                    "  hint:     compile it again here, with `hilo compile`",
                    file, what, its.empty() ? "none" : its, ours));
  };
  expect("platform", platform, here.platform);
  expect("version of the plugin", platform_version, here.platform_version);
  expect("plugin", plugin, here.plugin);
  expect("kind of machine", machine, here.machine);
}

}  // namespace hilo
