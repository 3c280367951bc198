#include "hilo/core/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <type_traits>

#include "hilo/core/error.h"
#include "hilo/core/text.h"

namespace hilo {
namespace {

template <class T>
bool read_number(std::string_view text, T& value) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return !text.empty() && error == std::errc() && stop == end;
}

bool read(std::string_view text, bool& value) {
  if (text != "true" && text != "false") return false;
  value = text == "true";
  return true;
}
bool read(std::string_view text, std::string& value) {
  value = text;
  return true;
}
bool read(std::string_view text, double& value) { return read_number(text, value) && std::isfinite(value); }
template <class T>
  requires std::is_integral_v<T>
bool read(std::string_view text, T& value) {
  return read_number(text, value);
}
bool read(std::string_view text, std::vector<std::int64_t>& value) {
  value.clear();
  for (std::size_t start = 0; start <= text.size() && !text.empty();) {
    const std::size_t comma = std::min(text.find(',', start), text.size());
    if (!read_number(text.substr(start, comma - start), value.emplace_back())) return false;
    start = comma + 1;
  }
  return true;
}

std::string show(const std::string& value) { return value; }
std::string show(const std::vector<std::int64_t>& value) { return fmt::format("{}", fmt::join(value, ",")); }
template <class T>
  requires std::is_arithmetic_v<T>
std::string show(T value) {
  return fmt::format("{}", value);
}

template <class T>
std::string kind_of(const std::optional<Range>& range) {
  std::string text;
  if constexpr (std::is_same_v<T, bool>) text = "true or false";
  else if constexpr (std::is_same_v<T, std::string>) text = "text";
  else if constexpr (std::is_same_v<T, double>) text = "a number";
  else if constexpr (std::is_integral_v<T>) text = "a whole number";
  else text = "whole numbers with commas between";
  if (!range) return text;
  const bool has_top = range->high < 1e9;
  return text + (has_top ? fmt::format(" from {} to {}", range->low, range->high) : fmt::format(", at least {}", range->low));
}

template <class T>
bool is_in(const T& value, const Range& range) {
  if constexpr (std::is_arithmetic_v<T>) {
    return static_cast<double>(value) >= range.low && static_cast<double>(value) <= range.high;
  } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
    return std::ranges::all_of(value, [&](std::int64_t v) { return is_in(v, range); });
  } else {
    return true;
  }
}

template <class T>
Setting make(std::string_view name, T& field, std::string_view help, std::optional<Range> range) {
  const std::string kind = kind_of<T>(range);
  return {std::string(name), std::string(help), kind, [&field] { return show(field); },
          [&field, range, kind, name = std::string(name)](std::string_view text) {
            T value{};
            if (!read(text, value) || (range && !is_in(value, *range))) {
              throw UsageError(name + ": got " + quote(text) + ", expected " + kind);
            }
            field = std::move(value);
          }};
}

std::string spelled(std::string_view name) {
  std::string text(name);
  std::ranges::replace(text, '_', '-');
  return text;
}

}  // namespace

namespace detail {

Setting make_setting(std::string_view n, bool& f, std::string_view h, std::optional<Range> r) { return make(n, f, h, r); }
Setting make_setting(std::string_view n, int& f, std::string_view h, std::optional<Range> r) { return make(n, f, h, r); }
Setting make_setting(std::string_view n, std::int64_t& f, std::string_view h, std::optional<Range> r) { return make(n, f, h, r); }
Setting make_setting(std::string_view n, std::uint64_t& f, std::string_view h, std::optional<Range> r) { return make(n, f, h, r); }
Setting make_setting(std::string_view n, double& f, std::string_view h, std::optional<Range> r) { return make(n, f, h, r); }
Setting make_setting(std::string_view n, std::string& f, std::string_view h, std::optional<Range> r) { return make(n, f, h, r); }
Setting make_setting(std::string_view n, std::vector<std::int64_t>& f, std::string_view h, std::optional<Range> r) {
  return make(n, f, h, r);
}

void parse_settings(const std::vector<Setting>& settings, int argc, const char* const* argv) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--help" || word == "-h") throw UsageError("options:\n" + describe_settings(settings, "--"));
    if (!word.starts_with("--")) throw UsageError("unexpected " + quote(word) + "\noptions:\n" + describe_settings(settings, "--"));
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(2, equals == std::string_view::npos ? equals : equals - 2);
    if (equals != std::string_view::npos) {
      set_by_name(settings, name, word.substr(equals + 1));
    } else if (i + 1 < argc) {
      set_by_name(settings, name, argv[++i]);
    } else {
      throw UsageError(std::string(word) + ": its value is missing");
    }
  }
}

}  // namespace detail

void set_by_name(const std::vector<Setting>& settings, std::string_view name, std::string_view text) {
  const std::string wanted = spelled(name);
  std::vector<std::string> known;
  for (const Setting& setting : settings) {
    if (setting.name == wanted) return setting.set(text);
    known.push_back(setting.name);
  }
  const std::string near = near_names(wanted, known);
  throw UsageError("there is no setting " + quote(name) + (near.empty() ? "" : "; " + near) + "\n  settings: " +
                   fmt::format("{}", fmt::join(known, ", ")));
}

std::map<std::string, std::string> values_by_name(const std::vector<Setting>& settings) {
  std::map<std::string, std::string> result;
  for (const Setting& setting : settings) result.emplace(setting.name, setting.get());
  return result;
}

std::string describe_settings(const std::vector<Setting>& settings, std::string_view prefix) {
  std::size_t width = 0;
  for (const Setting& setting : settings) width = std::max(width, setting.name.size());
  std::string text;
  for (const Setting& setting : settings) {
    const std::string value = setting.get();
    text += fmt::format("  {}{:<{}}  {} ({}{})\n", prefix, setting.name, width, setting.help,
                        value.empty() ? "" : value + "; ", setting.kind);
  }
  return text;
}

}  // namespace hilo
