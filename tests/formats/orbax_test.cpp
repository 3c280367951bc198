#include "hilo/formats/orbax.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "hilo/core/crc32c.h"
#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/formats/chunk_store.h"
#include "hilo/formats/ocdbt_node.h"
#include "hilo/formats/zarr.h"
#include "tests/formats/edge_cases.h"

namespace hilo::formats {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

template <class F>
std::string message(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

// A store in memory.
class MapStore : public ChunkStore {
 public:
  explicit MapStore(std::map<std::string, std::string> values) : values_(std::move(values)) {}
  std::optional<std::uint64_t> size(const std::string& key) const override {
    const auto found = values_.find(key);
    if (found == values_.end()) return {};
    return found->second.size();
  }
  std::optional<StoredBytes> find(const std::string& key) const override {
    const auto found = values_.find(key);
    if (found == values_.end()) return {};
    return StoredBytes{std::as_bytes(std::span(found->second)), nullptr, key};
  }
  std::vector<std::string> arrays() const override { return {}; }

 private:
  std::map<std::string, std::string> values_;
};

nlohmann::json v2() {
  return {{"zarr_format", 2},   {"shape", {3, 2}},      {"chunks", {2, 2}},
          {"dtype", "|u1"},     {"order", "C"},         {"compressor", nullptr},
          {"filters", nullptr}, {"fill_value", nullptr}};
}
nlohmann::json v3() {
  return nlohmann::json::parse(
      R"({"zarr_format":3,"node_type":"array","shape":[3],"data_type":"uint8",
      "chunk_grid":{"name":"regular","configuration":{"chunk_shape":[2]}},"fill_value":7,
      "chunk_key_encoding":{"name":"default"},"codecs":[{"name":"bytes"}]})");
}

Array read(const nlohmann::json& metadata, std::map<std::string, std::string> chunks,
           bool fills = false) {
  const ZarrArray array = parse_zarr(metadata.dump(), "x/zarr.json");
  return read_zarr(array, MapStore(std::move(chunks)), "x", fills);
}

nlohmann::json with(nlohmann::json metadata, const nlohmann::json& changes) {
  metadata.update(changes);
  return metadata;
}

TEST(Zarr, ChunksBecomeAnArray) {
  const Array expected = Array::of<std::uint8_t>({3, 2}, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(read(v2(), {{"x/0.0", "\1\2\3\4"}, {"x/1.0", "\5\6??"}}),
            expected);  // whole rows, the last chunk padded
  EXPECT_EQ(read(with(v2(), {{"chunks", {2, 1}}}),
                 {{"x/0.0", "\1\3"}, {"x/0.1", "\2\4"}, {"x/1.0", "\5?"}, {"x/1.1", "\6?"}}),
            expected);
  EXPECT_EQ(read(with(v2(), {{"chunks", {3, 2}}, {"order", "F"}}), {{"x/0.0", "\1\3\5\2\4\6"}}),
            expected);
  EXPECT_EQ(read(with(v2(), {{"dtype", ">i2"}, {"shape", {2}}, {"chunks", {2}}}),
                 {{"x/0", std::string("\0\1\xff\xfe", 4)}}),
            Array::of<std::int16_t>({2}, {1, -2}));
  EXPECT_EQ(read(with(v2(), {{"dtype", "|b1"},
                             {"shape", nlohmann::json::array()},
                             {"chunks", nlohmann::json::array()}}),
                 {{"x/0", "\2"}}),
            Array::scalar(true));
  EXPECT_EQ(read(with(v2(), {{"shape", {0, 2}}}), {}), Array(Shape{kU8, {0, 2}}));
  EXPECT_EQ(read(with(v2(), {{"dimension_separator", "/"}}),
                 {{"x/0/0", "\1\2\3\4"}, {"x/1/0", "\5\6??"}}),
            expected);
}

TEST(Zarr, VersionThreeWithShardsAndChecksums) {
  EXPECT_EQ(read(v3(), {{"x/c/0", "\1\2"}, {"x/c/1", "\3?"}}),
            Array::of<std::uint8_t>({3}, {1, 2, 3}));
  const auto bytes_codec = nlohmann::json::array({{{"name", "bytes"}}});
  nlohmann::json shards = {
      {"name", "sharding_indexed"},
      {"configuration",
       {{"chunk_shape", {1}}, {"codecs", bytes_codec}, {"index_codecs", bytes_codec}}}};
  const std::uint64_t index[4] = {1, 1, ~std::uint64_t{0},
                                  ~std::uint64_t{0}};  // the second is missing
  const std::string at_end =
      "?\1" + std::string(reinterpret_cast<const char*>(index), sizeof index);
  const auto sharded = with(v3(), {{"shape", {2}}, {"codecs", nlohmann::json::array({shards})}});
  EXPECT_EQ(read(sharded, {{"x/c/0", at_end}}), Array::of<std::uint8_t>({2}, {1, 7}));
  std::string beyond = at_end;
  beyond[2 + 8] = 99;
  EXPECT_THAT(message([&] {
                read(sharded, {{"x/c/0", beyond}});
              }),
              HasSubstr("offset 2: a chunk of 99 bytes at 1 in a shard of 34"));
  EXPECT_THAT(message([&] {
                read(sharded, {{"x/c/0", "short"}});
              }),
              HasSubstr("a shard of 5 bytes; expected at least 32 for its index"));

  const auto summed =
      with(v3(), {{"shape", {2}}, {"codecs", {{{"name", "bytes"}}, {{"name", "crc32c"}}}}});
  std::string chunk = "\1\2";
  const std::uint32_t sum = crc32c(std::as_bytes(std::span(chunk)));
  chunk.append(reinterpret_cast<const char*>(&sum), sizeof sum);
  EXPECT_EQ(read(summed, {{"x/c/0", chunk}}), Array::of<std::uint8_t>({2}, {1, 2}));
  chunk[0] = '\2';
  EXPECT_THAT(message([&] {
                read(summed, {{"x/c/0", chunk}});
              }),
              HasSubstr("the checksum of a chunk is wrong"));
}

TEST(Zarr, MissingChunksAreTheFillValueWhereThatIsAllowed) {
  EXPECT_EQ(read(v3(), {{"x/c/1", "\3?"}}, true), Array::of<std::uint8_t>({3}, {7, 7, 3}));
  EXPECT_THAT(message([] {
                read(v3(), {{"x/c/1", "\3?"}});
              }),
              HasSubstr("array \"x\" lacks its chunk \"x/c/0\""));
  const Array nans = read(with(v2(), {{"dtype", "<f4"}, {"fill_value", "NaN"}}), {}, true);
  for (const double number : nans.to_doubles()) EXPECT_TRUE(std::isnan(number));
}

TEST(Zarr, Refusals) {
  const std::pair<nlohmann::json, std::string> rows[] = {
      {with(v2(), {{"zarr_format", 1}}), "\"zarr_format\" of \"1\"; expected 2 or 3"},
      {with(v2(), {{"dtype", "<U4"}}),
       "\"dtype\" of \"\\\"<U4\\\"\"; expected a NumPy name of numbers"},
      {with(v2(), {{"chunks", {2}}}),
       "\"chunks\" of [2] for the shape [3,2]; expected as many lengths"},
      {with(v2(), {{"chunks", {0, 2}}}), "each 1 or more"},
      {with(v2(), {{"shape", {-1, 2}}}),
       "\"shape\" of \"[-1,2]\"; expected lengths of 0 to 2^63-1"},
      {with(v2(), {{"compressor", {{"id", "blosc"}}}}),
       "\"compressor\" of \"\\\"blosc\\\"\"; expected zstd, gzip, zlib or null"},
      {with(v2(), {{"filters", {1}}}), "\"filters\" of \"[1]\"; expected none"},
      {with(v2(), {{"order", "A"}}), "\"order\""},
      {with(v2(), {{"shape", {1ULL << 62, 8}}}), "[4611686018427387904,8] is too large"},
      {with(v2(), {{"dimension_separator", "../"}}),
       "\"separator\" of \"\\\"../\\\"\"; expected \".\" or \"/\""},
      {with(v3(), {{"codecs", {{{"name", "transpose"}}}}}),
       "expected bytes, then at most one of zstd and gzip"},
      {with(v3(), {{"data_type", "string"}}), "\"data_type\""},
      {with(v3(), {{"node_type", "group"}}), "\"node_type\""},
      {with(v3(), {{"chunk_grid", 1}}), "chunk_grid is number; expected an object"},
      {"[]", "expected an object"},
      {nlohmann::json::object(), "the array lacks \"zarr_format\""}};
  for (const auto& [metadata, expected] : rows) {
    EXPECT_THAT(message([&] { parse_zarr(metadata.dump(), "x/zarr.json"); }), HasSubstr(expected));
  }
}

// A few bytes that ask for a lot of memory.
TEST(Zarr, ImplausibleSizesAreRefused) {
  EXPECT_THAT(
      message([] {
        read(with(v2(), {{"shape", {1 << 20, 1 << 10}}, {"chunks", {1 << 20, 1 << 10}}}),
             {{"x/0.0", "a"}});
      }),
      HasSubstr(
          "array \"x\" of 1073741824 bytes has 1 in the store; expected at least 1/1024 of them"));
  EXPECT_THAT(message([] {
                read(with(v2(), {{"shape", {1 << 30, 8}}, {"chunks", {1, 1}}}), {});
              }),
              HasSubstr("array \"x\" is in more than 1048576 chunks"));
  EXPECT_THAT(message([] {
                read(with(v2(), {{"chunks", {1 << 20, 1 << 10}}}), {{"x/0.0", "a"}});
              }),
              HasSubstr("array \"x\", a chunk of 1073741824 bytes has 1 in the store"));
  EXPECT_THAT(message([] {
                read(v2(), {{"x/0.0", "\1\2\3\4"}, {"x/1.0", "\5"}});
              }),
              HasSubstr("unpacks to 1 bytes; expected 4"));
}

// A copy of a fixture that a test may damage.
void copy_fixture(const std::string& name, const fs::path& to) {
  fs::copy(fixtures() / "gemma_orbax" / name, to, fs::copy_options::recursive);
}

std::string outcome(const fs::path& folder) {
  return message([&] {
    const OrbaxFolder checkpoint = OrbaxFolder::open(folder);
    for (const std::string& name : checkpoint.names()) static_cast<void>(checkpoint.at(name));
  });
}

TEST(Orbax, DamagedFoldersAreRefused) {
  if (fixtures().empty()) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const ScratchFolder scratch;
  copy_fixture("gemma2_flat_ocdbt", scratch / "a");
  const fs::path folder = scratch / "a";
  EXPECT_EQ(outcome(folder), "no error");
  int damaged = 0;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (!entry.is_regular_file() || name.size() != 32) continue;  // a data file
    fs::rename(entry.path(), scratch / "gone");
    const std::string gone = outcome(folder);
    fs::copy(scratch / "gone", entry.path());
    fs::resize_file(entry.path(), fs::file_size(entry.path()) / 2);
    const std::string cut = outcome(folder);
    fs::rename(scratch / "gone", entry.path());
    if (gone == "no error") continue;  // of a part that the merged manifest does not use
    EXPECT_THAT(gone, HasSubstr(name + ": cannot open: No such file"));
    EXPECT_THAT(cut, HasSubstr(name + ": offset "));
    ++damaged;
  }
  EXPECT_GE(damaged, 4);
  const std::string metadata = read_text(folder / "_METADATA");
  std::string more = metadata;
  more.insert(
      more.find("{\"('transformer/embedder") + 1,
      R"("x":{"key_metadata":[{"key":"gone"}],"value_metadata":{"value_type":"jax.Array"}},)");
  write_bytes(folder / "_METADATA", more);
  EXPECT_THAT(outcome(folder),
              HasSubstr("parameter \"gone\" is listed in _METADATA and not stored"));
  write_bytes(folder / "_METADATA", R"({"tree_metadata":{"x":1}})");
  EXPECT_THAT(outcome(folder), HasSubstr("tree_metadata is not as Orbax writes it"));
}

// The manifest cut after every byte, and with every byte changed: a checksum stands over it.
TEST(Orbax, CutAndChangedManifestsAreRefused) {
  if (fixtures().empty()) GTEST_SKIP() << "HILO_FIXTURES is not set";
  const std::string good = read_text(fixtures() / "gemma_orbax/gemma3_nested_ocdbt/manifest.ocdbt");
  const auto parse = [](const std::string& bytes) {
    return message([&] {
      OcdbtBudget budget;
      parse_ocdbt_manifest(std::as_bytes(std::span(bytes)), "manifest.ocdbt", budget);
    });
  };
  EXPECT_EQ(parse(good), "no error");
  for (std::size_t i = 0; i < good.size(); ++i) {
    EXPECT_THAT(parse(good.substr(0, i)), HasSubstr("manifest.ocdbt: offset "));
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    EXPECT_THAT(parse(bad), HasSubstr("manifest.ocdbt: offset "));
  }
}

// A body with the head and the checksum around it.
std::string node(const std::string& body) {
  std::string record("\x0c\xdb\x20\xde");
  const std::uint64_t length = 18 + body.size();
  record.append(reinterpret_cast<const char*>(&length), sizeof length).append(2, '\0').append(body);
  const std::uint32_t sum = crc32c(std::as_bytes(std::span(record)));
  return record.append(reinterpret_cast<const char*>(&sum), sizeof sum);
}

TEST(Ocdbt, NodesAndTheirRefusals) {
  const auto parse = [](const std::string& body) {
    OcdbtBudget budget;
    const std::string record = node(body);
    return parse_ocdbt_node(std::as_bytes(std::span(record)), "node", 0, "", "p/", budget);
  };
  using namespace std::string_literals;
  const OcdbtNode leaf = parse("\0\1\5\0d/abc\2\2\3\1abcd\1\4\0\1\0\7v"s);
  ASSERT_EQ(leaf.entries.size(), 2U);
  EXPECT_EQ(leaf.entries[0].key, "p/abc");
  EXPECT_EQ(std::get<std::string>(leaf.entries[0].value), "v");
  EXPECT_EQ(leaf.entries[1].key, "p/abd");
  EXPECT_EQ(std::get<OcdbtPlace>(leaf.entries[1].value).path, "d/abc");
  EXPECT_EQ(std::get<OcdbtPlace>(leaf.entries[1].value).length, 4U);
  const std::pair<std::string, std::string> rows[] = {
      {"\1"s, "a node of height 1; expected 0"},
      {"\0\1\7\0../abcd\0"s, "the data file \"../abcd\"; expected a path inside of the folder"},
      {"\0\1\5\0/abcd\0"s, "the data file \"/abcd\"; expected a path inside of the folder"},
      {"\0\0\0"s, "a node without keys"},
      {"\0\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"s,
       "times the length of a key's prefix; expected at most 0"},
      {"\0\0\2\0\1\1ba\1\1\0\0vv"s, "the key \"a\" follows \"b\"; expected them sorted"},
      {"\0\0\2\5\1\1ba"s, "a prefix of 5 bytes; expected at most 1"},
      {"\0\0\1\1a\1\1\3\7"s, "data file 3; expected at most 0 of them"},
      {"\0\0\1\1a\1\2v"s, "the kind of a value is 2"},
      {"\0\0\1\1a\1\0vx"s, "1 bytes too many"},
      {"\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"s, "of over 64 bits"},
  };
  for (const auto& [body, expected] : rows)
    EXPECT_THAT(message([&] { parse(body); }), HasSubstr(expected));
}

}  // namespace
}  // namespace hilo::formats
