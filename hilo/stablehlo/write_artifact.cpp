#include "hilo/stablehlo/write_artifact.h"

#include <algorithm>
#include <map>

#include "hilo/stablehlo/bytecode_encoder.h"
#include "hilo/stablehlo/emit.h"
#include "hilo/stablehlo/op_versions.h"
#include "hilo/stablehlo/parse.h"
#include "hilo/stablehlo/sharding_strings.h"
#include "hilo/stablehlo/vhlo_attributes.h"

namespace hilo::stablehlo {
namespace bytecode {
namespace {

using ir::Operation;
using ir::Region;
using ir::ValueId;

enum Mask : std::uint8_t {
  kAttributes = 1,
  kResults = 2,
  kOperands = 4,
  kRegions = 16,
  kOwnAttributes = 64
};
enum Section : std::uint8_t { kStrings, kDialects, kEntries, kOffsets, kIr, kProperties = 8 };

// The version of bytecode that a release of StableHLO reads.
std::uint64_t bytecode_of(const Version& v) {
  if (v < Version{0, 10, 0}) return 0;
  if (v < Version{0, 12, 0}) return 1;
  if (v < Version{0, 14, 0}) return 3;
  return v < Version{0, 15, 0} ? 4 : 6;
}

class Writer {
 public:
  Writer(const ir::Program& program, Version target)
      : program_(program),
        target_(target),
        format_(bytecode_of(target)),
        encoder_(target),
        numbers_(program.types.size()) {}

  std::string write() {
    (void)encoder_.dialect("builtin");
    ByteWriter ir;
    Region top;
    ir.flagged(1, false);
    write_op(ir, program_.module, 0);
    ByteWriter file;
    file.bytes = "ML\xEFR";
    file.varint(format_);
    file.bytes += "StableHLO_v" + to_string(target_);
    file.byte(0);
    const std::string offsets = encoder_.offset_section(), dialects = dialect_section();
    file.section(kDialects, dialects);
    file.section(kOffsets, offsets);
    file.section(kEntries, encoder_.entry_section());
    file.section(kIr, ir.bytes);
    file.section(kStrings, encoder_.string_section());
    if (format_ >= 5) file.section(kProperties, property_section());
    return std::move(file.bytes);
  }

 private:
  std::uint64_t op_number(const std::string& name) {
    const auto [at, is_new] = op_numbers_.emplace(name, ops_.size());
    if (is_new) ops_.push_back(name);
    return at->second;
  }

  std::string dialect_section() {
    ByteWriter names;
    for (std::size_t i = 0; i < ops_.size();) {
      const std::string dialect = ops_[i].substr(0, ops_[i].find('.'));
      std::size_t end = i;
      while (end < ops_.size() && ops_[end].starts_with(dialect + ".")) ++end;
      names.varint(encoder_.dialect(dialect));
      names.varint(end - i);
      for (; i < end; ++i) {
        const std::uint64_t name =
            encoder_.string(std::string_view(ops_[i]).substr(dialect.size() + 1));
        if (format_ >= 5)
          names.flagged(name, true);
        else
          names.varint(name);
      }
    }
    ByteWriter out;
    out.varint(encoder_.dialects().size());
    for (const std::string& name : encoder_.dialects()) {
      if (format_ >= 1)
        out.flagged(encoder_.string(name), false);
      else
        out.varint(encoder_.string(name));
    }
    if (format_ >= 4) out.varint(ops_.size());
    return out.bytes + names.bytes;
  }

  std::string property_section() const {
    ByteWriter out;
    out.varint(properties_.size());
    for (const std::string& p : properties_) {
      out.varint(p.size());
      out.bytes += p;
    }
    return std::move(out.bytes);
  }
  std::uint64_t property_number(std::string bytes) {
    const auto [at, is_new] = property_numbers_.emplace(std::move(bytes), properties_.size());
    if (is_new) properties_.push_back(at->first);
    return at->second;
  }

  /// What an op is in the file: its name, own attributes (numbers in their order) and the rest.
  struct Encoded {
    std::string name{}, own{};
    std::vector<std::pair<std::string, std::uint64_t>> others{};
  };

  Encoded module_of(const Operation& op) {
    Encoded result{op.name, {}, {}};
    ByteWriter own;
    for (const OpRow::Attribute& a : find_op(op.name)->attributes) {
      const AttributeValue* value = format_ >= 5 ? op.attribute(a.name) : nullptr;
      if (value == nullptr)
        own.varint(0);
      else
        own.flagged(encoder_.attribute("builtin", *value), true);
    }
    result.own = std::move(own.bytes);
    for (const NamedAttribute& a : op.attributes) {
      const bool is_own = format_ >= 5 && (a.name == "sym_name" || a.name == "sym_visibility");
      if (!is_own)
        result.others.emplace_back(a.name, named(a.name, [&] {
                                     return encoder_.attribute("builtin", a.value,
                                                               {.is_typed = true});
                                   }));
    }
    return result;
  }

  Encoded vhlo_of(const Operation& op) {
    const OpRow* row = find_op(op.name == "func.return" ? "stablehlo.return" : op.name);
    if (row == nullptr || row->versions.empty()) throw Error("a portable artifact has no such op");
    const auto after = std::ranges::upper_bound(row->versions, target_, {}, &OpVersion::since);
    if (after == row->versions.begin())
      throw Error("the op came with StableHLO " + to_string(row->versions[0].since));
    const OpVersion& version = *(after - 1);
    refuse_later_features(op, version, *row);
    Encoded result{vhlo_name(*row, version), {}, {}};
    ByteWriter own;
    for (const VhloValue& v : to_vhlo(op, *row, version)) {
      const std::uint64_t number = named(v.name, [&] {
        return v.type ? encoder_.type_attribute("vhlo", *v.type)
                      : encoder_.attribute("vhlo", v.value, v.spelling);
      });
      if (v.is_own && format_ >= 5)
        own.varint(number);
      else
        result.others.emplace_back(std::string(v.name), number);
    }
    result.own = std::move(own.bytes);
    return result;
  }

  static std::uint64_t named(std::string_view name, auto encode) {
    try {
      return encode();
    } catch (const Error& e) {
      throw Error("attribute " + std::string(name) + ": " + e.what());
    }
  }

  // What no attribute shows.
  void refuse_later_features(const Operation& op, const OpVersion& version,
                             const OpRow& row) const {
    const bool is_v1 = &version == row.versions.data();
    const bool is_collective = op.name == "stablehlo.all_gather" ||
                               op.name == "stablehlo.all_reduce" ||
                               op.name == "stablehlo.all_to_all";
    if (is_v1 && is_collective && op.operands.size() > 1)
      throw Error("several operands came with StableHLO 1.5.0");
    if (is_v1 && op.name == "stablehlo.composite" && !op.regions.empty())
      throw Error("regions came with StableHLO 1.14.0");
    const AttributeValue* type = op.attribute("compare_type");
    const auto* order = type == nullptr ? nullptr : std::get_if<EnumAttribute>(type);
    if (order != nullptr && order->value == "WEAKORDER" && target_ < Version{1, 22, 0})
      throw Error("WEAKORDER came with StableHLO 1.22.0");
    const AttributeValue* config = op.attribute("backend_config");
    if (config != nullptr && std::holds_alternative<DictionaryAttribute>(*config) &&
        target_ < Version{1, 3, 0}) {
      throw Error("a dictionary as backend_config came with StableHLO 1.3.0");
    }
  }

  void write_op(ByteWriter& out, const Operation& op, std::uint64_t next_value) {
    const bool is_module = op.name == "builtin.module";
    Encoded e;
    std::vector<std::uint64_t> result_types;
    try {
      e = is_module ? module_of(op) : vhlo_of(op);
      for (const ValueId v : op.results) result_types.push_back(type_of(v));
    } catch (const OpError&) {
      throw;
    } catch (const Error& error) {
      throw OpError({.op = op.name,
                     .problem = error.what(),
                     .expected = "what StableHLO " + to_string(target_) + " has"},
                    op.site);
    }
    std::uint8_t mask = 0;
    if (!e.others.empty()) mask |= kAttributes;
    if (!e.own.empty() && format_ >= 5) mask |= kOwnAttributes;
    if (!op.results.empty()) mask |= kResults;
    if (!op.operands.empty()) mask |= kOperands;
    if (!op.regions.empty()) mask |= kRegions;
    out.varint(op_number(e.name));
    out.byte(mask);
    out.varint(encoder_.location(op.site));
    if (mask & kAttributes) out.varint(encoder_.dictionary(std::move(e.others)));
    if (mask & kOwnAttributes) out.varint(property_number(std::move(e.own)));
    if (mask & kResults) write_list(out, result_types);
    if (mask & kOperands) {
      out.varint(op.operands.size());
      for (const ValueId v : op.operands) out.varint(numbers_[static_cast<std::size_t>(v)]);
    }
    if (mask & kRegions) write_regions(out, op, is_module || op.name == "func.func", next_value);
  }

  static void write_list(ByteWriter& out, const std::vector<std::uint64_t>& numbers) {
    out.varint(numbers.size());
    for (const std::uint64_t n : numbers) out.varint(n);
  }

  // Values are numbered anew in an isolated op; else behind those of the region around.
  void write_regions(ByteWriter& out, const Operation& op, bool is_isolated,
                     std::uint64_t next_value) {
    out.flagged(op.regions.size(), is_isolated);
    ByteWriter own;
    const bool has_section = is_isolated && format_ >= 2;
    for (const Region& region : op.regions)
      write_region(has_section ? own : out, region, is_isolated ? 0 : next_value);
    if (has_section) out.section(kIr, own.bytes);
  }

  void write_region(ByteWriter& out, const Region& region, std::uint64_t first) {
    if (region.operations.empty() && region.arguments.empty()) {
      out.varint(0);
      return;
    }
    std::uint64_t next = first;
    for (const ValueId v : region.arguments) numbers_[static_cast<std::size_t>(v)] = next++;
    for (const Operation& op : region.operations) {
      for (const ValueId v : op.results) numbers_[static_cast<std::size_t>(v)] = next++;
    }
    out.varint(1);
    out.varint(next - first);
    out.flagged(region.operations.size(), !region.arguments.empty());
    if (!region.arguments.empty()) {
      out.varint(region.arguments.size());
      for (const ValueId v : region.arguments) {
        if (format_ >= 4) {
          out.flagged(type_of(v), false);
        } else {
          out.varint(type_of(v));
          out.varint(encoder_.location({}));
        }
      }
      if (format_ >= 3) out.byte(0);  // uses in their order
    }
    for (const Operation& op : region.operations) write_op(out, op, next);
  }

  std::uint64_t type_of(ValueId v) {
    return encoder_.type("vhlo", Type::value(program_.types[static_cast<std::size_t>(v)]));
  }

  const ir::Program& program_;
  Version target_;
  std::uint64_t format_;
  Encoder encoder_;
  std::vector<std::uint64_t> numbers_;  // by value
  std::map<std::string, std::uint64_t> op_numbers_{}, property_numbers_{};
  std::vector<std::string> ops_{}, properties_{};
};

}  // namespace
}  // namespace bytecode

std::string write_artifact(const ir::Program& program, std::string_view version) {
  const ir::Program plain = with_sharding_strings(program);
  return bytecode::Writer(plain, bytecode::version_from(version)).write();
}

std::string write_artifact(const Function& function, std::string_view version) {
  return write_artifact(parse_text(emit(function, {.release = std::string(version)})), version);
}

}  // namespace hilo::stablehlo
