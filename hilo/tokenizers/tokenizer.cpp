#include "hilo/tokenizers/tokenizer.h"

#include <algorithm>
#include <fstream>

#include "hilo/core/error.h"
#include "hilo/core/file.h"
#include "hilo/core/text.h"
#include "hilo/formats/gguf.h"
#include "hilo/formats/weight_source.h"
#include "hilo/tokenizers/gguf_vocabulary.h"
#include "hilo/tokenizers/tokenizer_state.h"

namespace hilo::tokenizers {
namespace {

constexpr std::uint64_t kMaxFileBytes = std::uint64_t{1} << 30;

// Of a file that can be read twice: a pipe cannot.
bool is_gguf(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;
  char begin[4] = {};
  std::ifstream(path, std::ios::binary).read(begin, sizeof begin);
  return std::string_view(begin, sizeof begin) == "GGUF";
}

}  // namespace

Tokenizer Tokenizer::open(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    for (const char* name : {"tokenizer.model", "tokenizer.json"}) {
      const auto file = path / name;
      if (std::filesystem::exists(file, error)) return open(file);
    }
    for (const auto& file : std::filesystem::directory_iterator(path)) {
      if (file.path().extension() != ".gguf") continue;
      const auto source = formats::WeightSource::open(path);  // the one file, or all parts of one
      if (source->gguf() != nullptr) return from_gguf(*source->gguf());
    }
    throw FormatError(
        path.string(),
        "no tokenizer in this folder; expected tokenizer.model, tokenizer.json or a GGUF file");
  }
  if (is_gguf(path)) return from_gguf(formats::GgufFile::open(path));
  const std::string bytes = read_text(path, kMaxFileBytes);
  const std::size_t begin = bytes.find_first_not_of(" \t\r\n");
  if (begin != bytes.npos && bytes[begin] == '{') return from_json(bytes, path.string());
  // The first byte of a message with fields 1 to 5, all of them messages: of SentencePiece's
  // ModelProto.
  if (bytes.empty() ||
      std::string_view("\x0A\x12\x1A\x22\x2A").find(bytes[0]) == std::string_view::npos) {
    throw FormatError(
        path.string(),
        "begins with " + quote(std::string_view(bytes).substr(0, 8)) +
            "; expected a SentencePiece model, a tokenizer.json, which begins with {, or a GGUF file");
  }
  return from_sentencepiece(std::as_bytes(std::span(bytes)), path.string());
}

Tokenizer Tokenizer::from_sentencepiece(std::span<const std::byte> bytes, std::string_view name) {
  return of_checked(parse_sentencepiece(bytes, name), name);
}

Tokenizer Tokenizer::from_gguf(const formats::GgufFile& file) {
  std::optional<GgufVocabulary> vocabulary = gguf_vocabulary(file);
  const std::string name = file.path().string();
  if (!vocabulary)
    throw FormatError(name, "it has no vocabulary; expected the key tokenizer.ggml.tokens");
  return of_checked(sentencepiece_of(std::move(*vocabulary), name), name);
}

Tokenizer Tokenizer::from_model(SentencePieceModel model, std::string_view name) {
  check_model(model, name);
  return of_checked(std::move(model), name);
}

Tokenizer Tokenizer::of_checked(SentencePieceModel model, std::string_view name) {
  const auto state = std::make_shared<State>();
  state->model = std::move(model);
  const Vocabulary& vocabulary = state->model.vocabulary;
  state->index = PieceIndex(vocabulary.pieces);
  std::vector<TokenId> special;
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    state->index.insert(id);
    const PieceType type = vocabulary.types[i];
    if (type == PieceType::kControl || type == PieceType::kUnknown) special.push_back(id);
  }
  state->with_special = PrefixMatcher(vocabulary.pieces, std::move(special));
  state->encoder = sentencepiece_encoder(state->model, state->index, name);
  const NormalizerRules& rules = state->model.normalizer;
  if (rules.removes_extra_whitespaces) {
    state->leading_space = LeadingSpace::kAllStripped;
  } else if (rules.adds_dummy_prefix) {
    state->leading_space = LeadingSpace::kOneStripped;
  }
  return Tokenizer(state);
}

Tokenizer Tokenizer::from_json(std::string_view text, std::string_view name) {
  return Tokenizer(state_of_json(text, name));
}

std::vector<TokenId> Tokenizer::encode(std::string_view text, EncodeOptions options) const {
  std::vector<TokenId> ids;
  const PrefixMatcher& matcher = options.parses_special ? state_->with_special : state_->always;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size() && !matcher.is_empty();) {
    const PrefixMatcher::Match match = matcher.longest(text.substr(at));
    if (match.length == 0) {
      ++at;
      continue;
    }
    if (at > begin) state_->encoder->encode(text.substr(begin, at - begin), ids);
    ids.push_back(match.id);
    begin = at += match.length;
  }
  if (begin < text.size()) state_->encoder->encode(text.substr(begin), ids);
  const std::optional<TokenId> bos = vocabulary().bos;
  if (options.adds_bos && bos && (ids.empty() || ids.front() != *bos))
    ids.insert(ids.begin(), *bos);
  return ids;
}

std::string Tokenizer::decode(std::span<const TokenId> ids, DecodeOptions options) const {
  StreamDecoder stream(*this, options);
  std::string text;
  for (const TokenId id : ids) text += stream.push(id);
  return text + stream.finish();
}

const Vocabulary& Tokenizer::vocabulary() const { return state_->model.vocabulary; }

const std::string& Tokenizer::piece(TokenId id) const {
  if (id < 0 || static_cast<std::size_t>(id) >= size()) {
    throw Error("there is no token " + std::to_string(id) + "; expected 0 to " +
                std::to_string(size() - 1));
  }
  return vocabulary().pieces[static_cast<std::size_t>(id)];
}

std::optional<TokenId> Tokenizer::find(std::string_view piece) const {
  return state_->index.find(piece);
}

}  // namespace hilo::tokenizers
