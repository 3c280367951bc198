#include "hilo/formats/json_document.h"

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "hilo/core/error.h"
#include "hilo/core/text.h"

namespace hilo::formats {
namespace {

using Json = nlohmann::json;

constexpr int kMaxDepth = 32;
constexpr int kMaxValues = 500'000;

// What the parser tells of each object, array, key and value.
class Watch {
 public:
  explicit Watch(const std::string& file) : file_(file) {}

  bool operator()(int depth, Json::parse_event_t event, const Json& parsed) {
    if (depth > kMaxDepth) {
      throw FormatError(file_, "JSON nested more than " + std::to_string(kMaxDepth) + " deep");
    }
    if (++values_ > kMaxValues) {
      throw FormatError(file_, "more than " + std::to_string(kMaxValues) + " JSON values");
    }
    if (event == Json::parse_event_t::object_start) keys_.emplace_back();
    if (event == Json::parse_event_t::object_end) keys_.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys_.back().insert(key).second) {
        throw FormatError(file_, "the key " + quote(key) + " stands twice in one object");
      }
    }
    return true;
  }

 private:
  const std::string& file_;
  int values_ = 0;
  std::vector<std::set<std::string>> keys_{};  // of the objects that are open
};

}  // namespace

Json parse_json(std::string_view text, const std::string& file) {
  Watch watch(file);
  try {
    return Json::parse(text, std::ref(watch));
  } catch (const Json::parse_error& error) {
    std::string_view what = error.what();
    if (const auto from = what.find("syntax error"); from != std::string_view::npos)
      what.remove_prefix(from);
    throw FormatError(file, error.byte,
                      "no JSON: " + std::string(what.substr(0, what.find("; last read"))));
  } catch (const Json::exception& error) {  // a number beyond double, say
    throw FormatError(file, std::string("no JSON: ") + error.what());
  }
}

}  // namespace hilo::formats
