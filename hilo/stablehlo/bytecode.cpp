#include <algorithm>
#include <array>
#include <optional>

#include "hilo/stablehlo/bytecode_tables.h"
#include "hilo/stablehlo/normal.h"
#include "hilo/stablehlo/op_versions.h"
#include "hilo/stablehlo/parse.h"
#include "hilo/stablehlo/vhlo_attributes.h"

// Bytecode of MLIR, versions 0 to 6. What came with which version: 1 dialects may have versions; 2
// regions of isolated ops stand in a section of their own; 3 orders of uses; 4 the number of op
// names, and arguments may lack a location; 5 an op's own attributes stand in a section of
// properties.
namespace hilo::stablehlo {
namespace bytecode {
namespace {

using ir::Operation;
using ir::Region;
using ir::ValueId;

constexpr std::uint64_t kNewest = 6;
constexpr int kDeepest = 200;
enum Section : std::size_t {
  kStrings,
  kDialects,
  kEntries,
  kOffsets,
  kIr,
  kResources,
  kResourceOffsets,
  kVersions,
  kProperties,
  kSections
};
constexpr std::array<std::string_view, kSections> kSectionNames = {
    "strings",   "dialects",  "attributes and types", "offsets of attributes and types",
    "IR",        "resources", "offsets of resources", "versions of dialects",
    "properties"};
enum Mask : std::uint8_t {
  kAttributes = 1,
  kResults = 2,
  kOperands = 4,
  kSuccessors = 8,
  kRegions = 16,
  kUses = 32,
  kOwnAttributes = 64
};

/// The values that a region sees, by their number; an isolated region begins anew.
using Scope = std::vector<ValueId>;

class Reader {
 public:
  Reader(std::string_view bytes, std::string_view file)
      : file_(file), input_(file, bytes), budget_(bytes.size()), table_(file, budget_) {}

  ir::Program read() {
    program_.file = file_;
    if (input_.left() < 4 || input_.take(4) != "ML\xEFR")
      throw FormatError(file_, 0, "no MLIR bytecode; expected the bytes \"ML\\xEFR\"");
    version_ = input_.varint();
    if (version_ > kNewest)
      input_.fail("bytecode of version " + std::to_string(version_) + "; expected 0 to " +
                  std::to_string(kNewest));
    (void)input_.c_string();  // the producer
    read_sections();
    Scope scope;
    Region top;
    ByteReader ir = section(kIr);
    read_block(ir, top, scope, "", 0);
    if (top.operations.size() != 1 || top.operations[0].name != "builtin.module")
      ir.fail("no module at the top; expected one builtin.module");
    program_.module = std::move(top.operations[0]);
    if (program_.module.regions.empty()) program_.module.regions.emplace_back();
    return std::move(program_);
  }

 private:
  ByteReader section(Section which) {
    if (!sections_[which]) input_.fail("no section of " + std::string(kSectionNames[which]));
    return *sections_[which];
  }
  ByteReader optional_section(Section which) {
    return sections_[which].value_or(ByteReader(file_, ""));
  }

  // One section after another, in any order.
  std::pair<std::size_t, ByteReader> next_section(ByteReader& from) {
    const std::uint8_t head = from.byte();
    const std::uint64_t length = from.varint();
    if ((head & 0x80) != 0) {
      const std::uint64_t alignment = from.varint();
      if (alignment == 0 || (alignment & (alignment - 1)) != 0)
        from.fail("an alignment of " + std::to_string(alignment) + "; expected a power of two");
      while (from.offset() % alignment != 0) {
        if (from.byte() != 0xCB) from.fail("padding that is none; expected the byte 0xCB");
      }
    }
    const std::size_t id = head & 0x7F;
    if (id >= kSections)
      from.fail("section " + std::to_string(id) + "; expected 0 to " +
                std::to_string(kSections - 1));
    return {id, from.section(length)};
  }

  void read_sections() {
    while (!input_.empty()) {
      const auto [id, content] = next_section(input_);
      if (sections_[id]) input_.fail("a second section of " + std::string(kSectionNames[id]));
      sections_[id] = content;
    }
    table_.set_strings(section(kStrings));
    read_dialects(section(kDialects));
    table_.set_resources(optional_section(kResources), resource_offsets(), dialects_);
    table_.set_entries(section(kEntries), section(kOffsets), dialects_);
    read_properties(optional_section(kProperties));
  }
  // No such section: no groups.
  ByteReader resource_offsets() {
    return sections_[kResourceOffsets].value_or(ByteReader(file_, "\1"));
  }

  void read_dialects(ByteReader in) {
    const std::size_t count = in.count();
    budget_.charge(count * sizeof(std::string_view), in);
    for (std::size_t i = 0; i < count; ++i) {
      if (version_ == 0) {
        dialects_.push_back(table_.string(in.varint(), in));
        continue;
      }
      const auto [name, has_version] = in.flagged();
      dialects_.push_back(table_.string(name, in));
      if (has_version) (void)next_section(in);
    }
    if (version_ >= 4) (void)in.varint();  // how many names follow
    while (!in.empty()) {
      const std::uint64_t dialect = in.varint();
      if (dialect >= dialects_.size())
        in.fail("dialect " + std::to_string(dialect) + "; expected less than " +
                std::to_string(dialects_.size()));
      for (std::size_t left = in.count(); left > 0; --left) {
        const std::uint64_t name = version_ >= 5 ? in.flagged().first : in.varint();
        const std::string_view dialect_name = dialects_[static_cast<std::size_t>(dialect)],
                               op_name = table_.string(name, in);
        budget_.charge(64 + dialect_name.size() + op_name.size(), in);
        ops_.push_back(std::string(dialect_name) + "." + std::string(op_name));
      }
    }
  }

  void read_properties(ByteReader in) {
    if (in.empty()) return;
    const std::size_t count = in.count();
    budget_.charge(count * sizeof(ByteReader), in);
    for (std::size_t i = 0; i < count; ++i) properties_.push_back(in.section(in.varint()));
  }

  void define(ByteReader& in, Scope& scope, std::size_t& next, std::uint64_t type,
              std::vector<ValueId>& into) {
    if (next >= scope.size()) in.fail("more values than the region says it has");
    program_.types.push_back(table_.shape(type, in));
    budget_.charge(sizeof(ValueId), in);
    into.push_back(static_cast<ValueId>(program_.types.size() - 1));
    scope[next++] = into.back();
  }

  void skip_uses(ByteReader& in, std::size_t results) {
    for (std::uint64_t lists = results > 1 ? in.varint() : 1; lists > 0; --lists) {
      if (results > 1) (void)in.varint();
      const auto [count, is_pairs] = in.flagged();
      (void)is_pairs;
      for (std::size_t left = in.fits(count); left > 0; --left) (void)in.varint();
    }
  }

  /// A block of a region; `parent` is the name of the op that has it.
  void read_block(ByteReader& in, Region& region, Scope& scope, std::string_view parent, int depth,
                  std::size_t next = 0) {
    const auto [op_count, has_arguments] = in.flagged();
    if (has_arguments) {
      const std::size_t count = in.count();
      for (std::size_t i = 0; i < count; ++i) {
        const auto [type, has_location] =
            version_ >= 4 ? in.flagged() : std::pair{in.varint(), true};
        if (has_location) (void)in.varint();
        define(in, scope, next, type, region.arguments);
      }
      if (version_ >= 3 && in.byte() != 0) skip_uses(in, count);
    }
    for (std::size_t left = in.fits(op_count, 3); left > 0; --left)
      read_op(in, region, scope, next, parent, depth);
  }

  void read_op(ByteReader& in, Region& into, Scope& scope, std::size_t& next,
               std::string_view parent, int depth) {
    Operation op;
    op.at.offset = in.offset();
    budget_.charge(sizeof(Operation), in);
    const std::uint64_t name = in.varint();
    if (name >= ops_.size())
      in.fail("op name " + std::to_string(name) + "; expected less than " +
              std::to_string(ops_.size()));
    const std::string& full_name = ops_[static_cast<std::size_t>(name)];
    const std::uint8_t mask = in.byte();
    op.site = table_.site(in.varint(), in);
    if (mask & kAttributes) add_attributes(op, table_.copy(in.varint(), in), in);
    const VhloOp vhlo = find_vhlo_op(full_name);
    if (full_name.starts_with("vhlo.") && vhlo.row == nullptr)
      in.fail("an op " + full_name + ", which no known version of VHLO has");
    if (mask & kOwnAttributes) add_own_attributes(op, full_name, vhlo, in);
    if (mask & kResults) {
      for (std::size_t left = in.count(); left > 0; --left)
        define(in, scope, next, in.varint(), op.results);
    }
    if (mask & kOperands) read_operands(in, op, scope);
    if (mask & kSuccessors) in.fail("an op with successors; expected regions of one block");
    if ((mask & kUses) && version_ >= 3) skip_uses(in, op.results.size());
    op.name = full_name;
    if (vhlo.row != nullptr) convert(op, *vhlo.row, parent, in);
    if (mask & kRegions) read_regions(in, op, scope, depth);
    if (is_cast(op, scope, next)) return;
    ir::normalise(op);
    into.operations.push_back(std::move(op));
  }

  // A cast between types of VHLO and StableHLO, where artifacts mix dialects, is no op here: the
  // result is the operand.
  static bool is_cast(const Operation& op, Scope& scope, std::size_t next) {
    if (op.name != "builtin.unrealized_conversion_cast" || op.operands.size() != op.results.size())
      return false;
    for (std::size_t i = 0; i < op.results.size(); ++i)
      scope[next - op.results.size() + i] = op.operands[i];
    return true;
  }

  void read_operands(ByteReader& in, Operation& op, const Scope& scope) {
    for (std::size_t left = in.count(); left > 0; --left) {
      const std::uint64_t index = in.varint();
      if (index >= scope.size() || scope[static_cast<std::size_t>(index)] < 0)
        in.fail("value " + std::to_string(index) + " is used before it is defined");
      op.operands.push_back(scope[static_cast<std::size_t>(index)]);
      budget_.charge(2 * sizeof(ValueId), in);
    }
  }

  void read_regions(ByteReader& in, Operation& op, Scope& scope, int depth) {
    if (depth == kDeepest) in.fail("regions nested deeper than " + std::to_string(kDeepest));
    const auto [count, is_isolated] = in.flagged();
    std::optional<ByteReader> own;
    if (is_isolated && version_ >= 2) {
      const auto [id, content] = next_section(in);
      if (id != kIr)
        in.fail("a section of " + std::string(kSectionNames[id]) + "; expected one of IR");
      own = content;
    }
    ByteReader& from = own ? *own : in;
    for (std::size_t left = from.fits(count); left > 0; --left) {
      budget_.charge(sizeof(Region), from);
      Region region;
      const std::uint64_t blocks = from.varint();
      if (blocks > 1)
        from.fail("a region of " + std::to_string(blocks) + " blocks; expected at most one");
      if (blocks == 1) {
        const std::size_t values = from.count();
        Scope isolated;
        Scope& inner = is_isolated ? isolated : scope;
        const std::size_t first = inner.size();
        budget_.charge(values * sizeof(ValueId), from);
        inner.resize(first + values, -1);
        read_block(from, region, inner, op.name, depth + 1, first);
        inner.resize(first);
      }
      op.regions.push_back(std::move(region));
    }
  }

  static void add_attributes(Operation& op, AttributeValue dictionary, const ByteReader& in) {
    auto* members = std::get_if<DictionaryAttribute>(&dictionary);
    if (members == nullptr) in.fail("attributes of an op that are no dictionary");
    for (NamedAttribute& a : members->members) op.attributes.push_back(std::move(a));
  }

  void add_own_attributes(Operation& op, std::string_view name, const VhloOp& vhlo,
                          ByteReader& in) {
    const std::uint64_t index = in.varint();
    if (index >= properties_.size())
      in.fail("properties " + std::to_string(index) + "; expected less than " +
              std::to_string(properties_.size()));
    const ByteReader start = properties_[static_cast<std::size_t>(index)];
    std::vector<OpRow::Attribute> wanted;
    if (vhlo.row != nullptr) {
      for (const std::string_view a : vhlo.version->attributes) wanted.push_back({.name = a});
    } else if (const OpRow* row = find_op(name)) {
      wanted = row->attributes;
    } else {
      in.fail("an op " + std::string(name) + ", whose attributes are not known");
    }
    // A file from before an op got its newest attributes is read without them.
    if (try_properties(op, start, wanted, !std::ranges::any_of(wanted, &OpRow::Attribute::is_new)))
      return;
    std::erase_if(wanted, [](const OpRow::Attribute& a) { return a.is_new; });
    (void)try_properties(op, start, wanted, true);
  }

  bool try_properties(Operation& op, ByteReader in, const std::vector<OpRow::Attribute>& wanted,
                      bool is_last) {
    const ByteReader start = in;
    std::vector<std::pair<std::string_view, std::uint64_t>> found;
    try {
      for (const OpRow::Attribute& a : wanted) {
        if (!a.is_optional) {
          found.emplace_back(a.name, in.varint());
        } else if (const auto [value, is_there] = in.flagged(); is_there) {
          found.emplace_back(a.name, value);
        }
      }
      if (!in.empty())
        in.fail("found " + std::to_string(in.left()) + " bytes behind the attributes of an op");
    } catch (const FormatError&) {
      if (is_last) throw;
      return false;
    }
    for (const auto& [name, value] : found)
      op.attributes.push_back({std::string(name), table_.copy(value, start)});
    return true;
  }

  // From VHLO to the dialects that it stands for.
  static void convert(Operation& op, const OpRow& row, std::string_view parent,
                      const ByteReader& in) {
    op.name = row.name;
    if (op.name == "stablehlo.return" && parent == "func.func") op.name = "func.return";
    try {
      op.attributes = from_vhlo(op.name, std::move(op.attributes));
    } catch (const FormatError&) {
      throw;
    } catch (const Error& e) {
      in.fail(op.name + ": found " + e.what());
    }
  }

  std::string_view file_;
  ByteReader input_;
  Budget budget_;
  AttributeTable table_;
  std::uint64_t version_ = 0;
  std::array<std::optional<ByteReader>, kSections> sections_{};
  std::vector<std::string_view> dialects_{};
  std::vector<std::string> ops_{};
  std::vector<ByteReader> properties_{};
  ir::Program program_{};
};

}  // namespace
}  // namespace bytecode

ir::Program parse_bytecode(std::string_view bytes, std::string_view file) {
  return bytecode::Reader(bytes, file).read();
}

}  // namespace hilo::stablehlo
