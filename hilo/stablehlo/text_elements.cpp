// The numbers of constants: dense<..> in its forms.
#include <algorithm>
#include <array>

#include "hilo/core/narrow.h"
#include "hilo/core/text.h"
#include "hilo/stablehlo/text_attributes.h"
#include "hilo/stablehlo/text_number.h"

namespace hilo::stablehlo::ir {
namespace {

constexpr std::array<signed char, 256> kHexValue = [] {
  std::array<signed char, 256> table{};
  table.fill(-1);
  for (int i = 0; i < 10; ++i)
    table[static_cast<std::size_t>('0' + i)] = static_cast<signed char>(i);
  for (int i = 10; i < 16; ++i) {
    table[static_cast<std::size_t>('a' + i - 10)] = static_cast<signed char>(i);
    table[static_cast<std::size_t>('A' + i - 10)] = static_cast<signed char>(i);
  }
  return table;
}();

int hex_value(char c) { return kHexValue[static_cast<unsigned char>(c)]; }

// Writes one element at a time; what is written is checked, how many is not.
class ElementWriter {
 public:
  ElementWriter(Lexer& lexer, DType dtype, std::span<std::byte> out)
      : lexer_(lexer), dtype_(dtype), out_(out) {}

  // Reads the number at the front of `text`, which begins at `offset` of the file; returns its
  // length.
  std::size_t read(std::string_view text, std::size_t offset) {
    NumberLiteral number = NumberLiteral::read(text);
    if (number.length == 0)
      lexer_.fail_at(offset, "got " + quote(text.substr(0, 10)) + ", expected an element");
    if (const auto problem = store_number(number, dtype_is_complex() ? real_dtype(dtype_) : dtype_,
                                          out_.data() + at_)) {
      lexer_.fail_at(offset, *problem);
    }
    at_ += static_cast<std::size_t>(bytes(dtype_is_complex() ? real_dtype(dtype_) : dtype_));
    return number.length;
  }
  [[nodiscard]] bool is_full() const { return at_ >= out_.size(); }
  [[nodiscard]] bool dtype_is_complex() const { return is_complex(dtype_); }
  [[nodiscard]] std::size_t written() const { return at_; }

 private:
  Lexer& lexer_;
  DType dtype_;
  std::span<std::byte> out_;
  std::size_t at_ = 0;
};

// The nested list of a body, checked against the dims: `[[1, 2], [3, 4]]`, `(1.0, 2.0)` for a
// complex number.
class BodyReader {
 public:
  BodyReader(Lexer& lexer, std::string_view body, std::size_t offset, const Dims& dims,
             ElementWriter& writer)
      : lexer_(lexer), body_(body), offset_(offset), dims_(dims), writer_(writer) {}

  void list(std::size_t axis) {
    if (axis == dims_.size()) return element();
    expect('[', "a list along axis " + std::to_string(axis));
    for (Dim i = 0; i < dims_[axis]; ++i) {
      if (i > 0)
        expect(',', "element " + std::to_string(i) + " of the " + std::to_string(dims_[axis]) +
                        " along axis " + std::to_string(axis));
      list(axis + 1);
    }
    skip();
    if (at_ < body_.size() && body_[at_] == ',')
      fail("more than the " + std::to_string(dims_[axis]) +
           " elements that the type has along axis " + std::to_string(axis));
    expect(']', "the end of axis " + std::to_string(axis));
  }
  void element() {
    skip();
    if (!writer_.dtype_is_complex()) {
      at_ += writer_.read(body_.substr(at_), offset_ + at_);
      return;
    }
    expect('(', "a complex number, (re, im)");
    skip();
    at_ += writer_.read(body_.substr(at_), offset_ + at_);
    expect(',', "the imaginary part");
    skip();
    at_ += writer_.read(body_.substr(at_), offset_ + at_);
    expect(')', "the end of a complex number");
  }
  void end() {
    skip();
    if (at_ < body_.size()) fail("got " + quote(body_.substr(at_, 10)) + " behind the elements");
  }

 private:
  void skip() {
    for (; at_ < body_.size(); ++at_) {
      const char c = body_[at_];
      if (c == '/')
        at_ = std::min(body_.find('\n', at_), body_.size() - 1);
      else if (c != ' ' && c != '\n' && c != '\t' && c != '\r')
        return;
    }
  }
  void expect(char c, const std::string& what) {
    skip();
    if (at_ >= body_.size() || body_[at_] != c) {
      const std::string got =
          at_ < body_.size() ? quote(body_.substr(at_, 1)) : "the end of the elements";
      fail("got " + got + ", expected '" + c + "': " + what);
    }
    ++at_;
  }
  [[noreturn]] void fail(const std::string& problem) { lexer_.fail_at(offset_ + at_, problem); }

  Lexer& lexer_;
  std::string_view body_;
  std::size_t offset_, at_ = 0;
  const Dims& dims_;
  ElementWriter& writer_;
};

std::vector<std::byte> from_hex(Lexer& lexer, std::string_view digits, std::size_t offset) {
  if (digits.size() % 2 != 0) lexer.fail_at(offset, "an odd number of hexadecimal digits");
  std::vector<std::byte> result(digits.size() / 2);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const int value = hex_value(digits[2 * i]) * 16 + hex_value(digits[2 * i + 1]);
    if ((hex_value(digits[2 * i]) | hex_value(digits[2 * i + 1])) < 0) {
      lexer.fail_at(offset + 2 * i,
                    "got " + quote(digits.substr(2 * i, 2)) + ", expected two hexadecimal digits");
    }
    result[i] = static_cast<std::byte>(value);
  }
  return result;
}

// MLIR's bytes of elements as ours. Booleans may stand in single bits; narrow integers have junk
// above their own bits.
void unpack(DType dtype, std::span<const std::byte> raw, std::span<std::byte> out) {
  if (is_bool(dtype) && raw.size() < out.size()) {
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = raw[i / 8] >> static_cast<int>(i % 8) & std::byte{1};
    return;
  }
  std::ranges::copy(raw, out.begin());
  if (is_bool(dtype)) {
    for (std::byte& b : out) b = std::byte{b != std::byte{0}};
  } else if (is_narrow(dtype) && is_integer(dtype)) {
    const int spare = 8 - bits(dtype);
    for (std::byte& b : out) {
      const auto shifted = static_cast<std::uint8_t>(std::to_integer<unsigned>(b) << spare);
      b = is_signed(dtype) ? static_cast<std::byte>(static_cast<std::int8_t>(shifted) >> spare)
                           : static_cast<std::byte>(shifted >> spare);
    }
  }
}

bool all_equal(const Array& a) {
  const auto all = a.bytes();
  const auto width = static_cast<std::ptrdiff_t>(bytes(a.shape().dtype));
  return std::equal(all.begin() + width, all.end(), all.begin());
}

Array first_element(const Array& a) {
  Array element({a.shape().dtype, {}});
  std::ranges::copy(a.bytes().first(element.bytes().size()), element.mutable_bytes().begin());
  return element;
}

AttributeValue splat(const Shape& shape, Array element) {
  if (shape.size() == 0) return Array(shape);
  if (shape.size() == 1) return element.reshaped(shape.dims);
  return SplatAttribute{shape, std::move(element)};
}

}  // namespace

AttributeValue elements_attribute(Array elements) {
  if (elements.size() > 1 && all_equal(elements))
    return SplatAttribute{elements.shape(), first_element(elements)};
  return elements;
}

AttributeValue AttributeParser::elements() {
  const bool is_resource = lexer_.accept("dense_resource");
  if (!is_resource) lexer_.expect("dense");
  const std::size_t open = lexer_.peek().offset;
  const std::string_view text = lexer_.text();
  if (!lexer_.is("<")) lexer_.fail_expected("'<'");
  // The type stands behind the elements: find the end of them, read it, and come back.
  std::size_t close = open + 1;
  for (; close < text.size() && text[close] != '>'; ++close) {
    if (text[close] != '"' && text[close] != '/') continue;
    close = text.find(text[close] == '"' ? '"' : '\n', close + 1);
    if (close == std::string_view::npos)
      lexer_.fail_at(open, "the elements of a constant without their end");
  }
  if (close >= text.size())
    lexer_.fail_at(open, "the elements of a constant without their closing '>'");
  std::string_view body = text.substr(open + 1, close - open - 1);
  std::size_t offset = open + 1;
  lexer_.seek(close + 1);
  lexer_.expect(":");
  const std::size_t type_offset = lexer_.peek().offset;
  const Shape shape = type();
  if (!shape.is_static()) lexer_.fail_at(type_offset, "a constant of unknown length");
  if (!has_elements(shape.dtype))
    lexer_.fail_at(type_offset, "a constant of a type without elements");
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) {
    if (shape.size() != 0)
      lexer_.fail_at(offset, "no elements, the type has " + std::to_string(shape.size()));
    return Array(shape);
  }
  body = body.substr(first, body.find_last_not_of(" \t\r\n") - first + 1);
  offset += first;

  if (!is_resource && body[0] != '"') return elements_of_list(body, offset, shape);
  std::string_view digits =
      is_resource ? resource(std::string(body), offset) : body.substr(1, body.size() - 2);
  if (!digits.starts_with("0x"))
    lexer_.fail_at(offset, "strings as elements are not read, expected \"0x..\"");
  digits.remove_prefix(2);
  if (is_resource) {  // the alignment first, in four bytes
    if (digits.size() < 8)
      lexer_.fail_at(offset, "a resource without its alignment, expected four bytes of it");
    digits.remove_prefix(8);
  }
  return elements_of_bytes(digits, shape);
}

AttributeValue AttributeParser::elements_of_bytes(std::string_view digits, const Shape& shape) {
  const auto offset = static_cast<std::size_t>(digits.data() - lexer_.text().data());
  const std::vector<std::byte> raw = from_hex(lexer_, digits, offset);
  const auto count = static_cast<std::uint64_t>(shape.size());
  const auto width = static_cast<std::uint64_t>(bytes(shape.dtype));
  const bool is_packed = is_bool(shape.dtype) && raw.size() == count / 8 + (count % 8 == 0 ? 0 : 1);
  const bool is_whole = raw.size() / width == count && raw.size() % width == 0;
  if (!is_packed && !is_whole && (raw.size() != width || count == 0)) {
    lexer_.fail_at(offset, std::to_string(raw.size()) + " bytes of elements, the type has " +
                               std::to_string(count) + " of " + std::to_string(width));
  }
  Array result(is_packed || is_whole ? shape : Shape{shape.dtype, {}});
  unpack(shape.dtype, raw, result.mutable_bytes());
  if (!is_packed && !is_whole) return splat(shape, std::move(result));
  return elements_attribute(std::move(result));
}

AttributeValue AttributeParser::elements_of_list(std::string_view body, std::size_t offset,
                                                 const Shape& shape) {
  if (body[0] != '[') {
    Array element({shape.dtype, {}});
    ElementWriter writer(lexer_, shape.dtype, element.mutable_bytes());
    BodyReader reader(lexer_, body, offset, element.shape().dims, writer);
    reader.element();
    reader.end();
    return splat(shape, std::move(element));
  }
  // An element takes a character at least, and one between it and the next.
  if (static_cast<std::uint64_t>(shape.size()) > body.size()) {
    lexer_.fail_at(offset,
                   "fewer elements than the " + std::to_string(shape.size()) + " of the type");
  }
  Array result(shape);
  ElementWriter writer(lexer_, shape.dtype, result.mutable_bytes());
  BodyReader reader(lexer_, body, offset, result.shape().dims, writer);
  reader.list(0);
  reader.end();
  return elements_attribute(std::move(result));
}

}  // namespace hilo::stablehlo::ir
