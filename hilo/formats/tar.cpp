#include "hilo/formats/tar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/formats/byte_stream.h"

namespace hilo::formats {
namespace {

// Source: POSIX.1-2017, pax: "ustar Interchange Format"; GNU tar manual, "Basic Tar Format".
constexpr std::size_t kBlock = 512, kMaxName = 4096;
constexpr std::uint64_t kMaxHeaderBytes = 1 << 20;  // of a long name or a pax record list
using Block = std::array<char, kBlock>;

std::string_view field(const Block& block, std::size_t begin, std::size_t length) {
  const std::string_view text(block.data() + begin, length);
  return text.substr(0, text.find('\0'));
}

bool is_zero(const Block& block) {
  return std::all_of(block.begin(), block.end(), [](char c) { return c == '\0'; });
}

class Reader {
 public:
  Reader(const std::filesystem::path& path, std::uint64_t max_entry_bytes)
      : path_(path.string()), stream_(open_stream(path)), max_entry_bytes_(max_entry_bytes) {}

  void run(const std::function<void(TarEntry)>& visit) {
    Block block{};
    if (!next_block(block)) fail("empty; expected a tar archive");
    do {
      if (is_zero(block)) return drain();  // the end mark
      read_entry(block, visit);
    } while (next_block(block));
  }

 private:
  // `offset` counts unpacked bytes.
  [[noreturn]] void fail(const std::string& problem) const {
    throw FormatError(path_, offset_, "tar: " + problem);
  }

  // False at a clean end.
  bool next_block(Block& block) {
    const std::size_t got = stream_->read(std::as_writable_bytes(std::span(block)));
    if (got != 0 && got != kBlock) fail("the archive ends within a block");
    offset_ += got;
    return got == kBlock;
  }

  // What follows the end mark is padding; reading it checks the sums that end the packed data.
  void drain() {
    constexpr std::uint64_t kMaxPadding = 1 << 20;
    const std::uint64_t end = offset_;
    for (Block block{}; next_block(block);) {
      if (!is_zero(block) || offset_ - end > kMaxPadding)
        fail("bytes after the end of the archive");
    }
  }

  // Octal digits, or, with the top bit set, big-endian binary.
  std::uint64_t number(const Block& block, std::size_t begin, std::size_t length,
                       std::string_view what) const {
    if ((static_cast<unsigned char>(block[begin]) & 0x80) != 0) {
      std::uint64_t value = static_cast<unsigned char>(block[begin]) & 0x7F;
      for (std::size_t i = 1; i < length; ++i) {
        if (value >> 56 != 0) fail(std::string(what) + " is too large");
        value = value << 8 | static_cast<unsigned char>(block[begin + i]);
      }
      return value;
    }
    std::string_view text = field(block, begin, length);
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value, 8);
    if (code != std::errc() || end != text.data() + text.size()) {
      fail(std::string(what) + " is " + quote(text) + "; expected octal digits");
    }
    return value;
  }

  void check_sum(const Block& block) const {
    constexpr std::size_t kBegin = 148, kLength = 8;
    std::uint64_t sum = kLength * ' ';
    for (std::size_t i = 0; i < kBlock; ++i) {
      if (i < kBegin || i >= kBegin + kLength) sum += static_cast<unsigned char>(block[i]);
    }
    if (number(block, kBegin, kLength, "the check sum of a header") != sum) {
      fail("the check sum of a header is wrong; expected " + std::to_string(sum));
    }
  }

  // The bytes of an entry; read in steps, so that a wrong size costs no memory.
  std::vector<std::byte> contents(std::uint64_t size) {
    constexpr std::uint64_t kStep = std::uint64_t{1} << 20;
    std::vector<std::byte> bytes;
    while (bytes.size() < size) {
      const std::size_t before = bytes.size();
      bytes.resize(before + static_cast<std::size_t>(std::min(kStep, size - before)));
      const std::size_t got = stream_->read(std::span(bytes).subspan(before));
      offset_ += got;
      if (got != bytes.size() - before) {
        fail("the archive ends within an entry of " + std::to_string(size) + " bytes");
      }
    }
    skip((kBlock - size % kBlock) % kBlock);
    return bytes;
  }

  std::string header_text(std::uint64_t size) {
    if (size > kMaxHeaderBytes)
      fail("a header of " + std::to_string(size) + " bytes; expected at most " +
           std::to_string(kMaxHeaderBytes));
    const std::vector<std::byte> bytes = contents(size);
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }

  void skip(std::uint64_t count) {
    std::array<std::byte, 16 * kBlock> buffer;
    while (count > 0) {
      const std::size_t asked =
          static_cast<std::size_t>(std::min<std::uint64_t>(count, buffer.size()));
      const std::size_t got = stream_->read(std::span(buffer).first(asked));
      offset_ += got;
      if (got != asked) fail("the archive ends within an entry");
      count -= got;
    }
  }

  // "27 path=train/cat/1.jpg\n" records; only path and size matter here.
  void read_pax(std::string_view text) {
    while (!text.empty()) {
      std::size_t length = 0;
      const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), length);
      const auto digits = static_cast<std::size_t>(end - text.data());
      if (code != std::errc() || length <= digits + 1 || length > text.size() ||
          text[length - 1] != '\n') {
        fail("a damaged pax record " + quote(text));
      }
      const std::string_view record = text.substr(digits + 1, length - digits - 2);
      if (record.starts_with("path=")) name_ = record.substr(5);
      if (record.starts_with("size=")) {
        std::uint64_t size = 0;
        const std::string_view value = record.substr(5);
        const auto parsed = std::from_chars(value.data(), value.data() + value.size(), size);
        if (parsed.ec != std::errc() || parsed.ptr != value.data() + value.size())
          fail("a damaged pax size " + quote(value));
        size_ = size;
        has_size_ = true;
      }
      text.remove_prefix(length);
    }
  }

  void read_entry(const Block& block, const std::function<void(TarEntry)>& visit) {
    check_sum(block);
    const char type = block[156];
    const std::uint64_t size = has_size_ ? size_ : number(block, 124, 12, "a size");
    switch (type) {
      case 'L':
        name_ = header_text(size);
        name_.resize(std::min(name_.size(), name_.find('\0')));
        return;
      case 'x':
        read_pax(header_text(size));
        return;
      case 'K':
      case 'g':
        header_text(size);
        return;  // a link's target; defaults for all entries
      default:
        break;
    }
    const std::string name = name_.empty() ? short_name(block) : name_;
    name_.clear();
    has_size_ = false;
    if (type >= '1' && type <= '6') return;  // links, devices, folders, pipes: no bytes follow
    if (type != '0' && type != '\0' && type != '7') {
      fail(quote(name) + " is of type " + quote({&type, 1}) +
           "; expected files, folders and links");
    }
    const std::string checked = checked_name(name);
    if (size > max_entry_bytes_) {
      fail(quote(name) + " has " + std::to_string(size) + " bytes; expected at most " +
           std::to_string(max_entry_bytes_));
    }
    visit({checked, contents(size)});
  }

  static std::string short_name(const Block& block) {
    std::string name(field(block, 0, 100));
    const std::string_view prefix = field(block, 345, 155);
    const bool is_posix = std::string_view(block.data() + 257, 6) == std::string_view("ustar\0", 6);
    return is_posix && !prefix.empty() ? std::string(prefix) + '/' + name : name;
  }

  [[nodiscard]] std::string checked_name(std::string_view name) const {
    if (name.size() > kMaxName) fail("a name of " + std::to_string(name.size()) + " bytes");
    if (name.starts_with('/')) fail("the name " + quote(name) + " is absolute");
    if (name.find('\0') != std::string_view::npos)
      fail("the name " + quote(name) + " has a zero byte");
    std::string result;
    while (!name.empty()) {
      const std::size_t slash = std::min(name.find('/'), name.size());
      const std::string_view part = name.substr(0, slash);
      if (part == "..") fail("the name " + quote(name) + " leaves the archive");
      if (!part.empty() && part != ".") result.append(result.empty() ? "" : "/").append(part);
      name.remove_prefix(std::min(slash + 1, name.size()));
    }
    if (result.empty()) fail("an entry without a name");
    return result;
  }

  std::string path_;
  std::unique_ptr<ByteStream> stream_;
  std::uint64_t max_entry_bytes_;
  std::uint64_t offset_ = 0;
  std::string name_{};  // of the next entry, from a header before it
  std::uint64_t size_ = 0;
  bool has_size_ = false;
};

}  // namespace

void read_tar(const std::filesystem::path& path, const std::function<void(TarEntry)>& visit,
              std::uint64_t max_entry_bytes) {
  Reader(path, max_entry_bytes).run(visit);
}

}  // namespace hilo::formats
