#include "hilo/tokenizers/json_file.h"

#include <algorithm>
#include <utility>

#include "hilo/core/error.h"
#include "hilo/core/text.h"

namespace hilo::tokenizers {
namespace {

using Json = nlohmann::json;

// Bounds on memory for files that are not what they say. Gemma's have 262,144 pieces and 6,415
// added tokens of 7 fields.
constexpr std::size_t kMaxPieces = std::size_t{1} << 20;
constexpr std::size_t kMaxMerges = std::size_t{1} << 21;
constexpr std::size_t kMaxSmallValues = 200'000;
constexpr std::size_t kMaxDepth = 32;

// Follows nlohmann's events: those of model.vocab and model.merges into tables, the others into a
// JSON value.
class Reader {
 public:
  Reader(JsonFile& file, std::string_view name) : file_(file), name_(name) {}

  // NOLINTBEGIN(readability-identifier-naming): the names are nlohmann's
  bool null() { return value(nullptr); }
  bool boolean(bool flag) { return value(flag); }
  bool number_integer(std::int64_t number) { return value(number); }
  bool number_unsigned(std::uint64_t number) {
    if (part_ == Part::kVocabulary) return add_piece(number);
    return value(number);
  }
  bool number_float(double number, const std::string&) { return value(number); }
  bool string(std::string& text) {
    if (part_ == Part::kMerges) return add_merge_text(text);
    return value(std::move(text));
  }
  bool binary(Json::binary_t&) { return value(nullptr); }
  bool start_object(std::size_t) {
    if (part_ == Part::kVocabulary && depth_ == 2) {
      ++depth_;
      return true;
    }
    return open(Json::object());
  }
  bool key(std::string& text) {
    if (part_ == Part::kVocabulary && depth_ > 2) {
      key_ = std::move(text);
      return true;
    }
    if (depth_ == 1) section_ = text;
    part_ = Part::kRest;
    if (depth_ == 2 && section_ == "model" && text == "vocab") part_ = Part::kVocabulary;
    if (depth_ == 2 && section_ == "model" && text == "merges") part_ = Part::kMerges;
    key_ = std::move(text);
    return true;
  }
  bool end_object() {
    if (part_ == Part::kVocabulary) return end_vocabulary();
    return close();
  }
  bool start_array(std::size_t) {
    if (part_ == Part::kMerges && depth_ < 4) {
      ++depth_;
      halves_.clear();
      return true;
    }
    return open(Json::array());
  }
  bool end_array() {
    if (part_ != Part::kMerges) return close();
    if (--depth_ == 3) return add_merge_pair();
    part_ = Part::kRest;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception& error) {
    std::string_view problem = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 5: ..": all after the
    // bracket.
    if (const auto bracket = problem.find("] "); bracket != problem.npos)
      problem.remove_prefix(bracket + 2);
    throw FormatError(name_, problem);
  }
  // NOLINTEND(readability-identifier-naming)

 private:
  enum class Part : std::uint8_t { kRest, kVocabulary, kMerges };

  [[noreturn]] void fail(const std::string& problem) const { throw FormatError(name_, problem); }
  void expect_rest() const {
    if (part_ == Part::kVocabulary)
      fail("model.vocab: a value that is no id, at " + quote(key_) +
           "; expected {\"piece\": id, ..}");
    if (part_ == Part::kMerges)
      fail("model.merges: entry " + std::to_string(file_.merges.size()) +
           " is no merge; expected \"a b\" or [\"a\", \"b\"]");
  }

  Json* put(Json json) {
    expect_rest();
    if (++values_ > kMaxSmallValues)
      fail("more than " + std::to_string(kMaxSmallValues) + " values beside vocabulary and merges");
    if (open_.empty()) {
      file_.rest = std::move(json);
      return &file_.rest;
    }
    Json& parent = *open_.back();
    if (parent.is_array()) {
      parent.push_back(std::move(json));
      return &parent.back();
    }
    return &(parent[key_] = std::move(json));
  }
  bool value(Json json) {
    put(std::move(json));
    return true;
  }
  bool open(Json json) {
    if (depth_ >= kMaxDepth) fail("nested more than " + std::to_string(kMaxDepth) + " deep");
    open_.push_back(put(std::move(json)));
    ++depth_;
    return true;
  }
  bool close() {
    open_.pop_back();
    --depth_;
    return true;
  }

  bool add_piece(std::uint64_t id) {
    if (depth_ != 3) expect_rest();
    if (pieces_.size() >= kMaxPieces)
      fail("more than " + std::to_string(kMaxPieces) + " pieces in model.vocab");
    pieces_.emplace_back(id, std::move(key_));
    key_.clear();
    return true;
  }
  // Ids are 0, 1, .. in any order.
  bool end_vocabulary() {
    std::vector<bool> is_taken(pieces_.size());
    file_.pieces.assign(pieces_.size(), {});
    for (auto& [id, piece] : pieces_) {
      if (id >= pieces_.size()) {
        fail("model.vocab: " + quote(piece) + " has id " + std::to_string(id) +
             "; expected less than " + std::to_string(pieces_.size()) + ", the number of pieces");
      }
      if (is_taken[id]) {
        fail("model.vocab: " + quote(piece) + " and " + quote(file_.pieces[id]) + " both have id " +
             std::to_string(id));
      }
      is_taken[id] = true;
      file_.pieces[id] = std::move(piece);
    }
    pieces_ = {};
    file_.index = PieceIndex(file_.pieces);
    for (std::size_t i = 0; i < file_.pieces.size(); ++i) {
      if (!file_.index.insert(static_cast<TokenId>(i)))
        fail("model.vocab: " + quote(file_.pieces[i]) + " is there twice");
    }
    --depth_;
    part_ = Part::kRest;
    return true;
  }

  bool add_merge_text(std::string& text) {
    if (depth_ == 4) {
      if (halves_.size() < 3) halves_.push_back(std::move(text));
      return true;
    }
    if (depth_ != 3) expect_rest();
    const std::size_t space = text.find(' ');
    if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos) {
      fail("model.merges: " + quote(text) + "; expected two pieces and a space between them");
    }
    return add_merge(std::string_view(text).substr(0, space),
                     std::string_view(text).substr(space + 1));
  }
  bool add_merge_pair() {
    if (halves_.size() != 2) fail("model.merges: a list that is no pair; expected [\"a\", \"b\"]");
    return add_merge(halves_[0], halves_[1]);
  }
  bool add_merge(std::string_view left, std::string_view right) {
    if (file_.pieces.empty()) fail("model.merges stands before model.vocab; expected it after");
    if (file_.merges.size() >= kMaxMerges)
      fail("more than " + std::to_string(kMaxMerges) + " merges");
    const TokenId left_id = id_of(left), right_id = id_of(right);
    whole_.assign(left).append(right);
    file_.merges.insert(left_id, right_id, id_of(whole_));
    return true;
  }
  TokenId id_of(std::string_view piece) const {
    const auto id = file_.index.find(piece);
    if (!id) fail("model.merges: " + quote(piece) + " is not in model.vocab");
    return *id;
  }

  JsonFile& file_;
  std::string_view name_;
  std::vector<Json*> open_;
  std::size_t depth_ = 0, values_ = 0;
  std::string key_, section_;
  Part part_ = Part::kRest;
  std::vector<std::pair<std::uint64_t, std::string>> pieces_;
  std::vector<std::string> halves_;
  std::string whole_;
};

std::uint64_t pair_of(TokenId left, TokenId right) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
         static_cast<std::uint32_t>(right);
}

}  // namespace

std::size_t MergeTable::slot_of(std::uint64_t pair) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = (pair * 0x9E3779B97F4A7C15U >> 20) & mask;
  while (slots_[slot].pair != kFree && slots_[slot].pair != pair) slot = (slot + 1) & mask;
  return slot;
}

void MergeTable::grow() {
  const std::vector<Entry> old =
      std::exchange(slots_, std::vector<Entry>(std::max<std::size_t>(64, 2 * slots_.size())));
  for (const Entry& entry : old) {
    if (entry.pair != kFree) slots_[slot_of(entry.pair)] = entry;
  }
}

void MergeTable::insert(TokenId left, TokenId right, TokenId id) {
  if (2 * count_ >= slots_.size()) grow();
  Entry& entry = slots_[slot_of(pair_of(left, right))];
  if (entry.pair == kFree) entry = {pair_of(left, right), static_cast<std::uint32_t>(count_), id};
  ++count_;
}

const MergeTable::Entry* MergeTable::find(TokenId left, TokenId right) const {
  if (slots_.empty()) return nullptr;
  const Entry& entry = slots_[slot_of(pair_of(left, right))];
  return entry.pair == kFree ? nullptr : &entry;
}

JsonFile read_json_file(std::string_view text, std::string_view name) {
  JsonFile file;
  Reader reader(file, name);
  Json::sax_parse(text, &reader);
  if (!file.rest.is_object())
    throw FormatError(name, "a JSON value that is no object; expected a tokenizer.json");
  return file;
}

}  // namespace hilo::tokenizers
