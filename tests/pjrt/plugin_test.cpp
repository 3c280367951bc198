#include "hilo/pjrt/plugin.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/pjrt/cpu_plugins.h"

namespace hilo::pjrt {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Key;

std::string message_of_loading(const std::string& path) {
  try {
    Plugin::load(path);
  } catch (const DeviceError& e) {
    return e.what();
  }
  return "(loaded)";
}

struct Fault {
  const char* name;
  std::vector<const char*> words;
};

class BrokenPlugin : public testing::TestWithParam<Fault> {};

TEST_P(BrokenPlugin, IsRefusedByNameAndReason) {
  const std::string path = std::string(HILO_BROKEN_PLUGINS) + "/" + GetParam().name + ".so";
  const std::string message = message_of_loading(path);
  EXPECT_THAT(message, HasSubstr(path));
  for (const char* word : GetParam().words) EXPECT_THAT(message, HasSubstr(word));
  EXPECT_EQ(message_of_loading(path), message) << "the second time";
}

INSTANTIATE_TEST_SUITE_P(
    Faults, BrokenPlugin,
    testing::Values(Fault{"no_symbol", {"no symbol GetPjrtApi"}},
                    Fault{"null_table", {"GetPjrtApi returned null"}},
                    Fault{"short_table", {"16 bytes", "too short"}},
                    Fault{"wrong_major", {"wrong major version", "found 7.114", "expected 0.x"}},
                    Fault{"old_minor", {"found 0.44", "expected 0.57 or newer"}},
                    Fault{"null_functions",
                          {"lacks functions", "PJRT_Client_Compile", "PJRT_Buffer_ReadyEvent"}},
                    Fault{"refuses_to_start",
                          {"initialising plugin", "UNAVAILABLE", "licence server"}}),
    [](const auto& of) { return std::string(of.param.name); });

TEST(Plugin, MissingFileIsNamed) {
  EXPECT_THAT(message_of_loading("/no/such/plugin.so"),
              AllOf(HasSubstr("/no/such/plugin.so"), HasSubstr("No such file")));
}

TEST(Plugin, FileThatIsNoLibraryIsNamed) {
  const std::string path = testing::TempDir() + "hilo_text_plugin.so";
  std::ofstream(path)
      << "not an ELF file, but long enough for a header .....................................";
  EXPECT_THAT(message_of_loading(path), AllOf(HasSubstr(path), HasSubstr("no shared library")));
  std::filesystem::remove(path);
}

class LoadedPlugin : public test::OnEachPlugin {};

TEST_P(LoadedPlugin, TruncatedFileIsNoticed) {
  const std::string path = testing::TempDir() + "hilo_truncated_plugin.so";
  for (const std::size_t size : {30UL, 200UL, 64UL << 10, 16UL << 20}) {
    std::string start(size, '\0');
    std::ifstream(GetParam(), std::ios::binary)
        .read(start.data(), static_cast<std::streamsize>(size));
    std::ofstream(path, std::ios::binary) << start;
    const char* reason = size < 64 ? "no ELF header" : "truncated";
    EXPECT_THAT(message_of_loading(path),
                AllOf(HasSubstr(path), HasSubstr("cannot be loaded"), HasSubstr(reason)));
  }
  std::filesystem::remove(path);
}

TEST(Plugin, LibraryOfAnotherMachineKeepsTheLinkersWords) {
  const std::string path = testing::TempDir() + "hilo_foreign_plugin.so";
  std::string header(64, '\0');
  header.replace(0, 7,
                 "\x7F"
                 "ELF\x01\x01\x01");  // 32 bits
  std::ofstream(path, std::ios::binary) << header;
  EXPECT_THAT(message_of_loading(path),
              AllOf(HasSubstr(path), HasSubstr("cannot be loaded"), HasSubstr("ELF")));
  std::filesystem::remove(path);
}

TEST_P(LoadedPlugin, SaysWhatItIs) {
  const Plugin plugin = client().plugin();
  EXPECT_GE(plugin.api_version(), (Plugin::ApiVersion{0, 57}));
  EXPECT_THAT(plugin.attributes(), AllOf(Contains(Key("stablehlo_current_version")),
                                         Contains(Key("stablehlo_minimum_version"))));
  EXPECT_EQ(to_string(plugin.attributes().at("stablehlo_minimum_version")), "0.9.0");
  EXPECT_THAT(plugin.extensions(), Contains(5));
  EXPECT_EQ(extension_name(5), "ffi");
  EXPECT_EQ(plugin.cuda_data_folder(), "");
}

TEST_P(LoadedPlugin, IsLoadedOnceAFile) {
  const std::filesystem::path link =
      std::filesystem::path(testing::TempDir()) / "hilo_link_to_plugin.so";
  std::filesystem::remove(link);
  std::filesystem::create_symlink(GetParam(), link);
  EXPECT_EQ(Plugin::load(link.string()), client().plugin());
  std::filesystem::remove(link);
}

TEST_P(LoadedPlugin, LogsNothingUnlessAsked) {
  EXPECT_NE(std::getenv("TF_CPP_MIN_LOG_LEVEL"), nullptr);
}

INSTANTIATE_TEST_SUITE_P(Cpu, LoadedPlugin, testing::ValuesIn(test::cpu_plugins()),
                         test::plugin_test_name);

TEST(PluginFile, ContentIdFollowsTheContent) {
  const std::string path = testing::TempDir() + "hilo_plugin_file";
  const std::string content(1 << 20, 'a');
  std::ofstream(path) << content;
  const PluginFile first = describe_plugin_file(path);
  EXPECT_EQ(first.bytes, content.size());
  EXPECT_EQ(first.content_id.size(), 16u);
  EXPECT_GT(first.modified_ns, 0);
  std::ofstream(path) << content;
  EXPECT_EQ(describe_plugin_file(path).content_id, first.content_id);
  std::ofstream(path) << content << 'a';
  EXPECT_NE(describe_plugin_file(path).content_id, first.content_id);
  std::string changed = content;
  changed[changed.size() / 2] = 'b';
  std::ofstream(path) << changed;
  EXPECT_NE(describe_plugin_file(path).content_id, first.content_id);
  std::filesystem::remove(path);
  EXPECT_THROW(describe_plugin_file(path), DeviceError);
}

}  // namespace
}  // namespace hilo::pjrt
