#include "hilo/pjrt/compile_options.h"

#include <bit>
#include <string_view>

#include "hilo/core/error.h"

namespace hilo::pjrt {
namespace {

/// Writes the wire format of protocol buffers; field numbers are those of
/// xla/pjrt/proto/compile_options.proto.
class ProtoWriter {
 public:
  void integer(int field, std::int64_t value) {
    tag(field, 0);
    varint(static_cast<std::uint64_t>(value));
  }
  void real(int field, double value) {
    tag(field, 1);
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int shift = 0; shift < 64; shift += 8) bytes_ += static_cast<char>((bits >> shift) & 0xFF);
  }
  void text(int field, std::string_view value) {
    tag(field, 2);
    varint(value.size());
    bytes_ += value;
  }
  void message(int field, const ProtoWriter& value) { text(field, value.bytes_); }
  template <class Range>
  void packed(int field, const Range& values) {
    ProtoWriter list;
    for (auto value : values) list.varint(static_cast<std::uint64_t>(value));
    message(field, list);
  }
  [[nodiscard]] std::string take() && { return std::move(bytes_); }

 private:
  void tag(int field, int wire_type) {
    varint(static_cast<std::uint64_t>(field) << 3 | static_cast<std::uint64_t>(wire_type));
  }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>((value & 0x7F) | 0x80);
    bytes_ += static_cast<char>(value);
  }
  std::string bytes_;
};

ProtoWriter device_assignment(const CompileOptions& options) {
  const auto replicas = static_cast<std::size_t>(options.replicas);
  const auto partitions = static_cast<std::size_t>(options.partitions);
  if (options.device_ids.size() != replicas * partitions) {
    throw DeviceError("compile options: " + std::to_string(options.device_ids.size()) +
                      " device ids for " + std::to_string(replicas) + " replicas x " +
                      std::to_string(partitions) + " partitions");
  }
  ProtoWriter assignment;
  assignment.integer(1, options.replicas);
  assignment.integer(2, options.partitions);
  for (std::size_t p = 0; p < partitions; ++p) {
    std::vector<int> of_partition;
    for (std::size_t r = 0; r < replicas; ++r)
      of_partition.push_back(options.device_ids[r * partitions + p]);
    ProtoWriter computation;
    computation.packed(1, of_partition);
    assignment.message(3, computation);
  }
  return assignment;
}

ProtoWriter build_options(const CompileOptions& options) {
  // XLA reads the first of these lists, so they are never empty.
  const auto list = [](const std::vector<bool>& values) {
    return values.empty() ? std::vector<bool>{false} : values;
  };
  ProtoWriter build;
  build.integer(1, -1);  // device_ordinal: not set
  build.integer(4, options.replicas);
  build.integer(5, options.partitions);
  if (options.uses_spmd) build.integer(6, 1);
  if (!options.device_ids.empty()) build.message(9, device_assignment(options));
  build.packed(12, list(options.propagates_to_results));
  build.packed(18, list(options.propagates_to_parameters));
  if (options.uses_shardy) build.integer(19, 1);
  return build;
}

ProtoWriter flag(const FlagValue& value) {
  ProtoWriter result;
  if (const auto* text = std::get_if<std::string>(&value)) result.text(1, *text);
  if (const auto* on = std::get_if<bool>(&value)) result.integer(2, *on ? 1 : 0);
  if (const auto* number = std::get_if<std::int64_t>(&value)) result.integer(3, *number);
  if (const auto* real = std::get_if<double>(&value)) result.real(4, *real);
  return result;
}

}  // namespace

std::string CompileOptions::serialize() const {
  if (replicas < 1 || partitions < 1) {
    throw DeviceError("compile options: replicas and partitions are at least 1; got " +
                      std::to_string(replicas) + " and " + std::to_string(partitions));
  }
  if (is_portable && !device_ids.empty()) {
    throw DeviceError(
        "compile options: a portable program runs on any device; device_ids must be empty");
  }
  ProtoWriter options;
  options.message(3, build_options(*this));
  if (is_portable) options.integer(4, 1);
  for (const auto& [name, value] : flags) {
    ProtoWriter entry;
    entry.text(1, name);
    entry.message(2, flag(value));
    options.message(7, entry);
  }
  return std::move(options).take();
}

}  // namespace hilo::pjrt
