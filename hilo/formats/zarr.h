#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/core/array.h"
#include "hilo/formats/byte_stream.h"
#include "hilo/formats/chunk_store.h"

// Arrays in chunks, zarr versions 2 and 3, as Orbax writes them.
namespace hilo::formats {

/// How the bytes of a chunk become numbers.
struct ZarrEncoding {
  bool is_big_endian = false;
  Packing packing = Packing::kNone;
  bool has_checksum = false;  ///< a CRC-32C of the packed bytes stands behind them
};

/// Of version 3: a stored chunk holds many, and an index of where each is.
struct ZarrShards {
  Dims chunk;  ///< of those inside
  ZarrEncoding encoding{}, index_encoding{};
  bool index_is_first = false;
};

/// The metadata of an array: `.zarray` or `zarr.json`.
struct ZarrArray {
  Shape shape{};
  Dims chunk{};             ///< the dims of what is stored under a key
  ZarrEncoding encoding{};  ///< without shards
  std::optional<ZarrShards> shards{};
  bool is_column_major = false;  ///< within a chunk
  std::string key_prefix{};      ///< "c" for "c/0/1"
  std::string separator = ".";
  std::optional<double> fill = 0;  ///< the number that missing chunks hold; none: not a plain one
};

/// Reads the metadata; which version it is of is said in it.
/// Limits:  rank 32; no filters, no transposition; packed with zstd, gzip, zlib or not at all,
/// CRC-32C.
///          What is beyond is refused by name.
/// Throws:  FormatError naming the file, what was found and what was expected.
/// Source:  zarr-specs.readthedocs.io, versions 2 and 3; the sharding codec of version 3.
ZarrArray parse_zarr(std::string_view text, const std::string& file);

/// Reads an array out of `store`, where its chunks are under `key`. It views the file where the
/// bytes are one plain chunk; memory for one chunk beside the array otherwise, and none where
/// chunks are whole rows.
/// Limits:  1,048,576 chunks; an array of more than 64 MiB takes at least 1/1024 of that in the
///          store.
/// Throws:  FormatError for a damaged chunk, and for a missing one unless `missing_is_fill`.
Array read_zarr(const ZarrArray& array, const ChunkStore& store, const std::string& key,
                bool missing_is_fill);

}  // namespace hilo::formats
