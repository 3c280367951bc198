#pragma once
// The CPU plugins that tests run on.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "hilo/pjrt/client.h"
#include "hilo/pjrt/machine.h"

namespace hilo::pjrt::test {

/// Paths of HILO_TEST_PLUGINS (colons between), else those of the three generations that the cache
/// holds.
inline std::vector<std::string> cpu_plugins() {
  std::vector<std::string> result;
  const Machine& machine = Machine::here();
  if (const auto list = machine.environment("HILO_TEST_PLUGINS")) {
    for (std::size_t start = 0; start <= list->size();) {
      const std::size_t end = std::min(list->find(':', start), list->size());
      if (end > start) result.push_back(list->substr(start, end - start));
      start = end + 1;
    }
    return result;
  }
  for (const char* file :
       {"cpu/pjrt_c_api_cpu_plugin.so", "cpu-fastatomstruct-2026.6.23/libpjrt_cpu.so",
        "cpu-xla-cpu-pjrt-0.0.1/xla_cpu_pjrt.so"}) {
    result.push_back(machine.cache() + "/plugins/" + file);
  }
  return result;
}

/// One client a plugin and number of devices for the whole test program: they cost 3-14 ms each.
inline Client shared_client(const std::string& plugin, int devices = 0) {
  static auto& clients = *new std::map<std::pair<std::string, int>, Client>;
  auto found = clients.find({plugin, devices});
  if (found == clients.end()) {
    found = clients
                .emplace(std::pair{plugin, devices},
                         Client::create(Plugin::load(plugin), {.devices = devices}))
                .first;
  }
  return found->second;
}

/// A test that runs on each CPU plugin, and skips those that are not here.
class OnEachPlugin : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(GetParam()))
      GTEST_SKIP() << "no plugin at " << GetParam() << "; make build fetches it";
  }
  [[nodiscard]] Client client(int devices = 0) const { return shared_client(GetParam(), devices); }
};

/// The folder of a plugin names it in a test's name: "cpu", "cpu_xla_cpu_pjrt_0_0_1".
inline std::string plugin_test_name(const testing::TestParamInfo<std::string>& info) {
  std::string text = std::filesystem::path(info.param).parent_path().filename().string();
  for (char& c : text) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return text + "_" + std::to_string(info.index);
}

}  // namespace hilo::pjrt::test
