#pragma once
#include <cstdint>
#include <string_view>

#include "hilo/tokenizers/pattern.h"

// What JSON texts are made of, as patterns. This header is for the sources of this room.
namespace hilo::tokenizers::json {

/// What may stand between tokens: a space, or a line and its indentation. Bounded, so that an answer cannot be white space
/// without end.
Pattern blank();
/// The pattern of a regular expression.
Pattern expression(std::string_view regex);

/// Numbers that fit i64 and f64, as regular expressions.
inline constexpr std::string_view kInteger = "-?(?:0|[1-9][0-9]{0,17})";
inline constexpr std::string_view kNumber =
    R"(-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,17})?(?:[eE][+-]?[0-9]{1,2})?)";

/// One character of a string as JSON writes it.
const Pattern& string_character();
Pattern quoted(Pattern inside);
/// Values divided by commas, `least` to `most` of them, in brackets.
Pattern list(const Pattern& item, std::uint32_t least, std::uint32_t most);
/// Any value, lists and objects nested at most three deep; any object of such.
const Pattern& any_value();
Pattern any_object();

}  // namespace hilo::tokenizers::json
