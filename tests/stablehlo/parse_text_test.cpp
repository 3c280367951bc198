// Whole programs: StableHLO's test data, the fixtures in both forms, and every pretty form beside
// what MLIR makes of it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "hilo/core/error.h"
#include "hilo/formats/tar.h"
#include "hilo/stablehlo/ir_text.h"
#include "hilo/stablehlo/parse.h"

namespace hilo::stablehlo {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// What was read, as text; checks that the text reads back to the same.
std::string generic(std::string_view text, const std::string& name) {
  try {
    const std::string once = ir::to_text(parse_text(text, name));
    EXPECT_EQ(ir::to_text(parse_text(once, name + ", again")), once) << name;
    return once;
  } catch (const Error& error) {
    ADD_FAILURE() << error.what();
    return {};
  }
}

TEST(ParseText, TestDataOfStableHlo) {
  const char* data = std::getenv("HILO_DATA_DIR");
  if (data == nullptr)
    GTEST_SKIP() << "HILO_DATA_DIR is not set: the folder of stablehlo-testdata.tar.zst";
  int count = 0;
  formats::read_tar(
      fs::path(data) / "stablehlo-testdata.tar.zst", [&](const formats::TarEntry& entry) {
        if (!entry.name.ends_with(".mlir")) return;
        ++count;
        generic({reinterpret_cast<const char*>(entry.contents.data()), entry.contents.size()},
                entry.name);
      });
  EXPECT_EQ(count, 1412);
}

TEST(ParseText, FixturesAreTheSameInBothForms) {
  const char* fixtures = std::getenv("HILO_FIXTURES");
  if (fixtures == nullptr)
    GTEST_SKIP() << "HILO_FIXTURES is not set: the folder of the golden fixtures";
  int count = 0;
  for (const auto& folder : fs::directory_iterator(fs::path(fixtures) / "stablehlo")) {
    if (!folder.is_directory()) continue;
    ++count;
    const fs::path pretty = folder.path() / "module.mlir",
                   plain = folder.path() / "module.generic.mlir";
    EXPECT_EQ(generic(read(pretty), pretty.string()), generic(read(plain), plain.string()));
  }
  EXPECT_GE(count, 30);
  for (const auto& file : fs::directory_iterator(fs::path(fixtures) / "vjp")) {
    if (file.path().extension() == ".mlir") generic(read(file.path()), file.path().string());
  }
}

// forms.generic.mlir is MLIR's own, see make_forms.py.
TEST(ParseText, PrettyFormsAreWhatMlirSays) {
  const fs::path golden = fs::path(HILO_SOURCE_DIR) / "tests/stablehlo/golden";
  std::istringstream pretty(generic(read(golden / "forms.mlir"), "forms.mlir"));
  std::istringstream plain(generic(read(golden / "forms.generic.mlir"), "forms.generic.mlir"));
  int count = 0;
  for (std::string a, b; std::getline(plain, b); ++count) {
    ASSERT_TRUE(std::getline(pretty, a));
    EXPECT_EQ(a, b);
  }
  EXPECT_GT(count, 250);
}

TEST(ParseText, NamesOfOpsKeepTheirEscapes) {
  const std::string text = generic(R"("a.\22b\5C\5C"() : () -> ()
)",
                                   "p");
  EXPECT_NE(text.find(R"("a.\22b\5C\5C"())"), std::string::npos) << text;
  EXPECT_EQ(generic(text, "again"), text);
}

TEST(ParseText, AWholeProgram) {
  EXPECT_EQ(generic(R"(
#scale = dense<2.0> : tensor<2xf32>
!vector = tensor<2xf32>
module @m attributes {mhlo.num_partitions = 1 : i32} {
  func.func public @main(%x: !vector {mhlo.sharding = "{replicated}"} loc("x")) -> !vector {  // doubles
    %c = stablehlo.constant #scale loc(#loc1)
    %0 = stablehlo.multiply %x, %c : !vector
    %1:2 = call @pair(%0) : (!vector) -> (!vector, !vector)
    return %1#1 : !vector
  }
  func.func private @pair(!vector) -> (!vector, !vector)
} loc(unknown)
#loc1 = loc("model.py":3:5)
)",
                    "program"),
            R"("builtin.module"() ({
  "func.func"() ({
  ^bb0(%0: tensor<2xf32>):
    %1 = "stablehlo.constant"() {value = dense<2.0e+00> : tensor<2xf32>} : () -> tensor<2xf32>
    %2 = "stablehlo.multiply"(%0, %1) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %3, %4 = "func.call"(%2) {callee = @pair} : (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>)
    "func.return"(%4) : (tensor<2xf32>) -> ()
  }) {arg_attrs = [{"mhlo.sharding" = "{replicated}"}], function_type = (tensor<2xf32>) -> (tensor<2xf32>), sym_name = "main", sym_visibility = "public"} : () -> ()
  "func.func"() ({
  }) {function_type = (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>), sym_name = "pair", sym_visibility = "private"} : () -> ()
}) {mhlo.num_partitions = 1 : i32, sym_name = "m"} : () -> ()
)");
}

struct LocationRow {
  std::string location;
  std::string file;
  std::uint32_t line, column;
  std::string scope;
};

TEST(ParseText, Locations) {
  const std::vector<LocationRow> rows = {
      {"unknown", "", 0, 0, ""},
      {R"("a b.py":3:4)", "a b.py", 3, 4, ""},
      {R"("a.py":3:4 to 5:6)", "a.py", 3, 4, ""},
      {R"("a.py":3:4 to :6)", "a.py", 3, 4, ""},
      {R"("jit(f)/mul"("a.py":3:4))", "a.py", 3, 4, "jit(f)/mul"},
      {R"("outer"("inner"("a.py":3:4)))", "a.py", 3, 4, "outer"},
      {R"("x")", "", 0, 0, "x"},
      {R"(callsite("f"("a.py":3:4) at "b.py":7:8))", "a.py", 3, 4, "f"},
      {R"(fused<"why">[unknown, "a.py":3:4, "b.py":5:6])", "a.py", 3, 4, ""},
      {R"(fused["n"("a.py":3:4)])", "a.py", 3, 4, "n"},
      {"#later", "c.py", 9, 1, "named"},
      {"callsite(#later at #far)", "c.py", 9, 1, "named"},
  };
  for (const LocationRow& row : rows) {
    const ir::Program program = parse_text("func.func @f() {\n  return loc(" + row.location +
                                           ")\n}\n#later = loc(\"named\"(#near))\n#near = "
                                           "loc(\"c.py\":9:1)\n#far = loc(\"d.py\":1:1)\n");
    const ir::Operation& op =
        program.module.regions.at(0).operations.at(0).regions.at(0).operations.at(0);
    EXPECT_EQ(op.site.file, row.file) << row.location;
    EXPECT_EQ(op.site.line, row.line) << row.location;
    EXPECT_EQ(op.site.column, row.column) << row.location;
    EXPECT_EQ(op.site.scope, row.scope) << row.location;
    EXPECT_EQ(op.at.line, 2U);
    EXPECT_EQ(op.at.column, 3U);
  }
}

// Each beginning of a program, and programs with a byte changed: refused or read, and never
// anything else.
TEST(ParseText, DamagedProgramsAreRefused) {
  const std::string text = read(fs::path(HILO_SOURCE_DIR) / "tests/stablehlo/golden/forms.mlir");
  int refused = 0, tried = 0;
  const auto attempt = [&](std::string_view damaged) {
    ++tried;
    try {
      (void)parse_text(damaged);
    } catch (const FormatError&) {
      ++refused;
    }
  };
  for (std::size_t size = 0; size < text.size(); size += 97) attempt(text.substr(0, size));
  EXPECT_EQ(refused, tried - 2);  // nothing, and the comment in front, are programs
  for (std::size_t i = 0; i < text.size(); i += 61) {
    std::string damaged = text;
    damaged[i] = static_cast<char>(i * 2654435761U >> 7);
    attempt(damaged);
  }
  EXPECT_GT(refused, tried / 2);
}

TEST(ParseText, NestingIsBounded) {
  const auto nested = [](std::string_view open, std::string_view middle, std::string_view close,
                         int depth) {
    std::string text = "func.func @f() {\n  return {x = ";
    for (int i = 0; i < depth; ++i) text += open;
    text += middle;
    for (int i = 0; i < depth; ++i) text += close;
    return text + "}\n}\n";
  };
  EXPECT_NO_THROW(parse_text(nested("[", "1", "]", 150)));
  EXPECT_THROW(parse_text(nested("[", "1", "]", 100'000)), FormatError);
  EXPECT_THROW(parse_text(nested("{a = ", "1", "}", 100'000)), FormatError);
  EXPECT_THROW(parse_text(nested("tuple<", "", ">", 100'000)), FormatError);
  EXPECT_THROW(parse_text(nested("tensor<", "f32", ">", 100'000)), FormatError);
  std::string regions;
  for (int i = 0; i < 100'000; ++i) regions += "module {";
  EXPECT_THROW(parse_text(regions), FormatError);
  std::string axes = "tensor<", list = "dense<";
  for (int i = 0; i < 100'000; ++i) axes += "1x", list += '[';
  EXPECT_THROW(parse_type(axes + "f32>"), FormatError);
  EXPECT_THROW(parse_attribute(list + "> : " + axes + "f32>"), FormatError);
}

}  // namespace
}  // namespace hilo::stablehlo
