#pragma once
#include <string>
#include <string_view>

#include "hilo/pjrt/client.h"

namespace hilo {

/// A compiled program in a file: machine code behind a header that says what it is for, and a
/// checksum of all of it. `hilo compile --out` writes one, `hilo run` takes one.
/// Lifetime:  `code` views the bytes that were read.
struct SavedProgram {
  std::string name{};              ///< of the module
  std::string platform{};          ///< "cpu"; ahead of time the topology, "tpu:v5e:2x2"
  std::string platform_version{};  ///< as the plugin says it
  std::string plugin{};            ///< the plugin's content id
  std::string machine{};           ///< the device's kind, and of a CPU its features
  bool has_custom_calls = false;
  std::string_view code{};

  /// The header of what is compiled for the devices of `client`.
  static SavedProgram of(const pjrt::Client& client);
  /// Whether the bytes begin as such a file does.
  static bool is_one(std::string_view bytes);
  /// Throws:  FormatError naming `file` if the bytes are none, or damaged.
  static SavedProgram read(std::string_view bytes, const std::string& file);
  [[nodiscard]] std::string write() const;

  /// Throws:  DeviceError naming `file` if `client` cannot run it: it got, expected.
  void expect_fits(const pjrt::Client& client, const std::string& file) const;
};

}  // namespace hilo
