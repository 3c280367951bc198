// doctor, devices, plugins, cache: what is here.
#include "hilo/core/file.h"
#include "tests/tools/hilo_program.h"

namespace hilo::tools::test {
namespace {

using testing::HasSubstr;

TEST(Doctor, tries_a_program_on_the_cpu) {
  const Json json = Json::parse(hilo_out({"doctor", "--json"}));
  ASSERT_EQ(json["backends"].size(), 3U);
  const Json cpu = json["backends"][0];
  EXPECT_EQ(cpu["backend"], "cpu");
  EXPECT_EQ(cpu["works"], true) << cpu.dump(1);
  EXPECT_EQ(cpu["plugin"], fs::canonical(environment()["HILO_PJRT_PLUGIN_PATH"]).string());
  EXPECT_EQ(cpu["places"][0]["source"], "HILO_PJRT_PLUGIN_PATH");
  EXPECT_EQ(cpu["devices"].size(), 1U);
  EXPECT_EQ(json["backends"][1]["backend"], "cuda");
  EXPECT_FALSE(json["backends"][1]["places"].empty()) << "every place that was tried is told";
}

TEST(Doctor, tells_people_the_same) {
  const std::string text = hilo_out({"doctor"});
  EXPECT_THAT(text, HasSubstr("\ncpu: works\n  plugin     /"));
  EXPECT_THAT(text, HasSubstr("ms, right result\n  tried, in order:\n    HILO_PJRT_PLUGIN_PATH"));
}

TEST(Doctor, fails_where_nothing_works) {
  const fs::path broken = fresh("broken.so");
  write_file_atomically(broken, "no library");
  const Ended ended = hilo({"doctor", "--backend", broken.string()});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.out, HasSubstr(": cannot be used\n"));
  EXPECT_THAT(ended.out, HasSubstr(broken.string()));
}

TEST(Devices, are_listed) {
  const Json json = Json::parse(hilo_out({"devices", "--backend", "cpu", "--devices", "4", "--json"}));
  EXPECT_EQ(json["platform"], "cpu");
  ASSERT_EQ(json["devices"].size(), 4U);
  EXPECT_EQ(json["devices"][3]["id"], 3);
  EXPECT_THAT(hilo_out({"devices", "--backend", "cpu"}), HasSubstr("1 device of cpu ("));
}

TEST(Devices, of_a_plugin_that_is_not_there_are_refused) {
  const Ended ended = hilo({"devices", "--backend", "/nowhere/plugin.so"});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("hilo: plugin /nowhere/plugin.so: no such file"));
}

TEST(Plugins, are_listed_with_their_state) {
  const Json json = Json::parse(hilo_out({"plugins", "list", "--json"}));
  ASSERT_EQ(json.size(), 4U);
  EXPECT_EQ(json[0]["name"], "cpu");
  EXPECT_EQ(json[0]["state"], "not installed") << "in this test's cache";
  EXPECT_THAT(hilo_out({"plugins", "list"}), HasSubstr("cuda13"));
}

// The wheel that set-up downloaded stands in for the package index.
TEST(Plugins, are_installed_from_a_wheel) {
  const std::string file = "lammps_jax_pjrt_cpu-0.11.2-py3-none-manylinux_2_27_x86_64.whl";
  const char* home = std::getenv("HOME");
  const char* given = std::getenv("HILO_CACHE");
  const fs::path cache = given != nullptr ? fs::path(given) : fs::path(home != nullptr ? home : "/") / ".cache/hilo";
  if (!fs::exists(cache / "downloads" / file)) GTEST_SKIP() << "no " << file << " in " << cache;
  const fs::path fake = fresh("cache");
  fs::create_directories(fake / "downloads");
  fs::create_symlink(cache / "downloads" / file, fake / "downloads" / file);
  const std::map<std::string, std::string> there = {{"HILO_CACHE", fake.string()}, {"HILO_PJRT_PLUGIN_PATH", ""}};
  const Ended first = hilo({"plugins", "install", "cpu"}, "", there);
  ASSERT_EQ(first.code, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("installed lammps-jax-pjrt-cpu 0.11.2 in " + (fake / "plugins/cpu").string()));
  for (const char* name : {"pjrt_c_api_cpu_plugin.so", "LICENSE", "METADATA", "SOURCE"}) EXPECT_TRUE(fs::exists(fake / "plugins/cpu" / name)) << name;
  EXPECT_EQ(bytes_of(fake / "plugins/cpu/SOURCE"), file + "\n") << "as set-up writes it";
  EXPECT_THAT(hilo({"plugins", "install", "cpu"}, "", there).out, HasSubstr("cpu is installed in "));
  EXPECT_EQ(Json::parse(hilo({"plugins", "list", "--json"}, "", there).out)[0]["state"], "installed");
  const Ended devices = hilo({"devices", "--backend", "cpu"}, "", there);
  EXPECT_EQ(devices.code, 0) << devices.err;
}

TEST(Plugins, say_what_pip_said_where_nothing_comes) {
  // A python3 whose pip reaches nothing.
  const fs::path folder = fresh("bin");
  fs::create_directories(folder);
  write_file_atomically(folder / "python3", "#!/bin/sh\ncase \"$*\" in *--version*) exit 0;; esac\necho 'WARNING: Retrying (Retry(total=0'\necho 'ERROR: no matching distribution'\nexit 1\n");
  fs::permissions(folder / "python3", fs::perms::owner_all);
  const Ended ended = hilo({"plugins", "install", "tpu"}, "", {{"PATH", folder.string() + ":/usr/bin:/bin"}, {"HILO_CACHE", fresh("cache").string()}});
  EXPECT_EQ(ended.code, 1);
  EXPECT_THAT(ended.err, HasSubstr("could not download libtpu 0.0.52\n  the package index cannot be reached (network, proxy?)\n  pip: ERROR: no matching distribution\n  hint:  if you have libtpu-"));
}

TEST(Cache, is_listed_and_cleared) {
  const fs::path folder = fresh("cache");
  const std::map<std::string, std::string> there = {{"HILO_CACHE", folder.string()}};
  const fs::path program_file = fresh("add.mlir");
  write_file_atomically(program_file, "module @add { func.func public @main(%x: tensor<f32>) -> tensor<f32> {\n %y = stablehlo.add %x, %x : tensor<f32>\n return %y : tensor<f32> } }");
  ASSERT_EQ(hilo({"compile", program_file.string()}, "", there).code, 0);
  const Ended again = hilo({"compile", program_file.string(), "--json"}, "", there);
  EXPECT_EQ(Json::parse(again.out)["was_cached"], true);
  const Json list = Json::parse(hilo({"cache", "list", "--json"}, "", there).out);
  ASSERT_EQ(list["programs"].size(), 1U);
  EXPECT_GT(list["bytes"].get<int>(), 0);
  EXPECT_THAT(hilo({"cache", "list"}, "", there).out, HasSubstr("used just now\n1 compiled program, "));
  EXPECT_THAT(hilo({"cache", "clear"}, "", there).out, HasSubstr("removed 1 compiled program, "));
  EXPECT_THAT(hilo({"cache", "list"}, "", there).out, testing::StartsWith("0 compiled programs, 0 B of at most 4.3 GB, in "));
}

TEST(Cache, lets_the_cnn_start_without_xla) {
  const std::map<std::string, std::string> there = {{"HILO_CACHE", fresh("cache").string()}};
  const std::vector<std::string> words = {"compile", "cifar10", "--json"};
  EXPECT_EQ(Json::parse(hilo(words, "", there).out)["was_cached"], false);
  EXPECT_EQ(Json::parse(hilo(words, "", there).out)["was_cached"], true);
}

}  // namespace
}  // namespace hilo::tools::test
