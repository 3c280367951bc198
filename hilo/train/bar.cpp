#include "hilo/train/bar.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <utility>

namespace hilo::train {
namespace {

constexpr int kWidestBar = 30, kNarrowestBar = 8, kUsualColumns = 80;

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

int columns_of_terminal() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsualColumns;
}

// What cannot be written is lost: progress is no result.
void write_to_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

Screen Screen::standard_error() {
  const char* term = std::getenv("TERM");
  const bool is_dumb = term == nullptr || *term == '\0' || std::string_view(term) == "dumb";
  Screen screen;
  screen.write = write_to_stderr;
  screen.is_terminal = ::isatty(STDERR_FILENO) == 1 && !is_dumb;
  screen.has_color = screen.is_terminal && !is_set("NO_COLOR");
  screen.columns = columns_of_terminal;
  screen.clock = [] { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); };
  return screen;
}

Bar::Bar(BarOptions options, Screen screen) : options_(options), screen_(std::move(screen)), start_(screen_.clock()) {}

Bar::~Bar() { finish(); }

std::string Bar::drawn(std::string_view label, double fraction, const std::vector<std::string>& facts) const {
  // One column stays free: a full line wraps on some terminals.
  const int room = std::max(screen_.columns() - 1, 1);
  const std::string percent = fmt::format("{:3.0f}%", 100 * fraction);
  const auto fixed = static_cast<int>(label.size() + percent.size()) + 4;  // spaces and brackets
  std::string tail;
  for (const std::string& fact : facts) {
    if (fixed + kNarrowestBar + static_cast<int>(tail.size() + fact.size()) + 2 > room) break;
    tail.append("  ").append(fact);
  }
  const int width = std::min(room - fixed - static_cast<int>(tail.size()), kWidestBar);
  if (width < kNarrowestBar) return fmt::format("{} {}", label, percent).substr(0, static_cast<std::size_t>(room));
  const auto full = static_cast<std::size_t>(std::floor(fraction * width));
  std::string filled(full, '=');
  if (full < static_cast<std::size_t>(width)) filled += '>';
  const std::string empty(static_cast<std::size_t>(width) - filled.size(), ' ');
  if (screen_.has_color) filled = fmt::format("\x1b[32m{}\x1b[0m", filled);
  return fmt::format("{} [{}{}] {}{}", label, filled, empty, percent, tail);
}

void Bar::show(std::string_view label, double fraction, const std::vector<std::string>& facts) {
  fraction = std::clamp(fraction, 0.0, 1.0);
  const bool is_complete = fraction >= 1;
  const double now = screen_.clock();
  if (now - start_ < options_.appears_after && !is_open_) return;
  const double pause = screen_.is_terminal ? options_.redrawn_every : options_.plain_every;
  // Without a terminal there is nothing to see at the very beginning.
  const double last = last_shown_.value_or(screen_.is_terminal ? now - pause : start_);
  if (!is_complete && now - last < pause) return;
  last_shown_ = now;
  if (screen_.is_terminal) {
    screen_.write(fmt::format("\r{}\x1b[K", drawn(label, fraction, facts)));
    is_open_ = true;
    if (is_complete) finish();
  } else if (!is_complete || options_.stays) {
    screen_.write(fmt::format("{} {:3.0f}%  {}\n", label, 100 * fraction, fmt::join(facts, "  ")));
  }
}

void Bar::finish() {
  if (std::exchange(is_open_, false)) screen_.write(options_.stays ? "\n" : "\r\x1b[K");
}

std::string duration_text(double seconds) {
  const auto whole = static_cast<std::int64_t>(std::ceil(std::clamp(seconds, 0.0, 1e9)));
  const std::int64_t hours = whole / 3600, minutes = whole / 60 % 60;
  return hours > 0 ? fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60) : fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string count_text(std::int64_t count) {
  const std::string digits = std::to_string(count);
  std::string text;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > (count < 0 ? 1U : 0U) && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return text;
}

}  // namespace hilo::train
