#include "hilo/pjrt/elf_check.h"

#include <elf.h>

#include <cstdint>
#include <cstring>
#include <fstream>

#include "hilo/core/error.h"

namespace hilo::pjrt {
namespace {

template <class T>
bool read_at(std::ifstream& file, std::uint64_t offset, T& value) {
  file.seekg(static_cast<std::streamoff>(offset));
  return static_cast<bool>(file.read(reinterpret_cast<char*>(&value), sizeof(value)));
}

[[noreturn]] void refuse(const std::string& path, const std::string& why) {
  throw DeviceError("library " + path + " cannot be loaded: " + why);
}

}  // namespace

void check_library_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) refuse(path, "it cannot be read");
  const auto size = static_cast<std::uint64_t>(file.tellg());
  Elf64_Ehdr header{};
  if (!read_at(file, 0, header) || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0) {
    refuse(path, "it is no shared library (no ELF header)");
  }
  // The linker has good words for another machine's library.
  if (header.e_ident[EI_CLASS] != ELFCLASS64) return;
  for (std::uint64_t i = 0; i < header.e_phnum; ++i) {
    Elf64_Phdr segment{};
    const bool is_read = read_at(file, header.e_phoff + i * sizeof(segment), segment);
    const std::uint64_t room = size - (segment.p_offset < size ? segment.p_offset : size);
    if (is_read && (segment.p_type != PT_LOAD || segment.p_filesz <= room)) continue;
    refuse(path, "it is truncated: it has " + std::to_string(size) +
                     " bytes, and its headers tell of more");
  }
}

}  // namespace hilo::pjrt
