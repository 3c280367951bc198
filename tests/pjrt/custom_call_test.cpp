#include "hilo/custom_call.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "hilo/core/error.h"
#include "hilo/pjrt/executable.h"
#include "tests/pjrt/cpu_plugins.h"

namespace hilo {
namespace {

namespace ffi = xla::ffi;
using F32 = ffi::Buffer<ffi::F32>;
using F32Result = ffi::ResultBuffer<ffi::F32>;
using pjrt::Buffer;
using pjrt::Executable;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;

ffi::Error scale(F32 x, F32Result y, float by) {
  for (std::size_t i = 0; i < x.element_count(); ++i) y->typed_data()[i] = by * x.typed_data()[i];
  return ffi::Error::Success();
}

auto bound_scale() { return ffi::Ffi::Bind().Arg<F32>().Ret<F32>().Attr<float>("by").To(scale); }

// Before main, so before any plugin is loaded: what is remembered is told to every client opened
// later.
const bool registered_early = [] {
  register_custom_call("hilo_test_scale", bound_scale());
  return true;
}();

ffi::Error throws(F32, F32Result) { throw std::runtime_error("the handler lost its keys"); }
ffi::Error refuses(F32, F32Result) {
  return ffi::Error(ffi::ErrorCode::kOutOfRange, "the handler says no");
}

// Handlers wait here while it is shut.
class Gate {
 public:
  void shut() { set(false); }
  void open() { set(true); }
  void wait() {
    std::unique_lock lock(mutex_);
    opened_.wait(lock, [&] { return is_open_; });
  }

 private:
  void set(bool is_open) {
    const std::lock_guard lock(mutex_);
    is_open_ = is_open;
    opened_.notify_all();
  }
  std::mutex mutex_;
  std::condition_variable opened_;
  bool is_open_ = true;
} gate;

ffi::Error wait_at_gate(F32 x, F32Result y) {
  gate.wait();
  std::copy_n(x.typed_data(), x.element_count(), y->typed_data());
  return ffi::Error::Success();
}

// A handler as C libraries have it, not made by ffi.h: answers the metadata query, and throws what
// is no exception type.
XLA_FFI_Error* bare_handler(XLA_FFI_CallFrame* frame) {
  if (frame->extension_start != nullptr &&
      frame->extension_start->type == XLA_FFI_Extension_Metadata) {
    auto* query = reinterpret_cast<XLA_FFI_Metadata_Extension*>(frame->extension_start);
    query->metadata->api_version.major_version = XLA_FFI_API_MAJOR;
    query->metadata->api_version.minor_version = XLA_FFI_API_MINOR;
    return nullptr;
  }
  throw 42;
}

std::string calling(const std::string& name, const std::string& attributes = "") {
  return "func.func @main(%a: tensor<4xf32>) -> tensor<4xf32> {\n  %0 = stablehlo.custom_call @" +
         name + "(%a) {api_version = 4 : i32" + attributes +
         "} : (tensor<4xf32>) -> tensor<4xf32>\n  return %0 : tensor<4xf32>\n}";
}

// A product that XLA finds worth a thread of its own, and then a call.
std::string slow(const std::string& name) {
  return R"(
func.func @main(%a: tensor<512x512xf32>) -> tensor<4xf32> {
  %0 = stablehlo.dot_general %a, %a, contracting_dims = [1] x [0] : (tensor<512x512xf32>, tensor<512x512xf32>) -> tensor<512x512xf32>
  %1 = stablehlo.slice %0 [0:1, 0:4] : (tensor<512x512xf32>) -> tensor<1x4xf32>
  %2 = stablehlo.reshape %1 : (tensor<1x4xf32>) -> tensor<4xf32>
  %3 = stablehlo.custom_call @)" +
         name + R"((%2) {api_version = 4 : i32} : (tensor<4xf32>) -> tensor<4xf32>
  return %3 : tensor<4xf32>
})";
}

class CustomCall : public pjrt::test::OnEachPlugin {
 protected:
  void SetUp() override {
    OnEachPlugin::SetUp();
    static const bool is_registered = [] {
      register_custom_call("hilo_test_throws", ffi::Ffi::Bind().Arg<F32>().Ret<F32>().To(throws));
      register_custom_call("hilo_test_refuses", ffi::Ffi::Bind().Arg<F32>().Ret<F32>().To(refuses));
      register_custom_call("hilo_test_gate",
                           ffi::Ffi::Bind().Arg<F32>().Ret<F32>().To(wait_at_gate));
      register_custom_call("hilo_test_bare", bare_handler);
      return true;
    }();
    ASSERT_TRUE(is_registered && registered_early);
  }
  [[nodiscard]] std::vector<Buffer> argument() const {
    return {Buffer::from_host(Array::of<float>({4}, {1, 2, 3, 4}), client().default_device())};
  }
  [[nodiscard]] Buffer ones() const {
    Array array(Shape{kF32, {512, 512}});
    std::ranges::fill(array.mutable_data<float>(), 1.0F);
    return Buffer::from_host(array, client().default_device());
  }
  // What reading the result of a program says.
  [[nodiscard]] std::string failure(const std::string& name) const {
    try {
      static_cast<void>(
          Executable::compile(client(), calling(name)).execute(argument())[0].to_host());
    } catch (const pjrt::PluginError& e) {
      return e.what();
    }
    return "(ran)";
  }
};

TEST_P(CustomCall, ReadsArgumentsAndAttributes) {
  const Executable program = Executable::compile(
      client(), calling("hilo_test_scale", ", backend_config = {by = 3.0 : f32}"));
  EXPECT_EQ(program.execute(argument())[0].to_host(), Array::of<float>({4}, {3, 6, 9, 12}));
}

TEST_P(CustomCall, IsFoundByASavedProgram) {
  const Executable program = Executable::compile(
      client(), calling("hilo_test_scale", ", backend_config = {by = 2.0 : f32}"));
  const Executable loaded = Executable::deserialize(client(), program.serialize());
  EXPECT_EQ(loaded.execute(argument())[0].to_host(), Array::of<float>({4}, {2, 4, 6, 8}));
}

TEST_P(CustomCall, ExceptionsBecomeErrors) {
  EXPECT_THAT(failure("hilo_test_throws"), HasSubstr("the handler lost its keys"));
  EXPECT_THAT(failure("hilo_test_refuses"),
              AllOf(HasSubstr("OUT_OF_RANGE"), HasSubstr("the handler says no")));
  EXPECT_THAT(failure("hilo_test_bare"), HasSubstr("threw something that is no std::exception"));
}

TEST_P(CustomCall, UnknownNameIsTheCompilersError) {
  EXPECT_THAT(failure("hilo_test_nobody"), HasSubstr("hilo_test_nobody"));
}

TEST_P(CustomCall, FailureReachesEventsAndCallbacks) {
  const std::vector<Buffer> out =
      Executable::compile(client(), slow("hilo_test_throws")).execute(std::vector{ones()});
  EXPECT_THROW(out[0].ready().await(), pjrt::PluginError);
  std::mutex mutex;
  std::condition_variable called;
  std::string reason;
  out[0].ready().on_ready([&](const pjrt::PluginError* error) {
    const std::lock_guard lock(mutex);
    reason = error != nullptr ? error->text() : "(no error)";
    called.notify_all();
    throw std::runtime_error("dropped");
  });
  std::unique_lock lock(mutex);
  ASSERT_TRUE(called.wait_for(lock, std::chrono::seconds(10), [&] { return !reason.empty(); }));
  EXPECT_THAT(reason, HasSubstr("lost its keys"));
}

TEST_P(CustomCall, EventsFollowAnAsynchronousProgram) {
  const Executable program = Executable::compile(client(), slow("hilo_test_gate"));
  const Buffer in = ones();
  gate.shut();
  std::thread watchdog([] {  // the test fails, and does not hang, where a plugin runs it inline
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    gate.open();
  });
  pjrt::Event done;
  const std::vector<Buffer> out = program.execute(std::vector{in}, {.done = &done});
  const bool was_ready = out[0].ready().is_ready() || done.is_ready();
  bool is_called = false;
  std::mutex mutex;
  std::condition_variable called;
  out[0].ready().on_ready([&](const pjrt::PluginError* error) {
    const std::lock_guard lock(mutex);
    is_called = error == nullptr;
    called.notify_all();
  });
  EXPECT_EQ(out[0].to_host(), Array::of<float>({4}, {512, 512, 512, 512}));
  watchdog.join();
  EXPECT_FALSE(was_ready) << "it returned before the gate opened";
  std::unique_lock lock(mutex);
  EXPECT_TRUE(called.wait_for(lock, std::chrono::seconds(10), [&] { return is_called; }));
  done.await();
}

INSTANTIATE_TEST_SUITE_P(Cpu, CustomCall, testing::ValuesIn(pjrt::test::cpu_plugins()),
                         pjrt::test::plugin_test_name);

TEST(CustomCallNames, AreTakenOnce) {
  EXPECT_THAT(pjrt::registered_ffi_handlers(), Contains("hilo_test_scale"));
  EXPECT_THAT(pjrt::registered_ffi_handlers("CUDA"), testing::Not(Contains("hilo_test_scale")));
  try {
    register_custom_call("hilo_test_scale", bound_scale());
    FAIL() << "taken twice";
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("hilo_test_scale has another handler"));
  }
  register_custom_call("hilo_test_bare_again", bare_handler);
  register_custom_call("hilo_test_bare_again", bare_handler);  // the same once more is fine
}

}  // namespace
}  // namespace hilo
