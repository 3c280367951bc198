#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hilo/tokenizers/sentencepiece_model.h"
#include "hilo/tokenizers/vocabulary.h"

namespace hilo::formats {
class GgufFile;
}

namespace hilo::tokenizers {

struct EncodeOptions {
  bool adds_bos =
      false;  ///< <bos> before the text, unless the text begins with it and specials are parsed
  bool parses_special =
      false;  ///< "<bos>" in the text is the token; else it is five characters like any others
};

struct DecodeOptions {
  bool shows_special = false;  ///< control tokens as their text; else they write nothing
};

/// Text to token ids and back: what a model was trained with. Cheap to copy; may be used by many
/// threads. Special tokens are only found in text when that is asked for, since text from outside
/// could forge them. What a model's file marks as user-defined is always found, as SentencePiece
/// does. Example: const auto tokenizer = Tokenizer::open("tokenizer.model");
///          tokenizer.decode(tokenizer.encode("bees and wasps")) == "bees and wasps"
class Tokenizer {
 public:
  /// A `.model`, a `tokenizer.json`, a folder that holds one of them, or the `.gguf` of a model,
  /// whose vocabulary is read. Throws:  FormatError naming the file, and where in it something is
  /// not as the format says.
  static Tokenizer open(const std::filesystem::path& path);
  /// The bytes of a `.model` file.
  static Tokenizer from_sentencepiece(std::span<const std::byte> bytes, std::string_view name);
  /// The text of a `tokenizer.json`: byte-pair encoding with byte fallback, as Gemma and Llama have
  /// it. Parts that it does not know are refused by name.
  static Tokenizer from_json(std::string_view text, std::string_view name);
  /// The vocabulary of a model. Throws:  FormatError if the file has none, or one of another kind
  /// than SentencePiece's.
  static Tokenizer from_gguf(const formats::GgufFile& file);
  /// A model made of something else.
  static Tokenizer from_model(SentencePieceModel model, std::string_view name);

  /// The ids of `text`. Any bytes will do; one that is no UTF-8 counts as U+FFFD.
  /// Cost:    O(n log n) for n bytes.
  [[nodiscard]] std::vector<TokenId> encode(std::string_view text,
                                            EncodeOptions options = {}) const;
  /// The text of `ids`; always UTF-8.
  /// Throws:  Error naming the id if there is no such piece.
  [[nodiscard]] std::string decode(std::span<const TokenId> ids, DecodeOptions options = {}) const;

  [[nodiscard]] const Vocabulary& vocabulary() const;
  [[nodiscard]] std::size_t size() const { return vocabulary().size(); }
  /// Throws:  Error naming the id if there is no such piece.
  [[nodiscard]] const std::string& piece(TokenId id) const;
  [[nodiscard]] std::optional<TokenId> find(std::string_view piece) const;
  /// The bytes that a token adds in the middle of a text; none for control tokens.
  [[nodiscard]] std::string bytes_of(TokenId id) const;

  struct State;  ///< what it is made of

 private:
  friend class StreamDecoder;
  explicit Tokenizer(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  static Tokenizer of_checked(SentencePieceModel model, std::string_view name);

  std::shared_ptr<const State> state_;
};

/// Decodes tokens as they come. What it has given back is never taken back, and never ends inside
/// of a character: bytes of one that is not complete wait for the next token. Example:
/// StreamDecoder stream(tokenizer);
///          for (TokenId id : ids) std::cout << stream.push(id);
///          std::cout << stream.finish();
class StreamDecoder {
 public:
  explicit StreamDecoder(Tokenizer tokenizer, DecodeOptions options = {});

  /// The text that is certain now.
  std::string push(TokenId id);
  /// The text left at the end: U+FFFD for each byte of a character that never became complete.
  std::string finish();

 private:
  void settle(bool is_end, std::string& out);

  Tokenizer tokenizer_;
  DecodeOptions options_;
  std::string bytes_;            // of the current run of byte pieces, not yet a character
  bool is_at_beginning_ = true;  // nothing was written
};

}  // namespace hilo::tokenizers
