#include "hilo/formats/ocdbt_node.h"

#include <algorithm>

#include "hilo/core/crc32c.h"
#include "hilo/core/text.h"
#include "hilo/formats/byte_stream.h"

namespace hilo::formats {
namespace {

constexpr std::uint32_t kManifestMagic = 0x0cdb3a2a, kNodeMagic = 0x0cdb20de;
constexpr std::uint64_t kMaxLength = 65'535;  // of a key or path

std::uint64_t varint(ByteReader& reader, std::string_view what,
                     std::uint64_t most = ~std::uint64_t{0}) {
  std::uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    const auto byte = reader.number<std::uint8_t>(what);
    const std::uint64_t part = byte & 0x7F;
    if (shift > 63 || (shift == 63 && part > 1))
      reader.fail(std::string(what) + " of over 64 bits");
    value |= part << shift;
    if (byte < 0x80) break;
  }
  if (value > most) {
    reader.fail(std::string(what) + " is " + std::to_string(value) + "; expected at most " +
                std::to_string(most));
  }
  return value;
}

// One column of a table: a number for each row. A row takes a byte at least.
std::vector<std::uint64_t> column(ByteReader& reader, std::uint64_t count, std::string_view what,
                                  std::uint64_t most = ~std::uint64_t{0}) {
  if (count > reader.left()) {
    reader.fail(std::to_string(count) + " times " + std::string(what) + "; expected at most " +
                std::to_string(reader.left()) + ", the bytes that are left");
  }
  std::vector<std::uint64_t> numbers(static_cast<std::size_t>(count));
  for (std::uint64_t& number : numbers) number = varint(reader, what, most);
  return numbers;
}

std::vector<std::byte> inflate(ByteReader& reader, std::span<const std::byte> packed,
                               const std::string& label, OcdbtBudget& budget) {
  const std::uint64_t offset = reader.offset() - packed.size();
  std::vector<std::byte> step(std::size_t{1} << 16);
  std::size_t size = 0;  // counted first, so that no memory is taken for what is too much
  const auto stream = open_stream(packed, Packing::kZstd, label, offset);
  for (std::size_t got = step.size(); got == step.size(); size += got) {
    got = stream->read(step);
    budget.take(got, reader);
  }
  std::vector<std::byte> result(size);
  unpack(packed, Packing::kZstd, result, label, offset);
  return result;
}

// What stands between the head (magic number, length, version, compression) and the checksum.
std::vector<std::byte> body_of(std::span<const std::byte> bytes, std::uint32_t magic,
                               const std::string& label, OcdbtBudget& budget) {
  ByteReader reader(bytes, label);
  const std::uint32_t found = __builtin_bswap32(reader.number<std::uint32_t>("the magic number"));
  if (found != magic) reader.fail("no such record of OCDBT: a wrong magic number");
  const auto length = reader.number<std::uint64_t>("the length");
  if (length != bytes.size()) {
    reader.fail("the length " + std::to_string(length) + "; expected " +
                std::to_string(bytes.size()));
  }
  varint(reader, "the version", 0);
  const bool is_packed = varint(reader, "the compression", 1) == 1;
  if (reader.left() < sizeof(std::uint32_t)) reader.fail("no bytes left for the checksum");
  const auto body = reader.take(reader.left() - sizeof(std::uint32_t), "the body");
  const auto sum = reader.number<std::uint32_t>("the checksum");
  if (sum != crc32c(bytes.first(bytes.size() - sizeof sum))) {
    reader.fail("the checksum is wrong: the bytes are damaged");
  }
  if (is_packed) return inflate(reader, body, label, budget);
  budget.take(body.size(), reader);
  return {body.begin(), body.end()};
}

// Texts that each share a prefix with the one before it.
std::vector<std::string> shared_prefix_texts(ByteReader& reader,
                                             const std::vector<std::uint64_t>& prefixes,
                                             const std::vector<std::uint64_t>& suffixes,
                                             OcdbtBudget& budget) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < suffixes.size(); ++i) {
    const std::uint64_t shared = i == 0 ? 0 : prefixes[i - 1];
    if (i > 0 && shared > texts.back().size()) {
      reader.fail("a prefix of " + std::to_string(shared) + " bytes; expected at most " +
                  std::to_string(texts.back().size()) + ", those of the name before it");
    }
    const std::string_view suffix = reader.text(suffixes[i], "a name");
    budget.take(shared + suffix.size() + sizeof(std::string), reader);
    std::string text = i == 0 ? "" : texts.back().substr(0, static_cast<std::size_t>(shared));
    texts.push_back(text.append(suffix));
  }
  return texts;
}

struct DataFile {
  std::string base, path;
};

// A path inside of the folder: no root, no "..", no byte that ends it early.
bool is_inside(std::string_view path) {
  if (path.empty() || path.front() == '/' || path.find('\0') != std::string_view::npos)
    return false;
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view part = path.substr(at, end - at);
    if (part.empty() || part == "." || part == "..") return false;
    at = end + 1;
  }
  return true;
}

std::vector<DataFile> data_files(ByteReader& reader, const std::string& base, OcdbtBudget& budget) {
  const std::uint64_t count = varint(reader, "the number of data files");
  const auto prefixes =
      column(reader, count == 0 ? 0 : count - 1, "the length of a path's prefix", kMaxLength);
  const auto suffixes = column(reader, count, "the length of a path", kMaxLength);
  const auto bases = column(reader, count, "the length of a path's base", kMaxLength);
  const auto paths = shared_prefix_texts(reader, prefixes, suffixes, budget);
  std::vector<DataFile> files;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (bases[i] > paths[i].size()) reader.fail("the base of a path is longer than the path");
    const std::string path = base + paths[i];
    budget.take(2 * path.size() + sizeof(DataFile), reader);
    if (!is_inside(path)) {
      reader.fail("the data file " + quote(path) + "; expected a path inside of the folder");
    }
    files.push_back({path.substr(0, base.size() + static_cast<std::size_t>(bases[i])), path});
  }
  return files;
}

OcdbtPlace place_of(const std::vector<DataFile>& files, std::uint64_t file, std::uint64_t offset,
                    std::uint64_t length, const ByteReader& reader, OcdbtBudget& budget) {
  if (file >= files.size()) {
    reader.fail("data file " + std::to_string(file) + "; expected at most " +
                std::to_string(files.size()) + " of them");
  }
  const DataFile& found = files[static_cast<std::size_t>(file)];
  budget.take(found.base.size() + found.path.size() + sizeof(OcdbtPlace), reader);
  return {found.base, found.path, offset, length};
}

void check_end(const ByteReader& reader) {
  if (reader.left() != 0) reader.fail(std::to_string(reader.left()) + " bytes too many");
}

struct Keys {
  std::vector<std::string> keys;
  std::vector<std::uint64_t> subtree_prefixes;  // of inner nodes
};

Keys read_keys(ByteReader& reader, std::uint64_t count, bool is_leaf, OcdbtBudget& budget) {
  const auto prefixes = column(reader, count - 1, "the length of a key's prefix", kMaxLength);
  const auto suffixes = column(reader, count, "the length of a key", kMaxLength);
  Keys result;
  if (!is_leaf) {
    result.subtree_prefixes = column(reader, count, "the length of a subtree's prefix", kMaxLength);
  }
  result.keys = shared_prefix_texts(reader, prefixes, suffixes, budget);
  for (std::size_t i = 1; i < result.keys.size(); ++i) {
    if (result.keys[i - 1] >= result.keys[i]) {
      reader.fail("the key " + quote(result.keys[i]) + " follows " + quote(result.keys[i - 1]) +
                  "; expected them sorted");
    }
  }
  return result;
}

std::vector<OcdbtChild> read_children(ByteReader& reader, const Keys& keys,
                                      const std::vector<DataFile>& files, const std::string& prefix,
                                      OcdbtBudget& budget) {
  const std::uint64_t count = keys.keys.size();
  const auto ids = column(reader, count, "a data file"),
             offsets = column(reader, count, "an offset"),
             lengths = column(reader, count, "a length");
  for (const char* statistic :
       {"the number of keys", "the bytes of a tree", "the bytes of values"}) {
    column(reader, count, statistic);
  }
  std::vector<OcdbtChild> children;
  for (std::size_t i = 0; i < count; ++i) {
    if (keys.subtree_prefixes[i] > keys.keys[i].size()) {
      reader.fail("the prefix of a subtree is longer than its first key");
    }
    budget.take(prefix.size(), reader);
    children.push_back(
        {prefix + keys.keys[i].substr(0, static_cast<std::size_t>(keys.subtree_prefixes[i])),
         place_of(files, ids[i], offsets[i], lengths[i], reader, budget)});
  }
  return children;
}

std::vector<OcdbtEntry> read_entries(ByteReader& reader, const Keys& keys,
                                     const std::vector<DataFile>& files, const std::string& prefix,
                                     OcdbtBudget& budget) {
  const std::uint64_t count = keys.keys.size();
  const auto lengths = column(reader, count, "the length of a value"),
             kinds = column(reader, count, "the kind of a value", 1);
  const auto far = static_cast<std::uint64_t>(std::count(kinds.begin(), kinds.end(), 1U));
  const auto ids = column(reader, far, "a data file"), offsets = column(reader, far, "an offset");
  std::vector<OcdbtEntry> entries;
  for (std::size_t i = 0, j = 0; i < count; ++i) {
    budget.take(prefix.size() + sizeof(OcdbtEntry), reader);
    OcdbtEntry entry{prefix + keys.keys[i], {}};
    if (kinds[i] == 1) {
      entry.value = place_of(files, ids[j], offsets[j], lengths[i], reader, budget);
      ++j;
    } else {
      entry.value = std::string(reader.text(lengths[i], "a value"));
    }
    entries.push_back(std::move(entry));
  }
  return entries;
}

void skip_configuration(ByteReader& reader) {
  reader.take(16, "the database's identifier");
  if (varint(reader, "the kind of manifest", 1) == 1) {
    reader.fail("a numbered manifest, which is not read; expected a single one");
  }
  varint(reader, "the longest inline value");
  varint(reader, "the largest node");
  reader.take(1, "the arity of the version tree");
  if (varint(reader, "the compression of nodes", 1) == 1)
    reader.take(4, "the level of compression");
}

}  // namespace

OcdbtRoot parse_ocdbt_manifest(std::span<const std::byte> bytes, const std::string& label,
                               OcdbtBudget& budget) {
  const auto body = body_of(bytes, kManifestMagic, label, budget);
  const std::string inside = label + " (its body)";
  ByteReader reader(body, inside);
  skip_configuration(reader);
  const auto files = data_files(reader, "", budget);
  const std::uint64_t count = varint(reader, "the number of versions");
  if (count == 0) reader.fail("a database without a version");
  column(reader, count, "a generation");
  const auto heights = reader.take(count, "the heights of roots");
  const auto ids = column(reader, count, "a data file"),
             offsets = column(reader, count, "an offset"),
             lengths = column(reader, count, "a length");
  return {place_of(files, ids.back(), offsets.back(), lengths.back(), reader, budget),
          static_cast<int>(heights.back())};  // statistics, times and older versions follow
}

OcdbtNode parse_ocdbt_node(std::span<const std::byte> bytes, const std::string& label, int height,
                           const std::string& base, const std::string& prefix,
                           OcdbtBudget& budget) {
  const auto body = body_of(bytes, kNodeMagic, label, budget);
  const std::string inside = label + " (its body)";
  ByteReader reader(body, inside);
  const int found = reader.number<std::uint8_t>("the height of a node");
  if (found != height) {
    reader.fail("a node of height " + std::to_string(found) + "; expected " +
                std::to_string(height));
  }
  const auto files = data_files(reader, base, budget);
  const std::uint64_t count = varint(reader, "the number of keys");
  if (count == 0) reader.fail("a node without keys");
  const Keys keys = read_keys(reader, count, height == 0, budget);
  OcdbtNode node;
  if (height == 0) {
    node.entries = read_entries(reader, keys, files, prefix, budget);
  } else {
    node.children = read_children(reader, keys, files, prefix, budget);
  }
  check_end(reader);
  return node;
}

}  // namespace hilo::formats
