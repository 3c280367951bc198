#include "hilo/pjrt/client.h"

#include <gmock/gmock.h>

#include <thread>

#include "hilo/core/error.h"
#include "hilo/pjrt/threads.h"
#include "tests/pjrt/cpu_plugins.h"

namespace hilo::pjrt {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class ClientTest : public test::OnEachPlugin {};

TEST_P(ClientTest, KnowsItsPlatformAndDevices) {
  const Client one = client();
  EXPECT_EQ(one.platform_name(), "cpu");
  EXPECT_EQ(one.platform_version(), "cpu");
  EXPECT_EQ(one.process_index(), 0);
  EXPECT_EQ(one.plugin().path(), GetParam());
  ASSERT_EQ(one.devices().size(), 1u);
  const Device device = one.default_device();
  EXPECT_EQ(device, one.devices()[0]);
  EXPECT_EQ(device.id(), 0);
  EXPECT_EQ(device.kind(), "cpu");
  EXPECT_THAT(device.debug_string(), HasSubstr("0"));
  EXPECT_TRUE(device.is_addressable());
  EXPECT_EQ(device.process_index(), 0);
  EXPECT_EQ(device.client(), one);
  EXPECT_EQ(device.memory_stats(), std::nullopt) << "the CPU plugins do not count";
}

TEST_P(ClientTest, OneProcessMayHaveSeveralDevices) {
  const Client many = client(4);
  EXPECT_EQ(many.addressable_devices().size(), 4u);
  EXPECT_EQ(many.device(3).id(), 3);
  EXPECT_THAT(many.default_assignment(2, 2), ElementsAre(0, 1, 2, 3));
  try {
    static_cast<void>(many.device(4));
    FAIL() << "found";
  } catch (const DeviceError& e) {
    EXPECT_THAT(e.what(), AllOf(HasSubstr("id 4"), HasSubstr("0, 1, 2, 3")));
  }
}

TEST_P(ClientTest, DefaultDeviceIsChosen) {
  const Plugin plugin = Plugin::load(GetParam());
  EXPECT_EQ(Client::create(plugin, {.devices = 3, .device = 2}).default_device().id(), 2);
  try {
    Client::create(plugin, {.devices = 3, .device = 3});
    FAIL() << "opened";
  } catch (const DeviceError& e) {
    EXPECT_THAT(e.what(), AllOf(HasSubstr("no device 3"), HasSubstr("has 3 here")));
  }
}

TEST_P(ClientTest, UnknownOptionIsTheNewPluginsError) {
  const Plugin plugin = Plugin::load(GetParam());
  const ClientOptions options{.values = {{"no_such_option", std::int64_t{1}}}};
  if (plugin.api_version() < Plugin::ApiVersion{0, 115}) {
    EXPECT_EQ(Client::create(plugin, options).platform_name(), "cpu")
        << "older plugins read none but their own";
    return;
  }
  try {
    Client::create(plugin, options);
    FAIL() << "accepted";
  } catch (const PluginError& e) {
    EXPECT_EQ(e.code(), ErrorCode::kInvalidArgument);
    EXPECT_THAT(e.what(), AllOf(HasSubstr("opening a client"), HasSubstr(GetParam()),
                                HasSubstr("no_such_option")));
  }
}

TEST_P(ClientTest, OpensByPath) { EXPECT_EQ(open(GetParam()).plugin(), client().plugin()); }

INSTANTIATE_TEST_SUITE_P(Cpu, ClientTest, testing::ValuesIn(test::cpu_plugins()),
                         test::plugin_test_name);

TEST(Client, OpensTheDefaultByName) {
  if (!std::filesystem::exists(test::cpu_plugins().front()))
    GTEST_SKIP() << "no CPU plugin here; make build fetches it";
  EXPECT_EQ(open("cpu").platform_name(), "cpu");
}

TEST(Threads, LimitHoldsForThisThreadAndItsChildren) {
  int here = 0, child = 0;
  std::thread([&] {  // a thread of its own: the limit is for good
    limit_cpus(1);
    here = usable_cpus();
    std::thread([&] { child = usable_cpus(); }).join();
  })
      .join();
  EXPECT_EQ(here, 1);
  EXPECT_EQ(child, 1);
  EXPECT_GE(usable_cpus(), 1);
  EXPECT_THROW(limit_cpus(0), Error);
}

}  // namespace
}  // namespace hilo::pjrt
