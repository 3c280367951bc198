#pragma once
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace hilo::formats {

/// JSON that somebody else wrote, read whole.
/// Limits:  32 levels, 500,000 keys and values, no key twice in an object.
/// Throws:  FormatError with file and offset for anything else.
nlohmann::json parse_json(std::string_view text, const std::string& file);

}  // namespace hilo::formats
