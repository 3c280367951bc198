#include "hilo/pjrt/topology.h"

#include <gmock/gmock.h>

#include "hilo/pjrt/discovery.h"
#include "tests/pjrt/cpu_plugins.h"

namespace hilo::pjrt {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class TopologyTest : public test::OnEachPlugin {};

TEST_P(TopologyTest, CpuPluginsHaveNone) {
  try {
    Topology::create(client().plugin(), "cpu:2");
    FAIL() << "created";
  } catch (const PluginError& e) {
    EXPECT_EQ(e.code(), ErrorCode::kUnimplemented);
    EXPECT_THAT(e.what(), AllOf(HasSubstr("describing the topology \"cpu:2\""),
                                HasSubstr("Topology not supported")));
  }
}

INSTANTIATE_TEST_SUITE_P(Cpu, TopologyTest, testing::ValuesIn(test::cpu_plugins()),
                         test::plugin_test_name);

TEST(Topology, TpuProgramIsCompiledWithoutATpu) {
  const Search found = search("tpu");
  if (found.path.empty()) GTEST_SKIP() << "no libtpu here; hilo plugins install tpu fetches it";
  const Topology topology = Topology::create(Plugin::load(found.path), "v5e:2x2");
  EXPECT_EQ(topology.devices().size(), 4u);
  const char* program =
      "func.func @main(%a: tensor<8xf32>) -> tensor<8xf32> { %0 = stablehlo.add %a, %a : "
      "tensor<8xf32> return %0 : tensor<8xf32> }";
  EXPECT_GT(topology.compile(program, {.device_ids = {0}}).code.size(), 1000u);
  EXPECT_THAT(topology.device_kind(), HasSubstr("v5"));
  EXPECT_THROW(static_cast<void>(topology.compile(program, {.partitions = 8})), DeviceError);
}

}  // namespace
}  // namespace hilo::pjrt
