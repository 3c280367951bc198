#include "hilo/stablehlo/bytecode_encoder.h"

#include <algorithm>
#include <bit>

#include "hilo/core/error.h"
#include "hilo/stablehlo/attribute_text.h"
#include "hilo/stablehlo/type_text.h"

namespace hilo::stablehlo::bytecode {
namespace {

/// The stream of `transfer` that writes.
class FieldWriter {
 public:
  FieldWriter(ByteWriter& out, Encoder& encoder, std::string_view dialect, Spelling spelling)
      : out_(out), encoder_(encoder), dialect_(dialect), spelling_(spelling) {}

  void varint(std::uint64_t v) { out_.varint(v); }
  void signed_varint(std::uint64_t v) { out_.signed_varint(static_cast<std::int64_t>(v)); }
  void byte(std::uint64_t v) { out_.byte(static_cast<std::uint8_t>(v)); }
  void integer(std::int64_t v) { out_.signed_varint(v); }
  void index(std::int64_t v) { out_.varint(static_cast<std::uint64_t>(v)); }
  void real(double v) { out_.signed_varint(std::bit_cast<std::int64_t>(v)); }
  void number(std::uint64_t v, int width) {
    if (width <= 8)
      byte(v);
    else
      signed_varint(v);
  }
  void string(const Field& f) { out_.varint(encoder_.string(f.bytes)); }
  void blob(const Field& f) {
    out_.varint(f.bytes.size());
    out_.bytes += f.bytes;
  }
  void resource(const Field& f) { blob(f); }
  void attribute(const AttributeValue& v) {
    out_.varint(encoder_.attribute(dialect_, v, spelling_));
  }
  void type(const Type& v) { out_.varint(encoder_.type(dialect_, v)); }
  template <class T>
  void list(const std::vector<T>& items, auto each) {
    out_.varint(items.size());
    for (const T& item : items) each(item);
  }
  template <class T>
  void one(const std::vector<T>& items, auto each) {
    each(items.at(0));
  }
  void pairs(const std::vector<AttributeValue>& items) {
    out_.varint(items.size() / 2);
    for (std::size_t i = 0; i < items.size(); ++i) {
      out_.varint(encoder_.attribute(dialect_, items[i],
                                     {.is_index = spelling_.is_index, .is_typed = true}));
    }
  }
  void optional(const std::vector<AttributeValue>& items, bool is_byte) {
    if (is_byte)
      byte(items.empty() ? 0 : 1);
    else
      varint(items.empty() ? 0 : 1);
    if (!items.empty()) attribute(items[0]);
  }
  void flagged_attribute(const std::vector<AttributeValue>& items) {
    if (items.empty())
      out_.varint(0);
    else
      out_.flagged(encoder_.attribute(dialect_, items[0], spelling_), true);
  }
  void flagged_number(const std::vector<std::int64_t>& items) {
    if (items.empty())
      out_.varint(0);
    else
      out_.flagged(static_cast<std::uint64_t>(items[0]), true);
  }

 private:
  ByteWriter& out_;
  Encoder& encoder_;
  std::string_view dialect_;
  Spelling spelling_;
};

const Code& builtin(Form form, std::string_view name = {}) {
  return *std::ranges::find_if(attribute_codes(), [&](const Code& c) {
    return c.dialect == "builtin" && c.form == form && c.name == name;
  });
}

// An attribute in few words, for messages.
std::string said(const AttributeValue& value) {
  constexpr std::size_t kLongest = 80;
  std::string text;
  if (std::holds_alternative<Array>(value) || std::holds_alternative<SplatAttribute>(value))
    return "a constant";
  append_attribute(text, value);
  return text.size() > kLongest ? text.substr(0, kLongest) + ".." : text;
}

std::string said(const Type& type) {
  if (type.kind == Type::Kind::kWord) return type.word;
  if (type.kind == Type::Kind::kFunction) return "a function";
  if (type.kind == Type::Kind::kElement && has_elements(type.shape.dtype))
    return std::string(mlir_name(type.shape.dtype));
  return type.kind == Type::Kind::kNone ? "none" : type_text(type.shape);
}

}  // namespace

std::string to_string(const Version& v) {
  return std::to_string(v.major) + "." + std::to_string(v.minor) + "." + std::to_string(v.patch);
}

std::uint64_t Encoder::string(std::string_view text) {
  const auto found = string_numbers_.find(text);
  if (found != string_numbers_.end()) return found->second;
  strings_.emplace_back(text);
  return string_numbers_[std::string(text)] = strings_.size() - 1;
}

std::uint64_t Encoder::dialect(std::string_view name) {
  const auto found = std::ranges::find(dialects_, name);
  if (found != dialects_.end()) return static_cast<std::uint64_t>(found - dialects_.begin());
  dialects_.emplace_back(name);
  return dialects_.size() - 1;
}

std::uint64_t Encoder::Table::add(std::string_view dialect, std::string bytes) {
  std::pair<std::string, std::string> entry(dialect, std::move(bytes));
  const auto [at, is_new] = numbers.emplace(entry, entries.size());
  if (is_new) entries.push_back(std::move(entry));
  return at->second;
}

std::string Encoder::encoded(std::string_view dialect, const Code* code, Fields& fields,
                             Spelling spelling, std::string_view what) {
  if (code == nullptr)
    throw Error(std::string(what) + " has no form in " +
                (dialect == "vhlo" ? "a portable artifact"
                                   : "bytecode of dialect " + std::string(dialect)));
  if (code->since > target_)
    throw Error(std::string(what) + " came with StableHLO " + to_string(code->since));
  ByteWriter out;
  out.varint(static_cast<std::uint64_t>(code->code));
  FieldWriter writer(out, *this, dialect, spelling);
  transfer(writer, code->layout, fields);
  return std::move(out.bytes);
}

std::uint64_t Encoder::attribute(std::string_view dialect, const AttributeValue& value,
                                 Spelling spelling) {
  Fields fields;
  const Code* code = fields_of(value, dialect, spelling, fields);
  return attributes_.add(dialect,
                         encoded(dialect, code, fields, spelling,
                                 code == nullptr || code->since > target_ ? said(value) : ""));
}

std::uint64_t Encoder::type(std::string_view dialect, const Type& type) {
  Fields fields;
  const Code* code = fields_of(type, dialect, fields);
  return types_.add(dialect,
                    encoded(dialect, code, fields, {},
                            code == nullptr || code->since > target_ ? "type " + said(type) : ""));
}

std::uint64_t Encoder::type_attribute(std::string_view dialect, const Type& type) {
  Fields fields(1);
  fields[0].types = {type};
  const auto code = std::ranges::find_if(attribute_codes(), [&](const Code& c) {
    return c.dialect == dialect && c.form == Form::kTypeOf;
  });
  return attributes_.add(dialect, encoded(dialect, &*code, fields, {}, ""));
}

std::uint64_t Encoder::dictionary(std::vector<std::pair<std::string, std::uint64_t>> members) {
  std::ranges::sort(members);
  ByteWriter out;
  out.varint(static_cast<std::uint64_t>(builtin(Form::kDictionary).code));
  out.varint(members.size());
  for (const auto& [name, value] : members) {
    out.varint(attribute("builtin", name));
    out.varint(value);
  }
  return attributes_.add("builtin", std::move(out.bytes));
}

std::uint64_t Encoder::location(const Site& site) {
  ByteWriter out;
  const Code& code = builtin(Form::kLocation, site.line == 0 ? "unknown" : "file");
  out.varint(static_cast<std::uint64_t>(code.code));
  if (site.line != 0) {
    out.varint(attribute("builtin", std::string(site.file)));
    out.varint(site.line);
    out.varint(site.column);
  }
  return attributes_.add("builtin", std::move(out.bytes));
}

std::string Encoder::string_section() const {
  ByteWriter out;
  out.varint(strings_.size());
  for (std::size_t i = strings_.size(); i-- > 0;) out.varint(strings_[i].size() + 1);
  for (const std::string& s : strings_) {
    out.bytes += s;
    out.byte(0);
  }
  return std::move(out.bytes);
}

// Runs of one dialect, and the size of each entry.
void Encoder::append_offsets(ByteWriter& out, const Table& table) {
  for (std::size_t i = 0; i < table.entries.size();) {
    const std::string& name = table.entries[i].first;
    std::size_t end = i;
    while (end < table.entries.size() && table.entries[end].first == name) ++end;
    out.varint(dialect(name));
    out.varint(end - i);
    for (; i < end; ++i) out.flagged(table.entries[i].second.size(), true);
  }
}

std::string Encoder::offset_section() {
  ByteWriter out;
  out.varint(attributes_.entries.size());
  out.varint(types_.entries.size());
  append_offsets(out, attributes_);
  append_offsets(out, types_);
  return std::move(out.bytes);
}

std::string Encoder::entry_section() const {
  std::string result;
  for (const Table* table : {&attributes_, &types_}) {
    for (const auto& [dialect, bytes] : table->entries) result += bytes;
  }
  return result;
}

}  // namespace hilo::stablehlo::bytecode
