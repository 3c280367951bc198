#include "tools/json_lines.h"

#include <fstream>
#include <iostream>

#include "hilo/core/error.h"

namespace hilo::tools {

void answer_json_lines(const std::string& file,
                       const std::function<Json(const Json& line)>& answer) {
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened) throw FormatError(shown(file), "cannot be read; is it there?");
  }
  std::istream& in = file == "-" ? std::cin : opened;
  const std::string name = file == "-" ? "standard input" : shown(file);
  std::string line;
  for (std::uint64_t number = 1; std::getline(in, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    try {
      std::cout << line_of(answer(Json::parse(line))) << '\n';
    } catch (const Json::parse_error& error) {
      throw FormatError(name,
                        "line " + std::to_string(number) + ": no JSON (" + error.what() + ")");
    } catch (const Error& error) {
      throw FormatError(name, "line " + std::to_string(number) + ": " + error.what());
    }
  }
  if (in.bad()) throw FormatError(name, "cannot be read to its end");
}

}  // namespace hilo::tools
