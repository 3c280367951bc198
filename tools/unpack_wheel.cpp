#include "tools/unpack_wheel.h"

#include <algorithm>
#include <fstream>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/core/text.h"
#include "hilo/formats/zip.h"

namespace hilo::tools {
namespace {

namespace fs = std::filesystem;

bool is_licence(std::string file) {
  std::ranges::transform(file, file.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return file == "METADATA" || file.find("LICENSE") != std::string::npos || file.find("LICENCE") != std::string::npos ||
         file.find("NOTICE") != std::string::npos;
}

bool leaves_folder(const fs::path& path) {
  return path.is_absolute() || std::ranges::any_of(path, [](const fs::path& part) { return part == ".."; });
}

bool has_part(const fs::path& path, std::string_view name) {
  return std::ranges::any_of(path, [&](const fs::path& part) { return part == name; });
}

}  // namespace

std::optional<fs::path> place_of(std::string_view member, const WheelSet& set, const Wheel& wheel) {
  const fs::path path(member);
  if (leaves_folder(path)) throw FormatError(wheel.file, "member " + quote(member) + " leaves the folder; expected a relative name");
  const std::string file = path.filename().string();
  if (file.empty()) return {};  // a folder
  const bool is_plugin = wheel.project == set.wheels.front().project;
  if (is_licence(file)) return is_plugin ? fs::path(file) : fs::path("licenses") / wheel.project / file;
  if (is_plugin) {
    // The default plugin has one name, whichever wheel it came from.
    if (set.name == "cpu" && file.ends_with(".so")) return "pjrt_c_api_cpu_plugin.so";
    if (set.name == "tpu") return file == "libtpu.so" ? std::optional(fs::path(file)) : std::nullopt;
    return file.ends_with(".so") ? std::optional(fs::path(file)) : std::nullopt;
  }
  // Libraries, and of the compilers those that XLA calls.
  const bool is_library = has_part(path, "lib") || has_part(path, "lib64") || has_part(path, "libdevice");
  const bool is_needed = (is_library && file.find(".so") != std::string::npos) || file.ends_with(".bc") ||
                         (has_part(path, "bin") && (file == "ptxas" || file == "nvlink" || file == "fatbinary"));
  return path.begin() != path.end() && *path.begin() == "nvidia" && is_needed ? std::optional(path) : std::nullopt;
}

void unpack_wheel(const fs::path& archive, const WheelSet& set, const Wheel& wheel, const fs::path& folder) {
  const MappedFile mapped(archive);
  for (const formats::ZipMember& member : formats::zip_members(mapped.bytes(), archive.string())) {
    const auto place = place_of(member.name, set, wheel);
    if (!place) continue;
    const fs::path target = folder / *place;
    fs::create_directories(target.parent_path());
    const std::vector<std::byte> bytes = formats::unzip(mapped.bytes(), member, archive.string());
    std::ofstream out(target, std::ios::binary);
    out.write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
    out.close();
    if (!out) throw Error("cannot write " + target.string() + "; is the disk full?");
    if (target.parent_path().filename() == "bin") {
      fs::permissions(target, fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec, fs::perm_options::add);
    }
  }
}

}  // namespace hilo::tools
