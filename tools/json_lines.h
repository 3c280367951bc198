#pragma once
#include <functional>
#include <string>

#include "tools/messages.h"

namespace hilo::tools {

/// Reads a file of one JSON value a line (`-` is the standard input) and prints what `answer` makes
/// of each, a line each. Empty lines are passed over. Lines are answered as they come, so the file
/// may be of any length. Throws:  FormatError with the file and line where one is no JSON, or
/// `answer` throws.
void answer_json_lines(const std::string& file,
                       const std::function<Json(const Json& line)>& answer);

}  // namespace hilo::tools
