// What has no row is missing: every op of the list is in some row; every sentence that an op can refuse with is said by
// some refusal, at the line that made the mistake.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "hilo/graph/op.h"
#include "hilo/ops/all_ops.h"
#include "tests/ops/rows/drawn.h"

namespace hilo::test {
namespace {

TEST(Completeness, EveryOpHasARow) {
  OpNames seen;
  for (const Family& family : families()) {
    for (const Row& row : family.rows) {
      const DType dtype = row.dtypes.front();
      std::vector<Shape> shapes;
      for (const Input& input : row.inputs) shapes.push_back({input.dtype.value_or(dtype), input.dims});
      ASSERT_NO_THROW(collect(trace(row.f, shapes), seen)) << row.name;
    }
  }
  for (const OpEntry& op : all_ops().entries()) EXPECT_TRUE(seen.contains(op.name)) << op.name << " has no row";
  for (const std::string& name : seen) EXPECT_NE(all_ops().find(name), nullptr) << name << " is not in all_ops()";
}

// An op with a derivative that is not zero is drawn at random shapes for the sweep (gradient_test.cpp).
TEST(Completeness, EveryDerivativeIsDrawn) {
  for (const auto& [name, swept] : swept_ops()) {
    EXPECT_TRUE(swept.functions > 0 || !swept.left_out.empty()) << name << " has a derivative, but no shapes are drawn for it";
  }
}

TEST(Completeness, RowsHaveNamesOfTheirOwn) {
  std::set<std::string> names;
  for (const Family& family : families()) {
    for (const Row& row : family.rows) EXPECT_TRUE(names.insert(row.name).second) << row.name;
  }
}

// The refusal of a row, or none.
std::optional<OpError> refusal_of(const Refused& row) {
  try {
    trace(row.call, row.operands);
  } catch (const OpError& e) {
    return e;
  }
  return std::nullopt;
}

// The call stands on the row's lines, or in a lambda that several rows share, so many lines above at most.
constexpr std::uint32_t kHelperLines = 30, kRowLines = 8;

TEST(Refusals, SayWhatWhyAndWhere) {
  for (const Refused& row : refusals()) {
    const testing::ScopedTrace at(row.where.file_name(), static_cast<int>(row.where.line()), row.op + ": " + row.problem);
    const std::optional<OpError> refused = refusal_of(row);
    if (!refused) {
      ADD_FAILURE() << "is accepted";
      continue;
    }
    const Refusal& r = refused->refusal();
    EXPECT_EQ(r.op, row.op);
    EXPECT_NE(r.problem.find(row.problem), std::string::npos) << r.problem;
    EXPECT_EQ(r.expected, row.expected);
    EXPECT_EQ(r.hint, row.hint);
    EXPECT_TRUE(row.operands.empty() || !r.got.empty()) << "every operand is shown";
    std::smatch site;
    const std::string message = refused->what();
    ASSERT_TRUE(std::regex_search(message, site, std::regex("at: +(.*):([0-9]+)"))) << message;
    EXPECT_EQ(site[1], row.where.file_name()) << message;
    const auto line = static_cast<std::uint32_t>(std::stoul(site[2]));
    EXPECT_TRUE(line + kHelperLines >= row.where.line() && line <= row.where.line() + kRowLines) << message;
  }
}

// String literals of a call's arguments, from its opening parenthesis on.
std::vector<std::string> literals_of_call(std::string_view source, std::size_t open) {
  std::vector<std::string> result;
  int depth = 0;
  for (std::size_t i = open; i < source.size(); ++i) {
    if (source[i] == '(') ++depth;
    if (source[i] == ')' && --depth == 0) break;
    if (source[i] == '\'') {  // a character
      i = source.find('\'', i + 2);
    } else if (source[i] == '"') {
      std::string text;
      for (++i; source[i] != '"'; ++i) {
        if (source[i] == '\\') ++i;
        text += source[i];
      }
      const std::size_t next = source.find_first_not_of(" \n", i + 1);
      if (next != std::string_view::npos && source[next] == '"') {  // goes on in the next line
        i = next - 1;
        result.push_back(text);
        continue;
      }
      result.push_back(text);
    }
  }
  return result;
}

// Everything that the sources say in a refusal, with where it stands.
std::vector<std::pair<std::string, std::string>> sentences_of_sources() {
  std::vector<std::pair<std::string, std::string>> result;
  const std::filesystem::path folder = std::filesystem::path(HILO_SOURCE_DIR) / "hilo/ops";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".cpp") continue;
    std::stringstream text;
    text << std::ifstream(entry.path()).rdbuf();
    const std::string source = text.str();
    for (const std::string_view call : {"OpError(", "refuse(", "refusal(", "missing("}) {
      for (std::size_t at = source.find(call); at != std::string::npos; at = source.find(call, at + 1)) {
        for (std::string& sentence : literals_of_call(source, at + call.size() - 1)) {
          result.emplace_back(std::move(sentence), entry.path().filename().string());
        }
      }
    }
  }
  return result;
}

// Sentences that no call of the public functions can bring about.
const std::set<std::string, std::less<>> kOutOfReach = {
    " operands",                    // another number of operands than the functions pass
    "a body",                       // an empty body, which only the table's specimen has
    "operands do not fit the body", // the same
    "equal shapes and dtypes",      // operators broadcast and convert before
};

TEST(Refusals, EverySentenceOfTheSourcesIsSaid) {
  std::string said;
  for (const Refused& row : refusals()) {
    if (const std::optional<OpError> refused = refusal_of(row)) said += std::string(refused->what()) + "\n";
  }
  for (const Family& family : families()) {  // and what rows say of rules that are not there
    for (const Row& row : family.rows) said += row.reverse_refusal + "\n" + row.forward_refusal + "\n" + row.batching_refusal + "\n";
  }
  const auto sentences = sentences_of_sources();
  EXPECT_GT(sentences.size(), 200U) << "the sources were not found";
  for (const auto& [sentence, file] : sentences) {
    if (sentence.size() < 4 || kOutOfReach.contains(sentence)) continue;
    EXPECT_NE(said.find(sentence), std::string::npos) << file << " says \"" << sentence << "\", but no refusal row does";
  }
}

}  // namespace
}  // namespace hilo::test
