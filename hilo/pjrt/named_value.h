#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace hilo::pjrt {

/// A value that a plugin takes or gives under a name.
using NamedValue = std::variant<std::string, std::int64_t, std::vector<std::int64_t>, float, bool>;
using NamedValues = std::map<std::string, NamedValue>;

/// "1.20.0" for text and for lists of numbers; "true", "8", "0.75" for the rest.
std::string to_string(const NamedValue& value);

}  // namespace hilo::pjrt
