#include "tools/conformance_suite.h"

#include <algorithm>
#include <filesystem>

#include "hilo/core/file.h"
#include "hilo/formats/tar.h"

namespace hilo::tools {
namespace {

constexpr std::uint64_t kMaxProgramBytes = 1ULL << 30;
constexpr std::string_view kSeparator = "// -----", kExpected = "expected-error";

bool is_program(const std::filesystem::path& path) {
  const std::string end = path.extension().string();
  return end == ".mlir" || end == ".mlirbc" || end == ".bc";
}

// Calls `use` with each line and the position behind it.
template <class Use>
void each_line(std::string_view text, const Use& use) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size() - 1) + 1;
    use(text.substr(at, end - at), end);
    at = end;
  }
}

std::string_view comment_of(std::string_view line) {
  const std::size_t at = line.find("//");
  return at == std::string_view::npos ? std::string_view() : line.substr(at);
}

bool says_nothing(std::string_view text) {
  bool nothing = true;
  each_line(text, [&](std::string_view line, std::size_t) {
    const std::size_t first = line.find_first_not_of(" \t\r\n");
    nothing = nothing && (first == std::string_view::npos || line.substr(first).starts_with("//"));
  });
  return nothing;
}

std::optional<std::string> expected_error(std::string_view text) {
  std::optional<std::string> found;
  each_line(text, [&](std::string_view line, std::size_t) {
    const std::string_view comment = comment_of(line);
    if (found || comment.find(kExpected) == std::string_view::npos) return;
    const std::size_t from = comment.find("{{"), to = comment.rfind("}}");
    found = from == std::string_view::npos || to == std::string_view::npos || to < from ? "" : std::string(comment.substr(from + 2, to - from - 2));
  });
  return found;
}

void add_file(std::vector<SuiteProgram>& into, const std::string& file, std::string text) {
  if (text.starts_with("ML\xEFR")) {
    into.push_back({file, file, std::move(text), {}, {}});
    return;
  }
  struct Part {
    std::size_t from, lines_before;
    std::size_t to = 0;
  };
  std::vector<Part> parts = {{0, 0}};
  std::size_t lines = 0;
  each_line(text, [&](std::string_view line, std::size_t end) {
    ++lines;
    if (!line.starts_with(kSeparator)) return;
    parts.back().to = end - line.size();
    parts.push_back({end, lines});
  });
  parts.back().to = text.size();
  const std::string first_line = text.substr(0, text.find('\n'));
  for (const Part& part : parts) {
    const std::string_view own = std::string_view(text).substr(part.from, part.to - part.from);
    if (parts.size() > 1 && says_nothing(own)) continue;
    const std::string place = parts.size() == 1 ? "" : ":" + std::to_string(part.lines_before + 1);
    into.push_back({file, file + place, std::string(part.lines_before, '\n').append(own), first_line, expected_error(own)});
  }
}

}  // namespace

std::vector<SuiteProgram> read_suite(const std::string& path) {
  std::vector<std::pair<std::string, std::string>> files;
  if (std::filesystem::is_directory(path)) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path)) {
      if (!entry.is_regular_file() || !is_program(entry.path())) continue;
      files.emplace_back(std::filesystem::relative(entry.path(), path).string(), read_text(entry.path(), kMaxProgramBytes));
    }
  } else if (is_program(path)) {
    files.emplace_back(path, read_text(path, kMaxProgramBytes));
  } else {
    formats::read_tar(path, [&](formats::TarEntry entry) {
      if (!is_program(entry.name)) return;
      const auto* bytes = reinterpret_cast<const char*>(entry.contents.data());
      files.emplace_back(entry.name, std::string(bytes, entry.contents.size()));
    });
  }
  std::ranges::sort(files);
  std::vector<SuiteProgram> programs;
  for (auto& [file, text] : files) add_file(programs, file, std::move(text));
  return programs;
}

}  // namespace hilo::tools
