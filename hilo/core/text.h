#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace hilo {

/// Text from outside, made fit to print: in double quotes, with quotes, backslashes, control
/// characters and bytes that are no UTF-8 escaped (\n, \x1b), and cut after `max_bytes` with "..".
/// Example: quote("a\tb") is "\"a\\tb\"".
std::string quote(std::string_view text, std::size_t max_bytes = 80);

/// Bytes of the UTF-8 character that `text` begins with: 1 to 4; 0 if it begins with none (or is
/// empty).
std::size_t utf8_length(std::string_view text);

/// Whether all of it is UTF-8.
bool is_utf8(std::string_view text);

}  // namespace hilo
