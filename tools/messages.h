#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

// What the program says beside its results.
namespace hilo::tools {

using Json = nlohmann::ordered_json;

/// "hilo: TEXT" on the error output: the one place for errors and remarks.
void say(std::string_view text);
/// "hilo: warning: TEXT".
void warn(std::string_view text);

/// How this program was called, "hilo" or "build/hilo": for commands that people are told to run.
const std::string& program_name();
void set_program_name(std::string name);

/// A file's name as people should see it: itself, or quoted if it holds control characters or bytes that are no UTF-8.
std::string shown(const std::string& path);

/// JSON on one line, or over several; bytes that are no UTF-8 are replaced.
std::string line_of(const Json& json);
std::string text_of(const Json& json);

/// "1 device", "12,345 devices".
std::string count_of(std::uint64_t count, std::string_view what);
/// "1.5 GB", "12 kB".
std::string bytes_text(std::uint64_t bytes);

}  // namespace hilo::tools
