// A room includes rooms of lower layers only, by the table of docs/design.md.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>

namespace hilo {
namespace {

namespace fs = std::filesystem;
const fs::path kRoot = HILO_SOURCE_DIR;

// Rows such as "| 2 | `hilo/ops` | .. |", which may name several rooms.
std::map<std::string, int> layers_of_design() {
  std::map<std::string, int> layers;
  std::ifstream page(kRoot / "docs" / "design.md");
  const std::regex row("\\| ([0-9]+) \\| (.*?) \\|.*"), room("`(hilo/)?([a-z]+)/?`");
  for (std::string line; std::getline(page, line);) {
    std::smatch found;
    if (!std::regex_match(line, found, row)) continue;
    const std::string rooms = found[2];
    for (std::sregex_iterator r(rooms.begin(), rooms.end(), room), end; r != end; ++r) layers[(*r)[2]] = std::stoi(found[1]);
  }
  return layers;
}

TEST(Layers, IncludesPointDown) {
  const std::map<std::string, int> layers = layers_of_design();
  ASSERT_GE(layers.size(), 12U) << "the table of docs/design.md was not read";
  const std::regex include("#include \"(hilo/)?([a-z]+)/([a-z0-9_]+/)?[a-z0-9_]+\\.h\"");
  int count = 0;
  for (const fs::path& folder : {kRoot / "hilo", kRoot / "tools"}) {
    for (const auto& file : fs::recursive_directory_iterator(folder)) {
      const std::string path = file.path().lexically_relative(kRoot).generic_string();
      const std::string own = path.starts_with("tools/") ? "tools" : path.substr(5, path.find('/', 5) - 5);
      if (!file.is_regular_file() || !layers.contains(own)) continue;  // hilo/hilo.h is above all
      std::ifstream text(file.path());
      for (std::string line; std::getline(text, line);) {
        std::smatch found;
        if (!std::regex_match(line, found, include)) continue;
        const std::string other = found[2];
        if (other == "hilo") continue;  // hilo/version.h
        ASSERT_TRUE(layers.contains(other)) << path << ": " << line << ": no such room in docs/design.md";
        EXPECT_TRUE(other == own || layers.at(other) < layers.at(own)) << path << ": " << line;
        ++count;
      }
    }
  }
  EXPECT_GT(count, 500);
}

}  // namespace
}  // namespace hilo
