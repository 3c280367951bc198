#include "hilo/formats/safetensors_header.h"

#include <array>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "hilo/core/error.h"
#include "hilo/core/text.h"

namespace hilo::formats {
namespace {

using Json = nlohmann::json;

struct DTypeName {
  std::string_view name;
  DType dtype;
};
constexpr std::array kDTypeNames = std::to_array<DTypeName>({
    {"BOOL", kI1},
    {"U8", kU8},
    {"I8", kI8},
    {"U16", kU16},
    {"I16", kI16},
    {"U32", kU32},
    {"I32", kI32},
    {"U64", kU64},
    {"I64", kI64},
    {"F16", kF16},
    {"BF16", kBF16},
    {"F32", kF32},
    {"F64", kF64},
    {"C64", kC64},
    {"F4", DType::kF4E2M1FN},
    {"F6_E2M3", DType::kF6E2M3FN},
    {"F6_E3M2", DType::kF6E3M2FN},
    {"F8_E4M3", DType::kF8E4M3FN},
    {"F8_E4M3FNUZ", DType::kF8E4M3FNUZ},
    {"F8_E5M2", DType::kF8E5M2},
    {"F8_E5M2FNUZ", DType::kF8E5M2FNUZ},
    {"F8_E8M0", DType::kF8E8M0FNU},
});

constexpr std::size_t kMaxRank = 32;

// Bits of one element in the file: a bool takes a byte.
std::uint64_t stored_bits(DType dtype) {
  return is_bool(dtype) ? 8 : static_cast<std::uint64_t>(bits(dtype));
}

// A pointer into the text that counts, since nlohmann's SAX events carry no position.
struct Cursor {
  using iterator_category = std::forward_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at = nullptr;
  std::uint64_t* position = nullptr;

  reference operator*() const { return *at; }
  Cursor& operator++() {
    ++at;
    ++*position;
    return *this;
  }
  Cursor operator++(int) {
    Cursor before = *this;
    ++*this;
    return before;
  }
  bool operator==(const Cursor& other) const { return at == other.at; }
};

// Follows the events of {"name": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
// "__metadata__": {"k": "v"}}. Every event that is not of that grammar is refused at once, so
// nesting costs nothing.
class Reader : public nlohmann::json_sax<Json> {
 public:
  Reader(const std::string& file, std::uint64_t offset) : file_(file), offset_(offset) {}

  std::uint64_t position = 0;
  SafetensorsHeader header{};

  bool null() override { return refuse("null"); }
  bool boolean(bool) override { return refuse("a bool"); }
  bool number_integer(std::int64_t) override { return refuse("a negative number"); }
  bool number_float(double, const std::string& text) override {
    return refuse("the number " + text);
  }
  bool binary(binary_t&) override { return refuse("bytes"); }

  bool number_unsigned(std::uint64_t value) override {
    if (place_ != Place::kNumbers) return refuse("a number");
    if (numbers_.size() == kMaxRank)
      fail("more than " + std::to_string(kMaxRank) + " numbers in " + field_);
    numbers_.push_back(value);
    return true;
  }

  bool string(std::string& text) override {
    if (place_ == Place::kMetadata && is_keyed_) {
      if (!header.metadata.emplace(field_, text).second)
        fail("metadata key " + quote(field_) + " stands twice");
    } else if (place_ == Place::kEntry && is_keyed_ && field_ == "dtype") {
      for (const DTypeName& row : kDTypeNames) {
        if (row.name == text) dtype_ = row.dtype;
      }
      if (!dtype_) fail("tensor " + quote(name_) + " has the unknown dtype " + quote(text));
    } else {
      return refuse("a string");
    }
    is_keyed_ = false;
    return true;
  }

  bool key(std::string& text) override {
    if (place_ == Place::kTop) {
      name_ = text;
      if (!names_.insert(text).second) fail("the name " + quote(text) + " stands twice");
    } else if (place_ == Place::kEntry) {
      if (text != "dtype" && text != "shape" && text != "data_offsets") {
        fail("tensor " + quote(name_) + " has the unknown field " + quote(text) +
             "; expected dtype, shape, data_offsets");
      }
      if (!fields_.insert(text).second) fail("tensor " + quote(name_) + " has " + text + " twice");
    }
    field_ = text;
    is_keyed_ = true;
    return true;
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::kOutside) {
      place_ = Place::kTop;
    } else if (place_ == Place::kTop) {
      place_ = name_ == "__metadata__" ? Place::kMetadata : Place::kEntry;
      fields_.clear();
      dtype_.reset();
    } else {
      return refuse("an object");
    }
    is_keyed_ = false;
    return true;
  }

  bool end_object() override {
    if (place_ == Place::kEntry) header.entries.emplace_back(name_, entry());
    place_ = place_ == Place::kTop ? Place::kOutside : Place::kTop;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::kEntry || field_ == "dtype") return refuse("an array");
    place_ = Place::kNumbers;
    numbers_.clear();
    return true;
  }

  bool end_array() override {
    (field_ == "shape" ? shape_ : offsets_) = numbers_;
    place_ = Place::kEntry;
    is_keyed_ = false;
    return true;
  }

  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& error) override {
    std::string_view text = error.what();
    if (const auto from = text.find("syntax error"); from != std::string_view::npos)
      text.remove_prefix(from);
    fail("the header is no JSON: " + std::string(text.substr(0, text.find("; last read"))));
  }

 private:
  enum class Place { kOutside, kTop, kEntry, kNumbers, kMetadata };

  [[noreturn]] void fail(const std::string& problem) const {
    throw FormatError(file_, offset_ + position, problem);
  }

  [[noreturn]] bool refuse(const std::string& found) const {
    const std::string where = "tensor " + quote(name_) + ": " + field_ + " is " + found;
    switch (place_) {
      case Place::kOutside:
        fail("the header is " + found + "; expected an object");
      case Place::kTop:
        fail(quote(name_) + " is " + found + "; expected an object");
      case Place::kMetadata:
        fail("metadata " + quote(field_) + " is " + found + "; expected a string");
      case Place::kEntry:
        fail(where + (field_ == "dtype" ? "; expected a string" : "; expected an array"));
      case Place::kNumbers:
        break;
    }
    fail(where + "; expected numbers of 0 to 2^64-1");
  }

  // The entry that has just ended, checked.
  [[nodiscard]] SafetensorsEntry entry() const {
    for (const char* field : {"dtype", "shape", "data_offsets"}) {
      if (!fields_.contains(field)) fail("tensor " + quote(name_) + " lacks " + field);
    }
    if (offsets_.size() != 2) {
      fail("tensor " + quote(name_) + " has " + std::to_string(offsets_.size()) +
           " data_offsets; expected 2");
    }
    SafetensorsEntry result{.shape = {*dtype_, {}}, .begin = offsets_[0], .end = offsets_[1]};
    std::uint64_t count = stored_bits(*dtype_);
    bool fits = true;
    for (const std::uint64_t dim : shape_) {
      fits = fits && dim <= std::uint64_t{std::numeric_limits<Dim>::max()};
      fits = !__builtin_mul_overflow(count, dim, &count) && fits;
      result.shape.dims.push_back(static_cast<Dim>(dim));
    }
    if (!fits) fail("tensor " + quote(name_) + " is too large: " + to_string(result.shape.dims));
    if (count % 8 != 0) fail("tensor " + quote(name_) + " ends within a byte");
    if (result.end < result.begin || result.end - result.begin != count / 8) {
      fail("tensor " + quote(name_) + " has data_offsets " + std::to_string(result.begin) + " to " +
           std::to_string(result.end) + "; expected " + std::to_string(count / 8) + " bytes for " +
           to_string(result.shape));
    }
    result.is_packed = stored_bits(*dtype_) < 8;
    return result;
  }

  const std::string& file_;
  std::uint64_t offset_;
  Place place_ = Place::kOutside;
  bool is_keyed_ = false;  // a key came and its value has not
  std::string name_{}, field_{};
  std::set<std::string> names_{}, fields_{};
  std::optional<DType> dtype_{};
  std::vector<std::uint64_t> numbers_{}, shape_{}, offsets_{};
};

}  // namespace

SafetensorsHeader parse_safetensors_header(std::string_view text, const std::string& file,
                                           std::uint64_t offset) {
  if (text.empty() || text.front() != '{') {
    throw FormatError(file, offset,
                      "the header begins with " + quote(text.substr(0, 1)) + "; expected \"{\"");
  }
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    throw FormatError(file, offset + nul,
                      "a zero byte in the header");  // nlohmann takes it for the end
  }
  Reader reader(file, offset);
  Json::sax_parse(Cursor{text.data(), &reader.position},
                  Cursor{text.data() + text.size(), &reader.position}, &reader);
  return std::move(reader.header);
}

std::string_view safetensors_name(DType dtype) {
  for (const DTypeName& row : kDTypeNames) {
    if (row.dtype == dtype) return row.name;
  }
  return {};
}

}  // namespace hilo::formats
