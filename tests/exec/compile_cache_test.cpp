#include "hilo/exec/compile_cache.h"

#include <gtest/gtest.h>

#include <fstream>

#include "hilo/exec/program.h"
#include "hilo/ops/binary.h"
#include "tests/exec/client.h"

namespace hilo {
namespace {

namespace fs = std::filesystem;

class CompileCacheTest : public testing::Test {
 protected:
  CompileCacheTest() : folder_(fs::path(testing::TempDir()) / ("cache_" + std::to_string(::getpid()))) { fs::remove_all(folder_); }
  ~CompileCacheTest() override { fs::remove_all(folder_); }

  static Function times(double factor) {
    const std::vector<Shape> shapes = {{kF32, {2}}};
    return trace([&](std::span<const Value> p) { return std::vector{p[0] * factor}; }, shapes);
  }
  Program compile(double factor, std::shared_ptr<CompileCache> cache) {
    return Program::compile(cpu(), times(factor), {}, {.name = "times", .cache = std::move(cache)});
  }
  std::shared_ptr<CompileCache> open(std::uint64_t bytes = 1 << 30) { return std::make_shared<CompileCache>(folder_, bytes); }
  static float run(const Program& p) {
    return p.run(std::vector{Array::of<float>({2}, {1, 2})})[0].data<float>()[1];
  }

  fs::path folder_;
};

TEST_F(CompileCacheTest, TheSecondCompileComesFromDisk) {
  const Program first = compile(3, open());
  EXPECT_FALSE(first.was_cached());
  const Program second = compile(3, open());
  EXPECT_TRUE(second.was_cached());
  EXPECT_EQ(run(first), 6);
  EXPECT_EQ(run(second), 6);
  ASSERT_EQ(open()->list().size(), 1U);
  EXPECT_EQ(open()->list()[0].name, "times");
}

TEST_F(CompileCacheTest, AnotherProgramIsAnotherEntry) {
  compile(3, open());
  EXPECT_FALSE(compile(4, open()).was_cached());
  EXPECT_EQ(open()->list().size(), 2U);
}

TEST_F(CompileCacheTest, OptionsAreInTheKey) {
  const auto cache = open();
  const auto plain = cache->entry(cpu(), "module", {});
  const auto other = cache->entry(cpu(), "module", {.flags = {{"xla_cpu_enable_fast_math", true}}});
  EXPECT_NE(plain.key, other.key);
  EXPECT_NE(plain.path, other.path);
}

TEST_F(CompileCacheTest, DamagedFilesCountAsAbsent) {
  compile(3, open());
  const fs::path file = open()->list()[0].path;
  const auto size = fs::file_size(file);
  for (const std::uintmax_t at : {std::uintmax_t{0}, std::uintmax_t{9}, std::uintmax_t{15}, size / 2, size - 1}) {
    compile(3, open());
    {
      std::fstream f(file, std::ios::in | std::ios::out | std::ios::binary);
      f.seekg(static_cast<std::streamoff>(at));
      const int byte = f.get();
      f.seekp(static_cast<std::streamoff>(at));
      f.put(static_cast<char>(byte ^ 0x5A));
    }
    const Program p = compile(3, open());
    EXPECT_FALSE(p.was_cached()) << "byte " << at;
    EXPECT_EQ(run(p), 6);
  }
  fs::resize_file(file, size / 2);
  EXPECT_FALSE(compile(3, open()).was_cached());
}

TEST_F(CompileCacheTest, TheOldestGoWhenItIsFull) {
  compile(3, open());
  const auto one = open()->list()[0].bytes;
  for (int i = 4; i < 9; ++i) compile(i, open(one * 5 / 2));
  EXPECT_EQ(open()->list().size(), 2U);
  EXPECT_TRUE(compile(8, open()).was_cached());
}

// A load counts as use.
TEST_F(CompileCacheTest, TheLongestUnusedGoesFirst) {
  compile(3, open());
  compile(4, open());
  const auto items = open()->list();
  const auto old = fs::file_time_type::clock::now() - std::chrono::hours(2);
  for (const auto& item : items) fs::last_write_time(item.path, old);
  EXPECT_TRUE(compile(3, open()).was_cached());
  compile(5, open(items[0].bytes * 5 / 2));
  EXPECT_TRUE(compile(3, open()).was_cached());
  EXPECT_FALSE(compile(4, open()).was_cached());
}

TEST_F(CompileCacheTest, AProgramLargerThanItIsNotKept) {
  compile(3, open(100));
  EXPECT_TRUE(open()->list().empty());
}

TEST_F(CompileCacheTest, AFolderThatOthersMayWriteIsNotRead) {
  compile(3, open());
  fs::permissions(folder_, fs::perms::owner_all | fs::perms::group_write);
  EXPECT_FALSE(compile(3, open()).was_cached());
  EXPECT_TRUE(compile(3, open()).was_cached()) << "a store makes it private again";
}

TEST_F(CompileCacheTest, WhatKilledProcessesLeftGoes) {
  compile(3, open());
  const fs::path left = folder_ / "0123456789abcdef.xla.tmp-999999999-0";
  std::ofstream(left) << "half";
  compile(4, open());
  EXPECT_FALSE(fs::exists(left));
}

TEST_F(CompileCacheTest, ClearEmptiesIt) {
  compile(3, open());
  compile(4, open());
  EXPECT_EQ(open()->clear(), 2U);
  EXPECT_TRUE(open()->list().empty());
}

TEST_F(CompileCacheTest, AFolderThatCannotBeWrittenIsNoError) {
  std::ofstream(folder_.string()) << "a file in its place";
  const Program p = compile(3, open());
  EXPECT_EQ(run(p), 6);
}

TEST_F(CompileCacheTest, TheFolderIsItsOwnersAlone) {
  compile(3, open());
  EXPECT_EQ(fs::status(folder_).permissions() & fs::perms::mask, fs::perms::owner_all);
}

}  // namespace
}  // namespace hilo
