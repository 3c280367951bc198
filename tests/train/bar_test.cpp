#include "hilo/train/bar.h"

#include <gtest/gtest.h>

namespace hilo::train {
namespace {

struct Fake {
  std::string text{};
  double now = 0;
  int columns = 80;
  Screen screen(bool is_terminal, bool has_color = false) {
    return {[this](std::string_view t) { text += t; }, is_terminal, has_color, [this] { return columns; }, [this] { return now; }};
  }
};

TEST(Bar, redraws_one_line_on_a_terminal) {
  Fake fake;
  Bar bar({}, fake.screen(true));
  bar.show("epoch 1/2", 0.5, {"loss 1.0000", "9 images/s"});
  EXPECT_EQ(fake.text, "\repoch 1/2 [===============>              ]  50%  loss 1.0000  9 images/s\x1b[K");
  fake.text.clear();
  bar.show("epoch 1/2", 0.6, {"loss 0.9000"});
  EXPECT_EQ(fake.text, "") << "too early to draw again";
  fake.now = 0.2;
  bar.show("epoch 1/2", 1, {"loss 0.9000"});
  EXPECT_EQ(fake.text, "\repoch 1/2 [==============================] 100%  loss 0.9000\x1b[K\n");
  bar.finish();
  EXPECT_TRUE(fake.text.ends_with("\x1b[K\n")) << "finished once";
}

TEST(Bar, keeps_to_the_window) {
  for (int columns = 1; columns < 120; ++columns) {
    Fake fake;
    fake.columns = columns;
    Bar bar({}, fake.screen(true));
    bar.show("epoch 1/2", 0.5, {"loss 1.0000", "accuracy 0.5000", "12,345 images/s", "1:00 left"});
    const std::size_t drawn = fake.text.size() - std::string("\r\x1b[K").size();
    EXPECT_LE(drawn, static_cast<std::size_t>(std::max(columns - 1, 1))) << fake.text;
  }
  Fake narrow;
  narrow.columns = 40;
  Bar bar({}, narrow.screen(true));
  bar.show("epoch 1/2", 0.5, {"loss 1.0000", "accuracy 0.5000"});
  EXPECT_EQ(narrow.text, "\repoch 1/2 [====>    ]  50%  loss 1.0000\x1b[K") << "what matters least goes first";
}

TEST(Bar, has_color_only_where_it_is_wanted) {
  Fake fake;
  Bar bar({}, fake.screen(true, true));
  bar.show("x", 0.1, {});
  EXPECT_EQ(fake.text, "\rx [\x1b[32m===>\x1b[0m                          ]  10%\x1b[K");
}

TEST(Bar, writes_plain_lines_into_a_pipe) {
  Fake fake;
  {
    Bar bar({}, fake.screen(false));
    for (int i = 0; i <= 100; ++i) {
      fake.now = i;
      bar.show("decoding", i / 100.0, {std::to_string(i) + " of 100"});
    }
  }
  EXPECT_EQ(fake.text,
            "decoding  30%  30 of 100\ndecoding  60%  60 of 100\ndecoding  90%  90 of 100\ndecoding 100%  100 of 100\n");
}

TEST(Bar, of_short_work_does_not_appear) {
  Fake fake;
  {
    Bar bar({.appears_after = 0.5, .stays = false}, fake.screen(true));
    fake.now = 0.4;
    bar.show("decoding", 1, {});
  }
  EXPECT_EQ(fake.text, "");
  {
    Bar bar({.appears_after = 0.5, .stays = false}, fake.screen(true));
    fake.now = 2;
    bar.show("decoding", 0.5, {});
  }
  EXPECT_TRUE(fake.text.ends_with("\r\x1b[K")) << "the line is taken away";
  Fake pipe;
  {
    Bar bar({.appears_after = 0.5, .stays = false}, pipe.screen(false));
    pipe.now = 2;
    bar.show("decoding", 1, {});
  }
  EXPECT_EQ(pipe.text, "");
}

TEST(Bar, texts_of_durations_and_counts) {
  EXPECT_EQ(duration_text(0), "0:00");
  EXPECT_EQ(duration_text(6.2), "0:07");
  EXPECT_EQ(duration_text(750), "12:30");
  EXPECT_EQ(duration_text(3723), "1:02:03");
  EXPECT_EQ(duration_text(-1), "0:00");
  EXPECT_EQ(count_text(0), "0");
  EXPECT_EQ(count_text(999), "999");
  EXPECT_EQ(count_text(545098), "545,098");
  EXPECT_EQ(count_text(-1234567), "-1,234,567");
}

}  // namespace
}  // namespace hilo::train
