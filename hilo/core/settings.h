#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hilo {

/// What a number among the settings may be, both ends included.
struct Range {
  double low = 0, high = 0;
};

/// A field of an options struct with its C++ type erased. It refers to the struct, which must outlive it.
struct Setting {
  std::string name;  ///< as flags spell it: "learning-rate"
  std::string help;
  std::string kind;  ///< "a whole number"
  std::function<std::string()> get;
  std::function<void(std::string_view text)> set;  ///< throws UsageError: what was given, what is expected
};

namespace detail {
Setting make_setting(std::string_view name, bool& field, std::string_view help, std::optional<Range>);
Setting make_setting(std::string_view name, int& field, std::string_view help, std::optional<Range>);
Setting make_setting(std::string_view name, std::int64_t& field, std::string_view help, std::optional<Range>);
Setting make_setting(std::string_view name, std::uint64_t& field, std::string_view help, std::optional<Range>);
Setting make_setting(std::string_view name, double& field, std::string_view help, std::optional<Range>);
Setting make_setting(std::string_view name, std::string& field, std::string_view help, std::optional<Range>);
Setting make_setting(std::string_view name, std::vector<std::int64_t>& field, std::string_view help, std::optional<Range>);
void parse_settings(const std::vector<Setting>& settings, int argc, const char* const* argv);
}  // namespace detail

/// The fields of a struct, which lists them once:
///     struct TrainConfig {
///       double learning_rate = 1e-3;  int batch = 64;
///       static void fields(auto&& field) {
///         field("learning-rate", &TrainConfig::learning_rate, "step size");
///         field("batch", &TrainConfig::batch, "examples a step", Range{1, 1e6});
///       }
///     };
/// Flags, help, JSON and what a checkpoint says of itself walk that list. Numbers, text, bool and lists of whole numbers
/// may be fields.
template <class T>
std::vector<Setting> settings_of(T& options) {
  std::vector<Setting> result;
  T::fields([&](std::string_view name, auto member, std::string_view help, std::optional<Range> range = {}) {
    result.push_back(detail::make_setting(name, options.*member, help, range));
  });
  return result;
}

/// Sets one of them by name; '_' counts as '-'. Throws UsageError, with near names if there is no such setting.
void set_by_name(const std::vector<Setting>& settings, std::string_view name, std::string_view text);
/// Every value as text, by name: "batch" -> "64".
std::map<std::string, std::string> values_by_name(const std::vector<Setting>& settings);
/// A line each: name, what it is for, its value now. `prefix` stands before the names: "--".
std::string describe_settings(const std::vector<Setting>& settings, std::string_view prefix = "");

/// A struct of settings out of a program's arguments: `--batch 32` or `--batch=32`.
/// Throws:  UsageError for anything else, with near names; for --help, with the list of what there is.
/// Example: const auto config = parse<TrainConfig>(argc, argv);
template <class T>
T parse(int argc, const char* const* argv) {
  T options;
  detail::parse_settings(settings_of(options), argc, argv);
  return options;
}

}  // namespace hilo
