#include "tools/messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iostream>

#include "hilo/core/text.h"
#include "hilo/train/bar.h"

namespace hilo::tools {
namespace {

std::string& name_of_program() {
  static std::string name = "hilo";
  return name;
}

}  // namespace

const std::string& program_name() { return name_of_program(); }
void set_program_name(std::string name) { name_of_program() = std::move(name); }

void say(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with(' ')) text.remove_suffix(1);  // what compilers end with
  std::cout.flush();  // results and remarks stay in order where both go to one place
  std::cerr << fmt::format("hilo: {}\n", text) << std::flush;
}

void warn(std::string_view text) { say(fmt::format("warning: {}", text)); }

std::string shown(const std::string& path) {
  const bool is_plain = is_utf8(path) && std::ranges::none_of(path, [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  return is_plain ? path : quote(path, path.size());
}

std::string line_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }
std::string text_of(const Json& json) { return json.dump(2, ' ', false, Json::error_handler_t::replace); }

std::string count_of(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", train::count_text(static_cast<std::int64_t>(count)), what, count == 1 ? "" : "s");
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array kUnits = {"B", "kB", "MB", "GB", "TB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; amount >= 999.5 && unit + 1 < kUnits.size(); ++unit) amount /= 1000;
  return fmt::format("{:.{}f} {}", amount, unit > 0 && amount < 9.95 ? 1 : 0, kUnits.at(unit));
}

}  // namespace hilo::tools
