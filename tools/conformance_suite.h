#pragma once
#include <optional>
#include <string>
#include <vector>

namespace hilo::tools {

/// One program of a suite. A file of text may hold several, with lines "// -----" between them.
struct SuiteProgram {
  std::string file{};
  std::string name{};          ///< the file; with the line of its first, where the file holds several
  std::string text{};          ///< has empty lines in front, so that lines are those of the file
  std::string first_line{};    ///< of the file
  /// What "// expected-error {{..}}" says; none where the program is meant to be right.
  std::optional<std::string> expected_error{};
};

/// The programs of a folder, a tar archive or one file, by name; parts with nothing but comments are left out.
std::vector<SuiteProgram> read_suite(const std::string& path);

}  // namespace hilo::tools
