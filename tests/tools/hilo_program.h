#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/tools/process.h"

namespace hilo::tools::test {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A folder for the whole test program, removed at its end.
const fs::path& scratch();
/// A name in it that no other call gets.
fs::path fresh(const std::string& name);
/// A new file of that text.
fs::path written(const std::string& name, std::string_view text);

/// What every run of the program is told: the CPU plugin's path, and a cache of its own.
std::map<std::string, std::string> environment();

/// The path of the program, or of an example.
std::string program();
std::string example(const std::string& name);

/// Runs `hilo` with these words.
Ended hilo(std::vector<std::string> words, const std::string& input = {}, const std::map<std::string, std::string>& more = {});
/// The same, and it must succeed; gives its output.
std::string hilo_out(std::vector<std::string> words, const std::string& input = {});
/// `hilo` as a process under way.
std::unique_ptr<Process> hilo_started(std::vector<std::string> words);

/// The bytes of a file.
std::string bytes_of(const fs::path& file);
/// The newest checkpoint of a run.
fs::path newest(const fs::path& run);

}  // namespace hilo::tools::test
