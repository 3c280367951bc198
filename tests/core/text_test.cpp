#include "hilo/core/text.h"

#include <gtest/gtest.h>

namespace hilo {
namespace {

TEST(Text, QuoteIsFitToPrint) {
  EXPECT_EQ(quote(""), R"("")");
  EXPECT_EQ(quote("a\tb\"c\\\n\r"), R"("a\tb\"c\\\n\r")");
  EXPECT_EQ(quote("\x1b[31m"), R"("\x1b[31m")");
  EXPECT_EQ(quote("h\u00e9 \U0001F600"), "\"h\u00e9 \U0001F600\"");
  EXPECT_EQ(quote("\xff\x7f"), R"("\xff\x7f")");
  EXPECT_EQ(quote("abcdef", 3), R"("abc"..)");
}

TEST(Text, Utf8Length) {
  const std::pair<std::string_view, std::size_t> rows[] = {{"", 0},
                                                           {"a", 1},
                                                           {"\u00e9x", 2},
                                                           {"\u4e16", 3},
                                                           {"\U0001F600", 4},
                                                           {"\x80", 0},
                                                           {"\xc0\x80", 0},
                                                           {"\xc1\xbf", 0},
                                                           {"\xc3", 0},
                                                           {"\xc3(", 0},
                                                           {"\xe0\x80\x80", 0},
                                                           {"\xed\xa0\x80", 0},
                                                           {"\xf0\x80\x80\x80", 0},
                                                           {"\xf4\x90\x80\x80", 0},
                                                           {"\xf5\x80\x80\x80", 0},
                                                           {"\xf4\x8f\xbf\xbf", 4}};
  for (const auto& [text, length] : rows) EXPECT_EQ(utf8_length(text), length) << quote(text);
  EXPECT_TRUE(is_utf8("h\u00e9"));
  EXPECT_FALSE(is_utf8("h\xe9"));
}

}  // namespace
}  // namespace hilo
