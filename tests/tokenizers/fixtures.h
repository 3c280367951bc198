#pragma once
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "hilo/core/file.h"
#include "hilo/tokenizers/tokenizer.h"

namespace hilo::tokenizers::test {

using Json = nlohmann::json;

/// The path that an environment variable holds, or nothing where it is unset: the test says so and
/// is skipped.
inline std::optional<std::filesystem::path> path_in(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::filesystem::path(value);
}

#define HILO_PATH_OR_SKIP(name, variable)                         \
  const auto name##_or_none = path_in(variable);                  \
  if (!name##_or_none) GTEST_SKIP() << variable << " is not set"; \
  const std::filesystem::path name = *name##_or_none

inline std::string bytes_of_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

inline std::vector<TokenId> ids_of(const Json& json) { return json.get<std::vector<TokenId>>(); }

/// What a stream gives, token by token, and at its end.
inline std::pair<std::vector<std::string>, std::string> streamed(const Tokenizer& tokenizer,
                                                                 const std::vector<TokenId>& ids,
                                                                 DecodeOptions options = {}) {
  StreamDecoder stream(tokenizer, options);
  std::vector<std::string> chunks;
  for (const TokenId id : ids) chunks.push_back(stream.push(id));
  return {chunks, stream.finish()};
}

}  // namespace hilo::tokenizers::test
