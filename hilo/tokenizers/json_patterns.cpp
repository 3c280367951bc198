#include "hilo/tokenizers/json_patterns.h"

#include <utility>
#include <vector>

namespace hilo::tokenizers::json {
namespace {

constexpr int kAnyDepth = 3;

// Lists and objects nested at most `depth` deep.
Pattern any_value(int depth);
Pattern any_object(int depth) {
  const Pattern member = Pattern::sequence({quoted(Pattern::repeat(string_character(), 0)),
                                            Pattern::text(":"), blank(), any_value(depth)});
  const Pattern more = Pattern::repeat(Pattern::sequence({Pattern::text(","), blank(), member}), 0);
  return Pattern::sequence({Pattern::text("{"),
                            Pattern::optional(Pattern::sequence({blank(), member, more, blank()})),
                            Pattern::text("}")});
}
Pattern any_value(int depth) {
  std::vector<Pattern> choices = {expression("null|true|false"), expression(kNumber),
                                  quoted(Pattern::repeat(string_character(), 0))};
  if (depth > 0) {
    choices.push_back(list(any_value(depth - 1), 0, Pattern::kForever));
    choices.push_back(any_object(depth - 1));
  }
  return Pattern::choice(std::move(choices));
}

}  // namespace

Pattern blank() {
  return Pattern::optional(Pattern::choice(
      {Pattern::text(" "),
       Pattern::sequence({Pattern::text("\n"), Pattern::repeat(Pattern::text(" "), 0, 32)})}));
}

Pattern expression(std::string_view regex) { return parse_regex(regex).pattern; }

const Pattern& string_character() {
  static const Pattern pattern = Pattern::choice(
      {Pattern::character(all_but({{0, 0x1F}, {'"', '"'}, {'\\', '\\'}})),
       expression(R"(\\["\\/bfnrt])"),
       expression(R"(\\u(?:[0-9A-Ca-ce-fE-F][0-9A-Fa-f]{3}|[dD][0-7][0-9A-Fa-f]{2}))"),
       expression(R"(\\u[dD][89ABab][0-9A-Fa-f]{2}\\u[dD][C-Fc-f][0-9A-Fa-f]{2})")});
  return pattern;
}
Pattern quoted(Pattern inside) {
  return Pattern::sequence({Pattern::text("\""), std::move(inside), Pattern::text("\"")});
}

Pattern list(const Pattern& item, std::uint32_t least, std::uint32_t most) {
  const Pattern next = Pattern::sequence({Pattern::text(","), blank(), item});
  Pattern items = Pattern::sequence({});
  if (most > 0) {
    items = Pattern::sequence({blank(), item,
                               Pattern::repeat(next, least > 0 ? least - 1 : 0,
                                               most == Pattern::kForever ? most : most - 1),
                               blank()});
    if (least == 0) items = Pattern::optional(std::move(items));
  }
  return Pattern::sequence({Pattern::text("["), std::move(items), Pattern::text("]")});
}

const Pattern& any_value() {
  static const Pattern pattern = any_value(kAnyDepth);
  return pattern;
}
Pattern any_object() { return any_object(kAnyDepth); }

}  // namespace hilo::tokenizers::json
