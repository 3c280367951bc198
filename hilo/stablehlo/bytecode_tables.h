#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/stablehlo/byte_stream.h"
#include "hilo/stablehlo/bytecode_codec.h"

namespace hilo::stablehlo::bytecode {

/// Bytes of memory that are left for the program. Entries of a file can be used as often as it
/// likes, so what is copied of them is counted. Programs were seen to count up to 112 a byte (and to
/// take 66 at most).
class Budget {
 public:
  explicit Budget(std::size_t file_bytes) : left_((std::size_t{48} << 20) + 128 * file_bytes) {}
  void charge(std::size_t bytes, const ByteReader& at) {
    if (bytes > left_)
      at.fail("the program takes more memory than a file of this size has reason for");
    left_ -= bytes;
  }

 private:
  std::size_t left_;
};

/// The attributes and types of a file, decoded when they are asked for.
class AttributeTable {
 public:
  struct Entry {
    std::string_view dialect{};
    bool is_encoded = false;  ///< else it is text, with a zero byte behind it
    ByteReader bytes{"", ""};
    enum class State : std::uint8_t { kRaw, kOpen, kDone } state = State::kRaw;
    AttributeValue attribute{};
    Type type{};
    std::size_t memory = 0;
    bool has_site = false;
    Site site{};
  };

  AttributeTable(std::string_view file, Budget& budget) : file_(file), budget_(budget) {}

  /// The sections, as they stand in the file: entries in `data`, their sizes in `offsets`.
  void set_entries(ByteReader data, ByteReader offsets,
                   const std::vector<std::string_view>& dialects);
  void set_strings(ByteReader section);
  void set_resources(ByteReader data, ByteReader offsets,
                     const std::vector<std::string_view>& dialects);

  /// These throw FormatError, with the place of `at`, for an index that is none.
  [[nodiscard]] std::string_view string(std::uint64_t index, const ByteReader& at) const;
  [[nodiscard]] std::string_view resource(std::uint64_t index, const ByteReader& at) const;
  const Type& type(std::uint64_t index, const ByteReader& at);
  const AttributeValue& attribute(std::uint64_t index, const ByteReader& at);
  /// A copy that is paid for.
  AttributeValue copy(std::uint64_t index, const ByteReader& at);
  Shape shape(std::uint64_t index, const ByteReader& at);
  /// The file and line of a location; none where it says none.
  Site site(std::uint64_t index, const ByteReader& at);

  [[nodiscard]] Budget& budget() { return budget_; }

 private:
  Entry& open(std::vector<Entry>& entries, std::uint64_t index, std::string_view what,
              const ByteReader& at);
  void decode_attribute(Entry& entry);
  void decode_type(Entry& entry);
  Site decode_site(std::uint64_t index, const ByteReader& at, int depth);

  std::string_view file_;
  Budget& budget_;
  std::vector<std::string_view> strings_{}, resources_{};
  std::vector<Entry> attributes_{}, types_{};
  int depth_ = 0;
};

}  // namespace hilo::stablehlo::bytecode
