#include <algorithm>
#include <string>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/tokenizers/pattern.h"
#include "hilo/tokenizers/utf8.h"

namespace hilo::tokenizers {
namespace {

constexpr std::uint32_t kMaxRepeats = 10'000;
constexpr int kMaxDepth = 100, kMaxRepeatsInRepeats = 4;

const std::vector<CodeRange> kDigits = {{'0', '9'}};
const std::vector<CodeRange> kWord = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
const std::vector<CodeRange> kSpaces = {{'\t', '\r'}, {' ', ' '}};

class RegexParser {
 public:
  explicit RegexParser(std::string_view text) : text_(text) {}

  Regex parse() {
    Regex regex;
    regex.begins_at_start = take('^');
    regex.pattern = choice();
    if (!is_done()) fail("a \")\" that closes no group");
    // "$" at the end was taken by `sequence`; "^a|b" holds only one of the choices, which is
    // refused.
    const bool is_choice = regex.pattern.kind == Pattern::Kind::kChoice;
    if (is_choice && (regex.begins_at_start || has_end_))
      fail("^ and $ hold one of several choices; write ^(?:a|b)$");
    regex.ends_at_end = has_end_;
    return regex;
  }

 private:
  [[noreturn]] void fail(const std::string& problem) const {
    throw FormatError("regular expression", at_, problem);
  }
  [[nodiscard]] bool is_done() const { return at_ == text_.size(); }
  [[nodiscard]] char peek() const { return is_done() ? '\0' : text_[at_]; }
  bool take(std::string_view expected) {
    if (!text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }
  bool take(char expected) { return take(std::string_view(&expected, 1)); }

  Pattern choice() {
    std::vector<Pattern> choices;
    do choices.push_back(sequence());
    while (take('|'));
    return choices.size() == 1 ? std::move(choices[0]) : Pattern::choice(std::move(choices));
  }

  Pattern sequence() {
    std::vector<Pattern> parts;
    while (!is_done() && peek() != '|' && peek() != ')') {
      if (depth_ == 0 && peek() == '$' && at_ + 1 == text_.size()) {
        ++at_;
        has_end_ = true;
        break;
      }
      parts.push_back(repeated(atom()));
    }
    return parts.size() == 1 ? std::move(parts[0]) : Pattern::sequence(std::move(parts));
  }

  Pattern repeated(Pattern part) {
    for (int repeats = 0;; ++repeats) {
      std::uint32_t least = 0, most = Pattern::kForever;
      if (take('*')) {
      } else if (take('+')) {
        least = 1;
      } else if (take('?')) {
        most = 1;
      } else if (peek() == '{' && at_ + 1 < text_.size() && text_[at_ + 1] >= '0' &&
                 text_[at_ + 1] <= '9') {
        ++at_;
        least = most = count();
        if (take(',')) most = peek() == '}' ? Pattern::kForever : count();
        if (!take('}')) fail("a repeat that is not closed; expected {m}, {m,} or {m,n}");
        if (most < least)
          fail("a repeat of at least " + std::to_string(least) + " and at most " +
               std::to_string(most));
      } else {
        return part;
      }
      take('?');  // a lazy repeat stands for the same texts
      if (peek() == '+') fail("a possessive repeat, which is not supported");
      if (repeats == kMaxRepeatsInRepeats)
        fail("repeats of repeats of repeats, which are not supported");
      part = Pattern::repeat(std::move(part), least, most);
    }
  }

  std::uint32_t count() {
    std::uint32_t value = 0;
    const std::size_t begin = at_;
    for (; peek() >= '0' && peek() <= '9'; ++at_) {
      value = value * 10 + static_cast<std::uint32_t>(peek() - '0');
      if (value > kMaxRepeats) fail("a repeat of more than " + std::to_string(kMaxRepeats));
    }
    if (at_ == begin) fail("a repeat without a number");
    return value;
  }

  Pattern atom() {
    switch (peek()) {
      case '(':
        return group();
      case '[':
        return Pattern::character(character_class());
      case '.':
        ++at_;
        return Pattern::character(all_but({{'\n', '\n'}}));
      case '^':
      case '$':
        fail(
            "an anchor in the middle, which is not supported; expected ^ at the beginning, $ at "
            "the end");
      case '*':
      case '+':
      case '?':
        fail("a repeat of nothing");
      case '\\':
        return Pattern::character(escape());
      default: {
        const std::uint32_t point = code_point();
        return Pattern::character({{point, point}});
      }
    }
  }

  Pattern group() {
    ++at_;
    if (take("?:")) {
    } else if (take("?P<") ||
               (text_.substr(at_).starts_with("?<") && !text_.substr(at_).starts_with("?<=") &&
                !text_.substr(at_).starts_with("?<!") && take("?<"))) {
      const std::size_t end = text_.find('>', at_);
      if (end == text_.npos) fail("the name of a group that is not closed");
      at_ = end + 1;
    } else if (peek() == '?') {
      fail("a group that begins with " + quote(text_.substr(at_ - 1, 4)) +
           " (look-around or flags), which is not supported");
    }
    if (++depth_ > kMaxDepth) fail("nested more than " + std::to_string(kMaxDepth) + " deep");
    Pattern inside = choice();
    --depth_;
    if (!take(')')) fail("a group that is not closed");
    return inside;
  }

  std::vector<CodeRange> character_class() {
    ++at_;
    const bool is_negated = take('^');
    std::vector<CodeRange> ranges;
    for (bool is_first = true; is_first || peek() != ']'; is_first = false) {
      if (is_done()) fail("a class that is not closed");
      if (take("[:")) fail("a class of POSIX ([:alpha:]), which is not supported");
      const std::vector<CodeRange> first = peek() == '\\' ? escape() : single();
      const bool is_single = first.size() == 1 && first[0].first == first[0].last;
      if (peek() == '-' && at_ + 1 < text_.size() && text_[at_ + 1] != ']') {
        ++at_;
        const std::vector<CodeRange> last = peek() == '\\' ? escape() : single();
        if (!is_single || last.size() != 1 || last[0].first < first[0].first)
          fail("a range that runs backwards, or not between characters");
        ranges.push_back({first[0].first, last[0].last});
      } else {
        ranges.insert(ranges.end(), first.begin(), first.end());
      }
    }
    ++at_;
    ranges = all_but(std::move(ranges));
    if (!is_negated) ranges = all_but(std::move(ranges));  // twice, so that no surrogate stays
    if (ranges.empty()) fail("a class without characters");
    return ranges;
  }
  std::vector<CodeRange> single() {
    const std::uint32_t point = code_point();
    return {{point, point}};
  }

  std::uint32_t code_point() {
    const std::size_t length = utf8_length(text_.substr(at_));
    if (length == 0) fail("a byte that is no UTF-8");
    const std::uint32_t point = decode_utf8(text_.substr(at_, length));
    at_ += length;
    return point;
  }

  std::vector<CodeRange> escape() {
    ++at_;
    if (is_done()) fail("a \\ at the end");
    const char c = text_[at_++];
    const auto one = [](std::uint32_t point) { return std::vector<CodeRange>{{point, point}}; };
    switch (c) {
      case 'd':
        return kDigits;
      case 'D':
        return all_but(kDigits);
      case 'w':
        return kWord;
      case 'W':
        return all_but(kWord);
      case 's':
        return kSpaces;
      case 'S':
        return all_but(kSpaces);
      case 'n':
        return one('\n');
      case 't':
        return one('\t');
      case 'r':
        return one('\r');
      case 'f':
        return one('\f');
      case 'v':
        return one('\v');
      case '0':
        return one(0);
      case 'x':
        return one(hexadecimal(2));
      case 'u':
        return one(hexadecimal(4));
      default:
        break;
    }
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '1' && c <= '9')) {
      fail(std::string("\\") + c + ", which is not supported");
    }
    --at_;
    return single();
  }

  std::uint32_t hexadecimal(std::size_t digits) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < digits; ++i, ++at_) {
      const auto digit =
          std::string_view("0123456789abcdef").find(static_cast<char>(peek() | 0x20));
      if (is_done() || digit == std::string_view::npos)
        fail("expected " + std::to_string(digits) + " hexadecimal digits");
      value = value * 16 + static_cast<std::uint32_t>(digit);
    }
    if (value >= 0xD800 && value <= 0xDFFF) fail("a surrogate, which is no character");
    return value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool has_end_ = false;
};

}  // namespace

Pattern Pattern::text(std::string_view utf8) {
  std::vector<Pattern> parts;
  while (!utf8.empty()) {
    const std::size_t length = std::max<std::size_t>(utf8_length(utf8), 1);
    const std::uint32_t point = decode_utf8(utf8.substr(0, length));
    parts.push_back(character({{point, point}}));
    utf8.remove_prefix(length);
  }
  return sequence(std::move(parts));
}

Pattern Pattern::of(Kind kind, std::vector<Pattern> parts, std::uint32_t least,
                    std::uint32_t most) {
  Pattern pattern{.kind = kind, .least = least, .most = most};
  for (const Pattern& part : parts) pattern.size += part.size;
  pattern.shared_parts = std::make_shared<const std::vector<Pattern>>(std::move(parts));
  return pattern;
}

std::vector<CodeRange> in_order(std::vector<CodeRange> ranges) {
  std::ranges::sort(ranges, {}, &CodeRange::first);
  std::vector<CodeRange> result;
  for (const CodeRange& range : ranges) {
    if (!result.empty() && range.first <= result.back().last + 1) {
      result.back().last = std::max(result.back().last, range.last);
    } else {
      result.push_back(range);
    }
  }
  return result;
}

std::vector<CodeRange> all_but(std::vector<CodeRange> ranges) {
  ranges.push_back({0xD800, 0xDFFF});
  std::vector<CodeRange> result;
  std::uint32_t next = 0;
  for (const CodeRange& range : in_order(std::move(ranges))) {
    if (range.first > next) result.push_back({next, range.first - 1});
    next = range.last + 1;
  }
  if (next <= kLastCodePoint) result.push_back({next, kLastCodePoint});
  return result;
}

Regex parse_regex(std::string_view expression) { return RegexParser(expression).parse(); }

}  // namespace hilo::tokenizers
