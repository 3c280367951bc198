// Programs as bytecode are the programs that JAX prints as text; and what damaged and hostile bytes
// end in.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "hilo/stablehlo/byte_stream.h"
#include "hilo/stablehlo/bytecode_codec.h"
#include "hilo/stablehlo/ir_text.h"
#include "hilo/stablehlo/parse.h"
#include "tests/stablehlo/artifact_files.h"

namespace hilo::stablehlo {
namespace {

using bytecode::ByteReader;
using bytecode::ByteWriter;
using testing::HasSubstr;

std::string text_of(std::string_view bytes) { return to_text(parse(bytes)); }

void expect_same_programs(const std::vector<FilePair>& pairs) {
  for (const FilePair& pair : pairs) {
    SCOPED_TRACE(pair.bytecode.string());
    EXPECT_EQ(text_of(contents_of(pair.bytecode)), text_of(contents_of(pair.text)));
  }
}

TEST(Bytecode, EveryOpIsReadAsItsText) {
  const std::vector<FilePair> pairs = golden_artifacts();
  EXPECT_GE(pairs.size(), 49U);
  expect_same_programs(pairs);
}

TEST(Bytecode, ProgramsOfJaxAreReadAsTheirText) {
  const std::vector<FilePair> pairs = fixture_artifacts();
  if (pairs.empty()) GTEST_SKIP() << "HILO_FIXTURES is not set";
  EXPECT_GE(pairs.size(), 118U);
  expect_same_programs(pairs);
}

TEST(Bytecode, HowAnOpDividesIsReadAsNumbers) {
  const std::string rule = text_of(contents_of(std::filesystem::path(HILO_SOURCE_DIR) /
                                               "tests/stablehlo/golden/more/sharding_rule.mlirbc"));
  EXPECT_THAT(rule, HasSubstr("factor_sizes = [8, 2, 4]"));
  EXPECT_THAT(rule, HasSubstr("reduction_factors = [2]"));
  EXPECT_THAT(rule, HasSubstr("is_custom_rule = true"));
}

TEST(Bytecode, ASmallestAndLargestNumberOfEachLength) {
  std::vector<std::uint64_t> numbers = {0, ~std::uint64_t{0}};
  for (int bits = 1; bits < 64; ++bits) {
    numbers.push_back((std::uint64_t{1} << bits) - 1);
    numbers.push_back(std::uint64_t{1} << bits);
  }
  ByteWriter out;
  for (const std::uint64_t v : numbers) {
    out.varint(v);
    out.signed_varint(static_cast<std::int64_t>(v));
  }
  ByteReader in("numbers", out.bytes);
  for (const std::uint64_t v : numbers) {
    EXPECT_EQ(in.varint(), v);
    EXPECT_EQ(in.signed_varint(), static_cast<std::int64_t>(v));
  }
  EXPECT_TRUE(in.empty());
}

// A program, or a FormatError; nothing else.
void expect_no_harm(std::string_view bytes, std::string_view what) {
  try {
    (void)parse(bytes);
  } catch (const FormatError&) {
  } catch (const std::exception& e) {
    ADD_FAILURE() << what << ": " << e.what();
  }
}

TEST(Bytecode, DamageEndsInAFormatError) {
  std::mt19937 random(7);
  for (const FilePair& pair : golden_artifacts()) {
    const std::string whole = contents_of(pair.bytecode);
    if (whole.size() > 1'000) continue;
    SCOPED_TRACE(pair.bytecode.string());
    for (std::size_t i = 0; i < whole.size(); ++i) {
      EXPECT_THROW((void)parse_bytecode(whole.substr(0, i)), FormatError) << i << " bytes of it";
      std::string changed = whole;
      for (const int byte : {0, 1, 0x80, 0xFF, static_cast<int>(random() & 0xFF)}) {
        changed[i] = static_cast<char>(byte);
        expect_no_harm(changed, "byte " + std::to_string(i));
      }
    }
  }
}

/// A module without ops whose attributes are the one at `index`, of hand-made entries of the
/// builtin dialect.
std::string module_with(const std::vector<std::string>& attributes, std::uint64_t index,
                        const std::function<void(ByteWriter&)>& append_ir = {}) {
  ByteWriter dialects, offsets, strings, ir, file;
  for (const int v : {1, 0 << 1, 1, 0, 1, 1 << 1 | 1})
    dialects.varint(static_cast<std::uint64_t>(v));  // builtin, its one op name
  strings.varint(2);
  for (const std::string_view s : {"module", "builtin"}) strings.varint(s.size() + 1);
  strings.bytes += std::string("builtin\0module\0", 15);
  offsets.varint(attributes.size());
  offsets.varint(0);
  offsets.varint(0);
  offsets.varint(attributes.size());
  std::string data;
  for (const std::string& a : attributes) {
    offsets.flagged(a.size(), true);
    data += a;
  }
  if (append_ir) {
    append_ir(ir);
  } else {
    ir.flagged(1, false);
    ir.varint(0);  // the op
    ir.byte(1);    // attributes
    ir.varint(0);  // where
    ir.varint(index);
  }
  file.bytes = "ML\xEFR";
  file.varint(6);
  file.byte(0);
  file.section(0, strings.bytes);
  file.section(1, dialects.bytes);
  file.section(2, data);
  file.section(3, offsets.bytes);
  file.section(4, ir.bytes);
  return file.bytes;
}

std::string entry(std::initializer_list<std::uint64_t> fields) {
  ByteWriter out;
  for (const std::uint64_t v : fields) out.varint(v);
  return out.bytes;
}

// Codes of the builtin dialect: 0 list, 1 dictionary, 2 string, 15 unknown location.
const std::string kUnknown = entry({15}), kString = entry({2, 0});

TEST(Bytecode, AModuleMadeByHand) {
  const std::string bytes = module_with({kUnknown, kString, entry({1, 1, 1, 1})}, 2);
  EXPECT_EQ(text_of(bytes), "\"builtin.module\"() ({\n}) {builtin = \"builtin\"} : () -> ()\n");
}

// Lists of two of the one before: 2^64 elements.
std::string doubling() {
  std::vector<std::string> entries = {kUnknown, kString};
  for (std::uint64_t i = 1; i < 65; ++i) entries.push_back(entry({0, 2, i, i}));
  entries.push_back(entry({1, 1, 1, 65}));
  return module_with(entries, 66);
}

// A list in a list in a list ..
std::string nested(std::uint64_t depth) {
  std::vector<std::string> entries = {kUnknown, kString};
  for (std::uint64_t i = 1; i <= depth; ++i) entries.push_back(entry({0, 1, i}));
  entries.push_back(entry({1, 1, 1, depth + 1}));
  return module_with(entries, depth + 2);
}

// A region in a region in a region ..
void append_regions(ByteWriter& out, int depth) {
  out.flagged(1, false);
  for (int i = 0; i < depth; ++i) {
    out.varint(0);
    out.byte(16);  // regions
    out.varint(0);
    out.flagged(1, false);
    out.varint(1);  // a block
    out.varint(0);  // no values
    out.flagged(1, false);
  }
}

struct Hostile {
  const char* name;
  std::string bytes;
  const char* message;
};

std::ostream& operator<<(std::ostream& out, const Hostile& h) { return out << h.name; }

class HostileBytes : public testing::TestWithParam<Hostile> {};

TEST_P(HostileBytes, AreRefused) {
  try {
    (void)parse_bytecode(GetParam().bytes, "bad.mlirbc");
    FAIL() << "was read";
  } catch (const FormatError& e) {
    EXPECT_THAT(e.what(), HasSubstr(GetParam().message));
    EXPECT_THAT(e.what(), HasSubstr("bad.mlirbc: offset "));
  }
}

const std::string kVersion7 = "ML\xEFR\x0F";

INSTANTIATE_TEST_SUITE_P(
    Bytecode, HostileBytes,
    testing::Values(
        Hostile{"Nothing", "", "expected the bytes"},
        Hostile{"AnotherFile", "GGUF....", "expected the bytes"},
        Hostile{"AVersionToCome", kVersion7, "bytecode of version 7; expected 0 to 6"},
        Hostile{"NoSections", std::string("ML\xEFR\x0D", 5) + '\0', "no section of strings"},
        Hostile{"ACountBeyondTheFile",
                module_with({kUnknown, entry({0, std::uint64_t{1} << 60})}, 1),
                "found a count of 1152921504606846976"},
        Hostile{"AListOfItself", module_with({kUnknown, entry({0, 1, 1})}, 1),
                "attribute 1 is a part of itself"},
        Hostile{"TwoListsOfEachOther",
                module_with({kUnknown, entry({0, 1, 2}), entry({0, 1, 1})}, 1),
                "is a part of itself"},
        Hostile{"AnIndexThatIsNone", module_with({kUnknown}, 9),
                "attribute 9; expected less than 1"},
        Hostile{"ACodeThatIsNone", module_with({kUnknown, entry({99})}, 1),
                "code 99 of dialect \"builtin\""},
        Hostile{"NoDictionary", module_with({kUnknown, kString}, 1),
                "attributes of an op that are no dictionary"},
        Hostile{"BytesBehindAnAttribute", module_with({kUnknown, kString + "x"}, 1),
                "bytes behind an attribute"},
        Hostile{"ListsThatDouble", doubling(), "more memory"},
        Hostile{"ListsInLists", nested(1'000), "nested deeper"},
        Hostile{"RegionsInRegions",
                module_with({kUnknown}, 0, [](ByteWriter& out) { append_regions(out, 10'000); }),
                "regions nested deeper"},
        Hostile{"ALoopOfLocations", module_with({entry({14, 1, 0}), kString}, 1),
                "attributes of an op that are no dictionary"},
        Hostile{"OpsBeyondTheFile",
                module_with({kUnknown}, 0,
                            [](ByteWriter& out) { out.flagged(std::uint64_t{1} << 50, false); }),
                "found a count of"}),
    [](const auto& row) { return row.param.name; });

TEST(Bytecode, NumbersOfAConvolutionNameEachAxisOnce) {
  StructAttribute numbers{"conv", {}};
  for (const char* name : {"input", "kernel", "output"}) {
    numbers.members.push_back({std::string(name) + "_a", std::int64_t{0}});
    numbers.members.push_back({std::string(name) + "_b", std::int64_t{3}});
    numbers.members.push_back({std::string(name) + "_spatial", std::vector<std::int64_t>{1, 2}});
  }
  EXPECT_NO_THROW(bytecode::check_struct(numbers));
  for (const std::int64_t wrong : {0, 1, 4, -1}) {
    numbers.members[1].value = wrong;
    EXPECT_THROW(bytecode::check_struct(numbers), Error) << wrong;
  }
}

TEST(Parse, TellsFormatsApart) {
  EXPECT_THAT(text_of("module {}"), HasSubstr("builtin.module"));
  EXPECT_THAT(text_of(module_with({kUnknown, kString, entry({1, 1, 1, 1})}, 2)),
              HasSubstr("builtin.module"));
  // A flatbuffer whose root lies in the file, and has no fields.
  const std::string flatbuffer("\x08\0\0\0\x04\0\x04\0\x04\0\0\0", 12);
  EXPECT_THROW((void)parse(flatbuffer), FormatError);
}

}  // namespace
}  // namespace hilo::stablehlo
