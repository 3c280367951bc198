#pragma once
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "hilo/tokenizers/vocabulary.h"

namespace hilo::tokenizers {

/// What pairs of pieces become: a table by both ids, the earlier in the list the sooner.
class MergeTable {
 public:
  struct Entry {
    std::uint64_t pair = kFree;
    std::uint32_t rank = 0;
    TokenId id = -1;
  };

  /// The first of equal pairs stays.
  void insert(TokenId left, TokenId right, TokenId id);
  [[nodiscard]] const Entry* find(TokenId left, TokenId right) const;
  [[nodiscard]] std::size_t size() const { return count_; }

 private:
  static constexpr std::uint64_t kFree = ~std::uint64_t{0};
  [[nodiscard]] std::size_t slot_of(std::uint64_t pair) const;
  void grow();

  std::vector<Entry> slots_{};  // a power of two of them
  std::size_t count_ = 0;
};

/// A tokenizer.json, read once from front to back. The two large parts, vocabulary and merges, go
/// straight into tables; the rest is small and kept as JSON.
struct JsonFile {
  nlohmann::json rest{};  ///< the file without model.vocab and model.merges
  std::vector<std::string> pieces{};
  PieceIndex index{};
  MergeTable merges{};
};

/// Throws:  FormatError with line and column where it is no JSON; with the path (model.vocab) where
/// a value is of the wrong kind.
/// Cost:    0.5 to 0.7 s of one core for the 33 MB of Gemma 3.
JsonFile read_json_file(std::string_view text, std::string_view name);

}  // namespace hilo::tokenizers
