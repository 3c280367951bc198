#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace hilo::formats {

/// One member of a zip archive, as its central directory lists it.
struct ZipMember {
  std::string name;
  std::uint16_t method = 0;        ///< 0 stored, 8 deflated
  std::uint32_t crc = 0;           ///< of the bytes as they were
  std::uint64_t packed_bytes = 0;  ///< in the archive
  std::uint64_t bytes = 0;         ///< unpacked
  std::uint64_t offset = 0;        ///< of its local header
};

/// The members of an archive, in the order of its directory. Zip64 is read.
/// Throws:  FormatError for anything that is no whole zip archive; for a name twice, encryption, or
///          several disks.
std::vector<ZipMember> zip_members(std::span<const std::byte> archive, std::string_view file);

/// The unpacked bytes of a member, their CRC checked.
/// Limits:  a member that claims more than deflate can make of its bytes (1032 to 1) is refused
///          before memory is taken.
/// Throws:  FormatError for damage, or a method other than stored and deflated.
std::vector<std::byte> unzip(std::span<const std::byte> archive, const ZipMember& member,
                             std::string_view file);

/// An archive of stored members, with no times in it.
/// Throws:  Error beyond 4 GiB or 65535 members.
class ZipWriter {
 public:
  /// What to append to the file before the member's bytes.
  std::string begin_member(const std::string& name, std::span<const std::byte> head,
                           std::span<const std::byte> tail);
  /// What to append at the end.
  std::string finish();

 private:
  std::string directory_;
  std::uint64_t offset_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace hilo::formats
