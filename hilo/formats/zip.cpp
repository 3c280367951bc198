#include "hilo/formats/zip.h"

#include <zlib.h>

#include <algorithm>
#include <limits>
#include <set>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/formats/byte_reader.h"

namespace hilo::formats {
namespace {

// Source: APPNOTE.TXT 6.3 of PKWARE, sections 4.3 and 4.5.3.
constexpr std::uint32_t kLocalHeader = 0x04034B50, kDirectoryEntry = 0x02014B50, kEnd = 0x06054B50;
constexpr std::uint32_t kEnd64 = 0x06064B50, kEnd64Locator = 0x07064B50;
constexpr std::uint64_t kEndBytes = 22, kLocatorBytes = 20, kLocalHeaderBytes = 30,
                        kMaxComment = 0xFFFF;
constexpr std::uint16_t kZip64Extra = 1, kIsEncrypted = 1;
constexpr std::uint32_t kIn64 = 0xFFFFFFFF;
constexpr std::uint64_t kMaxDeflateRatio = 1032;
constexpr int kStored = 0, kDeflated = 8;

struct Directory {
  std::uint64_t count = 0, offset = 0;
};

std::uint64_t find_end(std::span<const std::byte> archive, std::string_view file) {
  const std::string_view text(reinterpret_cast<const char*>(archive.data()), archive.size());
  const std::size_t begin =
      archive.size() > kEndBytes + kMaxComment ? archive.size() - kEndBytes - kMaxComment : 0;
  const std::size_t found = text.rfind("PK\5\6");
  if (found == std::string_view::npos || found < begin || archive.size() - found < kEndBytes) {
    throw FormatError(file, archive.size(),
                      "no end of a zip directory; expected \"PK\\x05\\x06\" in the last " +
                          std::to_string(kEndBytes + kMaxComment) + " bytes");
  }
  return found;
}

Directory find_directory(std::span<const std::byte> archive, std::string_view file) {
  const std::uint64_t end = find_end(archive, file);
  ByteReader reader(archive, file);
  reader.seek(end + 4, "the end of the directory");
  const auto disk = reader.number<std::uint16_t>("disk"),
             first_disk = reader.number<std::uint16_t>("disk");
  const auto count_here = reader.number<std::uint16_t>("count"),
             count = reader.number<std::uint16_t>("count");
  reader.number<std::uint32_t>("directory size");
  const auto offset = reader.number<std::uint32_t>("directory offset");
  const bool is_64 = offset == kIn64 || count == 0xFFFF;
  if (!is_64 || end < kLocatorBytes) {
    if (disk != 0 || first_disk != 0 || count_here != count)
      reader.fail("an archive of several disks");
    return {count, offset};
  }
  reader.seek(end - kLocatorBytes, "the zip64 locator");
  if (reader.number<std::uint32_t>("zip64 locator") != kEnd64Locator) return {count, offset};
  reader.number<std::uint32_t>("disk");
  reader.seek(reader.number<std::uint64_t>("zip64 end offset"), "the zip64 end of the directory");
  if (reader.number<std::uint32_t>("zip64 end") != kEnd64)
    reader.fail("no zip64 end of the directory");
  reader.take(20, "zip64 end");  // its size, versions and disk numbers
  reader.number<std::uint64_t>("count");
  const auto count64 = reader.number<std::uint64_t>("count");
  reader.number<std::uint64_t>("directory size");
  return {count64, reader.number<std::uint64_t>("directory offset")};
}

// The zip64 extra field holds, in this order, only the numbers that did not fit 32 bits.
void read_zip64(std::span<const std::byte> extra, ZipMember& member, std::string_view file) {
  ByteReader reader(extra, file);
  while (reader.left() >= 4) {
    const auto id = reader.number<std::uint16_t>("extra field"),
               size = reader.number<std::uint16_t>("extra field");
    const auto field = reader.take(std::min<std::uint64_t>(size, reader.left()), "extra field");
    if (id != kZip64Extra) continue;
    ByteReader numbers(field, file);
    for (std::uint64_t* const number : {&member.bytes, &member.packed_bytes, &member.offset}) {
      if (*number == kIn64) *number = numbers.number<std::uint64_t>("zip64 size");
    }
  }
}

ZipMember read_member(ByteReader& reader, std::string_view file) {
  if (reader.number<std::uint32_t>("directory entry") != kDirectoryEntry) {
    reader.fail("no directory entry; expected \"PK\\x01\\x02\"");
  }
  ZipMember member;
  reader.take(4, "versions");
  const auto flags = reader.number<std::uint16_t>("flags");
  member.method = reader.number<std::uint16_t>("method");
  reader.take(4, "time");
  member.crc = reader.number<std::uint32_t>("CRC");
  member.packed_bytes = reader.number<std::uint32_t>("packed size");
  member.bytes = reader.number<std::uint32_t>("size");
  const auto name_bytes = reader.number<std::uint16_t>("name length");
  const auto extra_bytes = reader.number<std::uint16_t>("extra length");
  const auto comment_bytes = reader.number<std::uint16_t>("comment length");
  reader.take(8, "attributes");
  member.offset = reader.number<std::uint32_t>("offset");
  member.name = reader.text(name_bytes, "name");
  read_zip64(reader.take(extra_bytes, "extra field"), member, file);
  reader.take(comment_bytes, "comment");
  if ((flags & kIsEncrypted) != 0) reader.fail("member " + quote(member.name) + " is encrypted");
  return member;
}

void inflate_into(std::span<const std::byte> packed, std::span<std::byte> bytes, const auto& fail) {
  z_stream stream{};
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK) throw Error("zlib: no memory");
  constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
  std::size_t read = 0, written = 0;
  int code = Z_OK;
  while (code == Z_OK) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data() + read));
    stream.avail_in = static_cast<uInt>(std::min(packed.size() - read, kMost));
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data() + written);
    stream.avail_out = static_cast<uInt>(std::min(bytes.size() - written, kMost));
    const std::size_t in = stream.avail_in, out = stream.avail_out;
    code = inflate(&stream, Z_NO_FLUSH);
    read += in - stream.avail_in;
    written += out - stream.avail_out;
  }
  const std::string said =
      stream.msg != nullptr ? stream.msg : "the data ends too early or is too long";
  inflateEnd(&stream);
  if (code != Z_STREAM_END) fail("is damaged: " + said);
  if (written != bytes.size()) {
    fail("unpacks to " + std::to_string(written) + " bytes; expected " +
         std::to_string(bytes.size()));
  }
}

void append(std::string& text, std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) text += static_cast<char>((number >> (8 * i)) & 0xFF);
}

}  // namespace

std::vector<ZipMember> zip_members(std::span<const std::byte> archive, std::string_view file) {
  const Directory directory = find_directory(archive, file);
  ByteReader reader(archive, file);
  reader.seek(directory.offset, "the directory");
  std::vector<ZipMember> members;
  std::set<std::string> names;
  for (std::uint64_t i = 0; i < directory.count; ++i) {
    members.push_back(read_member(reader, file));
    if (!names.insert(members.back().name).second) {
      reader.fail("the name " + quote(members.back().name) + " stands twice");
    }
  }
  return members;
}

std::vector<std::byte> unzip(std::span<const std::byte> archive, const ZipMember& member,
                             std::string_view file) {
  ByteReader reader(archive, file);
  const auto fail = [&](const std::string& problem) {
    reader.fail("member " + quote(member.name) + ' ' + problem);
  };
  reader.seek(member.offset, "member " + quote(member.name));
  if (reader.number<std::uint32_t>("local header") != kLocalHeader) fail("has no local header");
  reader.take(kLocalHeaderBytes - 8, "local header");
  const auto name_bytes = reader.number<std::uint16_t>("name length");
  const auto extra_bytes = reader.number<std::uint16_t>("extra length");
  reader.take(std::uint64_t{name_bytes} + extra_bytes, "local header");
  const auto packed = reader.take(member.packed_bytes, "member " + quote(member.name));
  if (member.method != kStored && member.method != kDeflated) {
    fail("is packed with method " + std::to_string(member.method) +
         "; expected 0 (stored) or 8 (deflated)");
  }
  const std::uint64_t most = packed.size() * (member.method == kStored ? 1 : kMaxDeflateRatio);
  if (member.bytes > most) {
    fail("claims " + std::to_string(member.bytes) + " bytes; expected at most " +
         std::to_string(most));
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(member.bytes));
  if (member.method == kDeflated) {
    inflate_into(packed, bytes, fail);
  } else if (packed.size() == bytes.size()) {
    std::copy(packed.begin(), packed.end(), bytes.begin());
  } else {
    fail("is stored in " + std::to_string(packed.size()) + " bytes; expected " +
         std::to_string(bytes.size()));
  }
  const auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  if (crc != member.crc)
    fail("is damaged: its CRC is " + std::to_string(crc) + "; expected " +
         std::to_string(member.crc));
  return bytes;
}

std::string ZipWriter::begin_member(const std::string& name, std::span<const std::byte> head,
                                    std::span<const std::byte> tail) {
  auto crc = crc32_z(0, reinterpret_cast<const Bytef*>(head.data()), head.size());
  if (!tail.empty()) crc = crc32_z(crc, reinterpret_cast<const Bytef*>(tail.data()), tail.size());
  const std::uint64_t bytes = head.size() + tail.size();
  std::string shared;         // what the local header and the directory entry both hold
  append(shared, 20, 2);      // the version that reads it
  append(shared, 0x0800, 2);  // the name is UTF-8
  append(shared, kStored, 2);
  append(shared, 0x00210000, 4);  // 1980-01-01
  append(shared, crc, 4);
  append(shared, bytes, 4);
  append(shared, bytes, 4);
  append(shared, name.size(), 2);
  append(shared, 0, 2);  // no extra field
  append(directory_, kDirectoryEntry, 4);
  append(directory_, 20, 2);
  directory_ += shared;
  directory_.append(10, '\0');  // no comment, disk 0, no attributes
  append(directory_, offset_, 4);
  directory_ += name;
  std::string local;
  append(local, kLocalHeader, 4);
  local += shared + name;
  offset_ += local.size() + bytes;
  ++count_;
  if (offset_ + directory_.size() >= kIn64 || count_ >= 0xFFFF || name.size() > 0xFFFF) {
    throw Error("zip: too large for an archive without zip64 (4 GiB, 65535 members)");
  }
  return local;
}

std::string ZipWriter::finish() {
  std::string text = directory_;
  append(text, kEnd, 4);
  append(text, 0, 4);
  append(text, count_, 2);
  append(text, count_, 2);
  append(text, directory_.size(), 4);
  append(text, offset_, 4);
  append(text, 0, 2);
  return text;
}

}  // namespace hilo::formats
