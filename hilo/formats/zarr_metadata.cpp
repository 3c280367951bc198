#include <array>
#include <limits>
#include <nlohmann/json.hpp>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/formats/json_document.h"
#include "hilo/formats/zarr.h"

namespace hilo::formats {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxRank = 32;

struct DTypeRow {
  std::string_view v3, v2;  // v2 without the sign of the byte order
  DType dtype;
};
constexpr std::array kDTypes = std::to_array<DTypeRow>({
    {"bool", "b1", kI1},
    {"int8", "i1", kI8},
    {"int16", "i2", kI16},
    {"int32", "i4", kI32},
    {"int64", "i8", kI64},
    {"uint8", "u1", kU8},
    {"uint16", "u2", kU16},
    {"uint32", "u4", kU32},
    {"uint64", "u8", kU64},
    {"bfloat16", "bfloat16", kBF16},
    {"float16", "f2", kF16},
    {"float32", "f4", kF32},
    {"float64", "f8", kF64},
    {"complex64", "c8", kC64},
    {"complex128", "c16", kC128},
    {"float8_e4m3fn", "float8_e4m3fn", DType::kF8E4M3FN},
    {"float8_e5m2", "float8_e5m2", DType::kF8E5M2},
});

// The members of a JSON object, asked for by type.
class Fields {
 public:
  Fields(const Json& json, const std::string& file, std::string where = "")
      : json_(json), file_(file), where_(std::move(where)) {
    if (!json.is_object()) fail(std::string("is ") + json.type_name() + "; expected an object");
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw FormatError(file_, (where_.empty() ? "the array" : where_) + " " + problem);
  }
  // A member that must be there.
  const Json& at(const std::string& name) const {
    const auto found = json_.find(name);
    if (found == json_.end()) fail("lacks " + quote(name));
    return *found;
  }
  // A member that may be missing or null.
  const Json* find(const std::string& name) const {
    const auto found = json_.find(name);
    return found == json_.end() || found->is_null() ? nullptr : &*found;
  }
  Fields object(const std::string& name) const { return {at(name), file_, name}; }
  std::string text(const std::string& name) const {
    const Json& value = at(name);
    if (!value.is_string()) wrong(name, value, "a string");
    return value.get<std::string>();
  }
  std::string text_or(const std::string& name, const std::string& otherwise) const {
    return find(name) == nullptr ? otherwise : text(name);
  }
  Dims dims(const std::string& name) const {
    const Json& value = at(name);
    if (!value.is_array() || value.size() > kMaxRank) wrong(name, value, "at most 32 lengths");
    Dims dims;
    for (const Json& dim : value) {
      if (!dim.is_number_unsigned() ||
          dim.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<Dim>::max()}) {
        wrong(name, value, "lengths of 0 to 2^63-1");
      }
      dims.push_back(dim.get<Dim>());
    }
    return dims;
  }
  [[noreturn]] void wrong(const std::string& name, const Json& value,
                          const std::string& expected) const {
    const auto replace = Json::error_handler_t::replace;
    fail("has " + quote(name) + " of " + quote(value.dump(-1, ' ', false, replace)) +
         "; expected " + expected);
  }
  const std::string& file() const { return file_; }

 private:
  const Json& json_;
  const std::string& file_;
  std::string where_;
};

DType dtype_of_v2(const Fields& fields, std::string name, bool& is_big_endian) {
  const std::string whole = name;
  if (!name.empty() && std::string_view("<>|").find(name.front()) != std::string_view::npos) {
    is_big_endian = name.front() == '>';
    name.erase(0, 1);
  }
  for (const DTypeRow& row : kDTypes) {
    if (row.v2 == name) return row.dtype;
  }
  fields.wrong("dtype", whole, "a NumPy name of numbers, \"<f4\" say, or bfloat16");
}

DType dtype_of_v3(const Fields& fields) {
  const std::string name = fields.text("data_type");
  for (const DTypeRow& row : kDTypes) {
    if (row.v3 == name) return row.dtype;
  }
  fields.wrong("data_type", name, "int8 to uint64, float16 to float64, bfloat16, bool or complex");
}

std::optional<double> fill_of(const Json* value) {
  if (value == nullptr) return 0;
  if (value->is_number()) return value->get<double>();
  if (value->is_boolean()) return value->get<bool>() ? 1 : 0;
  if (*value == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (*value == "Infinity") return std::numeric_limits<double>::infinity();
  if (*value == "-Infinity") return -std::numeric_limits<double>::infinity();
  return {};
}

void check_chunk(const Fields& fields, const std::string& name, const Dims& shape,
                 const Dims& chunk) {
  bool is_right = chunk.size() == shape.size();
  for (const Dim dim : chunk) is_right = is_right && dim > 0;
  if (!is_right) {
    fields.fail("has " + quote(name) + " of " + to_string(chunk) + " for the shape " +
                to_string(shape) + "; expected as many lengths, each 1 or more");
  }
}

std::optional<Packing> packing_named(const std::string& name) {
  if (name == "zstd") return Packing::kZstd;
  if (name == "gzip" || name == "zlib") return Packing::kGzip;
  return {};
}

ZarrArray parse_v2(const Fields& fields) {
  ZarrArray array;
  array.shape.dims = fields.dims("shape");
  array.shape.dtype = dtype_of_v2(fields, fields.text("dtype"), array.encoding.is_big_endian);
  array.chunk = fields.dims("chunks");
  check_chunk(fields, "chunks", array.shape.dims, array.chunk);
  if (const Json* filters = fields.find("filters"); filters != nullptr && !filters->empty()) {
    fields.wrong("filters", *filters, "none");
  }
  if (fields.find("compressor") != nullptr) {
    const std::string id = fields.object("compressor").text("id");
    const auto packing = packing_named(id);
    if (!packing) fields.wrong("compressor", id, "zstd, gzip, zlib or null");
    array.encoding.packing = *packing;
  }
  const std::string order = fields.text_or("order", "C");
  if (order != "C" && order != "F") fields.wrong("order", order, "\"C\" or \"F\"");
  array.is_column_major = order == "F";
  array.separator = fields.text_or("dimension_separator", ".");
  array.fill = fill_of(fields.find("fill_value"));
  return array;
}

// A list of codecs of version 3: numbers to bytes, then bytes to bytes.
ZarrEncoding encoding_of(const Fields& fields, const std::string& name) {
  const Json& list = fields.at(name);
  if (!list.is_array() || list.empty()) fields.wrong(name, list, "a list of codecs");
  ZarrEncoding encoding;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Fields codec(list[i], fields.file(), "a codec");
    const std::string codec_name = codec.text("name");
    const auto packing = packing_named(codec_name);
    if (i == 0 && codec_name == "bytes") {
      if (codec.find("configuration") == nullptr) continue;
      const std::string endian = codec.object("configuration").text_or("endian", "little");
      if (endian != "little" && endian != "big") codec.wrong("endian", endian, "little or big");
      encoding.is_big_endian = endian == "big";
    } else if (i > 0 && codec_name == "crc32c" && !encoding.has_checksum) {
      encoding.has_checksum = true;
    } else if (i > 0 && packing && encoding.packing == Packing::kNone && !encoding.has_checksum) {
      encoding.packing = *packing;
    } else {
      fields.wrong(name, codec_name,
                   "bytes, then at most one of zstd and gzip, then crc32c or not");
    }
  }
  return encoding;
}

ZarrShards shards_of(const Fields& fields, const Dims& shard) {
  ZarrShards shards{.chunk = fields.dims("chunk_shape")};
  check_chunk(fields, "chunk_shape", shard, shards.chunk);
  for (std::size_t i = 0; i < shard.size(); ++i) {
    if (shard[i] % shards.chunk[i] != 0) {
      fields.fail("has chunks of " + to_string(shards.chunk) + " in shards of " + to_string(shard) +
                  "; expected them to fit whole");
    }
  }
  shards.encoding = encoding_of(fields, "codecs");
  shards.index_encoding = encoding_of(fields, "index_codecs");
  if (shards.index_encoding.packing != Packing::kNone || shards.index_encoding.is_big_endian) {
    fields.wrong("index_codecs", fields.at("index_codecs"), "a little-endian index, not packed");
  }
  const std::string place = fields.text_or("index_location", "end");
  if (place != "start" && place != "end") {
    fields.wrong("index_location", place, "\"start\" or \"end\"");
  }
  shards.index_is_first = place == "start";
  return shards;
}

ZarrArray parse_v3(const Fields& fields) {
  if (fields.text("node_type") != "array")
    fields.wrong("node_type", fields.at("node_type"), "\"array\"");
  ZarrArray array;
  array.shape = {dtype_of_v3(fields), fields.dims("shape")};
  const Fields grid = fields.object("chunk_grid");
  if (grid.text("name") != "regular") grid.wrong("name", grid.at("name"), "\"regular\"");
  array.chunk = grid.object("configuration").dims("chunk_shape");
  check_chunk(grid, "chunk_shape", array.shape.dims, array.chunk);
  const Fields keys = fields.object("chunk_key_encoding");
  const bool is_default = keys.text("name") == "default";
  if (!is_default && keys.text("name") != "v2")
    keys.wrong("name", keys.at("name"), "default or v2");
  array.key_prefix = is_default ? "c" : "";
  array.separator = is_default ? "/" : ".";
  if (keys.find("configuration") != nullptr) {
    array.separator = keys.object("configuration").text_or("separator", array.separator);
  }
  const Json& codecs = fields.at("codecs");
  if (codecs.is_array() && codecs.size() == 1 && codecs[0].is_object() &&
      codecs[0].value("name", Json()) == "sharding_indexed") {
    const Fields codec(codecs[0], fields.file(), "the codec sharding_indexed");
    array.shards = shards_of(codec.object("configuration"), array.chunk);
  } else {
    array.encoding = encoding_of(fields, "codecs");
  }
  array.fill = fill_of(fields.find("fill_value"));
  return array;
}

// The bytes of the array and of a chunk can be counted.
void check_sizes(const ZarrArray& array, const Fields& fields) {
  for (const Dims& dims : {array.shape.dims, array.chunk}) {
    Dim count = bytes(array.shape.dtype);
    for (const Dim dim : dims) {
      if (__builtin_mul_overflow(count, dim, &count)) {
        fields.fail("of " + to_string(dims) + " is too large");
      }
    }
  }
}

}  // namespace

ZarrArray parse_zarr(std::string_view text, const std::string& file) {
  constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
  if (text.size() > kMaxBytes) {
    throw FormatError(file, std::to_string(text.size()) + " bytes of metadata; expected at most " +
                                std::to_string(kMaxBytes));
  }
  const Json json = parse_json(text, file);
  const Fields fields(json, file);
  const Json& version = fields.at("zarr_format");
  if (version != 2 && version != 3) fields.wrong("zarr_format", version, "2 or 3");
  ZarrArray array = version == 2 ? parse_v2(fields) : parse_v3(fields);
  if (array.separator != "." && array.separator != "/") {
    fields.wrong("separator", array.separator, "\".\" or \"/\"");
  }
  check_sizes(array, fields);
  return array;
}

}  // namespace hilo::formats
