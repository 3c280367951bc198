#include "hilo/formats/npy_header.h"

#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <string>

#include "hilo/core/error.h"
#include "hilo/core/text.h"

namespace hilo::formats {
namespace {

struct DTypeCode {
  std::string_view code;
  DType dtype;
};
constexpr auto kCodes = std::to_array<DTypeCode>({{"|b1", kI1},
                                                  {"|i1", kI8},
                                                  {"|u1", kU8},
                                                  {"<i2", kI16},
                                                  {"<u2", kU16},
                                                  {"<i4", kI32},
                                                  {"<u4", kU32},
                                                  {"<i8", kI64},
                                                  {"<u8", kU64},
                                                  {"<f2", kF16},
                                                  {"<f4", kF32},
                                                  {"<f8", kF64},
                                                  {"<c8", kC64},
                                                  {"<c16", kC128}});

constexpr std::size_t kMaxRank = 32;

// A cursor over the literal. It knows the one form that NumPy writes, and blanks between its words.
class Literal {
 public:
  Literal(std::string_view text, std::string_view file, std::uint64_t offset)
      : text_(text), file_(file), offset_(offset) {}

  [[noreturn]] void fail(const std::string& expected) const {
    throw FormatError(
        file_, offset_ + at_,
        "found " + quote(text_.substr(at_, 20)) + " in the header; expected " + expected);
  }

  bool accepts(std::string_view word) {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  void expect(std::string_view word) {
    if (!accepts(word)) fail(quote(word));
  }

  std::string string() {
    const char mark = accepts("'") ? '\'' : '"';
    if (mark == '"') expect("\"");
    const std::size_t end = text_.find(mark, at_);
    if (end == std::string_view::npos) fail("the end of a string");
    const std::string_view result = text_.substr(at_, end - at_);
    if (result.find('\\') != std::string_view::npos) fail("a string without escapes");
    at_ = end + 1;
    return std::string(result);
  }

  bool boolean() {
    if (accepts("True")) return true;
    if (!accepts("False")) fail("True or False");
    return false;
  }

  Dims tuple() {
    Dims dims;
    expect("(");
    while (!accepts(")")) {
      if (dims.size() == kMaxRank) fail("at most " + std::to_string(kMaxRank) + " dims");
      accepts(" ");
      Dim dim = 0;
      const auto [end, code] =
          std::from_chars(text_.data() + at_, text_.data() + text_.size(), dim);
      if (code != std::errc() || dim < 0) fail("a length of 0 to 2^63-1");
      at_ = static_cast<std::size_t>(end - text_.data());
      dims.push_back(dim);
      if (accepts(",")) continue;
      expect(")");
      break;
    }
    return dims;
  }

  [[nodiscard]] bool is_at_end() {
    accepts("");
    return at_ == text_.size();
  }

 private:
  std::string_view text_, file_;
  std::uint64_t offset_;
  std::size_t at_ = 0;
};

void read_dtype(Literal& literal, NpyHeader& header) {
  if (literal.accepts("[")) literal.fail("a plain dtype, not a structure");
  const std::string code = literal.string();
  for (const DTypeCode& row : kCodes) {
    const bool is_same_kind =
        code.size() == row.code.size() && code.substr(1) == row.code.substr(1);
    if (!is_same_kind || std::string_view("<>|=").find(code.front()) == std::string_view::npos)
      continue;
    header.shape.dtype = row.dtype;
    header.is_big_endian = code.front() == '>';
    return;
  }
  const bool is_object = code.find('O') != std::string::npos;
  literal.fail(is_object ? "numbers: objects (pickles) are never loaded"
                         : "a dtype of bool, integers, f2, f4, f8, c8 or c16 before it; " +
                               quote(code) + " is none");
}

}  // namespace

NpyHeader parse_npy_header(std::string_view text, std::string_view file, std::uint64_t offset) {
  Literal literal(text, file, offset);
  NpyHeader header;
  std::set<std::string> keys;
  literal.expect("{");
  while (!literal.accepts("}")) {
    const std::string key = literal.string();
    if (!keys.insert(key).second) literal.fail("each key once; " + quote(key) + " stands twice");
    literal.expect(":");
    if (key == "descr") {
      read_dtype(literal, header);
    } else if (key == "fortran_order") {
      header.is_fortran = literal.boolean();
    } else if (key == "shape") {
      header.shape.dims = literal.tuple();
    } else {
      literal.fail("the keys descr, fortran_order, shape; " + quote(key) + " is none");
    }
    if (literal.accepts(",")) continue;
    literal.expect("}");
    break;
  }
  if (keys.size() != 3) literal.fail("the keys descr, fortran_order and shape before the end");
  if (!literal.is_at_end()) literal.fail("the end of the header");
  return header;
}

std::string_view npy_code(DType dtype) {
  for (const DTypeCode& row : kCodes) {
    if (row.dtype == dtype) return row.code;
  }
  return {};
}

}  // namespace hilo::formats
