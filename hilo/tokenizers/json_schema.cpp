#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

#include "hilo/core/error.h"
#include "hilo/core/text.h"
#include "hilo/tokenizers/json_patterns.h"

namespace hilo::tokenizers {
namespace {

using Json = nlohmann::ordered_json;
using namespace json;

constexpr int kMaxDepth = 32;
constexpr std::size_t kMaxKeys = 20'000, kTypes = 7;

// Keywords that only describe.
constexpr std::array<std::string_view, 14> kDescriptions = {
    "title", "description", "default",    "examples", "$schema",   "$id",     "$comment",
    "$defs", "definitions", "deprecated", "readOnly", "writeOnly", "$anchor", "contentMediaType"};

// How many nodes a pattern has; beyond `kMaxSize` a schema is refused, since each level may hold
// the one below several times.
constexpr std::size_t kMaxSize = 200'000;

class SchemaReader {
 public:
  explicit SchemaReader(const Json& root) : root_(root) {}

  Pattern read(const Json& schema, const std::string& at) {
    if (++depth_ > kMaxDepth)
      fail(at, "is nested more than " + std::to_string(kMaxDepth) +
                   " deep, or refers to itself, which is not supported");
    const std::size_t before = size_;
    Pattern pattern = read_value(schema, at);
    --depth_;
    size_ = before + pattern.size;  // what it was made of is in it
    expect_size(size_, at);
    return pattern;
  }

 private:
  [[noreturn]] static void fail(const std::string& at, const std::string& problem) {
    throw FormatError("JSON schema", "#" + at + " " + problem);
  }

  static void expect_size(std::size_t size, const std::string& at) {
    if (size > kMaxSize)
      fail(at, "is too large: nested lists and members that are not required multiply");
  }

  // Every keyword must be in `known` or only describe.
  static void expect_only(const Json& schema, const std::string& at,
                          std::initializer_list<std::string_view> known) {
    for (const auto& [keyword, value] : schema.items()) {
      const bool is_known = std::ranges::find(known, keyword) != known.end() ||
                            std::ranges::find(kDescriptions, keyword) != kDescriptions.end();
      if (!is_known)
        fail(at, "has " + quote(keyword) + ", which is not supported" +
                     (known.size() > 0 ? " here" : ""));
    }
  }

  Pattern read_value(const Json& schema, const std::string& at) {
    if (schema.is_boolean()) {
      if (!schema.get<bool>()) fail(at, "is false, which no value follows");
      return any_value();
    }
    if (!schema.is_object()) fail(at, "is no schema; expected an object");
    return read_object(schema, at);
  }

  Pattern read_object(const Json& schema, const std::string& at) {
    if (schema.contains("const")) {
      expect_only(schema, at, {"const", "type"});
      return literal(schema["const"], at);
    }
    if (schema.contains("enum")) {
      expect_only(schema, at, {"enum", "type"});
      std::vector<Pattern> choices;
      for (const Json& value : expect(schema, "enum", &Json::is_array, "a list", at))
        choices.push_back(literal(value, at));
      if (choices.empty()) fail(at + "/enum", "is empty");
      return Pattern::choice(std::move(choices));
    }
    if (schema.contains("$ref")) {
      expect_only(schema, at, {"$ref"});
      return read_reference(
          expect(schema, "$ref", &Json::is_string, "a text", at).get<std::string>(), at);
    }
    for (const char* keyword : {"anyOf", "oneOf", "allOf"}) {
      if (!schema.contains(keyword)) continue;
      expect_only(schema, at, {keyword});
      const Json& schemas = expect(schema, keyword, &Json::is_array, "a list", at);
      if (schemas.empty()) fail(at + "/" + keyword, "is empty");
      if (std::string_view(keyword) == "allOf" && schemas.size() > 1)
        fail(at, "has \"allOf\" of several schemas, which is not supported");
      std::vector<Pattern> choices;
      for (std::size_t i = 0; i < schemas.size(); ++i)
        choices.push_back(read(schemas[i], at + "/" + keyword + "/" + std::to_string(i)));
      return Pattern::choice(std::move(choices));
    }
    if (!schema.contains("type")) {
      if (schema.contains("properties")) return read_type("object", schema, at);
      if (schema.contains("items")) return read_type("array", schema, at);
      expect_only(schema, at, {});
      return any_value();
    }
    const Json& type = schema["type"];
    if (type.is_string()) return read_type(type.get<std::string>(), schema, at);
    if (!type.is_array() || type.empty() || type.size() > kTypes)
      fail(at + "/type", "is no type; expected a text or a list of at most 7 texts");
    std::vector<Pattern> choices;
    for (const Json& one : type) {
      if (!one.is_string())
        fail(at + "/type", "has a " + std::string(one.type_name()) + "; expected texts");
      choices.push_back(read_type(one.get<std::string>(), schema, at, true));
    }
    return Pattern::choice(std::move(choices));
  }

  static const Json& expect(const Json& schema, const char* keyword,
                            bool (Json::*is)() const noexcept, const char* what,
                            const std::string& at) {
    const Json& value = schema[keyword];
    if (!(value.*is)())
      fail(at + "/" + keyword, "is " + std::string(value.type_name()) + "; expected " + what);
    return value;
  }

  static std::string written(const Json& value, const std::string& at) {
    try {
      return value.dump();
    } catch (const Json::exception&) {
      fail(at, "has a value that is no UTF-8");
    }
  }

  // The value as JSON: a node a character.
  Pattern literal(const Json& value, const std::string& at) {
    const std::string text = written(value, at);
    size_ += text.size();
    expect_size(size_, at);
    return Pattern::text(text);
  }

  // "#/$defs/name": a path from the root.
  Pattern read_reference(const std::string& reference, const std::string& at) {
    if (!reference.starts_with("#"))
      fail(at + "/$ref",
           "is " + quote(reference) + "; only references within the schema are supported");
    try {
      return read(root_.at(Json::json_pointer(reference.substr(1))), reference.substr(1));
    } catch (const Json::exception&) {
      fail(at + "/$ref", "is " + quote(reference) + ", which is not there");
    }
  }

  // `is_one_of`: of a list of types, whose keywords belong to one or another.
  Pattern read_type(const std::string& type, const Json& schema, const std::string& at,
                    bool is_one_of = false) {
    const auto check = [&](std::initializer_list<std::string_view> known) {
      if (!is_one_of) expect_only(schema, at, known);
    };
    if (is_one_of) {
      expect_only(schema, at,
                  {"type", "minLength", "maxLength", "pattern", "format", "items", "prefixItems",
                   "minItems", "maxItems", "properties", "required", "additionalProperties"});
    }
    if (type == "null") return check({"type"}), Pattern::text("null");
    if (type == "boolean") return check({"type"}), expression("true|false");
    if (type == "integer") return check({"type"}), expression(kInteger);
    if (type == "number") return check({"type"}), expression(kNumber);
    if (type == "string")
      return check({"type", "minLength", "maxLength", "pattern", "format"}),
             read_string(schema, at);
    if (type == "array")
      return check({"type", "items", "prefixItems", "minItems", "maxItems"}),
             read_array(schema, at);
    if (type == "object")
      return check({"type", "properties", "required", "additionalProperties"}),
             read_members(schema, at);
    fail(at + "/type", "is " + quote(type) +
                           "; expected string, number, integer, boolean, null, array or object");
  }

  static std::uint32_t count(const Json& schema, const char* keyword, std::uint32_t otherwise,
                             const std::string& at) {
    if (!schema.contains(keyword)) return otherwise;
    const Json& value = expect(schema, keyword, &Json::is_number_unsigned, "a whole number", at);
    if (value.get<std::uint64_t>() > 10'000)
      fail(at + "/" + keyword, "is above 10,000, which is not supported");
    return value.get<std::uint32_t>();
  }

  Pattern read_string(const Json& schema, const std::string& at) {
    const bool has_length = schema.contains("minLength") || schema.contains("maxLength");
    if (schema.contains("pattern")) {
      if (has_length || schema.contains("format"))
        fail(at, "has \"pattern\" beside a length or format, which is not supported");
      const std::string text =
          expect(schema, "pattern", &Json::is_string, "a text", at).get<std::string>();
      Regex regex = parse_regex(text);
      regex.pattern = without_escapes(std::move(regex.pattern), at + "/pattern");
      std::vector<Pattern> parts;
      const Pattern anything = Pattern::repeat(string_character(), 0);
      if (!regex.begins_at_start) parts.push_back(anything);
      parts.push_back(std::move(regex.pattern));
      if (!regex.ends_at_end) parts.push_back(anything);
      return quoted(Pattern::sequence(std::move(parts)));
    }
    if (schema.contains("format")) {
      if (has_length) fail(at, "has \"format\" beside a length, which is not supported");
      return quoted(read_format(
          expect(schema, "format", &Json::is_string, "a text", at).get<std::string>(), at));
    }
    const std::uint32_t least = count(schema, "minLength", 0, at),
                        most = count(schema, "maxLength", Pattern::kForever, at);
    if (most < least) fail(at, "has minLength above maxLength");
    return quoted(Pattern::repeat(string_character(), least, most));
  }

  // Characters that JSON would have to escape are taken out of a pattern's classes.
  static Pattern without_escapes(Pattern pattern, const std::string& at) {
    if (pattern.kind == Pattern::Kind::kCharacter) {
      std::vector<CodeRange> others = all_but(std::move(pattern.ranges));
      others.insert(others.end(), {{0, 0x1F}, {'"', '"'}, {'\\', '\\'}});
      pattern.ranges = all_but(std::move(others));
      if (pattern.ranges.empty())
        fail(at, "asks for a character that JSON escapes, which is not supported");
      return pattern;
    }
    std::vector<Pattern> parts;
    for (const Pattern& part : pattern.parts()) parts.push_back(without_escapes(part, at));
    return Pattern::of(pattern.kind, std::move(parts), pattern.least, pattern.most);
  }

  static Pattern read_format(const std::string& format, const std::string& at) {
    const std::string date = R"([0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01]))";
    const std::string time =
        R"((?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]))";
    const std::string byte = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";
    if (format == "date") return expression(date);
    if (format == "time") return expression(time);
    if (format == "date-time") return expression(date + "T" + time);
    if (format == "uuid")
      return expression("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
    if (format == "ipv4") return expression("(?:" + byte + R"(\.){3})" + byte);
    fail(at + "/format",
         "is " + quote(format) +
             ", which is not supported; expected date, time, date-time, uuid or ipv4");
  }

  Pattern read_array(const Json& schema, const std::string& at) {
    const std::uint32_t least = count(schema, "minItems", 0, at),
                        most = count(schema, "maxItems", Pattern::kForever, at);
    if (most < least) fail(at, "has minItems above maxItems");
    if (!schema.contains("prefixItems")) {
      return list(schema.contains("items") ? read(schema["items"], at + "/items") : any_value(),
                  least, most);
    }
    // A tuple: just these items.
    const Json& items = expect(schema, "prefixItems", &Json::is_array, "a list", at);
    const bool is_closed = !schema.contains("items") || schema["items"] == false;
    if (items.empty() || !is_closed || least > items.size() || most < items.size()) {
      fail(at, "has \"prefixItems\" with further items or another count, which is not supported");
    }
    std::vector<Pattern> parts = {Pattern::text("["), blank()};
    for (std::size_t i = 0; i < items.size(); ++i) {
      if (i > 0) parts.insert(parts.end(), {Pattern::text(","), blank()});
      parts.push_back(read(items[i], at + "/prefixItems/" + std::to_string(i)));
    }
    parts.insert(parts.end(), {blank(), Pattern::text("]")});
    return Pattern::sequence(std::move(parts));
  }

  // Members in the schema's order; one that is not required may be left out.
  Pattern read_members(const Json& schema, const std::string& at) {
    const bool has_more =
        schema.contains("additionalProperties") && schema["additionalProperties"] != false;
    if (!schema.contains("properties")) {
      if (schema.contains("required"))
        fail(at, "has \"required\" without \"properties\", which is not supported");
      if (has_more && schema["additionalProperties"] != true)
        fail(at, "has \"additionalProperties\" with a schema, which is not supported");
      return schema.contains("additionalProperties") && !has_more ? Pattern::text("{}")
                                                                  : any_object();
    }
    const Json& properties = expect(schema, "properties", &Json::is_object, "an object", at);
    std::vector<std::string> required;
    if (schema.contains("required")) {
      for (const Json& name : expect(schema, "required", &Json::is_array, "a list", at)) {
        if (!name.is_string() || !properties.contains(name.get<std::string>())) {
          fail(at + "/required", "has " + name.dump() + ", which is no property");
        }
        required.push_back(name.get<std::string>());
      }
    }
    struct Member {
      Pattern pattern;
      bool is_required;
    };
    std::vector<Member> members;
    for (const auto& [name, value] : properties.items()) {
      Pattern pattern = Pattern::sequence({literal(name, at), Pattern::text(":"), blank(),
                                           read(value, at + "/properties/" + name)});
      members.push_back({std::move(pattern), std::ranges::find(required, name) != required.end()});
    }
    std::size_t size = 0, firsts = 0;
    for (const Member& member : members) {
      size += member.pattern.size;
      if (firsts == 0 || !members[firsts - 1].is_required) ++firsts;
    }
    expect_size(size * firsts, at);
    // The first member that is there, for each that may be the first: all before it are left out.
    std::vector<Pattern> choices;
    bool may_be_empty = true;
    for (std::size_t first = 0; first < members.size() && may_be_empty; ++first) {
      std::vector<Pattern> parts = {Pattern::text("{"), blank(), members[first].pattern};
      for (std::size_t i = first + 1; i < members.size(); ++i) {
        Pattern next = Pattern::sequence({Pattern::text(","), blank(), members[i].pattern});
        parts.push_back(members[i].is_required ? std::move(next)
                                               : Pattern::optional(std::move(next)));
      }
      parts.insert(parts.end(), {blank(), Pattern::text("}")});
      choices.push_back(Pattern::sequence(std::move(parts)));
      may_be_empty = !members[first].is_required;
    }
    if (may_be_empty) choices.push_back(Pattern::text("{}"));
    return Pattern::choice(std::move(choices));
  }

  const Json& root_;
  int depth_ = 0;
  std::size_t size_ = 0;  // of the patterns read, and not yet part of another
};

}  // namespace

Pattern pattern_of_schema(std::string_view schema) {
  Json root;
  try {
    std::size_t keys = 0;
    const Json::parser_callback_t guard = [&](int level, Json::parse_event_t event, Json&) {
      if (event == Json::parse_event_t::key &&
          ++keys > kMaxKeys)  // each is sought among the others
        throw FormatError("JSON schema", "has more than " + std::to_string(kMaxKeys) + " keys");
      if (level > 4 * kMaxDepth)
        throw FormatError("JSON schema",
                          "is nested more than " + std::to_string(4 * kMaxDepth) + " deep");
      return true;
    };
    root = Json::parse(schema, guard);
  } catch (const Json::parse_error& error) {
    throw FormatError("JSON schema", error.byte, std::string("no JSON: ") + error.what());
  } catch (const Json::exception& error) {  // a number beyond double, say
    throw FormatError("JSON schema", std::string("no JSON: ") + error.what());
  }
  return SchemaReader(root).read(root, "");
}

}  // namespace hilo::tokenizers
