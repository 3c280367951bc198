#include "hilo/exec/saved_program.h"

#include <gmock/gmock.h>

#include "hilo/core/error.h"
#include "hilo/exec/program.h"
#include "tests/exec/client.h"

namespace hilo {
namespace {

using testing::HasSubstr;

constexpr const char* kDouble = R"(module @double {
  func.func public @main(%a: tensor<2xf32>) -> tensor<2xf32> {
    %0 = stablehlo.add %a, %a : tensor<2xf32>
    return %0 : tensor<2xf32>
  }
})";

std::string saved() {
  static const std::string bytes = Program::compile_text(cpu(), kDouble, {.cache = nullptr}).save();
  return bytes;
}

template <class F>
std::string message_of(F f) {
  try {
    f();
  } catch (const Error& e) {
    return e.what();
  }
  return "nothing was thrown";
}

TEST(SavedProgram, RunsWithoutACompile) {
  const Program program = Program::load(cpu(), saved());
  EXPECT_TRUE(program.was_cached());
  const std::vector<Array> x = {Array::of<float>({2}, {1, 2})};
  EXPECT_EQ(program.run(x)[0], Array::of<float>({2}, {2, 4}));
  const std::string again = program.save();
  EXPECT_EQ(Program::load(cpu(), again).run(x)[0], Array::of<float>({2}, {2, 4}));
}

TEST(SavedProgram, SaysWhatItIsFor) {
  const std::string bytes = saved();
  const SavedProgram program = SavedProgram::read(bytes, "p.bin");
  EXPECT_THAT(program.name, HasSubstr("double"));
  EXPECT_EQ(program.platform, "cpu");
  EXPECT_EQ(program.plugin, cpu().plugin().file().content_id);
  EXPECT_FALSE(program.has_custom_calls);
  EXPECT_EQ(program.write(), bytes);
}

TEST(SavedProgram, RefusesDamage) {
  const std::string bytes = saved();
  EXPECT_THAT(message_of([] { SavedProgram::read("ELF", "p.bin"); }),
              HasSubstr("p.bin: offset 0: found \"ELF\"; expected HILOPRG1"));
  for (const std::size_t size : {8UL, 15UL, 40UL, bytes.size() - 1}) {
    EXPECT_THROW(SavedProgram::read(bytes.substr(0, size), "p.bin"), FormatError) << size;
  }
  for (std::size_t at = 8; at < bytes.size(); at += 1 + bytes.size() / 97) {
    std::string wrong = bytes;
    wrong[at] = static_cast<char>(wrong[at] ^ 0x10);
    EXPECT_THROW(SavedProgram::read(wrong, "p.bin"), FormatError) << at;
  }
}

TEST(SavedProgram, RefusesWhatIsForAnother) {
  const std::string bytes = saved();
  const auto refusal = [&](auto change) {
    SavedProgram program = SavedProgram::read(bytes, "p.bin");
    change(program);
    const std::string changed = program.write();
    return message_of([&] { Program::load(cpu(), changed, "p.bin"); });
  };
  EXPECT_THAT(
      refusal([](SavedProgram& p) { p.platform = "tpu"; }),
      HasSubstr(
          "p.bin is a compiled program for another platform\n  got:      tpu\n  expected: cpu"));
  EXPECT_THAT(refusal([](SavedProgram& p) { p.platform_version = "1"; }),
              HasSubstr("another version of the plugin"));
  EXPECT_THAT(refusal([](SavedProgram& p) { p.plugin = "00"; }),
              HasSubstr("another plugin\n  got:      00"));
  EXPECT_THAT(refusal([](SavedProgram& p) { p.machine = "cpu 12"; }),
              HasSubstr("another kind of machine"));
}

}  // namespace
}  // namespace hilo
