#include "hilo/pjrt/discovery.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "hilo/core/error.h"
#include "hilo/pjrt/tpu.h"

namespace hilo::pjrt {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

// A machine of files in a temporary folder.
class Discovery : public testing::Test {
 protected:
  void SetUp() override {
    fs::remove_all(root_);
    environment_["HOME"] = root_ / "home";
    machine_.environment = [this](const std::string& name) -> std::optional<std::string> {
      const auto found = environment_.find(name);
      return found == environment_.end() ? std::nullopt : std::optional(found->second);
    };
    machine_.root = root_.string();
    machine_.binary_folder = (root_ / "app/bin").string();
    machine_.library_problem = [this](const std::string& name) {
      return has_driver_ ? std::string() : name + ": cannot open shared object file";
    };
    machine_.cuda_driver_version = [this] { return driver_version_; };
  }
  void TearDown() override { fs::remove_all(root_); }

  std::string add(const fs::path& path, const std::string& content = "x") {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream(root_ / path) << content;
    return (root_ / path).string();
  }
  void add_gpu() {
    add("dev/nvidiactl");
    has_driver_ = true;
    driver_version_ = 13000;
  }
  std::string problem(const std::string& backend) {
    try {
      find(backend, machine_);
    } catch (const Error& e) {
      return e.what();
    }
    return "(found)";
  }

  fs::path root_ = fs::path(testing::TempDir()) / "hilo_discovery";
  std::map<std::string, std::string> environment_;
  bool has_driver_ = false;
  int driver_version_ = 0;
  Machine machine_;
};

TEST_F(Discovery, TakesThePlacesInTheirOrder) {
  // Last first: each plugin that is added must win over all before it.
  const std::vector<fs::path> places = {
      "usr/lib/pjrt_c_api_cpu_plugin.so",
      "usr/local/lib/gomlx/pjrt/pjrt_c_api_cpu_plugin.so",
      "home/.local/lib/go-xla/pjrt_c_api_cpu_v0.83.1_plugin.so",
      "home/.cache/hilo/plugins/cpu/pjrt_c_api_cpu_plugin.so",
      "home/.local/lib/hilo/libpjrt_cpu.so",
      "app/lib/hilo/pjrt_c_api_cpu_plugin.so",
      "app/bin/lib/pjrt_c_api_cpu_plugin.so",
      "app/bin/pjrt_c_api_cpu_plugin.so",
  };
  for (const fs::path& place : places) {
    const std::string path = add(place);
    EXPECT_EQ(find("cpu", machine_).path, path);
  }
  environment_["PJRT_PLUGIN_LIBRARY_PATH"] = add("own/xla_cpu_pjrt.so");
  EXPECT_EQ(find("cpu", machine_).path, environment_["PJRT_PLUGIN_LIBRARY_PATH"]);
  environment_["HILO_PJRT_PLUGIN_PATH"] =
      (root_ / "nowhere").string() + ":" + (root_ / "mine").string();
  const std::string mine = add("mine/pjrt_c_api_cpu_plugin.so");
  EXPECT_EQ(find("cpu", machine_).path, mine);
}

TEST_F(Discovery, HiloCacheMovesTheCache) {
  environment_["HILO_CACHE"] = (root_ / "elsewhere").string();
  const std::string path = add("elsewhere/plugins/cpu/pjrt_c_api_cpu_plugin.so");
  EXPECT_EQ(find("cpu", machine_).path, path);
}

TEST_F(Discovery, TakesTheNewestOfAFolder) {
  add("app/bin/pjrt_c_api_cpu_v0.83.1_plugin.so");
  const std::string newest = add("app/bin/pjrt_c_api_cpu_v0.100.0_plugin.so");
  add("app/bin/libxla_notes_cpu.txt");
  EXPECT_EQ(find("cpu", machine_).path, newest);
}

TEST_F(Discovery, TellsEveryPlaceTried) {
  const std::string path = add("home/.cache/hilo/plugins/cpu/pjrt_c_api_cpu_plugin.so");
  add("app/bin/readme.txt");
  const Search search = find("cpu", machine_);
  ASSERT_GE(search.places.size(), 4u);
  EXPECT_EQ(search.places.front().source, "beside the binary");
  EXPECT_EQ(search.places.front().verdict, "no plugin for cpu in it");
  EXPECT_TRUE(search.places.back().is_found);
  EXPECT_EQ(search.places.back().source, "cache");
  EXPECT_EQ(search.places.back().path, path);
}

TEST_F(Discovery, NothingFoundListsThePlacesAndTheCure) {
  EXPECT_THAT(problem("cpu"),
              AllOf(HasSubstr("hilo plugins install cpu"), HasSubstr("places tried"),
                    HasSubstr(".cache/hilo/plugins/cpu: no such folder")));
}

TEST_F(Discovery, NeverLooksInTheCurrentFolder) {
  environment_["HILO_PJRT_PLUGIN_PATH"] = ".:plugins";
  EXPECT_THAT(problem("cpu"), HasSubstr("HILO_PJRT_PLUGIN_PATH: .: not an absolute path"));
}

TEST_F(Discovery, AnotherKindOfPluginIsPassedOver) {
  environment_["HILO_PJRT_PLUGIN_PATH"] = add("gpu/xla_cuda_plugin.so");
  const std::string cpu = add("app/bin/pjrt_c_api_cpu_plugin.so");
  const Search search = find("cpu", machine_);
  EXPECT_EQ(search.path, cpu);
  EXPECT_EQ(search.places.front().verdict, "a plugin for cuda");
}

TEST_F(Discovery, ProgramNamedLikeAFolderIsNoPlugin) {
  add("app/bin/cpu");
  const std::string path = add("app/bin/lib/pjrt_c_api_cpu_plugin.so");
  EXPECT_EQ(find("cpu", machine_).path, path);
}

TEST_F(Discovery, GivenPathIsTakenAsItIs) {
  const std::string path = add("any/name.so");
  EXPECT_EQ(find(path, machine_).path, path);
  EXPECT_THAT(problem((root_ / "absent.so").string()), HasSubstr("absent.so: no such file"));
}

TEST_F(Discovery, AutoTakesTheCpuWithoutHardware) {
  add("home/.cache/hilo/plugins/cuda13/xla_cuda_plugin.so");
  add("home/.cache/hilo/plugins/tpu/libtpu.so");
  const std::string cpu = add("home/.cache/hilo/plugins/cpu/pjrt_c_api_cpu_plugin.so");
  const Search search = find("auto", machine_);
  EXPECT_EQ(search.path, cpu);
  EXPECT_EQ(search.kind, PluginKind::kCpu);
  EXPECT_EQ(search.places.front().path, "/dev/nvidiactl");
}

TEST_F(Discovery, AutoTakesTheGpuThatIsHere) {
  add("home/.cache/hilo/plugins/cpu/pjrt_c_api_cpu_plugin.so");
  const std::string cuda = add("home/.cache/hilo/plugins/cuda13/xla_cuda_plugin.so");
  add_gpu();
  EXPECT_EQ(find("auto", machine_).path, cuda);
  EXPECT_EQ(find("auto", machine_).kind, PluginKind::kCuda);
}

TEST_F(Discovery, AutoTakesTheCpuWhereTheGpuHasNoPlugin) {
  const std::string cpu = add("home/.cache/hilo/plugins/cpu/pjrt_c_api_cpu_plugin.so");
  add_gpu();
  EXPECT_EQ(find("auto", machine_).path, cpu);
}

TEST_F(Discovery, CudaSaysWhichOfDeviceDriverAndPluginIsMissing) {
  EXPECT_THAT(problem("cuda"), AllOf(HasSubstr("device: missing, /dev/nvidiactl"),
                                     HasSubstr("driver: missing, libcuda.so.1"),
                                     HasSubstr("plugin: missing (hilo plugins install cuda13)")));
  add("home/.cache/hilo/plugins/cuda12/xla_cuda_plugin.so");
  EXPECT_THAT(problem("cuda"), AllOf(HasSubstr("device: missing"), HasSubstr("plugin: found"),
                                     Not(HasSubstr("places tried"))));
  add("dev/nvidiactl");
  EXPECT_THAT(problem("cuda"), AllOf(HasSubstr("device: found"), HasSubstr("driver: missing")));
}

TEST_F(Discovery, DriverDecidesBetweenCuda12And13) {
  const std::string newer = add("home/.cache/hilo/plugins/cuda13/xla_cuda_plugin.so");
  const std::string older = add("home/.cache/hilo/plugins/cuda12/xla_cuda_plugin.so");
  add_gpu();
  EXPECT_EQ(find("cuda", machine_).path, newer);
  driver_version_ = 0;  // a driver that does not tell
  EXPECT_EQ(find("cuda", machine_).path, newer);
  driver_version_ = 12040;
  EXPECT_EQ(find("cuda:1", machine_).path, older);
  EXPECT_EQ(find("cuda:1", machine_).device, 1);
}

TEST_F(Discovery, PythonEnvironmentIsUsedButNotForTheCpu) {
  environment_["VIRTUAL_ENV"] = (root_ / "venv").string();
  const std::string cuda =
      add("venv/lib/python3.11/site-packages/jax_plugins/xla_cuda13/xla_cuda_plugin.so");
  add("venv/lib/python3.11/site-packages/jax_plugins/xla_cpu/pjrt_c_api_cpu_plugin.so");
  add_gpu();
  EXPECT_EQ(find("cuda", machine_).path, cuda);
  EXPECT_THAT(problem("cpu"), Not(HasSubstr("Python")));
}

TEST_F(Discovery, TpuIsKnownByItsPciId) {
  add("sys/bus/pci/devices/0000:00:04.0/vendor", "0x1ae0\n");
  add("sys/bus/pci/devices/0000:00:04.0/device", "0x0042\n");  // a network card
  EXPECT_EQ(find_tpu(machine_), "");
  EXPECT_THAT(problem("tpu"), HasSubstr("no PCI device there is a TPU"));
  add("sys/bus/pci/devices/0000:00:05.0/vendor", "0x1ae0\n");
  add("sys/bus/pci/devices/0000:00:05.0/device", "0x0063\n");
  EXPECT_EQ(find_tpu(machine_), "0000:00:05.0");
  const std::string tpu = add("home/.cache/hilo/plugins/tpu/libtpu.so");
  EXPECT_EQ(find("auto", machine_).path, tpu);
}

struct WrongBackend {
  const char* name;
  const char* hint;
};

class WrongName : public testing::TestWithParam<WrongBackend> {};

TEST_P(WrongName, IsRefusedWithTheNamesThereAre) {
  try {
    search(GetParam().name);
    FAIL() << "accepted " << GetParam().name;
  } catch (const UsageError& e) {
    EXPECT_THAT(e.what(), AllOf(HasSubstr(GetParam().name), HasSubstr("cuda[:N]"),
                                HasSubstr(GetParam().hint)));
  }
}

INSTANTIATE_TEST_SUITE_P(Backends, WrongName,
                         testing::Values(WrongBackend{"cuba", "did you mean cuda"},
                                         WrongBackend{"gpu", "did you mean"},
                                         WrongBackend{"cuda:", ""}, WrongBackend{"cuda:-1", ""},
                                         WrongBackend{"cuda:1x", ""}, WrongBackend{"", ""}));

TEST(Machine, ThisOneHasAHomeAndABinaryFolder) {
  EXPECT_THAT(Machine::here().binary_folder, HasSubstr("/"));
  EXPECT_THAT(Machine::here().cache(), testing::StartsWith("/"));
  EXPECT_THAT(Machine::here().library_problem("libno_such_thing.so.1"),
              HasSubstr("cannot open shared object"));
  EXPECT_EQ(Machine::here().library_problem("libc.so.6"), "");
}

}  // namespace
}  // namespace hilo::pjrt
