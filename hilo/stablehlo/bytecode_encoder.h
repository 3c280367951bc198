#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hilo/stablehlo/byte_stream.h"
#include "hilo/stablehlo/bytecode_codec.h"

namespace hilo::stablehlo::bytecode {

/// Collects the strings, types and attributes of a file, each once, and numbers them.
class Encoder {
 public:
  explicit Encoder(Version target) : target_(target) {}

  std::uint64_t string(std::string_view text);
  /// Throws Error if the dialect has no such attribute or type, or the release does not.
  std::uint64_t attribute(std::string_view dialect, const AttributeValue& value,
                          Spelling spelling = {});
  std::uint64_t type(std::string_view dialect, const Type& type);
  /// `{name = ..}` of attributes that have a number, by name.
  std::uint64_t dictionary(std::vector<std::pair<std::string, std::uint64_t>> members);
  std::uint64_t type_attribute(std::string_view dialect, const Type& type);
  std::uint64_t location(const Site& site);
  std::uint64_t dialect(std::string_view name);

  [[nodiscard]] const std::vector<std::string>& dialects() const { return dialects_; }
  [[nodiscard]] std::string string_section() const;
  [[nodiscard]] std::string offset_section();
  [[nodiscard]] std::string entry_section() const;

 private:
  /// Entries of one kind, by dialect and bytes.
  struct Table {
    std::map<std::pair<std::string, std::string>, std::uint64_t> numbers{};
    std::vector<std::pair<std::string, std::string>> entries{};
    std::uint64_t add(std::string_view dialect, std::string bytes);
  };
  std::string encoded(std::string_view dialect, const Code* code, Fields& fields, Spelling spelling,
                      std::string_view what);
  void append_offsets(ByteWriter& out, const Table& table);

  Version target_;
  std::map<std::string, std::uint64_t, std::less<>> string_numbers_{};
  std::vector<std::string> strings_{}, dialects_{};
  Table attributes_{}, types_{};
};

/// "1.17.0".
std::string to_string(const Version& version);

}  // namespace hilo::stablehlo::bytecode
