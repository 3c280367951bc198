#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hilo::train {

/// Where progress is shown, and what can be done there. A test gives another one.
struct Screen {
  std::function<void(std::string_view text)> write;
  bool is_terminal = false;       ///< one line is drawn again and again; else whole lines, no control characters
  bool has_color = false;
  std::function<int()> columns;   ///< asked at each drawing: windows change
  std::function<double()> clock;  ///< seconds, from any beginning

  /// The error output of this process. A terminal that calls itself dumb counts as none; NO_COLOR is obeyed.
  static Screen standard_error();
};

struct BarOptions {
  double appears_after = 0;   ///< seconds of work before anything is shown
  double redrawn_every = 0.1; ///< seconds, on a terminal
  double plain_every = 30;    ///< seconds between lines elsewhere
  bool stays = true;          ///< the finished line stays; false: it is taken away, and not written elsewhere
};

/// A line that shows how far some work is: "decoding [=====>    ]  52%  26,000 of 50,000".
/// Elsewhere than on a terminal it is a line now and then, and one at the end.
class Bar {
 public:
  explicit Bar(BarOptions options = {}, Screen screen = Screen::standard_error());
  ~Bar();  ///< as `finish`
  Bar(const Bar&) = delete;
  Bar& operator=(const Bar&) = delete;

  /// `fraction` is 0 to 1; at 1 the line is finished. `facts` follow the bar, the most important first: where the
  /// window is narrow the last ones are left out.
  void show(std::string_view label, double fraction, const std::vector<std::string>& facts);
  /// Ends the line that is being drawn, so that others can be written.
  void finish();

 private:
  [[nodiscard]] std::string drawn(std::string_view label, double fraction, const std::vector<std::string>& facts) const;

  BarOptions options_;
  Screen screen_;
  double start_;
  std::optional<double> last_shown_{};
  bool is_open_ = false;  // the cursor stands in a drawn line
};

/// "0:07", "12:30", "1:02:03".
std::string duration_text(double seconds);
/// "12,345".
std::string count_text(std::int64_t count);

}  // namespace hilo::train
