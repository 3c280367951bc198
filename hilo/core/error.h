#pragma once
#include <cstdint>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/core/shape.h"

namespace hilo {

/// Base of everything that Hilo throws. `what()` is the whole message, ready to be shown to a user.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What a refused op says. Empty lines are left out.
struct Refusal {
  std::string op{};             ///< "concatenate"
  std::string problem{};        ///< one lower-case clause, no full stop
  std::vector<Shape> got{};     ///< every operand's shape, in call order
  std::string expected{};       ///< the rule, in letters: "[m,k] x [k,n]"
  std::string hint{};           ///< the likeliest fix, as code; only when it is likely right
  std::string constraint{};     ///< where the rule stands: in an op's own rule "C3", in a message "StableHLO spec, pad (C3)"
};

/// Where in the user's program something was built: a file and line, and the layer's scope path (may be empty).
struct Site {
  const char* file = "";
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::string_view scope{};  ///< interned for the life of the process

  Site() = default;
  Site(std::source_location at, std::string_view path = {})
      : file(at.file_name()), line(at.line()), column(at.column()), scope(path) {}
};

/// "model.cpp:41 (scope /encoder/layer_3)".
std::string to_string(const Site& site);

/// An op refused its operands while a graph was built. The message ends with the caller's line.
class OpError : public Error {
 public:
  explicit OpError(Refusal refusal);
  OpError(Refusal refusal, const Site& site);
  [[nodiscard]] const Refusal& refusal() const { return refusal_; }

 private:
  Refusal refusal_;
};

/// Bytes of a file (or of an archive, picture, checkpoint ..) are not what the format asks for.
/// The message reads "FILE: offset N: PROBLEM; expected ..".
class FormatError : public Error {
 public:
  FormatError(std::string_view file, std::uint64_t offset, std::string_view problem);
  /// Where no offset makes sense (a missing file, a wrong name).
  FormatError(std::string_view file, std::string_view problem);
};

/// PJRT or a plugin failed: the plugin's own text plus what was being done.
class DeviceError : public Error {
 public:
  using Error::Error;
};

/// The command line or a setting is wrong.
class UsageError : public Error {
 public:
  using Error::Error;
};

/// The names in `known` that are near `wrong`, nearest first, as "did you mean a, b?"; empty if none is near.
std::string near_names(std::string_view wrong, const std::vector<std::string>& known);

}  // namespace hilo
