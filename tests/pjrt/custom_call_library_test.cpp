#include "hilo/pjrt/custom_call_library.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "hilo/core/error.h"
#include "hilo/custom_call.h"
#include "hilo/pjrt/executable.h"
#include "tests/pjrt/cpu_plugins.h"

namespace hilo {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

std::string library(const std::string& name) {
  return std::string(HILO_CUSTOM_CALLS) + "/" + name + ".so";
}

// Before any client: the oldest plugin learns of handlers no later.
const std::vector<std::string> loaded = load_custom_calls(library("good"));

class CustomCallLibrary : public pjrt::test::OnEachPlugin {};

TEST_P(CustomCallLibrary, ItsHandlersRun) {
  EXPECT_THAT(loaded, testing::ElementsAre("hilo_test_triple", "hilo_test_triple", "hilo_test_abort"));
  const auto program = pjrt::Executable::compile(client(), R"(
func.func @main(%a: tensor<2xf32>) -> tensor<2xf32> {
  %0 = stablehlo.custom_call @hilo_test_triple(%a) {api_version = 4 : i32, backend_config = {offset = 1.0 : f32}} : (tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
})");
  const std::vector<pjrt::Buffer> x = {
      pjrt::Buffer::from_host(Array::of<float>({2}, {1, 2}), client().default_device())};
  EXPECT_EQ(program.execute(x)[0].to_host(), Array::of<float>({2}, {4, 7}));
}

INSTANTIATE_TEST_SUITE_P(Cpu, CustomCallLibrary, testing::ValuesIn(pjrt::test::cpu_plugins()),
                         pjrt::test::plugin_test_name);

TEST(LoadCustomCalls, OnceMoreDoesNothing) {
  EXPECT_EQ(load_custom_calls(library("good")), loaded);
}

TEST(LoadCustomCalls, PlatformsAreApart) {
  EXPECT_THAT(pjrt::registered_ffi_handlers("CUDA"), Contains("hilo_test_triple"));
  EXPECT_EQ(pjrt::ffi_platform("cuda"), "CUDA");
  EXPECT_EQ(pjrt::ffi_platform("cpu"), "Host");
}

TEST(LoadCustomCalls, Refusals) {
  register_custom_call("hilo_test_taken",
                       xla::ffi::Ffi::Bind().To([] { return xla::ffi::Error::Success(); }));
  const std::string text = testing::TempDir() + "no_library.so";
  std::ofstream(text) << "no library";
  const std::vector<std::pair<std::string, std::string>> rows = {
      {library("no_entry"),
       "no_entry.so: it has no function hilo_custom_calls; expected the entry "
       "point of hilo/custom_call_library.h"},
      {library("null_table"), "hilo_custom_calls returned null"},
      {library("wrong_abi"),
       "its layout is version 7; expected 1, that of "
       "hilo/custom_call_library.h; build it again"},
      {library("wrong_size"), "its entries have 8 bytes; expected 24"},
      {library("wrong_count"), "it tells of 18446744073709551615 custom calls"},
      {library("null_handler"), "custom call 0 has no name, platform or handler"},
      {library("twice"), "custom call hilo_test_twice is in it twice for Host"},
      {library("taken"),
       "taken.so: custom call hilo_test_taken has another handler already on Host"},
      {"/nowhere.so", "library /nowhere.so cannot be loaded: it cannot be read"},
      {text, "it is no shared library (no ELF header)"},
  };
  for (const auto& [path, words] : rows) {
    try {
      load_custom_calls(path);
      ADD_FAILURE() << path << " was taken";
    } catch (const Error& e) {
      EXPECT_THAT(e.what(), HasSubstr(words));
    }
  }
  EXPECT_THAT(pjrt::registered_ffi_handlers(), Not(Contains("hilo_test_never"))) << "all or none";
}

}  // namespace
}  // namespace hilo
