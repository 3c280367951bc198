#include "hilo/pjrt/executable.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "tests/pjrt/cpu_plugins.h"

namespace hilo::pjrt {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr const char* kAdd = R"(
module @adding {
  func.func public @main(%a: tensor<2x3xf32>, %b: tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2xi32>) {
    %0 = stablehlo.add %a, %b : tensor<2x3xf32>
    %1 = stablehlo.constant dense<[7, 8]> : tensor<2xi32>
    return %0, %1 : tensor<2x3xf32>, tensor<2xi32>
  }
})";

// %state may become the result in place.
constexpr const char* kStep = R"(
module @step {
  func.func public @main(%state: tensor<1024xf32> {tf.aliasing_output = 0 : i32}, %by: tensor<1024xf32>) -> tensor<1024xf32> {
    %0 = stablehlo.add %state, %by : tensor<1024xf32>
    return %0 : tensor<1024xf32>
  }
})";

Array filled(Dims dims, float value) {
  Array array(Shape{kF32, std::move(dims)});
  std::ranges::fill(array.mutable_data<float>(), value);
  return array;
}

class ExecutableTest : public test::OnEachPlugin {
 protected:
  [[nodiscard]] Device device() const { return client().default_device(); }
  [[nodiscard]] Buffer put(const Array& array) const { return Buffer::from_host(array, device()); }
  [[nodiscard]] std::vector<Buffer> two() const {
    return {put(filled({2, 3}, 1)), put(filled({2, 3}, 10))};
  }
};

TEST_P(ExecutableTest, CompilesTextAndRuns) {
  const Executable program = Executable::compile(client(), kAdd);
  EXPECT_EQ(program.name(), "adding");
  EXPECT_EQ(program.client(), client());
  EXPECT_EQ(program.devices(), std::vector{device()});
  ASSERT_EQ(program.result_count(), 2u);
  EXPECT_EQ(*program.result_shapes()[0], (Shape{kF32, {2, 3}}));
  EXPECT_EQ(*program.result_shapes()[1], (Shape{kI32, {2}}));
  const std::vector<Buffer> out = program.execute(two());
  EXPECT_EQ(out[0].shape(), (Shape{kF32, {2, 3}}));
  EXPECT_EQ(out[0].to_host(), filled({2, 3}, 11));
  EXPECT_EQ(out[1].to_host(), Array::of<std::int32_t>({2}, {7, 8}));
}

TEST_P(ExecutableTest, FastPathTakesPointers) {
  const Executable program = Executable::compile(client(), kAdd);
  const std::vector<Buffer> in = two();
  const std::array<const Buffer*, 2> pointers = {&in[1], &in[1]};
  std::array<Buffer, 2> out;
  Event done;
  program.execute(pointers, out, {.done = &done});
  done.await();
  EXPECT_TRUE(out[0].ready().is_ready());
  EXPECT_EQ(out[0].to_host(), filled({2, 3}, 20));
}

TEST_P(ExecutableTest, ProgramMayHaveNoResultsAndManyArguments) {
  std::string text = "func.func @main(";
  for (int i = 0; i < 100; ++i)
    text += (i == 0 ? "%a" : ", %a") + std::to_string(i) + ": tensor<f32>";
  const Executable program = Executable::compile(client(), text + ") { return }");
  Event done;
  const std::vector<Buffer> in(100, put(Array::scalar(1.0F)));
  EXPECT_TRUE(program.execute(in, {.done = &done}).empty());
  done.await();
}

TEST_P(ExecutableTest, CompileErrorsKeepThePluginsText) {
  try {
    static_cast<void>(Executable::compile(client(), "module { this is no program }"));
    FAIL() << "compiled";
  } catch (const PluginError& e) {
    EXPECT_EQ(e.code(), ErrorCode::kUnknown) << e.what();  // XLA gives parse errors no better code
    EXPECT_THAT(e.what(), AllOf(HasSubstr("compiling a program"), HasSubstr("UNKNOWN")));
    EXPECT_THAT(e.text(), HasSubstr("custom op 'this' is unknown"));
  }
}

TEST_P(ExecutableTest, WrongArgumentsAreRefused) {
  const Executable program = Executable::compile(client(), kAdd);
  const Buffer good = put(filled({2, 3}, 1));
  const auto message = [&](const std::vector<Buffer>& in) -> std::string {
    try {
      static_cast<void>(program.execute(in));
    } catch (const DeviceError& e) {
      return e.what();
    }
    return "(ran)";
  };
  EXPECT_THAT(message({good}), AllOf(HasSubstr("running a program"), HasSubstr("INVALID_ARGUMENT"),
                                     HasSubstr("expected 2")));
  EXPECT_THAT(message({good, put(filled({4}, 1))}), HasSubstr("parameter 1 of size 24"));
  EXPECT_THAT(message({good, Buffer()}), HasSubstr("argument 1 of a program is an empty"));
  std::vector<Buffer> room(1);
  const std::array<const Buffer*, 2> in = {&good, &good};
  EXPECT_THROW(program.execute(in, room), DeviceError);
  EXPECT_THROW(static_cast<void>(Executable().name()), DeviceError);
}

TEST_P(ExecutableTest, DonatedStateKeepsItsAddress) {
  const Executable step = Executable::compile(client(), kStep);
  const Buffer by = put(filled({1024}, 2));
  Buffer state = Buffer::from_host(filled({1024}, 1), device(), HostUse::kGive);
  const std::uintptr_t address = state.unsafe_pointer();
  for (int i = 0; i < 3; ++i) {
    const Buffer old = state;
    state = step.execute(std::vector{old, by})[0];
    EXPECT_TRUE(old.is_deleted());
    EXPECT_EQ(state.unsafe_pointer(), address) << "step " << i;
    EXPECT_THROW(static_cast<void>(old.to_host()), PluginError);
    EXPECT_THROW(static_cast<void>(step.execute(std::vector{old, by})), PluginError);
  }
  EXPECT_EQ(state.to_host(), filled({1024}, 7));
}

TEST_P(ExecutableTest, SharedHostArrayIsNotWrittenByDonation) {
  const Executable step = Executable::compile(client(), kStep);
  const Array array = filled({1024}, 1);
  const Buffer state = put(array);
  const Buffer next = step.execute(std::vector{state, put(filled({1024}, 2))})[0];
  EXPECT_EQ(next.to_host(), filled({1024}, 3));
  EXPECT_EQ(array, filled({1024}, 1));
  EXPECT_NE(next.unsafe_pointer(), reinterpret_cast<std::uintptr_t>(array.bytes().data()));
}

TEST_P(ExecutableTest, KeptArgumentIsNotDonated) {
  const Executable step = Executable::compile(client(), kStep);
  const Buffer state = put(filled({1024}, 1)), by = put(filled({1024}, 2));
  const std::array<std::int64_t, 1> keep = {0};
  const Buffer next = step.execute(std::vector{state, by}, {.keep = keep})[0];
  EXPECT_FALSE(state.is_deleted());
  EXPECT_EQ(state.to_host(), filled({1024}, 1));
  EXPECT_EQ(next.to_host(), filled({1024}, 3));
}

TEST_P(ExecutableTest, PortableProgramRunsWhereItIsTold) {
  const Client many = client(4);
  const Executable program = Executable::compile(many, kAdd, {.is_portable = true});
  const Device third = many.device(2);
  const Buffer x = Buffer::from_host(filled({2, 3}, 4), third);
  const std::vector<Buffer> out = program.execute(std::vector{x, x}, {.device = &third});
  EXPECT_EQ(out[0].device(), third);
  EXPECT_EQ(out[0].to_host(), filled({2, 3}, 8));
  EXPECT_THROW(static_cast<void>(program.execute(std::vector{x, x})), DeviceError)
      << "no device was named";
}

TEST_P(ExecutableTest, RunsOnTheDeviceOfItsOptions) {
  const Client many = client(4);
  const Executable program = Executable::compile(many, kAdd, {.device_ids = {3}});
  const Buffer x = Buffer::from_host(filled({2, 3}, 4), many.device(3));
  EXPECT_EQ(program.execute(std::vector{x, x})[0].device(), many.device(3));
  const Buffer elsewhere = Buffer::from_host(filled({2, 3}, 4), many.device(0));
  EXPECT_THROW(static_cast<void>(program.execute(std::vector{elsewhere, x})), PluginError);
}

constexpr const char* kSharded = R"(
module @sharded {
  sdy.mesh @mesh = <["x"=4]>
  func.func public @main(%a: tensor<8x2xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"x"}, {}]>})
      -> (tensor<8x2xf32> {sdy.sharding = #sdy.sharding<@mesh, [{"x"}, {}]>},
          tensor<f32> {sdy.sharding = #sdy.sharding<@mesh, []>}) {
    %0 = stablehlo.add %a, %a : tensor<8x2xf32>
    %zero = stablehlo.constant dense<0.0> : tensor<f32>
    %1 = stablehlo.reduce(%0 init: %zero) applies stablehlo.add across dimensions = [0, 1]
        : (tensor<8x2xf32>, tensor<f32>) -> tensor<f32>
    return %0, %1 : tensor<8x2xf32>, tensor<f32>
  }
})";

TEST_P(ExecutableTest, PartitionedProgramRunsOnAllDevices) {
  const Client many = client(4);
  const Executable program = Executable::compile(
      many, kSharded, {.partitions = 4, .uses_spmd = true, .uses_shardy = true});
  ASSERT_EQ(program.devices().size(), 4u);
  EXPECT_EQ(*program.result_shapes()[0], (Shape{kF32, {2, 2}})) << "of one device";
  std::vector<std::vector<Buffer>> in;
  for (int d = 0; d < 4; ++d)
    in.push_back({Buffer::from_host(filled({2, 2}, static_cast<float>(d)), many.device(d))});
  const std::vector<std::vector<Buffer>> out = program.execute_sharded(in);
  ASSERT_EQ(out.size(), 4u);
  for (int d = 0; d < 4; ++d) {
    const auto& of_device = out[static_cast<std::size_t>(d)];
    EXPECT_EQ(of_device[0].device().id(), d);
    EXPECT_EQ(of_device[0].to_host(), filled({2, 2}, 2 * static_cast<float>(d)));
    EXPECT_EQ(of_device[1].to_host(), Array::scalar(48.0F)) << "2 x 4 x (0 + 1 + 2 + 3)";
  }
  in.pop_back();
  EXPECT_THROW(static_cast<void>(program.execute_sharded(in)), DeviceError);
  EXPECT_THROW(static_cast<void>(program.execute(in[0])), DeviceError) << "it runs on four devices";
}

TEST_P(ExecutableTest, CompiledProgramIsSavedAndLoaded) {
  const Executable program = Executable::compile(client(), kAdd);
  const Executable loaded = Executable::deserialize(client(), program.serialize());
  EXPECT_EQ(loaded.name(), "adding");
  EXPECT_EQ(*loaded.result_shapes()[1], (Shape{kI32, {2}}));
  EXPECT_EQ(loaded.execute(two())[0].to_host(), filled({2, 3}, 11));
  EXPECT_EQ(loaded.fingerprint(), program.fingerprint());
}

TEST_P(ExecutableTest, LoadedProgramStillDonates) {
  const Executable step =
      Executable::deserialize(client(), Executable::compile(client(), kStep).serialize());
  const Buffer state = Buffer::from_host(filled({1024}, 1), device(), HostUse::kGive);
  const std::uintptr_t address = state.unsafe_pointer();
  EXPECT_EQ(step.execute(std::vector{state, put(filled({1024}, 1))})[0].unsafe_pointer(), address);
}

TEST_P(ExecutableTest, WrongBytesAreRefused) {
  const std::string bytes = Executable::compile(client(), kAdd).serialize();
  for (const std::string& wrong :
       {std::string(), std::string("junk"), bytes.substr(0, bytes.size() / 2)}) {
    EXPECT_THROW(static_cast<void>(Executable::deserialize(client(), wrong)), DeviceError)
        << wrong.size() << " bytes";
  }
}

TEST_P(ExecutableTest, TellsAboutItself) {
  const Executable program = Executable::compile(client(), kAdd);
  EXPECT_NE(program.fingerprint(), "");
  ASSERT_TRUE(program.memory().has_value());
  EXPECT_EQ(program.memory()->arguments, 48);
  EXPECT_GE(program.memory()->results, 24 + 8);
  EXPECT_EQ(program.optimized_program().format, "hlo_with_config");
  EXPECT_THAT(program.optimized_program().code, HasSubstr("adding"));
}

TEST_P(ExecutableTest, FlagsHoldForOneProgram) {
  const auto compile = [&](const CompileOptions& options) {
    return Executable::compile(client(), kAdd, options);
  };
  const CompileOptions good{.flags = {{"xla_cpu_enable_fast_math", true},
                                      {"xla_backend_optimization_level", std::int64_t{1}}}};
  EXPECT_EQ(compile(good).execute(two())[0].to_host(), filled({2, 3}, 11));
  try {
    compile({.flags = {{"xla_no_such_flag", true}}});
    FAIL() << "compiled";
  } catch (const PluginError& e) {
    EXPECT_EQ(e.code(), ErrorCode::kInvalidArgument);
    EXPECT_THAT(e.text(), HasSubstr("xla_no_such_flag"));
  }
  EXPECT_THROW(compile({.flags = {{"xla_cpu_enable_fast_math", std::string("perhaps")}}}),
               PluginError);
}

INSTANTIATE_TEST_SUITE_P(Cpu, ExecutableTest, testing::ValuesIn(test::cpu_plugins()),
                         test::plugin_test_name);

}  // namespace
}  // namespace hilo::pjrt
