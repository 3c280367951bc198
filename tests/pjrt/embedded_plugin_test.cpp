#include "hilo/pjrt/embedded_plugin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <cstring>
#include <fstream>

#include "hilo/core/error.h"

namespace hilo::pjrt {
namespace {

namespace fs = std::filesystem;

class EmbeddedPlugin : public testing::Test {
 protected:
  EmbeddedPlugin() : folder_(fs::path(testing::TempDir()) / ("packed_" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    for (int i = 0; i < 300'000; ++i) plugin_ += static_cast<char>(i * i >> 7);
    std::string frame(ZSTD_compressBound(plugin_.size()), '\0');
    ZSTD_CCtx* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    frame.resize(ZSTD_compress2(context, frame.data(), frame.size(), plugin_.data(), plugin_.size()));
    ZSTD_freeCCtx(context);
    const std::uint64_t bytes = frame.size();
    const auto crc = static_cast<std::uint32_t>(crc32_z(0, reinterpret_cast<const Bytef*>(frame.data()), frame.size()));
    std::string trailer(20, '\0');
    std::memcpy(trailer.data(), &bytes, 8);
    std::memcpy(trailer.data() + 8, &crc, 4);
    std::memcpy(trailer.data() + 12, "HILOPLUG", 8);
    program_ = "the program's own bytes" + frame + trailer;
  }
  ~EmbeddedPlugin() override { fs::remove_all(folder_); }

  std::string unpack(const std::string& program) {
    std::ofstream(folder_ / "program", std::ios::binary) << program;
    return unpack_embedded_plugin(folder_ / "program", folder_ / "cache");
  }
  std::string refusal(const std::string& program) {
    try {
      unpack(program);
    } catch (const FormatError& e) {
      return e.what();
    }
    return "nothing was thrown";
  }
  static std::string contents(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  fs::path folder_;
  std::string plugin_, program_;
};

TEST_F(EmbeddedPlugin, IsUnpackedOnce) {
  const std::string path = unpack(program_);
  EXPECT_THAT(path, testing::EndsWith("/pjrt_c_api_cpu_plugin.so"));
  EXPECT_EQ(contents(path), plugin_);
  const auto written = fs::last_write_time(path);
  EXPECT_EQ(unpack(program_), path);
  EXPECT_EQ(fs::last_write_time(path), written);
}

TEST_F(EmbeddedPlugin, AProgramWithoutOneIsNoError) {
  EXPECT_EQ(unpack("a program"), "");
  EXPECT_EQ(unpack(""), "");
}

TEST_F(EmbeddedPlugin, DamageIsRefusedAndNothingIsLeft) {
  std::string flipped = program_;
  flipped[100] = static_cast<char>(flipped[100] ^ 1);
  EXPECT_THAT(refusal(flipped), testing::HasSubstr("its checksum differs"));
  EXPECT_THAT(refusal(program_.substr(60)), testing::HasSubstr("cut short"));
  EXPECT_FALSE(fs::exists(folder_ / "cache"));
}

}  // namespace
}  // namespace hilo::pjrt
