#include "hilo/core/settings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hilo/core/error.h"

namespace hilo {
namespace {

using testing::HasSubstr;

struct Config {
  double learning_rate = 1e-3;
  int batch = 64;
  std::uint64_t seed = 0;
  std::int64_t size = 32;
  bool is_fast = false;
  std::string network = "cnn";
  std::vector<std::int64_t> filters = {32, 64};
  static void fields(auto&& field) {
    field("learning-rate", &Config::learning_rate, "step size", Range{0, 10});
    field("batch", &Config::batch, "examples a step", Range{1, 1e9});
    field("seed", &Config::seed, "of the weights");
    field("size", &Config::size, "side of a picture");
    field("is-fast", &Config::is_fast, "or exact");
    field("network", &Config::network, "which one");
    field("filters", &Config::filters, "of each block", Range{1, 4096});
  }
};

std::string refusal(std::string_view name, std::string_view text) {
  Config config;
  try {
    set_by_name(settings_of(config), name, text);
  } catch (const UsageError& e) {
    return e.what();
  }
  return "accepted";
}

TEST(Settings, are_set_by_name) {
  Config config;
  const auto settings = settings_of(config);
  set_by_name(settings, "learning_rate", "0.25");
  set_by_name(settings, "batch", "7");
  set_by_name(settings, "seed", "18446744073709551615");
  set_by_name(settings, "is-fast", "true");
  set_by_name(settings, "network", "dense");
  set_by_name(settings, "filters", "8,16,32");
  EXPECT_EQ(config.learning_rate, 0.25);
  EXPECT_EQ(config.batch, 7);
  EXPECT_EQ(config.seed, 18446744073709551615U);
  EXPECT_TRUE(config.is_fast);
  EXPECT_EQ(config.network, "dense");
  EXPECT_EQ(config.filters, (std::vector<std::int64_t>{8, 16, 32}));
  set_by_name(settings, "filters", "");
  EXPECT_TRUE(config.filters.empty());
}

TEST(Settings, are_listed_with_their_values) {
  Config config;
  const std::map<std::string, std::string> expected = {{"batch", "64"},      {"filters", "32,64"},        {"is-fast", "false"},
                                                       {"learning-rate", "0.001"}, {"network", "cnn"}, {"seed", "0"}, {"size", "32"}};
  EXPECT_EQ(values_by_name(settings_of(config)), expected);
  EXPECT_THAT(describe_settings(settings_of(config), "--"),
              HasSubstr("  --learning-rate  step size (0.001; a number from 0 to 10)\n"
                        "  --batch          examples a step (64; a whole number, at least 1)\n"));
}

TEST(Settings, refuse_what_is_no_such_value) {
  EXPECT_EQ(refusal("batch", "many"), "batch: got \"many\", expected a whole number, at least 1");
  EXPECT_EQ(refusal("batch", "6.5"), "batch: got \"6.5\", expected a whole number, at least 1");
  EXPECT_EQ(refusal("batch", "0"), "batch: got \"0\", expected a whole number, at least 1");
  EXPECT_EQ(refusal("batch", ""), "batch: got \"\", expected a whole number, at least 1");
  EXPECT_EQ(refusal("size", "99999999999999999999"), "size: got \"99999999999999999999\", expected a whole number");
  EXPECT_EQ(refusal("seed", "-1"), "seed: got \"-1\", expected a whole number");
  EXPECT_EQ(refusal("learning-rate", "nan"), "learning-rate: got \"nan\", expected a number from 0 to 10");
  EXPECT_EQ(refusal("learning-rate", "11"), "learning-rate: got \"11\", expected a number from 0 to 10");
  EXPECT_EQ(refusal("is-fast", "yes"), "is-fast: got \"yes\", expected true or false");
  EXPECT_EQ(refusal("filters", "8,,2"),
            "filters: got \"8,,2\", expected whole numbers with commas between from 1 to 4096");
  EXPECT_THAT(refusal("filters", "8,5000"), HasSubstr("from 1 to 4096"));
}

TEST(Settings, name_what_is_near_a_wrong_name) {
  EXPECT_THAT(refusal("learning-rat", "1"), HasSubstr("there is no setting \"learning-rat\"; did you mean learning-rate?"));
  EXPECT_THAT(refusal("xyzzy", "1"), HasSubstr("settings: learning-rate, batch, seed"));
}

TEST(Settings, are_parsed_from_arguments) {
  const char* const words[] = {"program", "--batch", "8", "--learning-rate=0.5"};
  const auto config = parse<Config>(4, words);
  EXPECT_EQ(config.batch, 8);
  EXPECT_EQ(config.learning_rate, 0.5);
  const auto refused = [](std::vector<const char*> arguments) -> std::string {
    arguments.insert(arguments.begin(), "program");
    try {
      parse<Config>(static_cast<int>(arguments.size()), arguments.data());
    } catch (const UsageError& e) {
      return e.what();
    }
    return "accepted";
  };
  EXPECT_EQ(refused({"--batch"}), "--batch: its value is missing");
  EXPECT_THAT(refused({"eight"}), HasSubstr("unexpected \"eight\""));
  EXPECT_THAT(refused({"--help"}), HasSubstr("--batch          examples a step"));
  EXPECT_THAT(refused({"--bach", "3"}), HasSubstr("did you mean batch?"));
}

}  // namespace
}  // namespace hilo
