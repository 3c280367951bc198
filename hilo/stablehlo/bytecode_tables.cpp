#include "hilo/stablehlo/bytecode_tables.h"

#include <algorithm>
#include <bit>

#include "hilo/graph/call_site.h"
#include "hilo/stablehlo/memory_of.h"
#include "hilo/stablehlo/parse.h"

namespace hilo::stablehlo::bytecode {
namespace {

constexpr int kDeepest = 100;

/// The stream of `transfer` that reads.
class FieldReader {
 public:
  FieldReader(ByteReader& bytes, AttributeTable& table) : bytes_(bytes), table_(table) {}

  void varint(std::uint64_t& v) { v = bytes_.varint(); }
  void signed_varint(std::uint64_t& v) { v = static_cast<std::uint64_t>(bytes_.signed_varint()); }
  void byte(std::uint64_t& v) { v = bytes_.byte(); }
  void integer(std::int64_t& v) { v = bytes_.signed_varint(); }
  void index(std::int64_t& v) { v = static_cast<std::int64_t>(bytes_.varint()); }
  void real(double& v) { v = std::bit_cast<double>(bytes_.signed_varint()); }
  void number(std::uint64_t& v, int width) {
    if (width > 64)
      bytes_.fail("a number of " + std::to_string(width) + " bits; expected at most 64");
    if (width <= 8)
      byte(v);
    else
      signed_varint(v);
    if (width < 64) v &= (std::uint64_t{1} << width) - 1;
  }
  void string(Field& f) { f.bytes = table_.string(bytes_.varint(), bytes_); }
  void blob(Field& f) { f.bytes = bytes_.take(bytes_.varint()); }
  void resource(Field& f) {
    f.bytes = table_.resource(bytes_.varint(), bytes_);
    table_.budget().charge(f.bytes.size(), bytes_);  // a constant has a copy, and there may be many
  }
  void attribute(AttributeValue& v) { v = table_.copy(bytes_.varint(), bytes_); }
  void type(Type& v) {
    v = table_.type(bytes_.varint(), bytes_);
    table_.budget().charge(sizeof(Type) + memory_of(v.attribute()), bytes_);
  }
  template <class T>
  void list(std::vector<T>& items, auto each) {
    items.resize(charged(bytes_.count(), sizeof(T)));
    for (T& item : items) each(item);
  }
  template <class T>
  void one(std::vector<T>& items, auto each) {
    items.resize(1);
    each(items[0]);
  }
  void pairs(std::vector<AttributeValue>& items) {
    items.resize(charged(2 * bytes_.count(2), sizeof(AttributeValue)));
    for (AttributeValue& item : items) attribute(item);
  }
  void optional(std::vector<AttributeValue>& items, bool is_byte) {
    if ((is_byte ? bytes_.byte() : bytes_.varint()) == 0) return;
    one(items, [&](AttributeValue& v) { attribute(v); });
  }
  void flagged_attribute(std::vector<AttributeValue>& items) {
    const auto [index, is_there] = bytes_.flagged();
    if (is_there) items.push_back(table_.copy(index, bytes_));
  }
  void flagged_number(std::vector<std::int64_t>& items) {
    const auto [number, is_there] = bytes_.flagged();
    if (is_there) items.push_back(static_cast<std::int64_t>(number));
  }

 private:
  std::size_t charged(std::size_t count, std::size_t bytes_each) {
    table_.budget().charge(count * bytes_each, bytes_);
    return count;
  }
  ByteReader& bytes_;
  AttributeTable& table_;
};

// The entry by the first of its encodings that reads it to its end; a layout that grew has several.
template <class Result>
Result decode(const AttributeTable::Entry& entry, const std::vector<Code>& codes,
              AttributeTable& table, Result (*result)(const Code&, Fields&)) {
  ByteReader start = entry.bytes;
  const std::uint64_t code = start.varint();
  std::vector<const Code*> candidates;
  for (const Code& c : codes) {
    if (c.dialect == entry.dialect && static_cast<std::uint64_t>(c.code) == code)
      candidates.push_back(&c);
  }
  if (candidates.empty())
    entry.bytes.fail("code " + std::to_string(code) + " of dialect \"" +
                     std::string(entry.dialect) + "\", which is not known");
  for (const Code* c : candidates) {
    const bool is_last = c == candidates.back();
    ByteReader bytes = start;
    Fields fields;
    try {
      FieldReader reader(bytes, table);
      transfer(reader, c->layout, fields);
      if (!bytes.empty() && c->form != Form::kUnsupported)
        bytes.fail("found " + std::to_string(bytes.left()) +
                   " bytes behind an attribute; expected none");
    } catch (const FormatError&) {
      if (is_last) throw;
      continue;
    }
    try {
      return result(*c, fields);
    } catch (const FormatError&) {
      throw;
    } catch (const Error& e) {
      entry.bytes.fail(std::string("found ") + e.what());
    }
  }
  return {};
}

template <class Result>
Result decode_text(const AttributeTable::Entry& entry,
                   Result (*parse_one)(std::string_view, std::string_view)) {
  ByteReader bytes = entry.bytes;
  const std::string_view text = bytes.c_string();
  try {
    return parse_one(text, bytes.file());
  } catch (const Error& e) {
    entry.bytes.fail("in the text \"" + std::string(text.substr(0, 200)) + "\": " + e.what());
  }
}

}  // namespace

void AttributeTable::set_strings(ByteReader section) {
  const std::size_t count = section.count(2);
  budget_.charge(count * sizeof(std::string_view), section);
  strings_.resize(count);
  std::vector<std::uint64_t> sizes(count);
  std::uint64_t total = 0;
  for (std::size_t i = count; i-- > 0;) {
    sizes[i] = section.varint();
    if (sizes[i] == 0 || sizes[i] > section.left())
      section.fail("a string of " + std::to_string(sizes[i]) + " bytes; expected 1 to " +
                   std::to_string(section.left()));
    total += sizes[i];
  }
  if (total != section.left())
    section.fail("strings of " + std::to_string(total) + " bytes; expected the " +
                 std::to_string(section.left()) + " bytes left");
  for (std::size_t i = 0; i < count; ++i) {
    strings_[i] = section.take(sizes[i]);
    strings_[i].remove_suffix(1);
  }
}

void AttributeTable::set_entries(ByteReader data, ByteReader offsets,
                                 const std::vector<std::string_view>& dialects) {
  const std::uint64_t attribute_count = offsets.varint(), type_count = offsets.varint();
  if (attribute_count > offsets.left() || type_count > offsets.left() - attribute_count) {
    offsets.fail("found " + std::to_string(attribute_count) + " attributes and " +
                 std::to_string(type_count) + " types; expected at most " +
                 std::to_string(offsets.left()));
  }
  budget_.charge(static_cast<std::size_t>(attribute_count + type_count) * sizeof(Entry), offsets);
  const auto read = [&](std::vector<Entry>& entries, std::uint64_t count) {
    entries.reserve(static_cast<std::size_t>(count));
    while (entries.size() < count) {
      const std::uint64_t dialect = offsets.varint();
      if (dialect >= dialects.size())
        offsets.fail("dialect " + std::to_string(dialect) + "; expected less than " +
                     std::to_string(dialects.size()));
      const std::size_t group = offsets.count();
      if (group == 0 || group > count - entries.size())
        offsets.fail("a group of " + std::to_string(group) + " entries; expected 1 to " +
                     std::to_string(count - entries.size()));
      for (std::size_t i = 0; i < group; ++i) {
        const auto [size, is_encoded] = offsets.flagged();
        entries.push_back({.dialect = dialects[static_cast<std::size_t>(dialect)],
                           .is_encoded = is_encoded,
                           .bytes = data.section(size)});
      }
    }
  };
  read(attributes_, attribute_count);
  read(types_, type_count);
}

void AttributeTable::set_resources(ByteReader data, ByteReader offsets,
                                   const std::vector<std::string_view>& dialects) {
  constexpr std::uint8_t kBlob = 0;
  const auto read_group = [&](bool is_kept) {
    for (std::size_t left = offsets.count(3); left > 0; --left) {
      (void)string(offsets.varint(), offsets);
      ByteReader entry = data.section(offsets.varint());
      const std::uint8_t kind = offsets.byte();
      if (!is_kept) continue;
      std::string_view blob;
      if (kind == kBlob && !entry.empty()) {
        const std::uint64_t alignment = entry.varint(), size = entry.varint();
        if (!std::has_single_bit(alignment))
          entry.fail("an alignment of " + std::to_string(alignment) + "; expected a power of two");
        entry.take(entry.left() - entry.fits(size));  // padding
        blob = entry.take(size);
      }
      resources_.push_back(blob);
    }
  };
  for (std::size_t groups = offsets.count(); groups > 0; --groups) {
    (void)string(offsets.varint(), offsets);
    read_group(false);
  }
  while (!offsets.empty()) {
    if (offsets.varint() >= dialects.size()) offsets.fail("a resource of a dialect that is none");
    read_group(true);
  }
}

std::string_view AttributeTable::string(std::uint64_t index, const ByteReader& at) const {
  if (index >= strings_.size())
    at.fail("string " + std::to_string(index) + "; expected less than " +
            std::to_string(strings_.size()));
  return strings_[static_cast<std::size_t>(index)];
}

std::string_view AttributeTable::resource(std::uint64_t index, const ByteReader& at) const {
  if (index >= resources_.size())
    at.fail("resource " + std::to_string(index) + "; expected less than " +
            std::to_string(resources_.size()));
  return resources_[static_cast<std::size_t>(index)];
}

AttributeTable::Entry& AttributeTable::open(std::vector<Entry>& entries, std::uint64_t index,
                                            std::string_view what, const ByteReader& at) {
  if (index >= entries.size())
    at.fail(std::string(what) + " " + std::to_string(index) + "; expected less than " +
            std::to_string(entries.size()));
  Entry& entry = entries[static_cast<std::size_t>(index)];
  if (entry.state == Entry::State::kOpen)
    at.fail(std::string(what) + " " + std::to_string(index) + " is a part of itself");
  if (entry.state == Entry::State::kDone) return entry;
  if (depth_ == kDeepest) at.fail("attributes nested deeper than " + std::to_string(kDeepest));
  entry.state = Entry::State::kOpen;
  ++depth_;
  if (&entries == &attributes_)
    decode_attribute(entry);
  else
    decode_type(entry);
  --depth_;
  entry.state = Entry::State::kDone;
  return entry;
}

void AttributeTable::decode_attribute(Entry& entry) {
  entry.attribute = entry.is_encoded ? decode(entry, attribute_codes(), *this, attribute_from)
                                     : decode_text(entry, parse_attribute);
  entry.memory = memory_of(entry.attribute);
  budget_.charge(entry.memory, entry.bytes);
}

void AttributeTable::decode_type(Entry& entry) {
  if (entry.is_encoded) {
    entry.type = decode(entry, type_codes(), *this, type_from);
  } else {
    entry.type = Type::value(decode_text(entry, parse_type));
    // An element type of a dialect without an encoding of its own: f8E4M3FN, !quant.uniform<..>.
    ByteReader bytes = entry.bytes;
    const std::string_view text = bytes.c_string();
    if (!text.starts_with("tensor") && has_elements(entry.type.shape.dtype))
      entry.type.kind = Type::Kind::kElement;
    if (text.starts_with("!quant")) entry.type.kind = Type::Kind::kElement;
  }
  entry.memory = memory_of(entry.type.attribute());
  budget_.charge(entry.memory, entry.bytes);
}

const Type& AttributeTable::type(std::uint64_t index, const ByteReader& at) {
  return open(types_, index, "type", at).type;
}

const AttributeValue& AttributeTable::attribute(std::uint64_t index, const ByteReader& at) {
  return open(attributes_, index, "attribute", at).attribute;
}

AttributeValue AttributeTable::copy(std::uint64_t index, const ByteReader& at) {
  const Entry& entry = open(attributes_, index, "attribute", at);
  budget_.charge(entry.memory, at);
  return entry.attribute;
}

Shape AttributeTable::shape(std::uint64_t index, const ByteReader& at) {
  const Entry& entry = open(types_, index, "type", at);
  if (entry.type.kind != Type::Kind::kValue)
    at.fail("a value whose type is neither tensor, token nor tuple");
  budget_.charge(entry.memory, at);
  return entry.type.shape;
}

Site AttributeTable::site(std::uint64_t index, const ByteReader& at) {
  if (index >= attributes_.size())
    at.fail("location " + std::to_string(index) + "; expected less than " +
            std::to_string(attributes_.size()));
  return decode_site(index, at, 0);
}

// The first file and line in it: of a call its callee, of several the first.
Site AttributeTable::decode_site(std::uint64_t index, const ByteReader& at, int depth) {
  if (index >= attributes_.size() || depth == kDeepest) return {};
  Entry& entry = attributes_[static_cast<std::size_t>(index)];
  if (!entry.is_encoded || entry.dialect != "builtin" || entry.has_site) return entry.site;
  entry.has_site = true;  // also where it is a part of itself
  ByteReader bytes = entry.bytes;
  const std::uint64_t code = bytes.varint();
  const auto found = std::ranges::find_if(attribute_codes(), [&](const Code& c) {
    return c.dialect == "builtin" && static_cast<std::uint64_t>(c.code) == code;
  });
  if (found == attribute_codes().end() || found->form != Form::kLocation)
    bytes.fail("a location that is none");
  if (found->name == "file") {
    const auto* file = std::get_if<std::string>(&attribute(bytes.varint(), bytes));
    if (file == nullptr) bytes.fail("a location whose file is no string");
    if (found->layout.back() == 'V' && bytes.varint() == 0) return {};
    entry.site.line = static_cast<std::uint32_t>(bytes.varint());
    if (!bytes.empty()) entry.site.column = static_cast<std::uint32_t>(bytes.varint());
    if (entry.site.line != 0) entry.site.file = intern(*file).data();
  } else if (found->name == "name") {
    (void)bytes.varint();
    entry.site = decode_site(bytes.varint(), at, depth + 1);
  } else if (found->name != "unknown") {
    for (std::size_t left = found->name == "fused" ? bytes.count() : 2;
         left > 0 && entry.site.line == 0; --left) {
      entry.site = decode_site(bytes.varint(), at, depth + 1);
    }
  }
  return entry.site;
}

}  // namespace hilo::stablehlo::bytecode
