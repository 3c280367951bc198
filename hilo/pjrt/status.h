#pragma once
#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include "hilo/core/error.h"

namespace hilo::pjrt {

/// The codes of a plugin's errors; the numbers are absl's.
enum class ErrorCode : std::uint8_t {
  kOk,
  kCancelled,
  kUnknown,
  kInvalidArgument,
  kDeadlineExceeded,
  kNotFound,
  kAlreadyExists,
  kPermissionDenied,
  kResourceExhausted,
  kFailedPrecondition,
  kAborted,
  kOutOfRange,
  kUnimplemented,
  kInternal,
  kUnavailable,
  kDataLoss,
  kUnauthenticated,
};

/// "INVALID_ARGUMENT".
std::string_view name(ErrorCode code);
inline std::ostream& operator<<(std::ostream& out, ErrorCode code) { return out << name(code); }

/// A plugin refused or failed. The message says what was being done, then the plugin's own text.
class PluginError : public DeviceError {
 public:
  /// `doing` is a clause such as "compiling for cpu"; `text` is the plugin's.
  PluginError(ErrorCode code, std::string_view doing, std::string_view text);
  [[nodiscard]] ErrorCode code() const { return code_; }
  /// The plugin's words alone.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  ErrorCode code_;
  std::string text_;
};

}  // namespace hilo::pjrt
