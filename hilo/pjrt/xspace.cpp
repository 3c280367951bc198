// Reads what profilers record. Field numbers are those of tsl/profiler/protobuf/xplane.proto.
#include <bit>
#include <map>

#include "hilo/core/error.h"
#include "hilo/pjrt/profiler.h"
#include "hilo/pjrt/proto_reader.h"

namespace hilo::pjrt {
namespace {

using Names = std::map<std::uint64_t, std::string_view>;

[[noreturn]] void refuse(std::string_view what) {
  throw FormatError("profile",
                    std::string(what) + " makes no sense as a protocol buffer; expected an XSpace");
}

// Reads all fields of a message. Throws where they make no sense.
template <class F>
void each(std::string_view bytes, std::string_view what, F&& field) {
  ProtoReader fields(bytes);
  while (fields.next()) field(fields);
  if (fields.is_bad()) refuse(what);
}

// An entry of map<int64, X*Metadata>: the key, and the name in the value.
void read_name(std::string_view entry, Names& names) {
  std::uint64_t key = 0;
  std::string_view name;
  each(entry, "a table of names", [&](const ProtoReader& f) {
    if (f.number == 1) key = f.value;
    if (f.number != 2) return;
    each(f.content, "a name", [&](const ProtoReader& m) {
      if (m.number == 2) name = m.content;
    });
  });
  names[key] = name;
}

std::string name_of(const Names& names, std::uint64_t id) {
  const auto found = names.find(id);
  return found == names.end() ? "event " + std::to_string(id) : std::string(found->second);
}

std::pair<std::string, std::string> read_stat(std::string_view bytes, const Names& stats) {
  std::pair<std::string, std::string> stat;
  each(bytes, "a detail of an event", [&](const ProtoReader& f) {
    switch (f.number) {
      case 1:
        stat.first = name_of(stats, f.value);
        break;
      case 2:
        stat.second = std::to_string(std::bit_cast<double>(f.value));
        break;
      case 3:
        stat.second = std::to_string(f.value);
        break;
      case 4:
        stat.second = std::to_string(static_cast<std::int64_t>(f.value));
        break;
      case 5:
        stat.second = f.content;
        break;
      case 7:
        stat.second = name_of(stats, f.value);
        break;  // text that many events share
      default:
        break;
    }
  });
  return stat;
}

ProfiledEvent read_event(std::string_view bytes, const Names& events, const Names& stats,
                         std::int64_t line_ns) {
  ProfiledEvent event;
  std::uint64_t offset_ps = 0;
  each(bytes, "an event", [&](const ProtoReader& f) {
    if (f.number == 1) event.name = name_of(events, f.value);
    if (f.number == 2) offset_ps = f.value;
    if (f.number == 3) event.duration_ns = static_cast<std::int64_t>(f.value / 1000);
    if (f.number == 4) event.details.push_back(read_stat(f.content, stats));
  });
  event.start_ns =
      static_cast<std::int64_t>(static_cast<std::uint64_t>(line_ns) + offset_ps / 1000);
  return event;
}

ProfiledLine read_line(std::string_view bytes, const Names& events, const Names& stats) {
  ProfiledLine line;
  each(bytes, "a line", [&](const ProtoReader& f) {
    if (f.number == 2 && line.name.empty()) line.name = f.content;
    if (f.number == 11 && !f.content.empty()) line.name = f.content;
    if (f.number == 3) line.start_ns = static_cast<std::int64_t>(f.value);
  });
  each(bytes, "a line", [&](const ProtoReader& f) {
    if (f.number == 4) line.events.push_back(read_event(f.content, events, stats, line.start_ns));
  });
  return line;
}

ProfiledPlane read_plane(std::string_view bytes) {
  ProfiledPlane plane;
  Names events, stats;
  each(bytes, "a plane", [&](const ProtoReader& f) {
    if (f.number == 2) plane.name = f.content;
    if (f.number == 4) read_name(f.content, events);
    if (f.number == 5) read_name(f.content, stats);
  });
  each(bytes, "a plane", [&](const ProtoReader& f) {
    if (f.number == 3) plane.lines.push_back(read_line(f.content, events, stats));
  });
  return plane;
}

}  // namespace

std::vector<ProfiledPlane> read_xspace(std::string_view bytes) {
  std::vector<ProfiledPlane> planes;
  each(bytes, "the profile", [&](const ProtoReader& f) {
    if (f.number == 1) planes.push_back(read_plane(f.content));
  });
  return planes;
}

}  // namespace hilo::pjrt
