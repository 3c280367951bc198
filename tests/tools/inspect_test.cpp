// inspect: what is in files of weights, and what of damaged ones.
#include <cstdlib>
#include <fstream>

#include "hilo/formats/gguf.h"
#include "hilo/formats/npz.h"
#include "hilo/formats/safetensors.h"
#include "tests/tools/hilo_program.h"

namespace hilo::tools::test {
namespace {

using testing::HasSubstr;

const Array kTwo = Array::of<float>({2}, {1, 2});

fs::path gguf_file() {
  const fs::path path = fresh("a.gguf");
  const std::vector<float> scores(9, 1.5F);
  formats::GgufWriter writer(path,
                             {{"general.architecture", formats::GgufValue::of("gemma2")},
                              {"scores", formats::GgufValue::of(std::span(scores))}},
                             {{"blk.0.w", {3, 32}, formats::BlockType::kQ8_0}, {"norm", {2}, formats::BlockType::kF32}});
  writer.write(Array(Shape{kF32, {3, 32}}));
  writer.write(kTwo);
  writer.commit();
  return path;
}

TEST(Inspect, of_a_gguf_file) {
  const fs::path path = gguf_file();
  const Json json = Json::parse(hilo_out({"inspect", path.string(), "--json"}));
  EXPECT_EQ(json["format"], "gguf");
  EXPECT_EQ(json["version"], 3);
  EXPECT_EQ(json["parameters"], 98);
  EXPECT_EQ(json["bytes"], 3 * 34 + 8);
  EXPECT_EQ(json["tensors"][0], Json({{"name", "blk.0.w"}, {"type", "Q8_0"}, {"shape", {3, 32}}, {"bytes", 102}}));
  EXPECT_EQ(json["metadata"]["general.architecture"], "gemma2");
  EXPECT_EQ(json["metadata"]["scores"]["size"], 9);
  EXPECT_EQ(json["metadata"]["scores"]["type"], "array of f32");
  const std::string text = hilo_out({"inspect", path.string()});
  EXPECT_THAT(text, HasSubstr("gguf, 2 tensors, 98 parameters, 110 B"));
  EXPECT_THAT(text, HasSubstr("  general.architecture = \"gemma2\"\n"));
  EXPECT_THAT(text, HasSubstr("  norm     f32     [2]"));
}

TEST(Inspect, of_safetensors_and_npz) {
  const fs::path path = fresh("a.safetensors");
  formats::write_safetensors(path, {{"w", kTwo}}, {{"format", "pt"}});
  const Json json = Json::parse(hilo_out({"inspect", path.string(), "--json"}));
  EXPECT_EQ(json["format"], "safetensors");
  EXPECT_EQ(json["metadata"]["format"], "pt");
  EXPECT_EQ(json["tensors"][0]["type"], "f32");
  const fs::path archive = fresh("a.npz");
  formats::write_npz(archive, {{"w", kTwo}});
  EXPECT_EQ(Json::parse(hilo_out({"inspect", archive.string(), "--json"}))["parameters"], 2);
}

// Every file of the edge fixtures gets its verdict, and none a crash.
TEST(Inspect, gives_damaged_files_their_verdict) {
  const char* const folder = std::getenv("HILO_FIXTURES");
  if (folder == nullptr) GTEST_SKIP() << "HILO_FIXTURES is not set";
  std::ifstream file(fs::path(folder) / "edge" / "manifest.json");
  const Json manifest = Json::parse(file);
  int rejected = 0;
  for (const auto& [format, rows] : manifest.at("cases").items()) {
    for (const auto& row : rows) {
      const std::string name = row.at("file"), verdict = row.at("verdict");
      const Ended ended = hilo({"inspect", (fs::path(folder) / "edge" / name).string(), "--json"});
      if (verdict.starts_with("accept")) {
        EXPECT_EQ(ended.code, 0) << name << ": " << ended.err;
      } else if (verdict == "reject") {
        EXPECT_EQ(ended.code, 1) << name;
        EXPECT_THAT(ended.err, HasSubstr(fs::path(name).filename().string())) << name;
        ++rejected;
      } else {
        EXPECT_TRUE(ended.code == 0 || ended.code == 1) << name << ": " << ended.code;
      }
    }
  }
  EXPECT_GT(rejected, 100);
}

}  // namespace
}  // namespace hilo::tools::test
