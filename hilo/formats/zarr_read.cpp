#include <algorithm>
#include <bit>
#include <cstring>

#include "hilo/core/crc32c.h"
#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/formats/byte_stream.h"
#include "hilo/formats/mapped_array.h"
#include "hilo/formats/zarr.h"

namespace hilo::formats {

static_assert(std::endian::native == std::endian::little);

namespace {

constexpr std::uint64_t kMaxChunks = std::uint64_t{1} << 20;
constexpr std::uint64_t kFreeBytes = std::uint64_t{64} << 20, kMaxRatio = 1024;
constexpr std::uint64_t kMissing = ~std::uint64_t{0};  // of a shard's index

std::size_t byte_count(const Dims& dims, std::size_t element) {
  for (const Dim dim : dims) element *= static_cast<std::size_t>(dim);
  return element;
}

// How many chunks there are along each axis.
Dims grid_of(const Dims& dims, const Dims& chunk) {
  Dims grid;
  for (std::size_t i = 0; i < dims.size(); ++i) {
    grid.push_back(dims[i] / chunk[i] + (dims[i] % chunk[i] != 0 ? 1 : 0));
  }
  return grid;
}

// Calls `f(index)` for every index below `grid`, the last axis first.
template <class F>
void for_each_index(const Dims& grid, F f) {
  if (std::ranges::count(grid, 0) > 0) return;
  Dims index(grid.size(), 0);
  while (true) {
    f(index);
    std::size_t axis = grid.size();
    while (axis > 0 && ++index[axis - 1] == grid[axis - 1]) index[--axis] = 0;
    if (axis == 0) return;
  }
}

// A packed array of a few bytes may ask for any amount of memory.
void check_plausible(std::uint64_t unpacked, std::uint64_t stored, const std::string& what) {
  if (unpacked <= kFreeBytes || unpacked / kMaxRatio <= stored) return;
  throw Error(what + " of " + std::to_string(unpacked) + " bytes has " + std::to_string(stored) +
              " in the store; expected at least 1/" + std::to_string(kMaxRatio) + " of them");
}

void swap_bytes(std::span<std::byte> bytes, DType dtype) {
  const auto whole = static_cast<std::size_t>(hilo::bytes(dtype));
  const std::size_t width = is_complex(dtype) ? whole / 2 : whole;
  for (std::size_t at = 0; at < bytes.size(); at += width) {
    std::reverse(bytes.begin() + static_cast<std::ptrdiff_t>(at),
                 bytes.begin() + static_cast<std::ptrdiff_t>(at + width));
  }
}

// The bytes before the checksum, which is right.
std::span<const std::byte> checked(const StoredBytes& stored) {
  std::uint32_t sum = 0;
  const auto fail = [&](const char* problem) {
    throw FormatError(stored.file, stored.offset, problem);
  };
  if (stored.bytes.size() < sizeof sum) fail("no bytes for the checksum of a chunk");
  const auto rest = stored.bytes.first(stored.bytes.size() - sizeof sum);
  std::memcpy(&sum, stored.bytes.data() + rest.size(), sizeof sum);
  if (sum != crc32c(rest)) fail("the checksum of a chunk is wrong: the bytes are damaged");
  return rest;
}

// The bytes of a chunk as numbers of this machine, into exactly `out`.
void decode(const StoredBytes& stored, const ZarrEncoding& encoding, DType dtype,
            std::span<std::byte> out) {
  unpack(encoding.has_checksum ? checked(stored) : stored.bytes, encoding.packing, out, stored.file,
         stored.offset);
  if (encoding.is_big_endian) swap_bytes(out, dtype);
  if (is_bool(dtype)) {  // a byte other than 0 and 1 would be undefined behaviour to read
    for (std::byte& b : out) b = b == std::byte{0} ? b : std::byte{1};
  }
}

// Fills an array chunk by chunk.
class Assembly {
 public:
  Assembly(const ZarrArray& array, std::string what)
      : array_(array),
        what_(std::move(what)),
        result_(array.shape),
        element_(static_cast<std::size_t>(bytes(array.shape.dtype))) {}

  // A chunk of `dims` whose first element is at `origin`.
  void put(const StoredBytes& stored, const ZarrEncoding& encoding, const Dims& origin,
           const Dims& dims) {
    const std::size_t size = byte_count(dims, element_);
    if (is_in_place(origin, dims)) {
      const std::size_t row = byte_count({dims.begin() + 1, dims.end()}, element_);
      decode(stored, encoding, array_.shape.dtype,
             result_.mutable_bytes().subspan(static_cast<std::size_t>(origin[0]) * row, size));
      return;
    }
    check_plausible(size, stored.bytes.size(), what_ + ", a chunk");
    chunk_.resize(size);
    decode(stored, encoding, array_.shape.dtype, chunk_);
    copy(origin, dims);
  }

  void fill(const Dims& origin, const Dims& dims) {
    if (!array_.fill) throw Error(what_ + " lacks a chunk, and its fill value is no plain number");
    if (*array_.fill == 0) return;
    const Array one = from_doubles({array_.shape.dtype, {}}, std::span(&*array_.fill, 1));
    check_plausible(byte_count(dims, element_), 0, what_ + ", a chunk");
    chunk_.clear();
    for (std::size_t size = byte_count(dims, element_); chunk_.size() < size;) {
      chunk_.insert(chunk_.end(), one.bytes().begin(), one.bytes().end());
    }
    copy(origin, dims);
  }

  Array result() && { return std::move(result_); }

 private:
  // Whether the chunk is whole rows of the array, as they stand in it.
  bool is_in_place(const Dims& origin, const Dims& dims) const {
    const Dims& whole = array_.shape.dims;
    return !dims.empty() && (!array_.is_column_major || dims.size() == 1) &&
           std::equal(dims.begin() + 1, dims.end(), whole.begin() + 1) &&
           dims[0] <= whole[0] - origin[0];
  }

  // What of the chunk is within the array.
  void copy(const Dims& origin, const Dims& dims) {
    const Dims& whole = array_.shape.dims;
    const Dims to = strides(whole);
    Dims from = strides(dims), rows;
    if (array_.is_column_major) {
      Dim stride = 1;
      for (std::size_t i = 0; i < dims.size(); stride *= dims[i++]) from[i] = stride;
    }
    for (std::size_t i = 0; i < dims.size(); ++i)
      rows.push_back(std::min(dims[i], whole[i] - origin[i]));
    const Dim length = rows.empty() ? 1 : rows.back(), step = from.empty() ? 1 : from.back();
    if (!rows.empty()) rows.pop_back();
    std::byte* const out = result_.mutable_bytes().data();
    for_each_index(rows, [&](const Dims& row) {
      Dim source = 0, target = origin.empty() ? 0 : origin.back();
      for (std::size_t i = 0; i < row.size(); ++i) {
        source += row[i] * from[i];
        target += (origin[i] + row[i]) * to[i];
      }
      const Dim run = step == 1 ? length : 1;
      for (Dim i = 0; i < length; i += run) {
        std::memcpy(out + static_cast<std::size_t>(target + i) * element_,
                    chunk_.data() + static_cast<std::size_t>(source + i * step) * element_,
                    static_cast<std::size_t>(run) * element_);
      }
    });
  }

  const ZarrArray& array_;
  std::string what_;
  Array result_;
  std::size_t element_;
  std::vector<std::byte> chunk_{};
};

Dims origin_of(const Dims& index, const Dims& chunk, const Dims& from) {
  Dims origin = from;
  for (std::size_t i = 0; i < index.size(); ++i) origin[i] += index[i] * chunk[i];
  return origin;
}

bool is_outside(const Dims& origin, const Dims& whole) {
  for (std::size_t i = 0; i < whole.size(); ++i) {
    if (origin[i] >= whole[i]) return true;
  }
  return false;
}

// The chunks in a shard, by the index at its end (or beginning): offset and length of each.
void put_shard(const StoredBytes& stored, const ZarrArray& array, const Dims& from,
               Assembly& assembly) {
  const ZarrShards& shards = *array.shards;
  const Dims grid = grid_of(array.chunk, shards.chunk);
  const std::size_t entry = 2 * sizeof(std::uint64_t);
  const std::size_t index_bytes =
      byte_count(grid, entry) + (shards.index_encoding.has_checksum ? sizeof(std::uint32_t) : 0);
  if (index_bytes > stored.bytes.size()) {
    throw FormatError(stored.file, stored.offset,
                      "a shard of " + std::to_string(stored.bytes.size()) +
                          " bytes; expected at least " + std::to_string(index_bytes) +
                          " for its index");
  }
  StoredBytes index = stored;
  const std::size_t at = shards.index_is_first ? 0 : stored.bytes.size() - index_bytes;
  index.bytes = stored.bytes.subspan(at, index_bytes);
  index.offset += at;
  if (shards.index_encoding.has_checksum) index.bytes = checked(index);
  std::size_t next = 0;
  for_each_index(grid, [&](const Dims& inner) {
    std::uint64_t place[2];
    std::memcpy(place, index.bytes.data() + entry * next++, sizeof place);
    const auto [offset, length] = place;
    const Dims origin = origin_of(inner, shards.chunk, from);
    if (is_outside(origin, array.shape.dims)) return;
    if (offset == kMissing && length == kMissing) return assembly.fill(origin, shards.chunk);
    if (offset > stored.bytes.size() || length > stored.bytes.size() - offset) {
      throw FormatError(stored.file, index.offset,
                        "a chunk of " + std::to_string(length) + " bytes at " +
                            std::to_string(offset) + " in a shard of " +
                            std::to_string(stored.bytes.size()));
    }
    StoredBytes part = stored;
    part.bytes =
        stored.bytes.subspan(static_cast<std::size_t>(offset), static_cast<std::size_t>(length));
    part.offset += offset;
    assembly.put(part, shards.encoding, origin, shards.chunk);
  });
}

std::string key_of(const ZarrArray& array, const std::string& key, const Dims& index) {
  std::string name = array.key_prefix;
  for (const Dim i : index) name += (name.empty() ? "" : array.separator) + std::to_string(i);
  return key + "/" + (name.empty() ? "0" : name);
}

std::uint64_t chunk_count(const Dims& grid, const std::string& what, std::uint64_t most) {
  std::uint64_t count = 1;
  for (const Dim dim : grid) {
    if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(dim), &count) || count > most) {
      throw Error(what + " is in more than " + std::to_string(most) + " chunks");
    }
  }
  return count;
}

// Whether the array is its one chunk, byte for byte.
bool is_plain(const ZarrArray& array) {
  return !array.shards && array.chunk == array.shape.dims && !array.is_column_major &&
         !array.encoding.is_big_endian && array.encoding.packing == Packing::kNone &&
         !array.encoding.has_checksum && !is_bool(array.shape.dtype);
}

}  // namespace

Array read_zarr(const ZarrArray& array, const ChunkStore& store, const std::string& key,
                bool missing_is_fill) {
  const std::string what = "array " + quote(key);
  const Dims grid = grid_of(array.shape.dims, array.chunk);
  const std::uint64_t chunks = chunk_count(grid, what, kMaxChunks);
  if (array.shards) {
    chunk_count(grid_of(array.chunk, array.shards->chunk), what + ", a shard,", kMaxChunks);
  }
  std::uint64_t stored = 0;
  if (chunks > 0) {
    for_each_index(grid, [&](const Dims& index) {
      const std::string name = key_of(array, key, index);
      const auto size = store.size(name);
      if (!size && !missing_is_fill) throw Error(what + " lacks its chunk " + quote(name));
      stored += size.value_or(0);
    });
  }
  check_plausible(byte_count(array.shape.dims, static_cast<std::size_t>(bytes(array.shape.dtype))),
                  stored, what);
  if (is_plain(array) && chunks == 1) {
    const auto only = store.find(key_of(array, key, Dims(grid.size(), 0)));
    if (only && only->bytes.size() == static_cast<std::size_t>(array.shape.byte_size())) {
      return view_or_copy(array.shape, only->owner, only->bytes);
    }
  }
  Assembly assembly(array, what);
  for_each_index(grid, [&](const Dims& index) {
    const Dims origin = origin_of(index, array.chunk, Dims(grid.size(), 0));
    const auto found = store.find(key_of(array, key, index));
    if (!found) return assembly.fill(origin, array.chunk);
    if (array.shards) return put_shard(*found, array, origin, assembly);
    assembly.put(*found, array.encoding, origin, array.chunk);
  });
  return std::move(assembly).result();
}

}  // namespace hilo::formats
