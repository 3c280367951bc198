#include <algorithm>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/tokenizers/byte_pieces.h"
#include "hilo/tokenizers/json_file.h"
#include "hilo/tokenizers/merge.h"
#include "hilo/tokenizers/tokenizer_state.h"

namespace hilo::tokenizers {
namespace {

using Json = nlohmann::json;

// A step of the normalizer: `from` becomes `to` wherever it stands; where `from` is empty, `to`
// goes before the text.
struct Replacement {
  std::string from, to;
};

// Reads the fields of a tokenizer.json; every error names the field by its path.
class Fields {
 public:
  Fields(const Json& json, std::string path, std::string_view name)
      : json_(json), path_(std::move(path)), name_(name) {
    if (!json.is_object()) fail("is no object");
  }

  [[nodiscard]] std::string text(const std::string& key) const {
    return get(key, &Json::is_string, "a text").get<std::string>();
  }
  [[nodiscard]] std::optional<std::string> text_if(const std::string& key) const {
    return has(key) ? std::optional(text(key)) : std::nullopt;
  }
  [[nodiscard]] bool flag(const std::string& key) const {
    return has(key) && get(key, &Json::is_boolean, "true or false").get<bool>();
  }
  [[nodiscard]] std::uint64_t number(const std::string& key) const {
    return get(key, &Json::is_number_unsigned, "a whole number").get<std::uint64_t>();
  }
  [[nodiscard]] std::vector<Fields> list(const std::string& key) const {
    std::vector<Fields> result;
    if (!has(key)) return result;
    const Json& items = get(key, &Json::is_array, "a list");
    for (std::size_t i = 0; i < items.size(); ++i)
      result.emplace_back(items[i], at(key) + "[" + std::to_string(i) + "]", name_);
    return result;
  }
  [[nodiscard]] std::optional<Fields> part(const std::string& key) const {
    return has(key) ? std::optional(Fields(json_[key], at(key), name_)) : std::nullopt;
  }
  [[nodiscard]] bool has(const std::string& key) const {
    return json_.contains(key) && !json_[key].is_null();
  }
  [[noreturn]] void fail(const std::string& problem) const {
    throw FormatError(name_, path_ + " " + problem);
  }

 private:
  [[nodiscard]] std::string at(const std::string& key) const {
    return path_.empty() ? key : path_ + "." + key;
  }
  const Json& get(const std::string& key, bool (Json::*is)() const noexcept,
                  std::string_view expected) const {
    if (!json_.contains(key))
      throw FormatError(name_, at(key) + " is missing; expected " + std::string(expected));
    if (!(json_[key].*is)())
      throw FormatError(
          name_, at(key) + " is " + json_[key].type_name() + "; expected " + std::string(expected));
    return json_[key];
  }

  const Json& json_;
  std::string path_;
  std::string_view name_;
};

std::string pattern_of(const Fields& fields) {
  const auto pattern = fields.part("pattern");
  if (!pattern || !pattern->has("String"))
    fields.fail("has a pattern that is no {\"String\": ..}, which is not supported");
  const std::string text = pattern->text("String");
  if (text.empty()) fields.fail("has an empty pattern");
  return text;
}

// One step after the other may make a text longer: by this product, and no more than `kMaxGrowth`.
constexpr double kMaxGrowth = 64;
double growth_of(const std::vector<Replacement>& steps) {
  double growth = 1;
  for (const auto& [from, to] : steps) {
    if (to.size() > from.size() && !from.empty())
      growth *= static_cast<double>(to.size()) / static_cast<double>(from.size());
  }
  return growth;
}

void read_normalizer(const Fields& fields, std::vector<Replacement>& out, int depth = 0) {
  const std::string type = fields.text("type");
  if (type == "Sequence" && depth < 4) {
    for (const Fields& step : fields.list("normalizers")) read_normalizer(step, out, depth + 1);
  } else if (type == "Replace") {
    out.push_back({pattern_of(fields), fields.text("content")});
  } else if (type == "Prepend") {
    out.push_back({"", fields.text("prepend")});
  } else {
    fields.fail("has type " + quote(type) +
                ", which is not supported; expected Replace, Prepend or a Sequence of them");
  }
}

// What the decoder does beyond bytes and spaces: strips one space where text begins.
void read_decoder(const Fields& fields, LeadingSpace& leading_space, int depth = 0) {
  const std::string type = fields.text("type");
  if (type == "Sequence" && depth < 4) {
    for (const Fields& step : fields.list("decoders")) read_decoder(step, leading_space, depth + 1);
  } else if (type == "Replace") {
    if (pattern_of(fields) != kSpaceMark || fields.text("content") != " ") {
      fields.fail("replaces something else than \"▁\" by a space, which is not supported");
    }
  } else if (type == "Strip") {
    if (fields.text("content") != " " || fields.number("start") > 1 || fields.number("stop") != 0) {
      fields.fail("strips something else than one space at the beginning, which is not supported");
    }
    if (fields.number("start") == 1) leading_space = LeadingSpace::kOneStripped;
  } else if (type != "ByteFallback" && type != "Fuse") {
    fields.fail("has type " + quote(type) +
                ", which is not supported; expected Replace, ByteFallback, Fuse, Strip or a "
                "Sequence of them");
  }
}

// Byte-pair encoding by a list of merges.
class MergeEncoder : public Encoder {
 public:
  MergeEncoder(const Fields& root, const Vocabulary& vocabulary, std::size_t base_size,
               MergeTable merges, std::optional<std::array<TokenId, 256>> bytes);
  void encode(std::string_view text, std::vector<TokenId>& ids) const override;

 private:
  void encode_word(std::string_view word, std::vector<TokenId>& ids) const;
  void add_unknown(std::string_view character, std::vector<Symbol>& symbols) const;

  PieceIndex index_;
  MergeTable merges_;
  std::vector<Replacement> normalizer_;
  std::string separator_;  // words end with it; empty: the whole text is one word
  std::optional<std::array<TokenId, 256>> bytes_;
  std::optional<TokenId> unknown_;
  bool fuses_unknown_ = false, takes_whole_words_ = false;
};

// Only the `base_size` pieces of model.vocab are made by merging; added tokens are matched whole
// before.
MergeEncoder::MergeEncoder(const Fields& root, const Vocabulary& vocabulary, std::size_t base_size,
                           MergeTable merges, std::optional<std::array<TokenId, 256>> bytes)
    : index_(std::span(vocabulary.pieces).first(base_size)),
      merges_(std::move(merges)),
      bytes_(bytes),
      unknown_(vocabulary.unknown) {
  const Fields model = *root.part("model");
  for (std::size_t i = 0; i < base_size; ++i) index_.insert(static_cast<TokenId>(i));
  fuses_unknown_ = model.flag("fuse_unk");
  takes_whole_words_ = model.flag("ignore_merges");
  if (const auto normalizer = root.part("normalizer")) {
    read_normalizer(*normalizer, normalizer_);
    if (!(growth_of(normalizer_) <= kMaxGrowth))
      normalizer->fail("makes a text more than 64 times as long, which is not supported");
  }
  if (const auto splitter = root.part("pre_tokenizer")) {
    const std::string type = splitter->text("type");
    if (type != "Split" || splitter->text("behavior") != "MergedWithPrevious" ||
        splitter->flag("invert")) {
      splitter->fail("has type " + quote(type) +
                     ", which is not supported; expected Split, MergedWithPrevious");
    }
    separator_ = pattern_of(*splitter);
  }
}

std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from)) {
    out.append(text.substr(0, at)).append(to);
    text.remove_prefix(at + from.size());
  }
  return out.append(text);
}

std::string with_replacements(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    out += length > 0 ? text.substr(0, length) : kReplacement;
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return out;
}

void MergeEncoder::encode(std::string_view input, std::vector<TokenId>& ids) const {
  std::string text = with_replacements(input);
  for (const Replacement& step : normalizer_) {
    text = step.from.empty() ? step.to + text : replaced(text, step.from, step.to);
  }
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t found = separator_.empty() ? rest.npos : rest.find(separator_);
    const std::size_t length = found == rest.npos ? rest.size() : found + separator_.size();
    encode_word(rest.substr(0, length), ids);
    rest.remove_prefix(length);
  }
}

void MergeEncoder::encode_word(std::string_view word, std::vector<TokenId>& ids) const {
  if (takes_whole_words_) {
    if (const auto id = index_.find(word)) {
      ids.push_back(*id);
      return;
    }
  }
  std::vector<Symbol> symbols;
  symbols.reserve(word.size());
  while (!word.empty()) {
    const std::string_view character = word.substr(0, utf8_length(word));
    word.remove_prefix(character.size());
    if (const auto id = index_.find(character)) {
      symbols.push_back({.text = character, .id = *id});
    } else {
      add_unknown(character, symbols);
    }
  }
  merge_all(symbols, [&](const Symbol& left, const Symbol& right) -> std::optional<Merge> {
    const MergeTable::Entry* entry = merges_.find(left.id, right.id);
    return entry == nullptr ? std::nullopt
                            : std::optional(Merge{-static_cast<double>(entry->rank), entry->id});
  });
  for (const Symbol& symbol : symbols) {
    if (!symbol.text.empty()) ids.push_back(symbol.id);
  }
}

// Its bytes; else the unknown piece, one for all neighbours where they fuse; else nothing.
void MergeEncoder::add_unknown(std::string_view character, std::vector<Symbol>& symbols) const {
  if (bytes_) {
    for (std::size_t i = 0; i < character.size(); ++i) {
      symbols.push_back({.text = character.substr(i, 1),
                         .id = (*bytes_)[static_cast<unsigned char>(character[i])]});
    }
  } else if (unknown_ && fuses_unknown_ && !symbols.empty() && symbols.back().id == *unknown_) {
    std::string_view& text = symbols.back().text;
    text = {text.data(), text.size() + character.size()};
  } else if (unknown_) {
    symbols.push_back({.text = character, .id = *unknown_});
  }
}

// Added tokens: those beyond the vocabulary extend it, those in it change what their pieces are
// for.
void add_tokens(const Fields& root, Vocabulary& vocabulary) {
  for (const Fields& token : root.list("added_tokens")) {
    const std::uint64_t id = token.number("id");
    const std::string content = token.text("content");
    if (content.empty()) token.fail("has no content");
    for (const char* key : {"lstrip", "rstrip", "single_word"}) {
      if (token.flag(key))
        token.fail("(" + quote(content) + ") has " + key + ", which is not supported");
    }
    if (id > vocabulary.size()) {
      token.fail("has id " + std::to_string(id) + "; expected at most " +
                 std::to_string(vocabulary.size()) + ", the next free one");
    }
    if (id == vocabulary.size()) {
      vocabulary.pieces.emplace_back();
      vocabulary.types.push_back(PieceType::kNormal);
    } else if (vocabulary.pieces[id] != content && vocabulary.types[id] != PieceType::kByte) {
      // Some files give a byte piece the character that it is, a tab for <0x09>; nothing else may
      // change.
      token.fail("is " + quote(content) + "; model.vocab has " + quote(vocabulary.pieces[id]) +
                 " for id " + std::to_string(id));
    }
    vocabulary.pieces[id] = content;
    vocabulary.types[id] = token.flag("special") ? PieceType::kControl : PieceType::kUserDefined;
  }
}

// The token that the post-processor puts before a text: <bos>.
std::optional<TokenId> leading_token(const Fields& root, const PieceIndex& index) {
  const auto processor = root.part("post_processor");
  if (!processor || processor->text("type") != "TemplateProcessing") return std::nullopt;
  const auto steps = processor->list("single");
  const auto token = steps.empty() ? std::nullopt : steps.front().part("SpecialToken");
  if (!token) return std::nullopt;
  const auto id = index.find(token->text("id"));
  if (!id)
    processor->fail("puts " + quote(token->text("id")) + " before a text, which is no token");
  return id;
}

void check_model_fields(const Fields& model) {
  if (const std::string type = model.text("type"); type != "BPE") {
    model.fail("has type " + quote(type) + ", which is not supported; expected BPE");
  }
  for (const char* key : {"dropout", "continuing_subword_prefix", "end_of_word_suffix"}) {
    if (model.has(key) && !(std::string_view(key) != "dropout" && model.text(key).empty())) {
      model.fail(std::string("has ") + key + ", which is not supported");
    }
  }
}

}  // namespace

std::shared_ptr<const Tokenizer::State> state_of_json(std::string_view text,
                                                      std::string_view name) {
  JsonFile file = read_json_file(text, name);
  const Fields root(file.rest, "", name);
  const auto model = root.part("model");
  if (!model) throw FormatError(name, "model is missing; expected a tokenizer.json");
  check_model_fields(*model);
  if (file.pieces.empty()) throw FormatError(name, "model.vocab is missing or empty");

  const auto state = std::make_shared<Tokenizer::State>();
  Vocabulary& vocabulary = state->model.vocabulary;
  vocabulary.pieces = std::move(file.pieces);
  const std::size_t base_size = vocabulary.size();
  vocabulary.types.assign(base_size, PieceType::kNormal);
  std::optional<std::array<TokenId, 256>> bytes;
  if (model->flag("byte_fallback")) {
    for (std::size_t i = 0; i < base_size; ++i) {
      if (byte_of(vocabulary.pieces[i])) vocabulary.types[i] = PieceType::kByte;
    }
    bytes = byte_ids(vocabulary, name);
  }
  add_tokens(root, vocabulary);

  state->index = PieceIndex(vocabulary.pieces);
  std::vector<TokenId> always, special;
  for (std::size_t i = 0; i < vocabulary.size(); ++i) {
    const auto id = static_cast<TokenId>(i);
    state->index.insert(id);
    if (vocabulary.types[i] == PieceType::kUserDefined) always.push_back(id);
    if (vocabulary.types[i] == PieceType::kControl) special.push_back(id);
  }
  special.insert(special.end(), always.begin(), always.end());
  state->always = PrefixMatcher(vocabulary.pieces, std::move(always));
  state->with_special = PrefixMatcher(vocabulary.pieces, std::move(special));
  if (const auto unknown = model->text_if("unk_token"))
    vocabulary.unknown = state->index.find(*unknown);
  vocabulary.bos = leading_token(root, state->index);
  vocabulary.adds_bos = vocabulary.bos.has_value();
  if (!vocabulary.bos) vocabulary.bos = state->index.find("<bos>");
  vocabulary.eos = state->index.find("<eos>");
  vocabulary.pad = state->index.find("<pad>");
  if (const auto decoder = root.part("decoder")) read_decoder(*decoder, state->leading_space);
  state->encoder =
      std::make_unique<MergeEncoder>(root, vocabulary, base_size, std::move(file.merges), bytes);
  return state;
}

}  // namespace hilo::tokenizers
